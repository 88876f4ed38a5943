"""Whether what happens in a helpdesk is told at once."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from .._base.output import warnings_to

if TYPE_CHECKING:
    from helpdesk_sdk import AsyncStream

_PATIENCE = 6.0


def liveness(url: str, key: str, token: str | None) -> tuple[bool | None, str, str | None]:
    """Whether the channels of a person's own events can be joined: yes, or None for a warning; in words; and a fix.

    Without them events are asked for, so that nothing is broken.
    """
    from helpdesk_sdk.errors import HelpdeskError

    try:
        # Its one warning is what is said here in full.
        with warnings_to(lambda _: None):
            seconds = asyncio.run(_joined(url, key, token))
    except HelpdeskError as error:
        return None, error.message, error.hint
    if seconds is not None:
        return True, f"events are told at once (channels joined in {seconds * 1000:.0f} ms)", None
    fix = "Switch on Realtime, in the project's settings. Does a proxy on the way refuse WebSockets?"
    return None, "no live channel could be joined: events are asked for, so they come a little later", fix


async def _joined(url: str, key: str, token: str | None) -> float | None:
    from helpdesk_sdk import AsyncHelpdesk

    async with AsyncHelpdesk(url, key, access_token=token) as hd, hd.events.stream() as stream:
        live = asyncio.Event()
        stream.on_wake(lambda _: live.set() if stream.live else None)
        began = time.monotonic()
        following, waiting = asyncio.create_task(_follow(stream)), asyncio.create_task(live.wait())
        await asyncio.wait({following, waiting}, timeout=_PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        seconds = time.monotonic() - began
        stream.stop()
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
        await following
        return seconds if live.is_set() else None


async def _follow(stream: AsyncStream) -> None:
    async for _ in stream:
        continue
