"""`helpdesk watch` into a pipe: a line, or an object, for each change."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.cli.conftest import OTHER_TEAM, TEAM, People
from tests.cli.support import HOSTILE, Cli

from helpdesk_sdk import LATEST, Helpdesk, PriorityName
from helpdesk_sdk._names import clean_name


@contextmanager
def piped(shell: Cli, *args: object) -> Iterator[subprocess.Popen[str]]:
    """The program with pipes for its outputs."""
    process = shell.start(*args, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read(process: subprocess.Popen[str]) -> str:
    """Its next line."""
    assert process.stdout
    return process.stdout.readline().rstrip("\n")


def test_a_line_for_each_change(people: People, queue: str, customer: Helpdesk, colleague: Helpdesk) -> None:
    first = customer.tickets.create("Was there", team=queue)
    with piped(people.agent, "watch", "--team", queue) as process:
        assert f"there    #{first.number}  open  medium  Was there  {queue}  assigned to nobody" in read(process)
        second = customer.tickets.create(HOSTILE, team=queue)
        line = read(process)
        assert f"+ new      #{second.number}  open" in line
        assert line.isprintable()
        colleague.tickets.claim(first)
        assert f"~ changed  #{first.number}  open  medium  Was there  {queue}  assigned to Cli Colleague" in read(
            process
        )
        colleague.tickets.resolve(first.ticket_id)
        line = read(process)
        assert f"- left     #{first.number}  resolved  medium  Was there" in line
        assert line.endswith("(resolved)")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
        assert process.stderr
        assert process.stderr.read() == ""


def test_an_object_for_each_change(people: People, queue: str, customer: Helpdesk) -> None:
    with piped(people.customer, "watch", "--team", queue, "--json") as process:
        # Until it watches, whatever is there when it looks is there, and not new.
        first, seen = customer.tickets.create(HOSTILE, team=queue), []
        seen.append(json.loads(read(process)))
        second = customer.tickets.create("Second", team=queue)
        seen.append(json.loads(read(process)))
        assert seen[0]["change"] in {"there", "new"}
        assert [one["ticket"]["number"] for one in seen] == [first.number, second.number]
        assert seen[0]["ticket"]["title"] == clean_name(HOSTILE)
        assert seen[1]["change"] == "new"


def test_why_a_ticket_left_and_what_has_become_of_it(
    people: People, queue: str, customer: Helpdesk, colleague: Helpdesk
) -> None:
    def leaves(number: int, **values: object) -> None:
        told = json.loads(read(process))
        assert (told["change"], told["ticket"]["number"]) == ("left", number)
        assert {name: (told | told["ticket"])[name] for name in values} == values

    numbers = [customer.tickets.create(f"Number {n}", team=queue).number for n in range(4)]
    for number in numbers:
        colleague.tickets.update(number, priority="urgent", revision=LATEST)
    mine, moved, hidden, calm = numbers
    wanted = ("--team", queue, "--priority", "urgent", "--assigned-to", "nobody", "--order", "created_at", "--json")
    with piped(people.agent, "watch", *wanted) as process:
        there = [json.loads(read(process)) for _ in numbers]
        assert [(one["ticket"]["number"], one["why"]) for one in there] == [(number, None) for number in numbers]
        colleague.tickets.claim(mine)
        leaves(mine, why="assigned", status="open", assigned_to=str(colleague.users.me().user_id))
        colleague.tickets.transfer(moved, TEAM)
        leaves(moved, why="transferred", priority="urgent")
        colleague.tickets.transfer(hidden, OTHER_TEAM)
        leaves(hidden, why="out_of_sight", title="Number 2")
        colleague.tickets.update(calm, priority="low", revision=LATEST)
        leaves(calm, why="priority", priority="low")


def test_the_most_urgent_first_also_of_more_than_it_looks_at(
    people: People, queue: str, customer: Helpdesk, colleague: Helpdesk
) -> None:
    priorities: list[PriorityName] = ["low", "medium", "high", "urgent", "high"]
    numbers = [customer.tickets.create(priority, team=queue).number for priority in priorities]
    for number, priority in zip(numbers, priorities, strict=True):
        colleague.tickets.update(number, priority=priority, revision=LATEST)
    sorted_ = [numbers[place] for place in (3, 2, 4, 1, 0)]
    for limit in (2, 4, 5, 100):
        with piped(
            people.agent, "watch", "--team", queue, "--order", "priority", "--limit", limit, "--json"
        ) as process:
            found = [json.loads(read(process))["ticket"]["number"] for _ in sorted_[:limit]]
            assert found == sorted_[:limit]


@pytest.mark.parametrize("command", [("watch",), ("events", "tail", "--follow"), ("events", "tail", "-f", "--json")])
def test_it_ends_when_nobody_reads_though_nothing_happens(people: People, command: tuple[str, ...]) -> None:
    with piped(people.newcomer, *command) as process:
        assert process.stdout
        time.sleep(1.5)
        process.stdout.close()
        assert process.wait(timeout=60) == 141
        assert process.stderr
        assert process.stderr.read() == ""
        process.stdout = None


def test_a_wrong_filter_is_reported_at_once(people: People, cli: Cli) -> None:
    assert "There is no team" in people.agent("watch", "--team", "Nonsense", code=3).err
    refused = people.agent("watch", "--team", OTHER_TEAM, code=5).err.splitlines()
    assert refused[0] == "Error: You do not work in this team."
    assert refused[1].startswith("An admin can make you a member of it. You are cli-agent@example.com (")
    assert "--assigned-to" in people.agent("watch", "--mine", "--assigned-to", "me", code=2).err
    assert "invalid" in people.agent("watch", "--status", "asleep", code=2).err.lower()
    assert "helpdesk login" in cli("watch", code=5).err
    unreachable = {**people.crew.as_("agent"), "HELPDESK_URL": "http://127.0.0.1:9"}
    assert people.agent("watch", "--json", code=6, **unreachable).error["kind"] == "ConnectionFailedError"
