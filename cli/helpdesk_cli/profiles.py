"""`helpdesk profiles`: saved helpdesks and sessions."""

from __future__ import annotations

from typing import Annotated

import typer

from ._base.app import Commands
from ._base.completion import profile_names
from ._base.output import Column, local_time, print_fields, print_result, print_rows
from ._base.settings import settings
from ._connect import profiles as store
from ._connect.profiles import Profile
from ._connect.target import current_profile_name

app = Commands(name="profiles", profile=False, help="The helpdesks you use, and your session in each.")

NameArgument = Annotated[
    str,
    typer.Argument(metavar="NAME", help="The profile's name.", show_default=False, autocompletion=profile_names),
]


@app.command("list")
def list_() -> None:
    """List the profiles. A star marks the profile in use."""
    known = store.load()
    columns: list[Column[Profile]] = [
        Column("", lambda one: "*" if one.name == known.current else " "),
        Column("Name", lambda one: one.name),
        Column("URL", lambda one: one.url, flexible=True),
        Column(
            "User",
            lambda one: "the system" if one.is_system else one.email if one.access_token else "nobody",
            flexible=True,
        ),
    ]
    print_rows(
        known.all.values(),
        columns,
        empty="No profiles yet: helpdesk login",
        json=lambda one: {**one.masked(), "current": one.name == known.current},
    )


@app.command()
def use(name: NameArgument) -> None:
    """Set the profile that commands use by default."""
    store.use(name)
    print_result(f"Commands use profile {name} from now on.", json={"current": name})


@app.command()
def remove(name: NameArgument) -> None:
    """Remove a profile.

    This does not end its session on the server; helpdesk logout does.
    """
    store.remove(name)
    print_result(f"Removed profile {name}.", json={"removed": name})


@app.command(profile=True)
def show(
    name: Annotated[
        str | None,
        typer.Argument(help="Default: the profile in use.", show_default=False, autocompletion=profile_names),
    ] = None,
) -> None:
    """Show a profile with masked secrets."""
    profile = store.load().get(name or settings().profile or current_profile_name())
    shown = profile.masked()
    fields: list[tuple[str, object]] = [
        ("URL", shown["url"]),
        ("key", shown["key"]),
        ("kind", shown["kind"]),
        ("e-mail", shown["email"]),
        ("signed in", "yes" if shown["signed_in"] else "no"),
        ("expires", local_time(profile.expires_at) if profile.expires_at else None),
    ]
    print_fields(profile.name, fields, json=shown)
