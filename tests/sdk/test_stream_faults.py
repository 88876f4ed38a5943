"""Faults under a live stream: the gateway, the database, the session. No event is lost or doubled, no end is silent."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from tests.sdk.fake_realtime import until
from tests.sdk.stream_support import Database, Reader, client, proxy, reading, short_token
from tests.sdk.support import FAST
from tests.sdk.world import PASSWORD, Staffed, email

from helpdesk_sdk import AsyncHelpdesk, AuthenticationError, InactiveUserError
from helpdesk_sdk.local import Stack
from helpdesk_sdk.local.errors import StackError


@pytest.fixture(scope="module")
def staffed(live_staffed: Staffed) -> Staffed:
    return live_staffed


@pytest.fixture(autouse=True)
async def nothing_is_left() -> AsyncIterator[None]:
    before = asyncio.all_tasks()
    yield
    await until(lambda: not asyncio.all_tasks() - before - {asyncio.current_task()})


@pytest.mark.parametrize(
    ("process", "how"),
    [("gateway", signal.SIGKILL), ("postgres", signal.SIGINT), ("postgres", signal.SIGQUIT)],
    ids=["gateway killed", "database restarted", "database crashed"],
)
async def test_f13_a_restart_under_a_stream(
    live_stack: Stack, staffed: Staffed, process: str, how: signal.Signals
) -> None:
    database = Database(staffed)
    pid = live_stack.refresh().pids[process]
    async with client(staffed, max_retries=0) as agent:
        cursor = await agent.events.head()
        async with reading(agent.events.stream(cursor, poll_interval=0.2)) as reader:
            await database.write_many("Before", 2, 10)
            await reader.has(20)
            os.kill(pid, how)
            await until(lambda: _pid(live_stack, process) not in {None, pid})
            await _write_until_it_works(database, "After")
            await reader.live()
            await database.write_many("Pushed again", 2, 10)
            log = await asyncio.to_thread(database.log, cursor)
            await reader.has(len(log))
            assert reader.ids == log
            await database.write_many("Again", 1, 1)
            await reader.has(len(log) + 1)


def _pid(stack: Stack, process: str) -> int | None:
    try:
        return stack.refresh().pids[process]
    except StackError:
        return None


async def _write_until_it_works(database: Database, title: str) -> None:
    for _ in range(200):
        try:
            await database.write_many(title, 2, 10)
        except psycopg.OperationalError:
            await asyncio.sleep(0.1)
        else:
            return
    raise AssertionError("the database did not start again")


async def test_f15_an_expiring_token_is_renewed_during_the_stream(staffed: Staffed) -> None:
    async with client(staffed, "customer") as customer, _anew(staffed) as agent:
        session = await agent.auth.sign_in(email("agent"), PASSWORD)
        assert session.refresh_token
        short = short_token(staffed, "agent", 3)
        tokens = {"access_token": short, "refresh_token": session.refresh_token.get_secret_value()}
        async with (
            _anew(staffed, **tokens) as renewed,
            reading(renewed.events.stream(types={"ticket.created"}, poll_interval=60)) as reader,
        ):
            wakes: list[object] = []
            reader.stream.on_wake(wakes.append)
            await asyncio.sleep(4)
            assert reader.stream.live
            assert wakes == [], "the connection was never lost"
            assert renewed.auth.session
            assert renewed.auth.session.access_token.get_secret_value() != short
            await customer.tickets.create("After the old token", team="Billing")
            await reader.has(1)


async def test_f15_a_token_that_cannot_be_renewed_ends_the_stream_with_an_error(staffed: Staffed) -> None:
    short = short_token(staffed, "agent", 6)
    async with (
        _anew(staffed, access_token=short) as agent,
        reading(agent.events.stream(poll_interval=3600)) as reader,
        reading(agent.events.stream(team="Billing", poll_interval=3600)) as other,
    ):
        await until(lambda: reader.error and other.error, 20)
        assert isinstance(reader.error, AuthenticationError)
        assert isinstance(other.error, AuthenticationError)
        assert "run out" in str(reader.error)


async def test_f15_a_refresh_token_that_is_refused_ends_the_stream(staffed: Staffed) -> None:
    tokens = {"access_token": short_token(staffed, "agent", 6), "refresh_token": "used-up"}
    async with _anew(staffed, **tokens) as agent, reading(agent.events.stream(poll_interval=3600)) as reader:
        await until(lambda: reader.error, 20)
        assert isinstance(reader.error, AuthenticationError)


async def test_deactivation_ends_the_stream_at_once(staffed: Staffed) -> None:
    async with (
        client(staffed, "admin") as admin,
        client(staffed, "colleague") as colleague,
        reading(colleague.events.stream(poll_interval=3600)) as reader,
    ):
        await admin.users.deactivate(email("colleague"))
        await until(lambda: reader.error)
        assert isinstance(reader.error, InactiveUserError)
        await admin.users.reactivate(email("colleague"))
        await admin.teams.add_member("Billing", email("colleague"))


async def test_a_project_without_realtime_is_polled_after_one_warning(
    staffed: Staffed, caplog: pytest.LogCaptureFixture
) -> None:
    async with proxy(staffed.info.port) as net, client(staffed, url=net.url) as agent:
        net.cut(sockets_only=True)
        cursor = await agent.events.head()
        reader = Reader(agent.events.stream(cursor, poll_interval=0.05))
        database = Database(staffed)
        await database.write_many("Polled", 2, 10)
        await reader.has(20)
        await asyncio.sleep(1)
        assert not reader.stream.live
        assert reader.ids == await asyncio.to_thread(database.log, cursor)
        warnings = [record.message for record in caplog.records if record.levelno >= logging.WARNING]
        assert len([warning for warning in warnings if "no live events" in warning]) == 1
        assert len(warnings) == 1
        await reader.end()


def _anew(staffed: Staffed, **options: Any) -> AsyncHelpdesk:
    return AsyncHelpdesk(staffed.info.api_url, staffed.info.publishable_key, backoff=FAST, **options)
