"""The requests of one question to a language model: the ladder, the attempts, and what they cost."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .._http.request_ids import HEADER, next_id
from .endpoints import LIMITS, RUNGS, Answer, Capability, Endpoint, Prompt
from .json_text import json_in, whole_text
from .problems import ModelError, Usage, connection_problem, counted_usage, error_reason, status_problem

if TYPE_CHECKING:
    import openai

_BYTES_MAX = 1_000_000
_CONTENT_MAX = 64_000
_REFUSALS_MAX = 6
_WAIT_MAX = 10.0
_FORMAT = re.compile("response_format|json_schema|json_object|structured|schema|grammar", re.I)


class ModelCall:
    """One question to one endpoint, in as many forms and attempts as it takes."""

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
        self._lost = Usage()

    async def run(self) -> Answer:
        """The answer.

        Raises:
            ModelError: There is none; with the reason.
        """
        for _ in range(_REFUSALS_MAX + 3):
            try:
                body = await self._send()
            except self._openai.APIStatusError as error:
                await self._refused(error)
                continue
            except self._openai.APITimeoutError as error:
                if type(error.__cause__).__name__ != "ConnectTimeout":
                    self._lose()
                raise timed_out() from None
            except self._openai.APIConnectionError as error:
                problem = connection_problem(self._endpoint.url, error)
                if problem.endswith("broke"):
                    self._lose()
                if not await self._may_repeat(0.5, 1):
                    raise ModelError("model_unreachable", problem) from None
                continue
            return self._read(body)
        raise ModelError("model_request_refused", "The model's endpoint refuses every form of the request")

    @property
    def _tokens_max(self) -> int:
        """The limit of the answer. What a model thinks counts there, too, under the newer name."""
        return self._prompt.max_tokens * (4 if self._capability.limit == "max_completion_tokens" else 1)

    def spent(self, counted: Usage | None) -> Usage | None:
        """What was counted, and the most that attempts without an answer can have cost.

        Args:
            counted: What the answer cost.
        """
        if self._lost == Usage():
            return counted
        total = replace(self._lost)
        total.add(counted or Usage())
        return total

    def _lose(self) -> None:
        """The attempt may have cost something, and nobody says how much."""
        self._lost.add(Usage(self._prompt.estimated_tokens, self._tokens_max, True))

    async def _send(self) -> bytes:
        schema = {"name": self._prompt.schema_name, "strict": True, "schema": dict(self._prompt.schema)}
        forms: dict[str, dict[str, Any]] = {
            "json_schema": {"response_format": {"type": "json_schema", "json_schema": schema}},
            "json_object": {"response_format": {"type": "json_object"}},
            "prompt": {},
        }
        fields = {self._capability.limit: self._tokens_max} | forms[self._capability.rung]
        messages: list[Any] = [
            {"role": "system", "content": self._prompt.system},
            {"role": "user", "content": self._prompt.user},
        ]
        body = b""
        sending = self._client.chat.completions.with_streaming_response.create(
            model=self._endpoint.model,
            messages=messages,
            # OpenAI logs this very header; other endpoints leave it alone.
            extra_headers={HEADER: next_id()},
            **fields,
        )
        try:
            async with sending as response:
                async for piece in response.iter_bytes():
                    body += piece
                    if len(body) > _BYTES_MAX:
                        self._lose()
                        raise ModelError("answer_invalid", "The model's answer is too large")
        except asyncio.CancelledError:
            self._lose()
            raise
        except (self._openai.OpenAIError, ModelError):
            raise
        except Exception as error:
            self._lose()
            # Of the HTTP library: a body that broke off, or whose next piece did not come.
            if "timeout" in type(error).__name__.lower():
                raise timed_out() from None
            raise ModelError("model_unreachable", connection_problem(self._endpoint.url, error)) from None
        return body

    async def _refused(self, error: openai.APIStatusError) -> None:
        """Return when the request is to be sent again, in another form or after a pause."""
        status, text = error.status_code, json.dumps(error.body, default=str)[:100_000]
        if status in (400, 404, 415, 422) and self._step_down(text):
            return
        has_quota = "insufficient_quota" not in text
        if status in (408, 504, 524):
            # Whoever stands before the model gave up.
            self._lose()
        headers = error.response.headers
        if status == 429 and has_quota and await self._may_repeat(_wait(headers, 1.0), 2):
            return
        is_passing = (status == 408 or status >= 500) and headers.get("x-should-retry") != "false"
        if is_passing and await self._may_repeat(_wait(headers, 0.5), 1):
            return
        problem = status_problem(status, [error.code or error.type, error.param], self._endpoint.key or "")
        raise ModelError(error_reason(status, has_quota), problem) from None

    def _step_down(self, text: str) -> bool:
        capability = self._capability
        if _FORMAT.search(text):
            if capability.rung == RUNGS[-1]:
                return False
            capability = replace(capability, rung=RUNGS[RUNGS.index(capability.rung) + 1])
        elif re.search(rf"\b{capability.limit}\b", text) and not self._has_swapped:
            self._has_swapped = True
            capability = replace(capability, limit=LIMITS[1 - LIMITS.index(capability.limit)])
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
            # A body that was cut within a character is read to its end.
            value = json.loads(body.decode("utf-8-sig", "replace"))
            if value.get("error"):
                raise ModelError("model_unreachable", "The model's endpoint sent an error in its answer")
            choice = value["choices"][0]
            message = choice["message"]
        except (ValueError, AttributeError, KeyError, IndexError, TypeError, RecursionError):
            raise ModelError("model_unreachable", "The answer of the model's endpoint is no chat completion") from None
        content = message.get("content")
        content = whole_text(content) if isinstance(content, str) else ""
        counted = counted_usage(value.get("usage"))
        usage = counted or Usage(self._prompt.estimated_tokens, -(-len(content) // 4), True)
        if counted is not None and counted.tokens_in < self._prompt.least_tokens:
            problem = "The endpoint read only part of the prompt: its context is too small"
            raise ModelError("prompt_cut", problem, usage)
        self._require_whole(choice, message, usage, content)
        answer = json_in(content)
        if answer is None:
            raise ModelError("answer_invalid", "The answer is not one JSON object", usage, content)
        capability = self._capability
        if self._is_new:
            capability = replace(capability, probed_at=datetime.now(UTC).isoformat())
        return Answer(answer, content, usage, capability, self._is_new)

    def _require_whole(self, choice: dict[str, Any], message: dict[str, Any], usage: Usage, content: str) -> None:
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


def timed_out(usage: Usage | None = None) -> ModelError:
    """The endpoint did not answer in time.

    Args:
        usage: What the attempts can have cost.
    """
    return ModelError("model_timeout", "The model's endpoint did not answer in time", usage)


def _wait(headers: Mapping[str, str], otherwise: float) -> float:
    """The seconds that the endpoint asks to wait."""
    from .._http.error_mapping import retry_after

    milliseconds = headers.get("retry-after-ms", "")
    if milliseconds.isdecimal() and len(milliseconds) < 10:
        return int(milliseconds) / 1000
    found = retry_after(headers.get("retry-after"), datetime.now(UTC))
    return otherwise if found is None else found
