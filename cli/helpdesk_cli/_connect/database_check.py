"""Checks what may slow the database down: the time limit of people's statements, and open transactions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

TIME_LIMITS = "time limits"
STREAMS = "open transactions"
# Above this, in milliseconds, twenty slow requests of one customer can keep all connections of the Data API busy.
_LONGEST = 30_000
_SUGGESTED = {"authenticated": "8s", "anon": "3s"}
# Transactions that are open for longer than this, in seconds, are named.
_PATIENCE = 10
_LISTED = 5

Result = tuple[str, bool | None, str, str | None]


def check_database(url: str, key: str, token: str | None, timeout: float) -> Iterator[Result]:
    """What admins and the secret key can see of the database; nothing for others.

    Returns:
        For each check its name; True, or None as a warning; a message; and a fix.
    """
    limits = _call(url, key, token, timeout, "statement_timeouts")
    if limits is not None:
        yield (TIME_LIMITS, *_time_limits({row["role"]: row["milliseconds"] for row in limits}))
    transactions = _call(url, key, token, timeout, "open_transactions", min_seconds=_PATIENCE)
    if transactions is not None:
        yield (STREAMS, *_open_transactions(transactions))


def _call(
    url: str, key: str, token: str | None, timeout: float, function: str, **arguments: object
) -> list[dict[str, Any]] | None:
    """The rows of a function; None for whoever may not call it."""
    import httpx

    headers = {"apikey": key, "Content-Profile": "helpdesk"}
    if token is not None or not key.startswith("sb_"):
        headers["Authorization"] = f"Bearer {token or key}"
    try:
        answer = httpx.post(f"{url}/rest/v1/rpc/{function}", headers=headers, json=arguments, timeout=timeout)
        body = answer.json()
    except (httpx.HTTPError, ValueError):
        return None
    return body if answer.is_success and isinstance(body, list) else None


def _time_limits(limits: dict[str, int]) -> tuple[bool | None, str, str | None]:
    said = ", ".join(
        f"{role} {f'{milliseconds / 1000:g} s' if milliseconds else 'none'}" for role, milliseconds in limits.items()
    )
    wrong = [role for role, milliseconds in limits.items() if not 0 < milliseconds <= _LONGEST]
    if not wrong:
        return True, f"a statement is stopped after: {said}", None
    commands = " ".join(f"alter role {role} set statement_timeout = '{_SUGGESTED[role]}';" for role in wrong)
    message = f"one request may keep a connection busy for very long (a statement is stopped after: {said})"
    return None, message, f"As the owner of the database run: {commands} notify pgrst, 'reload config';"


def _open_transactions(rows: list[dict[str, Any]]) -> tuple[bool | None, str, str | None]:
    if not rows:
        return True, f"none older than {_PATIENCE} s: nothing holds events back", None
    named = "; ".join(_described(row) for row in rows[:_LISTED])
    more = f"; and {len(rows) - _LISTED} more" if len(rows) > _LISTED else ""
    pids = [str(row["pid"]) for row in rows[:_LISTED] if row["pid"] is not None]
    end = [f"select pg_terminate_backend({pid});" for pid in pids]
    prepared = [str(row["application"]).replace("'", "''") for row in rows[:_LISTED] if row["pid"] is None]
    end += [f"rollback prepared '{name}';" for name in prepared]
    message = f"nobody receives events that are newer than these transactions: {named}{more}"
    fix = (
        f"Let the program end its transaction, or run: {' '.join(end)} "
        "Against the next one: alter role <its role> set idle_in_transaction_session_timeout = '60s';"
    )
    return None, message, fix


def _described(row: dict[str, Any]) -> str:
    who = f"prepared {row['application']}" if row["pid"] is None else f"pid {row['pid']}"
    application = f", {row['application']}" if row["pid"] is not None and row["application"] else ""
    state = f", {row['state']}" if row["pid"] is not None and row["state"] else ""
    since = "" if row["seconds"] is None else f", open for {row['seconds']} s"
    return f"{who} (role {row['role']}{application}{state}, database {row['database']}{since})"
