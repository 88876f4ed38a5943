"""The numbers of a helpdesk for a monitoring system, and how Prometheus reads them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

from .base import Model

MetricKind = Literal["gauge", "counter"]

METRICS: dict[str, tuple[MetricKind, str]] = {
    "tickets": ("gauge", "Open and pending tickets, by team and status"),
    "queue_oldest_seconds": ("gauge", "How long the oldest open ticket without an assignee has waited, by team"),
    "event_last_seconds": ("gauge", "The age of the newest event"),
    "event_hold_seconds": ("gauge", "The age of the transaction that holds events back from streams; 0: none"),
    "runs": ("gauge", "Runs of the assistant that wait (queued) or are being carried out (leased)"),
    "run_oldest_seconds": ("gauge", "The age of the oldest run that has not ended; 0: none"),
    "runs_finished_hour": ("gauge", "Runs that ended in the last hour, by state and reason"),
    "embedding_jobs": ("gauge", "Texts that wait for their vector, or failed too often (dead)"),
    "embedding_job_oldest_seconds": ("gauge", "The age of the oldest text that waits for its vector; 0: none"),
    "attachment_checks": ("gauge", "Files that wait for their check"),
    "attachment_check_oldest_seconds": ("gauge", "The age of the oldest file that waits for its check; 0: none"),
    "outbox": ("gauge", "Deliveries by kind and state: waiting, held (their webhook is off), dead, failed, unknown"),
    "outbox_oldest_seconds": ("gauge", "How long the oldest delivery that could be sent has waited, by kind; 0: none"),
    "webhooks": ("gauge", "Webhooks that are on, failing, switched off by an admin, or disabled by themselves"),
    "assistant_enabled": ("gauge", "1 while the assistant is switched on"),
    "tokens_limit_day": ("gauge", "The tokens that the project may use in a day; absent without a limit"),
    "tokens_day": ("gauge", "The tokens of today (UTC), by kind: used, reserved"),
    "connections": ("gauge", "Connections to the database, by state"),
    "connections_max": ("gauge", "The greatest number of connections to the server"),
    "lock_waits": ("gauge", "Statements that wait for a lock now"),
    "deadlocks_total": ("counter", "Deadlocks in the database since its statistics began"),
    "rollbacks_total": ("counter", "Transactions that were rolled back; every refusal is one"),
    "database_bytes": ("gauge", "The size of the whole database, with the tables of the host"),
    "table_bytes": ("gauge", "The size of a table with its indexes"),
    "table_rows": ("gauge", "The rows of a table, as PostgreSQL estimated them last"),
}
"""Each metric by its name: its kind for Prometheus, and what it says."""

_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


class Metric(Model):
    """One number of the helpdesk."""

    name: str
    """The name, e.g. ``tickets``; Prometheus gets ``helpdesk_tickets``."""
    labels: dict[str, str]
    """What the number is about, e.g. ``{"team": "Support", "status": "open"}``."""
    value: float
    """The number."""


def prometheus_text(metrics: Iterable[Metric]) -> str:
    """The numbers in the text format of Prometheus, version 0.0.4.

    Args:
        metrics: The numbers; those of one name need not stand together.
    """
    by_name: dict[str, list[Metric]] = {}
    for metric in metrics:
        by_name.setdefault(metric.name, []).append(metric)
    lines = []
    for name, rows in by_name.items():
        kind, says = METRICS.get(name, ("gauge", "Not known to this version of the program"))
        lines += [f"# HELP helpdesk_{name} {says}.", f"# TYPE helpdesk_{name} {kind}"]
        lines += [f"helpdesk_{name}{_labels(row.labels)} {_number(row.value)}" for row in rows]
    return "".join(f"{line}\n" for line in lines)


def _labels(labels: dict[str, str]) -> str:
    parts = [f'{name}="{str(value).translate(_ESCAPES)}"' for name, value in sorted(labels.items())]
    return f"{{{','.join(parts)}}}" if parts else ""


def _number(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) else repr(value)
