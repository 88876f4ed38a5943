"""Profiles: a private file that people may edit and several commands may change at once; it shows no secret."""

from __future__ import annotations

import os
import stat
import subprocess
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cli.support import Cli

from helpdesk_cli._base.errors import CliError
from helpdesk_cli._base.files import write_private_file
from helpdesk_cli._connect import profiles
from helpdesk_cli._connect.profiles import Profile

SECRET = "sb_secret_do-not-show-me-0123456789"
EXPIRES = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
ANN = Profile("ann", "https://a.example", "sb_publishable_abcdefghijklmnop", "ann@example.com", "access-0123456789",
              "refresh-0123456789", EXPIRES)  # fmt: skip
ROBOT = Profile("robot", "https://a.example", SECRET)


@pytest.fixture(autouse=True)
def _here(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_CONFIG_DIR", str(cli.config))


def test_what_is_saved_is_loaded() -> None:
    profiles.save(ANN)
    profiles.save(ROBOT)
    found = profiles.load()
    assert found.current == "ann"
    assert found.all == {"ann": ANN, "robot": ROBOT}
    profiles.save(ANN.signed_out(), make_current=True)
    assert profiles.load().get("ann") == Profile("ann", ANN.url, ANN.key)
    assert tomllib.loads(profiles.profiles_path().read_text())["profiles"]["ann"].keys() == {"url", "key"}


def test_the_file_is_for_its_owner_alone() -> None:
    os.umask(0o022)
    profiles.save(ROBOT)
    path = profiles.profiles_path()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o644)
    profiles.load()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_people_write_into_the_file_stays() -> None:
    path = profiles.profiles_path()
    path.parent.mkdir()
    path.write_text(
        '# mine\ncurrent = "ann"\n\n[profiles.ann]  # at work\nurl = "https://a.example"\nkey = "sb_publishable_x"\n'
    )
    profiles.save(ROBOT)
    profiles.use("robot")
    text = path.read_text()
    assert "# mine" in text
    assert "# at work" in text
    assert profiles.load().current == "robot"
    profiles.remove("robot")
    assert profiles.load().current is None
    assert list(profiles.load().all) == ["ann"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target = tmp_path / "dotfiles" / "profiles.toml"
    target.parent.mkdir()
    target.touch()
    profiles.profiles_path().parent.mkdir()
    profiles.profiles_path().symlink_to(target)
    profiles.save(ANN)
    assert profiles.profiles_path().is_symlink()
    assert "ann@example.com" in target.read_text()


def test_a_failed_write_leaves_the_old_file_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    profiles.save(ANN)
    before = profiles.profiles_path().read_text()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CliError, match="No space left"):
        write_private_file(profiles.profiles_path(), "half")
    assert profiles.profiles_path().read_text() == before
    assert {path.name for path in profiles.profiles_path().parent.iterdir()} <= {"profiles.toml", "profiles.toml.lock"}


def test_commands_that_run_at_once_lose_nothing(cli: Cli) -> None:
    for number in range(5):
        profiles.save(Profile(f"p{number}", "https://a.example", "sb_publishable_x"))
    running = [cli.start("profiles", "remove", f"p{number}", stdout=subprocess.PIPE) for number in range(4)]
    running += [cli.start("profiles", "use", "p4", stdout=subprocess.PIPE) for _ in range(2)]
    for process in running:
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert profiles.load().current == "p4"
    assert list(profiles.load().all) == ["p4"]


@pytest.mark.parametrize(
    "content",
    [
        b"current =",
        b"profiles = 3",
        b'[profiles.a]\nurl = "https://a.example"',
        b"\xff\xfe",
        b'[profiles]\na = "x"',
        b'[profiles.a]\nurl = "https://a.example"\nkey = "k"\nexpires_at = "soon"',
    ],
    ids=ascii,
)
def test_a_broken_file_is_named_and_not_repeated(content: bytes, cli: Cli) -> None:
    path = profiles.profiles_path()
    path.parent.mkdir()
    path.write_bytes(content + b"\n# " + SECRET.encode())
    done = cli("profiles", "list", code=2)
    assert str(path) in done.err
    assert SECRET not in done.err
    assert len(done.err.splitlines()) == 2


def test_no_command_shows_a_secret(cli: Cli) -> None:
    profiles.save(ANN)
    profiles.save(ROBOT)
    for arguments in (
        ("profiles", "list"),
        ("profiles", "show", "robot"),
        ("profiles", "show", "ann"),
        ("whoami", "--profile", "robot"),
    ):
        for more in ((), ("--json",)):
            done = cli(*arguments, *more)
            for secret in (SECRET, "access-0123456789", "refresh-0123456789"):
                assert secret not in done.out + done.err
    for profile in (ANN, ROBOT):
        assert "0123456789" not in repr(profile)
        assert "0123456789" not in repr(profiles.load())


def test_profiles_by_name(cli: Cli) -> None:
    assert cli("profiles", "list").out == "No profiles yet: helpdesk login\n"
    assert cli("profiles", "list", "--json").json == []
    assert "helpdesk login" in cli("profiles", "use", "ann", code=3).err
    profiles.save(ANN)
    profiles.save(ROBOT)
    assert "Known profiles: ann, robot." in cli("profiles", "show", "nobody", code=3).err
    cli("profiles", "use", "robot")
    assert {one["name"]: one["current"] for one in cli("profiles", "list", "--json").json} == {
        "ann": False,
        "robot": True,
    }
    assert cli("profiles", "show", "--json").json["kind"] == "system"
    assert cli("profiles", "show", "--json", HELPDESK_PROFILE="ann").json["email"] == "ann@example.com"
    assert cli("profiles", "show", "--json", "--profile", "ann", HELPDESK_PROFILE="robot").json["name"] == "ann"
    cli("profiles", "remove", "robot")
    assert [one["name"] for one in cli("profiles", "list", "--json").json] == ["ann"]


@pytest.mark.parametrize("name", ["../x", "a b", "x" * 65, ".hidden", "a/b"])
def test_a_name_that_is_none(name: str, cli: Cli) -> None:
    done = cli("login", "--profile", name, "--url", "https://a.example", "--key", "k", code=2)
    assert "is not a valid profile name" in done.err
