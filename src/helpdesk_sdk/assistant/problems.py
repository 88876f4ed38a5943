"""Why a model gave no answer, in a stable word and a sentence that holds nothing of what the endpoint wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_NAME = re.compile(r"[A-Za-z][\w.\[\]-]{0,59}")
_SECRET = re.compile(r"(sk|sb|eyJ|key)[-_.]?.{12,}", re.I)
_URL = re.compile(r"\b\w+://[^\s)]+")
_CONNECTION = (
    (re.compile("refused|attempts failed", re.I), "the connection was refused"),
    (re.compile("name or service|getaddrinfo|nodename|resolve", re.I), "its name is not known"),
    (re.compile("certificate|ssl|tls", re.I), "its certificate is not accepted"),
)


@dataclass
class Usage:
    """What calls cost."""

    tokens_in: int = 0
    """Tokens of prompts."""
    tokens_out: int = 0
    """Tokens of answers."""
    is_estimated: bool = False
    """Whether an endpoint counted nothing: then a token is four characters."""

    def add(self, other: Usage) -> None:
        """Count another call, too.

        Args:
            other: What the call cost.
        """
        self.tokens_in += other.tokens_in
        self.tokens_out += other.tokens_out
        self.is_estimated = self.is_estimated or other.is_estimated


def counted_usage(value: Any) -> Usage | None:
    """What an endpoint says that a call cost; None when it says nothing that can be right.

    Args:
        value: The ``usage`` of its answer.
    """
    given = value if isinstance(value, dict) else {}
    numbers: list[Any] = [given.get(name) for name in ("prompt_tokens", "completion_tokens")]
    return Usage(*numbers) if all(type(number) is int and number >= 0 for number in numbers) else None


def error_reason(status: int, has_quota: bool) -> str:
    """The word for an HTTP error.

    Args:
        status: The HTTP status.
        has_quota: Whether the quota is not used up, as far as the endpoint says.
    """
    if status in (401, 403):
        return "model_key_refused"
    if status == 404:
        return "model_not_found"
    if status == 402 or not has_quota:
        return "model_quota_exhausted"
    if status == 429:
        return "model_rate_limited"
    return "model_unreachable" if status >= 500 or status == 408 or status < 400 else "model_request_refused"


class ModelError(Exception):
    """A model gave no answer."""

    reason: str
    """A stable word, e.g. ``model_timeout``."""
    usage: Usage | None
    """What the call cost all the same."""
    content: str | None
    """What the model wrote, where it can be asked to repair it."""

    def __init__(self, reason: str, problem: str, usage: Usage | None = None, content: str | None = None) -> None:
        super().__init__(problem)
        self.reason = reason
        self.usage = usage
        self.content = content


class InterruptionError(Exception):
    """The program is to stop: there is no answer, and the endpoint is not to blame."""


def status_problem(status: int, names: list[Any], key: str) -> str:
    """A sentence about an HTTP error, with names that the endpoint gave, as far as they are names.

    Args:
        status: The HTTP status.
        names: The code and the field of the error.
        key: The endpoint's key, which no name may hold.
    """
    told = [name for name in names if isinstance(name, str) and _NAME.fullmatch(name) and not _SECRET.match(name)]
    said = ", ".join(name for name in told if not key or key not in name)
    return f"The model's endpoint answered {status}" + (f" ({said})" if said else "")


def connection_problem(url: str, error: BaseException) -> str:
    """A sentence about a connection that failed: it names the host, and no path, user or key.

    Args:
        url: The endpoint's URL.
        error: What the connection failed with.
    """
    # A URL may have any word in it.
    text = _URL.sub("", " ".join(_chain(error)))
    why = next((why for pattern, why in _CONNECTION if pattern.search(text)), "the connection broke")
    parts = urlsplit(url)
    host = parts.hostname or ""
    return f"The model's endpoint {host}{f':{parts.port}' if parts.port else ''} cannot be reached: {why}"


def _chain(error: BaseException | None) -> Iterator[str]:
    """The texts of an error and of those behind it, the attempts of a group included."""
    for _ in range(10):
        if error is None:
            return
        yield str(error)
        if isinstance(error, BaseExceptionGroup):
            yield from (str(one) for one in error.exceptions)
        error = error.__cause__ or error.__context__
