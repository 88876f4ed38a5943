"""The second turn of a model call: what was refused and why, within the bytes of a prompt."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from tests.sdk.runner_support import Desk

from helpdesk_sdk import LATEST
from helpdesk_sdk.assistant.endpoints import Prompt
from helpdesk_sdk.assistant.repairing import repair
from helpdesk_sdk.scripted_provider import Play, ScriptedProvider

if TYPE_CHECKING:
    from helpdesk_sdk.testing import Project

_PROBLEM = "passage 9 is not among the passages"


def prompt(size: int) -> Prompt:
    """A prompt of so many bytes."""
    return Prompt("s" * 1000, "u" * (size - 1000), "reply", {}, 100, size // 4, 6)


def added(asked: Prompt | None, before: Prompt) -> str:
    """What the second prompt has more."""
    assert asked is not None
    assert asked.user.startswith(before.user)
    return asked.user[len(before.user) :]


def length(asked: Prompt) -> int:
    """The bytes of the prompt."""
    return len((asked.system + asked.user).encode())


def test_a_short_answer_and_its_problem_are_quoted_whole() -> None:
    before = prompt(5000)
    asked = repair(before, '{"steps": []}', "steps: at least one")
    assert added(asked, before) == (
        '\n\nYour answer was refused. Your answer, as a JSON string: "{\\"steps\\": []}"\nWhy: "steps: at least one"'
        "\nAnswer again, with the whole JSON object and nothing else."
    )
    assert asked is not None
    assert asked.estimated_tokens == 1250 + -(-len(added(asked, before)) // 4)


@pytest.mark.parametrize("size", [5000, 9000, 11_000, 11_500, 11_700])
@pytest.mark.parametrize("piece", ["a", '"', "\x01", "é", "漢", "👍", "a👍\\"])
def test_whatever_the_model_wrote_the_second_prompt_has_at_most_12000_bytes(size: int, piece: str) -> None:
    asked = repair(prompt(size), piece * 4000, _PROBLEM)
    assert asked is not None
    assert length(asked) <= 12_000
    assert f'\nWhy: "{_PROBLEM}"\nAnswer again' in asked.user
    quoted = re.search(r"JSON string: (.*)\nWhy", asked.user)
    # Nothing is given away: where the answer is cut, no further character would fit.
    assert quoted is None or len(json.loads(quoted[1])) == 2000 or length(asked) > 12_000 - 7


@pytest.mark.parametrize(
    ("size", "answered", "told"),
    [
        (5000, True, 500),
        (11_275, True, 500),
        (11_276, False, 500),
        (11_407, False, 500),
        (11_408, False, 499),
        (11_800, False, 107),
        (11_907, False, 0),
    ],
)
def test_where_little_room_is_left_the_answer_goes_first_then_the_end_of_the_problem(
    size: int, answered: bool, told: int
) -> None:
    before = prompt(size)
    more = added(repair(before, "x" * 3000, "p" * 600), before)
    why = re.search('Why: "(p*)"', more)
    assert why is not None
    assert ("as a JSON string" in more, len(why[1])) == (answered, told)


@pytest.mark.parametrize("size", [11_908, 13_000])
def test_without_room_there_is_no_second_turn(size: int) -> None:
    assert repair(prompt(size), "x", "p") is None


def test_half_a_pair_of_surrogates_is_counted_as_its_bytes() -> None:
    asked = repair(prompt(11_000), "\ud83d" * 2000, _PROBLEM)
    assert asked is not None
    assert len((asked.system + asked.user).encode("utf-8", "surrogatepass")) <= 12_000


@pytest.mark.parametrize("text", ["long words, ", "漢字", "👍", '"\\'])
def test_a_ticket_that_fills_the_prompt_has_a_second_turn_within_the_bytes(
    helpdesk_project: Project, text: str
) -> None:
    with ScriptedProvider() as provider:
        desk = Desk(helpdesk_project, provider)
        try:
            provider.play(Play(json.dumps({"steps": [], "more": text * 3000}, ensure_ascii=False)), "good")
            ticket = desk.agent.tickets.create("Where is my parcel?", (text * 20_000)[:20_000])
            for _ in range(12):
                desk.agent.messages.reply(ticket, (text * 2000)[:2000], expected_last_message=LATEST)
            desk.ask_about(str(ticket.ticket_id), "next_steps")
            with desk.runner() as runner:
                (report,) = runner.work_waiting()
            assert report.outcome == "answered", report
            first, second = (len(asked.encode()) for asked in provider.prompts[:2])
            assert 9_000 < first < second <= 12_001  # The two messages are joined by a line break here.
            assert "Your answer was refused." in provider.prompts[1]
        finally:
            desk.system.close()
