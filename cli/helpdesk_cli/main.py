"""The program `helpdesk`: all commands together."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Annotated

import typer

from . import demo, doctor, events, init, profiles, session, stack, teams, tickets, uninstall, users, watch
from ._base.app import Commands, ProfileOption, Root
from ._base.errors import EXIT_CODES
from ._base.output import print_result
from ._base.settings import apply_options
from ._base.streams import replace_closed_streams

_EPILOG = f"""\
\b
{EXIT_CODES}

\b
Environment variables (they win over profiles):
  HELPDESK_URL, HELPDESK_KEY          the Supabase project and its key
  HELPDESK_ACCESS_TOKEN               your identity, by token, or
  HELPDESK_EMAIL, HELPDESK_PASSWORD   by password
  HELPDESK_PROFILE                    the profile to use
  HELPDESK_CONFIG_DIR                 the directory of the profiles"""

app = Commands(
    cls=Root,
    name="helpdesk",
    profile=False,
    help="A headless helpdesk that lives in your own Supabase project.",
    epilog=_EPILOG,
    pretty_exceptions_enable=False,
    context_settings={"max_content_width": 100, "help_option_names": ["-h", "--help"]},
)


def version() -> None:
    """Show the version of this program."""
    from importlib.metadata import version as version_of

    found = version_of("helpdesk-sdk")
    print_result(f"helpdesk {found}", json={"version": found})


def _print_version_and_exit(requested: bool) -> None:
    if requested:
        version()
        raise typer.Exit


@app.callback()
def helpdesk(
    profile: ProfileOption = None,
    _show_version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version_and_exit, is_eager=True, help="Show the version of this program."
        ),
    ] = False,
) -> None:
    """A headless helpdesk that lives in your own Supabase project."""
    apply_options(profile=profile)


def project_dir() -> None:
    """Show the directory with the migrations and functions."""
    from helpdesk_sdk.install.project import project_dir as directory

    found = str(directory())
    print_result(found, json={"project_dir": found})


for _nouns in (tickets, users, teams, events, profiles):
    app.add_typer(_nouns.app)
watch.register(app)
session.register(app)
doctor.register(app)
stack.register(app)
demo.register(app)
init.register(app)
uninstall.register(app)
app.command()(project_dir)
app.command()(version)


def run() -> None:
    """Run the program."""
    replace_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # A character that the terminal cannot show becomes a question mark instead of an error.
        with suppress(AttributeError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    app()
