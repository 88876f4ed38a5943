"""Announcements: which channels receive which event, how little it says, and that nothing undone is announced."""

from __future__ import annotations

from typing import Any, LiteralString

import pytest
from psycopg import sql
from tests.db.conftest import Server
from tests.db.event_changes import CHANGES as LOGGED
from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, STRANGER, Db, Person, as_person, be, value
from tests.db.test_events import newest
from tests.db.world import World

MORE: dict[str, tuple[Person, LiteralString]] = {
    "a note on what is lent": (AGENT, "select helpdesk.add_note({lent}, 'x')"),
    "a question about what is lent": (OTHER, "select helpdesk.send_reply({lent}, 'x')"),
    "an assignment of what was lent": (STRANGER, "select helpdesk.assign_ticket({lent}, {stranger})"),
    "a transfer of what was lent": (ADMIN, "select helpdesk.transfer_ticket({lent}, {desk})"),
    "a note on an agent's own": (STRANGER, "select helpdesk.add_note({agents}, 'x')"),
    "an answer to an agent": (STRANGER, "select helpdesk.send_reply({agents}, 'x')"),
    "an answer to an agent who works their own": (
        ADMIN,
        "select helpdesk.assign_ticket({agents}, {agent}); select helpdesk.send_reply({agents}, 'x')",
    ),
    "an agent who leaves": (ADMIN, "select helpdesk.deactivate_user({agent})"),
    "a team with somebody in it": (
        ADMIN,
        "insert into helpdesk.team_members (team_id, user_id) values ({empty}, {admin}); "
        "delete from helpdesk.teams where team_id = {empty}",
    ),
}

ANNOUNCED: dict[str, list[tuple[str, str]]] = {
    "a title": [("ticket.updated", "admin ticket:{mine} team:{desk} user:{customer}")],
    "a status": [("ticket.status_changed", "admin ticket:{mine} team:{desk} user:{customer}")],
    "custom fields": [("ticket.updated", "admin ticket:{mine} team:{desk} user:{customer}")],
    "staff fields": [("ticket.updated", "admin ticket:{mine}:staff team:{desk}")],
    "title and snooze": [
        ("ticket.updated", "admin ticket:{mine} team:{desk} user:{customer}"),
        ("ticket.updated", "admin ticket:{mine}:staff team:{desk}"),
    ],
    "nothing": [],
    "a tag": [("ticket.tagged", "admin ticket:{mine}:staff team:{desk}")],
    "no tag": [("ticket.untagged", "admin ticket:{mine}:staff team:{desk}")],
    "a note": [("note.created", "admin ticket:{mine}:staff team:{desk}")],
    "a proposal": [
        ("proposal.created", "admin ticket:{mine}:staff team:{desk}"),
        ("proposal.decided", "admin ticket:{mine}:staff team:{desk}"),
    ],
    "a file of a message deleted": [("attachment.deleted", "admin ticket:{answered} team:{desk} user:{customer}")],
    "a file of a note deleted": [("attachment.deleted", "admin ticket:{answered}:staff team:{desk}")],
    "a file that nobody else sees": [],
    "a setting": [("settings.changed", "admin staff")],
    "a reply": [
        ("message.created", "admin ticket:{mine} team:{desk} user:{customer}"),
        ("ticket.status_changed", "admin ticket:{mine} team:{desk} user:{customer}"),
    ],
    "a redaction": [("message.redacted", "admin ticket:{answered} team:{desk} user:{customer}")],
    "an assignment": [("ticket.assigned", "admin ticket:{mine}:staff team:{desk} user:{agent}")],
    "an unassignment": [("ticket.unassigned", "admin ticket:{answered}:staff team:{desk} user:{agent}")],
    "a transfer": [
        ("ticket.transferred", "admin ticket:{answered}:staff team:{desk} team:{vault}"),
        ("ticket.unassigned", "admin ticket:{answered}:staff team:{vault} user:{agent}"),
    ],
    "an article": [("article.created", "admin staff"), ("article.published", "admin staff")],
    "no article": [
        ("article.created", "admin staff"),
        ("article.updated", "admin staff"),
        ("article.archived", "admin staff"),
    ],
    "a setting of the assistant": [("assistant.settings_changed", "admin staff")],
    "a prompt": [("assistant.prompt_created", "admin"), ("assistant.prompt_activated", "admin")],
    "a customer with the assistant again": [
        (f"assistant.exclusion_{what}", "admin staff") for what in ("added", "removed")
    ],
    "an embedding model": [("embedding_model.added", "admin")],
    "an import": [("import.started", "admin"), ("ticket.imported", ""), ("import.finished", "admin")],
    "a merge": [
        ("ticket.tagged", "admin ticket:{theirs}:staff team:{vault}"),
        ("ticket.updated", "admin ticket:{mine}:staff team:{desk}"),
        ("ticket.status_changed", "admin ticket:{mine} team:{desk} user:{customer}"),
        ("ticket.merged", "admin ticket:{mine}:staff team:{desk}"),
        ("ticket.merged", "admin ticket:{theirs}:staff team:{vault}"),
    ],
    "no merge": [
        ("ticket.tagged", "admin ticket:{answered}:staff team:{desk}"),
        ("ticket.updated", "admin ticket:{mine}:staff team:{desk}"),
        ("ticket.status_changed", "admin ticket:{mine} team:{desk} user:{customer}"),
        ("ticket.merged", "admin ticket:{mine}:staff team:{desk}"),
        ("ticket.merged", "admin ticket:{answered}:staff team:{desk}"),
        ("ticket.untagged", "admin ticket:{answered}:staff team:{desk}"),
        ("ticket.updated", "admin ticket:{mine}:staff team:{desk}"),
        ("ticket.status_changed", "admin ticket:{mine} team:{desk} user:{customer}"),
        ("ticket.unmerged", "admin ticket:{mine}:staff team:{desk}"),
        ("ticket.unmerged", "admin ticket:{answered}:staff team:{desk}"),
    ],
    "a link": [
        ("ticket.linked", "admin ticket:{mine}:staff team:{desk}"),
        ("ticket.linked", "admin ticket:{answered}:staff team:{desk}"),
    ],
    "no link": [
        ("ticket.linked", "admin ticket:{mine}:staff team:{desk}"),
        ("ticket.linked", "admin ticket:{answered}:staff team:{desk}"),
        ("ticket.unlinked", "admin ticket:{mine}:staff team:{desk}"),
        ("ticket.unlinked", "admin ticket:{answered}:staff team:{desk}"),
    ],
    "a creation": [("ticket.created", "admin ticket:{this} team:{desk} user:{customer}")],
    "a name": [("user.updated", "admin")],
    "a role": [("user.role_changed", "admin user:{other}")],
    "a deactivation": [("user.deactivated", "admin user:{other}")],
    "a reactivation": [("user.reactivated", "admin user:{gone}")],
    "an invitation": [("user.created", "admin"), ("user.invited", "admin")],
    "no invitation": [("user.invitation_revoked", "admin")],
    "a customer": [("user.created", "admin")],
    "a team": [("team.created", "admin staff")],
    "a team's name": [("team.updated", "admin staff")],
    "no team": [("slack.channel_removed", "admin"), ("team.deleted", "admin staff")],
    "a field": [
        ("field.created", "admin staff"),
        ("field.option_added", "admin staff"),
        ("field.team_added", "admin staff"),
    ],
    "a field's teams": [("field.updated", "admin staff"), ("field.team_added", "admin staff")],
    "an option": [("field.option_added", "admin staff")],
    "a member": [("team.member_added", "admin team:{empty} user:{agent}")],
    "a webhook": [("webhook.created", "admin")],
    "a webhook's filters": [("webhook.updated", "admin")],
    "a webhook's secret": [("webhook.secret_rotated", "admin")],
    "a template of mails": [("email_template.changed", "admin")],
    "no template of mails": [("email_template.changed", "admin"), ("email_template.reset", "admin")],
    "a try of a webhook": [("webhook.test", "admin")],
    "no webhook": [("webhook.deleted", "admin")],
    "an address of the helpdesk": [("email_channel.created", "admin staff")],
    "an address of the helpdesk, changed": [("email_channel.updated", "admin staff")],
    "no address of the helpdesk": [("email_channel.deleted", "admin staff")],
    "a blocked sender": [("email_block.added", "admin staff"), ("email_block.removed", "admin staff")],
    "a mail accepted": [
        ("user.created", "admin"),
        ("message.created", "admin ticket:{mine} team:{desk} user:{customer}"),
        ("email.accepted", "admin ticket:{mine}:staff team:{desk}"),
    ],
    "a mail that opens a ticket": [
        ("ticket.created", "admin ticket:{this} team:{desk} user:{customer}"),
        ("email.accepted", "admin ticket:{this}:staff team:{desk}"),
    ],
    # It names no ticket: its team hears of it.
    "a mail that is spam": [("email.marked_spam", "admin team:{desk}")],
    "a mail without its text": [("email.redacted", "admin ticket:{mine}:staff team:{desk}")],
    "a Slack workspace": [("slack.connected", "admin")],
    "a Slack workspace's secrets": [("slack.updated", "admin")],
    "a Slack workspace's switch": [("slack.updated", "admin")],
    "a Slack channel": [("slack.channel_added", "admin")],
    "a Slack channel's filters": [("slack.channel_updated", "admin")],
    "no Slack channel": [("slack.channel_removed", "admin")],
    "no Slack workspace": [("slack.disconnected", "admin"), ("slack.channel_removed", "admin")],
    "an address that receives nothing": [
        ("email.suppressed", "admin staff"),
        ("email.suppression_lifted", "admin staff"),
    ],
    "no member": [("team.member_removed", "admin team:{vault} user:{stranger}")],
    "a view for all": [("view.created", "admin staff")],
    "a private view": [],
    "a private view that is shared, changed and made private": [
        (f"view.{what}", "admin staff") for what in ("created", "updated", "deleted")
    ],
    "no view": [("view.created", "admin staff"), ("view.deleted", "admin staff")],
    "a note on what is lent": [("note.created", "admin ticket:{lent}:staff team:{vault} user:{agent}")],
    "a question about what is lent": [
        ("message.created", "admin ticket:{lent} team:{vault} user:{other} user:{agent}"),
    ],
    "an assignment of what was lent": [
        ("ticket.assigned", "admin ticket:{lent}:staff team:{vault} user:{agent} user:{stranger}"),
    ],
    "a transfer of what was lent": [
        ("ticket.transferred", "admin ticket:{lent}:staff team:{vault} team:{desk}"),
        ("ticket.unassigned", "admin ticket:{lent}:staff team:{desk} user:{agent}"),
    ],
    "a note on an agent's own": [("note.created", "admin ticket:{agents}:staff team:{vault}")],
    "an answer to an agent": [
        ("message.created", "admin ticket:{agents} team:{vault} user:{agent}"),
        ("ticket.status_changed", "admin ticket:{agents} team:{vault} user:{agent}"),
    ],
    "an answer to an agent who works their own": [
        ("ticket.assigned", "admin ticket:{agents}:staff team:{vault} user:{agent}"),
        ("message.created", "admin ticket:{agents} team:{vault} user:{agent}"),
        ("ticket.status_changed", "admin ticket:{agents} team:{vault} user:{agent}"),
    ],
    "an agent who leaves": [
        ("ticket.unassigned", "admin ticket:{answered}:staff team:{desk} user:{agent}"),
        ("ticket.unassigned", "admin ticket:{lent}:staff team:{vault} user:{agent}"),
        ("user.deactivated", "admin user:{agent}"),
    ],
    "a team with somebody in it": [
        ("team.member_added", "admin team:{empty} user:{admin}"),
        ("team.deleted", "admin staff"),
        ("team.member_removed", "admin team:{empty} user:{admin}"),
        ("slack.channel_removed", "admin"),
    ],
}
"""What somebody does, each event that follows from it, and the channels that hear of it."""


def say(db: Db, world: World, what: str) -> None:
    person, statement = MORE[what] if what in MORE else LOGGED[what][:2]
    with be(db, person):
        db.execute(sql.SQL(statement).format(**{name: sql.Literal(id) for name, id in world.items()}))


def announced(db: Db, after: int) -> list[dict[str, Any]]:
    """Each event after that one, and the channels that heard of it."""
    return db.execute(
        "select e.type, e.ticket_id::text, "
        "array_remove(array_agg(m.topic order by m.topic), null) as topics "
        "from helpdesk.events as e left join realtime.messages as m on (m.payload ->> 'event_id')::bigint = e.event_id "
        "where e.event_id > %s group by e.event_id order by e.event_id",
        (after,),
    ).fetchall()


def test_the_table_has_every_change_that_is_logged() -> None:
    assert set(ANNOUNCED) == set(LOGGED) | set(MORE)


@pytest.mark.parametrize("what", ANNOUNCED)
def test_each_event_is_announced_where_it_should_be_and_nowhere_else(db: Db, world: World, what: str) -> None:
    before = newest(db)
    say(db, world, what)
    found = announced(db, before)
    names = world | {"this": str(found[0]["ticket_id"]) if found else ""}
    wanted = [(type, [f"helpdesk:{t}" for t in topics.format_map(names).split()]) for type, topics in ANNOUNCED[what]]
    assert sorted((row["type"], row["topics"]) for row in found) == sorted((t, sorted(topics)) for t, topics in wanted)


def test_an_announcement_says_that_something_happened_and_not_what(db: Db, world: World) -> None:
    before = newest(db)
    for what in ("a reply", "a transfer", "a role", "a member"):
        say(db, world, what)
    rows = db.execute(
        "select m.*, e.xid::text || '.' || e.event_id as cursor, e.type, e.ticket_id, e.ticket_number, "
        "e.ticket_revision, e.event_id, e.changes_access from realtime.messages as m "
        "join helpdesk.events as e on (m.payload ->> 'event_id')::bigint = e.event_id where e.event_id > %s",
        (before,),
    ).fetchall()
    assert len(rows) > 10
    for row in rows:
        names = ("event_id", "cursor", "type", "changes_access", "ticket_id", "ticket_number", "ticket_revision", "id")
        told = {name: str(row[name]) if name in ("ticket_id", "id") and row[name] else row[name] for name in names}
        assert row["payload"] == told
        assert (row["event"], row["private"], row["extension"]) == (row["type"], True, "broadcast")


def test_what_is_staffs_is_never_said_where_requesters_listen(db: Db, world: World) -> None:
    rows = db.execute(
        "select m.topic, e.audience, e.type, e.data, u.role from realtime.messages as m "
        "join helpdesk.events as e on (m.payload ->> 'event_id')::bigint = e.event_id "
        "left join helpdesk.users as u on m.topic = 'helpdesk:user:' || u.user_id"
    ).fetchall()
    assert len({row["type"] for row in rows}) > 10
    heard: dict[str, set[str]] = {"ticket": set(), "customer": set()}
    for row in rows:
        kind = row["role"] or ("" if row["topic"].endswith(":staff") else row["topic"].split(":")[1])
        if kind in heard and not row["type"].startswith("user."):
            heard[kind].add(row["audience"])
    assert heard == {"ticket": {"customer"}, "customer": {"customer"}}


def test_nothing_is_said_of_what_is_undone(pg: Server, own: str, world: World) -> None:
    count: LiteralString = "select count(*) from realtime.messages"
    with pg.connect(own) as db, pg.connect(own) as other:
        other.autocommit = True
        before = value(other, count)
        say(db, world, "a reply")
        assert value(db, count) > before
        assert value(other, count) == before
        db.rollback()
        assert value(other, count) == before
        with db.transaction():
            with db.transaction(force_rollback=True):
                say(db, world, "a reply")
            say(db, world, "a note")
        assert value(other, count) == before + len(ANNOUNCED["a note"][0][1].split())


def test_the_announcer_is_for_the_database_only(db: Db) -> None:
    with pytest.raises(Exception, match="permission denied"), as_person(db, CUSTOMER):
        db.execute("select * from helpdesk_private.topics_of(null)")
