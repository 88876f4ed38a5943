"""`make console`: one command from a clone to a console with people and tickets, and nothing left after Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

import console
from helpdesk_sdk.local import NotRunningError, Stack

_SCRIPT = Path(console.__file__)


@contextmanager
def running(data: Path, *options: str, **variables: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command, as make starts it, once the console is served; and what it printed."""
    command = [sys.executable, str(_SCRIPT), "--port", "0", "--no-browser", "--data", str(data), *options]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HELPDESK_")} | variables
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
        printed = ""
        assert run.stdout is not None
        for line in run.stdout:
            printed += line
            if line.startswith("Ctrl-C"):
                break
        try:
            yield run, printed
        finally:
            if run.poll() is None:
                run.kill()


def test_it_serves_the_console_with_logins_until_it_is_interrupted(packages: Path, place: Path) -> None:
    with running(place) as (run, printed):
        (address,) = re.findall(r"The console: (http://127\.0\.0\.1:\d+)", printed)
        (api,) = re.findall(r"The helpdesk behind it: (http://\S+)", printed)
        logins = re.findall(r"^  (customer|agent|admin) +(\S+@\S+) +(\S+)$", printed, re.M)
        assert [role for role, _, _ in logins] == ["customer", "customer", "agent", "agent", "admin"]
        page = httpx.get(f"{address}/queue")
        assert "Helpdesk" in page.text
        assert f"connect-src 'self' {api} ws://" in page.headers["content-security-policy"]
        config = httpx.get(f"{address}/config.json").json()
        assert config["url"] == api
        for role, email, password in logins:
            token = _sign_in(api, config["key"], email, password)
            assert len(_tickets(api, config["key"], token)) > 0, role
        assert httpx.get(f"{address}/nothing.js").status_code == 404
        assert httpx.get(f"{address}/..%2f..%2fdeno.json").status_code == 404
        assert httpx.post(address).status_code == 405
        # Again on the same data: its stack is found, the same logins work, and it is not stopped.
        with running(place) as (second, told):
            assert "A stack already runs on" in told
            assert re.findall(r"^  (customer|agent|admin) +(\S+@\S+) +(\S+)$", told, re.M) == logins
            second.send_signal(signal.SIGINT)
            assert second.wait(30) == 0
        assert httpx.get(f"{api}/auth/v1/health", headers={"apikey": config["key"]}).status_code == 200
        run.send_signal(signal.SIGINT)
        assert run.wait(60) == 0
        assert "Traceback" not in printed + (run.stdout.read() if run.stdout else "")
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)
    with pytest.raises(NotRunningError):
        Stack.find(place / "stack")
    assert (place / "logins.json").stat().st_mode & 0o077 == 0


def test_it_shows_the_helpdesk_of_the_environment(packages: Path, place: Path) -> None:
    variables = {"HELPDESK_URL": "https://ref.supabase.co", "HELPDESK_KEY": "sb_publishable_x"}
    with running(place, **variables) as (run, printed):
        (address,) = re.findall(r"The console: (\S+)", printed)
        assert httpx.get(f"{address}/config.json").json() == {
            "url": "https://ref.supabase.co",
            "key": "sb_publishable_x",
        }
        assert not (place / "stack").exists()
        run.send_signal(signal.SIGTERM)
        assert run.wait(30) == 0


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"HELPDESK_URL": "https://ref.supabase.co", "HELPDESK_KEY": "sb_secret_abc"}, "The key is a secret key"),
        ({"HELPDESK_URL": "https://ref.supabase.co"}, "belong together"),
    ],
)
def test_a_wrong_environment_is_a_sentence(
    variables: dict[str, str], sentence: str, packages: Path, place: Path
) -> None:
    with running(place, **variables) as (run, printed):
        assert run.wait(30) == 1
        assert sentence in printed
        assert "Traceback" not in printed


def test_a_port_in_use_is_a_sentence(packages: Path, place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with running(place, "--port", str(port)) as (run, printed):
            assert run.wait(30) == 1
            assert f"Port {port} is in use" in printed
            assert f"make console CONSOLE_PORT={port + 1}" in printed


def _sign_in(api: str, key: str, email: str, password: str) -> str:
    answer = httpx.post(
        f"{api}/auth/v1/token?grant_type=password", headers={"apikey": key}, json={"email": email, "password": password}
    )
    return str(answer.raise_for_status().json()["access_token"])


def _tickets(api: str, key: str, token: str) -> list[object]:
    headers = {"apikey": key, "Authorization": f"Bearer {token}", "Accept-Profile": "helpdesk"}
    found: list[object] = httpx.get(f"{api}/rest/v1/tickets?limit=5", headers=headers).raise_for_status().json()
    return found
