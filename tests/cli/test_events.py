"""The event log on the command line."""

from __future__ import annotations

import json
import re
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.cli.conftest import OTHER_TEAM, TEAM, People
from tests.cli.support import HOSTILE, Cli

from helpdesk_cli._connect import profiles
from helpdesk_cli._show.name_cache import NameCache
from helpdesk_sdk import Helpdesk


def _lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def _open(people: People, title: str = "Cannot print") -> int:
    number: int = people.customer("tickets", "create", title, "--team", TEAM, "--json").json["number"]
    return number


def test_a_page_at_a_time_from_a_cursor(people: People) -> None:
    _open(people)
    everything = _lines(people.customer("events", "tail", "--json", "--limit", 0).out)
    assert [event["event_id"] for event in everything] == sorted(event["event_id"] for event in everything)
    first = _lines(people.customer("events", "tail", "--json", "--after", "0.0", "--limit", 2).out)
    rest = _lines(people.customer("events", "tail", "--json", "--after", first[-1]["cursor"]).out)
    assert first + rest == everything
    end = everything[-1]["cursor"]
    assert people.customer("events", "tail", "--json", "--after", end).out == ""
    done = people.customer("events", "tail", "--after", end)
    assert done.out == "No events.\n"
    found = re.search(r"--after (\S+)", done.err)
    assert found
    assert found[1] != end, "the end of the log is further than the last event"
    number = _open(people)
    done = people.customer("events", "tail", "--after", found[1])
    assert f"#{number} ticket.created by Cli Customer" in done.out
    assert "--after" in done.err


def test_the_last_events_oldest_first(people: People) -> None:
    number = _open(people)
    for body in "abc":
        people.agent("tickets", "note", number, body)
    everything = _lines(people.agent("events", "tail", "--json", "--limit", 0).out)
    assert _lines(people.agent("events", "tail", "--json", "--limit", 3).out) == everything[-3:]
    assert _lines(people.agent("events", "tail", "--json").out) == everything[-50:]
    assert _lines(people.customer("events", "tail", "--json", "--limit", 1).out)[0]["type"] == "ticket.created"
    done = people.agent("events", "tail", "--ticket", number, "--limit", 3)
    assert [line.split("by")[0].split()[-1] for line in done.out.splitlines()] == ["note.created"] * 3
    assert "--limit 12" in done.err
    end = f"--after={everything[-1]['cursor']}\n"
    assert people.agent("events", "tail", end).out == "No events.\n"
    assert people.agent("events", "tail", "--since", everything[-2]["cursor"], "--json").json == everything[-1]


def test_who_changed_whom(people: People) -> None:
    """Who changed the newcomer's role: one command."""
    newcomer, admin = people.crew.email("newcomer"), people.crew.email("admin")
    people.admin("users", "rename", newcomer, "Cli Newcomer")
    people.admin("users", "role", newcomer, "agent")
    people.admin("users", "role", newcomer, "customer")
    wanted = ("events", "tail", "--type", "user.role_changed", "--about", newcomer)
    for more in ((), ("--limit", 0), ("--actor", admin)):
        lines = people.admin(*wanted, *more).out.splitlines()
        assert len(lines) >= 2
        assert all("user.role_changed by Cli Admin" in line for line in lines[-2:])
        assert "role: agent → customer" in lines[-1]
        assert all("user: Cli Newcomer" in line for line in lines)
    assert people.admin(*wanted, "--actor", newcomer).out == "No events.\n"
    assert people.admin(*wanted, "--actor", newcomer, "--limit", 0).out == "No events.\n"
    number = _open(people)
    mine = _lines(people.customer("events", "tail", "--actor", "me", "--json").out)
    assert mine[-1]["ticket_number"] == number
    assert people.customer("events", "tail", "--actor", admin, code=3).err
    follow = ("events", "tail", "--follow", "--after", "0.0", "--limit", 1, "--json")
    assert _lines(people.admin(*follow, "--about", newcomer).out)[0]["data"]["user_id"]


def test_types(people: People) -> None:
    number = _open(people)
    people.agent("tickets", "note", number, "Secret")
    types = ("--type", "note.created", "--type", "ticket.created")
    events = _lines(people.agent("events", "tail", "--json", *types).out)
    assert {event["type"] for event in events} == {"note.created", "ticket.created"}
    assert "note.created" not in people.customer("events", "tail", *types).out
    assert "the types are ticket.created" in people.agent("events", "tail", "--type", "nonsense", code=2).err


def test_people_and_teams_have_names_in_the_log(people: People) -> None:
    number = _open(people)
    since = _lines(people.agent("events", "tail", "--json").out)[-1]["cursor"]
    people.agent("tickets", "assign", number, "me")
    people.agent("tickets", "assign", number, people.crew.email("colleague"))
    people.agent("tickets", "transfer", number, OTHER_TEAM)
    people.admin("tickets", "show", number)
    log = people.admin("events", "tail", "--after", since).out
    assert "assignee: - → Cli Agent" in log
    assert "assignee: Cli Agent → Cli Colleague" in log
    assert f"team: {TEAM} → {OTHER_TEAM}" in log
    shown = people.admin("tickets", "show", number).out
    assert "assignee: Cli Agent → Cli Colleague" in shown
    raw = _lines(people.admin("events", "tail", "--json", "--after", since).out)
    changes = [event["data"]["changes"]["assigned_to"] for event in raw if event["type"] == "ticket.assigned"]
    assert all(UUID(one) for pair in changes for one in pair if one)


def test_names_are_asked_for_once(people: People) -> None:
    """Also those of strangers, whom one may not see."""
    asked: list[str] = []

    class Counted:
        def __init__(self, resource: Any) -> None:
            self.resource = resource

        def list(self, **options: Any) -> Any:
            asked.append(type(self.resource).__name__)
            return self.resource.list(**options)

    with people.crew.client("admin") as hd:
        counting: Any = SimpleNamespace(users=Counted(hd.users), teams=Counted(hd.teams))
        agent, team = hd.users.get(people.crew.email("agent")), hd.teams.get(TEAM)
        says = {"team_id": str(team.team_id), "changes": {"assigned_to": [str(uuid4()), str(agent.user_id)]}}
        names = NameCache()
        names.load_events(counting, [says, None, {}])
        assert (names.label(says["team_id"]), names.label(str(agent.user_id))) == (TEAM, "Cli Agent")
        assert asked == ["Teams", "Users"]
        names.load_events(counting, [says])
        assert asked == ["Teams", "Users"]


@pytest.mark.parametrize(("cursor", "code"), [("nonsense", 2), ("99999999999.1", 4)])
def test_a_cursor_that_is_none(people: People, cursor: str, code: int) -> None:
    for follow in ((), ("--follow",)):
        assert "--after" in people.agent("events", "tail", "--after", cursor, *follow, code=code).err


def test_following_from_the_beginning(people: People) -> None:
    number = _open(people)
    found = people.customer("events", "tail", "--follow", "--json", "--after", "0.0", "--limit", 1, "--ticket", number)
    assert _lines(found.out)[0]["type"] == "ticket.created"


def test_a_hostile_title_in_the_log(people: People) -> None:
    _open(people, HOSTILE)
    for more in ((), ("--json",)):
        out = people.customer("events", "tail", *more).out
        assert not {char for char in out if char != "\n" and (ord(char) < 32 or 127 <= ord(char) < 160)}
    logged = [event["data"].get("title") for event in _lines(people.customer("events", "tail", "--json").out)]
    # A title is stored without control characters; what looks like markup is text.
    found = [title for title in logged if title and "[bold red]markup[/] [link=http://evil.example]y[/link]" in title]
    assert len(found) == 1
    assert not {char for char in found[0] if ord(char) < 32 or 127 <= ord(char) < 160}


def test_of_one_ticket_or_one_team(people: People, queue: str, customer: Helpdesk, colleague: Helpdesk) -> None:
    first, second = (customer.tickets.create(title, team=queue).number for title in ("First", "Second"))
    elsewhere = _open(people)
    colleague.notes.add(second, "Secret")
    of_team = _lines(people.agent("events", "tail", "--json", "--team", queue).out)
    assert {event["ticket_number"] for event in of_team if event["ticket_number"]} == {first, second}
    for who, types in (("agent", ["ticket.created", "note.created"]), ("customer", ["ticket.created"])):
        events = _lines(getattr(people, who)("events", "tail", "--json", "--ticket", second).out)
        assert [event["type"] for event in events] == types
        assert {event["ticket_number"] for event in events} == {second}
    for follow in ((), ("--follow",)):
        assert people.customer("events", "tail", "--ticket", 99999999, *follow, code=3).err
        assert people.agent("events", "tail", "--team", "Nonsense", *follow, code=3).err
        assert people.newcomer("events", "tail", "--ticket", elsewhere, *follow, code=3).err
        refused = people.agent("events", "tail", "--team", OTHER_TEAM, *follow, code=5).err.splitlines()
        assert refused[0] == "Error: You do not work in this team."
        assert refused[1].startswith("An admin can make you a member of it. You are cli-agent@example.com (")
        assert people.customer("events", "tail", "--team", OTHER_TEAM, *follow, code=5).err


def test_following_from_a_cursor_prints_missed_events_and_the_next_cursor(
    people: People, queue: str, customer: Helpdesk
) -> None:
    beginning = customer.events.head()
    numbers = [customer.tickets.create(f"Number {n}", team=queue).number for n in range(4)]
    wanted = ("events", "tail", "--follow", "--team", queue, "--type", "ticket.created")
    first = _lines(people.agent(*wanted, "--json", "--after", beginning, "--limit", 2).out)
    done = people.agent(*wanted, "--after", first[-1]["cursor"], "--limit", 2)
    assert [event["ticket_number"] for event in first] == numbers[:2]
    assert [int(number) for number in re.findall(r"#(\d+)", done.out)] == numbers[2:]
    assert re.search(r"--after \d+\.\d+", done.err)


def test_an_event_is_pushed_when_it_happens(people: People, queue: str, customer: Helpdesk) -> None:
    """Were it asked for, it would take ten minutes."""
    command = ("events", "tail", "--follow", "--json", "--team", queue, "--interval", 600)
    process = people.agent.start(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    try:
        numbers = {customer.tickets.create("Hello", team=queue).number}
        while not select.select([process.stdout], [], [], 1)[0]:
            numbers.add(customer.tickets.create("Hello", team=queue).number)
            assert len(numbers) < 100
        assert json.loads(process.stdout.readline())["ticket_number"] in numbers
        number = customer.tickets.create("Hello", team=queue).number
        began = time.monotonic()
        while json.loads(process.stdout.readline())["ticket_number"] != number:
            pass
        assert time.monotonic() - began < 30
    finally:
        process.kill()
        process.communicate()


def test_following_until_ctrl_c(people: People) -> None:
    number = _open(people)
    with _following(people.agent, people, number) as (process, events):
        assert (events[0]["type"], events[0]["ticket_number"]) == ("note.created", number)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == ""


def test_following_outlives_its_session(people: People, short_session: Cli) -> None:
    before = profiles.load().get("default").refresh_token
    seen_at_renewal: list[int] = []

    def outlived(events: list[dict[str, Any]]) -> bool:
        if not seen_at_renewal and profiles.load().get("default").refresh_token != before:
            seen_at_renewal.append(len(events))
        notes = sum(event["type"] == "note.created" for event in events)
        return notes > 10 and bool(seen_at_renewal) and len(events) > seen_at_renewal[0] + 3

    with _following(short_session, people, _open(people), until=outlived) as (process, events):
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    notes = [event["data"]["note_id"] for event in events if event["type"] == "note.created"]
    assert len(notes) == len(set(notes)) > 10
    assert [event["event_id"] for event in events] == sorted(event["event_id"] for event in events)


@contextmanager
def _following(
    shell: Cli, people: People, number: int, until: Callable[[list[dict[str, Any]]], bool] = bool
) -> Iterator[Any]:
    """``events tail --follow`` in a process of its own while somebody writes notes; and its events, until enough."""
    command = ("events", "tail", "--follow", "--json", "--interval", 0.1)
    process = shell.start(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    stopped = threading.Event()
    # It begins at a moment that nobody here knows, so something happens all the time.
    acting = threading.Thread(target=_note_until, args=(stopped, people, number))
    acting.start()
    events: list[dict[str, Any]] = []
    try:
        while not until(events):
            events.append(json.loads(process.stdout.readline()))
        yield process, events
    finally:
        stopped.set()
        acting.join()
        process.kill()
        process.wait()


def _note_until(stopped: threading.Event, people: People, number: int) -> None:
    with people.crew.client("colleague") as hd:
        for _ in range(1000):
            hd.notes.add(number, "ping")
            if stopped.wait(0.2):
                return
