"""Many tickets at once: `update_many` against the loop of PATCH requests that a script would write."""

from __future__ import annotations

import time
from collections.abc import Sequence

import httpx

from benchmarks.measure import Result, Section
from helpdesk_sdk import Helpdesk, Ticket
from helpdesk_sdk.local import Stack
from helpdesk_sdk.testing import Project

TICKETS = 10_000
TICKETS_QUICK = 400
# A loop is slow: it is measured on some of the tickets, and in turns, so that both see the same machine.
_TURNS = 5
_LOOPED = 0.05


def run(tickets: int) -> Section:
    """Change the priority of every ticket, on a local stack of its own."""
    section = Section(
        "Bulk",
        f"An agent changes the priority of {tickets:,} tickets by update_many (200 in each request, a result for each, "
        "revisions checked), through the local gateway, in five parts; after each part, a twentieth of it by a loop of "
        "PATCH requests on one connection that is kept open.",
    )
    with Stack.start(ephemeral=True) as stack:
        info = stack.info
        project = Project(info.api_url, info.publishable_key, info.secret_key, info.db_url)
        try:
            agent = project.client("agent")
            team = project.client("admin").teams.create("Printers")
            project.client("admin").teams.add_member(team, agent.users.me())
            opened = agent.tickets.create_many({"title": f"Paper jam {n}", "team": team} for n in range(tickets))
            known = [one.value for one in opened if isinstance(one.value, Ticket)]
            bulk, loop, looped = _in_turns(agent, known, info.api_url, info.publishable_key)
        finally:
            project.close()
    ratio = (loop / looped) / (bulk / tickets)
    columns: dict[str, float | str] = {
        "tickets/s": tickets / bulk,
        "PATCH, tickets/s": looped / loop,
        "faster": ratio,
        "seconds": bulk,
    }
    # No aim: what is left is the change itself, with its guards, its event and its announcement.
    section.results.append(Result(f"update_many, {tickets:,} tickets", columns))
    return section


def _in_turns(agent: Helpdesk, tickets: Sequence[Ticket], url: str, key: str) -> tuple[float, float, int]:
    """The seconds of all bulk changes and of all loops, and how many tickets the loops changed."""
    session = agent.auth.session
    assert session
    token = session.access_token.get_secret_value()
    headers = {"apikey": key, "Authorization": f"Bearer {token}", "Content-Profile": "helpdesk"}
    bulk = loop = 0.0
    looped = 0
    size = -(-len(tickets) // _TURNS)
    with httpx.Client(base_url=f"{url}/rest/v1", headers={**headers, "Prefer": "return=representation"}) as rest:
        for start in range(0, len(tickets), size):
            part = tickets[start : start + size]
            began = time.perf_counter()
            done = agent.tickets.update_many({"ticket": ticket, "priority": "high"} for ticket in part)
            bulk += time.perf_counter() - began
            assert all(isinstance(one.value, Ticket) and one.value.priority == "high" for one in done)
            some = part[: max(1, int(len(part) * _LOOPED))]
            began = time.perf_counter()
            for ticket in some:
                where = {"ticket_id": f"eq.{ticket.ticket_id}", "revision": f"eq.{ticket.revision + 1}"}
                reply = rest.patch("/tickets", params=where, json={"priority": "low"})
                assert reply.json()[0]["priority"] == "low", reply.text
            loop += time.perf_counter() - began
            looped += len(some)
    return bulk, loop, looped
