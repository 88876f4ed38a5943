"""The matrix: who may do what, as data. One expectation a row, tried in SQL (tests/db) and over HTTP (tests/e2e,
`helpdesk verify`).

A row whose name begins with a code such as A10 is an attack, or the control beside one: ATTACKS says what it tries.
"""

from __future__ import annotations

from . import (
    assistant,
    attachments,
    bulk,
    classification,
    conversation,
    counters,
    events,
    exports,
    field_values,
    fields,
    forged,
    gaps,
    imports,
    knowledge,
    links,
    merging,
    openings,
    proposals,
    routing,
    running,
    search,
    teams,
    tickets,
    users,
    views,
)
from .outcomes import ORDER, Case, Outcome

ATTACKS = {
    "A1": "Without a login, read a table.",
    "A3": "Raise one's own role by writing to one's row.",
    "A4": "As a customer, call what only admins may: claims about oneself in the token change nothing.",
    "A6": "Read or rename other people, or take over their row by an upsert.",
    "A7": "As an agent, make oneself an admin by the function for it.",
    "A8": "Join a team by oneself, or move one's membership to another team.",
    "A9": "Go on with a token that is still valid after one was deactivated.",
    "A10": "Read another customer's ticket, or what was said on it, by id or by number.",
    "A11": "Tell from the refusal whether something exists that one may not see.",
    "A12": "As an agent, read tickets, messages and events of a team that one is not in.",
    "A13": "The control to A12: a ticket of another team is visible to the agent it is assigned to.",
    "A14": "As an agent, keep hold of a ticket that was taken away or has moved to another team.",
    "A17": "Learn from a count how many hidden rows there are.",
    "A20": "Reach into the schemas that are not for clients.",
    "A21": "As a requester, read the internal notes on one's own ticket.",
    "A22": "As a requester, write an internal note on one's own ticket.",
    "A24": "As a requester, see in the log or the timeline that a note was written.",
    "A25": "Change a note after it was written.",
    "A26": "Open a ticket with arguments that only the database sets.",
    "A27": "Open a ticket by writing to the table, past the function: the same rules hold.",
    "A28": "Open a ticket in somebody else's name.",
    "A29": "As a requester, change what only staff decide, or make a step that the status machine does not have.",
    "A30": "Open a ticket in a team, or for a person, that one cannot see or that does not exist.",
    "A31": "As an agent, change a ticket of another team, alone or among many at once.",
    "A32": "Join one's ticket to one that one may not see.",
    "A33": "Delete what is to stay, or empty a whole table.",
    "A34": "Rewrite the record: forge, change or remove events, or what the helpdesk keeps for itself.",
    "A35": "Set ids, numbers, times and other columns that the database sets.",
    "A36": "Overwrite somebody's ticket by an upsert, or by an insert with its id.",
    "A37": "Repeat a create with the id of somebody's ticket, to be shown theirs.",
    "A40": "Break out of a filter by characters that mean something to SQL.",
}
"""The attacks by their code."""

ELSEWHERE = {
    "A2": "Without a login, call a function.",
    "A5": "Sign up with a role among what one says of oneself.",
    "A15": "Embed tables in each other, to see more than one may of either.",
    "A16": "Filter or sort by what one may not see.",
    "A18": "Find other people's tickets by words in them.",
    "A19": "Ask for the plan of a query, which tells of hidden rows.",
    "A23": "Listen to changes as they happen, and hear of a note.",
    "A38": "Repeat a create with the same id and other content.",
    "A39": "Call every function that there is.",
    "A41": "Choose one's role by a setting, a header or a second token.",
    "A42": "Use a forged token, or one that has ended.",
    "A43": "Read other people's values out of error messages.",
    "A44": "Ask GraphQL instead.",
}
"""Attacks that a row cannot say: tests of their own try them, or the helpdesk has no such thing to attack."""

CASES: list[Case] = [
    *users.CASES,
    *teams.CASES,
    *tickets.CASES,
    *openings.CASES,
    *fields.CASES,
    *field_values.CASES,
    *conversation.CASES,
    *links.CASES,
    *merging.CASES,
    *assistant.CASES,
    *knowledge.CASES,
    *gaps.CASES,
    *proposals.CASES,
    *attachments.CASES,
    *events.CASES,
    *routing.CASES,
    *counters.CASES,
    *bulk.CASES,
    *imports.CASES,
    *exports.CASES,
    *classification.CASES,
    *running.CASES,
    *search.CASES,
    *views.CASES,
    *forged.CASES,
]

__all__ = ["ATTACKS", "CASES", "ELSEWHERE", "ORDER", "Case", "Outcome"]
