"""Who may do what: messages, notes, the timeline."""

from __future__ import annotations

from ..people import ADMIN, AGENT, CUSTOMER, OTHER, OWNER, SERVICE, STRANGER
from .operations import Call, Delete, Insert, Read, Update
from .outcomes import DENY, NOT_IN, Case

ABSENT = "ticket_not_found ticket_not_found | ticket_not_found ticket_not_found | ticket_not_found | ticket_not_found"
NO_MESSAGE = "message_not_found"

MESSAGES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case("A12 read messages", Read("messages"), "deny 0 0 0 | 2 1 | 2 1 | 3 | 3"),
    Case(
        "A10 of somebody's ticket",
        Read("messages", {"ticket_id": "{theirs}"}),
        "deny 0 0 0 | 0 1 | 0 1 | 1 | 1",
        says="Read its messages",
    ),
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
        says="Reply",
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
        "- - - - | conversation_moved ticket_not_found | conversation_moved ticket_not_found | "
        "conversation_moved | conversation_moved",
        says="… naming an older message",
    ),
    Case(
        "answer without having read",
        Call("send_reply", {"ticket_id": "{answered}", "body": "Blind"}),
        "- - - - | 1 ticket_not_found | conversation_moved ticket_not_found | conversation_moved | conversation_moved",
        says="… naming none, where there are some",
    ),
    Case(
        "answer what one has read",
        Call("send_reply", {"ticket_id": "{answered}", "body": "Read", "expected_last_message": "{answer}"}),
        {CUSTOMER: "1", OTHER: "ticket_not_found", AGENT: "1", STRANGER: "ticket_not_found", ADMIN: "1", SERVICE: "1"},
    ),
    Case(
        "reply to a closed ticket",
        Call("send_reply", {"ticket_id": "{closed}", "body": "Again"}),
        "- - - - | 1 ticket_not_found | ticket_closed ticket_not_found | ticket_closed | ticket_closed",
        says="… on a closed ticket",
    ),
    Case(
        "reply and resolve",
        Call("send_reply", {"ticket_id": "{mine}", "body": "Done", "status": "resolved"}),
        f"{NOT_IN} | transition_not_allowed ticket_not_found | 1 ticket_not_found | 1 | 1",
        gives={"chosen_status": "resolved"},
        says="… and resolve it (`status`)",
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
        {
            CUSTOMER: "transition_not_allowed",
            AGENT: "ticket_closed",
            ADMIN: "ticket_closed",
            SERVICE: "ticket_closed",
        },
    ),
    Case(
        "reply to a closed ticket and reopen it",
        Call("send_reply", {"ticket_id": "{closed}", "body": "Again", "status": "open"}),
        "- - - - | 1 ticket_not_found | 1 ticket_not_found | 1 | 1",
        says="… and reopen it (`status`)",
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
        says="… and resolve it (`status`)",
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
        says="Redact a message",
    ),
    Case(
        "redact a message that does not exist",
        Call("redact_message", {"message_id": "{nothing}"}),
        f"{NOT_IN} | forbidden forbidden | {NO_MESSAGE} {NO_MESSAGE} | {NO_MESSAGE} | {NO_MESSAGE}",
    ),
]

NOTES = [
    Case("A21 read notes", Read("notes"), "deny 0 0 0 | 0 0 | 2 3 | 4 | 4"),
    Case(
        "A21 of one's own ticket",
        Read("notes", {"ticket_id": "{answered}"}),
        "deny 0 0 0 | 0 0 | 1 0 | 1 | 1",
        says="Read its notes",
    ),
    Case(
        "A21 of one's own ticket, which others work",
        Read("notes", {"ticket_id": "{agents}"}),
        {AGENT: "0", STRANGER: "1"},
        says="Read its notes",
    ),
    Case("a note by POST", Insert("notes", {"ticket_id": "{mine}", "body": "Hi"}), DENY),
    Case("A25 change a note", Update("notes", {"note_id": "{note}"}, {"body": "Public"}), DENY),
    Case("A33 remove a note", Delete("notes", {"note_id": "{note}"}), DENY),
    Case(
        "A22 leave a note",
        Call("add_note", {"ticket_id": "{mine}", "body": "Rude"}),
        "deny no_profile inactive_user inactive_user | forbidden ticket_not_found | 1 ticket_not_found | 1 | 1",
        says="Add a note",
    ),
    Case(
        "A22 on one's own ticket, which others work",
        Call("add_note", {"ticket_id": "{agents}", "body": "x"}),
        {AGENT: "forbidden", STRANGER: "1"},
        says="Add a note",
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

TIMELINE = [
    Case(
        "A11 A24 the timeline",
        Call("ticket_timeline", {"ticket_id": "{answered}"}),
        "deny no_profile inactive_user inactive_user | 4 ticket_not_found | 7 ticket_not_found | 7 | 7",
        says="Read its timeline",
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
        says="Read its timeline",
    ),
    Case(
        "a timeline of too much",
        Call("ticket_timeline", {"ticket_id": "{mine}", "max_rows": 5000}),
        {CUSTOMER: "invalid_value"},
    ),
]

CASES = [*MESSAGES, *NOTES, *TIMELINE]
