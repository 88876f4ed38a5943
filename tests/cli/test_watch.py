"""`helpdesk watch` on a terminal: what it shows and marks, and how it ends."""

from __future__ import annotations

import os
import re
import signal
import time
from functools import partial

import pytest
from tests.cli.conftest import People
from tests.cli.support import HOSTILE, Cli
from tests.cli.terminal import screen
from tests.cli.wire import wire

from helpdesk_sdk import Helpdesk

_STYLE = re.compile(r"\x1b\[[0-9;?]*[@-~]")


def test_rows_come_change_and_leave(people: People, queue: str, customer: Helpdesk, colleague: Helpdesk) -> None:
    first = customer.tickets.create("Was there before", team=queue)
    with screen(people.agent, "watch", "--team", queue, width=120) as shown:
        shown.until(lambda: shown.row(first.number))
        assert f"{queue} · open, pending" in shown.lines[0]
        assert "Cli Agent (agent)" in shown.lines[1]
        assert shown.row(first.number).startswith(" ")
        second = customer.tickets.create("Came later", team=queue)
        shown.until(lambda: shown.row(second.number).startswith("+"))
        assert "Cli Customer" in shown.row(second.number)
        shown.until(lambda: f"#{second.number} Cli Customer: opened (status: open" in shown.text)
        shown.until(lambda: "● live" in shown.lines[0])
        colleague.tickets.claim(first)
        shown.until(lambda: shown.row(first.number).startswith("~"))
        assert "Cli Colleague" in shown.row(first.number)
        colleague.tickets.resolve(first.ticket_id)
        shown.until(lambda: not shown.row(first.number))
        colleague.tickets.transfer(second.number, "Another Line")
        shown.until(lambda: "No tickets." in shown.text)
        shown.press("q")
        assert shown.end() == 0
        assert shown.is_restored


def test_a_note_is_news(people: People, queue: str, customer: Helpdesk, colleague: Helpdesk) -> None:
    number = customer.tickets.create("Noted", team=queue).number
    with screen(people.agent, "watch", "--team", queue) as shown:
        shown.until(lambda: shown.row(number))
        # It changes nothing that the row shows.
        colleague.notes.add(number, "Ask the carrier.")
        shown.until(lambda: shown.row(number).startswith("~"))


def test_only_what_is_asked_for(people: People, queue: str, customer: Helpdesk, colleague: Helpdesk) -> None:
    with people.crew.client("agent") as agent, screen(people.agent, "watch", "--team", queue, "--mine") as shown:
        shown.until(lambda: "No tickets." in shown.text)
        assert "of me" in shown.lines[0]
        theirs, mine = (customer.tickets.create(title, team=queue) for title in ("Theirs", "Mine"))
        colleague.tickets.claim(theirs)
        agent.tickets.claim(mine)
        shown.until(lambda: shown.row(mine.number).startswith("+"))
        assert not shown.row(theirs.number)


@pytest.mark.parametrize(
    ("ending", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), ("\x03", 130), ("\x1c", 131)],
)
def test_the_terminal_is_left_as_it_was(people: People, queue: str, ending: signal.Signals | str, code: int) -> None:
    with screen(people.agent, "watch", "--team", queue) as shown:
        shown.until(lambda: "q quit" in shown.text)
        shown.press(ending) if isinstance(ending, str) else shown.process.send_signal(ending)
        assert shown.end() == code
        assert shown.is_restored
        assert "Traceback" not in shown.raw
        assert "Error" not in shown.raw


def test_it_ends_with_its_terminal(people: People, queue: str) -> None:
    with screen(people.agent, "watch", "--team", queue) as shown:
        shown.until(lambda: "q quit" in shown.text)
        shown.hang_up()
        assert shown.process.wait(timeout=60) == 129


def test_an_error_leaves_the_terminal_first(people: People, queue: str) -> None:
    with screen(people.colleague, "watch", "--team", queue) as shown:
        shown.until(lambda: "q quit" in shown.text)
        with people.crew.client("admin") as admin:
            admin.users.deactivate(people.crew.email("colleague"))
            try:
                assert shown.end() == 5
            finally:
                admin.users.reactivate(people.crew.email("colleague"))
        assert shown.is_restored
        assert "Error: " in shown.raw[shown.raw.rfind("\x1b[?1049l") :]
        assert "Traceback" not in shown.raw


def test_in_the_background_and_back(people: People, queue: str, customer: Helpdesk) -> None:
    with screen(people.agent, "watch", "--team", queue) as shown:
        shown.until(lambda: "q quit" in shown.text)
        shown.process.send_signal(signal.SIGTSTP)
        os.waitpid(shown.process.pid, os.WUNTRACED)
        shown.until(lambda: shown.is_restored)
        number = customer.tickets.create("Meanwhile", team=queue).number
        shown.process.send_signal(signal.SIGCONT)
        shown.until(lambda: shown.row(number))
        assert not shown.is_restored
        shown.press("q")
        assert shown.end() == 0
        assert shown.is_restored


@pytest.mark.parametrize(("width", "height"), [(50, 20), (200, 50), (20, 5)])
def test_any_size_and_a_new_size_while_it_runs(
    people: People, queue: str, customer: Helpdesk, width: int, height: int
) -> None:
    from rich.cells import cell_len

    number = customer.tickets.create("東京の印刷機が動かない " * 10, team=queue).number
    with screen(people.agent, "watch", "--team", queue, width=width, height=height) as shown:
        shown.until(lambda: shown.row(number))
        assert max(map(cell_len, shown.lines)) <= width
        assert ("Requester" in shown.text) == (width >= 110)
        shown.resize(72, 11)
        shown.until(lambda: "Assignee" in shown.text)
        assert max(map(cell_len, shown.lines)) <= 72


def test_more_rows_than_lines(people: People, queue: str, customer: Helpdesk) -> None:
    numbers = [customer.tickets.create(f"Number {n}", team=queue).number for n in range(12)]
    with screen(people.agent, "watch", "--team", queue, "--limit", 10, height=11) as shown:
        shown.until(lambda: shown.row(numbers[-1]))
        assert "+ more below" in shown.text
        assert not shown.row(numbers[2])
        shown.press("G")
        shown.until(lambda: shown.row(numbers[2]))
        assert "more above, ↓ more below" in shown.text
        shown.press("k")
        shown.until(lambda: not shown.row(numbers[2]))
        shown.press("\x1b[H")
        shown.until(lambda: shown.row(numbers[-1]))
        shown.press("\x1b[6~\x1b[B")
        shown.until(lambda: not shown.row(numbers[-1]))


@pytest.mark.parametrize("no_color", ["1", ""])
def test_marks_are_signs_and_hostile_text_is_harmless(
    people: People, queue: str, customer: Helpdesk, no_color: str
) -> None:
    with screen(people.agent, "watch", "--team", queue, width=300, NO_COLOR=no_color) as shown:
        shown.until(lambda: "q quit" in shown.text)
        number = customer.tickets.create(HOSTILE, team=queue).number
        shown.until(lambda: shown.row(number).startswith("+"))
        shown.press("q")
        shown.end()
        assert bool(re.search(r"\x1b\[[0-9;]*3[0-7]m", shown.raw)) == (not no_color)
        assert "[bold red]markup[/]" in shown.raw
        left = _STYLE.sub("", shown.raw)
        assert not {char for char in left if char not in "\r\n" and (ord(char) < 32 or 127 <= ord(char) < 160)}


def test_a_lost_connection_is_shown_and_heals(people: People, queue: str, customer: Helpdesk, cli: Cli) -> None:
    with wire(people.crew.info.api_url) as cuttable:
        cli.env = {**people.crew.as_("agent"), "HELPDESK_URL": cuttable.url}
        with screen(cli, "watch", "--team", queue) as shown:
            shown.until(lambda: "q quit" in shown.text)
            cuttable.cut()
            shown.press("r")
            shown.until(lambda: "not connected" in shown.lines[0], 30)
            number = customer.tickets.create("Meanwhile", team=queue).number
            cuttable.mend()
            shown.until(lambda: shown.row(number), 30)
            assert "not connected" not in shown.text
            shown.press("q")
            assert shown.end() == 0
            assert "Traceback" not in shown.raw


def test_it_outlives_its_session(people: People, queue: str, customer: Helpdesk, short_session: Cli) -> None:
    with screen(short_session, "watch", "--team", queue) as shown:
        shown.until(lambda: "q quit" in shown.text)
        until = time.monotonic() + 5
        while time.monotonic() < until:
            number = customer.tickets.create("Go on", team=queue).number
            shown.until(partial(shown.row, number))
        assert "Error" not in shown.raw
