"""What the functions log of a request, and the id that leads from its caller to the database and to the model."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
from tests.functions.desk import Desk

from helpdesk_sdk.local import Stack
from helpdesk_sdk.testing import ScriptedProvider

MARKER = "Zanzibar-7731"


def lines_of(desk: Desk, request_id: str) -> list[dict[str, Any]]:
    """The lines with this id in the gateway's log; they come there a moment after the answer."""
    log, end = Path(desk.info.data_dir) / "gateway.log", time.monotonic() + 10
    while True:
        found = [json.loads(line) for line in log.read_text().splitlines() if line.startswith('{"time"')]
        found = [line for line in found if line.get("request_id") == request_id]
        if found or time.monotonic() > end:
            return found
        time.sleep(0.05)


def test_one_line_leads_from_the_caller_to_the_run_and_to_the_model(desk: Desk, provider: ScriptedProvider) -> None:
    ticket = desk.new_ticket(description=f"My parcel to {MARKER} is late.")
    body = {"ticket_id": ticket, "kind": "summary", "wish": f"Say {MARKER}."}
    answer = desk.post("functions/v1/suggest-reply", desk.agent, body, **{"x-client-request-id": "shop-17"})
    assert (answer.status_code, answer.headers["x-client-request-id"]) == (200, "shop-17")
    (line,) = lines_of(desk, "shop-17")
    assert line.pop("time").endswith("Z")
    assert line.pop("ms") > 0
    assert line == {
        "level": "info",
        "message": "suggest-reply: 200",
        "request_id": "shop-17",
        "run_id": answer.json()["run"]["run_id"],
        "function": "suggest-reply",
        "status": 200,
        "reason": None,
    }
    assert [request.headers["x-client-request-id"] for request in provider.requests] == ["shop-17"]
    log = (Path(desk.info.data_dir) / "gateway.log").read_text()
    for word in (MARKER, desk.agent, desk.info.secret_key):
        assert word not in log


def test_a_stream_and_a_refusal_have_their_line(desk: Desk, ticket: str) -> None:
    headers = {"accept": "text/event-stream", "x-client-request-id": "shop-18"}
    desk.post("functions/v1/suggest-reply", desk.agent, {"ticket_id": ticket, "kind": "summary"}, **headers)
    (line,) = lines_of(desk, "shop-18")
    assert (line["status"], bool(line["run_id"])) == (200, True)
    stranger = desk.sign_in("customer")
    sent = {"x-client-request-id": "shop-19"}
    answer = desk.post("functions/v1/triage-ticket", stranger, {"ticket_id": ticket}, **sent)
    (line,) = lines_of(desk, "shop-19")
    assert (line["status"], line["reason"]) == (answer.status_code, answer.json()["details"].removeprefix("helpdesk."))


def test_an_id_that_would_break_the_log_is_replaced(desk: Desk) -> None:
    for name in ("health", "check-attachment", "embed-articles"):
        sent = {"x-client-request-id": 'no {"id"}'}
        answer = desk.post(f"functions/v1/{name}", desk.info.secret_key, {}, **sent)
        made = answer.headers["x-client-request-id"]
        assert len(made) == 32
        (line,) = lines_of(desk, made)
        assert (line["function"], line["status"]) == (name, 200)


def test_a_function_that_prints_much_does_not_stop_the_stack(functions_stack: Stack) -> None:
    for _ in range(5):
        assert httpx.get(f"{functions_stack.info.api_url}/functions/v1/chatty", timeout=60).text == "ok"
    log = Path(functions_stack.info.data_dir) / "gateway.log"
    end = time.monotonic() + 10
    while log.read_text().count("said x") < 5:
        assert time.monotonic() < end
        time.sleep(0.05)
