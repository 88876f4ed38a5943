"""E-mail in, several at once: one mail is taken once, one decision counts, and a ticket is what it is when the mail
reaches it."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.db.conftest import Server
from tests.db.mailing import FAIL, Json, add_channels, count, mail, receive, ticket, token
from tests.db.people import ADMIN, AGENT, SERVICE, Db, Person, be, one, refused, value
from tests.db.test_embedding_races import await_waiting, while_open
from tests.db.test_merging import MERGE
from tests.db.world import World

Two = tuple[Db, Db]


@pytest.fixture
def two(pg: Server, own: str, world: World) -> Any:
    """Two connections to a furnished helpdesk with two addresses."""
    with pg.connect(own) as first, pg.connect(own) as second:
        add_channels(first, world)
        first.commit()
        yield first, second


def _arrived(db: Db, raw: str, *to: str) -> str:
    """A mail of which the bytes are there."""
    with be(db, SERVICE):
        envelope = json.dumps({"to": list(to) or ["support@desk.example"]})
        made = value(db, "select helpdesk.receive_email('raw', %s, 100, %s)", raw * 64, envelope)
    db.commit()
    return str(made["inbound_id"])


def _ingest(db: Db, inbound_id: str, made: Json) -> Json:
    with be(db, SERVICE):
        return dict(value(db, "select helpdesk.ingest_email(%s, %s)", inbound_id, json.dumps(made)))


def _act(db: Db, person: Person, query: str, *args: object) -> Callable[[], Any]:
    def work() -> Any:
        with be(db, person):
            return db.execute(query.encode(), args).fetchall()

    return work


def test_two_deliveries_of_one_mail_at_once_are_one_ticket(two: Two) -> None:
    first, second = two
    made = mail()
    ids = [_arrived(first, raw) for raw in "ab"]
    tickets = count(first, "tickets")
    first.commit()
    taken = _ingest(first, ids[0], made)
    with while_open(first, second, lambda: _ingest(second, ids[1], made)) as again:
        assert (taken["outcome"], again()["outcome"]) == ("created", "duplicate")
        assert again()["ticket_id"] == taken["ticket_id"]
    assert count(first, "tickets") == tickets + 1


def test_the_same_bytes_at_once_are_one_row_and_are_decided_on_once(two: Two) -> None:
    first, second = two
    asked = "select helpdesk.receive_email('raw', %s, 100, '{}') as row"
    (row,) = _act(first, SERVICE, asked, "c" * 64)()
    with while_open(first, second, _act(second, SERVICE, asked, "c" * 64)) as again:
        assert (row["row"]["is_new"], again()[0]["row"]["is_new"]) == (True, False)
        assert again()[0]["row"]["inbound_id"] == row["row"]["inbound_id"]
    made, messages = mail(), count(first, "tickets")
    first.commit()
    taken = _ingest(first, row["row"]["inbound_id"], made)
    with while_open(first, second, lambda: _ingest(second, row["row"]["inbound_id"], made)) as again:
        assert again() == taken
    assert count(first, "tickets") == messages + 1


@pytest.mark.parametrize("decisions", [("accept_quarantined", "mark_spam"), ("mark_spam", "accept_quarantined")])
def test_of_two_decisions_at_once_the_first_counts(two: Two, world: World, decisions: tuple[str, str]) -> None:
    first, second = two
    row = receive(first, mail(verdict=FAIL), token(first, world["mine"], world["customer"]))
    messages = count(first, "messages")
    first.commit()
    _act(first, AGENT, f"select helpdesk.{decisions[0]}(%s)", row["inbound_id"])()
    late = _act(second, ADMIN, f"select helpdesk.{decisions[1]}(%s)", row["inbound_id"])
    with while_open(first, second, late) as result, refused("not_quarantined"):
        result()
    second.rollback()
    is_accepted = decisions[0] == "accept_quarantined"
    decided = one(first, "select * from helpdesk.inbound_emails where inbound_id = %s", row["inbound_id"])
    assert decided["outcome"] == ("appended" if is_accepted else "spam")
    assert count(first, "messages") == messages + is_accepted


def test_a_mail_that_waited_for_a_merge_lands_where_the_conversation_is(two: Two, world: World) -> None:
    first, second = two
    made = mail(subject=ticket(first, world["mine"])["title"])
    waiting = _arrived(first, "d", token(first, world["mine"], world["customer"]))
    _act(first, AGENT, MERGE, world["mine"], world["answered"], False)()
    with while_open(first, second, lambda: _ingest(second, waiting, made)) as taken:
        assert (taken()["outcome"], taken()["ticket_id"]) == ("appended", world["answered"])
    said = one(first, "select ticket_id from helpdesk.messages where message_id = %s", taken()["message_id"])
    assert str(said["ticket_id"]) == world["answered"]


@pytest.mark.parametrize(("days", "outcome"), [(14, "appended"), (0, "created")])
def test_a_mail_that_waited_while_its_ticket_was_closed(two: Two, world: World, days: int, outcome: str) -> None:
    first, second = two
    with be(first, ADMIN):
        first.execute("update helpdesk.settings set email_reopen_days = %s", (days,))
    made = mail(subject=ticket(first, world["mine"])["title"])
    waiting = _arrived(first, "e", token(first, world["mine"], world["customer"]))
    with be(first, AGENT):
        first.execute("update helpdesk.tickets set status = 'resolved' where ticket_id = %s", (world["mine"],))
        first.execute("update helpdesk.tickets set status = 'closed' where ticket_id = %s", (world["mine"],))
    with while_open(first, second, lambda: _ingest(second, waiting, made)) as taken:
        assert taken()["outcome"] == outcome
    now = ticket(first, world["mine"])
    if outcome == "appended":
        assert (now["status"], str(now["last_message_id"])) == ("open", taken()["message_id"])
    else:
        assert now["status"] == "closed"
        assert ticket(first, taken()["ticket_id"])["ticket_id"] != now["ticket_id"]
        assert count(first, "links") == 1


def test_mails_to_the_same_two_tickets_never_wait_for_each_other(two: Two, world: World) -> None:
    first, second = two
    low, high = sorted((world["mine"], world["answered"]))
    both = [token(first, name, world["customer"]) for name in (high, low)]
    waiting = _arrived(first, "f", *both)
    messages = count(first, "messages")
    first.commit()
    lock = "select from helpdesk.tickets where ticket_id = %s for no key update"
    first.execute(lock, (low,))
    with ThreadPoolExecutor() as threads:
        taken = threads.submit(_ingest, second, waiting, mail())
        await_waiting(first, second)
        # It waits for the lower id, and holds nothing.
        first.execute(lock, (high,))
        first.commit()
        assert taken.result(20)["outcome"] == "appended"
    second.commit()
    assert count(first, "messages") == messages + 2


def test_of_two_mails_with_one_token_at_once_one_is_taken(two: Two) -> None:
    first, second = two

    def use(db: Db, content: str) -> bool:
        with be(db, SERVICE):
            return bool(value(db, "select helpdesk.use_email_token('mailgun', 't', %s)", content * 64))

    assert use(first, "a")
    with while_open(first, second, lambda: use(second, "b")) as taken:
        assert taken() is False
