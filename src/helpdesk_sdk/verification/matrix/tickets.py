"""Who may do what: tickets, their views, tags and the status machine. Opening one is in openings.py."""

from __future__ import annotations

from ..people import ADMIN, AGENT, CUSTOMER, GONE, LEFT, OTHER, OWNER, SERVICE, STRANGER
from .operations import Delete, Insert, Read, Update
from .outcomes import DENY, Case

MINE = {"ticket_id": "{mine}"}
THEIRS = {"ticket_id": "{theirs}"}

READS = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case("A1 read all tickets", Read("tickets"), "deny 0 0 0 | 3 2 | 5 4 | 7 | 7"),
    Case("A10 a requester's ticket", Read("tickets", MINE), "deny 0 0 0 | 1 0 | 1 0 | 1 | 1", says="Read it"),
    Case("A10 A12 another team's ticket", Read("tickets", THEIRS), "deny 0 0 0 | 0 1 | 0 1 | 1 | 1"),
    Case("A10 a ticket by number", Read("tickets", {"number": "{theirs number}"}), "deny 0 0 0 | 0 1 | 0 1 | 1 | 1"),
    Case(
        "A13 another team's ticket, lent to the agent",
        Read("tickets", {"ticket_id": "{lent}"}),
        "deny 0 0 0 | 0 1 | 1 1 | 1 | 1",
        says="Read it",
    ),
    Case(
        "an agent's own ticket, which others work",
        Read("tickets", {"ticket_id": "{agents}"}),
        "deny 0 0 0 | 0 0 | 1 1 | 1 | 1",
        says="Read it",
    ),
    Case(
        "A9 a deactivated requester's ticket",
        Read("tickets", {"ticket_id": "{gones}"}),
        "deny 0 0 0 | 0 0 | 0 1 | 1 | 1",
    ),
    Case("my tickets", Read("my_tickets"), "deny 0 0 0 | 3 2 | 1 0 | 0 | 0"),
    Case("my teams' tickets", Read("team_tickets"), "deny 0 0 0 | 0 0 | 3 4 | 7 | 0"),
    Case("tickets by tag", Read("tagged_tickets"), "deny 0 0 0 | 0 0 | 4 4 | 7 | 7"),
    Case(
        "tickets with one tag",
        Read("tagged_tickets", {"tag": "tag-mine", **MINE}),
        "deny 0 0 0 | 0 0 | 1 0 | 1 | 1",
        says="Find it by its tag",
    ),
    Case("read tags", Read("ticket_tags"), "deny 0 0 0 | 0 0 | 4 4 | 7 | 7"),
    Case(
        "the tags of one's own ticket",
        Read("ticket_tags", MINE),
        "deny 0 0 0 | 0 0 | 1 0 | 1 | 1",
        says="Read its tags",
    ),
    Case(
        "tags on the row of one's own ticket",
        Read("my_tickets", MINE),
        "- - - - | 1 0 | 0 0 | 0 | 0",
        gives={"tags": []},
        says="Find it among your own tickets",
    ),
    Case(
        "tags on the row in the queue",
        Read("team_tickets", MINE),
        "- - - - | 0 0 | 1 0 | 1 | 0",
        gives={"tags": ["tag-mine"]},
        says="Find it in your teams' queues",
    ),
    Case(
        "a ticket of another team, lent to the agent, in the queue",
        Read("team_tickets", {"ticket_id": "{lent}"}),
        "deny 0 0 0 | 0 0 | 0 1 | 1 | 0",
        says="Find it in your teams' queues",
    ),
    Case(
        "the transitions",
        Read("status_transitions"),
        "deny 0 0 0 | 36 36 | 36 36 | 36 | 36",
        says="Read the status transitions",
    ),
]

EDITS = [
    Case(
        "change a title",
        Update("tickets", MINE, {"title": "New", "description": "Words"}),
        "deny 0 0 0 | 1 0 | 1 0 | 1 | 1",
        gives={"title": "New", "revision": 2},
        says="Edit title and description",
    ),
    Case(
        "A31 change another team's ticket",
        Update("tickets", THEIRS, {"title": "New"}),
        {AGENT: "0", LEFT: "0", CUSTOMER: "0", STRANGER: "1"},
        says="Edit title and description",
    ),
    Case(
        "A31 change every ticket there is",
        Update("tickets", {}, {"title": "New"}),
        {GONE: "0", LEFT: "0", OTHER: "2", AGENT: "5", STRANGER: "4", ADMIN: "7", CUSTOMER: "already_answered"},
    ),
    Case(
        "change a title after an answer",
        Update("tickets", {"ticket_id": "{answered}"}, {"title": "New"}),
        "- - - - | already_answered 0 | 1 0 | 1 | 1",
        says="… after staff have replied",
    ),
    Case(
        "change a description after an answer",
        Update("tickets", {"ticket_id": "{answered}"}, {"description": "New"}),
        "- - - - | already_answered 0 | 1 0 | 1 | 1",
        says="… after staff have replied",
    ),
    Case(
        "write over somebody's change",
        Update("tickets", {"ticket_id": "{answered}", "revision": "1"}, {"title": "New"}),
        "- - - - | 0 0 | 0 0 | 0 | 0",
        says="… with `revision=eq.N` of an older revision",
    ),
    Case(
        "A29 change a priority",
        Update("tickets", MINE, {"priority": "urgent"}),
        "deny 0 0 0 | forbidden 0 | 1 0 | 1 | 1",
    ),
    Case("A29 an external id", Update("tickets", MINE, {"external_id": "X-1"}), "- - - - | forbidden 0 | 1 0 | 1 | 1"),
    Case(
        "A29 a snooze", Update("tickets", MINE, {"snoozed_until": "2030-01-01"}), "- - - - | forbidden 0 | 1 0 | 1 | 1"
    ),
    Case(
        "A29 custom fields",
        Update("tickets", MINE, {"custom_fields": {"seats": 1}}),
        "- - - - | forbidden 0 | 1 0 | 1 | 1",
    ),
    Case(
        "A29 an agent's own ticket, which others work",
        Update("tickets", {"ticket_id": "{agents}"}, {"priority": "urgent"}),
        {AGENT: "forbidden", STRANGER: "1", ADMIN: "1"},
    ),
    Case(
        "close a ticket",
        Update("tickets", MINE, {"status": "closed"}),
        "deny 0 0 0 | 1 0 | 1 0 | 1 | 1",
        gives={"status": "closed"},
    ),
    Case(
        "reopen a ticket", Update("tickets", {"ticket_id": "{closed}"}, {"status": "open"}), {CUSTOMER: "1", AGENT: "1"}
    ),
    Case(
        "A29 resolve a ticket",
        Update("tickets", MINE, {"status": "resolved"}),
        "deny 0 0 0 | transition_not_allowed 0 | 1 0 | 1 | 1",
    ),
    Case(
        "A29 from closed to pending",
        Update("tickets", {"ticket_id": "{closed}"}, {"status": "pending"}),
        dict.fromkeys((CUSTOMER, AGENT, ADMIN, SERVICE), "transition_not_allowed") | {OTHER: "0"},
    ),
    Case(
        "a status that does not exist",
        Update("tickets", MINE, {"status": "lost"}),
        {AGENT: "invalid_value", OTHER: "0"},
    ),
    Case("a priority that does not exist", Update("tickets", MINE, {"priority": "lost"}), {AGENT: "invalid_value"}),
    Case(
        "an empty title", Update("tickets", MINE, {"title": " "}), {CUSTOMER: "invalid_value", AGENT: "invalid_value"}
    ),
    Case(
        "what never changes, by direct connection",
        Update("tickets", MINE, {"created_by": "{other}"}),
        {OWNER: "forbidden", SERVICE: "deny"},
    ),
    Case("a forged channel, by direct connection", Update("tickets", MINE, {"channel": "email"}), {OWNER: "forbidden"}),
    Case("A33 delete a ticket", Delete("tickets", MINE), DENY),
    Case("A32 no parent, no merge", Update("tickets", MINE, {"merged_into": "{theirs}"}), DENY),
]

TAGS = [
    Case(
        "tag a ticket",
        Insert("ticket_tags", {"ticket_id": "{mine}", "tag": " VIP "}),
        "deny ticket_not_found ticket_not_found ticket_not_found | deny ticket_not_found | 1 ticket_not_found | 1 | 1",
        gives={"tag": "vip"},
        says="Tag it",
    ),
    Case(
        "A11 tag a ticket that does not exist",
        Insert("ticket_tags", {"ticket_id": "{nothing}", "tag": "vip"}),
        dict.fromkeys((GONE, LEFT, CUSTOMER, AGENT, STRANGER, ADMIN, SERVICE), "ticket_not_found"),
    ),
    Case(
        "tag one's own ticket, which others work",
        Insert("ticket_tags", {"ticket_id": "{agents}", "tag": "x"}),
        {AGENT: "deny"},
        says="Tag it",
    ),
    Case("untag a ticket", Delete("ticket_tags", MINE), "deny 0 0 0 | 0 0 | 1 0 | 1 | 1", says="Remove a tag"),
    Case("change a tag", Update("ticket_tags", MINE, {"tag": "other"}), DENY),
    Case(
        "a tag of 51 characters",
        Insert("ticket_tags", {"ticket_id": "{mine}", "tag": "t" * 51}),
        {AGENT: "invalid_value"},
    ),
    Case(
        "a tag that shows nothing",
        Insert("ticket_tags", {"ticket_id": "{mine}", "tag": "\x1b\u200b"}),
        {AGENT: "invalid_value"},
    ),
    Case(
        "a title that shows nothing",
        Update("tickets", {"ticket_id": "{mine}"}, {"title": "\u3164"}),
        {CUSTOMER: "invalid_value", AGENT: "invalid_value"},
    ),
]

CASES = [
    *READS,
    *EDITS,
    *TAGS,
    Case("change the transitions", Update("status_transitions", {"role": "customer"}, {"to_status": "resolved"}), DENY),
    Case(
        "add a transition",
        Insert("status_transitions", {"role": "customer", "from_status": "open", "to_status": "pending"}),
        DENY,
    ),
    Case("remove a transition", Delete("status_transitions", {"role": "agent"}), DENY),
    *(
        Case(f"{verb} through {view}", tries, DENY)
        for view in ("my_tickets", "team_tickets")
        for verb, tries in (
            ("insert", Insert(view, {"title": "Help"})),
            ("update", Update(view, MINE, {"title": "New"})),
            ("delete", Delete(view, MINE)),
        )
    ),
    # A view of two tables: PostgreSQL has no way to write through it, whoever asks.
    *(
        Case(f"{tries.verb} through tagged_tickets", tries, {CUSTOMER: "55000", AGENT: "55000", SERVICE: "55000"})
        for tries in (
            Insert("tagged_tickets", {"title": "Help"}),
            Update("tagged_tickets", MINE, {"title": "New"}),
            Delete("tagged_tickets", MINE),
        )
    ),
]
