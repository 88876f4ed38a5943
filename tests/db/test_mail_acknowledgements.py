"""Acknowledgements: one for each new ticket that a person wrote; never to programs, and never with a forger's words."""

from __future__ import annotations

from typing import Any, LiteralString

import pytest
from tests.db.mailing import (
    AGENT_ADDRESS,
    CUSTOMER_ADDRESS,
    FAIL,
    NONE,
    STRANGER,
    Json,
    add_channels,
    mail,
    receive,
)
from tests.db.mailing_out import leased, mails
from tests.db.people import ADMIN, AGENT, CUSTOMER, Db, be, one, value
from tests.db.world import World

_FORGED: dict[str, Any] = {"subject": "CHEAP PILLS", "text": "Buy at evil.example"}


@pytest.fixture
def desk(db: Db, world: World) -> Db:
    """The furnished helpdesk with an address for each team, and nothing sent before."""
    add_channels(db, world)
    db.execute("delete from helpdesk.outbound_emails")
    db.execute("delete from helpdesk.automatic_emails")
    return db


def _decision(db: Db, ticket_id: object) -> tuple[str, str | None]:
    row = one(db, "select state, reason from helpdesk.automatic_emails where ticket_id = %s", ticket_id)
    return row["state"], row["reason"]


def _payload(db: Db) -> Json:
    (given,) = leased(db)
    return dict(given["payload"])


def _allow(db: Db, text: str, subject: str = "x {{ticket.subject}}") -> None:
    with be(db, ADMIN):
        db.execute("select helpdesk.set_email_template('acknowledgement', 'en', %s, %s)", (subject, text))


def test_a_new_ticket_is_acknowledged_with_its_number_in_the_thread(desk: Db) -> None:
    with be(desk, ADMIN):
        desk.execute("update helpdesk.settings set console_url = 'https://console.example'")
    row = receive(desk, mail())
    assert _decision(desk, row["ticket_id"]) == ("queued", None)
    number = value(desk, "select number from helpdesk.tickets where ticket_id = %s", row["ticket_id"])
    payload = _payload(desk)
    assert payload["to"][0]["address"] == CUSTOMER_ADDRESS
    assert payload["subject"] == f"We have received your request #{number}"
    assert f"Its number is {number}." in payload["text"]
    assert payload["in_reply_to"] == f"<{row['message_id']}>"
    assert payload["automatic"] == "auto-replied"
    assert payload["reply_to"]["address"].startswith("reply+")
    assert "console.example" not in payload["text"] + payload["html"], "the console is for staff"


def test_an_answer_to_a_ticket_is_not_acknowledged(desk: Db) -> None:
    first = receive(desk, mail())
    again = receive(desk, mail(in_reply_to=[first["message_id"]], subject="Re: The printer"))
    assert again["outcome"] == "appended"
    assert len(mails(desk)) == 1


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"headers": {"precedence": "bulk"}}, "automatic_mail"),
        ({"headers": {"return_path": "<>"}}, "automatic_mail"),
        ({"sender": "noreply@shop.example"}, "automatic_mail"),
        ({"sender": "no_reply+17@shop.example"}, "no_reply_address"),
        ({"sender": "news-bounces@shop.example"}, "no_reply_address"),
        ({"headers": {"list_id": "<users.example>"}}, "mailing_list"),
        ({"headers": {"received_count": 51}}, "loop"),
    ],
)
def test_programs_lists_and_loops_receive_no_acknowledgement(desk: Db, fields: dict[str, Any], reason: str) -> None:
    row = receive(desk, mail(**({"sender": STRANGER} | fields)))
    assert row["outcome"] == "created"
    assert _decision(desk, row["ticket_id"]) == ("skipped", reason)
    assert mails(desk) == []


def test_a_persons_mail_from_exchange_is_a_persons_mail(desk: Db) -> None:
    row = receive(desk, mail(headers={"x_auto_response_suppress": "All"}))
    assert _decision(desk, row["ticket_id"]) == ("queued", None)


def test_an_out_of_office_opens_no_ticket_and_is_not_acknowledged(desk: Db) -> None:
    row = receive(desk, mail(headers={"auto_submitted": "auto-replied"}))
    assert row["outcome"] == "automatic"
    assert mails(desk) == []


@pytest.mark.parametrize(
    "statement",
    [
        "insert into helpdesk_private.email_mutes values ('stranger@elsewhere.example', 'x', 'infinity')",
        "insert into helpdesk_private.email_mutes values ('@elsewhere.example', 'x', 'infinity')",
    ],
)
def test_a_muted_sender_is_not_acknowledged(desk: Db, statement: LiteralString) -> None:
    desk.execute(statement)
    row = receive(desk, mail(STRANGER))
    assert _decision(desk, row["ticket_id"]) == ("skipped", "muted")


def test_a_suppressed_sender_is_not_acknowledged(desk: Db) -> None:
    with be(desk, ADMIN):
        desk.execute("insert into helpdesk.email_suppressions (address) values (%s)", (STRANGER,))
    row = receive(desk, mail(STRANGER))
    assert _decision(desk, row["ticket_id"]) == ("skipped", "suppressed")


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("insert into helpdesk_private.email_mutes values ('@elsewhere.example', 'x', 'infinity')", "muted"),
        ("insert into helpdesk.email_blocks (pattern) values ('elsewhere.example')", "blocked"),
    ],
    ids=("muted", "blocked"),
)
def test_who_is_muted_or_blocked_until_it_is_sent_receives_nothing(
    desk: Db, statement: LiteralString, reason: str
) -> None:
    receive(desk, mail(STRANGER))
    desk.execute(statement)
    assert leased(desk) == []
    assert (mails(desk)[0]["state"], mails(desk)[0]["problem"]) == ("cancelled", reason)


def test_an_unverified_sender_receives_none_of_the_words_that_they_may_not_have_written(desk: Db) -> None:
    _allow(desk, "Number {{ticket.number}}\n\n{{requester.name}}: {{message.text}}\n\n{{ticket.subject}}")
    number = None
    for verdict, has_words in (({"result": "pass", "source": "own", "detail": ""}, True), (NONE, False)):
        row = receive(desk, mail(authors=[{"name": "Cheap PILLS", "address": STRANGER}], verdict=verdict, **_FORGED))
        number = value(desk, "select number from helpdesk.tickets where ticket_id = %s", row["ticket_id"])
        payload = _payload(desk)
        for part in ("subject", "text", "html"):
            assert ("PILLS" in payload[part]) is has_words, part
        assert ("evil.example" in payload["text"]) is has_words
        assert [("PILLS" in box["name"], box["address"]) for box in payload["to"]] == [(has_words, STRANGER)]
        assert f"Number {number}" in payload["text"]


def test_a_refused_sender_receives_nothing_even_if_staff_accept_the_mail(desk: Db) -> None:
    row = receive(desk, mail(STRANGER, verdict=FAIL))
    assert row["outcome"] == "quarantined"
    with be(desk, ADMIN):
        done = one(desk, "select * from helpdesk.quarantine_to_ticket(%s)", row["inbound_id"])
    assert _decision(desk, done["ticket_id"]) == ("skipped", "sender_refused")


def test_staff_and_those_for_whom_they_forward_receive_nothing(desk: Db) -> None:
    own = receive(desk, mail(AGENT_ADDRESS))
    assert _decision(desk, own["ticket_id"]) == ("skipped", "written_by_staff")
    forwarded = {"from": {"name": "Victor", "address": "victor@elsewhere.example"}, "subject": "x"}
    row = receive(desk, mail(AGENT_ADDRESS, forwarded=forwarded))
    assert "forwarded_by_staff" in row["flags"]
    assert _decision(desk, row["ticket_id"]) == ("skipped", "forwarded_by_staff")
    assert mails(desk) == []


def test_one_mail_to_two_teams_is_acknowledged_once(desk: Db) -> None:
    made = mail(to=["support@desk.example", "billing@desk.example"])
    receive(desk, made)
    assert value(desk, "select count(*) from helpdesk.tickets where title = 'The printer'") == 2
    assert len(mails(desk)) == 1
    # The same, as two deliveries a minute apart.
    twice = mail(to=["support@desk.example", "billing@desk.example"], subject="Twice")
    receive(desk, twice, "support@desk.example")
    second = receive(desk, twice, "billing@desk.example")
    assert _decision(desk, second["ticket_id"]) == ("skipped", "acknowledged_before")
    assert len(mails(desk)) == 2


def test_five_an_hour_and_twenty_a_day_to_an_address(desk: Db) -> None:
    seen = [_decision(desk, receive(desk, mail(STRANGER, subject=f"S{n}"))["ticket_id"]) for n in range(7)]
    assert seen == [("queued", None)] * 5 + [("skipped", "address_per_hour")] * 2
    desk.execute("update helpdesk.automatic_emails set created_at = created_at - interval '61 minutes'")
    desk.execute(
        "insert into helpdesk.automatic_emails (kind, ticket_id, recipient, state, created_at) "
        "select 'acknowledgement', ticket_id, %s, 'queued', clock_timestamp() - interval '2 hours' "
        "from helpdesk.tickets, generate_series(1, 15) where title = 'S0'",
        (STRANGER,),
    )
    row = receive(desk, mail(STRANGER, subject="Next"))
    assert _decision(desk, row["ticket_id"]) == ("skipped", "address_per_day")


def test_the_tags_of_a_mailbox_have_one_limit(desk: Db) -> None:
    seen = [
        _decision(desk, receive(desk, mail(f"stranger+{n}@elsewhere.example", verdict=NONE))["ticket_id"])
        for n in range(6)
    ]
    assert seen == [("queued", None)] * 5 + [("skipped", "address_per_hour")]
    other = receive(desk, mail("another+1@elsewhere.example", verdict=NONE))
    assert _decision(desk, other["ticket_id"]) == ("queued", None)


def test_a_program_that_changes_its_address_meets_the_limit_of_its_domain(desk: Db, world: World) -> None:
    desk.execute(
        "insert into helpdesk.automatic_emails (kind, ticket_id, recipient, state, created_at) "
        "select 'acknowledgement', %s, n || '@crm.example', 'queued', clock_timestamp() - interval '10 minutes' "
        "from generate_series(1, 100) as n",
        (world["lent"],),
    )
    row = receive(desk, mail("x101@crm.example"))
    assert _decision(desk, row["ticket_id"]) == ("skipped", "domain_per_hour")
    other = receive(desk, mail("x101@other.example"))
    assert _decision(desk, other["ticket_id"]) == ("queued", None)


def test_the_whole_helpdesk_has_a_limit_in_a_minute(desk: Db) -> None:
    with be(desk, ADMIN):
        desk.execute("update helpdesk.settings set email_max_per_minute = 1")
    first, second = (receive(desk, mail(f"x{n}@{n}.example")) for n in range(2))
    assert _decision(desk, first["ticket_id"]) == ("queued", None)
    assert _decision(desk, second["ticket_id"]) == ("skipped", "installation_per_minute")


def test_who_wants_no_acknowledgements_has_none_and_who_wants_all_has_those_of_the_api(desk: Db) -> None:
    with be(desk, ADMIN):
        desk.execute("update helpdesk.settings set email_acknowledgements = 'none'")
    receive(desk, mail())
    assert mails(desk) == []
    _open(desk)
    with be(desk, ADMIN):
        desk.execute("update helpdesk.settings set email_acknowledgements = 'email'")
    _open(desk)
    assert mails(desk) == []
    with be(desk, ADMIN):
        desk.execute("update helpdesk.settings set email_acknowledgements = 'all'")
    _allow(desk, "{{ticket.subject}}: {{message.text}}")
    _open(desk)
    assert "Over the API: It burns" in _payload(desk)["text"]
    with be(desk, AGENT):
        desk.execute("select helpdesk.create_ticket('Of staff')")
    assert len(mails(desk)) == 1


def _open(db: Db) -> None:
    with be(db, CUSTOMER):
        db.execute("select helpdesk.create_ticket('Over the API', 'It burns')")
