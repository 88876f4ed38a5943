"""Who may do what: messages, notes, events, the timeline."""

from __future__ import annotations

from tests.db.matrix.operations import Call, Delete, Insert, Read, Update
from tests.db.matrix.outcomes import Case
from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, OWNER, SERVICE, STRANGER

NOT_IN = "deny no_profile inactive_user inactive_user"
ABSENT = "ticket_not_found ticket_not_found | ticket_not_found ticket_not_found | ticket_not_found | ticket_not_found"
NO_MESSAGE = "message_not_found"
DENY = "deny deny deny deny | deny deny | deny deny | deny | deny"

MESSAGES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case("A12 read messages", Read("messages"), "deny 0 0 0 | 2 1 | 2 1 | 3 | 3"),
    Case("A10 of somebody's ticket", Read("messages", {"ticket_id": "{theirs}"}), "deny 0 0 0 | 0 1 | 0 1 | 1 | 1"),
    Case("say something by POST", Insert("messages", {"ticket_id": "{mine}", "body": "Hi"}), DENY),
    Case("change a message", Update("messages", {"message_id": "{question}"}, {"body": "Never said"}), DENY),
    Case("A33 remove a message", Delete("messages", {"message_id": "{question}"}), DENY),
    Case(
        "a message never changes, not even by direct connection",
        Update("messages", {"message_id": "{question}"}, {"body": "Never said"}),
        {OWNER: "forbidden"},
    ),
    Case(
        "reply to a ticket",
        Call("send_reply", {"ticket_id": "{mine}", "body": "Hello"}),
        "deny no_profile inactive_user inactive_user | 1 ticket_not_found | 1 ticket_not_found | 1 | 1",
        gives={"ticket_id": "{mine}", "body": "Hello"},
    ),
    Case(
        "A11 reply to a ticket that does not exist",
        Call("send_reply", {"ticket_id": "{nothing}", "body": "Hello"}),
        f"{NOT_IN} | {ABSENT}",
    ),
    Case(
        "a deactivated requester replies",
        Call("send_reply", {"ticket_id": "{gones}", "body": "Hello"}),
        "deny no_profile inactive_user inactive_user | ticket_not_found ticket_not_found | ticket_not_found 1 | 1 | 1",
    ),
    Case(
        "a customer's reply says so",
        Call("send_reply", {"ticket_id": "{mine}", "body": "?"}),
        {CUSTOMER: "1"},
        gives={"author_kind": "customer"},
    ),
    Case(
        "staff's reply says so",
        Call("send_reply", {"ticket_id": "{mine}", "body": "!"}),
        {AGENT: "1", ADMIN: "1"},
        gives={"author_kind": "staff"},
    ),
    Case(
        "an agent as requester",
        Call("send_reply", {"ticket_id": "{agents}", "body": "!"}),
        {AGENT: "1"},
        gives={"author_kind": "customer"},
    ),
    Case(
        "answer what has moved on",
        Call("send_reply", {"ticket_id": "{answered}", "body": "Late", "expected_last_message": "{question}"}),
        {
            CUSTOMER: "conversation_moved",
            AGENT: "conversation_moved",
            ADMIN: "conversation_moved",
            SERVICE: "conversation_moved",
        },
    ),
    Case(
        "answer without having read",
        Call("send_reply", {"ticket_id": "{answered}", "body": "Blind"}),
        {CUSTOMER: "1", AGENT: "conversation_moved", ADMIN: "conversation_moved", SERVICE: "conversation_moved"},
    ),
    Case(
        "answer what one has read",
        Call("send_reply", {"ticket_id": "{answered}", "body": "Read", "expected_last_message": "{answer}"}),
        {CUSTOMER: "1", OTHER: "ticket_not_found", AGENT: "1", STRANGER: "ticket_not_found", ADMIN: "1", SERVICE: "1"},
    ),
    Case(
        "reply to a closed ticket",
        Call("send_reply", {"ticket_id": "{closed}", "body": "Again"}),
        {CUSTOMER: "1", AGENT: "ticket_closed", ADMIN: "ticket_closed", SERVICE: "ticket_closed"},
    ),
    Case(
        "reply and resolve",
        Call("send_reply", {"ticket_id": "{mine}", "body": "Done", "status": "resolved"}),
        f"{NOT_IN} | transition_not_allowed ticket_not_found | 1 ticket_not_found | 1 | 1",
        gives={"chosen_status": "resolved"},
    ),
    Case(
        "reply and close",
        Call("send_reply", {"ticket_id": "{mine}", "body": "Done", "status": "closed"}),
        f"{NOT_IN} | 1 ticket_not_found | 1 ticket_not_found | 1 | 1",
    ),
    Case(
        "reply and leave open",
        Call("send_reply", {"ticket_id": "{mine}", "body": "Soon", "status": "open"}),
        {CUSTOMER: "1", OTHER: "ticket_not_found", AGENT: "1", STRANGER: "ticket_not_found", ADMIN: "1", SERVICE: "1"},
    ),
    Case(
        "reply to a closed ticket and leave it closed",
        Call("send_reply", {"ticket_id": "{closed}", "body": "Thanks", "status": "closed"}),
        {CUSTOMER: "1", AGENT: "ticket_closed", ADMIN: "ticket_closed", SERVICE: "ticket_closed"},
    ),
    Case(
        "reply to a closed ticket and reopen it",
        Call("send_reply", {"ticket_id": "{closed}", "body": "Again", "status": "open"}),
        {CUSTOMER: "1", OTHER: "ticket_not_found", AGENT: "1", ADMIN: "1", SERVICE: "1"},
    ),
    Case(
        "reply to a closed ticket and make it pending",
        Call("send_reply", {"ticket_id": "{closed}", "body": "Again", "status": "pending"}),
        dict.fromkeys((CUSTOMER, AGENT, ADMIN, SERVICE), "transition_not_allowed"),
    ),
    Case(
        "reply and resolve, an agent as requester",
        Call("send_reply", {"ticket_id": "{agents}", "body": "!", "status": "resolved"}),
        {AGENT: "transition_not_allowed", STRANGER: "1"},
    ),
    Case(
        "reply with a status that does not exist",
        Call("send_reply", {"ticket_id": "{mine}", "body": "Hi", "status": "lost"}),
        {CUSTOMER: "invalid_value", AGENT: "invalid_value"},
    ),
    Case(
        "the id of somebody's message",
        Call("send_reply", {"ticket_id": "{mine}", "body": "And mine?", "message_id": "{their question}"}),
        {CUSTOMER: "id_conflict", AGENT: "id_conflict"},
    ),
    Case(
        "an empty reply",
        Call("send_reply", {"ticket_id": "{mine}", "body": "  "}),
        {CUSTOMER: "invalid_value", AGENT: "invalid_value"},
    ),
    Case(
        "no reply",
        Call("send_reply", {"ticket_id": "{mine}", "body": None}),
        {CUSTOMER: "invalid_value", AGENT: "invalid_value"},
    ),
    Case(
        "redact a message",
        Call("redact_message", {"message_id": "{question}"}),
        "deny no_profile inactive_user inactive_user | forbidden forbidden | 1 message_not_found | 1 | 1",
        gives={"body": "[redacted]"},
    ),
    Case(
        "redact a message that does not exist",
        Call("redact_message", {"message_id": "{nothing}"}),
        f"{NOT_IN} | forbidden forbidden | {NO_MESSAGE} {NO_MESSAGE} | {NO_MESSAGE} | {NO_MESSAGE}",
    ),
]

NOTES = [
    Case("A21 read notes", Read("notes"), "deny 0 0 0 | 0 0 | 2 3 | 4 | 4"),
    Case("A21 of one's own ticket", Read("notes", {"ticket_id": "{answered}"}), "deny 0 0 0 | 0 0 | 1 0 | 1 | 1"),
    Case(
        "A21 of one's own ticket, which others work",
        Read("notes", {"ticket_id": "{agents}"}),
        {AGENT: "0", STRANGER: "1"},
    ),
    Case("a note by POST", Insert("notes", {"ticket_id": "{mine}", "body": "Hi"}), DENY),
    Case("A25 change a note", Update("notes", {"note_id": "{note}"}, {"body": "Public"}), DENY),
    Case("A33 remove a note", Delete("notes", {"note_id": "{note}"}), DENY),
    Case(
        "A22 leave a note",
        Call("add_note", {"ticket_id": "{mine}", "body": "Rude"}),
        "deny no_profile inactive_user inactive_user | forbidden ticket_not_found | 1 ticket_not_found | 1 | 1",
    ),
    Case(
        "A22 on one's own ticket, which others work",
        Call("add_note", {"ticket_id": "{agents}", "body": "x"}),
        {AGENT: "forbidden", STRANGER: "1"},
    ),
    Case(
        "A11 a note on a ticket that does not exist",
        Call("add_note", {"ticket_id": "{nothing}", "body": "Rude"}),
        {
            CUSTOMER: "ticket_not_found",
            AGENT: "ticket_not_found",
            ADMIN: "ticket_not_found",
            SERVICE: "ticket_not_found",
        },
    ),
    Case(
        "the id of somebody's note",
        Call("add_note", {"ticket_id": "{mine}", "body": "between us", "note_id": "{their note}"}),
        {AGENT: "id_conflict"},
    ),
    Case("an empty note", Call("add_note", {"ticket_id": "{mine}", "body": ""}), {AGENT: "invalid_value"}),
    Case("no note", Call("add_note", {"ticket_id": "{mine}", "body": None}), {AGENT: "invalid_value"}),
]

EVENTS = [
    Case("A24 events of notes", Read("events", {"type": "note.created"}), "deny 0 0 0 | 0 0 | 2 3 | 4 | 4"),
    Case("events of openings", Read("events", {"type": "ticket.created"}), "deny 0 0 0 | 3 2 | 5 4 | 7 | 7"),
    Case("events of messages", Read("events", {"type": "message.created"}), "deny 0 0 0 | 2 1 | 2 1 | 3 | 3"),
    Case("events of tags", Read("events", {"type": "ticket.tagged"}), "deny 0 0 0 | 0 0 | 4 4 | 7 | 7"),
    Case("events of assignments", Read("events", {"type": "ticket.assigned"}), "deny 0 0 0 | 0 0 | 2 1 | 2 | 2"),
    Case("events of people", Read("events", {"type": "user.created"}), "deny 0 0 0 | 0 0 | 0 0 | 9 | 9"),
    Case("events of roles", Read("events", {"type": "user.role_changed"}), "deny 0 0 0 | 0 0 | 0 0 | 4 | 4"),
    Case("events of invitations", Read("events", {"type": "user.invited"}), "deny 0 0 0 | 0 0 | 0 0 | 1 | 1"),
    Case(
        "A34 forge an event",
        Insert("events", {"type": "x", "audience": "customer", "actor_kind": "staff", "actor_name": "x", "data": {}}),
        DENY,
    ),
    Case("A34 change an event", Update("events", {"type": "ticket.created"}, {"actor_name": "Nobody"}), DENY),
    Case("A34 remove events", Delete("events", {"type": "ticket.created"}), DENY),
    Case(
        "the log is append-only, by direct connection",
        Delete("events", {"type": "ticket.created"}),
        {OWNER: "forbidden"},
    ),
    Case(
        "the log never changes, by direct connection",
        Update("events", {"type": "x"}, {"type": "y"}),
        {OWNER: "forbidden"},
    ),
    Case(
        "A9 A12 the stream of events, of a page",
        Call("events_since", {"max_rows": 1}),
        "deny no_profile inactive_user inactive_user | 1 1 | 1 1 | 1 | 1",
    ),
    Case(
        "a cursor that is none",
        Call("events_since", {"after": "x' or 1=1"}),
        "deny" + " invalid_value" * 9,
    ),
    Case(
        "a cursor of another database",
        Call("events_since", {"after": "999999999999.1"}),
        {CUSTOMER: "cursor_ahead", ADMIN: "cursor_ahead"},
    ),
    Case(
        "a page of nothing", Call("events_since", {"max_rows": 0}), {CUSTOMER: "invalid_value", ADMIN: "invalid_value"}
    ),
    Case(
        "a page of too much",
        Call("events_since", {"max_rows": 1001}),
        {CUSTOMER: "invalid_value", ADMIN: "invalid_value"},
    ),
    Case(
        "A10 A24 the stream of one ticket",
        Call("events_since", {"only_ticket": "{answered}"}),
        "deny no_profile inactive_user inactive_user | 4 ticket_not_found | 7 ticket_not_found | 7 | 7",
    ),
    Case(
        "A11 the stream of a ticket that does not exist",
        Call("events_since", {"only_ticket": "{nothing}"}),
        f"{NOT_IN} | {ABSENT}",
    ),
    Case(
        "A12 A13 the stream of a ticket of another team, which is one's own to work",
        Call("events_since", {"only_ticket": "{lent}"}),
        "deny no_profile inactive_user inactive_user | ticket_not_found 1 | 4 4 | 4 | 4",
    ),
    Case(
        "A24 the stream of one's own ticket, which others work",
        Call("events_since", {"only_ticket": "{agents}"}),
        "deny no_profile inactive_user inactive_user | ticket_not_found ticket_not_found | 1 3 | 3 | 3",
    ),
    Case(
        "A12 the stream of a team",
        Call("events_since", {"only_team": "{desk}"}),
        f"{NOT_IN} | forbidden forbidden | 12 forbidden | 12 | 12",
    ),
    Case(
        "A12 the stream of a team that one works a ticket of, and has opened one in",
        Call("events_since", {"only_team": "{vault}"}),
        f"{NOT_IN} | team_not_found team_not_found | forbidden 13 | 13 | 13",
    ),
    Case(
        "the stream of a team without tickets",
        Call("events_since", {"only_team": "{empty}"}),
        f"{NOT_IN} | forbidden forbidden | forbidden forbidden | 0 | 0",
    ),
    Case(
        "A11 the stream of a team that does not exist",
        Call("events_since", {"only_team": "{nothing}"}),
        f"{NOT_IN} | team_not_found team_not_found | team_not_found team_not_found | team_not_found | team_not_found",
    ),
    Case(
        "the stream of a ticket while it was in a team",
        Call("events_since", {"only_ticket": "{answered}", "only_team": "{desk}"}),
        f"{NOT_IN} | 4 ticket_not_found | 7 ticket_not_found | 7 | 7",
    ),
    Case(
        "the stream of a ticket while it was in a team that it never was in",
        Call("events_since", {"only_ticket": "{answered}", "only_team": "{vault}"}),
        f"{NOT_IN} | 0 ticket_not_found | 0 ticket_not_found | 0 | 0",
    ),
    Case(
        "a page of too much of one ticket or team",
        Call("events_since", {"max_rows": 1001, "only_ticket": "{mine}", "only_team": "{desk}"}),
        {CUSTOMER: "invalid_value", AGENT: "invalid_value", ADMIN: "invalid_value"},
    ),
    Case("the cursor of now", Call("events_head"), "deny no_profile inactive_user inactive_user | 1 1 | 1 1 | 1 | 1"),
    Case(
        "A11 A24 the timeline",
        Call("ticket_timeline", {"ticket_id": "{answered}"}),
        "deny no_profile inactive_user inactive_user | 4 ticket_not_found | 7 ticket_not_found | 7 | 7",
    ),
    Case(
        "A11 the timeline of a ticket that does not exist",
        Call("ticket_timeline", {"ticket_id": "{nothing}"}),
        f"{NOT_IN} | {ABSENT}",
    ),
    Case(
        "A24 the timeline of one's own ticket, which others work",
        Call("ticket_timeline", {"ticket_id": "{agents}"}),
        {AGENT: "1", STRANGER: "3"},
    ),
    Case(
        "a timeline of too much",
        Call("ticket_timeline", {"ticket_id": "{mine}", "max_rows": 5000}),
        {CUSTOMER: "invalid_value"},
    ),
]

CASES = [*MESSAGES, *NOTES, *EVENTS]
