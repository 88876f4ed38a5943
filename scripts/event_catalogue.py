"""Every type of event: when it happens, its values, who sees it, and where it is announced.

A test writes each type to a database and compares keys, kinds of values, who sees the event, and topics, all exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from helpdesk_sdk import EventType

TICKET = "helpdesk:ticket:{ticket_id}"
STAFF = "helpdesk:ticket:{ticket_id}:staff"
TEAM = "helpdesk:team:{team_id}"
REQUESTER = "helpdesk:user:{requester_id}"
TOPICS = {"requester": (TICKET, TEAM, REQUESTER), "staff": (STAFF, TEAM), "admins": ()}
ASSIGNEES = ("helpdesk:user:{data[changes][assigned_to][0]}", "helpdesk:user:{data[changes][assigned_to][1]}")
PERSON = "helpdesk:user:{data[user_id]}"
INVITATION = {"user_id": "UUID", "role": "role", "invitation_id": "UUID"}
INVITED = {
    "role": "agent",
    "user_id": "17079b7c-8850-4a8c-a7b0-a30c9cdcf082",
    "invitation_id": "179ed48e-8db7-4159-97de-28433dd72a86",
}
CONFIGURATION = ("helpdesk:staff",)
MEMBERSHIP = (PERSON, "helpdesk:team:{data[team_id]}")


@dataclass(frozen=True)
class Entry:
    """A type of event. ``ticket.updated`` has two entries, as the requester does not see all of its changes.

    Attributes:
        seen_by: ``requester`` (and staff), ``staff`` (who work the ticket) or ``admins``; admins see all.
        values: The keys of ``data`` besides ``changes``, with the kind of each value.
        changes: The fields that ``data.changes`` may have, with the kind of the value before and after.
        example: An example of ``data``.
        also_to: Topics besides those that ``seen_by`` gives.
        changes_access: As the event itself has it.
        is_announced: False for an event that followers find in the log only.
    """

    type: EventType
    when: str
    seen_by: str
    example: Mapping[str, Any]
    values: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, str] = field(default_factory=dict)
    also_to: tuple[str, ...] = ()
    changes_access: bool = False
    is_announced: bool = True

    @property
    def audience(self) -> str:
        """The value of ``audience`` in the event."""
        return "customer" if self.seen_by == "requester" else "staff"

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics, to be filled in with the event's own values."""
        return (*TOPICS[self.seen_by], *self.also_to, "helpdesk:admin") if self.is_announced else ()


def _of_a_merge(type: EventType, when: str) -> Entry:
    """An event that both tickets of a merge have."""
    return Entry(
        type,
        when,
        "staff",
        {
            "merge_id": "0b8be8f9-62d0-4b00-8dfc-e2b1df02354e",
            "source_id": "80112ca0-c9ce-48e4-a638-3eafafc26dbe",
            "target_id": "31a1b9b0-ebe5-4592-a2b9-297f790a8fd5",
        },
        values={"merge_id": "UUID", "source_id": "UUID", "target_id": "UUID"},
    )


def _of_a_link(type: EventType, when: str) -> Entry:
    """An event that both tickets of a link have. It names neither: whoever works one need not see the other."""
    return Entry(
        type,
        when,
        "staff",
        {"link_id": "0b8be8f9-62d0-4b00-8dfc-e2b1df02354e", "kind": "blocks"},
        values={"link_id": "UUID", "kind": "text"},
    )


def _of_a_file(type: EventType, when: str, placement: str, state: str) -> Entry:
    """An event of a file. The requester sees none of a note's files."""
    return Entry(
        type,
        when,
        "staff" if placement == "note" else "requester",
        {"attachment_id": "3b0d9c7f-3178-4b5f-9fdf-06c17d73c827", "placement": placement, "state": state},
        values={"attachment_id": "UUID", "placement": "text", "state": "text"},
    )


_VIEW = {"view_id": "5d0d9c7f-3178-4b5f-9fdf-06c17d73c827"}
_PROPOSAL = {"proposal_id": "d4a2b0c6-52b3-4b0e-8a0f-0f3e6f3f7a11", "kind": "reply"}
_PROMPT = {"prompt_id": "0a1d9c7f-3178-4b5f-9fdf-06c17d73c827", "task": "reply"}
_PROMPT_VALUES = {"prompt_id": "UUID", "task": "text"}
_EXCLUSION = {"scope": "team", "target_id": "46ca8bbf-9cfc-46fe-aa2c-2c96c1ba3034"}
_WEBHOOK = {"webhook_id": "5b1d9c7f-3178-4b5f-9fdf-06c17d73c827"}
_CHANNEL = {"channel_id": "7d1d9c7f-3178-4b5f-9fdf-06c17d73c827"}
_MAIL = {"inbound_id": "8e1d9c7f-3178-4b5f-9fdf-06c17d73c827"}
_EMAIL = {"email_id": "0c1d9c7f-3178-4b5f-9fdf-06c17d73c827", "kind": "reply"}
_EMAIL_VALUES = {"email_id": "UUID", "kind": "text", "reason": "text"}
_SLACK = {"connection_id": "0b5c7f2e-9a14-4d0c-8a53-2f0f3d1c6e77"}
_SLACK_CHANNEL = {**_SLACK, "slack_channel_id": "9d3f5e0a-6c1b-4f7e-b1f5-8c2e4a7d9b10"}
_ARTICLE = {"article_id": "6c0d9c7f-3178-4b5f-9fdf-06c17d73c827"}

CATALOGUE = (
    Entry(
        EventType.TICKET_CREATED,
        "A ticket was opened.",
        "requester",
        {"title": "Cannot log in", "status": "open", "channel": "web", "priority": "medium"},
        values={"title": "text", "status": "status", "channel": "channel", "priority": "priority"},
    ),
    Entry(
        EventType.TICKET_UPDATED,
        "The ticket's title, description, priority or custom fields changed. For the description both values are null, "
        "so that text which somebody removes from it does not stay in the log. `custom_fields` has the fields that "
        "changed, by key: options and true or false with their values, others with null before and after.",
        "requester",
        {
            "changes": {
                "priority": ["medium", "high"],
                "description": [None, None],
                "custom_fields": [{"plan": None, "order_no": None}, {"plan": "team", "order_no": None}],
            }
        },
        changes={"title": "text", "description": "null", "priority": "priority", "custom_fields": "object"},
    ),
    Entry(
        EventType.TICKET_UPDATED,
        "The ticket's staff fields, external id or snoozing changed, or the ticket was merged. `staff_fields` is like "
        "`custom_fields` above. An edit of both kinds is two events, and the one of staff fields comes first.",
        "staff",
        {"changes": {"snoozed_until": [None, "2026-12-01T08:00:00+00:00"]}},
        changes={
            "staff_fields": "object",
            "external_id": "text or null",
            "snoozed_until": "time or null",
            "merged_into": "UUID or null",
        },
    ),
    Entry(
        EventType.TICKET_STATUS_CHANGED,
        "The ticket's status changed: by hand, or by a reply. A reply that names no status makes the ticket pending (a "
        "reply of staff) or open (a reply of the requester).",
        "requester",
        {"changes": {"status": ["open", "pending"]}},
        changes={"status": "status"},
    ),
    Entry(
        EventType.TICKET_ASSIGNED,
        "The ticket was assigned, or claimed.",
        "staff",
        {"changes": {"assigned_to": [None, "1a3be8f9-62d0-4b00-8dfc-e2b1df02354e"]}},
        changes={"assigned_to": "UUID or null"},
        also_to=ASSIGNEES,
    ),
    Entry(
        EventType.TICKET_UNASSIGNED,
        "The ticket went back to its team's queue: by hand, by a transfer, or because its assignee was deactivated or "
        "is no longer staff.",
        "staff",
        {"changes": {"assigned_to": ["1a3be8f9-62d0-4b00-8dfc-e2b1df02354e", None]}},
        changes={"assigned_to": "UUID or null"},
        also_to=ASSIGNEES,
    ),
    Entry(
        EventType.TICKET_TRANSFERRED,
        "The ticket went to another team. A person who is a member of the old team only receives the announcement, "
        "and cannot read the event.",
        "staff",
        {
            "changes": {
                "team_id": ["80112ca0-c9ce-48e4-a638-3eafafc26dbe", "31a1b9b0-ebe5-4592-a2b9-297f790a8fd5"],
            }
        },
        changes={"team_id": "UUID"},
        also_to=("helpdesk:team:{data[changes][team_id][0]}",),
    ),
    Entry(EventType.TICKET_TAGGED, "A tag was added.", "staff", {"tag": "refund"}, values={"tag": "text"}),
    Entry(EventType.TICKET_UNTAGGED, "A tag was removed.", "staff", {"tag": "refund"}, values={"tag": "text"}),
    _of_a_merge(EventType.TICKET_MERGED, "The ticket was merged into another one, or another one into it."),
    _of_a_merge(EventType.TICKET_UNMERGED, "A merge of the ticket was undone."),
    _of_a_link(EventType.TICKET_LINKED, "The ticket was linked to another one, or another one to it."),
    _of_a_link(EventType.TICKET_UNLINKED, "A link of the ticket was removed."),
    Entry(
        EventType.TICKET_IMPORTED,
        "An import wrote the ticket, with its messages, notes and tags. This event stands for all of it and is not "
        "announced: followers find it in the log.",
        "staff",
        {"run_id": "0b7c1a52-4f0e-4b8e-9d55-3c6f7f0f5f0a", "outcome": "created"},
        values={"run_id": "UUID", "outcome": "text"},
        is_announced=False,
    ),
    Entry(
        EventType.MESSAGE_CREATED,
        "Somebody replied.",
        "requester",
        {"message_id": "5695245d-f648-4b91-b682-b76f41c231cd", "author_kind": "staff"},
        values={"message_id": "UUID", "author_kind": "author kind"},
    ),
    Entry(
        EventType.MESSAGE_REDACTED,
        "Staff replaced a message's text for good.",
        "requester",
        {"message_id": "702c7fa1-8dae-4eef-a78e-de2f5b73ece5", "author_kind": "customer"},
        values={"message_id": "UUID", "author_kind": "author kind"},
    ),
    Entry(
        EventType.NOTE_CREATED,
        "Staff wrote a note.",
        "staff",
        {"note_id": "73c827c8-0b5f-4b0d-9c7f-317fdf06c17d"},
        values={"note_id": "UUID"},
    ),
    Entry(
        EventType.PROPOSAL_CREATED,
        "The assistant proposed something for the ticket. The event has no text.",
        "staff",
        _PROPOSAL,
        values={"proposal_id": "UUID", "kind": "text"},
    ),
    Entry(
        EventType.PROPOSAL_DECIDED,
        "A proposal was accepted (as it was, or edited), rejected or undone, or it expired or was superseded.",
        "staff",
        _PROPOSAL | {"state": "accepted"},
        values={"proposal_id": "UUID", "kind": "text", "state": "text"},
    ),
    _of_a_file(
        EventType.ATTACHMENT_UPLOADED,
        "A file was put on the ticket itself. The files of a message or a note have no such event: theirs is "
        "`message.created` or `note.created`.",
        "ticket",
        "uploaded",
    ),
    _of_a_file(
        EventType.ATTACHMENT_CHECKED,
        "The check of a file on the ticket or on a message ended: the file is `clean` or `rejected`. A file whose "
        "check ended before its message was sent has no such event.",
        "message",
        "clean",
    ),
    _of_a_file(
        EventType.ATTACHMENT_CHECKED,
        "The check of a note's file ended.",
        "note",
        "rejected",
    ),
    _of_a_file(
        EventType.ATTACHMENT_DELETED,
        "Staff deleted a file on the ticket or on a message.",
        "message",
        "deleted",
    ),
    _of_a_file(
        EventType.ATTACHMENT_DELETED,
        "Staff deleted a note's file.",
        "note",
        "deleted",
    ),
    Entry(
        EventType.USER_CREATED,
        "A person is new: they signed up, were invited, or were created by staff.",
        "admins",
        {"role": "customer", "user_id": "833eb8ab-aad1-4c94-8e24-2d27a1ba9ab0"},
        values={"user_id": "UUID", "role": "role"},
    ),
    Entry(
        EventType.USER_UPDATED,
        "A person's name or e-mail address changed, or they received or lost a login.",
        "admins",
        {"user_id": "ba18132a-8df6-4a4e-b9f1-411d49cfc1eb", "changes": {"name": ["Mara", "Mara Lind"]}},
        values={"user_id": "UUID"},
        changes={"name": "text", "email": "text or null", "auth_user_id": "UUID or null"},
    ),
    Entry(
        EventType.USER_ROLE_CHANGED,
        "A person has another role.",
        "admins",
        {"user_id": "7343948b-9c0d-4f8c-a4e6-fc23886de4d9", "changes": {"role": ["customer", "agent"]}},
        values={"user_id": "UUID"},
        changes={"role": "role"},
        changes_access=True,
        also_to=(PERSON,),
    ),
    Entry(
        EventType.USER_DEACTIVATED,
        "A person was deactivated. Their tickets, except closed ones, were unassigned just before.",
        "admins",
        {"user_id": "7343948b-9c0d-4f8c-a4e6-fc23886de4d9", "changes": {"is_active": [True, False]}},
        values={"user_id": "UUID"},
        changes={"is_active": "true or false"},
        changes_access=True,
        also_to=(PERSON,),
    ),
    Entry(
        EventType.USER_REACTIVATED,
        "A deactivated person is active again.",
        "admins",
        {"user_id": "5c50a3fd-3185-442b-ba9a-969c9090b4ef", "changes": {"is_active": [False, True]}},
        values={"user_id": "UUID"},
        changes={"is_active": "true or false"},
        changes_access=True,
        also_to=(PERSON,),
    ),
    Entry(
        EventType.USER_INVITED,
        "A person was invited to a role.",
        "admins",
        INVITED,
        values=INVITATION,
    ),
    Entry(
        EventType.USER_INVITATION_ACCEPTED,
        "An invited person signed in with the address. `user.role_changed` follows, unless they are staff already.",
        "admins",
        INVITED,
        values=INVITATION,
    ),
    Entry(
        EventType.USER_INVITATION_REVOKED,
        "An invitation was revoked, or another one replaced it.",
        "admins",
        INVITED,
        values=INVITATION,
    ),
    Entry(
        EventType.TEAM_CREATED,
        "A team is new.",
        "admins",
        {"name": "Billing", "team_id": "46ca8bbf-9cfc-46fe-aa2c-2c96c1ba3034"},
        values={"team_id": "UUID", "name": "text"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.TEAM_UPDATED,
        "A team's name, description or visibility changed, or which team is the default.",
        "admins",
        {
            "name": "Invoices",
            "team_id": "46ca8bbf-9cfc-46fe-aa2c-2c96c1ba3034",
            "changes": {"name": ["Billing", "Invoices"]},
        },
        values={"team_id": "UUID", "name": "text"},
        changes={"name": "text", "description": "text", "is_public": "true or false", "is_default": "true or false"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.TEAM_DELETED,
        "A team was deleted. `team.member_removed` follows for each member.",
        "admins",
        {"name": "Invoices", "team_id": "46ca8bbf-9cfc-46fe-aa2c-2c96c1ba3034"},
        values={"team_id": "UUID", "name": "text"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.TEAM_MEMBER_ADDED,
        "A person became a member of a team.",
        "admins",
        {"team_id": "46ca8bbf-9cfc-46fe-aa2c-2c96c1ba3034", "user_id": "1a3be8f9-62d0-4b00-8dfc-e2b1df02354e"},
        values={"team_id": "UUID", "user_id": "UUID"},
        changes_access=True,
        also_to=MEMBERSHIP,
    ),
    Entry(
        EventType.TEAM_MEMBER_REMOVED,
        "A person is no longer a member of a team.",
        "admins",
        {"team_id": "46ca8bbf-9cfc-46fe-aa2c-2c96c1ba3034", "user_id": "1a3be8f9-62d0-4b00-8dfc-e2b1df02354e"},
        values={"team_id": "UUID", "user_id": "UUID"},
        changes_access=True,
        also_to=MEMBERSHIP,
    ),
    Entry(
        EventType.SETTINGS_CHANGED,
        "An admin changed the settings.",
        "admins",
        {"changes": {"attachment_max_bytes": [26214400, 52428800]}},
        changes={
            "attachment_types": "list",
            "attachment_max_bytes": "number",
            "attachment_max_per_message": "number",
            "attachment_max_per_ticket": "number",
            "attachment_max_bytes_per_ticket": "number",
            "attachment_require_check": "true or false",
            "article_writers": "text",
            "article_publishers": "text",
            "email_reopen_days": "number",
            "console_url": "text or null",
            "email_locale": "text",
            "email_acknowledgements": "text",
            "email_notifications": "list",
            "email_batch_minutes": "number",
            "email_max_per_minute": "number",
            "email_tickets_per_sender": "number",
            "email_tickets_per_known_sender": "number",
            "email_tickets_per_domain": "number",
            "email_tickets_per_channel": "number",
            "email_reply_line": "true or false",
        },
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.IMPORT_STARTED,
        "An import from another helpdesk began.",
        "admins",
        {"run_id": "0b7c1a52-4f0e-4b8e-9d55-3c6f7f0f5f0a"},
        values={"run_id": "UUID"},
    ),
    Entry(
        EventType.IMPORT_FINISHED,
        "An import is complete; `list_imports()` has its report.",
        "admins",
        {"run_id": "0b7c1a52-4f0e-4b8e-9d55-3c6f7f0f5f0a"},
        values={"run_id": "UUID"},
    ),
    Entry(
        EventType.ARTICLE_CREATED,
        "An article was drafted.",
        "admins",
        _ARTICLE,
        values={"article_id": "UUID"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.ARTICLE_UPDATED,
        "An article's draft was edited. The event has no text.",
        "admins",
        _ARTICLE,
        values={"article_id": "UUID"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.ARTICLE_PUBLISHED,
        "An article was published: readers see this version.",
        "admins",
        _ARTICLE,
        values={"article_id": "UUID"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.ARTICLE_ARCHIVED,
        "An article was withdrawn.",
        "admins",
        _ARTICLE,
        values={"article_id": "UUID"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.ASSISTANT_SETTINGS_CHANGED,
        "An admin changed the assistant's settings.",
        "admins",
        {"changes": {"daily_tokens_team": [None, 50000]}},
        changes={
            "is_enabled": "true or false",
            "chat_model": "text or null",
            "price_in": "number or null",
            "price_out": "number or null",
            "daily_tokens_project": "number or null",
            "daily_tokens_team": "number or null",
            "daily_tokens_person": "number or null",
            "triage_new_tickets": "true or false",
            "notes_in_context": "true or false",
            "internal_articles_in_context": "true or false",
            "tone": "text",
            "signature": "text",
            "reply_language": "text or null",
            "similarity_floor": "number or null",
            "proposal_hours": "number",
        },
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.ASSISTANT_PROMPT_CREATED,
        "An admin added a version of a prompt.",
        "admins",
        _PROMPT,
        values=_PROMPT_VALUES,
    ),
    Entry(
        EventType.ASSISTANT_PROMPT_ACTIVATED,
        "An admin chose the version of a prompt that the assistant uses.",
        "admins",
        _PROMPT,
        values=_PROMPT_VALUES,
    ),
    Entry(
        EventType.ASSISTANT_EXCLUSION_ADDED,
        "The assistant does nothing for a team, a ticket or a customer any more.",
        "admins",
        _EXCLUSION,
        values={"scope": "text", "target_id": "UUID"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.ASSISTANT_EXCLUSION_REMOVED,
        "The assistant works for a team, a ticket or a customer again.",
        "admins",
        _EXCLUSION,
        values={"scope": "text", "target_id": "UUID"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.EMBEDDING_MODEL_ADDED,
        "Texts receive vectors of another embedding model.",
        "admins",
        {"model": "gte-small"},
        values={"model": "text"},
    ),
    Entry(
        EventType.EMBEDDING_MODEL_ACTIVATED,
        "Search uses another embedding model.",
        "admins",
        {"model": "gte-small"},
        values={"model": "text"},
    ),
    Entry(
        EventType.FIELD_CREATED,
        "A custom field is new. `field.option_added` and `field.team_added` follow for its options and teams.",
        "admins",
        {"key": "plan", "label": "Plan"},
        values={"key": "text", "label": "text"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.FIELD_UPDATED,
        "A custom field's labels, help, audience, requirement, teams or position changed, or it was retired or "
        "restored.",
        "admins",
        {"key": "plan", "changes": {"retired_at": [None, "2026-12-01T08:00:00+00:00"]}},
        values={"key": "text"},
        changes={
            "label": "text",
            "customer_label": "text or null",
            "help_text": "text",
            "audience": "audience",
            "required_for": "required for",
            "for_all_teams": "true or false",
            "position": "number",
            "retired_at": "time or null",
        },
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.FIELD_OPTION_ADDED,
        "A custom field has a new option.",
        "admins",
        {"field_key": "plan", "value": "team", "label": "Team"},
        values={"field_key": "text", "value": "text", "label": "text"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.FIELD_OPTION_UPDATED,
        "An option's label or position changed, or it was retired or restored.",
        "admins",
        {"field_key": "plan", "value": "team", "changes": {"label": ["Team", "Teams"]}},
        values={"field_key": "text", "value": "text"},
        changes={"label": "text", "position": "number", "retired_at": "time or null"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.FIELD_TEAM_ADDED,
        "A custom field is for a team's tickets now.",
        "admins",
        {"field_key": "plan", "team_id": "46ca8bbf-9cfc-46fe-aa2c-2c96c1ba3034"},
        values={"field_key": "text", "team_id": "UUID"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.FIELD_TEAM_REMOVED,
        "A custom field is no longer for a team's tickets, or the team was deleted.",
        "admins",
        {"field_key": "plan", "team_id": "46ca8bbf-9cfc-46fe-aa2c-2c96c1ba3034"},
        values={"field_key": "text", "team_id": "UUID"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.VIEW_CREATED,
        "A view is new for a team or for all staff. Private views are not in the log.",
        "admins",
        _VIEW,
        values={"view_id": "UUID"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.VIEW_UPDATED,
        "A shared view was changed. The event has neither its name nor its query.",
        "admins",
        {**_VIEW, "changes": {"sort": ["-created_at", "priority"], "tree": [None, None]}},
        values={"view_id": "UUID"},
        changes={
            "name": "null",
            "tree": "null",
            "sort": "text",
            "columns": "list",
            "audience": "text",
            "team_id": "UUID or null",
        },
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.VIEW_DELETED,
        "A shared view was deleted, also with its team, or its owner made it private.",
        "admins",
        _VIEW,
        values={"view_id": "UUID"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.WEBHOOK_CREATED,
        "There is a new webhook. Other webhooks receive the event.",
        "admins",
        _WEBHOOK,
        values={"webhook_id": "UUID"},
    ),
    Entry(
        EventType.WEBHOOK_UPDATED,
        "A webhook was changed, or switched on or off by an admin. Of the URL the log stores only that it changed.",
        "admins",
        _WEBHOOK | {"changes": {"is_active": [True, False]}},
        values={"webhook_id": "UUID"},
        changes={
            "url": "null",
            "description": "text",
            "event_types": "list",
            "team_id": "UUID or null",
            "audience": "text",
            "is_active": "true or false",
        },
    ),
    Entry(EventType.WEBHOOK_DELETED, "A webhook was deleted.", "admins", _WEBHOOK, values={"webhook_id": "UUID"}),
    Entry(
        EventType.WEBHOOK_DISABLED,
        "A webhook was switched off by itself: its target answered 410 (`gone`), or no delivery succeeded for five "
        "days (`failing`).",
        "admins",
        _WEBHOOK | {"reason": "failing"},
        values={"webhook_id": "UUID", "reason": "text"},
    ),
    Entry(
        EventType.WEBHOOK_SECRET_ROTATED,
        "A webhook has a new secret.",
        "admins",
        _WEBHOOK,
        values={"webhook_id": "UUID"},
    ),
    Entry(
        EventType.WEBHOOK_TEST,
        "An admin tried a webhook. Only that webhook receives the event.",
        "admins",
        _WEBHOOK,
        values={"webhook_id": "UUID"},
    ),
    Entry(
        EventType.EMAIL_TEMPLATE_CHANGED,
        "An admin wrote a template of mails.",
        "admins",
        {"kind": "acknowledgement", "locale": "en"},
        values={"kind": "text", "locale": "text"},
    ),
    Entry(
        EventType.EMAIL_TEMPLATE_RESET,
        "An admin removed a template: mails have the text that is built in.",
        "admins",
        {"kind": "acknowledgement", "locale": "en"},
        values={"kind": "text", "locale": "text"},
    ),
    Entry(
        EventType.EMAIL_CHANNEL_CREATED,
        "The helpdesk has a new address. Staff are told, and read the address itself.",
        "admins",
        _CHANNEL,
        values={"channel_id": "UUID"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.EMAIL_CHANNEL_UPDATED,
        "An address of the helpdesk was changed, or switched on or off. Of whom it trusts, the log stores only that it "
        "changed.",
        "admins",
        _CHANNEL | {"changes": {"is_active": [True, False]}},
        values={"channel_id": "UUID"},
        changes={
            "address": "text",
            "name": "text",
            "team_id": "UUID or null",
            "provider": "text",
            "reply_domain": "text or null",
            "trusted_authserv_ids": "null",
            "trusted_rewriters": "null",
            "trusted_forms": "null",
            "is_active": "true or false",
        },
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.EMAIL_CHANNEL_DELETED,
        "An address of the helpdesk was removed.",
        "admins",
        _CHANNEL,
        values={"channel_id": "UUID"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.EMAIL_BLOCK_ADDED,
        "A sender was blocked. The event does not say who; staff read the list of blocks.",
        "admins",
        {"kind": "domain"},
        values={"kind": "text"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.EMAIL_BLOCK_REMOVED,
        "A sender was unblocked.",
        "admins",
        {"kind": "address"},
        values={"kind": "text"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.EMAIL_QUARANTINED,
        "A mail waits for a person. Without a ticket, the event is of the team whose address the mail came to: the "
        "team is told, and admins see the event.",
        "staff",
        _MAIL | {"reason": "sender_refused_by_its_domain"},
        values={"inbound_id": "UUID", "reason": "text"},
    ),
    Entry(
        EventType.EMAIL_ACCEPTED,
        "Somebody accepted a mail in quarantine: it is a message or a note of the ticket (`appended`), or opened it "
        "(`created`).",
        "staff",
        _MAIL | {"outcome": "appended"},
        values={"inbound_id": "UUID", "outcome": "text"},
    ),
    Entry(
        EventType.EMAIL_MARKED_SPAM,
        "Somebody ended a mail in quarantine as spam.",
        "staff",
        _MAIL,
        values={"inbound_id": "UUID"},
    ),
    Entry(
        EventType.EMAIL_REDACTED,
        "Somebody removed the text of a mail that is no message, and of the note or the description that it became.",
        "staff",
        _MAIL,
        values={"inbound_id": "UUID"},
    ),
    Entry(
        EventType.EMAIL_FAILED,
        "A mail could not be sent (`failed`), or nobody knows whether it was sent (`unknown`). `kind` is as in "
        "`outbound_emails`, which has the reason.",
        "staff",
        _EMAIL | {"reason": "failed"},
        values=_EMAIL_VALUES,
    ),
    Entry(
        EventType.EMAIL_BOUNCED,
        "A mail did not arrive: there is no such mailbox (`hard`), or it came back for another reason (`soft`). If it "
        "was a reply, a ticket that is over is opened again, unless the report only names an id of the mail: whoever "
        "was copied on an answer knows that id.",
        "staff",
        _EMAIL | {"reason": "hard"},
        values=_EMAIL_VALUES,
    ),
    Entry(
        EventType.EMAIL_COMPLAINED,
        "The recipient of a mail reported it as spam.",
        "staff",
        _EMAIL | {"reason": "complaint"},
        values=_EMAIL_VALUES,
    ),
    Entry(
        EventType.EMAIL_SUPPRESSED,
        "Nothing is sent to an address any more: after a `bounce`, a `complaint`, or by an admin (`manual`). The event "
        "does not say which; staff read the list.",
        "admins",
        {"reason": "bounce"},
        values={"reason": "text"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.EMAIL_SUPPRESSION_LIFTED,
        "Mails are sent to an address again that an admin took from the list, or that wrote to us.",
        "admins",
        {"reason": "bounce"},
        values={"reason": "text"},
        also_to=CONFIGURATION,
    ),
    Entry(
        EventType.SLACK_CONNECTED,
        "There is a new Slack workspace.",
        "admins",
        _SLACK,
        values={"connection_id": "UUID"},
    ),
    Entry(
        EventType.SLACK_UPDATED,
        "A Slack workspace was changed, has other secrets, or was switched on or off by an admin.",
        "admins",
        _SLACK | {"changes": {"is_active": [True, False]}},
        values={"connection_id": "UUID"},
        changes={
            "workspace_name": "text",
            "bot_user_id": "text",
            "is_active": "true or false",
            "secrets": "null",
        },
    ),
    Entry(
        EventType.SLACK_DISCONNECTED,
        "A Slack workspace was removed, with its channels.",
        "admins",
        _SLACK,
        values={"connection_id": "UUID"},
    ),
    Entry(
        EventType.SLACK_DISABLED,
        "Slack refused the token of a workspace (`invalid_auth`, `token_revoked`), which was switched off.",
        "admins",
        _SLACK | {"reason": "invalid_auth"},
        values={"connection_id": "UUID", "reason": "text"},
    ),
    Entry(
        EventType.SLACK_CHANNEL_ADDED,
        "A Slack channel receives tickets from now on.",
        "admins",
        _SLACK_CHANNEL,
        values={"connection_id": "UUID", "slack_channel_id": "UUID"},
    ),
    Entry(
        EventType.SLACK_CHANNEL_UPDATED,
        "Which tickets a Slack channel receives was changed, or it was switched on or off by an admin.",
        "admins",
        _SLACK_CHANNEL | {"changes": {"events": [["opened", "reopened", "replied"], ["opened"]]}},
        values={"connection_id": "UUID", "slack_channel_id": "UUID"},
        changes={
            "channel_name": "text",
            "team_id": "UUID or null",
            "events": "list",
            "is_active": "true or false",
        },
    ),
    Entry(
        EventType.SLACK_CHANNEL_DISABLED,
        "Slack refused a channel (`is_archived`, `channel_not_found`), which was switched off.",
        "admins",
        _SLACK_CHANNEL | {"reason": "is_archived"},
        values={"connection_id": "UUID", "slack_channel_id": "UUID", "reason": "text"},
    ),
    Entry(
        EventType.SLACK_CHANNEL_REMOVED,
        "A Slack channel receives no tickets any more, also when its workspace or its team was deleted.",
        "admins",
        _SLACK_CHANNEL,
        values={"connection_id": "UUID", "slack_channel_id": "UUID"},
    ),
)
