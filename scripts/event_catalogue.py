"""Every type of event: when it happens, what it tells, and where it is announced.

A test writes each to a database and compares: keys, kinds of values, who sees it, and topics, all exactly.
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
TO_ALL = (TICKET, TEAM, REQUESTER)
TO_STAFF = (STAFF, TEAM)
ASSIGNEES = ("helpdesk:user:{data[changes][assigned_to][0]}", "helpdesk:user:{data[changes][assigned_to][1]}")
PERSON = "helpdesk:user:{data[user_id]}"
MEMBERSHIP = (PERSON, "helpdesk:team:{data[team_id]}")


@dataclass(frozen=True)
class Entry:
    """One type; of ``ticket.updated`` there are two, as its requester does not see all of it.

    Attributes:
        seen_by: ``requester`` (and staff), ``staff`` (who work the ticket) or ``admins``; admins see all.
        values: What ``data`` has beside ``changes``, and of which kind.
        changes: The fields that ``data.changes`` may have, and of which kind they are, before or after.
        topics: Where it is announced beside ``helpdesk:admin``; filled in with the event's own values.
        example: What ``data`` may be.
        changes_access: As the event itself has it.
    """

    type: EventType
    when: str
    seen_by: str
    topics: tuple[str, ...]
    example: Mapping[str, Any]
    values: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, str] = field(default_factory=dict)
    changes_access: bool = False

    @property
    def audience(self) -> str:
        """As the event itself has it."""
        return "customer" if self.seen_by == "requester" else "staff"


CATALOGUE = (
    Entry(
        EventType.TICKET_CREATED,
        "A ticket was opened.",
        "requester",
        TO_ALL,
        {"title": "Cannot log in", "status": "open", "channel": "web", "priority": "medium"},
        values={"title": "text", "status": "status", "channel": "channel", "priority": "priority"},
    ),
    Entry(
        EventType.TICKET_UPDATED,
        "Its title, description or priority changed. Of the description only that it did: both values are null, so "
        "that what somebody takes out of it does not live on in the log.",
        "requester",
        TO_ALL,
        {"changes": {"priority": ["medium", "high"], "description": [None, None]}},
        changes={"title": "text", "description": "null", "priority": "priority"},
    ),
    Entry(
        EventType.TICKET_UPDATED,
        "Its custom fields, external id or snoozing changed, or it was merged. An edit of both sorts is two events.",
        "staff",
        TO_STAFF,
        {"changes": {"custom_fields": [{}, {"plan": "team"}], "snoozed_until": [None, "2026-12-01T08:00:00+00:00"]}},
        changes={
            "custom_fields": "object",
            "external_id": "text or null",
            "snoozed_until": "time or null",
            "merged_into": "UUID or null",
        },
    ),
    Entry(
        EventType.TICKET_STATUS_CHANGED,
        "Its status changed: by hand, or by a reply, which makes it pending (staff's) or open (the requester's).",
        "requester",
        TO_ALL,
        {"changes": {"status": ["open", "pending"]}},
        changes={"status": "status"},
    ),
    Entry(
        EventType.TICKET_ASSIGNED,
        "Somebody was given it, or took it.",
        "staff",
        (*TO_STAFF, *ASSIGNEES),
        {"changes": {"assigned_to": [None, "1a3be8f9-62d0-4b00-8dfc-e2b1df02354e"]}},
        changes={"assigned_to": "UUID or null"},
    ),
    Entry(
        EventType.TICKET_UNASSIGNED,
        "It went back to its team's queue: by hand, by a transfer, or because its assignee was deactivated or is no "
        "agent any more.",
        "staff",
        (*TO_STAFF, *ASSIGNEES),
        {"changes": {"assigned_to": ["1a3be8f9-62d0-4b00-8dfc-e2b1df02354e", None]}},
        changes={"assigned_to": "UUID or null"},
    ),
    Entry(
        EventType.TICKET_TRANSFERRED,
        "It went to another team. Who works only the team that it left hears the announcement, and cannot read the "
        "event.",
        "staff",
        (*TO_STAFF, "helpdesk:team:{data[changes][team_id][0]}"),
        {
            "changes": {
                "team_id": ["80112ca0-c9ce-48e4-a638-3eafafc26dbe", "31a1b9b0-ebe5-4592-a2b9-297f790a8fd5"],
            }
        },
        changes={"team_id": "UUID"},
    ),
    Entry(EventType.TICKET_TAGGED, "It was given a tag.", "staff", TO_STAFF, {"tag": "refund"}, values={"tag": "text"}),
    Entry(
        EventType.TICKET_UNTAGGED,
        "A tag was taken away.",
        "staff",
        TO_STAFF,
        {"tag": "refund"},
        values={"tag": "text"},
    ),
    Entry(
        EventType.MESSAGE_CREATED,
        "Somebody replied.",
        "requester",
        TO_ALL,
        {"message_id": "5695245d-f648-4b91-b682-b76f41c231cd", "author_kind": "staff"},
        values={"message_id": "UUID", "author_kind": "author kind"},
    ),
    Entry(
        EventType.MESSAGE_REDACTED,
        "Staff replaced a message's text for good.",
        "requester",
        TO_ALL,
        {"message_id": "702c7fa1-8dae-4eef-a78e-de2f5b73ece5", "author_kind": "customer"},
        values={"message_id": "UUID", "author_kind": "author kind"},
    ),
    Entry(
        EventType.NOTE_CREATED,
        "Staff wrote a note.",
        "staff",
        TO_STAFF,
        {"note_id": "73c827c8-0b5f-4b0d-9c7f-317fdf06c17d"},
        values={"note_id": "UUID"},
    ),
    Entry(
        EventType.USER_CREATED,
        "Somebody is new: they signed up, were invited, or staff made them.",
        "admins",
        (),
        {"role": "customer", "user_id": "833eb8ab-aad1-4c94-8e24-2d27a1ba9ab0"},
        values={"user_id": "UUID", "role": "role"},
    ),
    Entry(
        EventType.USER_UPDATED,
        "Their name or e-mail address changed, or they were given or lost a login.",
        "admins",
        (),
        {"user_id": "ba18132a-8df6-4a4e-b9f1-411d49cfc1eb", "changes": {"name": ["Mara", "Mara Lind"]}},
        values={"user_id": "UUID"},
        changes={"name": "text", "email": "text or null", "auth_user_id": "UUID or null"},
    ),
    Entry(
        EventType.USER_ROLE_CHANGED,
        "They have another role.",
        "admins",
        (PERSON,),
        {"user_id": "7343948b-9c0d-4f8c-a4e6-fc23886de4d9", "changes": {"role": ["customer", "agent"]}},
        values={"user_id": "UUID"},
        changes={"role": "role"},
        changes_access=True,
    ),
    Entry(
        EventType.USER_DEACTIVATED,
        "They see and do nothing from now on. Their open tickets were unassigned just before.",
        "admins",
        (PERSON,),
        {"user_id": "7343948b-9c0d-4f8c-a4e6-fc23886de4d9", "changes": {"is_active": [True, False]}},
        values={"user_id": "UUID"},
        changes={"is_active": "true or false"},
        changes_access=True,
    ),
    Entry(
        EventType.USER_REACTIVATED,
        "They are back.",
        "admins",
        (PERSON,),
        {"user_id": "5c50a3fd-3185-442b-ba9a-969c9090b4ef", "changes": {"is_active": [False, True]}},
        values={"user_id": "UUID"},
        changes={"is_active": "true or false"},
        changes_access=True,
    ),
    Entry(
        EventType.USER_INVITED,
        "They were offered a role.",
        "admins",
        (),
        {
            "role": "agent",
            "user_id": "17079b7c-8850-4a8c-a7b0-a30c9cdcf082",
            "invitation_id": "179ed48e-8db7-4159-97de-28433dd72a86",
        },
        values={"user_id": "UUID", "role": "role", "invitation_id": "UUID"},
    ),
    Entry(
        EventType.USER_INVITATION_ACCEPTED,
        "They signed in with the address. `user.role_changed` follows, unless they have a role of staff already.",
        "admins",
        (),
        {
            "role": "agent",
            "user_id": "17079b7c-8850-4a8c-a7b0-a30c9cdcf082",
            "invitation_id": "179ed48e-8db7-4159-97de-28433dd72a86",
        },
        values={"user_id": "UUID", "role": "role", "invitation_id": "UUID"},
    ),
    Entry(
        EventType.USER_INVITATION_REVOKED,
        "The invitation was taken back, or another one replaces it.",
        "admins",
        (),
        {
            "role": "agent",
            "user_id": "17079b7c-8850-4a8c-a7b0-a30c9cdcf082",
            "invitation_id": "179ed48e-8db7-4159-97de-28433dd72a86",
        },
        values={"user_id": "UUID", "role": "role", "invitation_id": "UUID"},
    ),
    Entry(
        EventType.TEAM_CREATED,
        "There is a new team.",
        "admins",
        (),
        {"name": "Billing", "team_id": "46ca8bbf-9cfc-46fe-aa2c-2c96c1ba3034"},
        values={"team_id": "UUID", "name": "text"},
    ),
    Entry(
        EventType.TEAM_UPDATED,
        "Its name, description or visibility changed, or which team is the default.",
        "admins",
        (),
        {
            "name": "Invoices",
            "team_id": "46ca8bbf-9cfc-46fe-aa2c-2c96c1ba3034",
            "changes": {"name": ["Billing", "Invoices"]},
        },
        values={"team_id": "UUID", "name": "text"},
        changes={"name": "text", "description": "text", "is_public": "true or false", "is_default": "true or false"},
    ),
    Entry(
        EventType.TEAM_DELETED,
        "It is gone. `team.member_removed` follows for each member.",
        "admins",
        (),
        {"name": "Invoices", "team_id": "46ca8bbf-9cfc-46fe-aa2c-2c96c1ba3034"},
        values={"team_id": "UUID", "name": "text"},
    ),
    Entry(
        EventType.TEAM_MEMBER_ADDED,
        "Somebody works its queue now.",
        "admins",
        MEMBERSHIP,
        {"team_id": "46ca8bbf-9cfc-46fe-aa2c-2c96c1ba3034", "user_id": "1a3be8f9-62d0-4b00-8dfc-e2b1df02354e"},
        values={"team_id": "UUID", "user_id": "UUID"},
        changes_access=True,
    ),
    Entry(
        EventType.TEAM_MEMBER_REMOVED,
        "Somebody does not any more.",
        "admins",
        MEMBERSHIP,
        {"team_id": "46ca8bbf-9cfc-46fe-aa2c-2c96c1ba3034", "user_id": "1a3be8f9-62d0-4b00-8dfc-e2b1df02354e"},
        values={"team_id": "UUID", "user_id": "UUID"},
        changes_access=True,
    ),
)
