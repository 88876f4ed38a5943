"""Checks what waits, by the helpdesk's metrics: queues, runs, files, vectors, connections. For admins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from .durations import duration
from .mail_check import check_replies
from .mail_health import mail_findings
from .mail_verdicts import check_verdicts
from .slack_health import slack_findings

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk, Metric

Result = tuple[str, bool | None, str, str | None]

# Longer waits, in seconds, are worth a look. The alerts in examples/monitoring have the same limits.
QUEUE_MAX = 86_400
RUN_MAX = 600
FILE_MAX = 600
VECTOR_MAX = 3_600
DELIVERY_MAX = 300
CONNECTIONS_MAX = 0.8


def check_health(hd: Helpdesk) -> Iterator[Result]:
    """What admins and the secret key can see; nothing for others.

    Args:
        hd: A client of the person.

    Returns:
        For each check its name; True, or None as a warning; a message; and a fix.
    """
    from helpdesk_sdk.errors import ForbiddenError, HelpdeskError

    try:
        metrics = hd.operations.metrics()
        yield from findings(metrics)
        yield from mail_findings(hd.mail.health())
        channels = list(hd.mail.channels.list())
        yield from check_replies(channels)
        yield from check_verdicts(hd, channels)
        yield from slack_findings(hd.slack.connections(), hd.slack.channels(), metrics)
    except ForbiddenError:
        return
    except HelpdeskError as error:
        yield "waiting", None, error.message, error.hint


def findings(metrics: Iterable[Metric]) -> Iterator[Result]:
    """The checks, by the numbers.

    Args:
        metrics: All numbers of the helpdesk.
    """
    rows = list(metrics)
    yield ("queues", *_queues(rows))
    yield (
        "runs",
        *_waiting(
            rows,
            ("runs", "run_oldest_seconds", RUN_MAX),
            "runs of the assistant wait",
            "Nobody carries them out: deploy the function suggest-reply, or start helpdesk worker --assistant.",
        ),
    )
    yield (
        "file checks",
        *_waiting(
            rows,
            ("attachment_checks", "attachment_check_oldest_seconds", FILE_MAX),
            "files wait for their check",
            "Deploy the function check-attachment, or start helpdesk worker --files.",
        ),
    )
    yield (
        "vector jobs",
        *_waiting(
            rows,
            ("embedding_jobs", "embedding_job_oldest_seconds", VECTOR_MAX),
            "texts wait for their vector",
            "Start helpdesk worker --embed, or once: helpdesk kb embed",
        ),
    )
    yield ("outbox", *_outbox(rows))
    yield ("connections", *_connections(rows))


def _queues(rows: list[Metric]) -> tuple[bool | None, str, str | None]:
    late = sorted(
        ((row.value, row.labels.get("team", "?")) for row in rows if row.name == "queue_oldest_seconds"), reverse=True
    )
    stuck = [f"{team} ({duration(seconds)})" for seconds, team in late if seconds > QUEUE_MAX]
    if stuck:
        fix = "Has the team members who work? helpdesk teams list, helpdesk tickets list --assigned-to nobody"
        return None, f"the oldest open ticket without an assignee waits too long: {', '.join(stuck[:5])}", fix
    if not late:
        return True, "no open ticket is without an assignee", None
    seconds, team = late[0]
    return True, f"the longest wait is {duration(seconds)}, in {team}", None


def _waiting(
    rows: list[Metric], limits: tuple[str, str, int], what: str, fix: str
) -> tuple[bool | None, str, str | None]:
    many, oldest, most = limits
    number = sum(row.value for row in rows if row.name == many and row.labels.get("state") != "dead")
    seconds = max((row.value for row in rows if row.name == oldest), default=0.0)
    if not number:
        return True, "none wait", None
    message = f"{number:,.0f} {what}, the oldest for {duration(seconds)}"
    return (None, message, fix) if seconds > most else (True, message, None)


_WAITING_MAILS = {"kind": "email", "state": "waiting"}


def _outbox(rows: list[Metric]) -> tuple[bool | None, str, str | None]:
    def number(state: str) -> float:
        return sum(row.value for row in rows if row.name == "outbox" and row.labels.get("state") == state)

    ages = {row.labels.get("kind"): row.value for row in rows if row.name == "outbox_oldest_seconds"}
    late = max(ages.values(), default=0.0)
    off = sum(row.value for row in rows if row.name == "webhooks" and row.labels.get("state") == "disabled")
    waiting, dead = number("waiting"), number("dead")
    ended = [f"{dead:,.0f} deliveries are dead"] if dead else []
    ended += [f"{off:,.0f} webhooks were switched off by themselves"] if off else []
    if late > DELIVERY_MAX:
        if all(age <= DELIVERY_MAX for kind, age in ages.items() if kind != "email"):
            mails = sum(row.value for row in rows if row.name == "outbox" and row.labels == _WAITING_MAILS)
            message = f"mails are not sent: {mails:,.0f} wait, the oldest for {duration(late)}"
            fix = "Set HELPDESK_MAIL_URL for helpdesk worker --deliver, or as a secret of the function deliver"
            return None, "; ".join([message, *ended]), fix
        message = f"nothing drains the outbox: {waiting:,.0f} deliveries wait, the oldest for {duration(late)}"
        fix = (
            "Start helpdesk worker --deliver, or have the database call the function deliver: helpdesk outbox schedule"
        )
        return None, "; ".join([message, *ended]), fix
    if dead:
        fix = "See why: helpdesk outbox list --state dead. Send again: helpdesk outbox replay --dead"
        return None, "; ".join(ended), fix
    if off:
        return None, "; ".join(ended), "See which: helpdesk webhooks list. Switch on: helpdesk webhooks update ID --on"
    return True, f"{waiting:,.0f} deliveries wait" if waiting else "nothing waits", None


def _connections(rows: list[Metric]) -> tuple[bool | None, str, str | None]:
    used = sum(row.value for row in rows if row.name == "connections")
    most = sum(row.value for row in rows if row.name == "connections_max")
    message = f"{used:,.0f} of {most:,.0f} connections to the database are used"
    if used <= CONNECTIONS_MAX * most:
        return True, message, None
    return None, message, "Let programs connect through the pooler, or choose a larger compute size."
