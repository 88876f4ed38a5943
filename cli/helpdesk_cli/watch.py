"""`helpdesk watch`: a queue as it changes, on a screen or line by line."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from ._base.app import Commands
from ._base.choices import Priority, Status, words


def register(app: Commands) -> None:
    """Add the command to the program."""
    app.command("watch", profile=True)(watch)


def watch(
    team: Annotated[str | None, typer.Option(metavar="TEAM", help="Only this team's queue, by name or id.")] = None,
    status: Annotated[
        list[Status] | None,
        typer.Option(metavar=words(Status), help="Only this status; may be repeated. Default: open and pending."),
    ] = None,
    priority: Annotated[
        list[Priority] | None, typer.Option(metavar=words(Priority), help="Only this priority; may be repeated.")
    ] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only tickets assigned to you.")] = False,
    assigned_to: Annotated[
        str | None, typer.Option(metavar="WHO", help="Only this assignee: an e-mail address, me or nobody.")
    ] = None,
    tag: Annotated[str | None, typer.Option(metavar="TAG", help="Only tickets with this tag.")] = None,
    order: Annotated[
        Literal["-created_at", "created_at", "priority"],
        typer.Option(help="Newest first, oldest first, or most urgent first and among those oldest first."),
    ] = "-created_at",
    view: Annotated[
        str | None, typer.Option(metavar="VIEW", help="The tickets of a saved view, by name or id, in its order.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="Show this many tickets, from the first on.")] = 100,
) -> None:
    """Watch a queue as it changes.

    On a terminal it shows the tickets on a screen and marks new and changed tickets; q or Ctrl-C ends it. Into a pipe
    or a file, and with --json, it prints the tickets, then a line or an object for each ticket that arrives, changes or
    leaves.
    """
    if mine and assigned_to is not None:
        raise typer.BadParameter("cannot be combined with --assigned-to", param_hint="--mine")
    if view is not None and (mine or team or status or priority or assigned_to or tag):
        raise typer.BadParameter("cannot be combined with filters", param_hint="--view")
    who = "me" if mine else assigned_to
    filters: dict[str, Any] = {
        "team": team, "status": status or ["open", "pending"], "priority": priority, "assigned_to": who,
        "tag": tag, "view": view,
    }  # fmt: skip
    # Imported here, because the import takes a moment that help and completion should not wait for.
    from ._connect.follower import run
    from ._watch.run import watch_queue

    run(lambda: watch_queue(filters, order, limit))
