"""What would go wrong if a rule of the live channels were taken away: policies piece by piece, and the functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, LiteralString

from psycopg import sql
from tests.db.mutations import Mutation
from tests.db.people import Db, value

_MESSAGES = sql.Identifier("realtime", "messages")

_PIECES: dict[LiteralString, LiteralString] = {
    # As pg_policies says it, and what it becomes.
    "(COALESCE(topic, ''::text) ~~ 'helpdesk:%'::text)": "false",
    "(COALESCE(( SELECT realtime.topic() AS topic), ''::text) ~~ 'helpdesk:%'::text)": "false",
    "(topic = ( SELECT realtime.topic() AS topic))": "true",
    "(CURRENT_USER = 'authenticated'::name)": "true",
    "(extension = 'presence'::text)": "true",
    "(event IS NULL)": "true",
    "helpdesk_private.may_listen(topic, extension)": "true",
}

_GIVEN: dict[str, LiteralString] = {
    # Another policy holds the same door: who may not see a row cannot change it; who may not speak is refused twice.
    "helpdesk: those who work the ticket show that they have it open": "helpdesk: nobody but the database broadcasts",
    "helpdesk: nobody changes what was said": "helpdesk: nobody listens to more",
    "helpdesk: nobody removes what was said": "helpdesk: nobody listens to more",
}

_LISTENING: dict[str, tuple[LiteralString, LiteralString]] = {
    "a topic may have something before it": ("'^helpdesk:", "'helpdesk:"),
    "a topic may have something behind it": ("(?::staff)?)$'", "(?::staff)?)'"),
    "an id may be in capitals": ("[0-9a-f]", "[0-9a-fA-F]"),
    "who is nobody to a ticket hears of it": ("when v_role is null then false", "when v_role is null then true"),
    "requesters see who has their ticket open": (
        "when v_parts[4] is null then p_extension = 'broadcast'",
        "when v_parts[4] is null then true",
    ),
    "requesters hear what is staff's": ("v_role <> 'customer' and p_extension in", "p_extension in"),
    "any extension on a staff channel": ("p_extension in ('broadcast', 'presence')", "true"),
    "any extension on the other channels": ("p_extension <> 'broadcast' or", ""),
    "a staff channel of a team": ("or v_parts[4] is not null then", "then"),
    "any team": ("v_id in (select helpdesk_private.my_team_ids())", "true"),
    "anybody's own channel": ("v_id = helpdesk_private.me()", "true"),
    "the staff's channel for everybody": ("helpdesk_private.me_if_staff() is not null", "true"),
    "the admins' channel for everybody": ("helpdesk_private.my_role() = 'admin'", "true"),
    "the deactivated listen on": ("or not helpdesk_private.is_active()", ""),
}

_TOPICS: dict[str, tuple[LiteralString, LiteralString]] = {
    "admins hear nothing": ("return next 'helpdesk:admin';", ""),
    "staff hear nothing of what they may read": ("return next 'helpdesk:staff';", "null;"),
    "staff hear of people and imports": ("if p_event.type ~ (", "if p_event.type <> ("),
    "nobody hears that their rights change": ("return next 'helpdesk:user:' || (p_event.data ->> 'user_id');", "null;"),
    "no team hears of its members": ("where p_event.data ? 'team_id'", "where false"),
    "no team hears of a mail that names no ticket": ("if p_event.team_id is not null then", "if false then"),
    "everything about people is announced to them": ("if p_event.changes_access then", "if true then"),
    "everything goes to the requester's channel": (
        "when 'customer' then '' else ':staff' end",
        "when 'x' then '' else '' end",
    ),
    "nothing goes to the requester's channel": (
        "when 'customer' then '' else ':staff' end",
        "when 'x' then '' else ':staff' end",
    ),
    "no team hears of its tickets": ("('helpdesk:team:' || p_event.team_id)", "(null)"),
    "no team hears what leaves it": ("('helpdesk:team:' || (p_event.data #>> '{changes,team_id,0}'))", "(null)"),
    "requesters hear nothing": ("when 'customer' then 'helpdesk:user:' || p_event.requester_id", "when 'x' then null"),
    "requesters hear what is staff's": (
        "case p_event.audience when 'customer' then 'helpdesk:user:' || p_event.requester_id end",
        "'helpdesk:user:' || p_event.requester_id",
    ),
    "who loses a ticket does not hear of it": ("('helpdesk:user:' || (v_assignment ->> 0))", "(null)"),
    "who gets a ticket does not hear of it": (
        "when v_assignment is not null\n              or not exists",
        "when not exists",
    ),
    "who was lent a ticket hears nothing": ("or not exists (", "or false and not exists ("),
    "members hear everything twice": ("or not exists (", "or true or not exists ("),
    "a channel hears twice of one event": ("select distinct v.topic", "select v.topic"),
}

_ANNOUNCING: dict[str, tuple[LiteralString, LiteralString]] = {
    "every event tries again": ("if current_setting('helpdesk.announcing', true) = ", "if 'x' = "),
    "every channel tries again": ("exit;", "null;"),
    "what is slow is not noticed": (
        "      perform set_config('helpdesk.announcing'",
        "      perform concat('helpdesk.announcing'",
    ),
    "what fails slowly is not noticed": (
        "then\n    if clock_timestamp() - v_began > interval '90 ms'",
        "then\n    if false",
    ),
    "the host's channel is lost": ("perform set_config('realtime.topic', v_host_topic, true);", ""),
    "a write fails with its announcement": ("when others then", "when division_by_zero then"),
    "announcements are public": ("new.type, v_topic, true", "new.type, v_topic, false"),
    "an announcement says more": ("'type', new.type,", "'type', new.type, 'data', new.data,"),
    "an announcement has no cursor": ("'cursor', new.xid::text || '.' || new.event_id,", ""),
}


def all_of_them(db: Db) -> Iterator[Mutation]:
    """Every policy of ours on the messages of Realtime, and every rule in the functions behind it."""
    yield from _policies(db)
    for function, about, changes in (
        ("may_listen(text, text)", ("realtime",), _LISTENING),
        ("topics_of(helpdesk.events)", ("announcements",), _TOPICS),
        ("announce_event()", ("announcements", "announcing_trouble"), _ANNOUNCING),
    ):
        source = str(value(db, "select pg_get_functiondef(%s::regprocedure)", f"helpdesk_private.{function}"))
        for name, (old, new) in changes.items():
            if old not in source:
                raise ValueError(f"{function} no longer says {old!r}: change this list with it")
            yield Mutation(f"{function.partition('(')[0]}: {name}", about, _said(source.replace(old, new)))
    yield from _silent_changes_of_access(db)


def _silent_changes_of_access(db: Db) -> Iterator[Mutation]:
    rows = db.execute(
        "select tgname as name, tgrelid::regclass::text as on, pg_get_triggerdef(oid) as definition from pg_trigger "
        "where pg_get_triggerdef(oid) like '%''changes_access''%' order by 1"
    ).fetchall()
    for row in rows:
        created = row["definition"].replace("'changes_access'", "''")
        statement = f"drop trigger {row['name']} on {row['on']}; {created}"
        yield Mutation(f"{row['name']} does not say that it changes access", ("announcements",), _said(statement))


def _said(text: str) -> sql.Composed:
    return sql.Composed([sql.SQL(text)])


def _policies(db: Db) -> Iterator[Mutation]:
    rows = db.execute(
        "select * from pg_policies where schemaname = 'realtime' and policyname like 'helpdesk: %' order by policyname"
    ).fetchall()
    for row in rows:
        name, policy = f'"{row["policyname"]}"', sql.Identifier(row["policyname"])
        drop = sql.SQL("drop policy {} on {}").format(policy, _MESSAGES)
        yield Mutation(f"live: drop policy {name}", ("realtime",), drop)
        alter = sql.SQL("alter policy {} on {} ").format(policy, _MESSAGES)
        clause, said = ("with check", row["with_check"]) if row["qual"] is None else ("using", row["qual"])
        yield Mutation(f"live: open policy {name}", ("realtime",), alter + _said(f"{clause} (true)"))
        for old, new in _PIECES.items():
            if old in said:
                changed = alter + _said(f"{clause} ({said.replace(old, new)})")
                yield Mutation(f"live: policy {name} without {old}", ("realtime",), changed, _given(row))


def _given(row: dict[str, Any]) -> sql.Composed | None:
    other = _GIVEN.get(row["policyname"])
    return sql.SQL("drop policy {} on {}").format(sql.Identifier(other), _MESSAGES) if other else None
