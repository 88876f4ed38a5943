"""examples/work_queues.py: agents in processes of their own; nothing twice, nothing lost, or it is noticed."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from uuid import uuid4

from tests.e2e.programs import environment, python, run

import work_queues
from helpdesk_sdk import LATEST

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk
    from helpdesk_sdk.testing import Project


def fill(system: Helpdesk, count: int) -> None:
    caller = system.users.create_customer("caller@example.com")
    teams = [system.teams.create(f"Queue {n}") for n in range(3)]
    for n in range(count):
        system.tickets.create(f"Ticket {n}", team=teams[n % 3], requester=caller, channel="phone")


def test_three_agents_answer_thirty_tickets_once_each(helpdesk_project: Project, system: Helpdesk) -> None:
    fill(system, 34)
    output = run(python("work_queues.py", "--agents", "3", "--tickets", "30"), environment(helpdesk_project))
    counts = {what: int(count) for count, what in re.findall(r"^\s+(\d+)  (.+)$", output, re.MULTILINE)}
    assert counts.pop("answered") == 30
    assert len(counts) == 9
    assert set(counts.values()) == {0}
    shares = [int(share) for share in re.findall(r"Agent \d+: (\d+)", output)]
    assert (len(shares), sum(shares)) == (3, 30)
    # The same, without the program's word for it.
    tickets = list(system.tickets.list(page_size=100))
    assert Counter(str(ticket.status) for ticket in tickets) == {"resolved": 30, "open": 4}
    for ticket in tickets:
        authors = [message.author_id for message in system.messages.list(ticket)]
        assert authors == ([ticket.assigned_to] if ticket.status == "resolved" else [])


def test_agents_stop_when_the_queues_are_empty(helpdesk_project: Project, system: Helpdesk) -> None:
    fill(system, 3)
    output = run(python("work_queues.py", "--agents", "2", "--tickets", "50"), environment(helpdesk_project))
    assert "3 answered" in output


def test_the_audit_notices_what_went_wrong(helpdesk_project: Project, system: Helpdesk) -> None:
    fill(system, 4)
    before, cursor = work_queues.waiting(system), system.events.head()
    ana = helpdesk_project.client("agent", name="Ana", teams=("Queue 0", "Queue 1", "Queue 2"))
    twice, forgotten, told_only = (ana.tickets.claim_next() for _ in range(3))
    assert twice
    assert forgotten
    assert told_only
    first = ana.messages.reply(twice, "One.")
    ana.messages.reply(twice.ticket_id, "Two.", expected_last_message=LATEST)
    ana.tickets.unassign(twice.ticket_id)
    ana.tickets.claim(twice.ticket_id)
    answers = [
        work_queues.Answer(twice.ticket_id, first.message_id, "somebody.else@example.com", 0.1),
        work_queues.Answer(told_only.ticket_id, uuid4(), "ana@example.com", 0.1),
    ]
    found = work_queues.audit(system, cursor, answers, before + 1, patience=0.2)
    assert found == {
        "answered": 1,
        "claimed twice": 1,
        "answered twice": 1,
        "resolved twice": 0,
        "claimed but not answered": 2,
        "answered but not resolved": 1,
        "reported by an agent, not in the log": 1,
        "in the log, reported by no agent": 0,
        "answers that are missing or somebody else's": 2,
        "lost from the queue": 1,
    }


def test_without_the_agents_key_it_says_what_is_missing(helpdesk_project: Project) -> None:
    env = environment(helpdesk_project)
    del env["HELPDESK_PUBLISHABLE_KEY"]
    assert "HELPDESK_PUBLISHABLE_KEY is not set" in run(python("work_queues.py"), env, code=1)
