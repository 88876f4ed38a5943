"""The ``realtime`` package as a transport and no more: it neither reconnects, nor reports, nor outlives its use."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from realtime import AsyncRealtimeChannel, AsyncRealtimeClient

_ours: ContextVar[bool] = ContextVar("helpdesk_live", default=False)


def _passes(record: logging.LogRecord) -> bool:
    return not _ours.get() or record.levelno < logging.WARNING


def quietly() -> None:
    """From here on, in this task and those it begins, the hub reports; a host's own use of the package does as ever."""
    _ours.set(True)
    for module in ("client", "channel", "push", "timer"):
        logging.getLogger(f"realtime._async.{module}").addFilter(_passes)


async def connect(
    url: str, key: str, timeout: int, on_end: Callable[[AsyncRealtimeClient], None]
) -> AsyncRealtimeClient:
    """Open a connection, or raise what is in the way; ``on_end`` is called when nothing comes through it any more."""
    from realtime import AsyncRealtimeClient

    client = AsyncRealtimeClient(url, key, auto_reconnect=False, max_retries=1, timeout=timeout)
    await client.connect()

    def ended(reader: asyncio.Task[None]) -> None:
        if not reader.cancelled():
            reader.exception()
        on_end(client)

    # The package does not notice when its reader fails, for which a warning that is made an error is enough.
    if isinstance(reader := getattr(client, "_listen_task", None), asyncio.Task):
        reader.add_done_callback(ended)
    return client


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


def silence(channel: AsyncRealtimeChannel) -> None:
    """Stop the timers of a channel: they would act on, and outlive it."""
    channel.rejoin_timer.reset()
    channel.join_push.destroy()
    for push in channel.messages_waiting_for_ack.values():
        push.destroy()
