"""The functions suggest-reply and triage-ticket, with the scripted provider as their model."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from helpdesk_sdk.local import Stack
from helpdesk_sdk.testing import ScriptedProvider

_SUPABASE = Path(__file__).parents[2] / "supabase"
_PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def model() -> Iterator[ScriptedProvider]:
    with ScriptedProvider() as provider:
        yield provider


@pytest.fixture(scope="module")
def stack(model: ScriptedProvider) -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="helpdesk-tests-") as name, pytest.MonkeyPatch.context() as patch:
        project = Path(name)
        project.chmod(0o711)
        for part in ("migrations", "functions"):
            shutil.copytree(_SUPABASE / part, project / part)
        shutil.copy(_SUPABASE / "config.toml", project)
        variables = "".join(f"{key}={value}\n" for key, value in model.environment.items())
        (project / "functions" / ".env").write_text(variables)
        patch.setenv("HELPDESK_FUNCTIONS_NET", model.url.split("/")[2])
        with Stack.start(project=project, ephemeral=True) as started:
            yield started


@pytest.fixture(scope="module")
def token(stack: Stack) -> str:
    """The token of an agent of the default team."""
    info = stack.info
    login = {"email": "agent@example.com", "password": _PASSWORD, "email_confirm": True}
    httpx.post(f"{info.api_url}/auth/v1/admin/users", headers={"apikey": info.secret_key}, json=login)
    with psycopg.connect(info.db_url) as db:
        db.execute("update helpdesk.users set role = 'agent' where email = 'agent@example.com'")
        db.execute(
            "insert into helpdesk.team_members (team_id, user_id) select t.team_id, u.user_id "
            "from helpdesk.teams as t, helpdesk.users as u where t.is_default and u.role = 'agent'"
        )
    answer = httpx.post(
        f"{info.api_url}/auth/v1/token?grant_type=password",
        headers={"apikey": info.publishable_key},
        json={"email": login["email"], "password": _PASSWORD},
    )
    return str(answer.json()["access_token"])


@pytest.fixture
def ticket(stack: Stack, token: str, model: ScriptedProvider) -> str:
    """A new ticket, and a model that plays good answers again."""
    model.reset()
    body = {"title": "Where is my parcel?", "description": "It should have come on Monday."}
    return str(_post(stack, "rest/v1/rpc/create_ticket", token, body).json()["ticket_id"])


def _post(stack: Stack, path: str, token: str, body: Any, **headers: str) -> httpx.Response:
    info = stack.info
    key = info.secret_key if token == info.secret_key else info.publishable_key
    sent = {"apikey": key, "authorization": f"Bearer {token}", "content-profile": "helpdesk"} | headers
    return httpx.post(f"{info.api_url}/{path}", headers=sent, json=body, timeout=90)


def _suggest(stack: Stack, token: str, ticket: str, kind: str = "summary", **headers: str) -> Any:
    answer = _post(stack, "functions/v1/suggest-reply", token, {"ticket_id": ticket, "kind": kind}, **headers)
    assert answer.status_code == 200, answer.text
    return answer if headers else answer.json()


def _state(stack: Stack, ticket: str) -> Any:
    with psycopg.connect(stack.info.db_url) as db:
        return db.execute(
            "select status, priority, revision, last_message_id from helpdesk.tickets where ticket_id = %s", (ticket,)
        ).fetchone()


def test_an_agent_receives_next_steps(stack: Stack, token: str, ticket: str, model: ScriptedProvider) -> None:
    found = _suggest(stack, token, ticket, "next_steps")
    assert (found["run"]["state"], found["run"]["mode"]) == ("done", "model"), found
    assert found["proposal"]["kind"] == "next_steps"
    assert model.calls == 1


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("server_error", "model_unreachable"),
        ("wrong_key", "model_key_refused"),
        ("insufficient_quota", "model_quota_exhausted"),
        ("cut", "model_unreachable"),
        ("truncated", "answer_truncated"),
        ("prose", "answer_invalid"),
        ("other_schema", "answer_invalid"),
        ("huge", "answer_invalid"),
        ("leaky_error", "model_unreachable"),
    ],
)
def test_without_an_answer_there_is_a_fallback_with_a_reason(
    stack: Stack, token: str, ticket: str, model: ScriptedProvider, behaviour: Any, reason: str
) -> None:
    before = _state(stack, ticket)
    model.always(behaviour)
    begun = time.monotonic()
    run = _suggest(stack, token, ticket)["run"]
    # Five failures in a row rest the endpoint: the reason is the same word.
    assert (run["state"], run["reason"]) in [("fallback", reason), ("fallback", "model_unreachable")], run
    assert time.monotonic() - begun < 60
    assert "sk-scripted" not in str(run)
    assert _state(stack, ticket) == before


def test_two_at_once_make_one_call(stack: Stack, token: str, ticket: str, model: ScriptedProvider) -> None:
    model.delay = 0.3
    try:
        with ThreadPoolExecutor() as pool:
            found = list(pool.map(lambda _: _suggest(stack, token, ticket), range(3)))
    finally:
        model.delay = 0
    assert len({one["run"]["run_id"] for one in found}) == 1
    assert model.calls <= 1


def test_a_customer_is_refused(stack: Stack, token: str, ticket: str, model: ScriptedProvider) -> None:
    body = {"ticket_id": "00000000-0000-0000-0000-000000000000"}
    answer = _post(stack, "functions/v1/suggest-reply", token, body)
    assert (answer.status_code, answer.json()["details"]) == (404, "helpdesk.ticket_not_found")
    assert model.calls == 0
    assert _post(stack, "functions/v1/suggest-reply", token, []).status_code == 400


def test_the_text_of_a_draft_arrives_before_the_result(stack: Stack, token: str, ticket: str) -> None:
    answer = _suggest(stack, token, ticket, "summary", accept="text/event-stream")
    assert answer.headers["content-type"].startswith("text/event-stream")
    names = [line.removeprefix("event: ") for line in answer.text.splitlines() if line.startswith("event: ")]
    assert (names[0], names[-1]) == ("run", "result")
    assert "text" in names
    assert "discard" not in names


def test_triage_answers_with_the_run_and_says_nothing_about_what_waits(
    stack: Stack, token: str, ticket: str, model: ScriptedProvider
) -> None:
    (run,) = _post(stack, "functions/v1/triage-ticket", token, {"ticket_id": ticket}).json()["runs"]
    assert (run["kind"], run["state"]) == ("classification", "done") or run["state"] == "needs_human", run
    assert _post(stack, "functions/v1/triage-ticket", stack.info.publishable_key, {}).json() == {"runs": []}
