"""One answer of a language model, from any endpoint with OpenAI's ``/chat/completions``, by the package ``openai``.

The ladder: JSON by schema, JSON without one, the schema in the prompt alone. The edge functions have the same rules in
``_helpdesk/chat.ts``.
"""

from __future__ import annotations

import asyncio
import time
from contextvars import copy_context
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError
from .endpoints import Answer, Breaker, Capability, Endpoint, Prompt
from .model_call import ModelCall, timed_out
from .problems import InterruptionError, ModelError

if TYPE_CHECKING:
    import openai


class Chat:
    """Asks models. ``close`` it, or use it with ``with``."""

    def __init__(self, *, first_byte: float = 30.0) -> None:
        """Make it; nothing is sent.

        Args:
            first_byte: Seconds until the first byte of an answer, and between its pieces.

        Raises:
            ConfigurationError: The package ``openai`` is not installed.
        """
        try:
            import openai
        except ImportError:
            raise ConfigurationError(
                "The assistant needs openai, which is not installed",
                hint="Install it: pip install openai. It is the extra [assistant] of the package.",
            ) from None
        self._openai = openai
        self._first_byte = first_byte
        self._loop = asyncio.Runner()
        self._clients: dict[Endpoint, openai.AsyncOpenAI] = {}
        self._breaker = Breaker()
        self._is_interrupted = False
        self._asking: asyncio.Task[Any] | None = None

    def interrupt(self) -> None:
        """From another thread: end the present question, and refuse all others."""
        self._is_interrupted = True
        if (asking := self._asking) is not None:
            asking.get_loop().call_soon_threadsafe(asking.cancel)

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            self._loop.run(client.close())
        self._clients.clear()
        self._loop.close()

    def __enter__(self) -> Chat:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def ask(self, endpoint: Endpoint, prompt: Prompt, *, within: float, known: Capability | None = None) -> Answer:
        """One answer of the model.

        Args:
            endpoint: Where the model is.
            prompt: What to ask.
            within: Seconds for everything.
            known: What is known of the endpoint.

        Raises:
            ModelError: There is no answer; with the reason.
            InterruptionError: ``interrupt`` was called.
        """
        if self._breaker.is_open(endpoint.name):
            raise ModelError("model_unreachable", "The model's endpoint failed five times within a minute: it rests")
        try:
            answer = self._loop.run(self._within(endpoint, prompt, known, within), context=copy_context())
        except asyncio.CancelledError:
            raise InterruptionError from None
        except ModelError as error:
            if error.reason in ("model_unreachable", "model_timeout", "model_rate_limited"):
                self._breaker.failed(endpoint.name)
            raise
        self._breaker.succeeded(endpoint.name)
        return answer

    async def _within(self, endpoint: Endpoint, prompt: Prompt, known: Capability | None, seconds: float) -> Answer:
        self._asking, end = asyncio.current_task(), time.monotonic() + seconds
        if self._is_interrupted:
            raise InterruptionError
        if seconds <= 0:
            raise timed_out()
        call = ModelCall(self._openai, self._client(endpoint), endpoint, prompt, known, end)
        try:
            async with asyncio.timeout(seconds):
                answer = await call.run()
        except TimeoutError:
            raise timed_out(call.spent(None)) from None
        except ModelError as error:
            error.usage = call.spent(error.usage)
            raise
        return replace(answer, usage=call.spent(answer.usage) or answer.usage)

    def _client(self, endpoint: Endpoint) -> openai.AsyncOpenAI:
        if endpoint not in self._clients:
            from .bounded_http import bounded_http

            self._clients[endpoint] = self._openai.AsyncOpenAI(
                base_url=endpoint.url,
                api_key=endpoint.key or "none",
                max_retries=0,
                timeout=self._openai.Timeout(self._first_byte, connect=5.0),
                http_client=bounded_http(),
            )
        return self._clients[endpoint]
