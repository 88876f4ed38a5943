"""The client of an endpoint. The edge functions have the same rules in ``_helpdesk/embeddings.ts``."""

from __future__ import annotations

import json
import math
import os
import re
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, Self, TypedDict

import httpx

from .._http.error_mapping import retry_after
from .._limits import VECTOR_SIZE
from ..errors import ConfigurationError, HelpdeskError

Kind = Literal["query", "passage"]

_E5 = re.compile(r"\be5-(small|base|large)\b")
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_REFUSALS = {400, 413, 422}
_PASSING = {408, 429, 500, 502, 503, 504}
_ATTEMPTS = 3
_WAIT_MAX = 10.0
# Of a question: without its vector, words alone decide, and somebody waits.
_QUESTION_SECONDS = 10.0
# A vector of 4,096 numbers, indented, has 150,000 bytes.
_BYTES_MAX_PER_TEXT = 250_000
_ERROR_BYTES_MAX = 100_000


class EmbeddingError(HelpdeskError):
    """The endpoint gave no vectors. The message holds nothing of what it wrote."""

    is_refusal: bool
    """Whether these texts are to blame, and others may have their vectors."""

    def __init__(self, message: str | None = None, *, hint: str | None = None, is_refusal: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.is_refusal = is_refusal


class QuestionVector(TypedDict):
    """What ``hd.knowledge.search`` takes: ``search(question, **endpoint.question(question))``."""

    embedding: Sequence[float]
    """The vector of the question."""
    model: str
    """The model that made it."""


class EmbeddingEndpoint:
    """An endpoint with a model for vectors. Any number of threads may share one; ``close`` it, or use ``with``."""

    def __init__(self, url: str, model: str, *, key: str | None = None, timeout: float = 60.0) -> None:
        """Make it; nothing is sent.

        Args:
            url: The base URL, which ``/embeddings`` is added to, e.g. ``https://api.openai.com/v1``.
            model: The name of the model. Vectors are stored under it.
            key: The key of the endpoint; None if it wants none.
            timeout: Seconds for the vectors of one request, its attempts included; of a question 10 at most.

        Raises:
            ConfigurationError: The URL is no http or https URL, or the model has no name.
        """
        try:
            host = httpx.URL(url).host if re.match(r"https?://[^/]", url) else ""
        except httpx.InvalidURL:
            host = ""
        if not host:
            raise ConfigurationError("The URL of the endpoint for embeddings must begin with http:// or https://")
        if not model.strip():
            raise ConfigurationError("The endpoint for embeddings needs the name of a model")
        self.model = model.strip()
        """The name of the model."""
        self._url = f"{url.rstrip('/')}/embeddings"
        self._timeout = timeout
        # Compressed, a few bytes could become gigabytes.
        headers = {"accept-encoding": "identity"} | ({} if key is None else {"authorization": f"Bearer {key}"})
        # No proxy stands between this machine and itself.
        self._http = httpx.Client(headers=headers, timeout=timeout, trust_env=host not in _LOOPBACK)
        # Models of more dimensions may be able to give fewer, but some endpoints refuse a field that they do not know.
        self._sends_dimensions = False

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, *, model: str | None = None) -> Self | None:
        """The endpoint that the environment names; None when it names none.

        Reads EMBEDDINGS_BASE_URL, EMBEDDINGS_MODEL and EMBEDDINGS_API_KEY, as the edge functions do.

        Args:
            environ: Variables to read instead of the process's own.
            model: A model instead of that in EMBEDDINGS_MODEL.

        Raises:
            ConfigurationError: A variable is missing or not valid.
        """
        given = os.environ if environ is None else environ
        url = given.get("EMBEDDINGS_BASE_URL", "").strip()
        if not url:
            return None
        named = model or given.get("EMBEDDINGS_MODEL", "").strip()
        if not named:
            raise ConfigurationError(
                "EMBEDDINGS_MODEL is not set, which goes with EMBEDDINGS_BASE_URL",
                hint="Set it to the name of the model for embeddings.",
            )
        return cls(url, named, key=given.get("EMBEDDINGS_API_KEY", "").strip() or None)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def question(self, text: str) -> QuestionVector:
        """The vector of a question, for ``hd.knowledge.search(text, **endpoint.question(text))``.

        Args:
            text: The question.

        Raises:
            EmbeddingError: There is no vector.
        """
        (vector,) = self.embed([text], kind="query")
        return {"embedding": vector, "model": self.model}

    def embed(self, texts: Sequence[str], *, kind: Kind = "passage") -> list[list[float]]:
        """The vector of each text, in their order: 384 numbers.

        Args:
            texts: The texts.
            kind: ``passage`` for texts that are to be found, ``query`` for questions.

        Raises:
            EmbeddingError: There are no vectors.
        """
        # What E5 was trained to find before a text.
        prefix = f"{kind}: " if _E5.search(self.model) and "instruct" not in self.model else ""
        given = [f"{prefix}{text}" for text in texts]
        end = time.monotonic() + (min(self._timeout, _QUESTION_SECONDS) if kind == "query" else self._timeout)
        vectors = self._ask(given, end)
        if not self._sends_dimensions and any(len(vector) > VECTOR_SIZE for vector in vectors.values()):
            self._sends_dimensions = True
            vectors = self._ask(given, end)
        return [self._checked(vectors, number) for number in range(len(texts))]

    def _ask(self, texts: list[str], end: float) -> dict[int, list[float]]:
        """The vectors by the places of their texts: an endpoint may answer in another order."""
        body: dict[str, Any] = {"model": self.model, "input": texts}
        if self._sends_dimensions:
            body["dimensions"] = VECTOR_SIZE
        status, text = self._send(body, end)
        if status != 200:
            raise _refused(status)
        try:
            data = json.loads(text)["data"]
            rows = [(row.get("index"), row.get("embedding")) for row in data]
        except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
            raise EmbeddingError("The embeddings' endpoint answered without vectors") from None
        return {
            index if type(index) is int else place: vector
            for place, (index, vector) in enumerate(rows)
            if isinstance(vector, list)
        }

    def _send(self, body: dict[str, Any], end: float) -> tuple[int, bytes]:
        """The status of the answer, and its body."""
        for attempt in range(1, _ATTEMPTS + 1):
            wait = 0.5 * attempt
            try:
                left = max(end - time.monotonic(), 0.001)
                with self._http.stream("POST", self._url, json=body, timeout=left) as response:
                    status, headers = response.status_code, response.headers
                    text = self._read(response, len(body["input"]), end)
            except httpx.HTTPError as error:
                # The text of the error may hold the address with a password.
                problem = f"The embeddings' endpoint gave no answer: {type(error).__name__}"
                is_over = isinstance(error, httpx.TimeoutException) or time.monotonic() + wait > end
                if attempt == _ATTEMPTS or is_over:
                    raise EmbeddingError(problem, hint="Is the URL right, and does it run?") from None
            else:
                is_quota = status == 429 and b"insufficient_quota" in text
                if status not in _PASSING or attempt == _ATTEMPTS or is_quota:
                    return status, text
                wait = retry_after(headers.get("retry-after"), datetime.now(UTC)) or wait
                if wait > _WAIT_MAX or time.monotonic() + wait > end:
                    return status, text
            time.sleep(wait)
        raise AssertionError

    def _read(self, response: httpx.Response, texts: int, end: float) -> bytes:
        """The body, up to a limit: of an error its beginning, of vectors all or nothing."""
        body = bytearray()
        is_error = response.status_code != 200
        limit = _ERROR_BYTES_MAX if is_error else texts * _BYTES_MAX_PER_TEXT
        for piece in response.iter_bytes():
            body += piece
            if len(body) > limit and is_error:
                break
            if len(body) > limit:
                raise EmbeddingError(f"The embeddings' endpoint answered with more than {limit} bytes")
            if time.monotonic() > end:
                raise httpx.ReadTimeout("the answer has no end")
        return bytes(body)

    def _checked(self, vectors: dict[int, list[float]], number: int) -> list[float]:
        """One of the vectors, if it can be stored."""
        vector = vectors.get(number)
        if vector is None:
            raise EmbeddingError(f"{self.model} gave no vector for text {number}")
        if len(vector) != VECTOR_SIZE:
            raise EmbeddingError(
                f"{self.model} gives {len(vector)} numbers; the helpdesk stores {VECTOR_SIZE}",
                hint=f"Choose a model with {VECTOR_SIZE} dimensions, or whose dimensions can be chosen.",
            )
        if not any(vector) or not all(map(_is_number, vector)):
            raise EmbeddingError(f"{self.model} gave a vector with numbers that are none", is_refusal=True)
        return vector


def _is_number(value: Any) -> bool:
    """Whether a vector can hold it: JSON has whole numbers of any length, too."""
    try:
        return type(value) in (int, float) and math.isfinite(value)
    except OverflowError:
        return False


def _refused(status: int) -> EmbeddingError:
    hints = {
        401: "Check EMBEDDINGS_API_KEY.",
        403: "Check EMBEDDINGS_API_KEY.",
        404: "Check EMBEDDINGS_BASE_URL and the name of the model.",
    }
    message = f"The embeddings' endpoint answered {status}"
    return EmbeddingError(message, hint=hints.get(status), is_refusal=status in _REFUSALS)
