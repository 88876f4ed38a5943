"""What connects the helpdesk of the tests with the outside: a webhook, mail, Slack."""

from __future__ import annotations

from uuid import uuid4

from tests.db.people import ADMIN, SERVICE, Db, be, one, value

from helpdesk_sdk.verification.world import World


def connect_outside(db: Db, world: World) -> None:
    """All of it, in a world that is furnished."""
    connect_webhook(db, world)
    _add_mails(db, world)
    _add_sent_mail(db, world)
    _add_slack(db, world)


def connect_webhook(db: Db, world: World) -> None:
    """A webhook that is switched off, after one delivery; another one waits for it."""
    with be(db, ADMIN):
        made = value(db, "select helpdesk.create_webhook('https://example.com/hooks')")
    world["webhook"] = made["webhook_id"]
    with be(db, ADMIN):
        db.execute("select helpdesk.test_webhook(%s)", (world["webhook"],))
    with be(db, SERVICE):
        leased = one(db, "select * from helpdesk.lease_deliveries('webhook')")
        settle = "select * from helpdesk.settle_delivery(%s, %s, 'done', 200, 'ok', null, 5)"
        one(db, settle, leased["delivery_id"], leased["lease"])
    world["sent delivery"] = str(leased["delivery_id"])
    with be(db, ADMIN):
        tested = one(db, "select * from helpdesk.test_webhook(%s)", world["webhook"])
        db.execute("update helpdesk.webhooks set is_active = false")
    world |= {"delivery": str(tested["delivery_id"]), "lease": str(uuid4())}
    # Its sender has not come back, and may still settle it.
    db.execute(
        "insert into helpdesk_private.delivery_leases (delivery_id, lease) values (%s, %s)",
        (world["delivery"], world["lease"]),
    )


def _add_slack(db: Db, world: World) -> None:
    """A Slack workspace with a channel for a team without tickets; a ticket has a thread there all the same."""
    with be(db, ADMIN):
        connection = one(
            db,
            "select * from helpdesk.connect_slack('T0WORLD', 'U0BOT', 'xoxb-1234567890-abcdef', "
            "'8f742231b10e8888abcd99yyyzzz85a5', 'Example')",
        )
        channel = one(
            db,
            "select * from helpdesk.add_slack_channel(%s, 'C0WORLD', 'support', %s)",
            connection["connection_id"],
            world["empty"],
        )
    world |= {"slack workspace": str(connection["connection_id"]), "slack channel": str(channel["slack_channel_id"])}
    db.execute(
        "insert into helpdesk_private.slack_threads (slack_channel_id, ticket_id, thread_ts) "
        "values (%s, %s, '1700000000.000001')",
        (world["slack channel"], world["mine"]),
    )


def _add_mails(db: Db, world: World) -> None:
    """An address, an alias, a block, a participant, and mails in quarantine: beside a ticket, and of two teams."""
    with be(db, ADMIN):
        channel = value(
            db, "insert into helpdesk.email_channels (address) values ('help@desk.example') returning channel_id"
        )
        db.execute(
            "insert into helpdesk.user_emails (email, user_id) values ('alias@example.com', %s)", (world["customer"],)
        )
        db.execute("insert into helpdesk.email_blocks (pattern) values ('blocked.example')")
        db.execute(
            "insert into helpdesk.ticket_participants (ticket_id, address) values (%s, 'part@example.com')",
            (world["mine"],),
        )
    world["channel"] = str(channel)
    # The last one could not be taken, and can be tried again.
    for name, ticket, team, outcome in (
        ("mail to mine", "mine", "desk", "quarantined"),
        ("mail to desk", None, "desk", "quarantined"),
        ("mail to vault", None, "vault", "failed"),
    ):
        row = one(
            db,
            "insert into helpdesk.inbound_emails (source, raw_key, size, message_id, from_address, subject, body, "
            "verdict, outcome, reason, ticket_id, team_id) values ('raw', %s, 1, 'id@example.net', "
            "'sender@example.net', 'Hello', 'Text', 'fail', %s, 'sender_refused_by_its_domain', %s, %s) "
            "returning inbound_id",
            "x" if name == "mail to desk" else name,
            outcome,
            world[ticket] if ticket else None,
            world[team],
        )
        world[name] = str(row["inbound_id"])
    # There is a conversation by mail, too.
    for name in ("agent", "customer"):
        made = value(db, "select helpdesk_private.reply_token(%s, %s)", world["mine"], world[name])
        world[f"reply address of {name}"] = f"reply+{made}@desk.example"
    db.execute("select helpdesk_private.remember_email_id('talk@example.net', 'received', %s, null)", (world["mine"],))
    # The bytes of one of them have to go.
    db.execute("update helpdesk.inbound_emails set redacted_at = now() where inbound_id = %s", (world["mail to desk"],))


def _add_sent_mail(db: Db, world: World) -> None:
    """A mail that was sent about a ticket, one about none, and an address to which nothing is sent."""
    for name, ticket in (("sent mail", "mine"), ("sent test", None)):
        row = one(
            db,
            "insert into helpdesk.outbound_emails (ticket_id, kind, recipient, channel_id, subject, state, minted_id, "
            "provider_id) values (%s, %s, 'customer@example.com', %s, 'Hello', 'sent', %s, %s) returning email_id",
            world[ticket] if ticket else None,
            "acknowledgement" if ticket else "test",
            world["channel"],
            f"m.{(1 if ticket else 2):032x}@desk.example",
            "provider-7" if ticket else None,
        )
        world[name] = str(row["email_id"])
    db.execute(
        "insert into helpdesk.automatic_emails (kind, ticket_id, recipient, state, reason) "
        "values ('acknowledgement', %s, 'customer@example.com', 'skipped', 'muted')",
        (world["mine"],),
    )
    with be(db, ADMIN):
        db.execute("insert into helpdesk.email_suppressions (address) values ('suppressed@example.com')")
