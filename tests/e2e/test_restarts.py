"""Whatever breaks while tickets are created, none is lost and none is doubled."""

from __future__ import annotations

import csv
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

import pytest
from tests.e2e.unreliable import losing_answers

from helpdesk_sdk import ConnectionFailedError, Helpdesk, ServerError, Ticket, UnknownOutcomeError, new_id
from helpdesk_sdk.local import Stack

if TYPE_CHECKING:
    from helpdesk_sdk.testing import Project

T = TypeVar("T")
WRITERS, EACH = 4, 40


@pytest.fixture(scope="module")
def own_stack(reachable: Path) -> Iterator[Stack]:
    """A stack that may be broken: durable, and nobody else's."""
    with Stack.start(reachable / "restarts") as stack:
        yield stack


def persistently(attempt: Callable[[], T], seconds: float = 60) -> T:
    """What a careful script does: the ids stay the same, so it simply tries again."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return attempt()
        except (ConnectionFailedError, UnknownOutcomeError, ServerError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def created_in_log(hd: Helpdesk, cursor: str) -> Counter[UUID]:
    created: Counter[UUID] = Counter()
    while True:
        page = hd.events.since(cursor, limit=1000)
        created.update(event.ticket_id for event in page if event.type == "ticket.created" and event.ticket_id)
        if not page.more:
            return created
        cursor = page.cursor


@pytest.mark.parametrize(
    ("process", "how"),
    [("gateway", signal.SIGKILL), ("postgres", signal.SIGINT), ("postgres", signal.SIGQUIT)],
    ids=["gateway killed", "database restarted", "database crashed"],
)
@pytest.mark.sample(2)
def test_a_restart_in_the_middle_of_writing(own_stack: Stack, process: str, how: signal.Signals) -> None:
    info = own_stack.refresh()
    done = threading.Semaphore(0)
    ids = [[new_id() for _ in range(EACH)] for _ in range(WRITERS)]
    with Helpdesk(info.api_url, info.secret_key) as hd:
        requester = hd.users.create_customer("writer@example.com")
        cursor = hd.events.head()

        def write(mine: list[UUID]) -> list[Ticket]:
            return [persistently(partial(create, id)) for id in mine]

        def create(id: UUID) -> Ticket:
            ticket = hd.tickets.create(f"Ticket {id}", requester=requester, id=id)
            done.release()
            return ticket

        with ThreadPoolExecutor(WRITERS) as pool:
            writing = [pool.submit(write, mine) for mine in ids]
            for _ in range(WRITERS * EACH // 4):
                assert done.acquire(timeout=60)
            os.kill(info.pids[process], how)
            tickets = [ticket for of_one in writing for ticket in of_one.result(timeout=120)]
        wanted = [id for mine in ids for id in mine]
        assert [ticket.ticket_id for ticket in tickets] == wanted
        assert len({ticket.number for ticket in tickets}) == len(wanted)
        there = persistently(lambda: list(hd.tickets.list(requester=requester, page_size=1000)))
        assert {ticket.ticket_id for ticket in there} >= set(wanted)
        assert {ticket.ticket_id: ticket.number for ticket in tickets}.items() <= {
            t.ticket_id: t.number for t in there
        }.items()
        assert created_in_log(hd, cursor) == dict.fromkeys(wanted, 1)
    assert own_stack.refresh().pids[process] != info.pids[process]


def test_an_import_survives_a_network_that_loses_answers(
    helpdesk_project: Project, system: Helpdesk, tmp_path: Path
) -> None:
    path = tmp_path / "tickets.csv"
    rows = [("id", "title", "team", "email", "created")]
    rows += ((f"T-{n}", f"Ticket {n}", f"Team {n % 4}", "ann@example.com", "2020-01-02T03:04:05Z") for n in range(600))
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    with (
        losing_answers(helpdesk_project.url, every=2) as proxy,
        Helpdesk(proxy.url, helpdesk_project.secret_key) as hd,
    ):
        summary = persistently(lambda: hd.imports.csv(path))
        assert proxy.lost >= 5
    counts = summary.counts["ticket"]
    assert (counts.read, counts.created + counts.unchanged, summary.is_complete) == (600, 600, True)
    tickets = list(system.tickets.list(page_size=1000))
    assert sorted(ticket.external_id or "" for ticket in tickets) == sorted(f"csv:T-{n}" for n in range(600))
    assert Counter(team.name for team in system.teams.list()) == {"Support": 1} | {f"Team {n}": 1 for n in range(4)}


def test_a_reply_whose_answer_got_lost_is_said_once(helpdesk_project: Project, system: Helpdesk) -> None:
    agent = helpdesk_project.add_person("agent")
    caller = system.users.create_customer("caller@example.com")
    ticket = system.tickets.create("Printer prints pink", requester=caller)
    with (
        losing_answers(helpdesk_project.url, every=2) as proxy,
        Helpdesk(proxy.url, helpdesk_project.publishable_key) as hd,
    ):
        persistently(lambda: hd.auth.sign_in(agent.email, agent.password))
        claimed = hd.tickets.claim_next()
        assert claimed
        assert claimed.ticket_id == ticket.ticket_id
        hd.messages.reply(claimed, "Since when?")
        hd.notes.add(claimed, "Toner, surely.")
        hd.tickets.resolve(claimed.ticket_id)
        assert proxy.lost >= 2
    assert [message.body for message in system.messages.list(ticket)] == ["Since when?"]
    assert [note.body for note in system.notes.list(ticket)] == ["Toner, surely."]
    happened = Counter(entry.type or entry.kind for entry in system.tickets.timeline(ticket))
    assert happened == {"ticket.created": 1, "ticket.assigned": 1, "message": 1, "note": 1, "ticket.status_changed": 2}
