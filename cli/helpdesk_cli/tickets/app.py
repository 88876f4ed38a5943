"""The group of commands, and the arguments that several of them have."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from .._base.app import Commands

app = Commands(name="tickets", help="List, read, open, reply to, change and move tickets.")

TicketArgument = Annotated[
    str, typer.Argument(metavar="TICKET", help="The ticket's number, like 42, or its id.", show_default=False)
]
IdOption = Annotated[
    UUID | None,
    typer.Option("--id", help="A UUID of your own: repeated with it, the command acts once.", show_default=False),
]
