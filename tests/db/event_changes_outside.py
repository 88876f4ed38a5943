"""Changes of what connects a helpdesk with the outside, and the events that each writes: webhooks, mail, Slack."""

from __future__ import annotations

from typing import LiteralString

from tests.db.people import ADMIN, AGENT, Person

Changes = dict[str, tuple[Person, LiteralString, list[tuple[str, str]]]]

OUTSIDE: Changes = {
    "a webhook": (
        ADMIN,
        "select helpdesk.create_webhook('https://example.com')",
        [("webhook.created", "staff")],
    ),
    "a webhook's filters": (
        ADMIN,
        "update helpdesk.webhooks set url = 'https://example.com/x', description = 'x', event_types = '{{ticket.*}}', "
        "team_id = {empty}, audience = 'customer', is_active = true where webhook_id = {webhook}",
        [("webhook.updated", "staff")],
    ),
    "a webhook's secret": (
        ADMIN,
        "select helpdesk.rotate_webhook_secret({webhook})",
        [("webhook.secret_rotated", "staff")],
    ),
    "a template of mails": (
        ADMIN,
        "select helpdesk.set_email_template('assigned', 'en', 'x', 'y')",
        [("email_template.changed", "staff")],
    ),
    "no template of mails": (
        ADMIN,
        "select helpdesk.set_email_template('assigned', 'en', 'x', 'y'); "
        "select helpdesk.reset_email_template('assigned', 'en')",
        [("email_template.changed", "staff"), ("email_template.reset", "staff")],
    ),
    "a try of a webhook": (ADMIN, "select helpdesk.test_webhook({webhook})", [("webhook.test", "staff")]),
    "no webhook": (
        ADMIN,
        "delete from helpdesk.webhooks where webhook_id = {webhook}",
        [("webhook.deleted", "staff")],
    ),
    "an address of the helpdesk": (
        ADMIN,
        "insert into helpdesk.email_channels (address) values ('new@desk.example')",
        [("email_channel.created", "staff")],
    ),
    "an address of the helpdesk, changed": (
        ADMIN,
        "update helpdesk.email_channels set is_active = false where channel_id = {channel}; "
        "update helpdesk.email_channels set is_active = false where channel_id = {channel}",
        [("email_channel.updated", "staff")],
    ),
    "no address of the helpdesk": (
        ADMIN,
        "delete from helpdesk.email_channels where channel_id = {channel}",
        [("email_channel.deleted", "staff")],
    ),
    "a blocked sender": (
        ADMIN,
        "insert into helpdesk.email_blocks (pattern) values ('a@evil.example'), ('blocked.example'); "
        "delete from helpdesk.email_blocks where pattern = 'blocked.example'",
        [("email_block.added", "staff"), ("email_block.removed", "staff")],
    ),
    "a mail accepted": (
        AGENT,
        "select helpdesk.accept_quarantined({mail to mine})",
        [("user.created", "staff"), ("message.created", "customer"), ("email.accepted", "staff")],
    ),
    "a mail that opens a ticket": (
        AGENT,
        "select helpdesk.quarantine_to_ticket({mail to desk}, {customer})",
        [("ticket.created", "customer"), ("email.accepted", "staff")],
    ),
    "a mail that is spam": (AGENT, "select helpdesk.mark_spam({mail to desk})", [("email.marked_spam", "staff")]),
    "a mail without its text": (AGENT, "select helpdesk.redact_email({mail to mine})", [("email.redacted", "staff")]),
    "a Slack workspace": (
        ADMIN,
        "select helpdesk.connect_slack('T0NEW', 'U0BOT', 'xoxb-1234567890-abc', 'abcdefabcdefabcdef')",
        [("slack.connected", "staff")],
    ),
    "a Slack workspace's secrets": (
        ADMIN,
        "select helpdesk.connect_slack('T0WORLD', 'U0BOT', 'xoxb-1234567890-abc', 'abcdefabcdefabcdef')",
        [("slack.updated", "staff")],
    ),
    "a Slack workspace's switch": (
        ADMIN,
        "update helpdesk.slack_connections set is_active = false",
        [("slack.updated", "staff")],
    ),
    "a Slack channel": (
        ADMIN,
        "select helpdesk.add_slack_channel({slack workspace}, 'C0NEW')",
        [("slack.channel_added", "staff")],
    ),
    "a Slack channel's filters": (
        ADMIN,
        "update helpdesk.slack_channels set channel_name = 'x', team_id = null, events = '{{opened}}', "
        "is_active = false",
        [("slack.channel_updated", "staff")],
    ),
    "no Slack channel": (ADMIN, "delete from helpdesk.slack_channels", [("slack.channel_removed", "staff")]),
    "no Slack workspace": (
        ADMIN,
        "delete from helpdesk.slack_connections",
        [("slack.disconnected", "staff"), ("slack.channel_removed", "staff")],
    ),
    "an address that receives nothing": (
        ADMIN,
        "insert into helpdesk.email_suppressions (address) values ('x@gone.example'); "
        "insert into helpdesk.email_suppressions (address) values ('x@gone.example'); "
        "delete from helpdesk.email_suppressions where address = 'x@gone.example'",
        [("email.suppressed", "staff"), ("email.suppression_lifted", "staff")],
    ),
}
