"""Every test of the SDK is written once and run in both colours, like the SDK itself.

A test is a generator of steps: ``ticket = yield hd.tickets.create("…")``. In the sync colour a step is its value
already; in the async one it is awaited. A pager stands for the list of its items.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import json
from collections.abc import Callable, Generator
from typing import Any, Literal

import httpx

from helpdesk_sdk import AsyncHelpdesk, AsyncPager, Backoff, Helpdesk, Pager

Scenario = Generator[Any, Any, Any]
NOW = "2026-01-02T03:04:05.678901+00:00"
FAST = Backoff(base=0.001, cap=0.002)


class Colour:
    """Plays scenarios and makes clients of one colour."""

    def __init__(self, name: Literal["sync", "async"]) -> None:
        self.name = name
        self.runner = asyncio.Runner() if name == "async" else None
        self.clients: list[Any] = []

    def client(self, url: str, key: str, **options: Any) -> Any:
        kind: Any = Helpdesk if self.runner is None else AsyncHelpdesk
        made = kind(url, key, **options)
        self.clients.append(made)
        return made

    def from_env(self, environ: dict[str, str]) -> Any:
        kind: Any = Helpdesk if self.runner is None else AsyncHelpdesk
        made = kind.from_env(environ)
        self.clients.append(made)
        return made

    def play(self, scenario: Scenario) -> Any:
        if self.runner is not None:
            return self.runner.run(_play_async(scenario))
        value: Any = None
        error: Exception | None = None
        while True:
            try:
                step = scenario.send(value) if error is None else scenario.throw(error)
            except StopIteration as stop:
                return stop.value
            error = None
            try:
                value = list(step) if isinstance(step, Pager) else step
            except Exception as raised:
                error = raised

    def close(self) -> None:
        for client in self.clients:
            self.play(_close(client))
        if self.runner is not None:
            self.runner.close()


def _close(client: Any) -> Scenario:
    yield client.close()


async def _play_async(scenario: Scenario) -> Any:
    value: Any = None
    error: BaseException | None = None
    while True:
        try:
            step = scenario.send(value) if error is None else scenario.throw(error)
        except StopIteration as stop:
            return stop.value
        value, error = None, None
        try:
            value = [item async for item in step] if isinstance(step, AsyncPager) else await step
        except Exception as raised:
            error = raised


def both(test: Callable[..., Scenario]) -> Callable[..., None]:
    """Run a generator test in both colours; it takes at least one of the fixtures that depend on ``colour``."""

    def play(colour: Colour, **fixtures: Any) -> None:
        colour.play(test(**fixtures))

    functools.update_wrapper(play, test)
    # pytest would look through the wrapper, find a generator, and refuse it.
    del play.__wrapped__  # type: ignore[attr-defined]
    wanted = inspect.signature(test).parameters.values()
    first = inspect.Parameter("colour", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    play.__signature__ = inspect.Signature([first, *wanted])  # type: ignore[attr-defined]
    return play


class Server:
    """Answers from a script, and keeps the requests. An exception in the script is a broken connection."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.script: list[Any] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        # A copy: the client writes a new token into the request it repeats.
        self.requests.append(
            httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
        )
        answer = self.script.pop(0) if self.script else httpx.Response(599, text="the script is over")
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, httpx.Response)
        return answer

    def answers(self, *script: Any) -> None:
        self.script.extend(script)

    def body(self, index: int = -1) -> Any:
        return json.loads(self.requests[index].content)


def ticket_row(**columns: Any) -> dict[str, Any]:
    return {
        "ticket_id": "0190d6a0-0000-7000-8000-000000000001",
        "number": 42,
        "status": "open",
        "priority": "medium",
        "priority_rank": 3,
        "title": "Cannot log in",
        "team_id": "0190d6a0-0000-7000-8000-000000000002",
        "created_by": "0190d6a0-0000-7000-8000-000000000003",
        "revision": 1,
        "created_at": NOW,
        "updated_at": NOW,
    } | columns


def user_row(**columns: Any) -> dict[str, Any]:
    return {
        "user_id": "0190d6a0-0000-7000-8000-000000000003",
        "role": "agent",
        "created_at": NOW,
        "updated_at": NOW,
    } | columns


def ok(body: Any, **headers: str) -> httpx.Response:
    return httpx.Response(200, json=body, headers=headers)


def refused(status: int, reason: str | None = None, message: str = "no", **more: Any) -> httpx.Response:
    """An error as PostgREST gives it; with a reason, one of the helpdesk's own."""
    headers = more.pop("headers", {})
    body: dict[str, Any] = {"code": None, "message": message, "details": None, "hint": None}
    if reason:
        body |= {"code": f"PT{status}", "details": f"helpdesk.{reason}", "hint": "The way out."}
    return httpx.Response(status, json=body | more, headers=headers)
