"""Programs start the command line with closed streams, without a home, without an account: no crash, and a way out."""

from __future__ import annotations

import subprocess

import pytest
from tests.cli.conftest import TEAM, People
from tests.cli.support import PROGRAM, Cli


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
    for command in (("show", str(number)), ("reply", str(number), "Hello"), ("list",)):
        people.agent("tickets", *command, HELPDESK_CONFIG_DIR="")
