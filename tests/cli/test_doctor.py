"""The doctor finds each problem, and names a fix."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from tests.cli.conftest import People
from tests.cli.support import Cli

from helpdesk_cli._connect import database_check, live_check, profiles
from helpdesk_cli._connect.profiles import Profile
from helpdesk_sdk.install import project_dir


def _findings(done: Any) -> dict[str, tuple[bool | None, str]]:
    return {one["check"]: (one["ok"], f"{one['message']} {one['fix'] or ''}") for one in done.json["findings"]}


class Project:
    """A project that answers as it is told: not ours, so that anything can be wrong with it."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, Any]] = {
            "/auth/v1/settings": (200, {"mailer_autoconfirm": False}),
            "/rest/v1/rpc/schema_version": (200, "20000101000000"),
        }
        self.ahead = 0.0
        project = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                # A proxy is asked for whole URLs.
                status, body = project.answers.get(urlsplit(self.path).path, (404, {}))
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response_only(status)
                self.send_header("Date", formatdate(project.now(), usegmt=True))
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def now(self) -> float:
        """The time by its clock."""
        import time

        return time.time() + self.ahead


@pytest.fixture
def project() -> Iterator[Project]:
    found = Project()
    thread = threading.Thread(target=found.server.serve_forever)
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()
    thread.join()


def _ask(cli: Cli, project: Project, **env: str) -> dict[str, tuple[bool | None, str]]:
    settings = {"HELPDESK_URL": project.url, "HELPDESK_KEY": "sb_secret_0123456789abcdef", **env}
    return _findings(cli("doctor", "--json", code=1, **settings))


def test_all_is_well(people: People) -> None:
    done = people.agent("doctor")
    assert done.out.endswith("\nNo problems.\n")
    assert "signed in as Cli Agent (agent)" in done.out
    found = _findings(people.agent("doctor", "--json"))
    assert list(found) == [
        "profiles",
        "configuration",
        "key",
        "reachable",
        "clock",
        "sign-ups",
        "session",
        "migrations",
        "assistant",
        "language model",
        "vectors",
        "knowledge gaps",
        "live",
    ]
    assert {ok for ok, _ in found.values()} == {True}


def test_events_that_are_not_pushed_are_a_warning(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_check, "_TIMEOUT", 0.0)
    ok, text = _findings(people.agent("doctor", "--json"))["live"]
    assert ok is None
    assert "Enable Realtime" in text


def test_the_secret_key_is_worth_a_warning_and_is_not_shown(people: People) -> None:
    done = people.system("doctor")
    assert "warning" in done.out
    assert people.crew.info.secret_key not in done.out
    assert _findings(people.system("doctor", "--json"))["migrations"][0] is True


def test_admins_see_the_time_limits_and_that_nothing_holds_events_back(people: People) -> None:
    for found in (_findings(people.system("doctor", "--json")), _findings(people.admin("doctor", "--json"))):
        assert found["time limits"] == (True, "a statement is stopped after: authenticated 8 s, anon 3 s ")
        assert found["open transactions"] == (True, "none older than 10 s: nothing holds events back ")


@pytest.mark.parametrize(
    ("milliseconds", "said", "fix"),
    [
        (0, "authenticated none", "alter role authenticated set statement_timeout = '8s'; notify pgrst"),
        (60000, "authenticated 60 s", "alter role authenticated set statement_timeout = '8s'; notify pgrst"),
        (8000, "authenticated 8 s", None),
    ],
)
def test_a_time_limit_that_is_too_long_is_a_warning_with_the_statement_to_run(
    milliseconds: int, said: str, fix: str | None, cli: Cli, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_check, "_TIMEOUT", 0.0)
    newest = max(path.name.partition("_")[0] for path in (project_dir() / "migrations").iterdir())
    project.answers["/rest/v1/rpc/schema_version"] = (200, newest)
    project.answers["/rest/v1/rpc/statement_timeouts"] = (
        200,
        [{"role": "authenticated", "milliseconds": milliseconds}, {"role": "anon", "milliseconds": 3000}],
    )
    done = cli("doctor", "--json", HELPDESK_URL=project.url, HELPDESK_KEY="sb_secret_0123456789abcdef")
    ok, text = _findings(done)["time limits"]
    assert said in text
    assert (ok, fix or "") == ((None, fix) if fix else (True, ""))
    assert fix is None or fix in text


def test_who_holds_events_back_is_named_with_the_way_to_end_it(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_check, "_PATIENCE", 0)
    with psycopg.connect(people.crew.info.db_url, application_name="nightly report") as holding:
        pid = holding.info.backend_pid
        holding.execute("insert into helpdesk.teams (name) values ('Held')")
        done = people.system("doctor")
        holding.rollback()
    assert "nobody receives events that are newer than these transactions: pid" in done.out
    told = " ".join(done.out.split())
    assert f"pid {pid} (role postgres, nightly report, idle in transaction" in told
    assert f"select pg_terminate_backend({pid})" in told
    assert "idle_in_transaction_session_timeout" in told


def test_nothing_is_configured(cli: Cli) -> None:
    done = cli("doctor", code=1)
    assert "PROBLEM configuration: No helpdesk is configured" in done.out
    assert "→ Sign in: helpdesk login" in done.out
    assert done.out.endswith("\n1 problem.\n")


def test_a_stopped_stack(cli: Cli) -> None:
    env = {"HELPDESK_URL": "http://127.0.0.1:1", "HELPDESK_KEY": "sb_publishable_x", "HELPDESK_ACCESS_TOKEN": "x"}
    ok, text = _findings(cli("doctor", "--json", code=1, **env))["reachable"]
    assert ok is False
    assert "helpdesk up --detach --port 1" in text
    env["HELPDESK_URL"] = "https://no.invalid"
    ok, text = _findings(cli("doctor", "--json", code=1, **env))["reachable"]
    assert "Check the URL" in text


def test_nobody_is_signed_in(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    cli = Cli(people.agent.config)
    monkeypatch.setenv("HELPDESK_CONFIG_DIR", str(cli.config))
    profiles.save(Profile("default", people.crew.info.api_url, people.crew.info.publishable_key))
    assert _findings(cli("doctor", "--json", code=1))["session"] == (
        False,
        "you are not signed in Sign in: helpdesk login",
    )


def test_a_token_that_nobody_takes(people: People) -> None:
    done = people.agent("doctor", "--json", code=1, HELPDESK_ACCESS_TOKEN="forged-0123456789")
    found = _findings(done)
    assert found["session"][0] is False
    assert "forged-0123456789" not in done.out


def test_a_wrong_key(people: People) -> None:
    ok, text = _findings(people.agent("doctor", "--json", code=1, HELPDESK_KEY="sb_publishable_wrong"))["reachable"]
    assert ok is False
    assert "does not accept the key" in text
    assert "helpdesk login --local" in text
    assert _findings(people.agent("doctor", "--json", code=1, HELPDESK_KEY="rubbish"))["key"][0] is False


def test_a_database_that_is_behind(cli: Cli, project: Project) -> None:
    ok, text = _ask(cli, project)["migrations"]
    assert ok is False
    assert "20000101000000" in text
    assert "helpdesk init" in text


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((406, {"code": "PGRST106"}), "exposed schemas"),
        ((404, {"code": "PGRST202"}), "helpdesk init"),
        ((400, {"code": "3F000"}), "take helpdesk off the exposed schemas"),
        ((503, {"code": "PGRST002"}), "take it off the exposed schemas"),
        ((200, None), "has no schema version"),
        ((500, {}), "HTTP status 500"),
        ((200, b"<html>"), "answer is not readable"),
    ],
)
def test_a_data_api_that_does_not_know_us(answer: tuple[int, Any], said: str, cli: Cli, project: Project) -> None:
    project.answers["/rest/v1/rpc/schema_version"] = answer
    ok, text = _ask(cli, project)["migrations"]
    assert ok is False
    assert said in text


def test_where_there_is_no_helpdesk_the_session_is_not_blamed(cli: Cli, project: Project) -> None:
    nowhere = (400, {"code": "3F000", "message": 'schema "helpdesk" does not exist'})
    project.answers |= {f"/rest/v1/rpc/{name}": nowhere for name in ("schema_version", "whoami")}
    found = _ask(cli, project, HELPDESK_KEY="sb_publishable_x", HELPDESK_ACCESS_TOKEN="e30.e30.x")
    assert "session" not in found
    assert "helpdesk down, then helpdesk up" in found["migrations"][1]


def test_a_newer_database_is_no_problem_yet(cli: Cli, project: Project) -> None:
    project.answers["/rest/v1/rpc/schema_version"] = (200, "29990101000000")
    shell = Cli(cli.config, {"HELPDESK_URL": project.url, "HELPDESK_KEY": "sb_secret_0123456789abcdef"})
    ok, text = _findings(shell("doctor", "--json"))["migrations"]
    assert ok is None
    assert "pip install --upgrade" in text


@pytest.mark.parametrize(("ahead", "said"), [(120, "behind the server's"), (-120, "ahead of the server's"), (2, None)])
def test_clocks_that_differ(ahead: float, said: str | None, cli: Cli, project: Project) -> None:
    project.ahead = ahead
    ok, text = _ask(cli, project)["clock"]
    assert ok is (said is None)
    assert said is None or said in text


@pytest.mark.parametrize(
    ("settings", "ok", "said"),
    [
        ({"mailer_autoconfirm": True}, False, "enable_confirmations = true"),
        ({"mailer_autoconfirm": False}, True, "must be confirmed"),
        ({}, None, "does not say"),
        (b"<html>", None, "does not say"),
    ],
)
def test_addresses_must_be_confirmed(
    settings: Any, ok: bool | None, said: str, cli: Cli, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The project plays the proxy on the way to one that is elsewhere.
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, project.url)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    project.answers["/auth/v1/settings"] = (200, settings)
    found = _ask(cli, project, HELPDESK_URL="http://helpdesk.example")["sign-ups"]
    assert found[0] is ok
    assert said in found[1]


def test_the_local_stack_confirms_at_once(people: People) -> None:
    assert _findings(people.agent("doctor", "--json"))["sign-ups"] == (
        True,
        "e-mail addresses are not checked: on the local stack a sign-up needs no mail ",
    )


def test_something_else_answers(cli: Cli, project: Project) -> None:
    project.answers["/auth/v1/settings"] = (404, b"nothing here")
    ok, text = _ask(cli, project)["reachable"]
    assert ok is False
    assert "Check that it is the URL of a Supabase project." in text


def test_a_profile_file_that_others_could_read(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_CONFIG_DIR", str(people.agent.config))
    profiles.save(Profile("default", "https://a.example", "k"))
    profiles.profiles_path().chmod(0o644)
    first, again = (people.agent("doctor", "--json").json["findings"][0] for _ in range(2))
    assert first["ok"] is None
    assert "was readable by other users" in first["message"]
    assert again["ok"] is True
