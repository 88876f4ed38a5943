"""How a command ends: exit codes, at most two lines or one JSON object, never a traceback, never a secret."""

from __future__ import annotations

import inspect
import io
import json
import subprocess
from collections.abc import Iterator
from contextlib import redirect_stderr
from typing import Any
from uuid import UUID

import pytest
from tests.cli.support import HOSTILE, Cli

from helpdesk_cli._base import secrets
from helpdesk_cli._base.errors import CliError, ExitCode, report
from helpdesk_cli._base.settings import start_run
from helpdesk_sdk import errors
from helpdesk_sdk.local import NotRunningError

CODES: dict[type[errors.HelpdeskError], int] = {
    errors.HelpdeskError: 1,
    errors.ConfigurationError: 2,
    errors.ConnectionFailedError: 6,
    errors.UnknownOutcomeError: 1,
    errors.ApiError: 1,
    errors.InvalidValueError: 2,
    errors.AuthenticationError: 5,
    errors.ForbiddenError: 5,
    errors.NotFoundError: 3,
    errors.ConflictError: 4,
    errors.TransitionNotAllowedError: 1,
    errors.TooManyError: 1,
    errors.RateLimitedError: 1,
    errors.ReadOnlyError: 1,
    errors.UnexpectedResponseError: 1,
    errors.ServerError: 1,
}
ALL = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.HelpdeskError)]


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    start_run([])
    yield
    start_run([])
    secrets._known.clear()


def _reported(error: Exception, *args: str) -> tuple[int, str]:
    start_run(args)
    with redirect_stderr(io.StringIO()) as out:
        code = report(error)
    return int(code), out.getvalue()


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_error_has_its_exit_code(kind: type[errors.HelpdeskError]) -> None:
    expected = next(CODES[base] for base in kind.__mro__ if base in CODES)
    code, text = _reported(kind())
    assert code == expected
    assert 1 <= len(text.splitlines()) <= 2
    assert text.startswith("Error: ")


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_error_is_one_json_object_for_programs(kind: type[errors.HelpdeskError]) -> None:
    code, text = _reported(kind(hint="The way out."), "tickets", "list", "--json")
    found: dict[str, Any] = json.loads(text)["error"]
    assert found["kind"] == kind.__name__
    assert found["exit_code"] == code
    assert found["message"]
    assert found["hint"]
    if issubclass(kind, errors.ApiError) and kind.reason:
        assert found["reason"] == kind.reason


def test_an_unknown_outcome_says_how_to_repeat_the_command() -> None:
    one = UUID("01900000-0000-7000-8000-000000000001")
    assert f"--id {one}" in _reported(errors.UnknownOutcomeError(id=one))[1]
    assert "Check whether" in _reported(errors.UnknownOutcomeError())[1]


def test_a_stack_that_does_not_run_is_no_crash() -> None:
    assert _reported(NotRunningError("No stack runs here", hint="Start it: helpdesk up"))[0] == 1


def test_what_others_wrote_is_harmless_in_an_error() -> None:
    _, text = _reported(errors.ApiError(HOSTILE, hint=HOSTILE))
    assert not {char for char in text if ord(char) < 32 and char != "\n"}
    assert len(text.splitlines()) == 2


@pytest.mark.parametrize("args", [(), ("--json",)])
def test_a_known_secret_is_blanked_out(args: tuple[str, ...]) -> None:
    secrets.register_secret("sb_secret_0123456789")
    error = CliError("could not use sb_secret_0123456789", "not sb_secret_0123456789 either")
    assert "0123456789" not in _reported(error, *args)[1]


@pytest.mark.parametrize("secret", ["sb_secret_0123456789", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"])
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_secret_among_the_arguments_is_not_repeated(secret: str, more: tuple[str, ...], cli: Cli) -> None:
    for arguments in (("login", secret), ("tickets", "list", f"--{secret}"), ("tickets", "list", "--status", secret)):
        done = cli(*arguments, *more, code=2)
        assert secret not in done.out + done.err


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_no_bug(cli: Cli, monkeypatch: pytest.MonkeyPatch, unbuffered: str) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    with open("/dev/full", "w") as full:
        process = cli.start("version", stdout=full, stderr=subprocess.PIPE)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err == "Error: No space left on device\n"


def test_a_bug_is_named_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HELPDESK_DEBUG", raising=False)
    code, text = _reported(KeyError("surprise"))
    assert code == ExitCode.REFUSED
    assert "Traceback" not in text
    assert "HELPDESK_DEBUG" in text
    monkeypatch.setenv("HELPDESK_DEBUG", "1")
    with pytest.raises(KeyError):
        report(KeyError("surprise"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["tickets", "nonsense"],
        ["tickets", "show"],
        ["tickets", "list", "--status", "nonsense"],
        ["tickets", "list", "--created-after", "yesterday"],
        ["tickets", "list", "--limit", "-1"],
        ["tickets", "redact", "no-uuid"],
        ["--nonsense"],
        ["tickets", "list", "--limit", "1", "--json", "--nonsense"],
    ],
    ids=" ".join,
)
def test_a_mistaken_command_line_is_two_lines_or_one_object(cli: Cli, arguments: list[str]) -> None:
    done = cli(*arguments, code=2)
    if "--json" in arguments:
        assert done.error["kind"] == "UsageError"
    else:
        assert len(done.err.splitlines()) == 2
        assert done.err.startswith("Error: ")
        assert "--help" in done.err
    assert done.out == ""


def test_what_comes_after_two_dashes_is_no_option(cli: Cli) -> None:
    done = cli("tickets", "create", "--", "--json", code=5)
    assert done.err.startswith("Error: No helpdesk is configured")
