"""The group of commands, and what its modules share."""

from __future__ import annotations

from typing import Annotated

import typer

from .._base.app import Commands

app = Commands(name="assistant", help="Suggestions for tickets, with proof. People decide.")

TicketArgument = Annotated[str, typer.Argument(metavar="TICKET", help="The ticket's number or id.", show_default=False)]
WishOption = Annotated[
    str | None, typer.Option(metavar="TEXT", help="What the answer should be like, in your words.", show_default=False)
]
