"""Connections: forked processes, event loops one after another, and proxies."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.sdk.fake_realtime import fake_realtime, until
from tests.sdk.support import ticket_row

from helpdesk_sdk import AsyncHelpdesk, AuthenticationError, ConfigurationError, ConnectionFailedError, Helpdesk
from helpdesk_sdk._http.proxies import proxy_for, shown


class _Tickets(BaseHTTPRequestHandler):
    """Answers each request for a ticket by number with that ticket, over connections that stay open."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        number = int(self.path.partition("number=eq.")[2].partition("&")[0])
        body = json.dumps([ticket_row(number=number)]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test's output is for the test."""


@pytest.fixture
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Tickets) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()


def works_in_a_child(work: Callable[[], bool]) -> bool:
    """Whether some work returns true in a forked process."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if work() else 1
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_has_connections_of_its_own(url: str) -> None:
    with Helpdesk(url, "sb_publishable_x") as hd:
        quick = hd.with_options(timeout=5)
        assert hd.tickets.get(1).number == 1
        before = hd._driver.connections.http
        assert works_in_a_child(lambda: hd._driver.connections.http is not before)
        assert works_in_a_child(lambda: [hd.tickets.get(3).number, quick.tickets.get(4).number] == [3, 4])
        # The parent's connection was neither closed nor read from.
        assert hd._driver.connections.http is before
        assert hd.tickets.get(2).number == 2


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_closed_client_is_closed_in_a_forked_process_too(url: str) -> None:
    hd = Helpdesk(url, "sb_publishable_x")
    hd.close()

    def is_refused() -> bool:
        with pytest.raises(ConfigurationError, match="The client is closed"):
            hd.tickets.get(1)
        return True

    assert works_in_a_child(is_refused)


def test_an_async_client_serves_one_event_loop_after_another(url: str) -> None:
    hd = AsyncHelpdesk(url, "sb_publishable_x")

    async def ask(number: int) -> int:
        found = await asyncio.gather(*(hd.tickets.get(number) for _ in range(3)))
        return found[0].number

    assert [asyncio.run(ask(number)) for number in (1, 2, 3)] == [1, 2, 3]
    # Loops that have ended leave nothing behind.
    assert len(hd._driver.connections._by_loop) == 1

    async def close() -> None:
        await hd.tickets.get(4)
        await hd.close()
        with pytest.raises(ConfigurationError, match="The client is closed"):
            await hd.tickets.get(5)

    asyncio.run(close())


def test_an_async_client_serves_two_event_loops_at_once(url: str) -> None:
    hd = AsyncHelpdesk(url, "sb_publishable_x")
    found: dict[int, list[int]] = {}

    async def ask(number: int) -> None:
        found[number] = [(await hd.tickets.get(number)).number for _ in range(10)]

    threads = [threading.Thread(target=lambda n=number: asyncio.run(ask(n))) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {1: [1] * 10, 2: [2] * 10}


async def test_each_event_loop_has_a_live_connection_of_its_own() -> None:
    async with fake_realtime() as server:
        hd = AsyncHelpdesk(server.url, "sb_publishable_x", access_token="token")
        hubs = hd._hubs
        assert hubs is not None

        async def hub_of_this_loop() -> int:
            return id(hubs.current())

        with ThreadPoolExecutor(1) as other:
            theirs = await asyncio.get_running_loop().run_in_executor(other, asyncio.run, hub_of_this_loop())
        assert id(hubs.current()) != theirs
        assert hubs.current() is hubs.current()
        # A new session reaches every hub, also when it is replaced in another thread.
        ended = AuthenticationError("The session has ended")
        hubs.current().error = ended
        await asyncio.to_thread(hd._driver.context.session_store.replace, None)
        await until(lambda: hubs.current().error is None)
        await hd.close()


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without proxies."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("url", "variables", "proxy"),
    [
        ("https://abc.supabase.co", {}, None),
        ("https://abc.supabase.co", {"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        ("https://abc.supabase.co", {"HTTPS_PROXY": "p:1"}, "http://p:1"),
        ("https://abc.supabase.co", {"HTTP_PROXY": "http://p:1"}, None),
        ("https://abc.supabase.co", {"ALL_PROXY": "http://p:1"}, "http://p:1"),
        ("https://abc.supabase.co", {"ALL_PROXY": "http://p:1", "NO_PROXY": ".supabase.co"}, None),
        ("http://helpdesk.test", {"http_proxy": "http://p:1"}, "http://p:1"),
        ("http://127.0.0.1:54321", {"ALL_PROXY": "socks5://p:1", "HTTP_PROXY": "http://p:1"}, None),
        ("http://localhost:54321", {"HTTP_PROXY": "http://p:1"}, None),
        ("http://[::1]:54321", {"HTTP_PROXY": "http://p:1"}, None),
    ],
    ids=str,
)
def test_which_proxy(environ: pytest.MonkeyPatch, url: str, variables: dict[str, str], proxy: str | None) -> None:
    for name, value in variables.items():
        environ.setenv(name, value)
    assert proxy_for(url) == proxy


@pytest.mark.parametrize("kind", [Helpdesk, AsyncHelpdesk])
def test_a_socks_proxy_for_other_hosts_does_no_harm(environ: pytest.MonkeyPatch, kind: type) -> None:
    environ.setenv("ALL_PROXY", "socks5://proxy.test:1080")
    environ.setenv("NO_PROXY", "helpdesk.test")
    for url in ("https://helpdesk.test", "http://127.0.0.1:54321"):
        assert repr(kind(url, "sb_publishable_x")) == f"<{kind.__name__} {url} as nobody yet>"


@pytest.mark.parametrize(
    ("proxy", "message"),
    [
        ("socks5://ada:secret@proxy.test:1080", "SOCKS proxy socks5://proxy.test:1080, which needs another package"),
        ("ftp://ada:secret@proxy.test", "the proxy ftp://proxy.test, which is not valid"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named(environ: pytest.MonkeyPatch, proxy: str, message: str) -> None:
    environ.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(ConfigurationError, match=message) as caught:
        Helpdesk("https://helpdesk.test", "sb_publishable_x")
    assert "NO_PROXY" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_an_error_behind_a_proxy_names_the_proxy(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("HTTP_PROXY", "http://ada:secret@127.0.0.1:9")
    hd = Helpdesk("http://helpdesk.test", "sb_publishable_x", max_retries=0)
    with hd, pytest.raises(ConnectionFailedError, match=r"through the proxy http://127\.0\.0\.1:9") as caught:
        hd.tickets.get(1)
    assert "secret" not in str(caught.value)
    assert "NO_PROXY" in str(caught.value)


def test_a_malformed_proxy_is_not_shown() -> None:
    assert shown("http://ada:secret@[x") == "(malformed)"
