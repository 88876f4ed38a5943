"""Checks the assistant as staff see it: its switch, model and budget, the vectors of articles, and gaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from .._base.output import age

if TYPE_CHECKING:
    from helpdesk_sdk import AssistantSettings, EmbeddingProgress, Helpdesk, Run

Result = tuple[str, bool | None, str, str | None]

_RUNS = 100
_GAPS = 1000
# Programs leave an endpoint alone for a minute after five failures within a minute.
_BREAKER_FAILURES, _BREAKER_TIME = 5, timedelta(minutes=1)
_REFUSED_BY_ENDPOINT = ("model_unreachable", "model_timeout", "model_rate_limited")
_FIXES = {
    "model_unreachable": "Check OPENAI_BASE_URL, and whether the endpoint is up.",
    "model_timeout": "Use a faster model, or one nearer by.",
    "model_rate_limited": "Ask the provider for a higher limit.",
    "model_quota_exhausted": "Top up the account at the provider.",
    "model_key_refused": "Set the right OPENAI_API_KEY where the functions or the worker run.",
    "model_not_found": "Name a model of the endpoint: helpdesk assistant settings set --chat-model NAME",
    "model_request_refused": "Use another model: this endpoint takes no request of the assistant.",
    "prompt_cut": "Use a model with a context of at least 8,000 tokens.",
}
_NO_MODEL = "Set OPENAI_API_KEY, or OPENAI_BASE_URL, and OPENAI_MODEL for the functions or the worker."


def check_assistant(hd: Helpdesk, is_admin: bool) -> Iterator[Result]:
    """What staff may see; nothing for others.

    Args:
        hd: A client of the person.
        is_admin: Whether they are an admin, or the secret key is used: others do not see the budget.

    Returns:
        For each check its name; True, or None as a warning; a message; and a fix.
    """
    from helpdesk_sdk.errors import ForbiddenError, HelpdeskError

    try:
        yield from _checks(hd, is_admin)
    except ForbiddenError:
        return
    except HelpdeskError as error:
        yield "assistant", None, error.message, error.hint


def _checks(hd: Helpdesk, is_admin: bool) -> Iterator[Result]:
    settings = hd.assistant.settings()
    yield ("assistant", *_switch(settings))
    yield ("language model", *_model(settings, list(hd.assistant.runs().limit(_RUNS))))
    if is_admin:
        used = hd.assistant.usage()
        yield (
            "token budget",
            *_budget(
                settings.daily_tokens_project, used.used_tokens if used else 0, used.reserved_tokens if used else 0
            ),
        )
    yield ("vectors", *_vectors(hd.knowledge.embedding_progress()))
    gaps = len(list(hd.knowledge.gaps(page_size=_GAPS).limit(_GAPS)))
    if gaps:
        many = f"{gaps:,} or more" if gaps == _GAPS else f"{gaps:,}"
        yield ("knowledge gaps", True, f"{many} open: helpdesk kb gaps list", None)
    else:
        yield ("knowledge gaps", True, "none open", None)


def _switch(settings: AssistantSettings) -> tuple[bool | None, str, str | None]:
    if settings.is_enabled:
        return True, "switched on", None
    return None, "switched off, for everybody", "An admin can: helpdesk assistant settings set --enabled"


def _model(settings: AssistantSettings, runs: Sequence[Run]) -> tuple[bool | None, str, str | None]:
    """What the newest runs tell of the endpoint: its address and key are known only where the functions run."""
    known = [_capability(name, value) for name, value in settings.capability.items()]
    wanted = f"the setting asks for {settings.chat_model}" if settings.chat_model else ""
    told = next((run for run in runs if run.mode == "model" or run.reason == "no_model" or run.reason in _FIXES), None)
    if told is None:
        return True, _joined("not asked yet", wanted, *known), None
    when = age(told.finished_at or told.created_at)
    if told.mode == "model":
        return True, _joined(f"{told.chat_model or 'a model'} answered {when} ago", wanted, *known), None
    if told.reason == "no_model":
        return True, _joined(f"none was configured {when} ago: passages and past tickets answer", wanted), _NO_MODEL
    failed = _recent_failures(runs)
    rests = f"; {failed} failures within a minute: the endpoint is left alone for a minute" if failed else ""
    problem = f" ({told.problem.rstrip('.')})" if told.problem else ""
    message = f"{told.reason} {when} ago{problem}{rests}"
    return None, _joined(message, wanted, *known), _FIXES[told.reason or ""]


def _capability(name: str, value: Any) -> str:
    rung = value.get("rung") if isinstance(value, dict) else None
    return f"{name} takes {rung or 'unknown'}"


def _recent_failures(runs: Sequence[Run]) -> int:
    since = datetime.now(UTC) - _BREAKER_TIME
    failed = sum(
        run.reason in _REFUSED_BY_ENDPOINT and run.finished_at is not None and run.finished_at > since for run in runs
    )
    return failed if failed >= _BREAKER_FAILURES else 0


def _budget(limit: int | None, used: int, reserved: int) -> tuple[bool | None, str, str | None]:
    under_way = f", {reserved:,} reserved" if reserved else ""
    if limit is None:
        return True, f"{used:,} tokens used today (UTC){under_way}; no limit", None
    message = f"{used:,} of {limit:,} tokens used today (UTC){under_way}"
    # A call reserves up to 20,000.
    if used + reserved <= limit * 0.8:
        return True, message, None
    return None, message, "More tokens: helpdesk assistant settings set --daily-tokens-project N"


def _vectors(rows: Sequence[EmbeddingProgress]) -> tuple[bool | None, str, str | None]:
    chunks = rows[0].chunks if rows else 0
    active = next((row for row in rows if row.is_active), None)
    other = next((row for row in rows if row.model is not None and not row.is_active), None)
    if active is not None:
        parts = [f"{active.model}: {active.embedded:,} of {chunks:,} passages"]
    else:
        parts = [f"none in use: {chunks:,} passages are found by their words (helpdesk kb embed makes vectors)"]
    if other is not None:
        parts.append(f"a switch to {other.model} is in progress: {other.embedded:,} of {chunks:,}")
    dead = [row for row in rows if row.dead]
    if dead:
        parts.append(f"{sum(row.dead for row in dead):,} texts failed too often ({dead[0].problem or 'no reason'})")
        return None, "; ".join(parts), f"Try them again: helpdesk kb embed --model {dead[0].model}"
    return True, "; ".join(parts), None


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
