"""Metrics, as Prometheus reads them; throw-away people are removed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.sdk.support import Scenario, Server, both, ok, refused
from tests.sdk.world import Staffed, World

from helpdesk_sdk import ForbiddenError, InvalidValueError, Metric, new_id, prometheus_text
from helpdesk_sdk.models.metrics import METRICS

_LABELS = r'\{[a-z_]+="(?:[^"\\\n]|\\[\\"n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\[\\"n])*")*\}'
_LINE = re.compile(
    rf"# HELP helpdesk_[a-z_]+ [^\n]+|# TYPE helpdesk_[a-z_]+ (?:gauge|counter)|"
    rf"helpdesk_[a-z_]+(?:{_LABELS})? (?:-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|[+-]Inf)"
)


def assert_exposition(text: str) -> None:
    """The text format, version 0.0.4: whole lines, HELP and TYPE once and before the samples, samples together."""
    assert text.endswith("\n")
    seen: list[str] = []
    for line in text.splitlines():
        assert _LINE.fullmatch(line), line
        name = re.split(r"[ {]", line.removeprefix("# HELP ").removeprefix("# TYPE "))[0]
        if not seen or seen[-1] != name:
            assert name not in seen, f"{name} stands in two places"
            assert line.startswith("# HELP ")
            seen.append(name)


@pytest.mark.parametrize("name", ['a "quote"', "back\\slash", "two\nlines", "Ärger, Größe", "{}", ",=", ""])
def test_labels_are_escaped(name: str) -> None:
    text = prometheus_text([Metric(name="tickets", labels={"team": name, "status": "open"}, value=3.0)])
    assert_exposition(text)
    found = re.search(r'team="((?:[^"\\]|\\.)*)"', text)
    assert found
    assert found[1].replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\") == name


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (1e15, "1000000000000000"), (0.25, "0.25"), (float("nan"), "NaN"), (float("inf"), "+Inf")],
)
def test_numbers(value: float, shown: str) -> None:
    text = prometheus_text([Metric(name="database_bytes", labels={}, value=value)])
    assert_exposition(text)
    assert text.splitlines()[2] == f"helpdesk_database_bytes {shown}"


def test_a_name_of_a_newer_helpdesk_is_printed_too() -> None:
    rows = [Metric(name=name, labels={}, value=1) for name in ("new_one", "tickets", "new_one")]
    text = prometheus_text(rows)
    assert_exposition(text)
    assert text.count("\nhelpdesk_new_one 1") == 2


def test_counters_are_named_as_prometheus_wants_them() -> None:
    for name, (kind, says) in METRICS.items():
        assert (kind == "counter") == name.endswith("_total"), name
        assert not says.endswith(".")


@both
def test_a_real_helpdesk(world: World, staffed: Staffed) -> Scenario:
    found = yield world.admin.operations.metrics()
    assert {row.name for row in found} <= set(METRICS)
    assert {row.labels["team"] for row in found if row.name == "tickets"} <= {"Billing", "Tech", "Support"}
    assert_exposition(prometheus_text(found))
    for person in (world.agent, world.customer):
        with pytest.raises(ForbiddenError):
            yield person.operations.metrics()


@both
def test_throw_away_people_are_removed(world: World, staffed: Staffed) -> Scenario:
    name = f"{new_id().hex}@throwaway.helpdesk.invalid"
    person = yield world.system.users.create_customer(name)
    yield world.system.tickets.create("Away with it", requester=person)
    done = yield world.system.operations.remove_throwaways([name])
    assert (done.people, done.tickets, done.people_left) == (1, 1, 0)
    with pytest.raises(ForbiddenError):
        yield world.admin.operations.remove_throwaways()


@both
def test_addresses_are_checked_before_the_request(hd: Any, server: Server) -> Scenario:
    with pytest.raises(InvalidValueError):
        yield hd.operations.remove_throwaways([""])
    assert server.requests == []
    server.answers(ok({"people": 0, "tickets": 0, "people_left": 0}), refused(403, "forbidden"))
    assert (yield hd.operations.remove_throwaways([])).people == 0
    with pytest.raises(ForbiddenError):
        yield hd.operations.remove_throwaways()
