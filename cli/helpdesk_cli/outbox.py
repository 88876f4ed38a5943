"""`helpdesk outbox`: what is sent to the outside."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from ._base.app import Commands
from ._base.errors import CliError, ExitCode
from ._base.output import age, one_more, print_fields, print_result, print_up_to
from ._connect.connection import connect
from ._connect.target import SYSTEM_HINT, target
from ._show.deliveries import DELIVERY_COLUMNS, KindName, StateOption

app = Commands(name="outbox", help="What is sent to the outside: webhooks, Slack, mails; for admins.")


@app.command("list")
def list_(
    kind: Annotated[KindName | None, typer.Option(help="Only this kind.", show_default=False)] = None,
    state: StateOption = None,
    ticket: Annotated[
        str | None, typer.Option(metavar="TICKET", help="Only those about this ticket, by number or id.")
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many at most; 0 for all.")] = 50,
) -> None:
    """List deliveries, newest first."""
    with connect() as hd:
        found = one_more(
            hd.outbox.list(kind=kind, state=state or None, ticket=ticket, page_size=500), limit, "deliveries"
        )
    print_up_to(found, limit, DELIVERY_COLUMNS, "deliveries", empty="No deliveries.")


@app.command()
def health() -> None:
    """Show what waits, for how long, and what ended badly."""
    with connect() as hd:
        found = hd.outbox.health()
    oldest = found.oldest_seconds
    fields: list[tuple[str, object]] = [
        ("waiting", found.waiting),
        ("oldest", "nothing is late" if oldest is None else f"{oldest:,} s late"),
        ("held", f"{found.held} for webhooks that are off" if found.held else None),
        ("dead", found.dead),
        ("failed", found.failed),
        ("unknown", found.unknown),
        ("last sent", found.last_settled_at and f"{age(found.last_settled_at)} ago"),
        ("webhooks failing", found.webhooks_failing),
        ("webhooks disabled", found.webhooks_disabled),
    ]
    print_fields("Outbox", fields, json=found)


@app.command()
def replay(
    delivery: Annotated[
        list[UUID] | None, typer.Argument(metavar="DELIVERY", help="Ids of deliveries.", show_default=False)
    ] = None,
    dead: Annotated[bool, typer.Option("--dead", help="All deliveries whose attempts are used up.")] = False,
) -> None:
    """Send deliveries again: these, or all that are dead."""
    if dead == bool(delivery):
        raise CliError("Give the ids of deliveries, or --dead", "helpdesk outbox list shows them.", ExitCode.USAGE)
    with connect() as hd:
        count = hd.outbox.replay(delivery or None, dead=dead)
    print_result(f"Queued: {count:,}.", json={"queued": count})


@app.command()
def schedule(off: Annotated[bool, typer.Option("--off", help="End it.")] = False) -> None:
    """Have pg_cron wake the function deliver; needs the secret key."""
    if not target().is_system:
        raise CliError("The schedule needs the secret key", SYSTEM_HINT, ExitCode.FORBIDDEN)
    with connect() as hd:
        done = hd.outbox.schedule(not off)
    missing = [name for name, is_there in (("pg_cron", done.pg_cron), ("pg_net", done.pg_net)) if not is_there]
    if off or done.is_scheduled:
        sentence = "The database wakes nobody any more." if off else "The database wakes the function deliver."
    else:
        sentence = f"Not scheduled: the project lacks {' and '.join(missing)}. Enable it, or start a worker."
    print_result(sentence, json=done)
