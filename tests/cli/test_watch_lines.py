"""`helpdesk watch` into a pipe: a line, or an object, for each change."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.cli.conftest import People
from tests.cli.support import HOSTILE, Cli

from helpdesk_sdk import Helpdesk


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
        assert f"- left     #{first.number}" in read(process)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130
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
        assert seen[0]["ticket"]["title"] == HOSTILE
        assert seen[1]["change"] == "new"


@pytest.mark.parametrize("command", [("watch",), ("events", "tail", "--follow"), ("events", "tail", "-f", "--json")])
def test_it_ends_when_nobody_reads_though_nothing_happens(people: People, command: tuple[str, ...]) -> None:
    with piped(people.newcomer, *command) as process:
        assert process.stdout
        time.sleep(1.5)
        process.stdout.close()
        assert process.wait(timeout=20) == 141
        assert process.stderr
        assert process.stderr.read() == ""
        process.stdout = None


def test_what_cannot_be_watched_is_said_at_once(people: People, cli: Cli) -> None:
    assert "There is no team" in people.agent("watch", "--team", "Nonsense", code=3).err
    assert "--assigned-to" in people.agent("watch", "--mine", "--assigned-to", "me", code=2).err
    assert "invalid" in people.agent("watch", "--status", "asleep", code=2).err.lower()
    assert "helpdesk login" in cli("watch", code=5).err
    unreachable = {**people.crew.as_("agent"), "HELPDESK_URL": "http://127.0.0.1:9"}
    assert people.agent("watch", "--json", code=6, **unreachable).error["kind"] == "ConnectionFailed"
