"""E-mail in: what people decide on mails in quarantine. Case numbers are those of test_email_cases.py."""

from __future__ import annotations

import pytest
from psycopg import errors
from tests.db.mailing import (
    AGENT_ADDRESS,
    CUSTOMER_ADDRESS,
    FAIL,
    NONE,
    STRANGER,
    Json,
    add_channels,
    count,
    mail,
    message,
    receive,
    ticket,
    token,
)
from tests.db.people import AGENT, CUSTOMER, Db, be, one, refused, value
from tests.db.world import World


@pytest.fixture
def desk(db: Db, world: World) -> Db:
    """The furnished helpdesk with two addresses."""
    add_channels(db, world)
    return db


def _decide(desk: Db, function: str, row: Json, *more: str) -> Json:
    calls = {
        "accept": "select * from helpdesk.accept_quarantined(%s)",
        "ticket": "select * from helpdesk.quarantine_to_ticket(%s)",
        "ticket for": "select * from helpdesk.quarantine_to_ticket(%s, %s)",
        "spam": "select * from helpdesk.mark_spam(%s)",
    }
    with be(desk, AGENT):
        return one(desk, calls[function], row["inbound_id"], *more)


def _forged(desk: Db, world: World, sender: str = CUSTOMER_ADDRESS) -> Json:
    return receive(desk, mail(sender, verdict=FAIL), token(desk, world["mine"], world["customer"]))


def test_an_accepted_mail_is_a_message_of_its_sender_and_is_decided_once(desk: Db, world: World) -> None:
    row = _forged(desk, world)
    done = _decide(desk, "accept", row)
    assert (done["outcome"], str(done["ticket_id"]), str(done["decided_by"])) == (
        "appended",
        world["mine"],
        world["agent"],
    )
    said = message(desk, done)
    assert (str(said["author_id"]), said["author_kind"]) == (world["customer"], "customer")
    assert "sender_not_verified" in done["flags"]
    for again in ("accept", "ticket", "spam"):
        with refused("not_quarantined"):
            _decide(desk, again, row)
    with be(desk, AGENT):
        explained = value(desk, "select helpdesk.explain_email(%s)", row["inbound_id"])
    assert "because the domain of its sender says that the mail is not its own, and Agent accepted it" in explained


def test_an_accepted_mail_in_the_name_of_staff_is_a_note_of_nobody(desk: Db, world: World) -> None:
    before = count(desk, "messages")
    done = _decide(desk, "accept", _forged(desk, world, AGENT_ADDRESS))
    note = one(desk, "select * from helpdesk.notes where note_id = %s", done["note_id"])
    assert note["author_id"] is None
    assert count(desk, "messages") == before
    with refused("invalid_value"):
        _decide(desk, "ticket", _forged(desk, world, AGENT_ADDRESS))


def test_a_mail_becomes_a_ticket_of_its_sender_or_of_whom_staff_name(desk: Db, world: World) -> None:
    done = _decide(desk, "ticket", _forged(desk, world, STRANGER))
    made = ticket(desk, done["ticket_id"])
    assert made["ticket_id"] != world["mine"]
    assert one(desk, "select email from helpdesk.users where user_id = %s", made["created_by"])["email"] == STRANGER
    nobody = receive(desk, mail(authors=[]))
    with refused("invalid_value"):
        _decide(desk, "ticket", nobody)
    done = _decide(desk, "ticket for", nobody, world["other"])
    assert str(ticket(desk, done["ticket_id"])["created_by"]) == world["other"]


def test_spam_is_kept_and_changes_nothing(desk: Db, world: World) -> None:
    before = ticket(desk, world["mine"])
    done = _decide(desk, "spam", _forged(desk, world))
    assert (done["outcome"], done["reason"]) == ("spam", "marked")
    assert ticket(desk, world["mine"]) == before


def test_each_id_in_in_reply_to_is_tried_and_an_unknown_one_is_no_error(desk: Db, world: World) -> None:
    first = receive(desk, mail())
    fields: Json = {"subject": "Re: The printer", "in_reply_to": ["gone@x.example", first["message_id"]]}
    assert receive(desk, mail(**fields))["ticket_id"] == first["ticket_id"]
    assert receive(desk, mail(in_reply_to=["reply+zzz", "<ticket-999999@desk.example>"]))["outcome"] == "created"


def test_reply_to_is_where_answers_go_and_not_who_wrote(desk: Db, world: World) -> None:
    row = receive(desk, mail(STRANGER, reply_to=[CUSTOMER_ADDRESS], verdict=NONE))
    assert "reply_to_differs" in row["flags"]
    assert str(row["author_id"]) != world["customer"]


def test_a_blind_copy_is_found_by_the_envelope_and_else_goes_to_the_default_team(desk: Db, world: World) -> None:
    row = receive(desk, mail(to=["someone@else.example"]), "billing@desk.example")
    assert row["team_id"] == ticket(desk, world["theirs"])["team_id"]
    row = receive(desk, mail(to=["someone@else.example"]), "unknown@desk.example")
    assert str(row["team_id"]) == world["desk"]


def test_a_customer_reads_no_mail_that_arrived(desk: Db) -> None:
    row = receive(desk, mail())
    with be(desk, CUSTOMER):
        assert desk.execute("select from helpdesk.inbound_emails").fetchall() == []
    with refused("forbidden"), be(desk, CUSTOMER):
        value(desk, "select helpdesk.explain_email(%s)", row["inbound_id"])


def test_the_sentence_about_a_mail_without_a_ticket_names_none(desk: Db, world: World) -> None:
    said = receive(desk, mail(authors=[]))["explained"]
    assert said.startswith("The mail from an unknown sender waits in quarantine because From does not name one author;")
    said = receive(desk, mail(headers={"auto_submitted": "auto-replied"}))["explained"]
    assert " was recorded because it is an automatic reply" in said
    row = receive(desk, mail())
    desk.execute("delete from helpdesk.tickets where ticket_id = %s", (row["ticket_id"],))
    with be(desk, AGENT):
        said = value(desk, "select helpdesk.explain_email(%s)", row["inbound_id"])
    assert " opened a ticket that is gone because it names no ticket" in said
    first = receive(desk, mail())
    said = receive(desk, mail(STRANGER, in_reply_to=[first["message_id"]]))["explained"]
    assert said.endswith("; refused evidence: it names a mail in which the sender had no part.")


def test_who_is_not_asked_about_is_no_worker_of_the_ticket(desk: Db, world: World) -> None:
    query = (
        "select helpdesk_private.works_ticket(u, t) as works from helpdesk.users as u, helpdesk.tickets as t "
        "where u.user_id = %s and t.ticket_id = %s"
    )
    assert ticket(desk, world["mine"])["assigned_to"] is None or desk.execute(
        "update helpdesk.tickets set assigned_to = null where ticket_id = %s", (world["mine"],)
    )
    found = {name: value(desk, query, world[name], world["mine"]) for name in ("agent", "stranger", "customer")}
    assert found == {"agent": True, "stranger": False, "customer": False}


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("email_channels", "(address) values ('new@desk.example')"),
        ("user_emails", "(email, user_id) values ('new@example.com', %s)"),
        ("email_blocks", "(pattern) values ('new.example')"),
    ],
)
def test_where_no_guard_refuses_a_policy_does(desk: Db, world: World, table: str, row: str) -> None:
    desk.execute(f"alter table helpdesk.{table} disable trigger user".encode())
    for person in (AGENT, CUSTOMER):
        with pytest.raises(errors.InsufficientPrivilege, match="row-level security"), be(desk, person):
            desk.execute(f"insert into helpdesk.{table} {row}".encode(), [world["customer"]] if "%s" in row else [])
