"""The adapter of the ``realtime`` package: it reads and sends, but does not reconnect or log, and leaves nothing open.

This is the only module that uses private members of the package. They are checked before every connection: if one is
missing, there is no live connection, and streams poll the event log.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import sys
from collections.abc import Callable
from contextvars import ContextVar
from importlib import metadata
from typing import TYPE_CHECKING, Any

from .._http.proxies import shown
from ..errors import ConfigurationError, ConnectionFailedError

if TYPE_CHECKING:
    from realtime import AsyncRealtimeChannel, AsyncRealtimeClient
    from realtime.message import ServerMessage
    from realtime.types import RealtimeChannelPresenceConfig

TESTED_VERSIONS = ">=2.34,<2.35"
"""The versions of the package that were tested, as in pyproject.toml."""
_CLIENT_MEMBERS = ("_ws_connection", "_listen_task", "_on_connect_error", "_set_channels_errored")
_CHANNEL_MEMBERS = ("_handle_message",)
_LOGGING_MODULES = tuple(f"realtime._async.{name}" for name in ("client", "channel", "push", "timer"))

_in_hub: ContextVar[bool] = ContextVar("helpdesk_live", default=False)
# The proxy of the connection that is being opened; True outside of a hub, as the package itself does it.
_proxy: ContextVar[str | bool | None] = ContextVar("helpdesk_proxy", default=True)

logger = logging.getLogger("helpdesk_sdk")

# The presence of everybody on a topic arrives in one message, and a plan may allow 3 MB for each person. The package's
# limit is 1 MiB.
_MAX_MESSAGE_BYTES = 16 * 2**20
# Seconds that closing a failed connection may take.
_CLOSE_TIMEOUT = 2.0
_TOO_BIG = 1009
_SECRETS = re.compile(r"""(apikey=|"access_token":\s*")[^&\s"']+""")


def _without_secrets(text: str) -> str:
    return _SECRETS.sub(r"\1***", text)


def reason_of(error: Exception) -> str:
    """Why there is no connection, or why a topic was not joined, in words for a log."""
    reason = str(error)
    with contextlib.suppress(ValueError):
        # The server's response to a join.
        response = json.loads(reason)
        reason = str(response["reason"]) if isinstance(response, dict) and "reason" in response else reason
    return _without_secrets(reason) or type(error).__name__


def _drop_warnings(record: logging.LogRecord) -> bool:
    return not _in_hub.get() or record.levelno < logging.WARNING


def _mask_secrets(record: logging.LogRecord) -> bool:
    if _in_hub.get():
        record.msg, record.args = _without_secrets(record.getMessage()), None
    return True


def silence_package() -> None:
    """Silence the realtime package's logging in this task and its children only."""
    _in_hub.set(True)
    logging.getLogger("websockets.client").addFilter(_mask_secrets)
    for module in _LOGGING_MODULES:
        logging.getLogger(module).addFilter(_drop_warnings)


def missing_members(client: AsyncRealtimeClient) -> list[str]:
    """The private members that this module uses and that the installed version of the package does not have."""
    from realtime import AsyncRealtimeChannel

    missing = [f"AsyncRealtimeClient.{name}" for name in _CLIENT_MEMBERS if not hasattr(client, name)]
    missing += [f"AsyncRealtimeChannel.{name}" for name in _CHANNEL_MEMBERS if not hasattr(AsyncRealtimeChannel, name)]
    return missing + [f"{name}.logger" for name in _LOGGING_MODULES if not hasattr(sys.modules.get(name), "logger")]


def _check_version(client: AsyncRealtimeClient) -> None:
    if missing := missing_members(client):
        raise ConfigurationError(
            f"realtime {metadata.version('realtime')} was not tested with this SDK and lacks {', '.join(missing)}",
            hint=f"Install a tested version: realtime{TESTED_VERSIONS}.",
        )


def _choose_proxies() -> None:
    """Have the package open our connections through the proxy that requests take, or directly.

    It gives no way to name a proxy. ``websockets`` would take any proxy of the environment, also before loopback.
    """
    module = sys.modules["realtime._async.client"]
    original = getattr(module, "connect", None)
    if original is None or hasattr(original, "helpdesk_proxies"):
        return

    def connect_by_proxy(*args: Any, **options: Any) -> Any:
        return original(*args, **{"proxy": _proxy.get(), **options})

    connect_by_proxy.helpdesk_proxies = True  # type: ignore[attr-defined]
    setattr(module, "connect", connect_by_proxy)  # noqa: B010


async def connect(
    url: str, key: str, timeout: int, on_end: Callable[[AsyncRealtimeClient], None], proxy: str | None = None
) -> AsyncRealtimeClient:
    """Open a connection. ``on_end`` is called when no more messages will arrive on it.

    Args:
        url: The URL of Realtime.
        key: The project's key.
        timeout: Seconds to wait for the connection and for answers.
        on_end: Called when the connection has ended.
        proxy: The URL of the proxy to connect through; None for a direct connection.

    Raises:
        ConfigurationError: The installed version of the package lacks a member that this module uses.
        ConnectionFailedError: There is no connection through the proxy; the message names it.
    """
    from realtime import AsyncRealtimeClient

    client = AsyncRealtimeClient(url, key, auto_reconnect=False, max_retries=1, timeout=timeout)
    _check_version(client)
    _notify_channels_of_errors(client)
    _choose_proxies()
    _proxy.set(proxy)
    try:
        await client.connect()
    except Exception as error:
        if proxy is None:
            raise
        hint = "Name the helpdesk's host in NO_PROXY, if it can be reached without the proxy."
        if isinstance(error, ImportError):
            hint = f"pip install python-socks, for a WebSocket through a SOCKS proxy. Or: {hint}"
        message = f"{reason_of(error)}, through the proxy {shown(proxy)}"
        raise ConnectionFailedError(message, hint=hint) from error
    if (connection := client._ws_connection) is not None:
        connection.protocol.max_size, connection.close_timeout = _MAX_MESSAGE_BYTES, _CLOSE_TIMEOUT

    def ended(reader: asyncio.Task[None]) -> None:
        if not reader.cancelled():
            reader.exception()
        on_end(client)

    # The package does not notice when its reading task fails; a warning that is turned into an error is enough.
    if isinstance(reader := client._listen_task, asyncio.Task):
        reader.add_done_callback(ended)
    return client


def _notify_channels_of_errors(client: AsyncRealtimeClient) -> None:
    """Notify all channels when the connection is lost, and why.

    The package's handler logs with a deprecated call; with warnings as errors it fails before it informs the channels.
    """

    async def on_connect_error(error: Exception) -> None:
        client._ws_connection = None
        client._set_channels_errored(error)

    setattr(client, "_on_connect_error", on_connect_error)  # noqa: B010


def is_too_big(error: Exception | None) -> bool:
    """Whether a connection was closed because a message was larger than we accept."""
    from websockets.exceptions import ConnectionClosed

    return isinstance(error, ConnectionClosed) and error.sent is not None and error.sent.code == _TOO_BIG


def open_channel(client: AsyncRealtimeClient, topic: str, presence_key: str | None) -> AsyncRealtimeChannel:
    """A channel that is not joined yet. With ``presence_key``, presence is enabled and our entry has that key."""
    presence: RealtimeChannelPresenceConfig = {"key": presence_key or "", "enabled": presence_key is not None}
    channel = client.channel(
        topic, {"config": {"broadcast": {"ack": False, "self": False}, "presence": presence, "private": True}}
    )
    _skip_bad_messages(channel)
    return channel


def _skip_bad_messages(channel: AsyncRealtimeChannel) -> None:
    """Skip a message that the package cannot handle: its exception would end the task that reads the connection."""
    handle_message = channel._handle_message

    def handle_or_skip(message: ServerMessage) -> None:
        try:
            handle_message(message)
        except Exception:
            logger.debug("a message on %s could not be handled", channel.topic, exc_info=True)

    setattr(channel, "_handle_message", handle_or_skip)  # noqa: B010


async def close(client: AsyncRealtimeClient, timeout: float) -> None:
    """Close a connection; after so many seconds, abort it."""
    connection = client._ws_connection
    try:
        async with asyncio.timeout(timeout):
            await client.close()
    except Exception:
        if connection is not None:
            connection.transport.abort()
        # The first attempt did not reach the end of close(), which cancels the package's tasks.
        await client.close()
    # The package does not wait for the tasks that it cancels.
    await asyncio.sleep(0)


async def leave(client: AsyncRealtimeClient, channel: AsyncRealtimeChannel) -> None:
    """Leave a channel. Its callbacks are not called any more."""
    if channel.is_joined or channel.is_joining:
        await channel.unsubscribe()
    else:
        cancel_timers(channel)
        client.channels.pop(channel.topic, None)


def cancel_timers(channel: AsyncRealtimeChannel) -> None:
    """Cancel the timers of a channel: they would rejoin it, and outlive it."""
    channel.rejoin_timer.reset()
    channel.join_push.destroy()
    for push in channel.messages_waiting_for_ack.values():
        push.destroy()
