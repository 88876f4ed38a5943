"""Programs start the command line with closed streams, without a home, without an account: no crash, and a way out."""

from __future__ import annotations

import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.cli.conftest import TEAM, Crew, People
from tests.cli.support import PROGRAM, Cli

from helpdesk_cli._connect import known_stacks


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("version", 0),
        ("profiles list", 0),
        ("tickets list", 5),
        ("login --url http://127.0.0.1:1 --key k --email a@b.example --password-stdin", 2),
        ("login", 2),
    ],
)
def test_closed_standard_streams(cli: Cli, closed: str, command: str, code: int) -> None:
    env = {name: value for name, value in cli._environment({}).items() if value is not None}
    shell = ["sh", "-c", f'exec "$@" {closed}', "sh", *PROGRAM, *command.split()]
    done = subprocess.run(shell, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr


def test_without_a_home(cli: Cli, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 4_000_000_000)
    for command in (("profiles", "list"), ("tickets", "list"), ("login", "--url", "http://127.0.0.1:1", "--key", "k")):
        done = cli(*command, code=2, HELPDESK_CONFIG_DIR="")
        assert done.err.splitlines() == [
            "Error: You have no home directory",
            "Set HELPDESK_CONFIG_DIR to a directory for profiles, or HOME.",
        ]
    # The environment is enough for everything else.
    number = people.customer("tickets", "create", "Hello", "--team", TEAM, "--json").json["number"]
    for line in (f"show {number}", f"reply {number} Hello", "list"):
        people.agent("tickets", *line.split(), HELPDESK_CONFIG_DIR="")


def test_a_stack_that_runs_elsewhere_is_named(
    cli: Cli, crew: Crew, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELPDESK_CONFIG_DIR", str(cli.config))
    port, data = urlsplit(crew.info.api_url).port, tmp_path / "other"
    up, there = ("up", "--detach", "--data", data, "--port", port), crew.info.data_dir
    assert cli("status", "--data", data, code=1).err.endswith("Start it: helpdesk up\n")
    assert cli(*up, code=1).err.startswith(f"Error: Port {port} is taken\nChoose another")
    for directory in (str(tmp_path / "gone"), there, there):
        known_stacks.record(directory)
    for command in (("status",), ("login", "--local")):
        assert f"A stack runs on {there}: give --data {there}" in cli(*command, "--data", data, code=1).err
    assert f"A stack runs on {there}; stop it: helpdesk down --data {there}" in cli("down", "--data", data).err
    assert cli(*up, code=1).err.splitlines()[-2:] == [
        f"Error: Port {port} is taken by the stack on {there}",
        f"Stop it: helpdesk down --data {there}; or take any free port: --port 0.",
    ]
    (cli.config / "stacks.json").write_text("{broken")
    assert "helpdesk up" in cli("status", "--data", data, code=1).err
