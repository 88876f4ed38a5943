"""Signing in, staying signed in, and signing out."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from tests.cli.conftest import PASSWORD, Crew
from tests.cli.support import Cli

from helpdesk_cli._connect import profiles
from helpdesk_cli._connect.profiles import Profile


@pytest.fixture(autouse=True)
def _here(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_CONFIG_DIR", str(cli.config))


def _login(cli: Cli, crew: Crew, name: str = "agent", *more: str) -> Profile:
    where = ("--url", crew.info.api_url, "--key", crew.info.publishable_key, "--email", crew.email(name))
    cli("login", *where, "--password-stdin", *more, input=f"{PASSWORD}\n")
    found = profiles.load()
    assert found.current is not None
    return found.get(found.current)


def test_sign_in_and_out(cli: Cli, crew: Crew) -> None:
    profile = _login(cli, crew)
    assert (profile.name, profile.email) == ("default", crew.email("agent"))
    assert cli("whoami", "--json").json["user"]["email"] == crew.email("agent")
    assert "profile default" in cli("whoami").out
    cli("tickets", "list")
    refresh = profile.refresh_token
    assert cli("logout").out == f"Signed out of {crew.info.api_url}, profile default.\n"
    assert "helpdesk login" in cli("tickets", "list", code=5).err
    assert profiles.load().get("default") == profile.signed_out()
    # The server knows of it too: the old session cannot be renewed.
    profiles.save(_expired(replace(profile, refresh_token=refresh)))
    assert "Your session has ended" in cli("tickets", "list", code=5).err
    # URL and key are known by now.
    cli("login", "--email", crew.email("agent"), "--password-stdin", input=PASSWORD)


def test_a_profile_for_each_project_and_person(cli: Cli, crew: Crew) -> None:
    _login(cli, crew, "agent", "--profile", "work")
    _login(cli, crew, "customer", "--profile", "home")
    assert cli("whoami", "--json").json["user"]["email"] == crew.email("customer")
    assert cli("whoami", "--profile", "work", "--json").json["user"]["email"] == crew.email("agent")
    assert cli("--profile", "work", "whoami", "--json").json["user"]["email"] == crew.email("agent")
    assert cli("whoami", "--json", HELPDESK_PROFILE="work").json["user"]["email"] == crew.email("agent")


def test_a_wrong_password_changes_nothing(cli: Cli, crew: Crew) -> None:
    before = _login(cli, crew)
    wrong = "wrong-password-1"
    options = ("login", "--email", crew.email("customer"))
    for done in (
        cli(*options, "--password-stdin", code=5, input=wrong),
        cli(*options, code=5, HELPDESK_PASSWORD=wrong),
        cli(*options, "--json", code=5, HELPDESK_PASSWORD=wrong),
    ):
        assert wrong not in done.err + done.out
    assert profiles.load().get("default") == before


def test_tokens_come_from_standard_input_or_a_file(cli: Cli, crew: Crew, tmp_path: Path) -> None:
    session = _login(cli, crew)
    assert session.access_token
    where = ("--url", crew.info.api_url, "--key", crew.info.publishable_key)
    done = cli("login", *where, "--token-stdin", "--profile", "a", "--json", input=f"{session.access_token}\n")
    assert done.json["user"]["email"] == crew.email("agent")
    file = tmp_path / "token"
    file.write_text(f"{session.access_token}\n{session.refresh_token}\n")
    cli("login", *where, "--access-token-file", file, "--profile", "b")
    found = profiles.load().all
    assert found["a"].refresh_token is None
    assert found["b"].refresh_token == session.refresh_token
    assert found["a"].expires_at == found["b"].expires_at
    assert found["b"].expires_at is not None
    assert cli("tickets", "list", "--profile", "a", "--json").err == ""
    for text, code in (("", 2), ("no-token\n", 5)):
        done = cli("login", *where, "--token-stdin", "--profile", "c", code=code, input=text)
        assert "no-token" not in done.err
    assert "c" not in profiles.load().all


def test_a_secret_key_makes_a_system_profile_and_never_comes_as_an_argument(cli: Cli, crew: Crew) -> None:
    secret, url = crew.info.secret_key, ("--url", crew.info.api_url)
    refused = cli("login", *url, "--key", secret, "--profile", "robot", code=2)
    assert secret not in refused.err
    assert "--secret-key-stdin" in refused.err
    assert cli("login", *url, "--secret-key-stdin", code=2, input="sb_publishable_x").err
    assert cli("login", *url, "--secret-key-stdin", code=5, input="sb_secret_forged-0123456789").err
    assert profiles.load().all == {}
    done = cli("login", *url, "--secret-key-stdin", "--profile", "robot", input=f"{secret}\n")
    assert secret not in done.out + done.err
    assert cli("whoami", "--json").json == {
        "url": crew.info.api_url,
        "source": "profile robot",
        "user": None,
        "system": True,
    }
    cli("teams", "list")
    assert "helpdesk profiles remove robot" in cli("logout", code=2).err


def test_the_local_stack_needs_no_url(cli: Cli, crew: Crew) -> None:
    local = ("login", "--local", "--data", crew.info.data_dir)
    cli(*local, "--email", crew.email("agent"), "--password-stdin", input=PASSWORD)
    assert profiles.load().get("local").key == crew.info.publishable_key
    cli(*local, "--secret-key-stdin")
    assert profiles.load().get("system").is_system
    # What no policy limits is to be asked for by name; and neither took the other's place.
    assert profiles.load().current == "local"
    assert list(profiles.load().all) == ["local", "system"]
    cli(*local, "--email", crew.email("customer"), "--password-stdin", input=PASSWORD)
    assert profiles.load().get("local").email == crew.email("agent")
    assert profiles.load().get("local-cli-customer").email == crew.email("customer")
    assert "No stack runs" in cli("login", "--local", "--data", cli.config / "none", code=1).err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--url", "ftp://x"), "url must begin with https://"),
        (("--url", "https://user:pw@x.example", "--key", "k"), "url must not hold"),
        (("--token-stdin", "--password-stdin"), "alternatives: give one"),
        ((), "URL of the Supabase project is missing"),
        (("--url", "https://x.example"), "Publishable key is missing"),
        (("--url", "https://x.example", "--key", "k"), "E-mail is missing"),
        (("--url", "https://x.example", "--key", "k", "--email", "a@b.example"), "The password is missing"),
        (("--url", "https://x.example", "--key", "k", "--email", "no address", "--password-stdin"), "email must be"),
    ],
)
def test_missing_and_wrong_values_are_reported(arguments: tuple[str, ...], message: str, cli: Cli) -> None:
    done = cli("login", *arguments, code=2, input="password-0123" if "--password-stdin" in arguments else "")
    assert message in done.err
    assert len(done.err.splitlines()) <= 2


def test_several_helpdesks_and_people_by_plain_login(cli: Cli, crew: Crew) -> None:
    others = [Profile("default", "https://a.example", "sb_publishable_a"), Profile("local", "https://b.example", "k")]
    for other in others:
        profiles.save(other, make_current=True)
    assert _login(cli, crew).name == "127"
    assert _login(cli, crew, "customer").name == "127-cli-customer"
    # Each finds their own again.
    assert _login(cli, crew).name == "127"
    assert _login(cli, crew, "customer").name == "127-cli-customer"
    assert [profiles.load().get(other.name) for other in others] == others
    emails = {name: one.email for name, one in profiles.load().all.items() if one.email}
    assert emails == {"127": crew.email("agent"), "127-cli-customer": crew.email("customer")}


def test_a_named_profile_of_somebody_else_is_not_replaced_unasked(cli: Cli, crew: Crew) -> None:
    before = _login(cli, crew, "agent", "--profile", "work")
    where = ("login", "--url", crew.info.api_url, "--email", crew.email("customer"), "--password-stdin")
    for named in ({"HELPDESK_PROFILE": "work"}, {}):
        more = () if named else ("--profile", "work")
        refused = cli(*where, *more, input=PASSWORD, code=2, **named).err.splitlines()
        assert refused == [
            f"Error: Profile work belongs to {crew.email('agent')} at {crew.info.api_url}",
            "Choose another --profile NAME, or remove it first: helpdesk profiles remove work",
        ]
    tokens = _login(cli, crew, "customer", "--profile", "home").access_token
    with_token = ("login", "--url", crew.info.api_url, "--token-stdin", "--profile", "work")
    assert "belongs to" in cli(*with_token, input=f"{tokens}\n", code=2).err
    system = ("login", "--url", crew.info.api_url, "--secret-key-stdin", "--profile", "work")
    assert "belongs to" in cli(*system, input=crew.info.secret_key, code=2).err
    assert profiles.load().get("work") == before
    asked = ("login", "--url", crew.info.api_url, "--email", crew.email("customer"), "--profile", "work")
    done = cli.on_terminal(*asked, type_=[("Replace it?", "n\n")])
    assert (done.code, profiles.load().get("work")) == (1, before)
    done = cli.on_terminal(*asked, type_=[("Replace it?", "y\n"), ("Password", f"{PASSWORD}\n")])
    assert (done.code, profiles.load().get("work").email) == (0, crew.email("customer"))
    # A profile in which nobody is signed in is free, in its own helpdesk.
    cli("logout", "--profile", "work")
    _login(cli, crew, "agent", "--profile", "work")


def test_login_says_which_profile_is_used_and_what_wins_over_it(cli: Cli, crew: Crew) -> None:
    where = ("login", "--url", crew.info.api_url, "--key", crew.info.publishable_key, "--password-stdin", "--profile")
    agent, customer = ("--email", crew.email("agent")), ("--email", crew.email("customer"))
    cli(*where, "work", *agent, input=PASSWORD)
    done = cli(*where, "home", *customer, input=PASSWORD)
    assert done.out.endswith("profile home. Commands use this profile from now on.\n")
    assert done.err == ""
    assert cli(*where, "home", *customer, input=PASSWORD).out.endswith("profile home.\n")
    assert cli(*where, "work", *agent, "--json", input=PASSWORD).json["current"] == "work"
    for names in (["HELPDESK_URL", "HELPDESK_KEY"], ["HELPDESK_ACCESS_TOKEN"], ["HELPDESK_PROFILE"]):
        shell = Cli(cli.config, dict.fromkeys(names, "https://other.example"))
        noted = shell(*where, "work", *agent, input=PASSWORD).err
        assert noted.startswith(f"Note: {', '.join(names)} ")
        assert "--profile work" in noted


def test_a_token_whose_expiry_no_date_can_hold(cli: Cli, crew: Crew) -> None:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in ({"alg": "none"}, {"exp": 1e300})]
    where = ("--url", crew.info.api_url, "--key", crew.info.publishable_key)
    assert cli("login", *where, "--token-stdin", code=5, input=".".join([*parts, "x"])).err


def test_a_login_of_one_s_own_and_the_first_admin_s_way(cli: Cli, crew: Crew) -> None:
    email = f"{uuid4().hex}@example.com"
    where = ("--local", "--data", crew.info.data_dir, "--email", email, "--password-stdin")
    done = cli("sign-up", *where, "--name", "Nora New", input=PASSWORD)
    assert "as Nora New (customer), profile local" in done.out
    cli("tickets", "create", "My first")
    again = cli("sign-up", *where, "--json", code=4, input=PASSWORD)
    assert again.error["reason"] == "user_exists"
    assert cli("sign-up", *where, code=2, input="short").err
    cli("login", *where, input=PASSWORD)


def test_a_warning_before_a_password_goes_unencrypted(cli: Cli) -> None:
    where = ("--url", "http://helpdesk.invalid", "--key", "k", "--email", "a@b.example")
    assert "not encrypted" in cli("login", *where, "--password-stdin", input="pw-0123456", code=6).err


def _expired(profile: Profile) -> Profile:
    """The same, as if an hour had gone by: the token is one that nobody takes any more."""
    past = datetime.now(UTC) - timedelta(minutes=1)
    claims = profiles.unverified_claims(profile.access_token or "") | {"exp": int(past.timestamp())}
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "none"}, claims)
    ]
    return replace(profile, access_token=".".join([*parts, "x"]), expires_at=past)


def _sessions_tokens(crew: Crew) -> int:
    with psycopg.connect(crew.info.db_url) as db:
        row = db.execute("select count(*) from auth.refresh_tokens").fetchone()
    assert row is not None
    count: int = row[0]
    return count


def test_commands_that_run_at_once_renew_the_session_once(cli: Cli, crew: Crew) -> None:
    profiles.save(_expired(_login(cli, crew)))
    before = _sessions_tokens(crew)
    running = [cli.start("whoami", "--json", stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)]
    for process in running:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert json.loads(out)["user"]["email"] == crew.email("agent")
    assert _sessions_tokens(crew) == before + 1
    renewed = profiles.load().get("default")
    assert renewed.expires_at is not None
    assert renewed.expires_at > datetime.now(UTC) + timedelta(minutes=5)
    # What was written back can be renewed again.
    profiles.save(_expired(renewed))
    cli("tickets", "list")


def test_a_session_that_holds_is_not_renewed(cli: Cli, crew: Crew) -> None:
    before = _login(cli, crew)
    cli("tickets", "list")
    assert profiles.load().get("default") == before


def test_the_environment_signs_in_by_itself(cli: Cli, crew: Crew) -> None:
    env = {"HELPDESK_URL": crew.info.api_url, "HELPDESK_KEY": crew.info.publishable_key}
    env |= {"HELPDESK_EMAIL": crew.email("customer"), "HELPDESK_PASSWORD": PASSWORD}
    assert Cli(cli.config, env)("whoami", "--json").json["user"]["email"] == crew.email("customer")
    assert not profiles.profiles_path().exists()


def test_a_list_is_in_the_scope_of_the_role_of_now(cli: Cli, crew: Crew, queue: str) -> None:
    """The profile remembers the role; the helpdesk is asked at the same time, and is right."""
    with crew.client("admin") as admin:
        number = admin.tickets.create("In the queue", team=queue).number
    where = ("--url", crew.info.api_url, "--key", crew.info.publishable_key, "--email", crew.email("agent"))
    cli("login", "--profile", "work", *where, "--password-stdin", input=PASSWORD)
    path = cli.config / "profiles.toml"
    assert 'role = "agent"' in path.read_text()
    for remembered in ("agent", "customer", "unheard-of", None):
        text = re.sub(r"(?m)^role = .*\n", "", path.read_text())
        path.write_text(text if remembered is None else f'{text.rstrip()}\nrole = "{remembered}"\n')
        found = cli("tickets", "list", "--team", queue, "--json").json
        assert [ticket["number"] for ticket in found] == [number]
        if remembered is not None:
            assert 'role = "agent"' in path.read_text()
    assert 'role = "agent"' not in path.read_text()
