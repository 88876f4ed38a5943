"""One answer of a language model, from any endpoint with OpenAI's ``/chat/completions``, by the package ``openai``.

The ladder: JSON by schema, JSON without one, the schema in the prompt alone. The edge functions have the same rules in
``_helpdesk/chat.ts``.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError
from .endpoints import RUNGS, Answer, Breaker, Capability, Endpoint, Prompt
from .json_text import json_in
from .problems import InterruptionError, ModelError, Usage, connection_problem, status_problem

if TYPE_CHECKING:
    import openai

_BYTES_MAX = 1_000_000
_CONTENT_MAX = 64_000
_REFUSALS_MAX = 6
_WAIT_MAX = 10.0
_FORMAT = re.compile("response_format|json_schema|json_object|structured|schema|grammar", re.I)


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
            answer = self._loop.run(self._within(endpoint, prompt, known, within))
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
        call = _Call(self._openai, self._client(endpoint), endpoint, prompt, known, end)
        try:
            async with asyncio.timeout(max(seconds, 0.0)):
                return await call.run()
        except TimeoutError:
            raise ModelError("model_timeout", "The model's endpoint did not answer in time") from None

    def _client(self, endpoint: Endpoint) -> openai.AsyncOpenAI:
        if endpoint not in self._clients:
            self._clients[endpoint] = self._openai.AsyncOpenAI(
                base_url=endpoint.url,
                api_key=endpoint.key or "none",
                max_retries=0,
                timeout=self._openai.Timeout(self._first_byte, connect=5.0),
                # The prompt goes nowhere else.
                http_client=self._openai.DefaultAsyncHttpxClient(follow_redirects=False),
            )
        return self._clients[endpoint]


class _Call:
    def __init__(
        self,
        package: Any,
        client: openai.AsyncOpenAI,
        endpoint: Endpoint,
        prompt: Prompt,
        known: Capability | None,
        end: float,
    ) -> None:
        self._openai, self._client, self._endpoint = package, client, endpoint
        self._prompt, self._end = prompt, end
        self._capability, self._is_new = known or Capability(), known is None
        self._has_swapped, self._repeats = False, 0

    async def run(self) -> Answer:
        for _ in range(_REFUSALS_MAX + 3):
            try:
                body = await self._send()
            except self._openai.APIStatusError as error:
                await self._refused(error)
                continue
            except self._openai.APITimeoutError:
                raise ModelError("model_timeout", "The model's endpoint did not answer in time") from None
            except self._openai.APIConnectionError as error:
                if not await self._may_repeat(0.5, 1):
                    problem = connection_problem(self._endpoint.url, error)
                    raise ModelError("model_unreachable", problem) from None
                continue
            return self._read(body)
        raise ModelError("model_request_refused", "The model's endpoint refuses every form of the request")

    async def _send(self) -> bytes:
        schema = {"name": self._prompt.schema_name, "strict": True, "schema": dict(self._prompt.schema)}
        forms: dict[str, dict[str, Any]] = {
            "json_schema": {"response_format": {"type": "json_schema", "json_schema": schema}},
            "json_object": {"response_format": {"type": "json_object"}},
            "prompt": {},
        }
        # What a model thinks counts there, too.
        factor = 4 if self._capability.limit == "max_completion_tokens" else 1
        fields = {self._capability.limit: self._prompt.max_tokens * factor} | forms[self._capability.rung]
        messages: list[Any] = [
            {"role": "system", "content": self._prompt.system},
            {"role": "user", "content": self._prompt.user},
        ]
        body = b""
        sending = self._client.chat.completions.with_streaming_response.create(
            model=self._endpoint.model, messages=messages, **fields
        )
        try:
            async with sending as response:
                async for piece in response.iter_bytes():
                    body += piece
                    if len(body) > _BYTES_MAX:
                        raise ModelError("answer_invalid", "The model's answer is too large")
        except (self._openai.OpenAIError, ModelError):
            raise
        except Exception as error:
            # Of the HTTP library: a body that broke off, or whose next piece did not come.
            if "timeout" in type(error).__name__.lower():
                raise ModelError("model_timeout", "The model's endpoint did not answer in time") from None
            raise ModelError("model_unreachable", connection_problem(self._endpoint.url, error)) from None
        return body

    async def _refused(self, error: openai.APIStatusError) -> None:
        """Return when the request is to be sent again, in another form or after a pause."""
        status, text = error.status_code, json.dumps(error.body, default=str)[:100_000]
        if status in (400, 404, 415, 422) and self._step_down(text):
            return
        has_quota = "insufficient_quota" not in text
        headers = error.response.headers
        if status == 429 and has_quota and await self._may_repeat(_wait(headers, 1.0), 2):
            return
        is_passing = (status == 408 or status >= 500) and headers.get("x-should-retry") != "false"
        if is_passing and await self._may_repeat(_wait(headers, 0.5), 1):
            return
        problem = status_problem(status, [error.code or error.type, error.param], self._endpoint.key or "")
        raise ModelError(_reason(status, has_quota), problem) from None

    def _step_down(self, text: str) -> bool:
        capability, limits = self._capability, ("max_tokens", "max_completion_tokens")
        if _FORMAT.search(text):
            if capability.rung == RUNGS[-1]:
                return False
            capability = replace(capability, rung=RUNGS[RUNGS.index(capability.rung) + 1])
        elif re.search(rf"\b{capability.limit}\b", text) and not self._has_swapped:
            self._has_swapped = True
            capability = replace(capability, limit=limits[1 - limits.index(capability.limit)])
        else:
            return False
        self._capability, self._is_new = capability, True
        return True

    async def _may_repeat(self, wait: float, most: int) -> bool:
        if self._repeats >= most or wait > _WAIT_MAX or time.monotonic() + wait >= self._end:
            return False
        self._repeats += 1
        await asyncio.sleep(wait)
        return True

    def _read(self, body: bytes) -> Answer:
        try:
            value = json.loads(body)
            if value.get("error"):
                raise ModelError("model_unreachable", "The model's endpoint sent an error in its answer")
            choice = value["choices"][0]
            message = choice["message"]
        except (ValueError, AttributeError, KeyError, IndexError, TypeError, RecursionError):
            raise ModelError("model_unreachable", "The answer of the model's endpoint is no chat completion") from None
        content = message.get("content")
        content = content if isinstance(content, str) else ""
        usage = self._usage(value.get("usage"), content)
        self._require_whole(choice, message, usage, content)
        answer = json_in(content)
        if answer is None:
            raise ModelError("answer_invalid", "The answer is not one JSON object", usage, content)
        capability = self._capability
        if self._is_new:
            capability = replace(capability, probed_at=datetime.now(UTC).isoformat())
        return Answer(answer, content, usage, capability, self._is_new)

    def _require_whole(self, choice: dict[str, Any], message: dict[str, Any], usage: Usage, content: str) -> None:
        if not usage.is_estimated and usage.tokens_in < self._prompt.least_tokens:
            problem = "The endpoint read only part of the prompt: its context is too small"
            raise ModelError("prompt_cut", problem, usage)
        if message.get("refusal"):
            raise ModelError("answer_refused", "The model refused to answer", usage)
        if choice.get("finish_reason") == "content_filter":
            raise ModelError("answer_refused", "A filter of the endpoint stopped the answer", usage)
        if choice.get("finish_reason") == "length":
            raise ModelError("answer_truncated", "The answer was longer than its limit", usage)
        if message.get("tool_calls"):
            problem = "The model called a tool, and there is none"
            raise ModelError("answer_invalid", problem, usage, content)
        if len(content) > _CONTENT_MAX:
            raise ModelError("answer_invalid", "The model's answer is too large", usage)

    def _usage(self, given: Any, content: str) -> Usage:
        counted = given if isinstance(given, dict) else {}
        numbers: list[Any] = [counted.get(name) for name in ("prompt_tokens", "completion_tokens")]
        if all(type(number) is int and number >= 0 for number in numbers):
            return Usage(numbers[0], numbers[1])
        return Usage(self._prompt.estimated_tokens, -(-len(content) // 4), True)


def _reason(status: int, has_quota: bool) -> str:
    if status in (401, 403):
        return "model_key_refused"
    if status == 404:
        return "model_not_found"
    if status == 402 or not has_quota:
        return "model_quota_exhausted"
    if status == 429:
        return "model_rate_limited"
    return "model_unreachable" if status >= 500 or status == 408 or status < 400 else "model_request_refused"


def _wait(headers: Mapping[str, str], otherwise: float) -> float:
    """The seconds that the endpoint asks to wait."""
    from .._http.error_mapping import retry_after

    milliseconds = headers.get("retry-after-ms", "")
    if milliseconds.isdecimal():
        return int(milliseconds) / 1000
    found = retry_after(headers.get("retry-after"), datetime.now(UTC))
    return otherwise if found is None else found
