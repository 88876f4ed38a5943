"""The target: command line, environment, profiles; and no token is sent to another helpdesk."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from tests.cli.support import Cli

from helpdesk_cli._base.errors import CliError
from helpdesk_cli._base.settings import apply_options, start_run
from helpdesk_cli._connect import profiles
from helpdesk_cli._connect.profiles import Profile
from helpdesk_cli._connect.sign_in_choice import note_variables_that_win
from helpdesk_cli._connect.target import Target, target, target_of

WORK = Profile("work", "https://work.example", "sb_publishable_work", "me@work.example", "work-access", "work-refresh")
HOME = Profile("home", "https://home.example", "sb_publishable_home", "me@home.example", "home-access", "home-refresh")
VARIABLES = ("URL", "KEY", "ACCESS_TOKEN", "REFRESH_TOKEN", "EMAIL", "PASSWORD", "PROFILE")


@pytest.fixture(autouse=True)
def _here(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(f"HELPDESK_{name}", raising=False)
    monkeypatch.setenv("HELPDESK_CONFIG_DIR", str(cli.config))
    profiles.save(WORK, make_current=True)
    profiles.save(HOME)
    start_run([])


def _target(monkeypatch: pytest.MonkeyPatch, env: dict[str, str], flag: str | None = None) -> Target:
    for name, value in env.items():
        monkeypatch.setenv(f"HELPDESK_{name}", value)
    apply_options(profile=flag)
    return target()


OTHER = {"URL": "https://other.example", "KEY": "sb_publishable_other"}
CASES: list[tuple[dict[str, str], str | None, dict[str, Any]]] = [
    ({}, None, {"url": WORK.url, "access_token": "work-access"}),
    ({"PROFILE": "home"}, None, {"url": HOME.url, "access_token": "home-access"}),
    ({"PROFILE": "home"}, "work", {"url": WORK.url, "access_token": "work-access"}),
    # The environment alone: no token of a profile goes to another URL.
    (OTHER, None, {"url": OTHER["URL"], "key": OTHER["KEY"], "access_token": None, "refresh_token": None}),
    ({**OTHER, "PROFILE": "home"}, None, {"url": OTHER["URL"], "access_token": None}),
    ({**OTHER, "ACCESS_TOKEN": "mine"}, None, {"url": OTHER["URL"], "access_token": "mine", "refresh_token": None}),
    # A profile that is named on the command line wins over the environment.
    ({**OTHER, "ACCESS_TOKEN": "mine"}, "home", {"url": HOME.url, "key": HOME.key, "access_token": "home-access"}),
    # Who one is, at the profile's project.
    ({"ACCESS_TOKEN": "mine"}, None, {"url": WORK.url, "key": WORK.key, "access_token": "mine", "profile": None}),
    ({"EMAIL": "a@b.example", "PASSWORD": "pw"}, None, {"url": WORK.url, "access_token": None, "password": "pw"}),
    ({"KEY": "sb_secret_x"}, None, {"url": WORK.url, "key": "sb_secret_x", "access_token": None, "is_system": True}),
    ({"KEY": "sb_publishable_new"}, None, {"key": "sb_publishable_new", "access_token": "work-access"}),
]


@pytest.mark.parametrize(("env", "flag", "expected"), CASES)
def test_who_decides(
    env: dict[str, str], flag: str | None, expected: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _target(monkeypatch, env, flag)
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"URL": "https://other.example"}, "HELPDESK_KEY"),
        ({"EMAIL": "a@b.example"}, "HELPDESK_PASSWORD"),
        ({"PASSWORD": "pw"}, "HELPDESK_EMAIL"),
        ({"PROFILE": "nobody"}, "nobody"),
    ],
)
def test_half_an_answer_is_none(env: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CliError, match=message):
        _target(monkeypatch, env)


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        "nonsense",
        "ftp://a.example",
        "https://",
        "http://[x",
        "http://a b/",
        "http://a:99999",
        "https://u:p@a.example",
    ],
)
@pytest.mark.parametrize("command", ["tickets list", "doctor", "whoami"])
def test_a_url_that_is_none(url: str, command: str, cli: Cli) -> None:
    profiles.save(replace(WORK, url=url))
    done = cli(*command.split(), "--profile", "work", code=1 if command == "doctor" else 2)
    assert "url must" in done.out + done.err
    assert "bug" not in done.err


@pytest.mark.parametrize("secret", ["", "ü-0123456789", "two words-0123456789", "line\nbreak-0123456789"], ids=ascii)
@pytest.mark.parametrize("field", ["key", "access_token"])
def test_a_key_or_token_that_is_none(field: str, secret: str, cli: Cli) -> None:
    changed: dict[str, Any] = {field: secret}
    profiles.save(replace(WORK, **changed))
    done = cli("tickets", "list", "--profile", "work", code=2)
    assert "0123456789" not in done.err
    assert "bug" not in done.err


def test_nobody_is_signed_in(cli: Cli) -> None:
    profiles.save(WORK.signed_out())
    assert "helpdesk login" in cli("tickets", "list", code=5).err
    profiles.remove("work")
    # The only one left is the one that is meant.
    assert "home.example" in cli("profiles", "show").out
    profiles.remove("home")
    assert cli("tickets", "list", "--json", code=5).error["message"] == "No helpdesk is configured"


def test_read_receipts_belong_to_one_person_of_one_helpdesk() -> None:
    token = ".".join(["e30", base64.urlsafe_b64encode(b'{"sub": "person"}').decode().rstrip("="), "x"])
    targets = [
        target_of(WORK),
        target_of(HOME),
        target_of(replace(WORK, email="you@work.example")),
        target_of(replace(WORK, access_token=token)),
        Target("x", WORK.url, "sb_secret_x"),
    ]
    assert len({found.identity for found in targets}) == len(targets)
    # A new address or a new token is not a new person.
    assert targets[3].identity == target_of(replace(WORK, access_token=token, email="new@work.example")).identity


def test_a_target_does_not_show_its_secrets() -> None:
    assert "secret" not in repr(Target("x", "https://a.example", "sb_secret_x", "secret-token"))


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({}, ""),
        ({"PASSWORD": "pw"}, "Note: HELPDESK_PASSWORD is set alone: commands refuse that."),
        ({"EMAIL": "a@b.example"}, "Note: HELPDESK_EMAIL is set alone: commands refuse that."),
        (
            {"EMAIL": "a@b.example", "PASSWORD": "pw"},
            "Note: HELPDESK_EMAIL, HELPDESK_PASSWORD are set and win over the profile.",
        ),
        ({"KEY": "sb_secret_x"}, "Note: HELPDESK_KEY is set and wins over the profile."),
    ],
)
def test_a_new_profile_that_is_not_used_is_named(
    env: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(f"HELPDESK_{name}", value)
    note_variables_that_win(WORK)
    shown = " ".join(capsys.readouterr().err.split())
    assert shown.startswith(said)
    assert bool(shown) == bool(said)
