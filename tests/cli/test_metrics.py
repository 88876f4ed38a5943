"""`helpdesk metrics`: for people, for programs, for Prometheus."""

from __future__ import annotations

from tests.cli.conftest import People
from tests.sdk.test_operations import assert_exposition


def test_the_three_forms(people: People) -> None:
    rows = people.admin("metrics", "--json").json
    assert {"name": "connections_max", "labels": {}, "value": 100.0} in rows
    shown = people.admin("metrics").out.splitlines()
    assert shown[0].split() == ["metric", "about", "value"]
    assert len(shown) == len(rows) + 1
    assert_exposition(people.admin("metrics", "--prometheus").out)


def test_only_admins(people: People) -> None:
    for person in (people.agent, people.customer):
        assert "You may not do this" in person("metrics", "--prometheus", code=5).err
