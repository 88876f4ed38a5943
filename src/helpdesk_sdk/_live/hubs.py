"""The live connections of one client: one for each event loop that uses the client."""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

from .._http.connections import reset_after_fork
from .._http.pipeline import ClientContext
from .hub import Hub
from .token import Renew


class Hubs:
    """Makes the hub of an event loop when it is first asked for.

    Args:
        context: URL, key and session of the client.
        renew: Gets a new session; returns the error, if there was one.
    """

    def __init__(self, context: ClientContext, renew: Renew) -> None:
        self._context = context
        self._renew = renew
        self.after_fork()
        context.session_store.on_replaced = self._on_session_replaced
        reset_after_fork(self)

    def current(self) -> Hub:
        """The hub of the running event loop."""
        loop = asyncio.get_running_loop()
        hub = self._by_loop.get(loop)
        if hub is None:
            hub = self._by_loop[loop] = Hub(self._context, self._renew)
        return hub

    def after_fork(self) -> None:
        """Leave the parent's connections alone, without closing them: they are still in use."""
        self._by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()

    def _on_session_replaced(self) -> None:
        for loop, hub in tuple(self._by_loop.items()):
            # The session may be replaced in another thread than the loop's.
            if not loop.is_closed():
                loop.call_soon_threadsafe(hub.on_session_replaced)

    async def close(self) -> None:
        """Close the live connection of the running event loop; the listeners get an error."""
        hub = self._by_loop.pop(asyncio.get_running_loop(), None)
        if hub is not None:
            await hub.close()
