"""What the provider can play: good answers, and each fault that real endpoints have shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, get_args

from ._answers import good_answer, obedient_answer
from ._prompt import CapturedRequest

Behaviour = Literal[
    "good",
    "obedient",
    "fenced",
    "prose",
    "empty",
    "endless",
    "other_schema",
    "wrong_json",
    "nan",
    "huge",
    "truncated",
    "refusal",
    "content_filter",
    "tool_call",
    "prompt_cut",
    "no_usage",
    "rate_limited",
    "insufficient_quota",
    "wrong_key",
    "forbidden",
    "no_such_model",
    "server_error",
    "leaky_error",
    "not_json",
    "hang",
    "slow",
    "cut",
]
"""The name of a behaviour; ``ScriptedProvider`` says what each does."""

BEHAVIOURS: tuple[str, ...] = get_args(Behaviour)
"""The names of all behaviours."""

FOREVER = 3600.0


@dataclass(frozen=True)
class Play:
    """One answer of the provider, for a script of your own: ``provider.play(Play(content="…"))``."""

    content: str | None = ""
    """The text of the model's message."""
    finish: str = "stop"
    """The finish reason."""
    refusal: str | None = None
    """The text of a refusal."""
    status: int = 200
    """The HTTP status. Other than 200, the body is ``error``."""
    error: dict[str, str | None] = field(default_factory=dict)
    """The error in the body of other statuses."""
    headers: dict[str, str] = field(default_factory=dict)
    """Further headers of the answer."""
    usage: Literal["honest", "cut", "none"] = "honest"
    """The counts of tokens: true ones, a prompt that the server cut, or none at all."""
    body: str | None = None
    """The whole body, instead of one in OpenAI's shape."""
    wait: float = 0.0
    """Seconds before the first byte."""
    pause: float = 0.0
    """Seconds between the pieces of a stream, or between the halves of a body."""
    is_cut: bool = False
    """Whether the connection is closed in the middle of the body."""
    is_endless: bool = False
    """Whether the text is repeated until the client goes away."""
    tool_call: bool = False
    """Whether the message calls a tool that nobody offered."""


def _refused(status: int, code: str, message: str, kind: str = "invalid_request_error", **headers: str) -> Play:
    error: dict[str, str | None] = {"message": message, "type": kind, "param": None, "code": code}
    return Play(status=status, error=error, headers={name.replace("_", "-"): text for name, text in headers.items()})


def _leaky(request: CapturedRequest) -> Play:
    sent = request.headers.get("authorization", "")
    return _refused(500, "internal_error", f"upstream refused {sent} for the prompt {request.prompt[:4000]}", "error")


_PLAYS: dict[str, Play | Callable[[CapturedRequest], Play]] = {
    "good": lambda request: Play(good_answer(request)),
    "obedient": lambda request: Play(obedient_answer(request)),
    "fenced": lambda request: Play(f"Here is the answer:\n```json\n{good_answer(request)}\n```\nAnything else?"),
    "prose": Play("I think you should simply restart the device. Have a nice day!"),
    "empty": Play(None),
    "endless": Play("and again, ", is_endless=True),
    "other_schema": Play('{"reply": {"text": "Hello"}, "ticket_id": 17, "status": "closed"}'),
    "wrong_json": lambda request: Play(good_answer(request)[:-1] + ",,}"),
    "nan": Play('{"paragraphs": NaN, "statements": NaN, "steps": NaN, "tags": [Infinity], "n": -1e999}'),
    "huge": lambda request: Play(json.dumps(json.loads(good_answer(request)) | {"padding": "x" * 1_048_576})),
    "truncated": lambda request: Play(good_answer(request)[:25], finish="length"),
    "refusal": Play(None, refusal="I cannot help with that."),
    "content_filter": Play("", finish="content_filter"),
    "tool_call": Play(None, finish="tool_calls", tool_call=True),
    "prompt_cut": lambda request: Play(good_answer(request), usage="cut"),
    "no_usage": lambda request: Play(good_answer(request), usage="none"),
    "rate_limited": _refused(
        429, "rate_limit_exceeded", "Rate limit reached for requests", "requests", retry_after="1"
    ),
    "insufficient_quota": _refused(
        429, "insufficient_quota", "You exceeded your current quota, please check your plan", "insufficient_quota"
    ),
    "wrong_key": lambda request: _refused(
        401, "invalid_api_key", f"Incorrect API key provided: {request.headers.get('authorization', '')[7:]}."
    ),
    "forbidden": _refused(403, "forbidden", "The project has no access to this model"),
    "no_such_model": lambda request: _refused(
        404, "model_not_found", f"The model `{request.body.get('model')}` does not exist"
    ),
    "server_error": _refused(
        500, "server_error", "The server had an error while processing your request", "server_error"
    ),
    "leaky_error": _leaky,
    "not_json": Play(body="<html><body>502 Bad Gateway</body></html>"),
    "hang": lambda request: Play(good_answer(request), wait=FOREVER),
    "slow": lambda request: Play(good_answer(request), pause=FOREVER),
    "cut": lambda request: Play(good_answer(request), is_cut=True),
}


def play_of(behaviour: str, request: CapturedRequest) -> Play:
    """What a behaviour answers to a request."""
    play = _PLAYS[behaviour]
    return play if isinstance(play, Play) else play(request)


def refused_field(name: str, message: str) -> Play:
    """The answer of an endpoint that does not know a field."""
    error: dict[str, str | None] = {
        "message": message,
        "type": "invalid_request_error",
        "param": name,
        "code": "unsupported_parameter",
    }
    return Play(status=400, error=error)
