"""`helpdesk plan`, `deploy` and `rollback`: a host's helpdesk into one of its environments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ._base.app import Commands
from ._base.errors import CliError, ExitCode
from ._base.output import Column, print_json, print_note, print_result, print_rows
from ._base.secrets import register_secret
from ._base.settings import settings
from ._base.text import one_line

if TYPE_CHECKING:
    from helpdesk_sdk.deploy import Item, Plan, Problem, Rollback, Step, Target

# More migrations than this are shown as one line.
_MANY = 8
_ACTIONS = {
    "ok": "nothing to do",
    "run": "run",
    "deploy": "deploy",
    "set": "set",
    "by_hand": "BY HAND",
    "advice": "advice",
    "later": "later",
    "unknown": "cannot be seen",
}

_Environment = Annotated[
    str, typer.Option("--env", metavar="NAME", help="The environment in supabase/helpdesk.toml, e.g. staging.")
]
_Directory = Annotated[
    Path | None,
    typer.Argument(help="Your project: the directory with supabase/ [default: here, or above].", show_default=False),
]
_DbUrl = Annotated[
    str | None,
    typer.Option(
        "--db-url",
        metavar="URL",
        help="The PostgreSQL URL, instead of the environment's variable. Other users of the machine can see it.",
        show_default=False,
    ),
]
_Adopt = Annotated[bool, typer.Option("--adopt", help="Take over a helpdesk that was installed by hand.")]
_AcceptDrift = Annotated[
    bool, typer.Option("--accept-drift", help="Accept changes by hand of the helpdesk's own objects.")
]


def register(app: Commands) -> None:
    """Add the commands to the program."""
    app.command("plan")(plan)
    app.command("deploy")(deploy)
    app.command("rollback")(rollback)


def plan(
    env: _Environment,
    directory: _Directory = None,
    db_url: _DbUrl = None,
    adopt: _Adopt = False,
    accept_drift: _AcceptDrift = False,
) -> None:
    """Show what helpdesk deploy would do.

    Migrations, functions, secrets, settings and the bucket as they are and as they should be. Changes nothing. The exit
    code is 4 if a deployment would be refused, for example because somebody changed the helpdesk's tables by hand.
    """
    from helpdesk_sdk import deploy as deployment

    target = _target(env, directory, db_url)
    found = deployment.plan(target, adopt=adopt, accept_drift=accept_drift)
    if settings().json:
        print_json(_plan_as_json(found))
    else:
        _print_plan(found)
    if found.problems:
        raise typer.Exit(_code(found.problems))


def deploy(
    env: _Environment,
    directory: _Directory = None,
    db_url: _DbUrl = None,
    adopt: _Adopt = False,
    accept_drift: _AcceptDrift = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Deploy the helpdesk to an environment; asks first.

    Migrations, functions, secrets, settings, a test with a throw-away ticket. Contract migrations run last: they remove
    what only older releases use. After an interruption, run the same command again.
    """
    from helpdesk_sdk import deploy as deployment

    target = _target(env, directory, db_url)
    found = deployment.plan(target, adopt=adopt, accept_drift=accept_drift)
    if not settings().json:
        _print_plan(found)
    if found.problems:
        if settings().json and dry_run:
            print_json(_plan_as_json(found) | {"deployed": False})
        raise _refusal(deployment.DeploymentRefusedError(found.problems))
    if dry_run or (settings().json and not yes):
        # Programs cannot be asked: without --yes, nothing is deployed.
        if settings().json:
            print_json(_plan_as_json(found) | {"deployed": False})
        return
    if not yes and not _confirmed(f"Deploy to {env}?"):
        typer.echo("Nothing was deployed.")
        return
    with _exit_codes():
        done = deployment.run(target, adopt=adopt, accept_drift=accept_drift, on_step=_print_step)
    if not settings().json:
        _print_by_hand(done.by_hand)
    print_result(
        f"Release {found.release} is deployed to {env}.",
        json=_plan_as_json(found)
        | {
            "deployed": True,
            "deployment_id": str(done.deployment_id),
            "steps": [asdict(step) for step in done.steps],
            "by_hand": [asdict(item) for item in done.by_hand],
        },
    )


def rollback(
    env: _Environment,
    directory: _Directory = None,
    db_url: _DbUrl = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="RELEASE", help="The release [default: the release before].", show_default=False),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Go back to the functions of the release before; asks first.

    They run on the newer schema: tables and data stay, no migration is taken back. The front end is yours to deploy
    again; its commit is shown. A fault in a migration is corrected by a new migration.
    """
    from helpdesk_sdk import deploy as deployment

    target = _target(env, directory, db_url)
    with _exit_codes():
        found = deployment.rollback(target, release=to, dry_run=True)
        if not settings().json:
            _print_way_back(found)
        if dry_run or (settings().json and not yes):
            if settings().json:
                print_json(asdict(found) | {"rolled_back": False})
            return
        if not yes and not _confirmed(f"Go back on {env}?"):
            typer.echo("Nothing was changed.")
            return
        done = deployment.rollback(target, release=to, on_step=_print_step)
    print_result(
        f"The functions of release {done.release} run on {env}. Now deploy the front end of that release.",
        json=asdict(done) | {"rolled_back": True},
    )


def _target(env: str, directory: Path | None, db_url: str | None) -> Target:
    from helpdesk_sdk import deploy as deployment

    register_secret(db_url)
    target = deployment.Target.find(env, directory, db_url=db_url)
    register_secret(target.db_url)
    register_secret(target.db_url.partition("://")[2].rpartition("@")[0].partition(":")[2])
    if target.platform is not None:
        register_secret(target.platform.token)
    return target


@contextmanager
def _exit_codes() -> Iterator[None]:
    """Errors of a deployment end with the code that fits."""
    from helpdesk_sdk import deploy as deployment

    try:
        yield
    except deployment.DeploymentRefusedError as error:
        raise _refusal(error) from None
    except deployment.DeploymentRunningError as error:
        raise CliError(error.message, error.hint, ExitCode.CONFLICT) from None
    except deployment.PlatformRefusedError as error:
        code = ExitCode.FORBIDDEN if error.status in (401, 403) else ExitCode.REFUSED
        raise CliError(error.message, error.hint, code) from None


def _refusal(error: Any) -> CliError:
    """The error of a refused deployment. For people, each reason has a line with its way out."""
    code = _code(error.problems)
    if settings().json:
        return CliError(error.message, error.hint, code)
    for problem in error.problems:
        typer.echo(one_line(f"Refused: {problem.message}. {problem.way_out}"), err=True)
    reasons = "One reason speaks" if len(error.problems) == 1 else f"{len(error.problems)} reasons speak"
    return CliError(f"{reasons} against it; nothing was changed", None, code)


def _code(problems: Sequence[Problem]) -> ExitCode:
    kinds = {problem.kind for problem in problems}
    return ExitCode.FORBIDDEN if kinds <= {"missing_rights", "no_token", "platform"} else ExitCode.CONFLICT


def _confirmed(question: str) -> bool:
    try:
        return typer.confirm(question, default=False)
    except typer.Abort:
        typer.echo()
        print_note("Nothing was changed: the question was not answered. Without a question: --yes.")
        raise


def _plan_as_json(found: Plan) -> dict[str, Any]:
    return asdict(found) | {"pending": [asdict(item) for item in found.pending]}


def _print_plan(found: Plan) -> None:
    where = found.project_ref or found.database
    before = f", after {found.from_release}" if found.from_release else ", for the first time"
    typer.echo(one_line(f"Release {found.release}{before}, to {found.environment} ({where})."))
    runs = [item for item in found.items if item.part == "migrations" and item.action == "run"]
    items = [item for item in found.items if item not in runs] if len(runs) > _MANY else list(found.items)
    if len(runs) > _MANY:
        typer.echo(f"{len(runs)} migrations to run, {runs[0].name} to {runs[-1].name}.")
    columns: list[Column[Item]] = [
        Column("PART", lambda item: item.part),
        Column("NAME", lambda item: item.name, flexible=True),
        Column("IS", lambda item: item.present, flexible=True),
        Column("SHOULD BE", lambda item: item.wanted, flexible=True, from_width=80),
        Column("TO DO", lambda item: _ACTIONS[item.action]),
    ]
    print_rows(items, columns, empty="Nothing to do.")
    for item in items:
        if item.note or item.command:
            typer.echo(one_line(f"  {item.name}: " + ". ".join(text for text in (item.note, item.command) if text)))
    for note in (*found.notes, *([found.backup] if found.backup else [])):
        typer.echo(one_line(note))
    for problem in found.problems:
        typer.echo(one_line(f"Speaks against it: {problem.message}. {problem.way_out}"))


def _print_step(step: Step) -> None:
    if not settings().json:
        typer.echo(one_line(f"{step.name:<10}  {step.message}"))


def _print_by_hand(items: tuple[Item, ...]) -> None:
    if items:
        typer.echo("\nLeft to do by hand:")
        for item in items:
            typer.echo(one_line(f"  {item.name}: {item.command or item.note}"))


def _print_way_back(found: Rollback) -> None:
    typer.echo(one_line(f"Functions: {found.from_release} -> {found.release} ({', '.join(found.functions)})."))
    typer.echo(f"The schema stays at version {found.schema_version}; tables and data are not touched.")
    commit = f"that of commit {found.commit_id}" if found.commit_id else f"that of release {found.release}"
    typer.echo(one_line(f"The front end is yours to deploy again: {commit}."))
