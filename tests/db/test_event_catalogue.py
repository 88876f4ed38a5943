"""docs/events.md says of each event what the database does: what it tells, who sees it, where it is announced."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, LiteralString, get_type_hints

import pytest
from psycopg import sql
from tests.db.conftest import Server
from tests.db.event_changes import CHANGES
from tests.db.people import ADMIN, AGENT, CUSTOMER, OWNER, SERVICE, Db, Person, as_person, be
from tests.db.test_events import newest

from event_catalogue import CATALOGUE, Entry
from events_docs import ATTRIBUTES, KINDS, columns, meanings
from helpdesk_sdk import Event, EventType

_EDIT = "update helpdesk.tickets set {} where ticket_id = {{mine}}; "
_LOGIN = (
    "insert into auth.users (id, aud, role, {0}) values (gen_random_uuid(), 'authenticated', 'authenticated', {1}); "
)

MORE: dict[str, tuple[Person, LiteralString]] = {
    "a description": (CUSTOMER, _EDIT.format("description = 'x'")),
    "a priority": (AGENT, _EDIT.format("priority = 'high'")),
    "an external id": (AGENT, _EDIT.format("external_id = 'crm-7'") + _EDIT.format("external_id = null")),
    "snoozing": (AGENT, _EDIT.format("snoozed_until = '2100-01-01'") + _EDIT.format("snoozed_until = null")),
    "merging": (OWNER, _EDIT.format("merged_into = {answered}") + _EDIT.format("merged_into = null")),
    "an assignment to somebody else": (
        ADMIN,
        "select helpdesk.assign_ticket({answered}, {admin})",
    ),
    "a transfer to the agent's team": (ADMIN, "select helpdesk.transfer_ticket({theirs}, {desk})"),
    "a login that was invited": (
        OWNER,
        _LOGIN.format("email, email_confirmed_at", "'newcomer@example.com', now()"),
    ),
    "a login without an address, then with one": (
        OWNER,
        _LOGIN.format("phone, phone_confirmed_at", "'4912345', now()")
        + "update auth.users set email = 'late@example.com', email_confirmed_at = now() where phone = '4912345'",
    ),
    "no login": (OWNER, "delete from auth.users where email = 'customer@example.com'"),
    "a file on the ticket": (
        CUSTOMER,
        "insert into storage.objects (bucket_id, name, owner_id, metadata) values ('helpdesk-attachments', "
        "concat('tickets/', {mine}, '/', {reserved file}), auth.uid()::text, "
        '\'{{"size": 5, "mimetype": "image/png"}}\'); select helpdesk.finish_attachment({reserved file})',
    ),
    "a file on a message that is found bad later": (
        OWNER,
        "select helpdesk.settle_attachment({answer file}, 'rejected', 'infected')",
    ),
    "a file on a note that is found bad later": (
        OWNER,
        "select helpdesk.settle_attachment({note file}, 'rejected', 'infected')",
    ),
    "the settings": (
        ADMIN,
        "update helpdesk.settings set attachment_types = '{{image/png}}', attachment_max_bytes = 1, "
        "attachment_max_per_message = 1, attachment_max_per_ticket = 1, attachment_max_bytes_per_ticket = 1, "
        "attachment_require_check = false, article_writers = 'admins', article_publishers = 'staff', "
        "email_reopen_days = 3, console_url = 'https://help.example.com', email_locale = 'de', "
        "email_acknowledgements = 'all', email_notifications = '{{mentioned}}', email_batch_minutes = 1, "
        "email_max_per_minute = 1, email_tickets_per_sender = 1, email_tickets_per_known_sender = 1, "
        "email_tickets_per_domain = 1, email_tickets_per_channel = 1, email_reply_line = false",
    ),
    "the settings of the assistant": (
        ADMIN,
        "update helpdesk.ai_settings set is_enabled = false, chat_model = 'm', price_in = 1.5, price_out = 2, "
        "daily_tokens_project = null, daily_tokens_team = 5, daily_tokens_person = 6, triage_new_tickets = true, "
        "notes_in_context = true, internal_articles_in_context = true, tone = 'x', signature = 'x', "
        "reply_language = 'de', similarity_floor = 0.5, proposal_hours = 2",
    ),
    "a ticket with the assistant again": (
        AGENT,
        "insert into helpdesk.ai_exclusions (scope, target_id) values ('ticket', {mine}); "
        "delete from helpdesk.ai_exclusions",
    ),
    "an embedding model that is active": (
        OWNER,
        "delete from helpdesk_private.example_texts; select helpdesk.use_embedding_model('m'); "
        "select helpdesk.switch_embedding_model('m')",
    ),
    "no staff fields": (AGENT, _EDIT.format('custom_fields = \'{{"risk": "high"}}\'')),
    "a field": (
        ADMIN,
        "update helpdesk.field_definitions set label = 'x', customer_label = 'x', help_text = 'x', position = 3, "
        "audience = 'customer_visible', required_for = 'create', retired_at = 'now' where key = 'plan'; "
        "update helpdesk.field_definitions set customer_label = null, retired_at = null where key = 'plan'; "
        "update helpdesk.field_options set label = 'x', position = 3, retired_at = 'now' where value = 'pro'; "
        "update helpdesk.field_options set retired_at = null where value = 'pro'",
    ),
    "the teams of a field": (
        ADMIN,
        "select helpdesk.set_field_teams('plan', array[{empty}]::uuid[]); "
        "select helpdesk.set_field_teams('plan', null)",
    ),
    "a webhook that is gone": (
        OWNER,
        "update helpdesk.webhooks set is_active = true where webhook_id = {webhook}; "
        "update helpdesk.webhooks set is_active = false, disabled_reason = 'gone' where webhook_id = {webhook}",
    ),
    "an address of the helpdesk": (
        ADMIN,
        "update helpdesk.email_channels set address = 'x@desk.example', name = 'x', team_id = {desk}, "
        "provider = 'imap', reply_domain = 'in.example', trusted_authserv_ids = '{{mx.example}}', "
        "trusted_rewriters = '{{l.example}}', trusted_forms = '{{f@web.example}}', is_active = false "
        "where channel_id = {channel}; "
        "update helpdesk.email_channels set team_id = null, reply_domain = null where channel_id = {channel}",
    ),
    "mails that come into quarantine": (
        OWNER,
        "update helpdesk.inbound_emails set outcome = null; update helpdesk.inbound_emails set outcome = 'quarantined'",
    ),
    "a mail beside a ticket that is spam": (AGENT, "select helpdesk.mark_spam({mail to mine})"),
    "a mail that comes back, and is reported as spam": (
        SERVICE,
        "select helpdesk.report_delivery('provider-7', 'soft_bounced'); "
        "select helpdesk.report_delivery('provider-7', 'complained')",
    ),
    "a mail that is not sent": (
        OWNER,
        "select helpdesk_private.enqueue('email', {sent mail}, null, {mine}); "
        "update helpdesk.outbox set state = 'dead' where kind = 'email'",
    ),
    "Slack": (
        OWNER,
        "update helpdesk.slack_connections set workspace_name = 'x', bot_user_id = 'U0X', "
        "is_active = false; update helpdesk.slack_connections set is_active = true; "
        "update helpdesk.slack_connections set is_active = false, disabled_reason = 'invalid_auth'; "
        "update helpdesk.slack_channels set is_active = false, disabled_reason = 'is_archived'",
    ),
    "a team": (
        ADMIN,
        "update helpdesk.teams set description = 'x', is_public = false where team_id = {empty}; "
        "select helpdesk.set_default_team({empty})",
    ),
    "a shared view": (
        ADMIN,
        "insert into helpdesk.views (name, tree, audience) values ('x', '{{\"all\": []}}', 'all'); "
        'update helpdesk.views set name = \'y\', tree = \'{{"field": "status", "op": "is", "value": "open"}}\', '
        "sort = 'priority', columns = '{{number}}', audience = 'team', team_id = {desk} where name = 'x'",
    ),
}

Told = dict[tuple[str, str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def told(pg: Server) -> Told:
    """Each event that any of the changes makes, by type and audience, with its topics and those who see it."""
    name = pg.copy("world")
    found: Told = defaultdict(list)
    with pg.connect(name) as db:
        for person, statement in [*(change[:2] for change in CHANGES.values()), *MORE.values()]:
            with db.transaction(force_rollback=True):
                before = newest(db)
                with be(db, person):
                    db.execute(sql.SQL(statement).format(**{key: sql.Literal(id) for key, id in pg.world.items()}))
                for row in _events(db, before):
                    found[row["type"], row["audience"]].append(row)
    pg.drop(name)
    return found


def _events(db: Db, after: int) -> list[dict[str, Any]]:
    seen = {}
    for person in (CUSTOMER, AGENT, ADMIN):
        with as_person(db, person):
            seen[person.name] = {
                row["event_id"] for row in db.execute("select event_id from helpdesk.events").fetchall()
            }
    rows = db.execute(
        "select e.*, array(select topic from realtime.messages where (payload ->> 'event_id')::bigint = e.event_id) "
        "as topics from helpdesk.events as e where e.event_id > %s",
        (after,),
    ).fetchall()
    return [row | {"seen": {name for name, ids in seen.items() if row["event_id"] in ids}} for row in rows]


def kind(name: str, value: object) -> str:
    """What kind of value it is, in the words of the page."""
    for words, values in KINDS.items():
        if name == words.replace(" ", "_") and value in list(values):
            return words
    if isinstance(value, str):
        if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value):
            return "UUID"
        return "time" if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+\d\d:\d\d", value) else "text"
    return {type(None): "null", bool: "true or false", dict: "object", int: "number", float: "number", list: "list"}[
        type(value)
    ]


def kinds(name: str, values: list[Any]) -> str:
    return " or ".join(sorted({kind(name, value) for value in values}, key=lambda one: (one == "null", one)))


def shape(told: list[dict[str, Any]]) -> tuple[dict[str, str], dict[str, str]]:
    """Keys and kinds of the values, and of what changed."""
    values: dict[str, list[Any]] = defaultdict(list)
    changes: dict[str, list[Any]] = defaultdict(list)
    for data in told:
        for name, value in data.items():
            if name != "changes":
                values[name].append(value)
        for name, pair in data.get("changes", {}).items():
            changes[name] += pair
    return (
        {name: kinds(name, found) for name, found in values.items()},
        {name: kinds(name, found) for name, found in changes.items()},
    )


def named(entry: Entry) -> str:
    return f"{entry.type} {entry.audience}"


def test_the_page_has_every_type_and_every_event_is_on_it(told: Told) -> None:
    assert {entry.type for entry in CATALOGUE} == set(EventType)
    assert {(str(entry.type), entry.audience) for entry in CATALOGUE} == set(told)


@pytest.mark.parametrize("entry", CATALOGUE, ids=named)
def test_an_event_tells_what_the_page_says(told: Told, entry: Entry) -> None:
    datas = [row["data"] for row in told[entry.type, entry.audience]]
    assert shape(datas) == (entry.values, entry.changes)
    for data in [*datas, entry.example]:
        # Every one has every key; of the fields that may change, those that did.
        assert set(data) == {*entry.values, *(["changes"] if entry.changes else [])}
        values, changes = shape([data])
        assert values == entry.values
        assert all(
            set(found.split(" or ")) <= set(entry.changes[name].split(" or ")) for name, found in changes.items()
        )
        assert bool(changes) == bool(entry.changes)


@pytest.mark.parametrize("entry", CATALOGUE, ids=named)
def test_an_event_is_seen_by_those_whom_the_page_names(told: Told, entry: Entry) -> None:
    seen_by = {"requester": {"customer", "agent", "admin"}, "staff": {"agent", "admin"}, "admins": {"admin"}}
    # Fewer see what happens to a ticket of others, or that was transferred out of sight.
    for row in told[entry.type, entry.audience]:
        assert row["seen"] <= seen_by[entry.seen_by]
    assert seen_by[entry.seen_by] in [row["seen"] for row in told[entry.type, entry.audience]]


@pytest.mark.parametrize("entry", CATALOGUE, ids=named)
def test_an_event_is_announced_where_the_page_says(told: Told, entry: Entry) -> None:
    for row in told[entry.type, entry.audience]:
        topics = {topic.format_map(row) for topic in entry.topics}
        # A mail in quarantine may name no ticket.
        assert set(row["topics"]) == {topic for topic in topics if ":None" not in topic}


@pytest.mark.parametrize("entry", CATALOGUE, ids=named)
def test_an_event_says_itself_whether_it_changes_access(told: Told, entry: Entry) -> None:
    assert {row["changes_access"] for row in told[entry.type, entry.audience]} == {entry.changes_access}


@pytest.mark.parametrize("entry", CATALOGUE, ids=named)
def test_the_sdk_has_each_value_with_its_type(entry: Entry) -> None:
    row = {"cursor": "7.1", "event_id": 1, "type": entry.type, "audience": entry.audience, "actor_kind": "staff"}
    event = Event.model_validate(
        row | {"actor_name": "Ada", "data": entry.example, "created_at": "2026-01-02T03:04:05+00:00"}
    )
    for name in entry.values:
        assert str(getattr(event, ATTRIBUTES.get(name, name))) == entry.example[name]
    changed = {name: [change.old, change.new] for name, change in event.changes.items()}
    assert changed == entry.example.get("changes", {})


def test_the_sdk_has_what_the_events_have_and_no_more() -> None:
    attributes = {name for name, found in vars(Event).items() if isinstance(found, property)}
    values = {name for entry in CATALOGUE for name in entry.values}
    assert attributes == {ATTRIBUTES.get(name, name) for name in values} | {"changes"}
    for name in attributes - {"changes"}:
        assert "None" in str(get_type_hints(vars(Event)[name].fget)["return"])


def test_the_row_of_the_log_is_that_of_the_page_and_the_sdk() -> None:
    assert set(columns()) == set(meanings()) == set(Event.model_fields)
