"""From an error response to an exception. Pure. The response's details are never repeated: they may hold rows that the
caller must not see."""

from __future__ import annotations

import email.utils
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from .. import errors as e

_REASON = re.compile(r"helpdesk\.([a-z_]+)")
_FIELD = re.compile(r"([a-z][a-z_]*)[ .]")
# A message may repeat what a stranger wrote. Line breaks forge lines of a log, escape sequences steer a terminal, and
# direction marks and half surrogates change or break the text around them.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
_BY_STATUS: dict[int, type[e.ApiError]] = {
    400: e.InvalidValueError,
    401: e.AuthenticationError,
    403: e.ForbiddenError,
    409: e.ConflictError,
    413: e.InvalidValueError,
    422: e.InvalidValueError,
    429: e.RateLimitedError,
}
# Codes of PostgREST, Supabase Auth and Storage that are more exact than the HTTP status.
_BY_CODE: dict[str, type[e.ApiError]] = {
    "25006": e.ReadOnlyError,
    "3F000": e.UnexpectedResponseError,
    "42501": e.ForbiddenError,
    "57014": e.StatementTimeoutError,
    "PGRST106": e.UnexpectedResponseError,
    "PGRST202": e.UnexpectedResponseError,
    "PGRST205": e.UnexpectedResponseError,
    "PGRST301": e.AuthenticationError,
    "PGRST302": e.AuthenticationError,
    "PGRST303": e.AuthenticationError,
    "invalid_credentials": e.AuthenticationError,
    "email_not_confirmed": e.AuthenticationError,
    "user_banned": e.AuthenticationError,
    "session_not_found": e.AuthenticationError,
    "session_expired": e.AuthenticationError,
    "refresh_token_not_found": e.AuthenticationError,
    "refresh_token_already_used": e.AuthenticationError,
    "bad_jwt": e.AuthenticationError,
    "user_already_exists": e.UserExistsError,
    "email_exists": e.UserExistsError,
    "weak_password": e.InvalidValueError,
    "email_address_invalid": e.InvalidValueError,
    "over_request_rate_limit": e.RateLimitedError,
    "over_email_send_rate_limit": e.RateLimitedError,
    # Storage has no such object, or the caller may not see it.
    "not_found": e.NotFoundError,
}
_STATUS_OF_ITEM = {"23502": 400, "23503": 409, "23505": 409, "22P02": 400, "22023": 400, "42501": 403}
NO_HELPDESK = "Is this the URL of a Supabase project with the helpdesk's migrations? Run helpdesk doctor."
_HINT_BY_CODE = {
    "PGRST301": "The access token is not accepted: sign in again.",
    "PGRST106": "The schema helpdesk is not among the project's exposed schemas: add it in the Data API's settings.",
    "PGRST202": "The helpdesk's migrations are missing or older than this SDK: run helpdesk doctor.",
    "PGRST205": "The helpdesk's migrations are missing or older than this SDK: run helpdesk doctor.",
    "3F000": "The helpdesk's migrations are not in this database: run helpdesk doctor.",
    "25006": "Try again later; if it stays so, the project may have run out of disk space.",
    "invalid_credentials": "Check the e-mail address and the password.",
    "57014": "Use a narrower filter or a smaller page, or try again later. helpdesk doctor names open transactions "
    "that others wait for.",
    "email_not_confirmed": "Open the link in the confirmation e-mail first.",
}
_MESSAGE_BY_CODE = {"57014": "The database stopped the request because it took too long; nothing was changed"}
_FIELD_BY_CODE = {"weak_password": "password", "email_address_invalid": "email"}


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """The content of an error response."""

    status: int
    code: str | None
    """The SQLSTATE or code; empty when the database ended during the request, None when there is no code."""
    message: str | None
    reason: str | None
    hint: str | None
    retry_after: float | None
    request_id: str | None


def parse_error(response: httpx.Response, now: datetime | None = None) -> ErrorResponse:
    """Read an error response of PostgREST, of Supabase Auth or of a gateway."""
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        body = {}
    found = _REASON.fullmatch(str(body.get("details") or ""))
    code = body.get("error_code") or body.get("code")
    status = response.status_code
    if isinstance(body.get("statusCode"), str) and body["statusCode"].isdecimal():
        # Storage answers 400, and has the status in the body.
        status, code = int(body["statusCode"]), body.get("error")
    message = next(
        (body[key] for key in ("message", "msg", "error_description") if isinstance(body.get(key), str)), None
    )
    hint = body.get("hint")
    return ErrorResponse(
        status=status,
        code=code if isinstance(code, str) else None,
        message=_printable(message) if message else message,
        reason=found.group(1) if found else None,
        # Only our own hints: others may name things that the caller must not see.
        hint=_printable(hint) if found and isinstance(hint, str) else None,
        retry_after=retry_after(response.headers.get("Retry-After"), now or datetime.now(UTC)),
        request_id=response.headers.get("sb-request-id") or response.headers.get("x-request-id"),
    )


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub(" ", text).strip()


def retry_after(header: str | None, now: datetime) -> float | None:
    """The seconds of a ``Retry-After`` header, which holds seconds or a date; None when it holds neither."""
    if not header:
        return None
    try:
        value = float(header)
    except ValueError:
        try:
            value = (email.utils.parsedate_to_datetime(header) - now).total_seconds()
        except (ValueError, TypeError):
            return None
    return max(0.0, value) if value == value else None


def exception_for(failure: ErrorResponse, *, signed_in: bool) -> e.ApiError:
    """The exception for an error response."""
    kind = _class_of(failure)
    error = kind(
        _message_of(failure, kind),
        hint=failure.hint or _HINT_BY_CODE.get(failure.code or ""),
        code=failure.code or None,
        status=failure.status,
        reason=failure.reason,
        request_id=failure.request_id,
    )
    if isinstance(error, e.InvalidValueError):
        found = _FIELD.match(error.message) if failure.reason else None
        error.field = found.group(1) if found else _FIELD_BY_CODE.get(failure.code or "")
    if isinstance(error, e.RateLimitedError):
        error.retry_after = failure.retry_after
    if error.hint is None:
        error.hint = _hint_for(error, signed_in)
    return error


def exception_for_item(error: Mapping[str, Any]) -> e.ApiError:
    """The exception for one item of a request with many, whose errors are in the result."""
    code = str(error.get("code"))
    status = int(code[2:]) if code.startswith("PT") and code[2:].isdigit() else _STATUS_OF_ITEM.get(code, 400)
    return exception_for(parse_error(httpx.Response(status, json=dict(error))), signed_in=True)


def _hint_for(error: e.ApiError, signed_in: bool) -> str | None:
    if isinstance(error, e.UnexpectedResponseError):
        return NO_HELPDESK
    if not isinstance(error, e.AuthenticationError):
        return None
    if error.code == "42501" and not signed_in:
        return "Sign in first: auth.sign_in(email, password), or HELPDESK_ACCESS_TOKEN in the environment."
    return "Check the project's key." if error.code is None and error.status == 401 else None


def _class_of(failure: ErrorResponse) -> type[e.ApiError]:
    if failure.reason in e.BY_REASON:
        return e.BY_REASON[failure.reason]
    if failure.reason is None and failure.code in _BY_CODE:
        kind = _BY_CODE[failure.code]
        # Without a session, a missing privilege means a missing sign-in.
        return e.AuthenticationError if failure.status == 401 else kind
    if failure.status >= 500 or failure.code == "":
        return e.ServerError
    return _BY_STATUS.get(failure.status, e.ApiError if failure.reason else e.UnexpectedResponseError)


def _message_of(failure: ErrorResponse, kind: type[e.ApiError]) -> str | None:
    if failure.code in _MESSAGE_BY_CODE:
        return _MESSAGE_BY_CODE[failure.code]
    # PostgreSQL's own texts about missing privileges name tables, which mean nothing to the caller.
    if failure.message and failure.code not in {"42501", "25006"}:
        return failure.message
    if kind in {e.UnexpectedResponseError, e.ServerError}:
        return f"The helpdesk answered with HTTP status {failure.status}"
    return None
