"""The limits of the SDK are the limits of the database, read from its catalogue or tried."""

from __future__ import annotations

import json
import re
from typing import LiteralString

import pytest
from tests.db.people import ADMIN, Db, as_person, refused, value
from tests.db.world import World

from helpdesk_sdk import _limits as limits

TEXTS = {
    "tickets.description": (0, limits.BODY_MAX),
    "tickets.external_id": (1, limits.EXTERNAL_ID_MAX),
    "articles.body": (0, limits.ARTICLE_BODY_MAX),
    "articles.external_id": (1, limits.EXTERNAL_ID_MAX),
    "articles.section": (1, limits.SECTION_MAX),
    "messages.body": (1, limits.BODY_MAX),
    "proposals.reason": (1, limits.REJECT_REASON_MAX),
    "notes.body": (1, limits.BODY_MAX),
    "teams.description": (0, limits.TEAM_DESCRIPTION_MAX),
    "ai_settings.chat_model": (1, limits.MODEL_MAX),
    "ai_settings.tone": (0, limits.TONE_MAX),
    "ai_settings.signature": (0, limits.TONE_MAX),
    "ai_prompts.body": (1, limits.PROMPT_MAX),
    "ai_prompts.note": (0, limits.TONE_MAX),
    "ai_runs.wish": (1, limits.WISH_MAX),
    "field_definitions.help_text": (0, limits.FIELD_HELP_MAX),
    "email_blocks.note": (0, limits.TEAM_DESCRIPTION_MAX),
    "email_suppressions.detail": (0, limits.TEAM_DESCRIPTION_MAX),
    "email_blocks.pattern": (1, limits.EMAIL_MAX),
    "slack_connections.workspace_name": (0, limits.NAME_MAX),
    "slack_connections.disabled_reason": (1, limits.TEAM_NAME_MAX),
    "slack_channels.channel_name": (0, limits.SLACK_CHANNEL_NAME_MAX),
    "slack_channels.disabled_reason": (1, limits.TEAM_NAME_MAX),
    "webhooks.url": (1, limits.URL_MAX),
    "webhooks.description": (0, limits.TEAM_DESCRIPTION_MAX),
}
NAMES = {
    "users.name": (0, limits.NAME_MAX),
    "email_channels.name": (0, limits.TEAM_NAME_MAX),
    "ticket_participants.name": (0, limits.NAME_MAX),
    "teams.name": (1, limits.TEAM_NAME_MAX),
    "tickets.title": (1, limits.TITLE_MAX),
    "articles.title": (1, limits.TITLE_MAX),
    "article_versions.title": (1, limits.TITLE_MAX),
    "article_chunks.title": (1, limits.TITLE_MAX),
    "views.name": (1, limits.VIEW_NAME_MAX),
    "ticket_tags.tag": (1, limits.TAG_MAX),
    "label_examples.label": (1, limits.TAG_MAX),
    "field_definitions.label": (1, limits.FIELD_LABEL_MAX),
    "field_definitions.customer_label": (1, limits.FIELD_LABEL_MAX),
    "field_options.value": (1, limits.OPTION_MAX),
    "field_options.label": (1, limits.OPTION_MAX),
}
NUMBERS = {
    "settings.attachment_max_bytes": (1, limits.FILE_BYTES_MAX),
    "settings.attachment_max_per_message": (0, limits.MESSAGE_FILES_MAX),
    "settings.attachment_max_per_ticket": (0, limits.TICKET_FILES_MAX),
    "settings.attachment_max_bytes_per_ticket": (0, limits.TICKET_BYTES_MAX),
    "settings.email_reopen_days": (0, limits.REOPEN_DAYS_MAX),
    "settings.email_batch_minutes": (0, limits.BATCH_MINUTES_MAX),
    "settings.email_max_per_minute": (0, limits.AUTOMATIC_MAILS_MAX),
    "settings.email_tickets_per_sender": (0, limits.MAIL_TICKETS_MAX),
    "settings.email_tickets_per_known_sender": (0, limits.MAIL_TICKETS_MAX),
    "settings.email_tickets_per_domain": (0, limits.MAIL_TICKETS_MAX),
    "settings.email_tickets_per_channel": (0, limits.MAIL_TICKETS_MAX),
    "ai_settings.daily_tokens_project": (0, limits.DAILY_TOKENS_MAX),
    "ai_settings.daily_tokens_team": (0, limits.DAILY_TOKENS_MAX),
    "ai_settings.daily_tokens_person": (0, limits.DAILY_TOKENS_MAX),
    "ai_settings.proposal_hours": (1, limits.PROPOSAL_HOURS_MAX),
    "field_definitions.position": (0, limits.POSITION_MAX),
    "field_options.position": (0, limits.POSITION_MAX),
}
JSON = {
    "ai_settings.capability": limits.JSON_BYTES_MAX,
    "tickets.custom_fields": limits.JSON_BYTES_MAX,
    "ticket_staff_fields.staff_fields": limits.JSON_BYTES_MAX,
}


def checks(db: Db, function: str) -> dict[str, tuple[int, ...]]:
    """The limits in every CHECK that calls a function, by the column that it names."""
    rows = db.execute(
        "select relname as table, pg_get_constraintdef(k.oid) as says from pg_constraint as k "
        "join pg_class as c on c.oid = k.conrelid "
        "where k.contype = 'c' and k.connamespace = 'helpdesk'::regnamespace"
    ).fetchall()
    found = {}
    for row in rows:
        # A bigint is shown as (1)::bigint, a large one as '1073741824'::bigint.
        number = r"['(]?\d+[')]?(?:::bigint)?"
        for name, numbers in re.findall(rf"{function}\('(\w+)'::text, [^,]+((?:, {number})+)\)", row["says"]):
            found[f"{row['table']}.{name}"] = tuple(int(number) for number in re.findall(r"\d+", numbers))
    return found


def test_every_text_has_the_length_that_the_sdk_checks(db: Db) -> None:
    assert checks(db, "text_within") == TEXTS
    assert checks(db, "name_within") == NAMES


def test_every_number_has_the_range_that_the_sdk_checks(db: Db) -> None:
    assert checks(db, "number_within") == NUMBERS


def test_whatever_is_a_name_is_checked_as_a_name(db: Db) -> None:
    columns = db.execute(
        "select relname || '.' || attname as name from pg_attribute as a join pg_class as c on c.oid = a.attrelid "
        "where c.relnamespace = 'helpdesk'::regnamespace and c.relkind = 'r' and a.atttypid = 'text'::regtype "
        "and (a.attname in ('name', 'title', 'tag') or a.attname like '%label' or relname = 'field_options' "
        "and a.attname = 'value')"
    ).fetchall()
    assert {row["name"] for row in columns} == checks(db, "name_within").keys()


def test_every_json_object_has_the_size_that_the_sdk_checks(db: Db) -> None:
    assert checks(db, "json_object_within") == {name: (size,) for name, size in JSON.items()}


def _nested(levels: int) -> str:
    return '{"a": ' * (levels - 1) + '{"a": 1}' + "}" * (levels - 1)


TRIED: dict[str, tuple[LiteralString, object, object]] = {
    # what is tried, the last that is accepted, the first that is not
    "address": (
        "select helpdesk_private.email_valid('email', %s::text)",
        "a" * (limits.EMAIL_MAX - 6) + "@b.com",
        "a" * (limits.EMAIL_MAX - 5) + "@b.com",
    ),
    "page": ("select helpdesk_private.page_size(%s)", limits.PAGE_MAX, limits.PAGE_MAX + 1),
    "depth": (
        "select helpdesk_private.json_object_within('f', %s::jsonb, 1000)",
        _nested(limits.JSON_DEPTH_MAX),
        _nested(limits.JSON_DEPTH_MAX + 1),
    ),
    "number": (
        "select helpdesk_private.json_object_within('f', %s::jsonb, 1000)",
        json.dumps({"a": limits.NUMBER_MAX}),
        json.dumps({"a": limits.NUMBER_MAX * 10}),
    ),
}


@pytest.mark.parametrize("what", TRIED)
def test_a_limit_of_a_function_is_that_of_the_sdk(db: Db, what: str) -> None:
    query, last, beyond = TRIED[what]
    assert value(db, query, last) not in (None, False)
    with refused("invalid_value"):
        db.execute(query, (beyond,))


def test_a_ticket_has_as_many_tags_as_the_sdk_accepts(db: Db, world: World) -> None:
    create = "select ticket_id from helpdesk.create_ticket('Many', tags => %s)"
    tags = [f"tag-{n}" for n in range(limits.TAGS_MAX + 1)]
    with as_person(db, ADMIN):
        made = value(db, create, tags[1:])
        with refused("too_many"), db.transaction():
            db.execute("insert into helpdesk.ticket_tags (ticket_id, tag) values (%s, %s)", (made, tags[0]))
    with refused("too_many"), as_person(db, ADMIN):
        db.execute(create, (tags,))
