"""The function `deliver`, and the local stack that sends webhooks by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.sdk.webhook_receiver import Receiver, receiver

from helpdesk_sdk import Helpdesk
from helpdesk_sdk.testing import MakeClient, Project
from helpdesk_sdk.webhooks import verify_webhook


@pytest.fixture
def target() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture
def system(helpdesk_project: Project) -> Iterator[Helpdesk]:
    with Helpdesk(helpdesk_project.url, helpdesk_project.secret_key) as client:
        yield client


def call(project: Project, key: str | None = None) -> httpx.Response:
    key = key or project.secret_key
    headers = {"apikey": key, "authorization": f"Bearer {key}"}
    return httpx.post(f"{project.url}/functions/v1/deliver", headers=headers, timeout=60, trust_env=False)


def test_it_sends_what_waits_and_answers_with_counts(
    helpdesk_project: Project, system: Helpdesk, as_customer: MakeClient, target: Receiver
) -> None:
    made = system.webhooks.create(target.url, event_types=["ticket.created"])
    ticket = as_customer().tickets.create("Cannot log in", "A no-entry sign since this morning.")
    none: dict[str, Any] = {"done": 0, "retry": 0, "refused": 0, "gone": 0, "unknown": 0, "lost": 0, "more": False}
    assert call(helpdesk_project).json() == none | {"done": 1}
    assert call(helpdesk_project).json() == none
    (request,) = target.received
    event = verify_webhook(request.headers, request.body, made.secret.get_secret_value())
    assert (event.type, event.data["ticket_id"]) == ("ticket.created", str(ticket.ticket_id))
    # Thin: what the customer wrote is read with rights of one's own.
    assert b"no-entry" not in request.body
    (delivery,) = system.webhooks.deliveries(made)
    assert (delivery.state, delivery.attempts, delivery.last_status, delivery.last_answer) == ("done", 1, 200, "ok")
    assert event.id == f"msg_{delivery.event_id}"


def test_only_the_secret_key_sends(
    helpdesk_project: Project,
    system: Helpdesk,
    as_admin: MakeClient,
    target: Receiver,
) -> None:
    system.webhooks.test(system.webhooks.create(target.url, event_types=["team.created"]))
    session = as_admin().auth.session
    assert session
    token = session.access_token.get_secret_value()
    for key in (helpdesk_project.publishable_key, token, "sb_secret_forged", "x"):
        assert call(helpdesk_project, key).status_code in (401, 403), key
    answer = httpx.post(f"{helpdesk_project.url}/functions/v1/deliver", timeout=60, trust_env=False)
    assert answer.status_code == 401
    assert target.received == []
    assert call(helpdesk_project).json()["done"] == 1


def test_each_end_of_an_attempt_is_settled(helpdesk_project: Project, system: Helpdesk, target: Receiver) -> None:
    answers = {"/a": 200, "/b": 500, "/c": 410, "/d": 302}
    target.answer = lambda request: (answers[request.path], {"location": "/a"}, b"said")
    base = f"http://127.0.0.1:{target.port}"
    made = {path: system.webhooks.create(base + path, event_types=["team.created"]) for path in answers}
    for webhook in made.values():
        system.webhooks.test(webhook)
    counts = call(helpdesk_project).json()
    assert (counts["done"], counts["retry"], counts["gone"], counts["refused"]) == (1, 2, 1, 0)
    states = {path: next(iter(system.webhooks.deliveries(webhook))) for path, webhook in made.items()}
    assert {path: (one.state, one.last_status) for path, one in states.items()} == {
        "/a": ("done", 200),
        "/b": ("queued", 500),
        "/c": ("failed", 410),
        "/d": ("queued", 302),
    }
    assert system.webhooks.get(made["/c"]).disabled_reason == "gone"
    assert len(target.received) == 4


def test_a_project_of_tests_sends_when_it_is_told_to(
    helpdesk_project: Project, system: Helpdesk, target: Receiver
) -> None:
    made = system.webhooks.create(target.url, event_types=["team.created"])
    system.webhooks.test(made)
    time.sleep(1.5)
    assert target.received == []
    helpdesk_project.send_webhooks()
    target.wait(1)
    helpdesk_project.send_webhooks(False)
    system.webhooks.test(made)
    time.sleep(1.5)
    assert len(target.received) == 1
    keys = {"apikey": helpdesk_project.publishable_key}
    refused = httpx.put(f"{helpdesk_project.url}/_stack/deliveries", headers=keys, trust_env=False)
    assert refused.status_code == 401
