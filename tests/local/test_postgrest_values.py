"""Filters with values that look like something else: PostgREST compares with the text as written (14.17 and 16.2)."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from helpdesk_sdk.testing import Project

ODD = ["{x}", "{a,b}", '{"a":1}', 'say "no"', "back\\slash", "true", "null", "1e3", "0x10", "2026-01-31", "a,b", "(a)"]


@pytest.fixture(scope="module")
def web(helpdesk_project_module: Project) -> Iterator[httpx.Client]:
    """A customer's client without the SDK."""
    session = helpdesk_project_module.client("customer").auth.session
    assert session
    token = session.access_token.get_secret_value()
    headers = {"apikey": helpdesk_project_module.publishable_key, "authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{helpdesk_project_module.url}/rest/v1", headers=headers, timeout=60) as client:
        yield client


@pytest.mark.parametrize("title", ODD)
def test_a_title_is_found_as_written(web: httpx.Client, title: str) -> None:
    made = web.post("/tickets", json={"title": title}, headers={"prefer": "return=representation"})
    assert made.status_code == 201, made.text
    number = made.json()[0]["number"]
    quoted = '"' + title.replace("\\", "\\\\").replace('"', '\\"') + '"'
    for name, value in [
        ("title", f"eq.{title}"),
        ("title", f"in.({quoted},nothing)"),
        ("title", f"eq(any).{{{quoted}}}"),
        ("or", f"(title.eq.{quoted},number.lt.0)"),
        ("and", f"(title.in.({quoted},nothing),number.gt.0)"),
    ]:
        found = web.get("/tickets", params={"select": "number", name: value})
        assert (found.status_code, found.json()) == (200, [{"number": number}]), value
    others = web.get("/tickets", params={"select": "title", "title": f"neq.{title}"}).json()
    assert title not in [row["title"] for row in others]


def test_a_pattern_in_an_array_has_stars(web: httpx.Client) -> None:
    web.post("/tickets", json={"title": "the only pattern"})
    for value in ("like(any).{nothing,*only?pattern*,*only pattern}", 'like(all).{"the*",*pattern}'):
        found = web.get("/tickets", params={"select": "title", "title": value})
        assert found.json() == [{"title": "the only pattern"}], found.text
