"""Events: one row a change, nothing for a customer that is staff's, and a reader that follows misses nothing."""

from __future__ import annotations

from typing import Any, LiteralString

import pytest
from tests.db.people import (
    ADMIN,
    AGENT,
    CUSTOMER,
    GONE,
    NOBODY,
    OTHER,
    SERVICE,
    STRANGER,
    Db,
    Person,
    as_person,
    be,
    refused,
    value,
)
from tests.db.world import World

SINCE = "select * from helpdesk.events_since(%s, %s)"


def since(db: Db, cursor: str | None = None, rows: int = 1000) -> list[dict[str, Any]]:
    return db.execute(SINCE, (cursor, rows)).fetchall()


def logged(db: Db, after: int) -> list[tuple[str, str, Any]]:
    """Type, audience and data of what was logged after an event, seen by the owner."""
    rows = db.execute(
        "select type, audience, data from helpdesk.events where event_id > %s order by event_id", (after,)
    )
    return [(row["type"], row["audience"], row["data"]) for row in rows]


def newest(db: Db) -> int:
    return int(value(db, "select max(event_id) from helpdesk.events"))


CHANGES: dict[str, tuple[Person, LiteralString, list[tuple[str, str]]]] = {
    "a title": (
        CUSTOMER,
        "update helpdesk.tickets set title = 'x' where ticket_id = {mine}",
        [("ticket.updated", "customer")],
    ),
    "a status": (
        AGENT,
        "update helpdesk.tickets set status = 'resolved' where ticket_id = {mine}",
        [("ticket.status_changed", "customer")],
    ),
    "custom fields": (
        AGENT,
        "update helpdesk.tickets set custom_fields = '{{\"seats\": 1}}' where ticket_id = {mine}",
        [("ticket.updated", "customer")],
    ),
    "staff fields": (
        AGENT,
        'update helpdesk.tickets set custom_fields = \'{{"risk": "high"}}\' where ticket_id = {mine}',
        [("ticket.updated", "staff")],
    ),
    "title and snooze": (
        AGENT,
        "update helpdesk.tickets set title = 'x', snoozed_until = '2100-01-01' where ticket_id = {mine}",
        [("ticket.updated", "customer"), ("ticket.updated", "staff")],
    ),
    "nothing": (AGENT, "update helpdesk.tickets set title = title where ticket_id = {mine}", []),
    "a tag": (
        AGENT,
        "insert into helpdesk.ticket_tags (ticket_id, tag) values ({mine}, 'x')",
        [("ticket.tagged", "staff")],
    ),
    "no tag": (AGENT, "delete from helpdesk.ticket_tags where ticket_id = {mine}", [("ticket.untagged", "staff")]),
    "a note": (AGENT, "select helpdesk.add_note({mine}, 'x')", [("note.created", "staff")]),
    "a file of a message deleted": (
        AGENT,
        "select helpdesk.delete_attachment({answer file})",
        [("attachment.deleted", "customer")],
    ),
    "a file of a note deleted": (
        AGENT,
        "select helpdesk.delete_attachment({note file})",
        [("attachment.deleted", "staff")],
    ),
    "a file that nobody else sees": (CUSTOMER, "select helpdesk.delete_attachment({draft file})", []),
    "a setting": (
        ADMIN,
        "update helpdesk.settings set attachment_max_bytes = 7",
        [("settings.changed", "staff")],
    ),
    "a reply": (
        AGENT,
        "select helpdesk.send_reply({mine}, 'x')",
        [("message.created", "customer"), ("ticket.status_changed", "customer")],
    ),
    "a redaction": (AGENT, "select helpdesk.redact_message({question})", [("message.redacted", "customer")]),
    "an assignment": (AGENT, "select helpdesk.claim_ticket({mine})", [("ticket.assigned", "staff")]),
    "an unassignment": (AGENT, "select helpdesk.unassign_ticket({answered})", [("ticket.unassigned", "staff")]),
    "a transfer": (
        AGENT,
        "select helpdesk.transfer_ticket({answered}, {vault})",
        [("ticket.transferred", "staff"), ("ticket.unassigned", "staff")],
    ),
    "a creation": (CUSTOMER, "select helpdesk.create_ticket('x')", [("ticket.created", "customer")]),
    "a name": (CUSTOMER, "update helpdesk.users set name = 'x'", [("user.updated", "staff")]),
    "a role": (ADMIN, "select helpdesk.set_user_role({other}, 'agent')", [("user.role_changed", "staff")]),
    "a deactivation": (ADMIN, "select helpdesk.deactivate_user({other})", [("user.deactivated", "staff")]),
    "a reactivation": (ADMIN, "select helpdesk.reactivate_user({gone})", [("user.reactivated", "staff")]),
    "an invitation": (
        ADMIN,
        "select helpdesk.invite_user('a@example.com')",
        [("user.created", "staff"), ("user.invited", "staff")],
    ),
    "no invitation": (
        ADMIN,
        "select helpdesk.revoke_invitation({invitation})",
        [("user.invitation_revoked", "staff")],
    ),
    "a customer": (AGENT, "select helpdesk.create_customer('a@example.com')", [("user.created", "staff")]),
    "a team": (ADMIN, "insert into helpdesk.teams (name) values ('x')", [("team.created", "staff")]),
    "a team's name": (
        ADMIN,
        "update helpdesk.teams set name = 'x' where team_id = {empty}",
        [("team.updated", "staff")],
    ),
    "no team": (ADMIN, "delete from helpdesk.teams where team_id = {empty}", [("team.deleted", "staff")]),
    "a field": (
        ADMIN,
        "select helpdesk.create_field('x', 'select', 'X', '[\"a\"]', team_ids => array[{empty}]::uuid[])",
        [("field.created", "staff"), ("field.option_added", "staff"), ("field.team_added", "staff")],
    ),
    "a field's teams": (
        ADMIN,
        "select helpdesk.set_field_teams('plan', array[{empty}]::uuid[])",
        [("field.updated", "staff"), ("field.team_added", "staff")],
    ),
    "an option": (
        ADMIN,
        "insert into helpdesk.field_options (field_key, value) values ('plan', 'x')",
        [("field.option_added", "staff")],
    ),
    "a member": (
        ADMIN,
        "insert into helpdesk.team_members (team_id, user_id) values ({empty}, {agent})",
        [("team.member_added", "staff")],
    ),
    "no member": (
        ADMIN,
        "delete from helpdesk.team_members where user_id = {stranger}",
        [("team.member_removed", "staff")],
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_each_change_is_one_event_in_the_same_transaction(db: Db, world: World, what: str) -> None:
    changes_are_logged(db, world, what)


def changes_are_logged(db: Db, world: World, what: str) -> None:
    """One change of the list writes the events that it should, by whom it should."""
    person, statement, expected = CHANGES[what]
    before = newest(db)
    ids = {name: f"'{id}'" for name, id in world.items()}
    with be(db, person):
        db.execute(statement.format(**ids).encode())
    found = logged(db, before)
    assert sorted((type, audience) for type, audience, _ in found) == sorted(expected)
    actors = db.execute(
        "select distinct actor_id::text, actor_kind from helpdesk.events where event_id > %s", (before,)
    )
    kind = "customer" if person == CUSTOMER else "staff"
    assert [tuple(row.values()) for row in actors] == ([(world[person.name], kind)] if expected else [])


def test_an_event_tells_the_old_value_and_the_new(db: Db, world: World) -> None:
    before = newest(db)
    with be(db, AGENT):
        db.execute(
            "update helpdesk.tickets set status = 'pending', priority = 'high' where ticket_id = %s", (world["mine"],)
        )
    assert [(type, data) for type, _, data in logged(db, before)] == [
        ("ticket.status_changed", {"changes": {"status": ["open", "pending"]}}),
        ("ticket.updated", {"changes": {"priority": ["medium", "high"]}}),
    ]


def test_nothing_of_staff_is_ever_for_a_customer(db: Db, world: World) -> None:
    with as_person(db, CUSTOMER):
        for rows in (since(db), db.execute("select * from helpdesk.events").fetchall()):
            assert rows
            assert {row["audience"] for row in rows} == {"customer"}
            assert {str(row["requester_id"]) for row in rows} == {world["customer"]}
            assert not {"note.created", "ticket.tagged", "ticket.assigned"} & {row["type"] for row in rows}


@pytest.mark.parametrize("person", [CUSTOMER, OTHER, AGENT, STRANGER, ADMIN, SERVICE], ids=str)
def test_the_stream_shows_no_more_than_the_table(db: Db, world: World, person: Person) -> None:
    with as_person(db, person):
        table = {row["event_id"] for row in db.execute("select event_id from helpdesk.events").fetchall()}
        stream = [row["event_id"] for row in since(db)]
    assert set(stream) <= table
    assert len(stream) == len(set(stream))
    if person in (CUSTOMER, OTHER, ADMIN, SERVICE):
        assert set(stream) == table


def test_an_agent_streams_the_events_of_their_queue_what_is_lent_to_them_and_their_own(db: Db, world: World) -> None:
    with as_person(db, AGENT):
        seen = {str(row["ticket_id"]) for row in since(db)}
        notes = {str(row["ticket_id"]) for row in since(db) if row["type"] == "note.created"}
    assert seen == {world[name] for name in ("mine", "answered", "closed", "lent", "agents")}
    assert notes == {world["answered"], world["lent"]}


def test_a_ticket_that_was_transferred_takes_its_stream_along(db: Db, world: World) -> None:
    with be(db, AGENT):
        db.execute("select helpdesk.unassign_ticket(%s)", (world["answered"],))
        db.execute("select helpdesk.transfer_ticket(%s, %s)", (world["answered"], world["vault"]))
        assert world["answered"] not in {str(row["ticket_id"]) for row in since(db)}
        assert value(db, "select count(*) from helpdesk.events where ticket_id = %s", world["answered"]) == 0


@pytest.mark.parametrize("rows", [1, 3, 1000])
@pytest.mark.parametrize("person", [CUSTOMER, AGENT, STRANGER, ADMIN], ids=str)
def test_pages_of_any_size_give_the_same_stream(db: Db, world: World, person: Person, rows: int) -> None:
    with as_person(db, person):
        whole = [row["event_id"] for row in since(db)]
        paged: list[int] = []
        cursor = None
        while page := since(db, cursor, rows):
            assert len(page) <= rows
            paged += [row["event_id"] for row in page]
            cursor = page[-1]["cursor"]
    assert paged == whole
    assert whole == sorted(whole)


@pytest.mark.parametrize(
    "cursor", ["", "1", "1.", ".1", "a.b", "-1.0", "1.1.1", " 1.1", "9" * 30 + ".1", "1.1; select 1"]
)
def test_a_cursor_that_is_none_is_refused(db: Db, world: World, cursor: str) -> None:
    with refused("invalid_value", "after"), as_person(db, ADMIN):
        since(db, cursor)


def test_a_cursor_of_the_future_is_refused_and_of_now_is_not(db: Db, world: World) -> None:
    with refused("cursor_ahead"), as_person(db, ADMIN):
        since(db, "999999999999999999.0")
    with as_person(db, ADMIN):
        assert since(db, value(db, "select helpdesk.events_head()")) == []


@pytest.mark.parametrize("rows", [0, -1, 1001, None])
def test_a_page_has_a_size(db: Db, world: World, rows: int | None) -> None:
    for query in (
        "select * from helpdesk.events_since(null, %s)",
        "select * from helpdesk.ticket_timeline(%s, max_rows => %s)",
    ):
        parameters = (rows,) if "events" in query else (world["mine"], rows)
        with refused("invalid_value", "max_rows"), as_person(db, ADMIN):
            db.execute(query.encode(), parameters)


@pytest.mark.parametrize(("person", "reason"), [(GONE, "inactive_user"), (NOBODY, "no_profile")], ids=str)
def test_who_is_not_in_reads_no_stream(db: Db, world: World, person: Person, reason: str) -> None:
    with refused(reason), as_person(db, person):
        since(db)
    with refused(reason), as_person(db, person):
        db.execute("select * from helpdesk.ticket_timeline(%s)", (world["mine"],))


@pytest.mark.parametrize("person", [CUSTOMER, AGENT], ids=str)
def test_the_timeline_pages_through_everything_in_order(db: Db, world: World, person: Person) -> None:
    with as_person(db, person):
        whole = db.execute("select * from helpdesk.ticket_timeline(%s)", (world["answered"],)).fetchall()
        paged: list[dict[str, Any]] = []
        after = None
        while page := db.execute(
            "select * from helpdesk.ticket_timeline(%s, %s, 2)", (world["answered"], after)
        ).fetchall():
            paged += page
            after = page[-1]["sequence"]
    assert paged == whole
    assert [row["at"] for row in whole] == sorted(row["at"] for row in whole)
    kinds = {row["kind"] for row in whole}
    assert kinds == ({"message", "event"} if person == CUSTOMER else {"message", "event", "note"})


def test_the_log_cannot_be_rewritten_by_anybody(db: Db, world: World) -> None:
    statements: tuple[LiteralString, ...] = (
        "update helpdesk.events set actor_name = 'x'",
        "delete from helpdesk.events",
        "truncate helpdesk.events",
    )
    for statement in statements:
        with refused("forbidden", "append-only"), db.transaction():
            db.execute(statement)


def test_a_log_from_another_database_is_refused_until_it_is_rebased(db: Db, world: World) -> None:
    db.execute("alter table helpdesk.events disable trigger guard_events")
    db.execute("update helpdesk.events set xid = '900000000000' where type = 'team.created'")
    db.execute("alter table helpdesk.events enable trigger guard_events")
    for person in (ADMIN, CUSTOMER):
        with refused("log_restored"), as_person(db, person):
            since(db)
    db.execute("select helpdesk_private.rebase_events()")
    with as_person(db, ADMIN):
        seen = [row["event_id"] for row in since(db)]
        assert seen == sorted(seen)
        assert len(seen) == value(db, "select count(*) from helpdesk.events")
    with refused("forbidden", "append-only"), db.transaction():
        db.execute("delete from helpdesk.events")
