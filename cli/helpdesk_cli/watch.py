"""`helpdesk watch`: a queue as it changes, on the screen or line by line."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from ._base.app import Commands
from ._base.choices import Priority, Status


def register(app: Commands) -> None:
    """Add the command to the program."""
    app.command("watch", profile=True)(watch)


def watch(
    team: Annotated[str | None, typer.Option(help="Only this team's, by name or id.")] = None,
    status: Annotated[
        list[Status] | None,
        typer.Option(metavar="|".join(Status), help="Only these; may be repeated. Open and pending unless given."),
    ] = None,
    priority: Annotated[
        list[Priority] | None, typer.Option(metavar="|".join(Priority), help="Only these; may be repeated.")
    ] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only those that you have.")] = False,
    assigned_to: Annotated[str | None, typer.Option(metavar="WHO", help="An e-mail address, me, or nobody.")] = None,
    tag: Annotated[str | None, typer.Option(help="Only those with this tag.")] = None,
    order: Annotated[
        Literal["-created_at", "created_at", "priority"],
        typer.Option(help="The newest first; the oldest; or the most urgent, and of those the oldest."),
    ] = "-created_at",
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many tickets to look at, from the first on.")] = 100,
) -> None:
    """Watch a queue as it changes.

    On a terminal: the tickets that wait, with what is new and what has changed marked; q or Ctrl-C ends it. Elsewhere,
    and with --json: the tickets that wait, then one line, or one object, for each that came, changed or left.
    """
    if mine and assigned_to is not None:
        raise typer.BadParameter("goes without --assigned-to", param_hint="--mine")
    who = "me" if mine else assigned_to
    filters: dict[str, Any] = {
        "team": team, "status": status or [Status.OPEN, Status.PENDING], "priority": priority, "assigned_to": who,
        "tag": tag,
    }  # fmt: skip
    # Only now: it takes a moment, which help and completion need not wait for.
    from ._connect.follower import run
    from ._watch.run import watch_queue

    run(lambda: watch_queue(filters, order, limit))
