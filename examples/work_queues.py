"""Several agents work the queues at once, each in a process of its own, until enough tickets are answered.

    export HELPDESK_URL=… HELPDESK_KEY=…          # the secret key: it makes the agents' logins
    export HELPDESK_PUBLISHABLE_KEY=…             # the key for the agents
    python examples/work_queues.py --agents 5 --tickets 200

Each agent claims the next ticket and resolves it with a reply. Then the program reads the event log and the
conversations: no ticket may be answered twice, and none may be lost.
"""

from __future__ import annotations

import multiprocessing
import os
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.sharedctypes import Synchronized
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from supabase_auth import SyncGoTrueClient

from helpdesk_sdk import ConfigurationError, Event, Helpdesk, HelpdeskError

console = Console()
_left: Synchronized[int]


@dataclass(frozen=True)
class Login:
    """The login of an agent."""

    url: str
    key: str
    name: str
    email: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Answer:
    """A reply that an agent reports."""

    ticket_id: UUID
    message_id: UUID
    agent: str
    seconds: float


def hire(hd: Helpdesk, name: str, url: str, secret_key: str, publishable_key: str) -> Login:
    """Make an agent with a login, a member of every team. An agent of an earlier run gets a new password."""
    email, password = f"{name.lower().replace(' ', '.')}@queues.example.com", secrets.token_urlsafe(24)
    headers = {"apikey": secret_key, "Authorization": f"Bearer {secret_key}"}
    with SyncGoTrueClient(url=f"{url}/auth/v1", headers=headers, persist_session=False) as auth:
        known = next((user for user in auth.admin.list_users(per_page=1000) if user.email == email), None)
        if known:
            auth.admin.update_user_by_id(known.id, {"password": password})
        else:
            auth.admin.create_user(
                {"email": email, "password": password, "email_confirm": True, "user_metadata": {"name": name}}
            )
    agent = hd.users.set_role(email, "agent")
    for team in hd.teams.list():
        hd.teams.add_member(team, agent)
    return Login(url, publishable_key, name, email, password)


def work(login: Login) -> list[Answer]:
    """One agent: claim and resolve tickets, until enough are resolved or none waits."""
    answers: list[Answer] = []
    with Helpdesk(login.url, login.key) as hd:
        hd.auth.sign_in(login.email, login.password)
        while take_turn():
            began = time.monotonic()
            ticket = hd.tickets.claim_next()
            if ticket is None:
                break
            text = f"Thank you for #{ticket.number}. We have looked into it. {login.name}"
            message = hd.messages.reply(ticket, text, status="resolved")
            answers.append(Answer(ticket.ticket_id, message.message_id, login.email, time.monotonic() - began))
    return answers


def take_turn() -> bool:
    """Whether one more ticket is wanted; if so, it is counted."""
    with _left.get_lock():
        _left.value -= 1
        return _left.value >= 0


def begin_work(left: Synchronized[int]) -> None:
    """Set up a process: it receives the shared counter."""
    global _left
    _left = left


def events_of(hd: Helpdesk, cursor: str, messages: set[UUID | None], patience: float) -> Iterator[Event]:
    """All events after a cursor. Waits until the log has the last messages."""
    until = time.monotonic() + patience
    while True:
        page = hd.events.since(cursor, limit=1000)
        yield from page
        cursor = page.cursor or cursor
        messages -= {event.message_id for event in page}
        if not page.items:
            if not messages or time.monotonic() > until:
                return
            time.sleep(0.05)


def audit(
    hd: Helpdesk, cursor: str, answers: list[Answer], waiting_before: int, *, patience: float = 10.0
) -> dict[str, int]:
    """Compare the agents' reports with the database. Each count but the first must be 0."""
    claimed: Counter[UUID] = Counter()
    answered: Counter[UUID] = Counter()
    resolved: Counter[UUID] = Counter()
    authors = {user.user_id: user.email for user in hd.users.list(role="agent")}
    messages: set[UUID | None] = {answer.message_id for answer in answers}
    for event in events_of(hd, cursor, messages, patience):
        if event.ticket_id is None:
            continue
        if event.type == "ticket.assigned":
            claimed[event.ticket_id] += 1
        elif event.type == "message.created" and event.actor_kind == "staff":
            answered[event.ticket_id] += 1
        elif event.type == "ticket.status_changed" and event.status == "resolved":
            resolved[event.ticket_id] += 1
    wrong_author = 0
    for answer in answers:
        ours = [message for message in hd.messages.list(answer.ticket_id) if message.message_id == answer.message_id]
        wrong_author += [authors.get(message.author_id) for message in ours if message.author_id] != [answer.agent]
    reported = {answer.ticket_id for answer in answers}
    return {
        "answered": len(answered),
        "claimed twice": sum(count > 1 for count in claimed.values()),
        "answered twice": sum(count > 1 for count in answered.values()),
        "resolved twice": sum(count > 1 for count in resolved.values()),
        "claimed but not answered": len(set(claimed) - set(answered)),
        "answered but not resolved": len(set(answered) - set(resolved)),
        "reported by an agent, not in the log": len(reported - set(answered)),
        "in the log, reported by no agent": len(set(answered) - reported),
        "answers that are missing or somebody else's": wrong_author,
        "lost from the queue": abs(waiting_before - waiting(hd) - len(claimed)),
    }


def waiting(hd: Helpdesk) -> int:
    """How many open tickets have no assignee."""
    return sum(1 for _ in hd.tickets.list(status="open", assigned_to="nobody", page_size=1000))


def run(agents: int, tickets: int) -> dict[str, int]:
    """Let the agents work, and return the result of the audit."""
    publishable_key = os.environ.get("HELPDESK_PUBLISHABLE_KEY")
    if not publishable_key:
        raise ConfigurationError("HELPDESK_PUBLISHABLE_KEY is not set: the agents need it")
    url, secret_key = os.environ.get("HELPDESK_URL", ""), os.environ.get("HELPDESK_KEY", "")
    with Helpdesk.from_env() as hd:
        logins = [hire(hd, f"Agent {number}", url, secret_key, publishable_key) for number in range(1, agents + 1)]
        before, cursor = waiting(hd), hd.events.head()
        console.print(f"{before:,} tickets wait. {agents} agents, {agents} processes, until {tickets} are answered.")
        # Fresh processes that share nothing with this one but the counter.
        context = multiprocessing.get_context("spawn")
        left: Synchronized[int] = context.Value("i", tickets)
        began = time.monotonic()
        with ProcessPoolExecutor(agents, context, begin_work, (left,)) as pool:
            done = list(pool.map(work, logins))
        seconds = time.monotonic() - began
        answers = [answer for by_agent in done for answer in by_agent]
        for login, by_agent in zip(logins, done, strict=True):
            console.print(f"  {login.name}: {len(by_agent)}")
        typical = sorted(answer.seconds for answer in answers)[len(answers) // 2] if answers else 0.0
        console.print(
            f"{len(answers)} answered in {seconds:.1f} s with the start of the processes: "
            f"{len(answers) / seconds:.1f} a second; claim and reply together take {typical * 1000:.0f} ms."
        )
        return audit(hd, cursor, answers, before)


def main(
    agents: Annotated[int, typer.Option(min=1, max=50, help="How many agents, each in a process of its own.")] = 5,
    tickets: Annotated[int, typer.Option(min=1, help="How many tickets to answer, if as many wait.")] = 200,
) -> None:
    """Let several agents work the queues at once, then check that nothing was answered twice and nothing was lost."""
    try:
        found = run(agents, tickets)
    except HelpdeskError as error:
        console.print(f"Stopped: {error}", markup=False, style="red")
        raise typer.Exit(1) from None
    wrong = {what: count for what, count in found.items() if what != "answered" and count}
    for what, count in found.items():
        console.print(f"  {count:4}  {what}", style="red" if what in wrong else "")
    raise typer.Exit(1 if wrong else 0)


if __name__ == "__main__":
    typer.run(main)
