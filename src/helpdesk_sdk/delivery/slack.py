"""Slack: one attempt to deliver, and who a bot token belongs to. ``_helpdesk/slack_send.ts`` sends in the same way."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import httpx

from ..errors import ConfigurationError, ConnectionFailedError
from .retry_after import retry_after_seconds
from .sending import Attempt

SLACK_API = "https://slack.com/api"

_REACH = "Look whether this computer reaches slack.com, and repeat it."
_SECONDS = 10.0
# Slack wants about one message a second in a channel.
_PACE = 1.0
# The first message was removed by somebody: there is nothing left to change.
_NOTHING_LEFT = {"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive"}
_WORKSPACE_IS_GONE = {
    *("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope"),
    *("no_permission", "org_login_required", "ekm_access_denied", "team_access_not_granted", "access_denied"),
}
_CHANNEL_IS_GONE = {
    *("channel_not_found", "is_archived", "not_in_channel", "restricted_action", "channel_type_not_supported"),
}
_PASSES = {
    *("ratelimited", "rate_limited", "unavailable", "timeout", "unreachable", "odd_answer", "internal_error"),
    *("fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"),
}


@dataclass(frozen=True)
class SlackWorkspace:
    """What Slack says about a bot token."""

    workspace_id: str
    """The id of the workspace, like ``T0123456789``."""
    workspace_name: str
    """The name of the workspace."""
    bot_user_id: str
    """The user that the app is there, like ``U0123456789``."""


@dataclass(frozen=True)
class _Answer:
    status: int | None
    error: str | None
    retry_after: int | None
    body: Mapping[str, Any]


class SlackSender:
    """Sends to Slack, to each channel one message after the other. As an async context manager.

    Args:
        pace: Seconds between two messages to a channel.
    """

    def __init__(self, *, pace: float = _PACE) -> None:
        self._pace = pace
        # The token goes nowhere else: no redirects, and no proxies of the environment.
        self._client = httpx.AsyncClient(timeout=_SECONDS, trust_env=False, follow_redirects=False)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._last: dict[str, float] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def send(self, payload: Mapping[str, Any]) -> Attempt:
        """Make one attempt. It never raises: each end of it is an outcome.

        Args:
            payload: What ``lease_deliveries()`` gave.
        """
        channel = str(payload.get("channel"))
        async with self._turns[channel]:
            await asyncio.sleep(max(0.0, self._last.get(channel, 0.0) + self._pace - time.monotonic()))
            begun = time.monotonic()
            try:
                made = await self._attempt(payload)
            except (KeyError, TypeError, ValueError) as error:
                made = Attempt("retry", problem=f"It cannot be sent: {type(error).__name__}")
            self._last[channel] = time.monotonic()
        return replace(made, milliseconds=int((time.monotonic() - begun) * 1000))

    async def _attempt(self, payload: Mapping[str, Any]) -> Attempt:
        result: dict[str, Any] = {}
        answer = _Answer(None, "odd_answer", None, {})
        for call in payload["calls"]:
            body = dict(call["body"])
            if call.get("in_thread"):
                body["thread_ts"] = result["ts"]
            answer = await self._call(payload["api_url"], payload["token"], call["method"], body)
            if answer.error in _NOTHING_LEFT and call["method"] == "chat.update":
                continue
            if answer.error is not None:
                break
            if call["method"] == "chat.postMessage" and "thread_ts" not in body:
                result["ts"] = answer.body.get("ts")
        if answer.error is None or answer.error in _NOTHING_LEFT:
            return Attempt("done", answer.status, "ok", result={**(payload.get("echo") or {}), **result})
        return _failed(answer, {**result, "error": answer.error})

    async def _call(self, api_url: str, token: str, method: str, body: Mapping[str, Any]) -> _Answer:
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json; charset=utf-8"}
        try:
            # All of it: a server that sends a little now and then has no longer.
            async with asyncio.timeout(_SECONDS):
                response = await self._client.post(f"{api_url}/{method}", json=body, headers=headers)
        except (httpx.TimeoutException, TimeoutError):
            return _Answer(None, "timeout", None, {})
        except httpx.HTTPError:
            return _Answer(None, "unreachable", None, {})
        return _read(response)


def slack_workspace(bot_token: str, *, api_url: str = SLACK_API) -> SlackWorkspace:
    """Ask Slack whose token this is (``auth.test``).

    Args:
        bot_token: The bot token of the app; it begins with ``xoxb-``.
        api_url: Where Slack's Web API is.

    Raises:
        ConfigurationError: Slack does not accept the token, or it is not a bot's.
        ConnectionFailedError: Slack does not answer.
    """
    if not bot_token.isascii() or not bot_token.startswith("xoxb-"):
        raise ConfigurationError(
            "This is no bot token", hint="It begins with xoxb- and stands on the app's page OAuth & Permissions."
        )
    try:
        headers = {"authorization": f"Bearer {bot_token}"}
        response = httpx.post(f"{api_url}/auth.test", headers=headers, timeout=_SECONDS, trust_env=False)
    except httpx.HTTPError as error:
        raise ConnectionFailedError("Slack does not answer", hint=_REACH) from error
    answer = _read(response)
    if answer.error in _PASSES:
        raise ConnectionFailedError(f"Slack does not answer as it should: {answer.error}", hint=_REACH)
    if answer.error is not None:
        raise ConfigurationError(
            f"Slack does not accept the token: {answer.error}", hint="Install the app, then copy its bot token."
        )
    found = answer.body
    return SlackWorkspace(str(found.get("team_id")), str(found.get("team", "")), str(found.get("user_id")))


def _read(response: httpx.Response) -> _Answer:
    """What an answer says. With ``ok: false`` its status is 200: what counts is its error."""
    status, retry_after = response.status_code, retry_after_seconds(response.headers.get("retry-after"))
    if status == 429:
        return _Answer(status, "ratelimited", retry_after, {})
    if status >= 500:
        return _Answer(status, "unavailable", retry_after, {})
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return _Answer(status, "odd_answer", retry_after, {})
    error = None if body.get("ok") is True else str(body.get("error") or "odd_answer")[:100]
    return _Answer(status, error, retry_after, body)


def _failed(answer: _Answer, result: Mapping[str, Any]) -> Attempt:
    error = answer.error or "odd_answer"
    problem = "Slack cannot be reached" if error == "unreachable" else f"Slack answered {error}"
    if error in _WORKSPACE_IS_GONE or error in _CHANNEL_IS_GONE:
        return Attempt("gone", answer.status, error, problem, result=result)
    if error not in _PASSES:
        return Attempt("refused", answer.status, error, problem, result=result)
    return Attempt("retry", answer.status, error, problem, retry_after_seconds=answer.retry_after, result=result)
