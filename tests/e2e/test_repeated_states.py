"""A request that names a state over plain HTTP: repeated it changes nothing, and those refused learn nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.db.matrix.in_sql import fingerprint
from tests.db.matrix.over_http import Api
from tests.db.people import ADMIN, AGENT, CUSTOMER, SERVICE, STRANGER, Person


@pytest.fixture(autouse=True)
def as_it_was(api: Api) -> Iterator[None]:
    """Every test finds the same rows."""
    yield
    api.db.rollback()
    api.put_back()


def row(api: Api, table: str, *, is_new: bool = False) -> dict[str, str]:
    """A row of the world, or a row that it does not have."""
    if table == "ticket_tags":
        return {"ticket_id": api.world["mine"], "tag": "new" if is_new else "tag-mine"}
    return {"team_id": api.world["desk"], "user_id": api.world["stranger" if is_new else "agent"]}


@pytest.mark.parametrize(
    ("table", "person"),
    [("ticket_tags", AGENT), ("ticket_tags", SERVICE), ("team_members", ADMIN), ("team_members", SERVICE)],
)
@pytest.mark.parametrize("prefer", ["return=representation", "return=minimal", "resolution=ignore-duplicates"])
def test_a_state_that_is_there_stays_as_it_is(api: Api, table: str, person: Person, prefer: str) -> None:
    before = fingerprint(api.db)
    api.db.rollback()
    answer = api.request(person, "POST", f"/{table}", json=row(api, table), headers={"Prefer": prefer})
    assert answer.is_success, answer.text
    assert not answer.content or answer.json() == []
    assert fingerprint(api.db) == before


@pytest.mark.parametrize(("table", "person"), [("ticket_tags", AGENT), ("team_members", ADMIN)])
def test_of_several_rows_the_new_ones_are_added(api: Api, table: str, person: Person) -> None:
    rows = [row(api, table), row(api, table, is_new=True)]
    headers = {"Prefer": "return=representation"}
    for added in ([rows[1]], []):
        answer = api.request(person, "POST", f"/{table}", json=rows, headers=headers)
        assert answer.status_code == 201, answer.text
        assert [{name: one[name] for name in rows[1]} for one in answer.json()] == added


def test_a_tag_in_capitals_is_the_same_tag(api: Api) -> None:
    body = row(api, "ticket_tags") | {"tag": "  Tag-MINE "}
    answer = api.request(AGENT, "POST", "/ticket_tags", json=body, headers={"Prefer": "return=representation"})
    assert (answer.status_code, answer.json()) == (201, [])


@pytest.mark.parametrize(
    ("table", "person", "status"),
    [
        ("ticket_tags", CUSTOMER, 403),
        ("ticket_tags", STRANGER, 404),
        ("team_members", CUSTOMER, 403),
        ("team_members", AGENT, 403),
    ],
)
def test_those_refused_do_not_learn_whether_it_is_there(api: Api, table: str, person: Person, status: int) -> None:
    before = fingerprint(api.db)
    api.db.rollback()
    answers = [
        api.request(person, "POST", f"/{table}", json=row(api, table, is_new=is_new)) for is_new in (False, True)
    ]
    assert [answer.status_code for answer in answers] == [status, status]
    assert answers[0].json() == answers[1].json()
    assert fingerprint(api.db) == before
