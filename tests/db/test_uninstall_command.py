"""`helpdesk uninstall`: what it shows, asks and refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import typer
from tests.db.conftest import Server
from tests.db.test_uninstall import without_files
from typer.testing import CliRunner

from helpdesk_cli import uninstall as command
from helpdesk_cli.main import app
from helpdesk_sdk.install import uninstall as _uninstall
from helpdesk_sdk.local import Stack, StackInfo


@pytest.fixture
def url(pg: Server, own: str) -> str:
    """The URL of a furnished helpdesk of the test's own, without files."""
    return without_files(pg.url(own))


@pytest.fixture(scope="module")
def program() -> typer.Typer:
    """The command, in the program that it belongs to."""
    if not any(entry.name == "uninstall" for entry in app.registered_commands):
        command.register(app)
    return app


@pytest.fixture
def bystander(pg: Server) -> Iterator[str]:
    """The URL of a database without a helpdesk."""
    name = pg.copy("empty")
    yield pg.url(name)
    pg.drop(name)


def test_the_command_shows_asks_and_removes(program: typer.Typer, url: str) -> None:
    runner = CliRunner()
    no = runner.invoke(program, ["uninstall", "--db-url", url], input="n\n")
    assert (no.exit_code, "helpdesk.tickets" in no.output, "7 rows" in no.output) == (0, True, True)
    assert no.output.endswith("Nothing was removed.\n")
    assert no.output.index("First take helpdesk off the exposed schemas") < no.output.index("Remove all of this")
    assert "helpdesk_follow_login on auth.users" in no.output
    assert 'policy     "helpdesk: nobody listens to more" on realtime.messages' in no.output
    assert _uninstall.plan(url).tables
    unanswered = runner.invoke(program, ["uninstall", "--db-url", url], input="")
    assert unanswered.exit_code == 130
    assert "Nothing was removed: the question was not answered. Without a question: --yes." in unanswered.output
    yes = runner.invoke(program, ["uninstall", "--db-url", url], input="y\n")
    assert (yes.exit_code, "The helpdesk is removed." in yes.output) == (0, True)
    gone = runner.invoke(program, ["uninstall", "--db-url", url, "--yes"])
    assert (gone.exit_code, "There is no helpdesk in this database" in gone.output) == (1, True)


def test_a_dry_run_removes_nothing_and_asks_nothing(program: typer.Typer, url: str) -> None:
    for more in ((), ("--yes",)):
        look = CliRunner().invoke(program, ["uninstall", "--db-url", url, "--dry-run", *more])
        assert (look.exit_code, "helpdesk.tickets" in look.output, "?" in look.output) == (0, True, False)
    look = CliRunner().invoke(program, ["uninstall", "--dry-run", "--yes", "--json"], env={"HELPDESK_DB_URL": url})
    assert (look.exit_code, json.loads(look.stdout)["removed"]) == (0, False)
    with psycopg.connect(url) as connection:
        connection.execute("create view public.urgent as select title from helpdesk.tickets")
    look = CliRunner().invoke(program, ["uninstall", "--db-url", url, "--dry-run"])
    assert (look.exit_code, "view urgent depends on" in look.output) == (0, True)
    assert _uninstall.plan(url).tables["helpdesk.tickets"] == 7


def test_the_database_of_a_local_stack(
    program: typer.Typer, url: str, bystander: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(directory: Path) -> Stack:
        assert directory == tmp_path
        return Stack(StackInfo("http://127.0.0.1:1", "p", "s", url, 1, str(tmp_path), None, {}))

    monkeypatch.setattr(Stack, "find", find)
    command = ["uninstall", "--local", "--data", str(tmp_path)]
    # Its own URL, whatever the environment says.
    done = CliRunner().invoke(program, [*command, "--yes"], env={"HELPDESK_DB_URL": bystander})
    assert "exposed schemas" not in done.output
    assert (done.exit_code, "The helpdesk is removed." in done.output) == (0, True)
    two = CliRunner().invoke(program, [*command, "--db-url", bystander])
    assert (two.exit_code, "two different databases" in two.output) == (2, True)


@pytest.mark.parametrize(
    ("options", "says"),
    [((), "for the local stack: --local"), (("--data", "x"), "Add --local"), (("--local", "--data", "x"), "No stack")],
)
def test_no_database_is_guessed(program: typer.Typer, options: tuple[str, ...], says: str) -> None:
    done = CliRunner().invoke(program, ["uninstall", *options], env={"HELPDESK_DB_URL": None})
    assert done.exit_code == (2 if "--local" not in options else 1)
    assert says in done.output


def test_the_command_for_programs(program: typer.Typer, url: str) -> None:
    runner = CliRunner()
    look = runner.invoke(program, ["uninstall", "--json"], env={"HELPDESK_DB_URL": url})
    assert json.loads(look.stdout)["removed"] is False
    done = runner.invoke(program, ["uninstall", "--json", "--yes"], env={"HELPDESK_DB_URL": url})
    assert (json.loads(done.stdout)["removed"], json.loads(done.stdout)["tables"]["helpdesk.tickets"]) == (True, 7)


def test_the_command_names_what_stands_in_the_way(program: typer.Typer, url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("create view public.urgent as select title from helpdesk.tickets")
    refused = CliRunner().invoke(program, ["uninstall", "--db-url", url, "--yes"])
    assert (refused.exit_code, "view urgent depends on" in refused.output) == (1, True)
    assert _uninstall.plan(url).tables


def test_the_command_never_prints_the_password(program: typer.Typer) -> None:
    url = "postgresql://postgres:hunter2hunter2@127.0.0.1:1/postgres"
    failed = CliRunner().invoke(program, ["uninstall", "--db-url", url])
    assert (failed.exit_code, "hunter2" in failed.output) == (6, False)
