"""The program `helpdesk`: all commands together. A run imports only the module of its command."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ._base.app import Commands, ProfileOption, Root, run_directly
from ._base.errors import EXIT_CODES
from ._base.output import print_result
from ._base.settings import apply_options
from ._base.startup import skip_unused_libraries
from ._base.streams import replace_closed_streams

if TYPE_CHECKING:
    app: Commands

# The commands by module, in the order of the help. A module has an `app`, whose name is the command, or registers its
# commands itself.
MODULES: dict[str, tuple[str, ...]] = {
    "tickets": ("tickets",),
    "users": ("users",),
    "teams": ("teams",),
    "fields": ("fields",),
    "attachments": ("attachments",),
    "codegen": ("codegen",),
    "views": ("views",),
    "events": ("events",),
    "webhooks": ("webhooks",),
    "slack": ("slack",),
    "outbox": ("outbox",),
    "settings": ("settings",),
    "profiles": ("profiles",),
    "kb": ("kb",),
    "imports": ("import",),
    "assistant": ("assistant",),
    "mail": ("mail",),
    "search": ("search",),
    "export": ("export",),
    "watch": ("watch",),
    "session": ("login", "sign-up", "logout", "whoami"),
    "worker": ("worker",),
    "doctor": ("doctor",),
    "metrics": ("metrics",),
    "verify": ("verify",),
    "stack": ("up", "status", "down"),
    "demo": ("demo",),
    "init": ("init", "upgrade"),
    "deploy": ("plan", "deploy", "rollback"),
    "uninstall": ("uninstall",),
}
_OWN = ("project-dir", "version")

_EPILOG = f"""\
\b
{EXIT_CODES}

\b
Environment variables (they win over profiles):
  HELPDESK_URL, HELPDESK_KEY          the Supabase project and its key
  HELPDESK_ACCESS_TOKEN               your identity, by token, or
  HELPDESK_EMAIL, HELPDESK_PASSWORD   by password
  HELPDESK_…_FILE                     a file that has the key, token or password
  HELPDESK_PROFILE                    the profile to use
  HELPDESK_CONFIG_DIR                 the directory of the profiles"""


def version() -> None:
    """Show the version of this program."""
    from importlib.metadata import version as version_of

    found = version_of("helpdesk-sdk")
    print_result(f"helpdesk {found}", json={"version": found})


def _print_version_and_exit(requested: bool) -> None:
    if requested:
        version()
        raise typer.Exit


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


def _status(*, as_json: bool = False) -> None:
    from .stack import status

    status(as_json=as_json)


# Command lines that are run without Typer, which reads a command line with pydantic: that takes most of their time.
_SHORT: dict[tuple[str, ...], Callable[[], None]] = {
    ("version",): version,
    ("--version",): version,
    ("status",): _status,
    ("status", "--json"): partial(_status, as_json=True),
}


def build(modules: Sequence[str] = tuple(MODULES)) -> Commands:
    """The program with the commands of these modules.

    Args:
        modules: Names from ``MODULES``; by default all.
    """
    made = Commands(
        cls=Root,
        name="helpdesk",
        profile=False,
        help="A headless helpdesk that lives in your own Supabase project.",
        epilog=_EPILOG,
        pretty_exceptions_enable=False,
        context_settings={"max_content_width": 100, "help_option_names": ["-h", "--help"]},
    )
    made.callback()(helpdesk)
    for name in modules:
        module = import_module(f".{name}", __package__)
        if hasattr(module, "register"):
            module.register(made)
        else:
            made.add_typer(module.app)
    made.command()(project_dir)
    made.command()(version)
    return made


def needed_modules(arguments: Sequence[str]) -> Sequence[str]:
    """The modules that a command line needs: that of its command, or all, for the help and for an unknown command."""
    given = list(arguments)
    while given and (given[0] == "--profile" or given[0].startswith("--profile=")):
        del given[: 2 if given[0] == "--profile" else 1]
    command = given[0] if given else ""
    if command in _OWN:
        return ()
    return next(((name,) for name, commands in MODULES.items() if command in commands), tuple(MODULES))


def __getattr__(name: str) -> Any:
    if name == "app":
        made = globals()["app"] = build()
        return made
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def run() -> None:
    """Run the program."""
    replace_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # A character that the terminal cannot show becomes a question mark instead of an error.
        with suppress(AttributeError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    if (short := _SHORT.get(tuple(sys.argv[1:]))) is not None:
        sys.exit(run_directly(sys.argv[1:], short))
    skip_unused_libraries()
    # A shell that completes a command line puts it into variables.
    completes = any(name.endswith("_COMPLETE") and name.startswith("_HELPDESK") for name in os.environ)
    build(tuple(MODULES) if completes else needed_modules(sys.argv[1:]))()
