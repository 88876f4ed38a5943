"""The id of a call: one for all its requests, the caller's own where there is one, and on each error."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from tests.sdk.support import Scenario, Server, both, ok, refused, ticket_row, user_row
from tests.sdk.test_sessions import session

from helpdesk_sdk import (
    ConnectionFailedError,
    HelpdeskError,
    InvalidValueError,
    TicketNotFoundError,
    client_request_id,
)
from helpdesk_sdk._http.request_ids import next_id
from helpdesk_sdk.testing import Project

ID = "x-client-request-id"
# What a host may add to its own database, to keep the id of each new ticket.
HOST_SEES = """
create table public.seen (id text);
create function public.see() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into public.seen values (current_setting('request.headers', true)::json ->> 'x-client-request-id');
  return new;
end $$;
create trigger host_sees after insert on helpdesk.tickets for each row execute function public.see();
"""


def ids(server: Server) -> list[str]:
    return [request.headers[ID] for request in server.requests]


@both
def test_each_call_has_an_id_of_its_own_that_all_its_attempts_carry(hd: Any, server: Server) -> Scenario:
    server.answers(refused(503), refused(503), ok([user_row()]), ok(user_row()))
    yield hd.users.list()
    yield hd.users.me()
    first, second, third, other = ids(server)
    assert first == second == third
    assert re.fullmatch("[0-9a-f]{32}", first)
    assert other != first
    for request in server.requests:
        assert request.headers["x-client-info"].endswith(f" request-id/{request.headers[ID]}")


@both
def test_an_error_has_the_id_of_its_call_beside_the_platforms_own(hd: Any, server: Server) -> Scenario:
    server.answers(refused(404, "ticket_not_found", headers={"sb-request-id": "platform-1"}))
    with pytest.raises(TicketNotFoundError) as caught:
        yield hd.tickets.get(UUID(int=1))
    assert (caught.value.client_request_id, caught.value.request_id) == (ids(server)[-1], "platform-1")


@both
def test_a_call_that_met_nobody_has_its_id_and_one_that_sent_nothing_has_none(hd: Any, server: Server) -> Scenario:
    server.answers(*[httpx.ConnectError("refused")] * 4)
    with pytest.raises(ConnectionFailedError) as caught:
        yield hd.users.list()
    assert {caught.value.client_request_id} == set(ids(server))
    with pytest.raises(InvalidValueError) as unsent:
        yield hd.tickets.create("", "No title.")
    assert unsent.value.client_request_id is None


@both
def test_a_renewal_on_the_way_carries_the_id_of_the_call(connect: Callable[..., Any], server: Server) -> Scenario:
    hd = connect(email="ana@example.com", password="secret-words")
    server.answers(session("a"), ok([user_row()]))
    yield hd.users.list()
    assert [request.url.path for request in server.requests] == ["/auth/v1/token", "/rest/v1/users"]
    assert len(set(ids(server))) == 1
    assert "request-id/" in server.requests[0].headers["x-client-info"]


@both
def test_an_edge_function_receives_the_id(hd: Any, server: Server) -> Scenario:
    server.answers(httpx.Response(404, json={"code": "NOT_FOUND", "message": "no"}))
    with pytest.raises(HelpdeskError) as caught, client_request_id("r-1"):
        yield hd.assistant.triage(UUID(int=1))
    assert set(ids(server)) == {"r-1"}
    assert caught.value.client_request_id == "r-1"


@both
def test_a_block_gives_its_id_to_all_calls_in_it(hd: Any, server: Server) -> Scenario:
    server.answers(*[ok([ticket_row()]) for _ in range(4)])
    with client_request_id("1-67891233-abcdef012345678912345678") as given:
        yield hd.tickets.get(42)
        with client_request_id(UUID(int=7)):
            yield hd.tickets.get(42)
        yield hd.tickets.get(42)
    yield hd.tickets.get(42)
    first, inner, third, outside = ids(server)
    assert (first, inner, third) == (given, str(UUID(int=7)), given)
    assert outside not in {given, inner}


@pytest.mark.parametrize("value", ["", "x" * 101, "a b", "a\r\nb", "a;b", "a@example.com", "ä", '"', "a\n"])
def test_what_would_break_a_header_or_a_log_is_refused(value: str) -> None:
    with pytest.raises(InvalidValueError) as caught, client_request_id(value):
        pass
    assert caught.value.field == "client_request_id"
    assert re.fullmatch("[0-9a-f]{32}", next_id())


def test_tasks_and_threads_at_once_have_each_their_own() -> None:
    async def one(value: str) -> str:
        with client_request_id(value):
            await asyncio.sleep(0.001)
            return next_id()

    async def all_of() -> list[str]:
        return list(await asyncio.gather(one("a"), one("b"), one("c")))

    assert asyncio.run(all_of()) == ["a", "b", "c"]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda value: asyncio.run(one(value)), ["d", "e", "f"])) == ["d", "e", "f"]


def test_the_database_of_a_real_stack_can_read_the_id(helpdesk_project: Project) -> None:
    with psycopg.connect(helpdesk_project.db_url) as db:
        db.execute(HOST_SEES)
    with client_request_id("checkout-7"):
        helpdesk_project.client("customer").tickets.create("Cannot log in", "It says 403.")
    with psycopg.connect(helpdesk_project.db_url) as db:
        assert db.execute("select id from public.seen").fetchall() == [("checkout-7",)]
