"""`helpdesk profiles`: the helpdesks this person talks to."""

from __future__ import annotations

from typing import Annotated

import typer

from ._base.app import Commands
from ._base.output import Column, render, render_fields, tell
from ._base.settings import settings
from ._connect import profiles as store
from ._connect.connection import chosen_name
from ._connect.profiles import Profile

app = Commands(name="profiles", profile=False, help="The helpdesks you talk to, and who you are there.")

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The profile's name.", show_default=False)]


@app.command("list")
def list_() -> None:
    """List the profiles; the one in use has a star."""
    known = store.load()
    columns: list[Column[Profile]] = [
        Column("", lambda one: "*" if one.name == known.current else " "),
        Column("Name", lambda one: one.name),
        Column("URL", lambda one: one.url, flexible=True),
        Column(
            "As",
            lambda one: "the system" if one.is_system else one.email if one.access_token else "nobody",
            flexible=True,
        ),
    ]
    render(
        known.all.values(),
        columns,
        empty="No profiles yet: helpdesk login",
        json=lambda one: {**one.masked(), "current": one.name == known.current},
    )


@app.command()
def use(name: NameArgument) -> None:
    """Choose the profile that commands use when none is named."""
    store.use(name)
    tell(f"Commands use profile {name} from now on.", json={"current": name})


@app.command()
def remove(name: NameArgument) -> None:
    """Forget a profile.

    Its session goes on until it runs out; helpdesk logout ends it.
    """
    store.remove(name)
    tell(f"Forgot profile {name}.", json={"removed": name})


@app.command(profile=True)
def show(
    name: Annotated[str | None, typer.Argument(help="The one in use unless given.", show_default=False)] = None,
) -> None:
    """Show a profile, its secrets masked."""
    found = store.load().get(name or settings().profile or chosen_name()).masked()
    fields = [(field.replace("_", " "), value) for field, value in found.items() if field not in {"name", "signed_in"}]
    render_fields(str(found["name"]), [*fields, ("signed in", "yes" if found["signed_in"] else "no")], json=found)
