"""What nobody sets: every column without a grant, by insert and by update; truncate, triggers; the private schema."""

from __future__ import annotations

from typing import Any, LiteralString

from ..people import ADMIN, AGENT, ANONYMOUS, CUSTOMER, OWNER, SERVICE, Person
from .operations import Insert, Sql, Update
from .outcomes import Case

_WHEN = "2001-01-01"
_VERBS: dict[str, LiteralString] = {
    "read": "select * from {target}",
    "add to": "insert into {target} default values",
    "empty": "delete from {target}",
    "truncate": "truncate {target}",
    "hang a trigger on": "create trigger t before update on {target} for each row "
    "execute function suppress_redundant_updates_trigger()",
}
_SET_BY_THE_DATABASE: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    # table: (row that may be inserted, filter of one row, columns forged on insert, columns forged on update)
    "views": (
        {"name": "New", "tree": {"all": []}},
        {"view_id": "{agents view}"},
        {"owner_id": "{customer}", "created_at": _WHEN, "updated_at": _WHEN},
        {"view_id": "{nothing}", "owner_id": "{customer}", "created_at": _WHEN, "updated_at": _WHEN},
    ),
    "tickets": (
        {"title": "Help"},
        {"ticket_id": "{mine}"},
        {
            "number": 1000,
            "priority_rank": 1,
            "status": "closed",
            "assigned_to": "{customer}",
            "revision": 7,
            "snoozed_until": _WHEN,
            "last_message_id": "{nothing}",
            "first_response_at": _WHEN,
            "resolved_at": _WHEN,
            "closed_at": _WHEN,
            "merged_into": "{theirs}",
            "created_at": _WHEN,
            "updated_at": _WHEN,
        },
        {
            "ticket_id": "{nothing}",
            "number": 1000,
            "priority_rank": 1,
            "team_id": "{empty}",
            "assigned_to": "{customer}",
            "created_by": "{customer}",
            "channel": "email",
            "revision": 7,
            "last_message_id": "{nothing}",
            "first_response_at": _WHEN,
            "resolved_at": _WHEN,
            "closed_at": _WHEN,
            "merged_into": "{theirs}",
            "created_at": _WHEN,
            "updated_at": _WHEN,
        },
    ),
    "users": (
        {},
        {"user_id": "{customer}"},
        {"user_id": "{nothing}", "name": "N", "email": "e@example.com", "role": "admin", "is_active": True},
        {
            "user_id": "{nothing}",
            "auth_user_id": "{nothing}",
            "email": "e@example.com",
            "role": "admin",
            "is_active": True,
            "created_at": _WHEN,
            "updated_at": _WHEN,
        },
    ),
    "teams": (
        {"name": "Forged"},
        {"team_id": "{empty}"},
        {"is_default": True, "created_at": _WHEN, "updated_at": _WHEN},
        {"team_id": "{nothing}", "is_default": True, "created_at": _WHEN, "updated_at": _WHEN},
    ),
    "team_members": (
        {"team_id": "{vault}", "user_id": "{agent}"},
        {"user_id": "{agent}"},
        {"created_at": _WHEN},
        {"team_id": "{vault}", "user_id": "{stranger}", "created_at": _WHEN},
    ),
    "ticket_tags": (
        {"ticket_id": "{mine}", "tag": "new"},
        {"ticket_id": "{mine}"},
        {"ticket_created_at": _WHEN, "created_at": _WHEN},
        {"ticket_id": "{answered}", "tag": "new", "ticket_created_at": _WHEN, "created_at": _WHEN},
    ),
    "messages": (
        {"ticket_id": "{mine}"},
        {"message_id": "{question}"},
        {
            "message_id": "{new}",
            "author_id": "{agent}",
            "author_kind": "staff",
            "author_name": "x",
            "body": "x",
            "chosen_status": "closed",
            "sequence": 1,
            "created_at": _WHEN,
        },
        {
            "author_id": "{agent}",
            "author_kind": "staff",
            "author_name": "x",
            "body": "x",
            "chosen_status": "closed",
            "sequence": 1,
            "created_at": _WHEN,
            "redacted_at": _WHEN,
            "imported": True,
        },
    ),
    "notes": (
        {"ticket_id": "{mine}"},
        {"note_id": "{note}"},
        {"note_id": "{new}", "author_id": "{agent}", "author_name": "x", "body": "x"}
        | {"sequence": 1, "created_at": _WHEN, "imported": True},
        {"ticket_id": "{mine}", "author_id": "{agent}", "author_name": "x", "body": "x"}
        | {"sequence": 1, "created_at": _WHEN, "imported": True},
    ),
    "field_definitions": (
        {},
        {"key": "plan"},
        {},
        {"key": "x", "type": "text", "for_all_teams": False, "created_at": _WHEN, "updated_at": _WHEN},
    ),
    "field_options": (
        {"field_key": "plan", "value": "team"},
        {"value": "pro"},
        {"created_at": _WHEN},
        {"field_key": "risk", "value": "x", "created_at": _WHEN},
    ),
}


def _refused(table: str, column: str) -> dict[Person, str]:
    """A column that is always generated is refused by its own error, before any privilege is looked at."""
    token = "428C9" if (table, column) == ("tickets", "priority_rank") else "deny"
    return dict.fromkeys((CUSTOMER, AGENT, ADMIN, SERVICE), token)


_COLUMNS = [
    *(
        Case(f"A35 forge {table}.{name} on insert", Insert(table, row | {name: forged}), _refused(table, name))
        for table, (row, _, on_insert, _) in _SET_BY_THE_DATABASE.items()
        for name, forged in on_insert.items()
    ),
    *(
        Case(f"A35 forge {table}.{name} on update", Update(table, where, {name: forged}), _refused(table, name))
        for table, (_, where, _, on_update) in _SET_BY_THE_DATABASE.items()
        for name, forged in on_update.items()
    ),
]

TABLES = (
    *("users", "invitations", "teams", "team_members", "status_transitions"),
    *("tickets", "ticket_tags", "messages", "notes", "events", "attachments", "settings", "ticket_merges"),
    "ticket_links",
    *("ai_settings", "ai_prompts", "ai_exclusions", "ai_usage", "ai_runs"),
    *("articles", "article_versions", "article_chunks", "run_chunks", "proposals", "citations"),
    *("field_definitions", "field_options", "field_teams", "ticket_staff_fields", "ticket_field_values", "views"),
    *("label_examples", "ai_thresholds", "knowledge_gaps", "gap_questions"),
    *("webhooks", "outbox", "delivery_attempts", "slack_connections", "slack_channels"),
    *("email_channels", "user_emails", "email_blocks", "ticket_participants", "inbound_emails"),
    *("outbound_emails", "email_suppressions", "automatic_emails"),
)
PRIVATE: dict[str, LiteralString] = {
    "applied_proposals": "xid",
    "reserved_logins": "auth_user_id",
    "attachment_checks": "engine",
    "awaited_keys": "key",
    "chunk_embeddings": "slot",
    "concepts": "version",
    "delivery_leases": "lease",
    "delivery_settings": "allow_loopback",
    "deployments": "release",
    "bounce_tokens": "email_id",
    "builtin_email_templates": "body",
    "email_ids": "kind",
    "email_mutes": "reason",
    "email_openings": "mailbox",
    "email_placeholders": "description",
    "email_secrets": "secret",
    "email_templates": "body",
    "email_work": "problem",
    "mailbox_failures": "problem",
    "mailbox_checks": "folder",
    "email_tokens": "content_sha256",
    "mailbox_folders": "folder",
    "notification_preferences": "choices",
    "embedding_jobs": "attempts",
    "import_runs": "report",
    "import_sources": "name",
    "installation": "environment",
    "imported_objects": "is_dead",
    "embedding_models": "is_active",
    "error_codes": "reason",
    "event_types": "type",
    "example_embeddings": "model",
    "example_texts": "body",
    "file_types": "content_type",
    "gap_words": "words",
    "knowledge_state": "revision",
    "run_leases": "secret_hash",
    "merged_tickets": "ticket_id",
    "label_heads": "label",
    "label_vectors": "label",
    "label_models": "model",
    "label_words": "feature",
    "named_locks": "name",
    "note_texts": "bytes",
    "outside_objects": "name",
    "query_fields": "field",
    "received_emails": "raw_sha256",
    "removed_participants": "address",
    "reply_tokens": "generation",
    "request_ids": "request_id",
    "slack_requests": "request_key",
    "slack_secrets": "bot_token",
    "slack_threads": "thread_ts",
    "ticket_counters": "tickets",
    "ticket_texts": "bytes",
    "wake_words": "word_hash",
    "webhook_secrets": "secret",
}
PRIVATE_VIEWS = ("seen_tickets", "worked_tickets", "staff_tags", "conversation_parts")
CLOSED_VIEWS = ("published_chunks",)
"""Views that functions of the owner read, and nobody else."""
_ANYBODY = dict.fromkeys((ANONYMOUS, CUSTOMER, AGENT, ADMIN, SERVICE), "deny")
_NO_SYSTEM = {ANONYMOUS: "deny", SERVICE: "deny"}
_NO_OP: LiteralString = "execute function suppress_redundant_updates_trigger()"

CASES = [
    *_COLUMNS,
    *(Case(f"A33 truncate {table}", Sql(table, "truncate {target} cascade"), _ANYBODY) for table in TABLES),
    *(
        Case(
            f"hang a trigger on {table}",
            Sql(table, "create trigger t before update on {target} for each row " + _NO_OP),
            _ANYBODY,
        )
        for table in TABLES
    ),
    Case("the log cannot be truncated, by direct connection", Sql("events", "truncate {target}"), {OWNER: "forbidden"}),
    Case(
        "a number of one's own, by direct connection",
        Sql("tickets", "update {target} set number = 1000 where ticket_id = {mine}"),
        {OWNER: "forbidden"},
    ),
    *(
        Case(f"A20 A34 {verb} {table}", Sql(table, statement, schema="helpdesk_private"), _ANYBODY)
        for table, column in PRIVATE.items()
        for verb, statement in (_VERBS | {"change": "update {target} set " + column + " = " + column}).items()
    ),
    *(
        Case(f"A20 {verb} {view}", Sql(view, statement, schema="helpdesk_private"), _ANYBODY)
        for view in PRIVATE_VIEWS
        for verb, statement in {
            "add to": _VERBS["add to"],
            "empty": _VERBS["empty"],
            "change": "update {target} set ticket_id = ticket_id",
        }.items()
    ),
    *(
        Case(f"A20 {verb} {view}", Sql(view, _VERBS[verb], schema="helpdesk_private"), _ANYBODY)
        for view in CLOSED_VIEWS
        for verb in ("read", "add to", "empty")
    ),
    Case("A20 read seen_tickets", Sql("seen_tickets", _VERBS["read"], "helpdesk_private"), _NO_SYSTEM),
    Case("A20 read worked_tickets", Sql("worked_tickets", _VERBS["read"], "helpdesk_private"), _NO_SYSTEM),
    Case("A20 read staff_tags", Sql("staff_tags", _VERBS["read"], "helpdesk_private"), {ANONYMOUS: "deny"}),
]
