"""Triage tickets as they come: a tag, a priority, a team and an agent, by the words in the ticket.

    export HELPDESK_URL=… HELPDESK_KEY=…        # the secret key; or a publishable one with an admin's HELPDESK_EMAIL, …
    python examples/live_triage.py triage.cursor

Kill the program, and start it again: each ticket is triaged once. The file holds the cursor of the last ticket that is
done. It is saved after the work, never before, so no ticket is left out. The work can be repeated: each step reads the
ticket first and keeps what is set already, and the last step adds the tag `triaged`, so a repetition does nothing. What
a person did meanwhile stays: an assignee keeps the ticket.
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
# How often to try again when somebody else changes the ticket at the same moment.
ATTEMPTS = 5


@dataclass(frozen=True)
class Rule:
    """What to do with a ticket that contains one of the words.

    Attributes:
        words: A regular expression; case does not matter.
        tag: The tag to add.
        priority: The priority to set; None keeps it.
        team: The name of the team to transfer the ticket to; None keeps the team.
    """

    words: str
    tag: str
    priority: PriorityName | None = None
    team: str | None = None


# The first rule that fits decides. Replace these rules by yours.
RULES = (
    Rule(r"outage|is down|unreachable|data loss", "outage", priority="urgent", team="Operations"),
    Rule(r"refund|invoice|charged|payment", "billing", team="Billing"),
    Rule(r"password|log ?in|sign ?in|locked out|403", "access", priority="high"),
)
DEFAULT_RULE = Rule("", "general")


def rule_for(ticket: Ticket) -> Rule:
    """The rule that fits a ticket."""
    text = f"{ticket.title}\n{ticket.description}"
    return next((rule for rule in RULES if re.search(rule.words, text, re.IGNORECASE)), DEFAULT_RULE)


class Triage:
    """Applies the rules to tickets."""

    def __init__(self, hd: AsyncHelpdesk) -> None:
        self.hd = hd
        self._teams: dict[str, Team] = {}

    async def start(self) -> None:
        """Read the teams."""
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
                print(f"#{event.ticket_number} does not exist, or you may not see it.", flush=True)
                return
            except ConflictError:
                # Somebody changed the ticket between our read and our write. Their change counts: read again.
                await asyncio.sleep(0.05)
        print(f"#{event.ticket_number} keeps changing: left as it is.", flush=True)

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
        """An agent of the team, chosen by the ticket's id, so that a repetition finds the same person."""
        members = [member.user async for member in self.hd.teams.members(ticket.team_id, page_size=1000)]
        agents = sorted((user for user in members if user and user.is_active), key=lambda user: user.user_id)
        return agents[ticket.ticket_id.int % len(agents)] if agents else None


@dataclass(frozen=True)
class Bookmark:
    """A file with the cursor of the last event that is done."""

    path: Path

    def load(self) -> str | None:
        """The cursor; None before the first time."""
        if not self.path.exists():
            return None
        return self.path.read_text(encoding="utf-8").strip()

    def save(self, cursor: str) -> None:
        """Save the cursor. After a crash the file holds either the old cursor or the new one."""
        draft = self.path.with_name(self.path.name + ".new")
        with draft.open("w", encoding="utf-8") as file:
            file.write(f"{cursor}\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)


async def events_until_now(hd: AsyncHelpdesk, cursor: str) -> AsyncIterator[Event]:
    """The events after a cursor, up to now."""
    while events := (await hd.events.since(cursor, limit=500)).items:
        for event in events:
            yield event
        cursor = events[-1].cursor


async def run(bookmark: Bookmark, once: bool) -> None:
    """Triage the tickets since the last run; unless `once`, go on with the tickets that come."""
    async with AsyncHelpdesk.from_env() as hd:
        triage = Triage(hd)
        await triage.start()
        cursor = bookmark.load()
        if cursor is None:
            # Saved at once, so that the next run begins here even if this one ends before the first ticket.
            bookmark.save(cursor := await hd.events.head())
        if once:
            async for event in events_until_now(hd, cursor):
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
    cursor_file: Annotated[Path, typer.Argument(dir_okay=False, help="The file that holds the cursor.")],
    once: Annotated[bool, typer.Option("--once", help="Triage the tickets since the last run, then end.")] = False,
) -> None:
    """Triage tickets as they come, each once, also after a crash. Without the file it begins now."""
    try:
        asyncio.run(run(Bookmark(cursor_file), once))
    except KeyboardInterrupt:
        print("Interrupted. The same command continues from here.")
        raise typer.Exit(130) from None
    except (HelpdeskError, OSError) as error:
        print(f"Stopped: {error}")
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(main)
