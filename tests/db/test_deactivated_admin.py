"""An admin who was deactivated, and whose login still has a session: nothing that admins do is left to them."""

from __future__ import annotations

import pytest
from tests.db.people import ADMIN, Db, as_person, be, denied, refused
from tests.db.world import World

CHANGES = [
    "update helpdesk.ai_settings set tone = 'x'",
    "update helpdesk.ai_thresholds set suggest_share = 0.9",
    "update helpdesk.articles set title = 'x'",
    "update helpdesk.field_options set label = 'x'",
    "update helpdesk.settings set article_writers = 'admins'",
    "update helpdesk.teams set description = 'x'",
    "update helpdesk.tickets set priority = 'low'",
    "update helpdesk.views set columns = '{{title}}'",
    "update helpdesk.slack_channels set channel_name = 'x'",
    "update helpdesk.slack_connections set is_active = true",
    "update helpdesk.webhooks set description = 'x'",
    "delete from helpdesk.label_examples",
    "delete from helpdesk.slack_channels",
    "delete from helpdesk.slack_connections",
    "delete from helpdesk.team_members",
    "delete from helpdesk.teams where team_id = {empty}",
    "delete from helpdesk.ticket_tags",
    "delete from helpdesk.views",
    "delete from helpdesk.webhooks",
]
"""They change all that the policies leave: a change that names no column asks nobody whether the rows may be read."""
ADDITIONS = [
    ("insert into helpdesk.ai_exclusions (scope, target_id) values ('team', {desk})", None),
    ("insert into helpdesk.articles (slug, title) values ('new', 'New')", "inactive_user"),
    ("insert into helpdesk.team_members (team_id, user_id) values ({desk}, {stranger})", None),
    ("insert into helpdesk.teams (name) values ('New')", None),
    ("insert into helpdesk.ticket_tags (ticket_id, tag) values ({mine}, 'new')", "ticket_not_found"),
]
CALLS = [
    "helpdesk.activate_prompt({nothing})",
    "helpdesk.add_slack_channel({slack workspace}, 'C0NEW')",
    "helpdesk.archive_article({nothing})",
    "helpdesk.connect_slack('T0NEW', 'U0BOT', 'xoxb-1234567890-abc', 'abcdefabcdefabcdef')",
    "helpdesk.create_prompt('reply', 'Be kind.')",
    "helpdesk.create_webhook('https://example.com')",
    "helpdesk.email_health()",
    "helpdesk.forget_label_head('priority')",
    "helpdesk.outbox_health()",
    "helpdesk.publish_article({nothing})",
    "helpdesk.replay_deliveries(dead => true)",
    "helpdesk.request_run({mine})",
    "helpdesk.rotate_webhook_secret({webhook})",
    "helpdesk.save_article('new', 'New')",
    "helpdesk.switch_embedding_model('m')",
    "helpdesk.test_slack_channel({slack channel})",
    "helpdesk.test_webhook({webhook})",
    "helpdesk.use_embedding_model('m')",
]


def with_ids(statement: str, world: World) -> bytes:
    """The statement with the ids of the world."""
    return statement.format(**{name: f"'{id}'" for name, id in world.items()}).encode()


def deactivate(db: Db, world: World) -> None:
    """Of two admins, this one."""
    db.execute("update helpdesk.users set role = 'admin' where user_id = %s", (world["agent"],))
    db.execute("update helpdesk.users set is_active = false where user_id = %s", (world["admin"],))


@pytest.fixture
def an_article(db: Db) -> None:
    with be(db, ADMIN):
        db.execute("select helpdesk.save_article('guide', 'Guide', 'A text.')")


@pytest.mark.parametrize("table", ["webhooks", "outbox", "delivery_attempts", "slack_connections", "slack_channels"])
def test_nothing_is_read_that_only_admins_read(db: Db, world: World, table: str) -> None:
    count = f"select count(*) as rows from helpdesk.{table}".encode()
    with as_person(db, ADMIN):
        assert db.execute(count).fetchone() != {"rows": 0}
    deactivate(db, world)
    with as_person(db, ADMIN):
        assert db.execute(count).fetchone() == {"rows": 0}


@pytest.mark.usefixtures("an_article")
@pytest.mark.parametrize("change", CHANGES)
def test_nothing_is_changed(db: Db, world: World, change: str) -> None:
    with as_person(db, ADMIN):
        assert db.execute(with_ids(change, world)).rowcount > 0
    deactivate(db, world)
    with as_person(db, ADMIN):
        assert db.execute(with_ids(change, world)).rowcount == 0


@pytest.mark.parametrize(("addition", "reason"), ADDITIONS)
def test_nothing_is_added(db: Db, world: World, addition: str, reason: str | None) -> None:
    with as_person(db, ADMIN):
        assert db.execute(with_ids(addition, world)).rowcount == 1
    deactivate(db, world)
    with denied() if reason is None else refused(reason), as_person(db, ADMIN):
        db.execute(with_ids(addition, world))


@pytest.mark.parametrize("call", CALLS)
def test_nothing_is_called(db: Db, world: World, call: str) -> None:
    deactivate(db, world)
    with refused("inactive_user"), as_person(db, ADMIN):
        db.execute(with_ids(f"select {call}", world))
