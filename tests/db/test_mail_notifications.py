"""Notifications by mail: who receives them, when, what is in them, and who no longer does when they are sent."""

from __future__ import annotations

import pytest
from tests.db.mailing import NONE, PASS, Json, add_channels, mail, receive, ticket, token
from tests.db.mailing_out import leased, mails, reply
from tests.db.people import ADMIN, AGENT, CUSTOMER, STRANGER, Db, Person, be, one, value
from tests.db.world import World

_SWITCH = "select helpdesk.set_notification_preferences(%s)"


@pytest.fixture
def desk(db: Db, world: World) -> Db:
    """The furnished helpdesk with an address for each team, nothing sent before, and replies that wait no time."""
    add_channels(db, world)
    db.execute("delete from helpdesk.outbound_emails")
    db.execute("delete from helpdesk.automatic_emails")
    db.execute("update helpdesk.settings set email_batch_minutes = 0")
    _assign(db, world["mine"], AGENT, by=AGENT)
    return db


def _assign(db: Db, ticket_id: str, to: Person, by: Person = ADMIN) -> None:
    with be(db, by):
        user = value(db, "select user_id from helpdesk.users where email = %s", to.email)
        db.execute("select helpdesk.assign_ticket(%s, %s)", (ticket_id, user))


def _say(db: Db, ticket_id: str, text: str) -> None:
    reply(db, ticket_id, text, CUSTOMER)


def _note(db: Db, ticket_id: str, text: str, by: Person = ADMIN) -> None:
    with be(db, by):
        db.execute("select helpdesk.add_note(%s, %s)", (ticket_id, text))


def _queued(db: Db) -> list[tuple[str, str]]:
    return [(row["details"]["notification"], row["recipient"]) for row in mails(db) if row["kind"] == "notification"]


def _given(db: Db) -> Json:
    (given,) = leased(db)
    return dict(given["payload"])


def _dropped(db: Db) -> str:
    """Why the one mail that waits is not sent: it ends as done, and neither fails nor alarms anybody."""
    assert leased(db) == []
    row = mails(db)[-1]
    assert row["state"] == "cancelled"
    delivery = one(db, "select * from helpdesk.outbox where target_id = %s", row["email_id"])
    assert (delivery["state"], delivery["last_problem"]) == ("done", row["problem"])
    assert value(db, "select count(*) from helpdesk.events where type = 'email.failed'") == 0
    return str(row["problem"])


def test_whoever_is_assigned_a_ticket_is_told_by_whom_and_what_it_is_about(desk: Db, world: World) -> None:
    assert _queued(desk) == [], "nobody is told what they did themselves"
    _assign(desk, world["mine"], ADMIN, by=AGENT)
    assert _queued(desk) == [("assigned", ADMIN.email)]
    number = ticket(desk, world["mine"])["number"]
    payload = _given(desk)
    assert payload["subject"].startswith(f"Assigned to you: #{number} ")
    assert f"ticket #{number}" in payload["text"]
    assert payload["automatic"] == "auto-generated"
    assert payload["to"][0]["address"] == ADMIN.email
    assert payload["reply_to"]["address"].startswith("reply+")


@pytest.mark.parametrize(("locale", "words"), [("en", "(not verified)"), ("de", "(nicht bestätigt)")])
def test_a_reply_that_may_be_forged_is_marked(desk: Db, world: World, locale: str, words: str) -> None:
    with be(desk, AGENT):
        desk.execute(_SWITCH, (f'{{"locale": "{locale}"}}',))
    address = token(desk, world["mine"], world["customer"])
    for verdict, is_marked in ((PASS, False), (NONE, True)):
        row = receive(desk, mail(subject=ticket(desk, world["mine"])["title"], verdict=verdict), address)
        assert row["outcome"] == "appended"
        given = _given(desk)
        assert (words in given["text"], words in given["html"]) == (is_marked, is_marked)


def test_replies_of_the_customer_within_a_while_are_one_mail_that_has_them_all(desk: Db, world: World) -> None:
    desk.execute("update helpdesk.settings set email_batch_minutes = 5")
    _say(desk, world["mine"], "First <b>words</b>")
    _say(desk, world["mine"], "Second words")
    assert _queued(desk) == [("customer_replied", AGENT.email)]
    assert leased(desk) == [], "it waits for more"
    waits = value(
        desk,
        "select extract(epoch from o.next_at - o.created_at) from helpdesk.outbox as o "
        "where o.target_id = (select email_id from helpdesk.outbound_emails where kind = 'notification')",
    )
    assert 299 <= waits <= 301
    desk.execute("update helpdesk.outbox set next_at = now() where kind = 'email'")
    payload = _given(desk)
    assert payload["text"].index("First <b>words</b>") < payload["text"].index("Second words")
    assert "First &lt;b&gt;words&lt;/b&gt;" in payload["html"]
    # The next reply is a mail of its own: that one is on its way.
    _say(desk, world["mine"], "Third words")
    assert len(_queued(desk)) == 2
    desk.execute("update helpdesk.outbox set next_at = now() where kind = 'email' and state = 'queued'")
    text = _given(desk)["text"]
    assert "Third words" in text
    assert "Second" not in text


def test_what_a_mail_quotes_is_not_repeated(desk: Db, world: World) -> None:
    desk.execute("delete from helpdesk.outbox where kind = 'email'")
    known = value(desk, "select helpdesk_private.reply_token(%s, %s)", world["mine"], world["customer"])
    body = "Still broken.\n\nYou wrote:\n> Is it?"
    receive(desk, mail(text=body, trimmed_from=13, to=[f"reply+{known}@desk.example"]), f"reply+{known}@desk.example")
    text = _given(desk)["text"]
    assert "Still broken." in text
    assert "You wrote" not in text


def test_replies_of_staff_notify_nobody_of_staff(desk: Db, world: World) -> None:
    reply(desk, world["mine"], person=ADMIN)
    assert _queued(desk) == []


def test_a_team_is_told_of_an_unassigned_ticket_only_if_its_members_want_it(desk: Db, world: World) -> None:
    with be(desk, AGENT):
        desk.execute("select helpdesk.unassign_ticket(%s)", (world["mine"],))
    _say(desk, world["mine"], "Anybody?")
    assert _queued(desk) == []
    for person in (AGENT, STRANGER):
        with be(desk, person):
            desk.execute(_SWITCH, ('{"team_customer_replied": true}',))
    _say(desk, world["mine"], "Anybody at all?")
    assert _queued(desk) == [("team_customer_replied", AGENT.email)], "STRANGER is in another team"
    assert _given(desk)["subject"].startswith("New reply: ")


@pytest.mark.parametrize("text", ["@agent look", "Ask (@Agent@example.com).", "Ask @AnnaAgent, please", "x\n@agent"])
def test_who_is_mentioned_is_told_and_answers_with_a_note(desk: Db, world: World, text: str) -> None:
    desk.execute("update helpdesk.users set name = 'Anna Agent' where user_id = %s", (world["agent"],))
    _note(desk, world["mine"], text)
    assert _queued(desk) == [("mentioned", AGENT.email)]
    payload = _given(desk)
    assert "mentioned you" in payload["subject"]
    assert text in payload["text"]
    assert payload["reply_to"]["address"].startswith("note+")


@pytest.mark.parametrize("text", ["agent@example.com wrote", "@agents", "@customer", "@stranger look", "@nobody", "@"])
def test_what_mentions_nobody_who_works_the_ticket(desk: Db, world: World, text: str) -> None:
    _note(desk, world["mine"], text)
    assert _queued(desk) == []


def test_nobody_mentions_themselves_and_what_could_be_two_people_is_nobody(desk: Db, world: World) -> None:
    _note(desk, world["mine"], "@agent: me", by=AGENT)
    desk.execute("update helpdesk.users set name = 'Sam' where user_id in (%s, %s)", (world["agent"], world["admin"]))
    for person in (ADMIN, AGENT):
        _note(desk, world["mine"], "@sam", by=person)
    assert _queued(desk) == []
    # Of the two, only one works the ticket.
    desk.execute(
        "update helpdesk.users set name = 'Kim' where user_id in (%s, %s)", (world["agent"], world["stranger"])
    )
    _note(desk, world["mine"], "@kim", by=ADMIN)
    assert _queued(desk) == [("mentioned", AGENT.email)]


def test_a_mail_that_became_a_note_mentions_nobody(desk: Db, world: World) -> None:
    known = value(desk, "select helpdesk_private.reply_token(%s, %s)", world["mine"], world["customer"])
    row = receive(
        desk,
        mail(
            AGENT.email,
            verdict={"result": "none", "source": "own", "detail": ""},
            text="@agent",
            to=[f"reply+{known}@desk.example"],
        ),
        f"reply+{known}@desk.example",
    )
    assert row["note_id"] is not None
    assert _queued(desk) == []


def test_a_switch_that_is_off_and_an_inactive_person_receive_nothing(desk: Db, world: World) -> None:
    with be(desk, AGENT):
        desk.execute(_SWITCH, ('{"customer_replied": false}',))
    _say(desk, world["mine"], "Hello?")
    assert _queued(desk) == []
    desk.execute("update helpdesk.users set is_active = false where user_id = %s", (world["agent"],))
    _note(desk, world["mine"], "@agent")
    assert _queued(desk) == []


def test_who_has_lost_the_ticket_until_then_is_not_told(desk: Db, world: World) -> None:
    _note(desk, world["mine"], "@agent: a secret")
    desk.execute("update helpdesk.tickets set assigned_to = null where ticket_id = %s", (world["mine"],))
    desk.execute("delete from helpdesk.team_members where user_id = %s", (world["agent"],))
    assert _dropped(desk) == "no_longer_allowed"


def test_who_was_deactivated_or_switched_it_off_until_then_is_not_told(desk: Db, world: World) -> None:
    _note(desk, world["mine"], "@agent")
    with be(desk, AGENT):
        desk.execute(_SWITCH, ('{"mentioned": false}',))
    assert _dropped(desk) == "switched_off"
    with be(desk, AGENT):
        desk.execute(_SWITCH, ('{"mentioned": null}',))
    _note(desk, world["mine"], "@agent")
    desk.execute("update helpdesk.users set is_active = false where user_id = %s", (world["agent"],))
    assert _dropped(desk) == "no_longer_allowed"


def test_who_is_no_longer_assigned_is_not_told_of_it(desk: Db, world: World) -> None:
    _assign(desk, world["mine"], ADMIN, by=AGENT)
    desk.execute("update helpdesk.tickets set assigned_to = null where ticket_id = %s", (world["mine"],))
    assert _dropped(desk) == "not_assigned_any_more"


def test_what_was_redacted_until_then_is_not_told(desk: Db, world: World) -> None:
    _say(desk, world["mine"], "My password is hunter2")
    said = ticket(desk, world["mine"])["last_message_id"]
    with be(desk, AGENT):
        desk.execute("select helpdesk.redact_message(%s)", (said,))
    assert _dropped(desk) == "redacted"


def test_a_dropped_mail_can_be_sent_after_all(desk: Db, world: World) -> None:
    _note(desk, world["mine"], "@agent")
    with be(desk, AGENT):
        desk.execute(_SWITCH, ('{"mentioned": false}',))
    assert _dropped(desk) == "switched_off"
    with be(desk, AGENT):
        desk.execute(_SWITCH, ('{"mentioned": true}',))
    delivery = value(desk, "select delivery_id from helpdesk.outbox where target_id = %s", mails(desk)[-1]["email_id"])
    with be(desk, ADMIN):
        desk.execute("select helpdesk.replay_deliveries(array[%s]::uuid[])", (delivery,))
    assert "mentioned you" in _given(desk)["subject"]


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("550 5.1.1 Unknown user: sign in at https://evil.example", "5.1.1, there is no such mailbox"),
        ("5.2.2 full, says evil", "5.2.2, the mailbox is full"),
        ("5.2.1 evil", "5.2.1, the mailbox takes no mail"),
        ("4.3.4 evil", "4.3.4, the mail is too large"),
        ("4.4.7 evil", "4.4.7, the server was not reached"),
        ("554 5.7.1 evil", "5.7.1, the server refuses such mail"),
        ("5.0.0 evil", "5.0.0, it was not delivered"),
        ("call 5.1.1111.1 evil", "it was not delivered"),
        ("", "it was not delivered"),
    ],
)
def test_whoever_has_the_ticket_learns_that_a_reply_did_not_arrive(
    desk: Db, world: World, reason: str, words: str
) -> None:
    reply(desk, world["mine"], person=AGENT)
    sent = mails(desk)[0]
    desk.execute("delete from helpdesk.outbox where kind = 'email'")
    desk.execute(
        "update helpdesk.outbound_emails set bounced_at = now(), bounce_reason = %s where email_id = %s",
        (reason, sent["email_id"]),
    )
    assert _queued(desk) == [("bounced", AGENT.email)]
    payload = _given(desk)
    assert f"{sent['recipient']}: {words}" in payload["text"]
    for part in ("text", "html", "subject"):
        assert "evil" not in payload[part], "what a server says is the word of whoever chose or forged it"


def test_without_an_address_of_the_helpdesk_nothing_is_written(desk: Db, world: World) -> None:
    desk.execute("update helpdesk.email_channels set is_active = false")
    _say(desk, world["mine"], "Hello?")
    _note(desk, world["mine"], "@agent")
    assert mails(desk) == []
    assert value(desk, "select count(*) from helpdesk.automatic_emails") == 0


def test_each_person_reads_their_own_language(desk: Db, world: World) -> None:
    with be(desk, AGENT):
        desk.execute(_SWITCH, ('{"locale": "de"}',))
    _note(desk, world["mine"], "@agent")
    assert "hat Sie erwähnt" in _given(desk)["subject"]


def test_more_than_sixty_an_hour_to_one_person_are_skipped_and_a_row_says_so(desk: Db, world: World) -> None:
    desk.execute(
        "insert into helpdesk.automatic_emails (kind, ticket_id, recipient, user_id, state, created_at) "
        "select 'assigned', %s, %s, %s, 'queued', clock_timestamp() - interval '10 minutes' "
        "from generate_series(1, 60)",
        (world["lent"], AGENT.email, world["agent"]),
    )
    _note(desk, world["mine"], "@agent")
    assert _queued(desk) == []
    with be(desk, AGENT):
        seen = desk.execute(
            "select kind, state, reason from helpdesk.automatic_emails where ticket_id = %s", (world["mine"],)
        ).fetchall()
    assert seen == [{"kind": "mentioned", "state": "skipped", "reason": "address_per_hour"}]
