"""Checks whether events are pushed over Realtime."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from .._base.output import redirect_warnings

if TYPE_CHECKING:
    from helpdesk_sdk import AsyncStream

_TIMEOUT = 6.0


def check_live(url: str, key: str, token: str | None) -> tuple[bool | None, str, str | None]:
    """Try to join the channels of a person's events.

    Returns:
        True, or None as a warning: without channels the log is polled, so nothing is broken. Then a message, and a fix.
    """
    from helpdesk_sdk.errors import HelpdeskError

    warnings: list[str] = []
    try:
        # The SDK warns about the same problem; our message says more.
        with redirect_warnings(warnings.append):
            seconds = asyncio.run(_seconds_to_join(url, key, token))
    except HelpdeskError as error:
        return None, error.message, error.hint
    if seconds is not None:
        return True, f"events are pushed (channels joined in {seconds * 1000:.0f} ms)", None
    message = "no live channel could be joined: events are polled, so they arrive a little later"
    return None, message, _fix(url, " ".join(warnings))


def _fix(url: str, reason: str) -> str:
    """What to do when no channel could be joined, by the reason that the SDK gave."""
    from helpdesk_sdk._http.proxies import proxy_for, shown
    from helpdesk_sdk._live.transport import TESTED_VERSIONS

    is_missing = re.search(r"No module named 'realtime|import of realtime", reason) is not None
    if is_missing or "was not tested with this SDK" in reason:
        state = "is missing" if is_missing else "was not tested with this program"
        return f"The package realtime {state}: pip install 'realtime{TESTED_VERSIONS}'"
    proxy = proxy_for(url)
    if proxy is not None:
        return (
            f"Does the proxy {shown(proxy)} let WebSockets through? If not, name the helpdesk's host in NO_PROXY. "
            "Or Realtime is switched off in the project's settings."
        )
    return "Enable Realtime in the project's settings, and check that no proxy blocks WebSockets."


async def _seconds_to_join(url: str, key: str, token: str | None) -> float | None:
    from helpdesk_sdk import AsyncHelpdesk

    async with AsyncHelpdesk(url, key, access_token=token) as hd, hd.events.stream() as stream:
        live = asyncio.Event()
        stream.on_wake(lambda _: live.set() if stream.live else None)
        began = time.monotonic()
        following, waiting = asyncio.create_task(_follow(stream)), asyncio.create_task(live.wait())
        await asyncio.wait({following, waiting}, timeout=_TIMEOUT, return_when=asyncio.FIRST_COMPLETED)
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
