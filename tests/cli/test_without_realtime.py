"""Against a helpdesk without Realtime: events are polled, and the program says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.cli.conftest import PASSWORD
from tests.cli.support import Cli
from tests.cli.terminal import screen

from helpdesk_sdk import Helpdesk
from helpdesk_sdk.local import Stack, StackError, StackInfo


@pytest.fixture(scope="module")
def quiet() -> Iterator[StackInfo]:
    """A stack of its own, told to serve no Realtime."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HELPDESK_REALTIME_PLAN", "off")
        with Stack.start(ephemeral=True) as stack:
            yield stack.info


@pytest.fixture
def customer(quiet: StackInfo, cli: Cli) -> Iterator[Helpdesk]:
    """Somebody who is signed in, here and in the shell."""
    with Helpdesk(quiet.api_url, quiet.publishable_key) as client:
        email = f"{cli.config.parent.name}@example.com"
        session = client.auth.sign_up(email, PASSWORD)
        assert session is not None
        token = session.access_token.get_secret_value()
        cli.env = {
            "HELPDESK_URL": quiet.api_url,
            "HELPDESK_KEY": quiet.publishable_key,
            "HELPDESK_ACCESS_TOKEN": token,
        }
        yield client


def test_it_is_refused_as_on_a_project_where_it_is_switched_off(quiet: StackInfo) -> None:
    url, key = f"{quiet.api_url}/realtime/v1", {"apikey": quiet.publishable_key}
    upgrade = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13", "sec-websocket-key": "x"}
    answer = httpx.get(f"{url}/websocket", params=key, headers=upgrade)
    assert (answer.status_code, answer.json()) == (403, {"error": "Realtime was disabled for this tenant"})
    message = {"topic": "t", "event": "e", "payload": {}}
    assert httpx.post(f"{url}/api/broadcast", headers=key, json={"messages": [message]}).status_code == 403


def test_the_screen_shows_why_a_queue_is_polled(cli: Cli, customer: Helpdesk) -> None:
    with screen(cli, "watch", width=120) as shown:
        shown.until(lambda: "○ polling" in shown.text and "403" in "".join(shown.lines[2:]))
        number = customer.tickets.create("Slowly").number
        shown.until(lambda: shown.row(number).startswith("+"))
        shown.press("q")
        assert shown.end() == 0


def test_the_log_is_followed_all_the_same(cli: Cli, customer: Helpdesk) -> None:
    head, number = customer.events.head(), customer.tickets.create("Slowly").number
    found = cli("events", "tail", "--follow", "--json", "--since", head, "--limit", 1)
    assert json.loads(found.out)["ticket_number"] == number


def test_the_doctor_warns(cli: Cli, customer: Helpdesk) -> None:
    findings = {one["check"]: one for one in cli("doctor", "--json").json["findings"]}
    assert findings["live"]["ok"] is None
    assert "Realtime" in findings["live"]["fix"]


def test_another_word_is_no_plan(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HELPDESK_REALTIME_PLAN", "on")
    with pytest.raises(StackError, match="HELPDESK_REALTIME_PLAN is not a plan: on") as refused:
        Stack.start(tmp_path / "data", port=0)
    assert "off" in str(refused.value.hint)
