"""Two helpdesks of ours that acknowledge each other's mails stop by themselves, whatever happens to their headers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.db.conftest import Server
from tests.db.delivering import settle
from tests.db.mailing import Json, count, mail, receive
from tests.db.mailing_out import leased, mails
from tests.db.people import ADMIN, Db, be, value

_A, _B = "support@a.example", "support@b.example"


@pytest.fixture
def desks(pg: Server) -> Iterator[dict[str, Db]]:
    """Two helpdesks, by the address at which they receive mail. What they do is never committed."""
    names = [pg.copy("world"), pg.copy("world")]
    with pg.connect(names[0]) as a, pg.connect(names[1]) as b:
        found = {_A: a, _B: b}
        try:
            for address, db in found.items():
                db.execute("delete from helpdesk.email_channels")
                db.execute("delete from helpdesk.outbound_emails")
                db.execute("delete from helpdesk.automatic_emails")
                with be(db, ADMIN):
                    db.execute("insert into helpdesk.email_channels (address) values (%s)", (address,))
            # Copies of one world, whose secrets must differ: no helpdesk knows the tokens of another.
            b.execute("update helpdesk_private.email_secrets set secret = sha256('another'::bytea)")
            yield found
        finally:
            a.rollback()
            b.rollback()
    for name in names:
        pg.drop(name)


def _sent(db: Db) -> list[Json]:
    """What a helpdesk sends now: taken, and accepted by the server."""
    payloads = []
    for given in leased(db):
        settle(db, given, status=250)
        payloads.append(given["payload"])
    return payloads


def _arriving(payload: Json, *, as_a_program: bool, threaded: bool, sender: str | None = None) -> Json:
    """The mail as the other side's parser hands it over; on the way, headers may be lost."""
    ids: Json = {}
    if threaded:
        parent = payload.get("in_reply_to")
        ids = {
            "in_reply_to": [parent.strip("<>")] if parent else [],
            "references": [one.strip("<>") for one in payload["references"]],
        }
    headers = {"auto_submitted": payload["automatic"], "our_marker": payload["installation"]} if as_a_program else {}
    answered = payload["reply_to"]["address"] if threaded else payload["to"][0]["address"]
    return mail(
        sender or payload["from"]["address"],
        message_id=payload["message_id"].strip("<>"),
        subject=payload["subject"],
        text=payload["text"],
        headers=headers,
        reply_to=[answered],
        to=[payload["to"][0]["address"]],
        **ids,
    )


def _play(desks: dict[str, Db], *, as_a_program: bool, threaded: bool) -> int:
    """Carries mails between the two until none is left; returns how many there were."""
    receive(desks[_A], mail(_B, to=[_A]), _A)
    carried = 0
    while carried < 100:
        moved = 0
        for sender in (_A, _B):
            for payload in _sent(desks[sender]):
                (to,) = [entry["address"] for entry in payload["to"]]
                receive(desks[to], _arriving(payload, as_a_program=as_a_program, threaded=threaded), to)
                moved += 1
        if not moved:
            return carried
        carried += moved
    raise AssertionError("they write to each other for ever")


def test_with_their_headers_one_mail_is_the_last(desks: dict[str, Db]) -> None:
    before = count(desks[_B], "tickets")
    assert _play(desks, as_a_program=True, threaded=True) == 1
    assert count(desks[_B], "tickets") == before, "an automatic answer opens no ticket"


def test_without_the_headers_of_programs_each_side_writes_once(desks: dict[str, Db]) -> None:
    # A: "we have received it". B takes that for a person's mail, and says the same; A knows the thread.
    assert _play(desks, as_a_program=False, threaded=True) == 2


def test_without_any_header_that_tells_they_stop_by_counts(desks: dict[str, Db]) -> None:
    assert _play(desks, as_a_program=False, threaded=False) <= 10
    reasons = [
        value(db, "select array_agg(distinct reason) from helpdesk.automatic_emails where state = 'skipped'")
        for db in desks.values()
    ]
    assert ["address_per_hour"] in reasons, "the last mail of all has a row that says why it was not sent"


def test_a_program_that_changes_its_address_with_each_answer_is_stopped_by_its_domain(desks: dict[str, Db]) -> None:
    desk = desks[_A]
    desk.execute("update helpdesk.settings set email_max_per_minute = 100000")
    receive(desk, mail("crm0@crm.example", to=[_A]), _A)
    answers = 0
    while answers < 300 and (payloads := _sent(desk)):
        for payload in payloads:
            answers += 1
            made = _arriving(payload, as_a_program=False, threaded=False, sender=f"crm{answers}@crm.example")
            receive(desk, {**made, "to": [{"name": "", "address": _A}]}, _A)
    assert 0 < answers <= 100
    assert all(row["recipient"].endswith("@crm.example") for row in mails(desk))
