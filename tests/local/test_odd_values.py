"""Values of the wrong kind, statements without end: the asker's fault, said as a hosted project says it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from tests.local.support import eventually

from helpdesk_sdk import Helpdesk, StatementTimeoutError
from helpdesk_sdk._http.error_mapping import exception_for, parse_error
from helpdesk_sdk.testing import Project

NOBODY = "00000000-0000-4000-8000-000000000000"
NESTED = b"[" * 100_000 + b"]" * 100_000


@pytest.fixture(scope="module")
def project(helpdesk_project_module: Project) -> Project:
    return helpdesk_project_module


@pytest.fixture(scope="module")
def customer(project: Project) -> Helpdesk:
    return project.client("customer")


@pytest.fixture
def web(project: Project, customer: Helpdesk) -> Iterator[httpx.Client]:
    """A client without manners, signed in as the customer."""
    assert customer.auth.session
    token = customer.auth.session.access_token.get_secret_value()
    headers = {"apikey": project.publishable_key, "authorization": f"Bearer {token}"}
    with httpx.Client(base_url=project.url, headers=headers, timeout=60) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/rest/v1/tickets", {"title": "t", "snoozed_until": 0}),
        ("/rest/v1/tickets", {"title": "t", "ticket_id": {"a": 1}}),
        ("/rest/v1/rpc/ticket_timeline", {"ticket_id": NOBODY, "after_sequence": "soon"}),
        ("/rest/v1/rpc/ticket_timeline", {"ticket_id": NOBODY, "after_sequence": {"a": [1]}}),
        ("/rest/v1/rpc/create_ticket", {"title": "t", "tags": 0}),
        ("/rest/v1/rpc/create_ticket", {"title": "t", "tags": {"a": 1}}),
        ("/auth/v1/token?grant_type=password", {"email": {"a": 1}, "password": ["x"]}),
        ("/auth/v1/token?grant_type=refresh_token", {"refresh_token": 5}),
        ("/auth/v1/signup", {"email": "a" * 300 + "@x.com", "password": "password12"}),
        ("/auth/v1/signup", {"email": "nul@x.com", "password": "password12", "data": {"name": "a\0b"}}),
        ("/auth/v1/signup", {"email": "list@x.com", "password": "password12", "data": ["name"]}),
        ("/auth/v1/signup", None),
        ("/auth/v1/recover", []),
    ],
)
def test_a_value_of_the_wrong_kind_is_the_askers_fault(web: httpx.Client, path: str, body: object) -> None:
    answer = web.post(path, json=body)
    assert answer.status_code == 400, answer.text
    assert "message" in answer.json() or "msg" in answer.json()


@pytest.mark.parametrize("change", [{"email": ["a"]}, {"password": {"a": 1}}, {"data": "x"}])
def test_a_login_changes_by_values_of_the_right_kind_only(web: httpx.Client, change: object) -> None:
    answer = web.put("/auth/v1/user", json=change)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "bad_json")


def test_null_in_a_change_of_a_login_changes_nothing(web: httpx.Client) -> None:
    answer = web.put("/auth/v1/user", json={"email": None, "password": None, "data": {"tea": None}})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/json"])
def test_a_body_for_auth_is_judged_whatever_it_is_called(web: httpx.Client, kind: str) -> None:
    answer = web.post("/auth/v1/signup", content=NESTED, headers={"content-type": kind})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "bad_json")


@pytest.mark.parametrize("change", [{"role": "x" * 300}, {"password_hash": "x" * 300}, {"email": {"a": 1}}])
def test_the_admin_api_refuses_what_the_database_cannot_hold(project: Project, change: object) -> None:
    headers = {"apikey": project.secret_key}
    url = f"{project.url}/auth/v1/admin/users"
    login = httpx.post(url, headers=headers, json={"email": f"{uuid4()}@example.com"}).json()
    assert httpx.put(f"{url}/{login['id']}", headers=headers, json=change).status_code == 400
    assert httpx.get(f"{url}?page=1e300", headers=headers).status_code == 400


@pytest.mark.parametrize("path", ["/rest/v1/tickets", "/rest/v1/rpc/create_ticket"])
def test_a_number_that_would_be_stored_as_null_is_refused(web: httpx.Client, path: str) -> None:
    headers = {"content-type": "application/json"}
    answer = web.post(path, content=b'{"title":"t","custom_fields":{"n":[1e16000]}}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "22003")


def test_an_object_for_text_is_its_json(web: httpx.Client) -> None:
    made = web.post("/rest/v1/tickets", json={"title": {"a": [1]}}, headers={"prefer": "return=representation"})
    assert made.json()[0]["title"] == '{"a": [1]}'.replace(" ", "")


def test_all_columns_of_an_embedded_person(web: httpx.Client, customer: Helpdesk) -> None:
    customer.tickets.create("Who asks?")
    [row] = web.get("/rest/v1/tickets?select=number,users!created_by(*)&limit=1").json()
    assert row["users"]["user_id"] == str(customer.users.me().user_id)


@contextmanager
def limited(project: Project, milliseconds: int) -> Iterator[None]:
    """Give people less time for a statement."""
    with psycopg.connect(project.db_url, autocommit=True) as db:
        [before] = db.execute("select rolconfig from pg_roles where rolname = 'authenticated'").fetchone() or [None]
        assert before == ["statement_timeout=8s"]
        db.execute(f"alter role authenticated set statement_timeout = '{milliseconds}ms'")
        try:
            yield
        finally:
            db.execute("alter role authenticated set statement_timeout = '8s'")


def test_a_statement_that_takes_too_long_is_ended_and_undone(project: Project, web: httpx.Client) -> None:
    with psycopg.connect(project.db_url) as db:
        db.execute(
            """create function helpdesk.dawdle(seconds float) returns text language plpgsql as $$
               begin
                 insert into helpdesk.tickets (title) values ('half done');
                 perform pg_sleep(seconds);
                 return current_setting('statement_timeout');
               end $$;
               notify pgrst, 'reload schema'"""
        )
    eventually(lambda: web.post("/rest/v1/rpc/dawdle", json={"seconds": 0.5}).json() == "8s", "the function is seen", 5)
    before = count(web)
    with limited(project, 200):
        answer = web.post("/rest/v1/rpc/dawdle", json={"seconds": 30})
    assert answer.status_code == 500
    body: dict[str, Any] = answer.json()
    assert (body["code"], body["message"]) == ("57014", "canceling statement due to statement timeout")
    assert count(web) == before


def test_the_sdk_says_so_at_once(project: Project, customer: Helpdesk) -> None:
    with psycopg.connect(project.db_url) as db:
        db.execute(
            """create function helpdesk.dawdling() returns trigger language plpgsql as
                 'begin perform pg_sleep(30); return new; end';
               create trigger dawdling before insert on helpdesk.tickets execute function helpdesk.dawdling()"""
        )
    try:
        with limited(project, 200), pytest.raises(StatementTimeoutError) as caught:
            customer.tickets.create("In vain")
    finally:
        with psycopg.connect(project.db_url) as db:
            db.execute("drop function helpdesk.dawdling() cascade")
    assert caught.value.code == "57014"
    assert str(caught.value).startswith(
        "The database stopped the request because it took too long; nothing was changed."
    )


@pytest.mark.parametrize("operator", ["match", "imatch"])
def test_costly_expressions_of_a_customer_end_at_the_limit_and_others_are_served(
    project: Project, web: httpx.Client, customer: Helpdesk, operator: str
) -> None:
    """Back references make PostgreSQL try every length: without a limit one such request takes more than 30 s."""
    ticket = customer.tickets.create("Long", description="a" * 99_999 + "b")
    costly = {"ticket_id": f"eq.{ticket.ticket_id}", "description": rf"{operator}.^(a+)(a+)\1\2b$"}
    with limited(project, 400), ThreadPoolExecutor(20) as people:
        answers = list(people.map(lambda _: web.get("/rest/v1/my_tickets", params=costly), range(20)))
        assert {answer.json()["code"] for answer in answers} == {"57014"}
        assert customer.tickets.get(ticket).title == "Long"
    error = exception_for(parse_error(answers[0]), signed_in=True)
    assert isinstance(error, StatementTimeoutError)
    assert "narrower filter" in (error.hint or "")


def count(web: httpx.Client) -> int:
    return len(web.get("/rest/v1/tickets?select=number").json())


def test_mail_that_nobody_reads_does_not_stop_the_stack(project: Project) -> None:
    headers = {"apikey": project.publishable_key}
    with httpx.Client(base_url=project.url, headers=headers, timeout=10) as client:
        email = f"{uuid4()}@example.com"
        client.post("/auth/v1/signup", json={"email": email, "password": "password12"})
        # Auth prints each mail, about 300 bytes, and a pipe holds 64 KiB.
        for _ in range(300):
            assert client.post("/auth/v1/recover", json={"email": email}).status_code == 200
