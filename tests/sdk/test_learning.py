"""What past tickets teach: examples, training, thresholds and measurements, through the SDK and on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli.support import Cli
from tests.sdk.support import Scenario, both
from tests.sdk.world import World

from helpdesk_sdk import ForbiddenError, Helpdesk, InvalidValueError
from helpdesk_sdk.learning import read_labelled, read_questions
from helpdesk_sdk.learning.calibration import calibrated
from helpdesk_sdk.learning.evaluation import Evaluation, costs, judged
from helpdesk_sdk.learning.routing import measured
from helpdesk_sdk.testing import Project

FIRE = "The server is down and burning {} {}"
LOGO = "Please change the colour of the logo {} {}"
PLACES = ("today", "again", "at home", "in the office", "since Monday")


@pytest.fixture
def taught(helpdesk_project: Project) -> Iterator[Helpdesk]:
    """A helpdesk whose imported tickets are 30 fires, urgent, and 30 logos, low."""
    with Helpdesk(helpdesk_project.url, helpdesk_project.secret_key) as hd:
        team = hd.teams.create("Desk", is_public=True)
        requesters = [hd.users.create_customer(f"requester-{n}@example.com") for n in range(10)]
        for n in range(30):
            for text, priority in ((FIRE, "urgent"), (LOGO, "low")):
                ticket = hd.tickets.create(
                    text.format(PLACES[n % 5], n),
                    "",
                    requester=requesters[n % 10],
                    team=team,
                    priority=priority,  # type: ignore[arg-type]
                    channel="import",
                )
                hd.tickets.update(ticket, status="resolved")
        yield hd


@pytest.fixture
def shell(helpdesk_project: Project, tmp_path: Path) -> Cli:
    """The system's shell."""
    return Cli(tmp_path / "config", {"HELPDESK_URL": helpdesk_project.url, "HELPDESK_KEY": helpdesk_project.secret_key})


def test_imported_tickets_are_examples_when_asked_and_are_trained_on(taught: Helpdesk, shell: Cli) -> None:
    assert taught.assistant.collect_examples() == 0
    assert shell("assistant", "train", "priority", code=1).err.startswith("Warning") is False
    assert shell("assistant", "collect", "--imported", "--json").json == {"tickets": 60}
    measured = taught.assistant.evaluate(kinds=["priority", "team"])
    (routing,) = measured.routing
    assert (routing.kind, routing.examples, routing.accuracy, routing.verdict[0]) == ("priority", 60, 1, "ready")
    assert "two labels" in measured.missing["team"]
    assert measured.verdict[0] == "not_yet"
    assert measured.cost is not None
    assert (measured.cost.is_estimated, measured.cost.without_model) == (True, routing.coverage)
    assert taught.assistant.forget_training("priority") is False
    assert taught.assistant.train("priority").coverage == routing.coverage
    with pytest.raises(InvalidValueError, match="is trained"):
        taught.assistant.calibrate("priority")
    done = shell("assistant", "train", "priority").out
    assert done.startswith("priority: ready\n")
    assert "Share from" in done
    assert shell("assistant", "train", "priority", "--forget").out == "Deleted the training of priority.\n"


def test_calibration_chooses_the_share_from_which_labels_are_right(taught: Helpdesk, shell: Cli) -> None:
    taught.assistant.collect_examples(imported=True)
    found = taught.assistant.calibrate("priority", target_precision=0.9)
    assert (found.answers, found.is_changed, found.precision) == (60, True, 1)
    assert found.coverage > 0.9
    known = {str(one.kind): one for one in taught.assistant.thresholds()}
    assert known["priority"].suggest_share == pytest.approx(found.suggest_share, abs=1e-6)
    assert known["priority"].target_precision == pytest.approx(0.9)
    rows = {row["kind"]: row for row in shell("assistant", "calibrate", "--json").json}
    assert list(rows) == ["team", "priority", "tag", "assignee", "spam"]
    assert rows["priority"]["is_changed"] is True
    assert rows["assignee"]["answers"] == 0
    assert "too few" in rows["assignee"]["verdict"]


def test_an_admin_sets_from_which_share_labels_are_applied(taught: Helpdesk, shell: Cli) -> None:
    done = shell("assistant", "calibrate", "team", "--apply-share", "0.95", "--json").json
    assert (done[0]["kind"], done[0]["apply_share"]) == ("team", pytest.approx(0.95))
    assert "never" not in shell("assistant", "thresholds").out.split("team")[1].splitlines()[0]
    assert shell("assistant", "calibrate", "team", "--apply-share", "none", "--json").json[0]["apply_share"] is None
    assert "Name the kind" in shell("assistant", "calibrate", "--apply-share", "0.95", code=2).err
    assert shell("assistant", "calibrate", "team", "--apply-share", "0.2", code=2).err.startswith("Error: ")
    assert "none" in shell("assistant", "calibrate", "team", "--apply-share", "much", code=2).err


def test_files_are_measured_too(taught: Helpdesk, shell: Cli, tmp_path: Path) -> None:
    taught.knowledge.save("fire", "Fires", "A burning server is switched off at once by the fire brigade.")
    taught.knowledge.publish("fire")
    taught.knowledge.save("logo", "Logos", "The colour of the logo is changed by the design team within a week.")
    taught.knowledge.publish("logo")
    labelled, questions = tmp_path / "labelled.csv", tmp_path / "questions.jsonl"
    lines = [f"{FIRE.format(PLACES[n % 5], n)},ops\n{LOGO.format(PLACES[n % 5], n)},design\n" for n in range(30)]
    labelled.write_text("text,label\n" + "".join(lines), encoding="utf-8")
    asked = [("Who switches off a burning server?", "fire"), ("Who changes the colour?", "logo"), ("Logo", "fire")]
    questions.write_text("".join(json.dumps({"question": q, "article": slug}) + "\n" for q, slug in asked))
    found = shell("assistant", "evaluate", "--labelled", labelled, "--questions", questions, "--json").json
    assert (found["routing"][0]["kind"], found["routing"][0]["accuracy"]) == ("label", 1)
    retrieval = found["retrieval"]
    assert (retrieval["questions"], retrieval["at_1"]) == (3, pytest.approx(2 / 3))
    assert found["verdict"][0] in ("useful", "not_yet")
    shown = shell("assistant", "evaluate", "--labelled", labelled, "--questions", questions).out
    assert shown.splitlines()[-3].startswith("Verdict: ") or "Verdict: " in shown
    assert read_labelled(labelled)[0] == (FIRE.format("today", 0), "ops")
    assert read_questions(questions) == asked
    (tmp_path / "bad.csv").write_text("question\nx\n")
    assert "row 1" in shell("assistant", "evaluate", "--questions", tmp_path / "bad.csv", code=2).err


@both
def test_people_neither_train_nor_measure(world: World) -> Scenario:
    for person in (world.admin, world.agent, world.customer):
        for method, arguments in (("train", ["team"]), ("evaluate", []), ("calibrate", ["tag"])):
            with pytest.raises(ForbiddenError):
                yield getattr(person.assistant, method)(*arguments)
    assert [one.kind for one in (yield world.agent.assistant.thresholds())] == sorted(
        ["team", "priority", "tag", "assignee", "spam"]
    )
    assert (yield world.customer.assistant.thresholds()) == ()
    for person in (world.agent, world.customer):
        with pytest.raises(ForbiddenError):
            yield person.assistant.update_thresholds("tag", apply_share=0.9)
        with pytest.raises(ForbiddenError):
            yield person.assistant.collect_examples()
    changed = yield world.admin.assistant.update_thresholds("tag", apply_share=None, suggest_share=0.7)
    assert (changed.apply_share, changed.suggest_share) == (None, pytest.approx(0.7))
    with pytest.raises(InvalidValueError):
        yield world.admin.assistant.update_thresholds("tag")


@pytest.mark.parametrize(
    ("trials", "share", "is_changed"),
    [
        ([(0.9, True)] * 49, 0.7, False),
        ([(0.9, True)] * 50, 0.9, True),
        ([(0.9, True)] * 40 + [(0.6, True)] * 10, 0.6, True),
        ([(0.9, True)] * 40 + [(0.6, False)] * 10, 0.9, True),
        # As often as asked for, but by chance: of the next thousand, fewer would be right.
        ([(0.9, True)] * 40 + [(0.6, True)] * 58 + [(0.5, False)] * 5, 0.6, True),
        ([(0.9, True)] * 40 + [(0.6, True)] * 55 + [(0.6, False)] * 5, 0.9, True),
        # Ties stand or fall together.
        ([(0.9, True)] * 40 + [(0.6, True)] * 9 + [(0.6, False)] * 4, 0.9, True),
        ([(0.9, False)] * 60, 0.7, False),
        # Shares under .3 are never proposed.
        ([(0.2, True)] * 60, 0.7, False),
        ([(1.0, True)] * 60, 0.99, True),
    ],
)
def test_the_least_share_that_is_right_often_enough(
    trials: list[tuple[float, bool]], share: float, is_changed: bool
) -> None:
    found = calibrated("team", trials, 0.95, 0.7)
    assert (found.suggest_share, found.is_changed) == (share, is_changed)


def test_a_trained_threshold_holds_for_later_answers_and_a_label_that_is_worse_has_a_higher_one() -> None:
    random = np.random.default_rng(0)

    def answers(count: int) -> tuple[Any, Any, Any]:
        best, share = random.integers(0, 4, count), random.uniform(0.5, 1, count)
        # The fourth label is wrong four times as often.
        return best, share, random.uniform(0, 1, count) > (1 - share) * np.where(best == 3, 0.8, 0.2)

    kept = 0
    for _ in range(50):
        best, share, right = answers(600)
        column = np.where(right, best, (best + 1) % 4)
        shares = np.full((600, 4), 0.0)
        shares[np.arange(600), best] = share
        chosen = measured("team", list("abcd"), column, shares, None, 0.95, 0.6).thresholds
        assert chosen["a"] == chosen["b"] <= chosen["d"]
        later, later_share, is_right = answers(20_000)
        sure = later_share >= np.array([chosen[label] for label in "abcd"])[later]
        kept += is_right[sure].mean() >= 0.95
    assert kept >= 40


def test_costs_are_measured_when_there_are_runs_enough() -> None:
    few = costs(10, [(1000, 50)], [0.8, 0.6], 1.0, 2.0)
    assert (few.is_estimated, few.without_model, few.tokens) == (True, 0.6, 400 * 940)
    assert few.cost == pytest.approx(400 * (900 * 1 + 40 * 2) / 1e6)
    many = costs(75, [(1000, 50), (0, 0)] + [(2000, 100)] * 23, [], 1.0, None)
    assert (many.is_estimated, many.without_model, many.runs, many.cost) == (False, 0.75, 100, None)
    assert many.tokens == round(250 * (47000 + 2350) / 24)


def test_the_worst_part_decides_the_verdict() -> None:
    empty: Any = judged(Evaluation())
    assert empty.verdict == ("not_yet", [])
