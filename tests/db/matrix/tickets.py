"""Who may do what: tickets, their views, tags and the status machine."""

from __future__ import annotations

from tests.db.matrix.operations import Call, Delete, Insert, Read, Sql, Update
from tests.db.matrix.outcomes import Case
from tests.db.people import ADMIN, AGENT, CUSTOMER, GONE, LEFT, OTHER, OWNER, SERVICE, STRANGER

MINE = {"ticket_id": "{mine}"}
THEIRS = {"ticket_id": "{theirs}"}
DENY = "deny deny deny deny | deny deny | deny deny | deny | deny"

READS = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case("A1 read all tickets", Read("tickets"), "deny 0 0 0 | 3 2 | 5 4 | 7 | 7"),
    Case("A10 a requester's ticket", Read("tickets", MINE), "deny 0 0 0 | 1 0 | 1 0 | 1 | 1"),
    Case("A10 A12 another team's ticket", Read("tickets", THEIRS), "deny 0 0 0 | 0 1 | 0 1 | 1 | 1"),
    Case("A10 a ticket by number", Read("tickets", {"number": "{theirs number}"}), "deny 0 0 0 | 0 1 | 0 1 | 1 | 1"),
    Case(
        "A13 another team's ticket, lent to the agent",
        Read("tickets", {"ticket_id": "{lent}"}),
        "deny 0 0 0 | 0 1 | 1 1 | 1 | 1",
    ),
    Case(
        "A9 a deactivated requester's ticket",
        Read("tickets", {"ticket_id": "{gones}"}),
        "deny 0 0 0 | 0 0 | 0 1 | 1 | 1",
    ),
    Case("my tickets", Read("my_tickets"), "deny 0 0 0 | 3 2 | 1 0 | 0 | 0"),
    Case("my teams' tickets", Read("team_tickets"), "deny 0 0 0 | 0 0 | 3 4 | 7 | 0"),
    Case("tickets by tag", Read("tagged_tickets"), "deny 0 0 0 | 0 0 | 4 4 | 7 | 7"),
    Case("tickets with one tag", Read("tagged_tickets", {"tag": "tag-mine"}), "deny 0 0 0 | 0 0 | 1 0 | 1 | 1"),
    Case("read tags", Read("ticket_tags"), "deny 0 0 0 | 0 0 | 4 4 | 7 | 7"),
    Case("the tags of one's own ticket", Read("ticket_tags", MINE), {CUSTOMER: "0", OTHER: "0", AGENT: "1", LEFT: "0"}),
    Case(
        "tags on the row of one's own ticket",
        Read("my_tickets", MINE),
        {CUSTOMER: "1"},
        gives={"tags": []},
    ),
    Case("tags on the row in the queue", Read("team_tickets", MINE), {AGENT: "1"}, gives={"tags": ["tag-mine"]}),
    Case("the transitions", Read("status_transitions"), "deny 0 0 0 | 36 36 | 36 36 | 36 | 36"),
]

EDITS = [
    Case(
        "change a title",
        Update("tickets", MINE, {"title": "New", "description": "Words"}),
        "deny 0 0 0 | 1 0 | 1 0 | 1 | 1",
        gives={"title": "New", "revision": 2},
    ),
    Case(
        "A31 change another team's ticket",
        Update("tickets", THEIRS, {"title": "New"}),
        {AGENT: "0", LEFT: "0", CUSTOMER: "0", STRANGER: "1"},
    ),
    Case(
        "A31 change every ticket there is",
        Update("tickets", {}, {"title": "New"}),
        {GONE: "0", LEFT: "0", OTHER: "2", AGENT: "5", STRANGER: "4", ADMIN: "7", CUSTOMER: "already_answered"},
    ),
    Case(
        "change a title after an answer",
        Update("tickets", {"ticket_id": "{answered}"}, {"title": "New"}),
        {CUSTOMER: "already_answered", OTHER: "0", AGENT: "1"},
    ),
    Case(
        "write over somebody's change",
        Update("tickets", {"ticket_id": "{answered}", "revision": "1"}, {"title": "New"}),
        {AGENT: "0", ADMIN: "0", SERVICE: "0"},
    ),
    Case(
        "A29 change a priority",
        Update("tickets", MINE, {"priority": "urgent"}),
        "deny 0 0 0 | forbidden 0 | 1 0 | 1 | 1",
    ),
    Case("A29 an external id", Update("tickets", MINE, {"external_id": "X-1"}), {CUSTOMER: "forbidden", AGENT: "1"}),
    Case("A29 a snooze", Update("tickets", MINE, {"snoozed_until": "2030-01-01"}), {CUSTOMER: "forbidden", AGENT: "1"}),
    Case(
        "A29 custom fields", Update("tickets", MINE, {"custom_fields": {"a": 1}}), {CUSTOMER: "forbidden", AGENT: "1"}
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
]

OPENINGS = [
    Case(
        "A27 open a ticket by POST",
        Insert("tickets", {"title": "Help", "description": "me"}),
        "deny no_profile inactive_user inactive_user | 1 1 | 1 1 | 1 | invalid_value",
        gives={"status": "open", "priority": "medium", "team_id": "{desk}", "revision": 1, "assigned_to": None},
    ),
    Case(
        "open a ticket, as a customer",
        Insert("tickets", {"title": "Help"}),
        {CUSTOMER: "1"},
        gives={"created_by": "{customer}"},
    ),
    Case("in a public team", Insert("tickets", {"title": "Help", "team_id": "{empty}"}), {CUSTOMER: "1", AGENT: "1"}),
    Case(
        "A30 in a private team",
        Insert("tickets", {"title": "Help", "team_id": "{vault}"}),
        {CUSTOMER: "team_not_found", OTHER: "team_not_found", AGENT: "1", ADMIN: "1"},
    ),
    Case(
        "A30 in a team that does not exist",
        Insert("tickets", {"title": "Help", "team_id": "{nothing}"}),
        {CUSTOMER: "team_not_found", AGENT: "team_not_found", ADMIN: "team_not_found"},
    ),
    Case(
        "with a priority", Insert("tickets", {"title": "Help", "priority": "high"}), {CUSTOMER: "forbidden", AGENT: "1"}
    ),
    Case(
        "with an external id",
        Insert("tickets", {"title": "Help", "external_id": "X"}),
        {CUSTOMER: "forbidden", AGENT: "1"},
    ),
    Case(
        "by a channel of staff's",
        Insert("tickets", {"title": "Help", "channel": "email"}),
        {CUSTOMER: "forbidden", AGENT: "1"},
    ),
    Case(
        "A28 by POST in somebody's name",
        Insert("tickets", {"title": "Help", "created_by": "{other}"}),
        "deny deny deny deny | deny deny | deny deny | deny | 1",
        gives={"created_by": "{other}"},
    ),
    Case(
        "A36 upsert over somebody's ticket",
        Insert("tickets", {"ticket_id": "{theirs}", "title": "Mine now"}, upsert="ticket_id"),
        {CUSTOMER: "deny", AGENT: "deny"},
    ),
    Case(
        "A36 upsert as PostgREST writes it, the key among what is set",
        Sql(
            "tickets",
            "insert into {target} (ticket_id, title) values ({theirs}, 'Mine now') "
            "on conflict (ticket_id) do update set ticket_id = excluded.ticket_id, title = excluded.title",
        ),
        DENY,
    ),
    Case(
        "A36 upsert as others write it, the rest only",
        Sql(
            "tickets",
            "insert into {target} (ticket_id, title) values ({theirs}, 'Mine now') "
            "on conflict (ticket_id) do update set title = excluded.title",
        ),
        {CUSTOMER: "deny", AGENT: "deny", OTHER: "ok", STRANGER: "ok"},
    ),
    Case(
        "A36 somebody's ticket id", Insert("tickets", {"ticket_id": "{theirs}", "title": "Mine"}), {CUSTOMER: "23505"}
    ),
    Case(
        "open a ticket by function",
        Call("create_ticket", {"title": "Help", "ticket_id": "{new}"}),
        "deny no_profile inactive_user inactive_user | 1 1 | 1 1 | 1 | invalid_value",
        gives={"status": "open", "team_id": "{desk}", "channel": "api"},
    ),
    Case(
        "A28 for somebody else by function",
        Call("create_ticket", {"title": "Help", "requester_id": "{other}"}),
        "deny no_profile inactive_user inactive_user | forbidden 1 | 1 1 | 1 | 1",
        gives={"created_by": "{other}"},
    ),
    Case(
        "A30 for somebody who does not exist",
        Call("create_ticket", {"title": "Help", "requester_id": "{nothing}"}),
        {CUSTOMER: "forbidden", AGENT: "user_not_found", SERVICE: "user_not_found"},
    ),
    Case(
        "A30 function, private team",
        Call("create_ticket", {"title": "H", "team_id": "{vault}"}),
        {CUSTOMER: "team_not_found", AGENT: "1"},
    ),
    Case(
        "A30 function, no such team",
        Call("create_ticket", {"title": "H", "team_id": "{nothing}"}),
        {CUSTOMER: "team_not_found"},
    ),
    Case(
        "function with tags",
        Call("create_ticket", {"title": "H", "tags": ["vip"]}),
        {CUSTOMER: "forbidden", AGENT: "1"},
    ),
    Case(
        "function with a priority",
        Call("create_ticket", {"title": "H", "priority": "low"}),
        {CUSTOMER: "forbidden", AGENT: "1"},
    ),
    Case(
        "function with an external id",
        Call("create_ticket", {"title": "H", "external_id": "X"}),
        {CUSTOMER: "forbidden", AGENT: "1"},
    ),
    Case(
        "function with a channel",
        Call("create_ticket", {"title": "H", "channel": "phone"}),
        {CUSTOMER: "forbidden", AGENT: "1"},
    ),
    Case(
        "A26 function with a status",
        Call("create_ticket", {"title": "H", "status": "closed"}),
        {CUSTOMER: "42883", ADMIN: "42883"},
    ),
    Case(
        "A26 function with a number",
        Call("create_ticket", {"title": "H", "number": 1}),
        {CUSTOMER: "42883", ADMIN: "42883"},
    ),
    Case(
        "A37 the id of somebody's ticket",
        Call("create_ticket", {"title": "Help", "ticket_id": "{theirs}"}),
        {CUSTOMER: "id_conflict", OTHER: "id_conflict", AGENT: "id_conflict"},
    ),
    Case("A32 no parent, no merge", Update("tickets", MINE, {"merged_into": "{theirs}"}), DENY),
]

TAGS = [
    Case(
        "tag a ticket",
        Insert("ticket_tags", {"ticket_id": "{mine}", "tag": " VIP "}),
        "deny ticket_not_found ticket_not_found ticket_not_found | deny ticket_not_found | 1 ticket_not_found | 1 | 1",
        gives={"tag": "vip"},
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
    ),
    Case("untag a ticket", Delete("ticket_tags", MINE), "deny 0 0 0 | 0 0 | 1 0 | 1 | 1"),
    Case("change a tag", Update("ticket_tags", MINE, {"tag": "other"}), DENY),
    Case(
        "a tag of 51 characters",
        Insert("ticket_tags", {"ticket_id": "{mine}", "tag": "t" * 51}),
        {AGENT: "invalid_value"},
    ),
    Case(
        "a tag with a control character",
        Insert("ticket_tags", {"ticket_id": "{mine}", "tag": "a\x1bb"}),
        {AGENT: "invalid_value"},
    ),
]

CASES = [
    *READS,
    *EDITS,
    *OPENINGS,
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
