"""What the SDK adds to a call: against the bare `postgrest` client, through the gateway of a local stack."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from postgrest import SyncPostgrestClient

from benchmarks.measure import Effort, Result, Section, in_turns
from helpdesk_sdk import Helpdesk, Team
from helpdesk_sdk.local import Stack
from helpdesk_sdk.testing import Project

_AIM = 1.15
_TICKETS = 60
_TEXT = "The tray is full and it says that it is empty. " * 6


def run(effort: Effort) -> Section:
    """Measure every call on a small helpdesk: only the client matters here."""
    section = Section(
        "SDK",
        "A call of the SDK (checked arguments, typed models, retries, sessions) against the same request by the bare "
        "postgrest client, through the local gateway.",
    )
    with Stack.start(ephemeral=True) as stack:
        info = stack.info
        project = Project(info.api_url, info.publishable_key, info.secret_key, info.db_url)
        try:
            agent = project.client("agent")
            team = project.client("admin").teams.create("Printers")
            project.client("admin").teams.add_member(team, agent.users.me())
            numbers = [agent.tickets.create(f"Paper jam {n}", _TEXT, team=team).number for n in range(_TICKETS)]
            with _bare(info.api_url, info.publishable_key, agent) as rest:
                for name, ours, bare in _calls(agent, rest, numbers[0], team):
                    ms, bare_ms, p99 = in_turns(_timed(ours), _timed(bare), [([], [])], effort)
                    ratio = ms / bare_ms
                    columns: dict[str, float | str] = {
                        "SDK, ms": ms,
                        "postgrest, ms": bare_ms,
                        "ratio": ratio,
                        "p99, ms": p99,
                    }
                    section.results.append(Result(name, columns, f"ratio ≤ {_AIM}", round(ratio, 2) <= _AIM))
        finally:
            project.close()
    return section


def _bare(url: str, key: str, client: Helpdesk) -> SyncPostgrestClient:
    session = client.auth.session
    assert session
    token = session.access_token.get_secret_value()
    headers = {"apikey": key, "Authorization": f"Bearer {token}"}
    return SyncPostgrestClient(f"{url}/rest/v1", schema="helpdesk", headers=headers)


def _calls(
    agent: Helpdesk, rest: SyncPostgrestClient, number: int, team: Team
) -> list[tuple[str, Callable[[], object], Callable[[], object]]]:
    def page(**filters: str) -> object:
        query: Any = rest.from_("team_tickets").select("*").order("created_at", desc=True).order("ticket_id", desc=True)
        for column, value in filters.items():
            query = query.eq(column, value)
        return query.limit(50).execute()

    return [
        (
            "tickets.get(number)",
            lambda: agent.tickets.get(number),
            lambda: rest.from_("tickets").select("*", "tags:ticket_tags(tag)").eq("number", number).execute(),
        ),
        ("tickets.list(), 50", lambda: next(iter(agent.tickets.list(scope="team").pages())), page),
        (
            "tickets.list(team=name), 50",
            lambda: next(iter(agent.tickets.list(team=team.name).pages())),
            lambda: page(team_id=str(team.team_id)),
        ),
        (
            "tickets.create()",
            lambda: agent.tickets.create("Paper jam", _TEXT),
            lambda: rest.rpc(
                "create_ticket", {"ticket_id": str(uuid4()), "title": "Paper jam", "description": _TEXT}
            ).execute(),
        ),
    ]


def _timed(call: Callable[[], object]) -> Callable[[object], float]:
    def timed(_: object) -> float:
        began = time.perf_counter_ns()
        call()
        return (time.perf_counter_ns() - began) / 1e6

    return timed
