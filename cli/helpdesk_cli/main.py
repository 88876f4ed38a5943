"""The program `helpdesk`: all commands, put together."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Annotated

import typer

from . import demo, doctor, events, profiles, session, stack, teams, tickets, uninstall, users, watch
from ._base.app import Commands, ProfileOption, Root
from ._base.errors import EXIT_CODES
from ._base.output import tell
from ._base.settings import choose

_EPILOG = f"""\
\b
{EXIT_CODES}

\b
Environment, which wins over profiles:
  HELPDESK_URL, HELPDESK_KEY          the Supabase project and its key
  HELPDESK_ACCESS_TOKEN               who you are, by token, or
  HELPDESK_EMAIL, HELPDESK_PASSWORD   by password
  HELPDESK_PROFILE                    the profile to use
  HELPDESK_CONFIG_DIR                 where profiles are kept"""

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
    """Show which version this is."""
    from importlib.metadata import version as version_of

    found = version_of("helpdesk-sdk")
    tell(f"helpdesk {found}", json={"version": found})


def _version_and_end(wanted: bool) -> None:
    if wanted:
        version()
        raise typer.Exit


@app.callback()
def helpdesk(
    profile: ProfileOption = None,
    _show_version: Annotated[
        bool,
        typer.Option("--version", callback=_version_and_end, is_eager=True, help="Show which version this is."),
    ] = False,
) -> None:
    """A headless helpdesk that lives in your own Supabase project."""
    choose(profile=profile)


def project_dir() -> None:
    """Show where the migrations and functions are, to push them."""
    from helpdesk_sdk.install.project import project_dir as directory

    found = str(directory())
    tell(found, json={"project_dir": found})


for _nouns in (tickets, users, teams, events, profiles):
    app.add_typer(_nouns.app)
watch.register(app)
session.register(app)
doctor.register(app)
stack.register(app)
demo.register(app)
uninstall.register(app)
app.command()(project_dir)
app.command()(version)


def run() -> None:
    """Run the program."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character shows a question mark, and no traceback.
        with suppress(AttributeError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    app()
