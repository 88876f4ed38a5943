"""How commands are declared and run: common options, errors, exit codes."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

import typer
from typer.core import TyperGroup

from .completion import profile_names
from .errors import ExitCode, report
from .output import discard_output
from .secret_files import secret_files
from .settings import apply_options, start_run

F = TypeVar("F", bound=Callable[..., Any])

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs; errors too.")]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        help="Use this profile; see: helpdesk profiles list.",
        autocompletion=profile_names,
    ),
]


class Commands(typer.Typer):
    """A Typer group. Every command in it has ``--json``; with ``profile``, every command has ``--profile`` too."""

    def __init__(self, *, profile: bool = True, **options: Any) -> None:
        super().__init__(no_args_is_help=True, rich_markup_mode=None, **options)
        self._profile = profile

    def command(self, name: str | None = None, *, profile: bool | None = None, **options: Any) -> Callable[[F], F]:
        """Register a command.

        Args:
            name: The command's name; the function's name by default.
            profile: Whether the command has ``--profile``; the group's setting by default.
        """
        register = super().command(name, **options)
        has_profile = self._profile if profile is None else profile

        def decorate(function: F) -> F:
            register(_with_common_options(function, has_profile))
            return function

        return decorate


def _with_common_options(function: Callable[..., Any], profile: bool) -> Callable[..., Any]:
    """The function with the common options added. An option that the function declares itself is not replaced."""
    signature = inspect.signature(function, eval_str=True)
    parameters = list(signature.parameters.values())
    added = {} if _declares(parameters, "--json") else {"json": (JsonOption, False)}
    if profile and not _declares(parameters, "--profile"):
        added["profile"] = (ProfileOption, None)  # type: ignore[assignment]

    @functools.wraps(function)
    def run(**values: Any) -> Any:
        apply_options(**{name: values.pop(name) for name in added})
        return function(**values)

    kind = inspect.Parameter.KEYWORD_ONLY
    parameters += [
        inspect.Parameter(name, kind, default=default, annotation=type_) for name, (type_, default) in added.items()
    ]
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def _declares(parameters: Sequence[inspect.Parameter], flag: str) -> bool:
    infos = [
        info
        for parameter in parameters
        for info in (parameter.default, *getattr(parameter.annotation, "__metadata__", ()))
    ]
    names = [
        name for info in infos for name in (getattr(info, "param_decls", None) or (getattr(info, "default", None),))
    ]
    implied = ["--" + parameter.name.replace("_", "-") for parameter in parameters]
    return any(isinstance(name, str) and flag in name.split("/") for name in [*names, *implied])


class Root(TyperGroup):
    """The program. Every error ends here, as an exit code and at most two lines on stderr."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """The groups (tickets, users, …) first, then the single commands."""
        return sorted(super().list_commands(ctx), key=lambda name: not isinstance(self.commands[name], TyperGroup))

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the program and exit with its code; when not standalone, return the code."""
        given = list(sys.argv[1:] if args is None else args)
        start_run(given)
        extra |= {"complete_var": complete_var, "windows_expand_args": windows_expand_args}
        code = self._run(given, prog_name or "helpdesk", extra)
        if standalone_mode:
            sys.exit(code)
        return code

    def _run(self, args: list[str], name: str, extra: dict[str, Any]) -> int:
        try:
            with secret_files():
                code = super().main(args, name, standalone_mode=False, **extra)
            return code if isinstance(code, int) else ExitCode.OK
        except typer.Abort:
            # Ctrl-C or the end of input at a question.
            typer.echo("\nStopped: the question was not answered.", err=True)
            return ExitCode.INTERRUPTED
        except KeyboardInterrupt:
            return ExitCode.INTERRUPTED
        except Exception as error:
            return _report_and_flush(error)

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Run the command. A closed pipe, as after ``| head``, is not an error."""
        try:
            done = super().invoke(ctx)
            sys.stdout.flush()
            return done
        except BrokenPipeError:
            discard_output()
            raise typer.Exit(ExitCode.BROKEN_PIPE) from None


def run_directly(args: list[str], command: Callable[[], None]) -> int:
    """Run a command without reading its command line. Returns the exit code; errors end as in `Root`."""
    start_run(args)
    try:
        command()
        sys.stdout.flush()
        return ExitCode.OK
    except BrokenPipeError:
        discard_output()
        return ExitCode.BROKEN_PIPE
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Exception as error:
        return _report_and_flush(error)


def _report_and_flush(error: Exception) -> int:
    code = report(error)
    try:
        sys.stdout.flush()
    except OSError:
        discard_output()
    return code
