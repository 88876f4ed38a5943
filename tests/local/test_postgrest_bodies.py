"""Bodies of writes, as PostgREST 14.17 and 16.2 answer them."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from helpdesk_sdk.testing import Project


@pytest.fixture(scope="module")
def web(helpdesk_project_module: Project) -> Iterator[httpx.Client]:
    """A customer's client without the SDK."""
    session = helpdesk_project_module.client("customer").auth.session
    assert session
    token = session.access_token.get_secret_value()
    headers = {
        "apikey": helpdesk_project_module.publishable_key,
        "authorization": f"Bearer {token}",
        "prefer": "return=representation",
    }
    with httpx.Client(base_url=f"{helpdesk_project_module.url}/rest/v1", headers=headers, timeout=60) as client:
        yield client


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_column_is_refused_because_it_is_named(web: httpx.Client) -> None:
    assert refusal(web.post("/tickets?columns=title,status", json={"title": "a"})) == (403, "42501")
    assert web.post("/tickets?columns=title,description", json={"title": "a"}).status_code != 403
    ticket = web.post("/tickets?columns=title", json={"title": "a", "status": "closed"})
    assert (ticket.status_code, ticket.json()[0]["status"]) == (201, "open")


def test_a_named_column_without_a_value_is_null(web: httpx.Client) -> None:
    assert refusal(web.post("/tickets?columns=title,description", json={"description": "a"})) == (400, "PT400")


@pytest.mark.parametrize("given", ['{"plan":"pro"}', "[]", "pro"])
def test_text_is_no_object_for_custom_fields(web: httpx.Client, given: str) -> None:
    assert refusal(web.post("/tickets", json={"title": "a", "custom_fields": given})) == (400, "PT400")
    assert refusal(web.post("/rpc/create_ticket", json={"title": "a", "custom_fields": given})) == (400, "PT400")
    assert web.post("/rpc/create_ticket", json={"title": "a", "custom_fields": {}}).status_code == 200


@pytest.mark.parametrize("text", ['{"plan":"pro"}', "[1, 2]", " {}", '{"a": 18446744073709551617}'])
def test_text_that_looks_like_json_stays_text(web: httpx.Client, text: str) -> None:
    ticket = web.post("/tickets", json={"title": "a", "description": text})
    assert (ticket.status_code, ticket.json()[0]["description"]) == (201, text)
    called = web.post("/rpc/create_ticket", json={"title": text.strip()})
    assert (called.status_code, called.json()["title"]) == (200, text.strip())


def test_a_function_takes_the_first_object_of_a_list(web: httpx.Client) -> None:
    called = web.post("/rpc/create_ticket", json=[{"title": "the first"}, {"title": "the second"}])
    assert (called.status_code, called.json()["title"]) == (200, "the first")


def test_an_upsert_needs_the_right_to_update_every_column_that_it_names(
    web: httpx.Client, helpdesk_project_module: Project
) -> None:
    ticket = web.post("/tickets", json={"title": "a"}).json()[0]
    mine = {"ticket_id": ticket["ticket_id"], "title": "b"}
    merge = {"prefer": "resolution=merge-duplicates,return=representation"}
    assert refusal(web.post("/tickets", json=mine, headers=merge)) == (403, "42501")
    assert refusal(web.post("/tickets", json=[mine], headers=merge)) == (403, "42501")
    assert refusal(web.put(f"/tickets?ticket_id=eq.{ticket['ticket_id']}", json=mine)) == (403, "42501")
    assert web.get(f"/tickets?ticket_id=eq.{ticket['ticket_id']}&select=title").json() == [{"title": "a"}]
    # A new row, too: PostgreSQL asks for the right before it looks for the row.
    assert refusal(web.post("/tickets", json={"title": "c"} | {"ticket_id": str(uuid4())}, headers=merge)) == (
        403,
        "42501",
    )
    ignore = {"prefer": "resolution=ignore-duplicates,return=representation"}
    assert web.post("/tickets", json=mine, headers=ignore).status_code in (200, 201)
