"""`helpdesk init` and `upgrade`: put the migrations and functions into a Supabase project, and keep them up to date."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ._base.app import Commands
from ._base.errors import CliError, ExitCode
from ._base.output import print_json
from ._base.settings import settings
from ._base.text import one_line

if TYPE_CHECKING:
    from helpdesk_sdk.install.config import Setting
    from helpdesk_sdk.install.files import FilesPlan
    from helpdesk_sdk.install.workflows import WorkflowsPlan


def register(app: Commands) -> None:
    """Add the commands to the program."""
    app.command("init")(init)
    app.command("upgrade")(upgrade)


_Directory = Annotated[
    Path | None,
    typer.Argument(help="Your project: the directory with supabase/ [default: here, or above].", show_default=False),
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would be written.")]


def init(
    directory: _Directory = None,
    functions: Annotated[bool, typer.Option("--functions/--no-functions", help="Also copy the edge functions.")] = True,
    github: Annotated[
        bool, typer.Option("--github", help="Also write workflows for GitHub Actions: plan, deploy, drift, backup.")
    ] = False,
    dry_run: _DryRun = False,
) -> None:
    """Put the helpdesk's files into your Supabase project.

    These are its migrations, its functions and helpdesk.toml; what to run next is shown. A file of yours is never
    replaced: if one is in the way, nothing is written.
    """
    from helpdesk_sdk.install import config, environments, files, workflows

    supabase_dir = files.find_supabase_dir(directory)
    with files.locked(supabase_dir):
        found = files.plan(supabase_dir, functions=functions)
        missing = config.missing_settings(supabase_dir, functions=functions)
        flows = workflows.plan(supabase_dir) if github else None
        _refuse_clashes(found, flows)
        if not dry_run:
            files.write(found)
            if flows is not None:
                workflows.write(flows)
        has_new_config = environments.create(supabase_dir, dry_run=dry_run)
    steps = _steps(found.supabase_dir.parent)
    if flows is not None:
        steps.append((_GITHUB, []))
    if settings().json:
        more = {"new_config": has_new_config} | _flows_as_json(flows)
        print_json(_as_json(found, missing, steps, written=not dry_run) | more)
        return
    _print_files(found, dry_run)
    _print_flows(flows, dry_run)
    if has_new_config:
        path = one_line(supabase_dir / environments.FILE)
        typer.echo(f"{'It would also write' if dry_run else 'Name your projects in'} {path}.")
    _print_settings(missing)
    _print_steps(steps)


def upgrade(
    directory: _Directory = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Also replace files of ours that you have changed.")
    ] = False,
    dry_run: _DryRun = False,
) -> None:
    """Bring the helpdesk's files in your project to this version.

    Files that you have changed are named, and nothing is written, unless --overwrite is given. A file that is not ours
    is never replaced. A database is not touched: helpdesk deploy does that. Workflows that init --github has written
    are brought to this version, too.
    """
    from importlib.metadata import version

    from helpdesk_sdk.install import files, manifest, workflows
    from helpdesk_sdk.install.package import NAME

    supabase_dir = files.find_supabase_dir(directory)
    with files.locked(supabase_dir):
        before = manifest.read_version(supabase_dir)
        if before is None:
            hint = "Put them there: helpdesk init"
            raise CliError(f"The helpdesk's files are not in {supabase_dir}", hint, ExitCode.NOT_FOUND)
        functions = manifest.has_functions(supabase_dir)
        found = files.plan(supabase_dir, functions=functions, overwrite=overwrite)
        flows = workflows.plan(supabase_dir, only_present=True, overwrite=overwrite)
        _refuse_clashes(found, flows)
        if not dry_run:
            files.write(found)
            workflows.write(flows)
    after = version(NAME)
    if settings().json:
        more = {"from_version": before, "to_version": after} | _flows_as_json(flows)
        print_json(_files_as_json(found, written=not dry_run) | more)
        return
    _print_files(found, dry_run)
    _print_flows(flows, dry_run)
    if before != after:
        typer.echo(f"Version {one_line(before)} {'would become' if dry_run else 'became'} {after}.")
    changes = (found.new, found.updated, found.overwritten, flows.new, flows.updated, flows.overwritten)
    if any(changes) and not dry_run:
        typer.echo("Review the changes, commit them, then: helpdesk plan --env staging")


def _refuse_clashes(found: FilesPlan, flows: WorkflowsPlan | None) -> None:
    from helpdesk_sdk.install.files import ClashError
    from helpdesk_sdk.install.workflows import FOLDER

    clashes = [(found.supabase_dir, clash) for clash in found.clashes]
    clashes += [(flows.root / FOLDER, clash) for clash in flows.clashes] if flows is not None else []
    if not clashes:
        return
    if settings().json:
        raise CliError(ClashError(tuple(clash for _, clash in clashes)).message, code=ExitCode.CONFLICT)
    for folder, clash in clashes:
        typer.echo(one_line(f"{folder / clash.path} {clash.reason}: {clash.way_out}."), err=True)
    count = "One file of your project is" if len(clashes) == 1 else f"{len(clashes)} files are"
    raise CliError(
        f"{count} in the way; nothing was written",
        "Then run it again; for changed files of ours: helpdesk upgrade --overwrite.",
        ExitCode.CONFLICT,
    )


# A step: what it is for, and the commands.
_Step = tuple[str, list[str]]
_GITHUB = (
    "On GitHub, make the environments staging, production (with required reviewers) and production-checks, each with "
    "the secrets HELPDESK_DB_URL and SUPABASE_ACCESS_TOKEN. helpdesk-deploy.yml names the variables of a front end on "
    "Amplify."
)


def _steps(directory: Path) -> list[_Step]:
    """What is left to do after the files, in order."""
    here = [] if directory == Path.cwd() else [f"cd {shlex.quote(str(directory))}"]
    url = "https://REF.supabase.co"
    return [
        ("Name your projects in supabase/helpdesk.toml (REF is in a project's URL), and commit all these files.", []),
        (
            "Give the secrets by the environment: an access token (Account, Access Tokens), and the database's URL "
            "(Connect, Session pooler).",
            [*here, "export SUPABASE_ACCESS_TOKEN=sbp_…", "export HELPDESK_DB_URL='postgresql://…'"],
        ),
        (
            "Look, then deploy: migrations, functions, settings. What is left to do by hand is listed. When staging "
            "works, do the same with --env production and the URL of its database.",
            ["helpdesk plan --env staging", "helpdesk deploy --env staging"],
        ),
        (
            "In each project: make yourself the first admin, with its secret key, and sign in as yourself.",
            [
                f"helpdesk login --profile system --url {url} --secret-key-stdin < secret-key",
                "helpdesk users bootstrap-admin you@example.com --profile system",
                f"helpdesk sign-up --profile staging --url {url} --key sb_publishable_… --email you@example.com",
            ],
        ),
        ("Check everything.", ["helpdesk doctor --profile staging"]),
    ]


def _as_json(found: FilesPlan, missing: list[Setting], steps: list[_Step], *, written: bool) -> dict[str, Any]:
    return _files_as_json(found, written=written) | {
        "settings": [asdict(setting) for setting in missing],
        "next": [{"step": step, "commands": commands} for step, commands in steps],
    }


def _files_as_json(found: FilesPlan, *, written: bool) -> dict[str, Any]:
    lists = ("new", "updated", "overwritten", "unchanged", "leftover", "changed_migrations")
    return {
        "supabase_dir": str(found.supabase_dir),
        "written": written,
        **{name: list(getattr(found, name)) for name in lists},
    }


def _print_files(found: FilesPlan, dry_run: bool) -> None:
    lists = (
        ("new", found.new),
        ("updated", found.updated),
        ("overwritten", found.overwritten),
        ("no longer ours", found.leftover),
    )
    for what, paths in lists:
        for path in paths:
            typer.echo(f"{what:<8}  {one_line(path)}")
    changed = len(found.new) + len(found.updated) + len(found.overwritten)
    where = one_line(found.supabase_dir)
    if not changed:
        typer.echo(f"All {len(found.unchanged)} files are in {where} already.")
    else:
        files = "1 file" if changed == 1 else f"{changed} files"
        typer.echo(f"{files} {'would be written' if dry_run else 'written'} to {where}.")
    if found.changed_migrations:
        typer.echo("A database that has run an updated migration does not run it again: uninstall there first.")


def _flows_as_json(flows: WorkflowsPlan | None) -> dict[str, Any]:
    if flows is None:
        return {}
    lists = ("new", "updated", "overwritten", "unchanged")
    return {"workflows": {"root": str(flows.root), **{name: list(getattr(flows, name)) for name in lists}}}


def _print_flows(flows: WorkflowsPlan | None, dry_run: bool) -> None:
    if flows is None:
        return
    for what in ("new", "updated", "overwritten"):
        for name in getattr(flows, what):
            typer.echo(f"{what:<8}  .github/workflows/{name}")
    changed = len(flows.new) + len(flows.updated) + len(flows.overwritten)
    if changed:
        count = "1 workflow" if changed == 1 else f"{changed} workflows"
        typer.echo(f"{count} {'would be written' if dry_run else 'written'} to {one_line(flows.root)}.")


def _print_settings(missing: list[Setting]) -> None:
    if not missing:
        return
    typer.echo("\nPaste into supabase/config.toml, or change it there:\n")
    for setting in missing:
        typer.echo(f"  [{setting.section}]")
        for line in setting.lines:
            typer.echo(f"  {one_line(line)}")


def _print_steps(steps: list[_Step]) -> None:
    typer.echo("\nNext (leave out what is done):")
    for number, (step, commands) in enumerate(steps, 1):
        typer.echo(f"\n{number}. {step}")
        for command in commands:
            typer.echo(f"   {command}")
