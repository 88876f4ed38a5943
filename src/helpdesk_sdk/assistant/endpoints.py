"""Endpoints of language models: where they are, what they take, and whether they rest."""

from __future__ import annotations

import os
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import urlsplit

from ..errors import ConfigurationError
from .problems import Usage

RUNGS = ("json_schema", "json_object", "prompt")
LIMITS = ("max_tokens", "max_completion_tokens")
"""The names of the field that limits an answer, the older one first."""


@dataclass(frozen=True)
class Endpoint:
    """Where a model is."""

    url: str
    """The base URL."""
    key: str | None
    """The key; None for an endpoint that wants none."""
    model: str
    """The name of the model."""

    @property
    def name(self) -> str:
        """The name under which its capability is remembered; without user and key."""
        parts = urlsplit(self.url)
        host = f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
        return f"{parts.scheme}://{host}{parts.path} {self.model}"[:300]


@dataclass(frozen=True)
class ModelSettings:
    """The language model that the environment names."""

    url: str
    """The base URL."""
    key: str | None
    """The key; None for an endpoint that wants none."""
    model: str | None
    """The name of the model; the setting ``chat_model`` comes first."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self | None:
        """Read OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL; None when there is neither a URL nor a key.

        Args:
            environ: Variables to read instead of the process's own.

        Raises:
            ConfigurationError: OPENAI_BASE_URL is no URL.
        """
        given = os.environ if environ is None else environ
        base, key, model = (given.get(f"OPENAI_{name}", "").strip() for name in ("BASE_URL", "API_KEY", "MODEL"))
        if not base and not key:
            return None
        url = (base or "https://api.openai.com/v1").rstrip("/")
        try:
            parts = urlsplit(url)
            is_url = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_url = False
        if not is_url:
            raise ConfigurationError("OPENAI_BASE_URL must be an http or https URL")
        return cls(url, key or None, model or None)


@dataclass(frozen=True)
class Prompt:
    """What the model is asked."""

    system: str
    user: str
    schema_name: str
    schema: Mapping[str, Any]
    max_tokens: int
    estimated_tokens: int
    least_tokens: int
    """The least that an endpoint counts that has read the whole prompt."""


@dataclass(frozen=True)
class Capability:
    """What an endpoint takes."""

    rung: str = "json_schema"
    limit: str = "max_tokens"
    streams: bool = True
    counts_streams: bool = True
    """Whether a stream ends with the tokens that it cost; only the edge functions ask for streams."""
    probed_at: str = ""

    @classmethod
    def known(cls, value: Mapping[str, Any] | None) -> Capability | None:
        """What is remembered; None when nothing is, or for longer than a week.

        Args:
            value: The remembered JSON.
        """
        try:
            probed = datetime.fromisoformat(str((value or {})["probed_at"]))
            assert value is not None
            if datetime.now(UTC) - probed > timedelta(days=7) or value["rung"] not in RUNGS:
                return None
            if value["limit"] not in LIMITS:
                return None
            streams = (bool(value["streams"]), bool(value.get("counts_streams", True)))
            return cls(value["rung"], value["limit"], *streams, value["probed_at"])
        except (KeyError, ValueError, TypeError):
            return None


@dataclass(frozen=True)
class Answer:
    """What the model answered."""

    answer: dict[str, Any]
    content: str
    usage: Usage
    capability: Capability
    is_new: bool


class Breaker:
    """Rests an endpoint for a minute that failed five times within a minute."""

    def __init__(self) -> None:
        self._failures: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=5))
        self._until: dict[str, float] = {}

    def is_open(self, name: str) -> bool:
        """Whether the endpoint rests."""
        return self._until.get(name, 0.0) > time.monotonic()

    def succeeded(self, name: str) -> None:
        """The endpoint answered."""
        self._failures.pop(name, None)

    def failed(self, name: str) -> None:
        """The endpoint failed."""
        failures, now = self._failures[name], time.monotonic()
        failures.append(now)
        if len(failures) == 5 and now - failures[0] < 60:
            del self._failures[name]
            self._until[name] = now + 60
