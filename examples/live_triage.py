"""Triage tickets as they come: tags, a priority, a team and an agent, by the words in them. Kill it, start it again.

    export HELPDESK_URL=… HELPDESK_KEY=…        # the secret key; or a publishable one with an admin's HELPDESK_EMAIL, …
    python examples/live_triage.py triage.cursor

The cursor in the file is that of the last ticket that is done. It is saved after the work, never before, so no ticket
is left out. The work can be repeated, so none is triaged twice: each step looks at the ticket first and leaves alone
what is there already, and the last one puts the tag `triaged` on it, by which a repetition knows that it has nothing to
do. What a person did meanwhile stays: who has a ticket keeps it.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from helpdesk_sdk import (
    AsyncHelpdesk,
    ConflictError,
    Event,
    HelpdeskError,
    NotFoundError,
    PriorityName,
    Team,
    Ticket,
    User,
)

DONE = "triaged"
# How often to look again at a ticket that somebody else changes at the same moment.
ATTEMPTS = 5


@dataclass(frozen=True)
class Rule:
    """What is done with tickets in which one of the words occurs.

    Attributes:
        words: A regular expression; upper and lower case are the same.
        team: The queue it belongs to, if there is one of this name.
    """

    words: str
    tag: str
    priority: PriorityName | None = None
    team: str | None = None


# The first that fits decides. Yours are better.
RULES = (
    Rule(r"outage|is down|unreachable|data loss", "outage", priority="urgent", team="Operations"),
    Rule(r"refund|invoice|charged|payment", "billing", team="Billing"),
    Rule(r"password|log ?in|sign ?in|locked out|403", "access", priority="high"),
)
OTHERWISE = Rule("", "general")


def rule_for(ticket: Ticket) -> Rule:
    """The rule that fits a ticket."""
    text = f"{ticket.title}\n{ticket.description}"
    return next((rule for rule in RULES if re.search(rule.words, text, re.IGNORECASE)), OTHERWISE)


class Triage:
    """Does what the rules say."""

    def __init__(self, hd: AsyncHelpdesk) -> None:
        self.hd = hd
        self._teams: dict[str, Team] = {}

    async def start(self) -> None:
        """Find out which teams there are."""
        self._teams = {team.name: team async for team in self.hd.teams.list(page_size=1000)}
        for name in sorted({rule.team for rule in RULES if rule.team} - set(self._teams)):
            print(f"There is no team {name}: its tickets stay where they are.", flush=True)

    async def handle(self, event: Event) -> None:
        """Triage the ticket of an event, however often this event is handled."""
        assert event.ticket_id is not None
        for _ in range(ATTEMPTS):
            try:
                ticket = await self.hd.tickets.get(event.ticket_id)
                if DONE not in (ticket.tags or ()):
                    await self._triage(ticket)
                return
            except NotFoundError:
                print(f"#{event.ticket_number} is gone, or out of sight.", flush=True)
                return
            except ConflictError:
                # Somebody changed it between our reading and our writing: what they did counts.
                await asyncio.sleep(0.05)
        print(f"#{event.ticket_number} keeps changing: it is left to those who change it.", flush=True)

    async def _triage(self, ticket: Ticket) -> None:
        rule = rule_for(ticket)
        await self.hd.tickets.tag(ticket, rule.tag)
        if rule.priority and ticket.priority == "medium":
            ticket = await self.hd.tickets.update(ticket, priority=rule.priority)
        team = self._teams.get(rule.team or "")
        if team and ticket.team_id != team.team_id and ticket.assigned_to is None:
            ticket = await self.hd.tickets.transfer(ticket, team)
        agent = await self._agent_for(ticket) if ticket.assigned_to is None else None
        if agent:
            ticket = await self.hd.tickets.assign(ticket, agent)
        await self.hd.tickets.tag(ticket, DONE)
        print(f"#{ticket.number} {rule.tag}, {ticket.priority}, {agent.email if agent else 'no agent'}", flush=True)

    async def _agent_for(self, ticket: Ticket) -> User | None:
        """Whose turn it is in the team. It follows from the ticket's id, so that a repetition finds the same person."""
        members = [member.user async for member in self.hd.teams.members(ticket.team_id, page_size=1000)]
        agents = sorted((one for one in members if one and one.is_active), key=lambda one: one.user_id)
        return agents[ticket.ticket_id.int % len(agents)] if agents else None


@dataclass(frozen=True)
class Bookmark:
    """How far we are, in a file."""

    path: Path

    def load(self) -> str | None:
        """The cursor; None before the first time."""
        if not self.path.exists():
            return None
        return self.path.read_text(encoding="utf-8").strip()

    def save(self, cursor: str) -> None:
        """Take down the cursor; whatever happens, the file holds the old one or the new one."""
        beside = self.path.with_name(self.path.name + ".new")
        with beside.open("w", encoding="utf-8") as file:
            file.write(f"{cursor}\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)


async def past(hd: AsyncHelpdesk, cursor: str) -> AsyncIterator[Event]:
    """What has happened since, up to now."""
    while events := (await hd.events.since(cursor, limit=500)).items:
        for event in events:
            yield event
        cursor = events[-1].cursor


async def run(bookmark: Bookmark, once: bool) -> None:
    """Triage what came since the last time, then, unless it is only for once, what comes."""
    async with AsyncHelpdesk.from_env() as hd:
        triage = Triage(hd)
        await triage.start()
        cursor = bookmark.load()
        if cursor is None:
            # Also if we are killed before the first ticket comes: the next time begins here.
            bookmark.save(cursor := await hd.events.head())
        if once:
            async for event in past(hd, cursor):
                if event.type == "ticket.created":
                    await triage.handle(event)
                bookmark.save(event.cursor)
            return
        async with hd.events.stream(cursor, types={"ticket.created"}) as stream:
            print("Waiting for tickets.", flush=True)
            async for event in stream:
                await triage.handle(event)
                bookmark.save(event.cursor)


def main(
    cursor_file: Annotated[Path, typer.Argument(dir_okay=False, help="Where to remember how far it is.")],
    once: Annotated[bool, typer.Option("--once", help="Do what has come since the last time, then end.")] = False,
) -> None:
    """Triage tickets as they come, each once, through crashes. Begins at this moment when the file is not there yet."""
    try:
        asyncio.run(run(Bookmark(cursor_file), once))
    except KeyboardInterrupt:
        print("Interrupted. The same command goes on from here.")
        raise typer.Exit(130) from None
    except (HelpdeskError, OSError) as error:
        print(f"Stopped: {error}")
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(main)
