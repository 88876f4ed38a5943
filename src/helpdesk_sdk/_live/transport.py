"""The ``realtime`` package as a transport and no more: it neither reconnects, nor reports, nor outlives its use."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING

from ..errors import HelpdeskError

if TYPE_CHECKING:
    from realtime import AsyncRealtimeChannel, AsyncRealtimeClient
    from realtime.message import ServerMessage
    from realtime.types import RealtimeChannelPresenceConfig

_ours: ContextVar[bool] = ContextVar("helpdesk_live", default=False)

logger = logging.getLogger("helpdesk_sdk")

# What a message may weigh: all presences of a topic come in one, and a plan may allow 3 MB for each of them. The
# package leaves it at 1 MiB.
_MOST_BYTES = 16 * 2**20
# Seconds that a connection which failed may take to close; nothing comes through it any more.
_CLOSING = 2.0
_TOO_BIG = 1009
_SECRETS = re.compile(r"""(apikey=|"access_token":\s*")[^&\s"']+""")


def _passes(record: logging.LogRecord) -> bool:
    return not _ours.get() or record.levelno < logging.WARNING


def _masked(text: str) -> str:
    return _SECRETS.sub(r"\1***", text)


def reason_of(problem: Exception) -> str:
    """What is in the way, in words for a log."""
    said = problem.message if isinstance(problem, HelpdeskError) else str(problem)
    with contextlib.suppress(ValueError):
        # What the server answers to a join.
        answer = json.loads(said)
        said = str(answer["reason"]) if isinstance(answer, dict) and "reason" in answer else said
    return _masked(said) or type(problem).__name__


def _mask(record: logging.LogRecord) -> bool:
    if _ours.get():
        record.msg, record.args = _masked(record.getMessage()), None
    return True


def quietly() -> None:
    """From here on, in this task and those it begins, the hub reports; a host's own use of the package does as ever."""
    _ours.set(True)
    logging.getLogger("websockets.client").addFilter(_mask)
    for module in ("client", "channel", "push", "timer"):
        logging.getLogger(f"realtime._async.{module}").addFilter(_passes)


async def connect(
    url: str, key: str, timeout: int, on_end: Callable[[AsyncRealtimeClient], None]
) -> AsyncRealtimeClient:
    """Open a connection, or raise what is in the way; ``on_end`` is called when nothing comes through it any more."""
    from realtime import AsyncRealtimeClient

    client = AsyncRealtimeClient(url, key, auto_reconnect=False, max_retries=1, timeout=timeout)
    _explain(client)
    await client.connect()
    if (connection := client._ws_connection) is not None:
        connection.protocol.max_size, connection.close_timeout = _MOST_BYTES, _CLOSING

    def ended(reader: asyncio.Task[None]) -> None:
        if not reader.cancelled():
            reader.exception()
        on_end(client)

    # The package does not notice when its reader fails, for which a warning that is made an error is enough.
    if isinstance(reader := getattr(client, "_listen_task", None), asyncio.Task):
        reader.add_done_callback(ended)
    return client


def _explain(client: AsyncRealtimeClient) -> None:
    """Have all channels hear why a connection was lost.

    The package does so too, but logs it first by way of what is deprecated: where a warning is an error, nobody hears.
    """

    async def lost(error: Exception) -> None:
        client._ws_connection = None
        client._set_channels_errored(error)

    setattr(client, "_on_connect_error", lost)  # noqa: B010


def is_too_big(error: Exception | None) -> bool:
    """Whether this is why a connection was closed: a message was larger than we take."""
    from websockets.exceptions import ConnectionClosed

    return isinstance(error, ConnectionClosed) and error.sent is not None and error.sent.code == _TOO_BIG


def open_channel(client: AsyncRealtimeClient, topic: str, presence_key: str | None) -> AsyncRealtimeChannel:
    """A channel that is not joined yet; with a key, the presences on it are told too, and one's own is under that."""
    presence: RealtimeChannelPresenceConfig = {"key": presence_key or "", "enabled": presence_key is not None}
    channel = client.channel(
        topic, {"config": {"broadcast": {"ack": False, "self": False}, "presence": presence, "private": True}}
    )
    _protect(channel)
    return channel


def _protect(channel: AsyncRealtimeChannel) -> None:
    """Have a message that the package cannot take in be passed over: else it would be the last on the connection."""
    take_in = channel._handle_message

    def handle(message: ServerMessage) -> None:
        try:
            take_in(message)
        except Exception:
            logger.debug("a message on %s could not be taken in", channel.topic, exc_info=True)

    setattr(channel, "_handle_message", handle)  # noqa: B010


async def close(client: AsyncRealtimeClient, patience: float) -> None:
    """Close a connection, politely for so many seconds."""
    connection = getattr(client, "_ws_connection", None)
    try:
        async with asyncio.timeout(patience):
            await client.close()
    except Exception:
        if connection is not None:
            connection.transport.abort()
        # What the package had not come to: it ends its tasks last, and does not wait for them.
        await client.close()
    await asyncio.sleep(0)


async def leave(client: AsyncRealtimeClient, channel: AsyncRealtimeChannel) -> None:
    """Leave a channel, and hear nothing of it any more."""
    if channel.is_joined or channel.is_joining:
        await channel.unsubscribe()
    else:
        silence(channel)
        client.channels.pop(channel.topic, None)


def silence(channel: AsyncRealtimeChannel) -> None:
    """Stop the timers of a channel: they would act on, and outlive it."""
    channel.rejoin_timer.reset()
    channel.join_push.destroy()
    for push in channel.messages_waiting_for_ack.values():
        push.destroy()
