"""One attempt to deliver to Slack, and who a token belongs to, against a double of Slack."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.sdk.slack_double import BOT, CHANNEL, TOKEN, WORKSPACE, SlackDouble, slack_double

from helpdesk_sdk.delivery import Attempt, SlackSender, SlackWorkspace, slack_workspace
from helpdesk_sdk.errors import ConfigurationError, ConnectionFailedError

ROOT = {"method": "chat.postMessage", "body": {"channel": CHANNEL, "text": "#1 The printer"}}
REPLY = {"method": "chat.postMessage", "in_thread": True, "body": {"channel": CHANNEL, "text": "It burns"}}
UPDATE = {"method": "chat.update", "body": {"channel": CHANNEL, "ts": "1700000000.000100", "text": "#1 The printer"}}


@pytest.fixture
def double() -> Iterator[SlackDouble]:
    with slack_double() as made:
        yield made


def payload(double: SlackDouble, *calls: Any, **more: Any) -> dict[str, Any]:
    return {"api_url": double.url, "token": TOKEN, "channel": CHANNEL, "calls": calls, **more}


def sent(*payloads: dict[str, Any], pace: float = 0) -> list[Attempt]:
    """The attempts, all begun at once."""

    async def work() -> list[Attempt]:
        async with SlackSender(pace=pace) as sender:
            return list(await asyncio.gather(*map(sender.send, payloads)))

    return asyncio.run(work())


def test_a_thread_is_begun_and_remembered(double: SlackDouble) -> None:
    (attempt,) = sent(payload(double, ROOT, REPLY, echo={"shown": "m1"}))
    assert (attempt.outcome, attempt.status, attempt.problem) == ("done", 200, None)
    assert attempt.result == {"shown": "m1", "ts": "1700000001.000100"}
    assert double.calls[1]["thread_ts"] == "1700000001.000100"


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("invalid_auth", "gone"),
        ("token_revoked", "gone"),
        ("missing_scope", "gone"),
        ("channel_not_found", "gone"),
        ("is_archived", "gone"),
        ("not_in_channel", "gone"),
        ("invalid_blocks", "refused"),
        ("msg_too_long", "refused"),
        ("internal_error", "retry"),
        ((503, {}, b"away"), "retry"),
        ((200, {}, b"<html>"), "retry"),
        ((302, {"location": "/api/elsewhere"}, b""), "retry"),
    ],
)
def test_each_end_has_its_outcome(double: SlackDouble, fault: Any, outcome: str) -> None:
    double.faults = [fault]
    (attempt,) = sent(payload(double, ROOT))
    assert attempt.outcome == outcome
    assert attempt.problem
    assert TOKEN not in f"{attempt}"
    if isinstance(fault, str):
        assert attempt.result == {"error": fault}


def test_how_long_to_wait_is_what_slack_says(double: SlackDouble) -> None:
    double.faults = [(429, {"retry-after": "30"}, b"")]
    (attempt,) = sent(payload(double, ROOT))
    assert (attempt.outcome, attempt.status, attempt.retry_after_seconds) == ("retry", 429, 30)


def test_a_thread_that_was_begun_before_the_failure_is_told(double: SlackDouble) -> None:
    reply = REPLY | {"body": REPLY["body"] | {"text": "<!channel>"}}  # type: ignore[operator]
    (attempt,) = sent(payload(double, ROOT, reply))
    assert attempt.outcome == "refused"
    assert attempt.result == {"ts": "1700000001.000100", "error": "invalid_blocks"}
    assert len(double.broken) == 1
    double.broken.clear()


def test_a_first_message_that_somebody_removed_is_not_missed(double: SlackDouble) -> None:
    double.faults = ["message_not_found"]
    (attempt,) = sent(payload(double, UPDATE, {**REPLY, "in_thread": False}))
    assert attempt.outcome == "done"
    double.faults = ["message_not_found"]
    assert sent(payload(double, UPDATE))[0].outcome == "done"


def test_a_channel_receives_one_message_after_the_other_and_others_do_not_wait(double: SlackDouble) -> None:
    elsewhere = {**ROOT, "body": {"channel": "C0OTHER", "text": "x"}}
    begun = time.monotonic()
    sent(payload(double, ROOT), payload(double, ROOT), payload(double, elsewhere) | {"channel": "C0OTHER"}, pace=0.3)
    assert time.monotonic() - begun >= 0.3
    assert [call["channel"] for call in double.calls][-1] == CHANNEL


def test_nobody_at_the_other_end(double: SlackDouble) -> None:
    (attempt,) = sent(payload(double, ROOT) | {"api_url": "http://127.0.0.1:9/api"})
    assert (attempt.outcome, attempt.problem) == ("retry", "Slack cannot be reached")
    with pytest.raises(ConnectionFailedError):
        slack_workspace(TOKEN, api_url="http://127.0.0.1:9/api")


def test_whose_token_it_is(double: SlackDouble) -> None:
    assert slack_workspace(TOKEN, api_url=double.url) == SlackWorkspace(WORKSPACE, "Example", BOT)
    for wrong in ("xoxb-0000000000-revoked", "xoxp-1234567890-user", "", "xoxb-\N{EURO SIGN}"):
        with pytest.raises(ConfigurationError) as caught:
            slack_workspace(wrong, api_url=double.url)
        assert not wrong or wrong not in str(caught.value)
