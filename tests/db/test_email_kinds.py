"""E-mail in: what is no conversation, what comes twice, what is over, and loops."""

from __future__ import annotations

import pytest
from tests.db.mailing import (
    AGENT_ADDRESS,
    BILLING,
    CUSTOMER_ADDRESS,
    NONE,
    OTHER_ADDRESS,
    STRANGER,
    SUPPORT,
    Json,
    add_channels,
    count,
    mail,
    message,
    minted,
    receive,
    ticket,
    token,
)
from tests.db.people import ADMIN, CUSTOMER, Db, be
from tests.db.world import World


@pytest.fixture
def desk(db: Db, world: World) -> Db:
    """The furnished helpdesk with two addresses."""
    add_channels(db, world)
    return db


def _links(desk: Db) -> list[tuple[str, str, str]]:
    rows = desk.execute("select kind, source_id, target_id from helpdesk.ticket_links order by linked_at").fetchall()
    return [(row["kind"], str(row["source_id"]), str(row["target_id"])) for row in rows]


AUTOMATIC: list[Json] = [
    {"auto_submitted": "auto-replied; owner-email=x"},
    {"x_autoreply": "yes"},
    {"x_autorespond": "1"},
    {"x_auto_response_from": "x"},
    {"precedence": "auto_reply"},
]


@pytest.mark.parametrize("headers", AUTOMATIC)
def test_an_automatic_reply_is_a_note_and_opens_nothing(desk: Db, world: World, headers: Json) -> None:
    before = ticket(desk, world["closed"])
    made = token(desk, world["closed"], world["customer"])
    row = receive(desk, mail(subject="Out of office", headers=headers), made)
    assert (row["outcome"], str(row["ticket_id"])) == ("automatic", world["closed"])
    assert row["note_id"] is not None
    assert ticket(desk, world["closed"]) == before
    # Without evidence it opens no ticket either, and stays as a row.
    tickets = count(desk, "tickets")
    assert receive(desk, mail(STRANGER, subject="Out of office", headers=headers))["outcome"] == "automatic"
    assert count(desk, "tickets") == tickets


def test_an_automatic_reply_of_staff_goes_nowhere(desk: Db, world: World) -> None:
    made = token(desk, world["mine"], world["agent"])
    for sender in (AGENT_ADDRESS, STRANGER):
        row = receive(desk, mail(sender, headers={"auto_submitted": "auto-replied"}), made)
        assert (row["outcome"], row["post_id"], row["note_id"]) == ("automatic", None, None)


@pytest.mark.parametrize(
    ("headers", "flags"),
    [
        ({"auto_submitted": "auto-generated"}, {"automatic"}),
        ({"precedence": "bulk"}, {"automatic"}),
        ({"return_path": "<>"}, {"automatic"}),
        ({"list_id": "<x.example>"}, {"list"}),
        ({"auto_submitted": "no"}, set()),
        ({"x_auto_response_suppress": "All"}, set()),
    ],
)
def test_what_a_program_writes_opens_a_ticket_that_is_not_acknowledged(
    desk: Db, headers: Json, flags: set[str]
) -> None:
    row = receive(desk, mail(headers=headers))
    assert (row["outcome"], set(row["flags"])) == ("created", flags)
    again = receive(desk, mail(headers=headers))
    assert again["ticket_id"] != row["ticket_id"], "the same sender and subject are no evidence"


def test_what_the_parser_says_of_the_content_is_kept(desk: Db) -> None:
    said = ["encrypted", "sender_not_verified", "several_teams", "too_many_parts", "tnef", "tnef", 7]
    assert receive(desk, mail(flags=said))["flags"] == ["too_many_parts", "encrypted", "tnef"]
    assert receive(desk, mail(flags=["shortened"], text="a" * 100_001))["flags"] == ["shortened"]
    for odd in ("tnef", {"tnef": True}, None):
        assert receive(desk, mail(flags=odd))["flags"] == []


def test_a_report_is_no_message_and_is_believed_only_about_our_mail(desk: Db, world: World) -> None:
    ours = minted(desk, world["closed"])
    before = (count(desk, "tickets"), count(desk, "messages"), ticket(desk, world["closed"]))
    made = token(desk, world["closed"], world["customer"])[6:32]
    for bounce in ({"ids": [ours]}, {"tokens": [made]}):
        row = receive(
            desk, mail("mailer-daemon@mail.example", bounce={"ids": [], "tokens": [], "recipients": []} | bounce)
        )
        assert (row["outcome"], row["reason"], str(row["ticket_id"])) == ("bounce", "names_our_mail", world["closed"])
    row = receive(desk, mail("mailer-daemon@mail.example", bounce={"ids": ["x@y"], "tokens": ["a" * 26]}))
    assert (row["outcome"], row["reason"], row["ticket_id"]) == ("bounce", "names_no_mail_of_ours", None)
    for report, outcome in (("disposition", "receipt"), ("complaint", "complaint")):
        row = receive(desk, mail(STRANGER, report=report, in_reply_to=[ours]))
        assert (row["outcome"], str(row["ticket_id"])) == (outcome, world["closed"])
    assert (count(desk, "tickets"), count(desk, "messages"), ticket(desk, world["closed"])) == before


@pytest.mark.parametrize("kind", ["reply", "note"])
@pytest.mark.parametrize(
    "headers", [{"auto_submitted": "auto-generated"}, {"precedence": "bulk"}, {"return_path": "<>"}]
)
def test_an_absence_of_staff_is_told_to_nobody(desk: Db, world: World, headers: Json, kind: str) -> None:
    before = (count(desk, "messages"), count(desk, "notes"), ticket(desk, world["mine"]))
    row = receive(
        desk,
        mail(AGENT_ADDRESS, subject="Away", headers=headers),
        token(desk, world["mine"], world["agent"], kind),
    )
    assert (row["outcome"], str(row["ticket_id"])) == ("automatic", world["mine"])
    assert (count(desk, "messages"), count(desk, "notes"), ticket(desk, world["mine"])) == before


def test_a_copy_of_our_own_mail_is_ignored(desk: Db, world: World) -> None:
    row = receive(desk, mail(SUPPORT, message_id=minted(desk, world["mine"])))
    assert (row["outcome"], row["post_id"]) == ("own_copy", None)
    assert receive(desk, mail(SUPPORT, headers={"our_marker": "x"}))["outcome"] == "own_copy"
    assert receive(desk, mail(SUPPORT))["reason"] == "our_own_address"


def test_a_web_form_is_believed_if_it_is_on_the_list(desk: Db, world: World) -> None:
    with be(desk, ADMIN):
        desk.execute("update helpdesk.email_channels set trusted_forms = %s", ([SUPPORT],))
    row = receive(desk, mail(SUPPORT, reply_to=[CUSTOMER_ADDRESS]))
    assert (row["outcome"], str(ticket(desk, row["ticket_id"])["created_by"])) == ("created", world["customer"])
    assert {"web_form", "sender_not_verified"} <= set(row["flags"])


def test_a_mailing_list_names_the_sender_only_if_it_is_trusted(desk: Db, world: World) -> None:
    headers = {"x_original_sender": CUSTOMER_ADDRESS, "list_id": "<all.lists.example>"}
    row = receive(desk, mail("all@lists.example", headers=headers))
    assert row["from_address"] == "all@lists.example"
    with be(desk, ADMIN):
        desk.execute("update helpdesk.email_channels set trusted_rewriters = '{lists.example}'")
    row = receive(desk, mail("all@lists.example", headers=headers))
    assert str(ticket(desk, row["ticket_id"])["created_by"]) == world["customer"]
    assert row["verdict"] == "none"


def test_the_same_mail_twice_is_taken_once_and_a_reused_id_is_kept(desk: Db) -> None:
    made = mail()
    first = receive(desk, made)
    again = receive(desk, made, "support+x@desk.example")
    assert (again["outcome"], again["ticket_id"]) == ("duplicate", first["ticket_id"])
    other = receive(desk, made | {"content_sha256": "0" * 64, "text": "Another year"})
    assert (other["outcome"], other["flags"]) == ("created", ["id_reused"])
    assert other["ticket_id"] != first["ticket_id"]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_mail_to_two_teams_is_a_ticket_for_each(desk: Db, at_once: bool) -> None:
    made = mail(to=[SUPPORT], cc=[BILLING])
    tickets = count(desk, "tickets")
    if at_once:
        receive(desk, made, SUPPORT, BILLING)
    else:
        receive(desk, made, SUPPORT)
        row = receive(desk, made, BILLING)
        assert "several_teams" in row["flags"], "one acknowledgement"
        assert receive(desk, made, "billing+again@desk.example")["outcome"] == "duplicate"
    assert count(desk, "tickets") == tickets + 2
    assert [kind for kind, _, _ in _links(desk)] == ["child_of"]


def test_a_reply_opens_what_was_closed_lately_and_later_a_follow_up(desk: Db, world: World) -> None:
    made = token(desk, world["closed"], world["customer"])
    subject = ticket(desk, world["closed"])["title"]
    assert receive(desk, mail(subject=subject), made)["outcome"] == "appended"
    assert ticket(desk, world["closed"])["status"] == "open"
    with be(desk, CUSTOMER):
        desk.execute("update helpdesk.tickets set status = 'closed' where ticket_id = %s", (world["closed"],))
    with be(desk, ADMIN):
        desk.execute("update helpdesk.settings set email_reopen_days = 0")
    row = receive(desk, mail(subject=subject), made)
    assert (row["outcome"], row["reason"]) == ("created", "ticket_closed_before")
    assert _links(desk) == [("follow_up_of", str(row["ticket_id"]), world["closed"])]
    assert ticket(desk, world["closed"])["status"] == "closed"


def test_another_subject_is_marked_or_opens_a_linked_ticket(desk: Db, world: World) -> None:
    row = receive(desk, mail(subject="Quite another thing"), token(desk, world["mine"], world["customer"]))
    assert (row["outcome"], row["flags"]) == ("appended", ["subject_changed"])
    row = receive(desk, mail(subject="A third thing", references=[minted(desk, world["mine"])]))
    assert (row["outcome"], row["reason"]) == ("created", "other_subject")
    assert _links(desk) == [("follow_up_of", str(row["ticket_id"]), world["mine"])]
    title = ticket(desk, world["mine"])["title"]
    for prefix in ("Re: ", "AW: Re: ", "RE[2]: ", "回复\uff1a", "Antw: WG: "):
        row = receive(desk, mail(subject=prefix + title, references=[minted(desk, world["mine"])]))
        assert (row["outcome"], row["flags"]) == ("appended", []), prefix


def test_a_reply_to_a_merged_ticket_lands_where_the_conversation_is(desk: Db, world: World) -> None:
    made = token(desk, world["mine"], world["customer"])
    with be(desk, ADMIN):
        desk.execute("select helpdesk.merge_tickets(%s, %s)", (world["mine"], world["answered"]))
    row = receive(desk, mail(subject="x"), made)
    assert str(row["ticket_id"]) == world["answered"]
    assert str(message(desk, row)["ticket_id"]) == world["answered"]


def test_reply_addresses_of_two_tickets_write_to_both_and_a_revoked_one_to_none(desk: Db, world: World) -> None:
    both = [token(desk, world[name], world["customer"]) for name in ("mine", "answered")]
    before = count(desk, "messages")
    receive(desk, mail(), *both)
    assert count(desk, "messages") == before + 2
    desk.execute("update helpdesk_private.reply_tokens set revoked_at = now()")
    assert receive(desk, mail(), both[0])["outcome"] == "created"
    assert token(desk, world["mine"], world["customer"]) != both[0], "a new one is made"


def test_a_deleted_ticket_is_no_obstacle(desk: Db, world: World) -> None:
    ours = minted(desk, world["mine"])
    desk.execute("delete from helpdesk.tickets where ticket_id = %s", (world["mine"],))
    assert receive(desk, mail(in_reply_to=[ours]))["outcome"] == "created"


def test_a_blocked_sender_opens_nothing_and_is_kept(desk: Db) -> None:
    with be(desk, ADMIN):
        desk.execute("insert into helpdesk.email_blocks (pattern) values ('Spam.example'), ('x@ok.example')")
    tickets = count(desk, "tickets")
    for sender in ("a@spam.example", "b@mail.spam.example", "x@ok.example"):
        assert receive(desk, mail(sender))["outcome"] == "blocked"
    assert count(desk, "tickets") == tickets
    for sender in ("a@notspam.example", "y@ok.example"):
        assert receive(desk, mail(sender))["outcome"] == "created"


@pytest.mark.parametrize(
    "odd",
    [
        {"text": "", "subject": "", "message_id": ""},
        {"text": "x" * 200_000, "subject": "y" * 5_000},
        {"references": [f"{n}@x" for n in range(5_000)], "in_reply_to": ["z" * 5_000]},
        {"date": "Mon, " + "9" * 181},
        {"date": "0000-99-99T00:00:00Z"},
        {"trimmed_from": -5},
        {"trimmed_from": 1e300},
        {"headers": {"received_count": "many", "authentication_results": "x", "auto_submitted": 5}},
        {"subject": "a\r\nBcc: x@y\u202e", "text": "\u0001\ufffd"},
        {"bounce": [], "report": 7, "forwarded": "x", "is_calendar_reply": "yes"},
        {"to": [], "cc": ["a@b@c", "", "<>"], "reply_to": ["x"]},
        {"headers": None, "verdict": None, "references": None, "reply_to": []},
    ],
)
def test_an_odd_mail_is_taken_with_what_can_be_read(desk: Db, odd: Json) -> None:
    row = receive(desk, mail(**odd), SUPPORT)
    assert row["outcome"] == "created"
    assert ticket(desk, row["ticket_id"])["title"]


@pytest.mark.parametrize("sender", ["a@good@bad", "", "joe", "a@good, b@bad", "x" * 300 + "@y.example", "<>"])
def test_without_one_author_a_mail_waits(desk: Db, sender: str) -> None:
    row = receive(desk, mail(authors=[{"name": "", "address": sender}]))
    assert (row["outcome"], row["reason"]) == ("quarantined", "author_unknown")


def test_two_authors_are_none(desk: Db) -> None:
    both = [{"name": "", "address": CUSTOMER_ADDRESS}, {"name": "", "address": OTHER_ADDRESS}]
    assert receive(desk, mail(authors=both))["reason"] == "author_unknown"
    assert receive(desk, mail(None, verdict=NONE))["reason"] == "author_unknown"
