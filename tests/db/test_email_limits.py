"""E-mail in: how many tickets senders open whom nobody knows, and what staff decide on at once."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.mailing import (
    AGENT_ADDRESS,
    BILLING,
    CUSTOMER_ADDRESS,
    FAIL,
    NONE,
    STRANGER,
    SUPPORT,
    Json,
    add_channels,
    count,
    mail,
    receive,
    ticket,
    token,
)
from tests.db.mailing_out import reply
from tests.db.people import ADMIN, AGENT, CUSTOMER, SERVICE, Db, Person, be, refused, value
from tests.db.people import STRANGER as OTHER_AGENT
from tests.db.world import World

FIRST = {"sender": 2, "domain": 4, "channel": 6}
"""Small limits."""


@pytest.fixture
def desk(db: Db, world: World) -> Db:
    """The furnished helpdesk with two addresses and small limits."""
    add_channels(db, world)
    _permit(db, **FIRST)
    return db


def _permit(desk: Db, **limits: int) -> None:
    for name, most in limits.items():
        desk.execute(f"update helpdesk.settings set email_tickets_per_{name} = {most}".encode())


def _write(desk: Db, *senders: str, **fields: Any) -> list[Json]:
    return [receive(desk, mail(sender, **fields)) for sender in senders]


def _ends(rows: list[Json]) -> list[str]:
    return [row["outcome"] if row["outcome"] == "created" else row["reason"] for row in rows]


def _decide(desk: Db, rows: list[Json], decision: str, person: Person = AGENT) -> list[Json]:
    with be(desk, person):
        return list(
            value(
                desk,
                "select helpdesk.decide_quarantined(%s::uuid[], %s)",
                [row["inbound_id"] for row in rows],
                decision,
            )
        )


def test_what_a_stranger_sends_beyond_the_limit_waits_and_changes_nothing(desk: Db) -> None:
    before = count(desk, "tickets")
    rows = _write(desk, STRANGER, "stranger+tag@elsewhere.example", STRANGER)
    assert _ends(rows) == ["created", "created", "sender_per_hour"]
    assert count(desk, "tickets") == before + 2
    last = rows[-1]
    assert (last["outcome"], last["ticket_id"], last["evidence"]["opened"]) == (
        "quarantined",
        None,
        {"count": 2, "permitted": 2},
    )
    assert "its sender has opened 2 tickets within an hour, and 2 are permitted" in last["explained"]
    new = receive(desk, mail("fresh@fresh.example", verdict=NONE))
    assert new["outcome"] == "created", "others are not concerned"


def test_a_sender_who_waits_is_nobody_yet(desk: Db) -> None:
    _permit(desk, channel=0)
    (row,) = _write(desk, STRANGER)
    assert row["reason"] == "channel_per_hour"
    assert value(desk, "select count(*) from helpdesk.users where email = %s", STRANGER) == 0
    assert value(desk, "select count(*) from helpdesk.outbound_emails where recipient = %s", STRANGER) == 0


def test_a_domain_is_counted_together_and_a_shared_provider_is_not(desk: Db) -> None:
    rows = _write(desk, *[f"p{number}@bomb.example" for number in range(5)])
    assert _ends(rows) == ["created"] * 4 + ["domain_per_hour"]
    assert "unknown senders of its domain have opened 4 tickets" in rows[-1]["explained"]
    _permit(desk, channel=100)
    rows = _write(desk, *[f"p{number}@gmail.com" for number in range(5)])
    assert _ends(rows) == ["created"] * 5


def test_all_unknown_senders_at_one_address_are_counted_together(desk: Db) -> None:
    rows = _write(desk, *[f"p@bomb{number}.example" for number in range(7)])
    assert _ends(rows) == ["created"] * 6 + ["channel_per_hour"]
    assert "unknown senders have opened 6 tickets within an hour at this address" in rows[-1]["explained"]
    (other,) = _write(desk, "p@bomb.example", to=[BILLING])
    assert other["outcome"] == "created", "another address of the helpdesk"


def test_forged_mails_keep_nobody_waiting_whose_domain_vouches_for_the_mail(desk: Db) -> None:
    forged = [f"p{number}@firm.example" for number in range(3)]
    assert _ends(_write(desk, "ann@firm.example", "ann@firm.example", *forged, verdict=NONE)) == [
        *["created"] * 4,
        "domain_per_hour",
    ]
    more = _write(desk, *[f"p@bomb{number}.example" for number in range(3)], verdict=NONE)
    assert _ends(more) == ["created", "created", "channel_per_hour"]
    assert _ends(_write(desk, *["ann@firm.example"] * 3)) == ["created", "created", "sender_per_hour"]
    # What is verified fills the limits of all.
    assert _ends(_write(desk, "new@firm.example", verdict=NONE)) == ["domain_per_hour"]


def test_mails_to_none_of_our_addresses_are_counted_together(desk: Db) -> None:
    rows = [
        receive(desk, mail(f"p@bomb{number}.example", to=["x@nowhere.example"]), "x@nowhere.example")
        for number in range(7)
    ]
    assert _ends(rows) == ["created"] * 6 + ["channel_per_hour"]


def test_who_is_known_and_verified_has_a_limit_of_their_own_and_without_proof_the_one_of_strangers(desk: Db) -> None:
    _permit(desk, domain=0, channel=0, known_sender=4)
    rows = _write(desk, *[CUSTOMER_ADDRESS] * 5)
    assert _ends(rows) == ["created"] * 4 + ["sender_per_hour"]
    assert (rows[-1]["outcome"], rows[-1]["evidence"]["opened"]) == ("quarantined", {"count": 4, "permitted": 4})
    # What counts there does not count here, and the other way round; nobody fills the limits of all by forging.
    assert _ends(_write(desk, *[CUSTOMER_ADDRESS] * 3, verdict=NONE)) == ["created", "created", "sender_per_hour"]
    _permit(desk, known_sender=5)
    assert _ends(_write(desk, *[CUSTOMER_ADDRESS] * 2)) == ["created", "sender_per_hour"]
    _permit(desk, sender=3)
    rows = _write(desk, *["alias@example.com"] * 4, verdict=NONE)
    assert _ends(rows) == ["created"] * 3 + ["sender_per_hour"], "an address that an admin has given to a person"
    assert _ends(_write(desk, "alias@example.com")) == ["created"]


def test_whoever_becomes_known_has_opened_what_they_opened_before(desk: Db) -> None:
    _permit(desk, known_sender=3)
    first, *_ = _write(desk, STRANGER, STRANGER)
    reply(desk, first["ticket_id"], "We look into it.")
    assert _ends(_write(desk, STRANGER, STRANGER)) == ["created", "sender_per_hour"]


def test_known_people_do_not_fill_the_limits_of_strangers(desk: Db) -> None:
    _permit(desk, domain=1, channel=1)
    assert _ends(_write(desk, CUSTOMER_ADDRESS, verdict=NONE)) == ["created"]
    assert _ends(_write(desk, "new@example.com", verdict=NONE)) == ["created"]


def test_an_address_that_an_admin_has_given_to_a_person_is_known_without_a_login(desk: Db) -> None:
    (first,) = _write(desk, STRANGER)
    with be(desk, ADMIN):
        desk.execute(
            "insert into helpdesk.user_emails (email, user_id) values ('home@home.example', %s)", (first["author_id"],)
        )
    _permit(desk, sender=0, domain=0, channel=0)
    assert _ends(_write(desk, "home@home.example", STRANGER)) == ["created", "sender_per_hour"]


def test_whoever_was_answered_is_known_and_who_only_wrote_is_not(desk: Db) -> None:
    (first, second, third) = _write(desk, STRANGER, STRANGER, STRANGER)
    assert _ends([first, second, third]) == ["created", "created", "sender_per_hour"]
    reply(desk, first["ticket_id"], "We look into it.")
    assert _ends(_write(desk, STRANGER, STRANGER)) == ["created", "created"]


def test_staff_have_no_limit_and_replies_do_not_count(desk: Db, world: World) -> None:
    _permit(desk, sender=0, known_sender=0, domain=0, channel=0)
    assert receive(desk, mail(AGENT_ADDRESS))["outcome"] == "created"
    forwarded = {"from": {"address": STRANGER, "name": ""}}
    assert receive(desk, mail(AGENT_ADDRESS, forwarded=forwarded))["outcome"] == "created"
    title = ticket(desk, world["mine"])["title"]
    made = token(desk, world["mine"], world["customer"])
    for sender in (STRANGER, CUSTOMER_ADDRESS) * 3:
        assert receive(desk, mail(sender, subject=title), made)["outcome"] == "appended"


def test_one_mail_to_several_teams_counts_in_each(desk: Db) -> None:
    both = {"to": [SUPPORT], "cc": [BILLING]}
    before = count(desk, "tickets")

    def write(**fields: Any) -> list[str]:
        """What became of the mail at each address."""
        row = receive(desk, mail(**{"sender": STRANGER} | fields), SUPPORT, BILLING)
        found = desk.execute(
            "select c.address, i.outcome, i.reason, i.ticket_id from helpdesk.inbound_emails as i "
            "inner join helpdesk.email_channels as c using (channel_id) where i.message_id = %s order by 1 desc",
            (row["message_id"],),
        ).fetchall()
        assert [one["address"] for one in found] == ([SUPPORT, BILLING] if len(found) == 2 else [SUPPORT])
        assert all((one["outcome"] == "created") == (one["ticket_id"] is not None) for one in found)
        return _ends(found)

    assert write(**both) == ["created", "created"]
    assert write(**both) == ["sender_per_hour"]
    _permit(desk, sender=3)
    # The second ticket of the mail waits in the quarantine of its team.
    assert write(**both) == ["created", "sender_per_hour"]
    _permit(desk, sender=9, domain=4)
    assert write(**both) == ["created", "domain_per_hour"]
    _permit(desk, domain=9, channel=3)
    assert write(sender="p@bomb.example", **both) == ["channel_per_hour"]
    assert write(sender="p@bomb.example", to=[BILLING], cc=[SUPPORT]) == ["channel_per_hour", "created"]
    assert count(desk, "tickets") == before + 5
    with be(desk, OTHER_AGENT):
        waiting = desk.execute("select reason from helpdesk.inbound_emails where outcome = 'quarantined'").fetchall()
    assert {"sender_per_hour", "domain_per_hour"} <= {one["reason"] for one in waiting}


def test_a_follow_up_counts_and_waits_beside_the_ticket_that_it_names(desk: Db, world: World) -> None:
    _permit(desk, channel=0)
    desk.execute("update helpdesk.settings set email_reopen_days = 0")
    made = token(desk, world["mine"], world["customer"])
    with be(desk, AGENT):
        desk.execute("update helpdesk.tickets set status = 'closed' where ticket_id = %s", (world["mine"],))
    row = receive(desk, mail(STRANGER, subject=ticket(desk, world["mine"])["title"]), made)
    assert (row["reason"], str(row["ticket_id"])) == ("channel_per_hour", world["mine"])


@pytest.mark.parametrize("away", ["- interval '61 minutes'", "+ interval '61 minutes'"])
def test_an_hour_later_or_earlier_counts_anew(desk: Db, away: str) -> None:
    _write(desk, STRANGER, STRANGER)
    desk.execute("update helpdesk_private.email_openings set received_at = received_at - interval '59 minutes'")
    assert _ends(_write(desk, STRANGER)) == ["sender_per_hour"]
    desk.execute("update helpdesk_private.email_openings set received_at = received_at + interval '59 minutes'")
    desk.execute(f"update helpdesk_private.email_openings set received_at = received_at {away}".encode())
    assert _ends(_write(desk, STRANGER)) == ["created"]


def test_mails_that_came_together_count_in_whichever_order_they_are_decided_on(desk: Db) -> None:
    _write(desk, STRANGER, STRANGER)
    # As if both had come half an hour after the next one, which waited for its parser.
    desk.execute("update helpdesk_private.email_openings set received_at = received_at + interval '30 minutes'")
    assert _ends(_write(desk, STRANGER)) == ["sender_per_hour"]


def test_what_was_counted_is_removed_after_two_days(desk: Db) -> None:
    _write(desk, STRANGER)
    desk.execute("update helpdesk_private.email_openings set received_at = received_at - interval '3 days'")
    _write(desk, STRANGER)
    assert value(desk, "select count(*) from helpdesk_private.email_openings where mailbox = %s", STRANGER) == 1


def test_many_are_decided_on_at_once_and_each_has_its_result(desk: Db) -> None:
    rows = _write(desk, *[STRANGER] * 4)
    waiting = [row for row in rows if row["outcome"] == "quarantined"]
    assert len(waiting) == 2
    done = _decide(desk, [waiting[0], rows[0], waiting[1]], "ticket")
    assert [one["ok"] for one in done] == [True, False, True]
    assert done[1]["error"]["details"] == "helpdesk.not_quarantined"
    opened = [one["value"] for one in done if one["ok"]]
    assert {one["outcome"] for one in opened} == {"created"}
    assert {"body", "evidence"}.isdisjoint(opened[0])
    assert "sender_not_verified" not in opened[0]["flags"], "the domain vouches for it"
    assert ticket(desk, opened[0]["ticket_id"])["channel"] == "email"
    # What people let in is not counted: the next mail waits because of the two that came first.
    assert receive(desk, mail(STRANGER))["evidence"]["opened"]["count"] == 2
    spam = _decide(desk, _write(desk, STRANGER, STRANGER), "spam")
    assert [one["value"]["outcome"] for one in spam] == ["spam", "spam"]


def test_a_mail_that_nobody_vouches_for_says_so_as_a_ticket(desk: Db) -> None:
    (row,) = _write(desk, "forged@forged.example", verdict=FAIL)
    (done,) = _decide(desk, [row], "ticket")
    assert "sender_not_verified" in done["value"]["flags"]


def test_a_decision_on_many_has_the_rights_of_each(desk: Db, world: World) -> None:
    rows = _write(desk, *[STRANGER] * 4)[2:]
    for person, reason in ((CUSTOMER, "forbidden"), (OTHER_AGENT, "email_not_found")):
        done = _decide(desk, rows, "spam", person)
        assert {one["error"]["details"] for one in done} == {f"helpdesk.{reason}"}
    assert _decide(desk, rows, "accept", SERVICE)[0]["error"]["details"] == "helpdesk.invalid_value"
    with refused("invalid_value"):
        _decide(desk, rows, "drop")
    with refused("too_many"):
        _decide(desk, rows[:1] * 201, "spam")
