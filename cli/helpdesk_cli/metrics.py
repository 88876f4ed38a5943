"""`helpdesk metrics`: the numbers of the helpdesk for a monitoring system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ._base.app import Commands
from ._base.output import Column, print_rows
from ._connect.connection import connect

if TYPE_CHECKING:
    from helpdesk_sdk import Metric


def register(app: Commands) -> None:
    """Add the command to the program."""
    app.command("metrics", profile=True)(metrics)


def metrics(
    prometheus: Annotated[
        bool, typer.Option("--prometheus", help="Print the text format of Prometheus, for a textfile collector.")
    ] = False,
) -> None:
    """Admins: show the numbers for a monitoring system.

    Queues, the event log, jobs, the token budget, connections, sizes.

    With --prometheus, a comment says what each number means.

    For example: helpdesk metrics --prometheus > /var/lib/node_exporter/helpdesk.prom
    """
    from helpdesk_sdk import prometheus_text

    with connect() as hd:
        found = hd.operations.metrics()
    if prometheus:
        typer.echo(prometheus_text(found), nl=False)
    else:
        columns: tuple[Column[Metric], ...] = (
            Column("metric", lambda row: row.name),
            Column("about", lambda row: ", ".join(f"{name} {value}" for name, value in sorted(row.labels.items()))),
            Column("value", lambda row: f"{row.value:,.10g}", right=True),
        )
        print_rows(found, columns, empty="No numbers.")
