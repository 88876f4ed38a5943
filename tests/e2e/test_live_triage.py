"""examples/live_triage.py: live, and each thing once, however often it is killed."""

from __future__ import annotations

import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.programs import environment, python, read_until, run, running, soon

from helpdesk_sdk import Helpdesk

if TYPE_CHECKING:
    from helpdesk_sdk.testing import Project

TITLES = ("The site is down", "I was charged twice", "Locked out again", "A question")


@pytest.fixture
def desk(helpdesk_project: Project) -> Helpdesk:
    """A helpdesk with agents in two teams; a customer of it."""
    for name in ("Ana", "Ben"):
        helpdesk_project.add_person("agent", name=name, teams=("Billing", "Operations"))
    return helpdesk_project.client("customer", name="Mei")


def test_triage_killed_and_started_again_does_everything_once(
    helpdesk_project: Project, system: Helpdesk, desk: Helpdesk, tmp_path: Path
) -> None:
    command, env = python("live_triage.py", tmp_path / "cursor"), environment(helpdesk_project)
    numbers: list[int] = []
    for last in (False, False, False, True):
        with running(command, env) as triage:
            read_until(triage.stdout, "Waiting")
            numbers.extend(desk.tickets.create(title).number for title in TITLES)
            if last:
                soon(lambda: all("triaged" in (system.tickets.get(number).tags or ()) for number in numbers))
                triage.send_signal(signal.SIGINT)
                assert triage.wait(timeout=60) == 130
            else:
                kill_halfway(triage, system)
    happened = Counter((event.type, event.ticket_number, *touched(event.data)) for event in everything(system))
    assert set(happened.values()) == {1}
    assert sum(kind == "ticket.assigned" for kind, *_ in happened) == sum(
        ticket.assigned_to is not None for ticket in system.tickets.list()
    )
    for number, title in zip(numbers, TITLES * 4, strict=True):
        ticket = system.tickets.get(number)
        tag, priority = {
            "The site is down": ("outage", "urgent"),
            "I was charged twice": ("billing", "medium"),
            "Locked out again": ("access", "high"),
            "A question": ("general", "medium"),
        }[title]
        assert (set(ticket.tags or ()), ticket.priority) == ({tag, "triaged"}, priority)
        assert (ticket.assigned_to is not None) == (tag in {"outage", "billing"})


def kill_halfway(triage: subprocess.Popen[str], system: Helpdesk) -> None:
    """Kill it while it is at a ticket: held still, it must have begun with one that it has not finished."""

    def is_halfway() -> bool:
        triage.send_signal(signal.SIGSTOP)
        # What it had asked for before is done by then.
        time.sleep(0.1)
        if any(ticket.tags and "triaged" not in ticket.tags for ticket in system.tickets.list()):
            return True
        triage.send_signal(signal.SIGCONT)
        return False

    soon(is_halfway, pause=0.01)
    triage.kill()


def touched(data: dict[str, Any]) -> tuple[str, ...]:
    """What tells two events of a ticket apart."""
    return (str(data.get("tag") or data.get("tags") or ""), *sorted(data.get("changes") or ()))


def everything(system: Helpdesk) -> Iterator[Any]:
    """All events of tickets."""
    page = system.events.since(None, limit=1000)
    assert len(page) < 1000
    return (event for event in page if event.ticket_id)


def test_triage_once_takes_up_where_it_was(
    helpdesk_project: Project, system: Helpdesk, desk: Helpdesk, tmp_path: Path
) -> None:
    command, env = python("live_triage.py", tmp_path / "cursor", "--once"), environment(helpdesk_project)
    desk.tickets.create("Before the first run")
    assert "#" not in run(command, env)
    kept = desk.tickets.create("Refund, please")
    ana = next(user for user in system.users.list() if user.name == "Ana")
    system.tickets.assign(kept, ana)
    assert f"#{kept.number} billing, medium, no agent" in run(command, env)
    assert "#" not in run(command, env)
    # Somebody had it already: it stays where it is, with whom it is.
    now = system.tickets.get(kept.number)
    assert (now.assigned_to, now.team_id) == (ana.user_id, kept.team_id)
    (tmp_path / "cursor").write_text("99999999999.1\n")
    assert "not from this database" in run(command, env, code=1)
