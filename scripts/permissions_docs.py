"""Write the generated part of docs/permissions.md from the can/cannot matrix, src/helpdesk_sdk/verification/matrix.

python scripts/permissions_docs.py           # writes
python scripts/permissions_docs.py --check   # exits 1 when the page and the matrix differ
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from pages import write_or_check

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.db.channels import OURS
from tests.db.matrix import CASES, ORDER
from tests.db.matrix.relations import TEAMS, relation, thing
from tests.db.people import ANONYMOUS, GONE, LEFT, NOBODY, SERVICE
from tests.db.world import TICKETS

from helpdesk_sdk.verification.matrix.operations import Operation
from permission_lines import METHODS, Line, code, table, word, wrapped
from ticket_rules import fields, granted, statuses

OUTSIDE = {
    ANONYMOUS: "no login (`anon`)",
    NOBODY: "a login without a person",
    GONE: "a deactivated person",
    LEFT: "a deactivated person",
}
GRANTS = {"select": "GET", "insert": "POST", "update": "PATCH", "delete": "DELETE"}
ON_TICKET = ("requester", "works it", "anybody else")
BY_ROLE = ("customer", "agent", "admin")
SECTIONS: dict[str, tuple[str, ...]] = {
    "Tickets": ("tickets", "my_tickets", "team_tickets", "tagged_tickets"),
    "Opening a ticket": ("create_ticket", "POST tickets"),
    "Conversation": ("messages", "send_reply", "ticket_timeline", "redact_message"),
    "Merging": ("merge_tickets", "unmerge_ticket", "ticket_merges", "conversation", "conversation_notes"),
    "Links": ("link_tickets", "unlink_tickets", "ticket_links", "suggest_duplicates", "split_ticket"),
    "Notes": ("notes", "add_note"),
    "Attachments": ("attachments", "reserve_attachment", "finish_attachment", "delete_attachment"),
    "Checking attachments": (*("lease_attachments", "settle_attachment", "postpone_attachment", "sweep_attachments"),),
    "Tags": ("ticket_tags",),
    "Custom fields": (
        *("field_definitions", "field_options", "field_teams", "create_field", "set_field_teams"),
        *("ticket_staff_fields", "ticket_field_values", "my_field_tickets", "team_field_tickets"),
    ),
    "Knowledge": (
        *("articles", "article_versions", "article_chunks", "save_article", "publish_article", "archive_article"),
        *("search_articles", "active_embedding_model", "embedding_progress", "use_embedding_model"),
        *("switch_embedding_model", "lease_embedding_jobs", "store_embedding", "postpone_embedding_job"),
    ),
    "What the knowledge lacks": (
        *("knowledge_gaps", "gap_questions", "gap_report", "dismiss_gap", "resolve_gap", "reopen_gap"),
        "stale_citations",
    ),
    "Assistant": (
        *("ai_settings", "ai_prompts", "ai_exclusions", "ai_usage", "ai_runs", "create_prompt", "activate_prompt"),
        *(
            "request_run",
            "lease_runs",
            "read_run",
            "classify_run",
            "run_prompt",
            "begin_model_call",
            "release_run",
            "remember_capability",
        ),
    ),
    "Proposals of the assistant": (
        *("proposals", "citations", "run_chunks", "show_proposal", "accept_proposal", "reject_proposal"),
        "assistant_report",
        *("undo_proposal", "suggest_without_model", "retrieve_passages", "submit_answer", "finish_without_model"),
        "propose",
    ),
    "Counts": ("ticket_counts", "recount_tickets"),
    "Routing": ("claim_next_ticket", "claim_ticket", "assign_ticket", "unassign_ticket", "transfer_ticket"),
    "Bulk": ("bulk_tickets",),
    "Imports": (*("start_import", "import_batch", "finish_import", "list_imports", "known_imports", "import_totals"),),
    "Export": ("export_tickets",),
    "Webhooks and the outbox": (
        *("webhooks", "create_webhook", "rotate_webhook_secret", "test_webhook", "outbox", "delivery_attempts"),
        *("replay_deliveries", "outbox_health", "lease_deliveries", "begin_sending", "settle_delivery"),
        *("set_delivery_clock", "accept_wake"),
    ),
    "Slack": (
        *("slack_connections", "slack_channels", "connect_slack", "add_slack_channel", "test_slack_channel"),
        *("accept_slack", "is_slack_thread", "slack_act"),
    ),
    "E-mail": (
        *("email_channels", "user_emails", "email_blocks", "ticket_participants", "inbound_emails", "explain_email"),
        "original_email",
        "redact_email",
        *("accept_quarantined", "quarantine_to_ticket", "mark_spam", "decide_quarantined"),
        *("receive_email", "ingest_email"),
        "use_email_token",
        *("raw_emails_to_delete", "raw_emails_deleted"),
        *("outbound_emails", "email_suppressions", "report_delivery", "email_health"),
        *("lease_emails", "place_email_files", "finish_email_files", "postpone_email"),
        *("mailbox_position", "advance_mailbox", "report_mailbox"),
    ),
    "E-mail that the helpdesk writes": (
        *("email_templates", "set_email_template", "reset_email_template", "preview_email_template"),
        *("notification_preferences", "set_notification_preferences", "automatic_emails"),
    ),
    "Search": ("search_tickets", "query_tickets", "count_tickets", "parse_query"),
    "Views": ("views",),
    "Classification": (
        *("classify_ticket", "label_examples", "collect_label_examples", "ai_thresholds", "label_head_report"),
        *("forget_label_head", "training_examples", "label_trials", "text_features", "store_label_head"),
    ),
    "Events": ("events", "events_page", "events_since", "events_head"),
    "Teams": ("teams", "team_members", "find_team", "set_default_team"),
    "People": (
        *("whoami", "users", "set_user_role", "deactivate_user", "reactivate_user"),
        *("create_customer", "invitations", "invite_user", "revoke_invitation", "bootstrap_admin"),
    ),
    "The helpdesk itself": (
        *("schema_version", "status_transitions", "settings", "statement_timeouts", "open_transactions"),
        *("metrics", "remove_throwaways"),
    ),
}
"""The tables of the page: the tables, views and functions in each."""
RIGHTS = {"-": "no", "b": "listen", "s": "listen, presence"}
"""The tokens of the table of channels."""
NOTES = {
    "Fields of a ticket": "Whoever sees a ticket reads all its fields, `custom_fields` and `external_id` too; its tags "
    "are [a table of their own](#tags), and so are the values of [fields of staff](#custom-fields). Opening: "
    "`create_ticket()` or `POST tickets`. Later: `PATCH tickets`.",
    "Status": "Who may `PATCH` the status; all other steps are `transition_not_allowed`. A reply changes it too, to "
    "the status that it names; without one, to `pending` from those who work the ticket, to `open` from the requester.",
    "Live topics": "`listen` is to receive announcements; `presence` is to `track()` oneself and to see who else does.",
    "People": "`bootstrap_admin()` works with the secret key only, and only while there is no active admin.",
    "Attachments": "Files on the ticket itself are for everybody who sees the ticket. Nobody downloads a file before "
    "its check has found it clean, and a file that was not sent yet is for its uploader only.",
    "Search": "Customers search their own tickets by their public text; agents the tickets that they work, admins all, "
    "with notes. What only staff may ask is refused, also where it would find nothing. Assistants do not search.",
    "Checking attachments": "With the secret key only.",
    "Classification": "Examples are made by people's acts on tickets, and by nobody else. Who works a ticket sees "
    "which labels it is an example of.",
    "What nobody may do": "No role and no key has these verbs. Where it is possible at all, a function does it.",
}
"""The text above a table."""


def section(tries: Operation) -> str:
    """The heading under which the page has an operation."""
    for names in (code(tries), tries.target):
        for title, targets in SECTIONS.items():
            if names in targets:
                return title
    raise LookupError(f"scripts/permissions_docs.py: no section for {tries.target}")


def lines(title: str, on_ticket: bool) -> list[Line]:
    """The lines of a section's table about a ticket, or of the other one."""
    found: dict[tuple[str, str], Line] = {}
    for case in CASES:
        if case.says is None or section(case.tries) != title or (thing(case.tries) in TICKETS) != on_ticket:
            continue
        written = case.says if case.says.startswith("…") else f"{case.says} `{code(case.tries)}`"
        line = found.setdefault((code(case.tries), case.says), Line(written))
        for person, outcome in case.outcomes():
            if person in ORDER and person not in OUTSIDE:
                line.add(*relation(person, thing(case.tries)), word(case, outcome))
    return _conditions_last(found)


def _conditions_last(found: dict[tuple[str, str], Line]) -> list[Line]:
    """Each operation in the order of the matrix, its conditions ("… when") below it."""
    order = {name: place for place, name in reversed(list(enumerate(name for name, _ in found)))}
    return [line for _, line in sorted(found.items(), key=lambda item: order[item[0][0]])]


def outsiders() -> str:
    """The outcome of every permitted operation for a caller who is not an active person."""
    found: dict[str, Line] = {}
    for case in CASES:
        outcomes = dict(case.outcomes())
        if not case.says or case.says.startswith("…") or all(outcome.refused for outcome in outcomes.values()):
            continue
        for person, name in OUTSIDE.items():
            if person in outcomes:
                verb = "function" if case.tries.verb == "call" else METHODS[case.tries.verb]
                line = found.setdefault(name, Line(name))
                line.add(verb, f"`{code(case.tries)}`", word(case, outcomes[person]))
    return table(("who", *METHODS.values(), "function"), list(found.values()))


def nobody() -> str:
    """The verbs that no role and no key has."""
    found: dict[str, list[str]] = {}
    for name, verb, _ in (*granted("authenticated"), *granted("service_role")):
        found.setdefault(name, []).append(verb)
    missing: dict[str, list[str]] = {}
    for name, verbs in sorted(found.items()):
        if without := ", ".join(f"`{method}`" for verb, method in GRANTS.items() if verb not in verbs):
            missing.setdefault(without, []).append(f"`{name}`")
    return "\n".join(f"- {verbs}: {', '.join(names)}" for verbs, names in missing.items())


def topics(on_ticket: bool) -> str:
    """Who may receive, and be present, on which topic."""
    found: dict[str, Line] = {}
    for topic, row in OURS.items():
        name = thing(topic)
        if (name in TICKETS) != on_ticket or "{nothing}" in topic or name in (GONE.name, LEFT.name):
            continue
        kind = "ticket" if name in TICKETS else "team" if name in TEAMS else "user"
        shown = re.sub(r"\{.*\}", f"<{kind}_id>", topic)
        line = found.setdefault(shown, Line(f"`{shown}`"))
        for person, token in zip(ORDER, row.replace("|", " ").split(), strict=False):
            if person not in OUTSIDE and person != SERVICE:
                line.add(*relation(person, name), RIGHTS[token])
    return table(("topic", *(ON_TICKET if on_ticket else BY_ROLE)), list(found.values()))


def reference() -> str:
    """The generated part of the page."""
    parts: dict[str, list[str]] = {"Who comes in": [outsiders()]}
    for title in SECTIONS:
        tables = [(head, lines(title, on_ticket)) for on_ticket, head in ((True, ON_TICKET), (False, BY_ROLE))]
        parts[title] = [table(("what", *head), rows) for head, rows in tables if rows]
        if title == "Opening a ticket":
            parts |= {"Fields of a ticket": [fields()], "Status": [statuses()]}
    parts |= {"Live topics": [topics(True), topics(False)], "What nobody may do": [nobody()]}
    return "\n\n".join(
        part
        for title, tables in parts.items()
        for part in (f"### {title}", *([wrapped(NOTES[title])] if title in NOTES else []), *tables)
    )


if __name__ == "__main__":
    raise SystemExit(write_or_check("permissions.md", reference(), __doc__))
