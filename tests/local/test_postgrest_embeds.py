"""Embedded tables, as PostgREST 14.17 and 16.2 relate them."""

from __future__ import annotations

import httpx
import pytest

from helpdesk_sdk.testing import Project


@pytest.mark.parametrize("source", ["tickets", "my_tickets", "team_tickets", "tagged_tickets"])
@pytest.mark.parametrize("select", ["teams(name)", "messages(body)", "team:teams!inner(name)", "...teams(name)"])
def test_a_direct_foreign_key_is_enough(helpdesk_project_module: Project, source: str, select: str) -> None:
    project = helpdesk_project_module
    answer = httpx.get(
        f"{project.url}/rest/v1/{source}",
        params={"select": f"number,{select}", "limit": "2"},
        headers={"apikey": project.secret_key},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text


def test_two_foreign_keys_are_ambiguous_until_one_is_named(helpdesk_project_module: Project) -> None:
    project = helpdesk_project_module
    with httpx.Client(base_url=f"{project.url}/rest/v1", headers={"apikey": project.secret_key}, timeout=60) as web:
        assert web.get("/tickets?select=number,users(name)").status_code == 300
        named = web.get("/tickets?select=number,users!tickets_created_by_fkey(name)")
        assert named.status_code == 200, named.text


def test_a_created_ticket_shows_its_team(helpdesk_project_module: Project) -> None:
    project = helpdesk_project_module
    session = project.client("customer").auth.session
    assert session
    headers = {
        "apikey": project.publishable_key,
        "authorization": f"Bearer {session.access_token.get_secret_value()}",
    }
    url = f"{project.url}/rest/v1/rpc/create_ticket?select=title,teams(name),messages(body)"
    answer = httpx.post(url, json={"title": "a"}, headers=headers, timeout=60)
    assert (answer.status_code, answer.json()) == (200, {"title": "a", "teams": {"name": "Support"}, "messages": []})


def test_a_view_of_two_tables_embeds_the_rows_of_its_ticket(helpdesk_project_module: Project) -> None:
    project = helpdesk_project_module
    admin = project.client("admin")
    ticket = admin.tickets.create("a", tags=["vip"])
    admin.messages.reply(ticket, "here")
    answer = httpx.get(
        f"{project.url}/rest/v1/tagged_tickets",
        params={
            "select": "teams(name),messages(body),users!tickets_created_by_fkey(role)",
            "number": f"eq.{ticket.number}",
        },
        headers={"apikey": project.secret_key},
        timeout=60,
    )
    assert answer.json() == [
        {"teams": {"name": "Support"}, "messages": [{"body": "here"}], "users": {"role": "admin"}}
    ], answer.text
