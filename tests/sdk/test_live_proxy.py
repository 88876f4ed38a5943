"""The live connection takes the proxy that requests take, and none before loopback."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import websockets
from realtime import AsyncRealtimeClient
from tests.sdk.fake_realtime import FakeRealtime, Recorder, fake_realtime, hub_for, until

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*VARIABLES, "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def server() -> AsyncIterator[FakeRealtime]:
    async with fake_realtime() as server:
        yield server


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "socks5://127.0.0.1:9"])
async def test_no_proxy_stands_before_loopback(
    server: FakeRealtime, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    hub = hub_for(server.url, "token")
    for name in VARIABLES:
        monkeypatch.setenv(name, proxy)
    listener = Recorder(hub)
    listener.set_topics("a")
    await until(lambda: "joined" in str(listener.kinds("a")).lower())
    assert server.connections == 1
    await hub.close()


async def test_a_connection_goes_through_the_proxy(server: FakeRealtime) -> None:
    asked: list[str] = []

    async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """An HTTP proxy: CONNECT, then bytes in both directions."""
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode().splitlines()[0])
        above, below = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")

        async def copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            with suppress(ConnectionError):
                while data := await source.read(65_536):
                    sink.write(data)
            sink.close()

        await asyncio.gather(copy(reader, below), copy(above, writer))

    async with await asyncio.start_server(tunnel, "127.0.0.1", 0) as proxy:
        hub = hub_for("http://helpdesk.test", "token")
        hub._context.proxy = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
        listener = Recorder(hub)
        listener.set_topics("a")
        await until(lambda: "joined" in str(listener.kinds("a")).lower())
        assert asked == ["CONNECT helpdesk.test:80 HTTP/1.1"]
        await hub.close()


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_fails_is_named_and_the_log_is_polled(caplog: pytest.LogCaptureFixture, scheme: str) -> None:
    hub = hub_for("http://helpdesk.test", "token")
    hub._context.proxy = f"{scheme}://user:secret@127.0.0.1:9"
    listener = Recorder(hub)
    with caplog.at_level(logging.WARNING, "helpdesk_sdk"):
        listener.set_topics("a")
        await until(lambda: hub.problem is not None)
    assert f"through the proxy {scheme}://127.0.0.1:9" in (hub.problem or "")
    assert "the event log is polled instead" in caplog.text
    assert "secret" not in caplog.text
    await hub.close()


async def test_a_hosts_own_use_of_the_package_is_left_alone(
    server: FakeRealtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = hub_for(server.url, "token")
    Recorder(hub).set_topics("a")
    await until(lambda: server.connections == 1)
    await hub.close()
    for name in VARIABLES:
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    client = AsyncRealtimeClient("http://helpdesk.test/realtime/v1", "key", auto_reconnect=False, max_retries=1)
    with pytest.raises((OSError, websockets.exceptions.WebSocketException)):
        await client.connect()
