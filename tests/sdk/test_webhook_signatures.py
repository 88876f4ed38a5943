"""Signatures of webhooks: our own check, and the published packages of Standard Webhooks in Python and JavaScript."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks
from deno import find_deno_bin  # type: ignore[import-untyped]

from helpdesk_sdk.errors import ConfigurationError
from helpdesk_sdk.webhooks import WebhookVerificationError, sign, verify_webhook

JAVASCRIPT = Path(__file__).with_name("standardwebhooks_js")
SECRET, OTHER = ("whsec_" + base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
BODY = json.dumps(
    {"type": "message.created", "timestamp": "2026-11-29T10:15:02.118+00:00", "data": {"event_id": 7, "name": "Żółć"}},
    ensure_ascii=False,
).encode()


def headers(*secrets: str, late: float = 0, body: bytes = BODY) -> dict[str, str]:
    return sign("msg_7", int(time.time() - late), body, secrets or (SECRET,))


def test_a_signed_request_is_read() -> None:
    event = verify_webhook(headers(), BODY, SECRET)
    assert (event.id, event.type) == ("msg_7", "message.created")
    assert event.timestamp == datetime(2026, 11, 29, 10, 15, 2, 118000, UTC)
    assert event.data == {"event_id": 7, "name": "Żółć"}
    assert verify_webhook(headers(), BODY.decode(), SECRET) == event
    shouted = {name.upper(): value for name, value in headers().items()}
    assert verify_webhook(shouted, BODY, SECRET) == event


def test_while_a_secret_is_rotated_both_are_good() -> None:
    """The sender signs with both; a receiver knows the old one, the new one, or both."""
    rotating = headers(OTHER, SECRET)
    for known in (SECRET, OTHER, [SECRET, OTHER], (OTHER,)):
        assert verify_webhook(rotating, BODY, known).id == "msg_7"
    assert verify_webhook(headers(SECRET), BODY, [OTHER, SECRET]).id == "msg_7"
    with pytest.raises(WebhookVerificationError):
        verify_webhook(headers(SECRET), BODY, OTHER)


@pytest.mark.parametrize(("late", "is_good"), [(0, True), (295, True), (-295, True), (305, False), (-305, False)])
def test_five_minutes_are_tolerated(late: int, is_good: bool) -> None:
    if is_good:
        verify_webhook(headers(late=late), BODY, SECRET)
        return
    with pytest.raises(WebhookVerificationError, match=r"seconds (old|in the future)"):
        verify_webhook(headers(late=late), BODY, SECRET)
    assert verify_webhook(headers(late=late), BODY, SECRET, tolerance=timedelta(hours=1).total_seconds())


def test_every_changed_byte_is_noticed() -> None:
    good = headers()
    for place in range(len(BODY)):
        changed = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]
        with pytest.raises(WebhookVerificationError):
            verify_webhook(good, changed, SECRET)
    moved = good | {"webhook-timestamp": str(int(good["webhook-timestamp"]) + 1)}
    for wrong in (good | {"webhook-id": "msg_8"}, moved):
        with pytest.raises(WebhookVerificationError, match="No signature"):
            verify_webhook(wrong, BODY, SECRET)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[(f"webhook-{part}", None) for part in ("id", "timestamp", "signature")],
        *[(f"webhook-{part}", "") for part in ("id", "timestamp", "signature")],
        *[("webhook-timestamp", text) for text in ("now", "-1", "1e9", "1.5", "١٢٣", "9" * 40, "0x10", " 1", "nan")],
        *[("webhook-signature", text) for text in ("v1", "v1,", ",", "v2,abc", "v1a,abc", "v1,é", "v1,=", "x " * 9999)],
    ],
)
def test_odd_headers_are_refused(name: str, value: str | None) -> None:
    wrong: dict[str, str] = {key: text for key, text in (headers() | {name: value or ""}).items() if text}
    if value is not None:
        wrong[name] = value
    with pytest.raises(WebhookVerificationError):
        verify_webhook(wrong, BODY, SECRET)


@pytest.mark.parametrize(
    "secret",
    ["", "whsec_", "whsec_AAAA", "whsec_!!!", "whsec_" + "é" * 32, "   ", [], [""], [SECRET, ""], "whsec_" + "A" * 30],
)
def test_a_secret_that_somebody_could_guess_is_no_secret(secret: Any) -> None:
    """With an empty one, everybody could sign."""
    with pytest.raises(ConfigurationError) as caught:
        verify_webhook(headers(), BODY, secret)
    assert "AAAA" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"null", b"{}", b"\xff", b"[" * 99999),
        b'{"type": 1, "timestamp": "2026-11-29T10:15:02Z", "data": {}}',
        b'{"type": "a", "timestamp": "2026-11-29T10:15:02Z", "data": []}',
        b'{"type": "a", "timestamp": 5, "data": {}}',
    ],
)
def test_what_is_signed_and_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(WebhookVerificationError, match="no event"):
        verify_webhook(headers(body=body), body, SECRET)


def test_the_published_package_in_python_agrees() -> None:
    moment = datetime.now(UTC)
    made = standardwebhooks.Webhook(SECRET).sign("msg_7", moment, BODY.decode())
    assert headers()["webhook-signature"].split()[0].startswith("v1,")
    assert sign("msg_7", int(moment.timestamp()), BODY, [SECRET])["webhook-signature"] == made
    theirs = {"webhook-id": "msg_7", "webhook-timestamp": str(int(moment.timestamp())), "webhook-signature": made}
    assert verify_webhook(theirs, BODY, SECRET).id == "msg_7"
    for known in (SECRET, OTHER):
        assert standardwebhooks.Webhook(known).verify(BODY, headers(OTHER, SECRET)) == json.loads(BODY)
    for wrong in (headers(OTHER), headers(late=305), headers(late=-305), headers(body=b"{}")):
        with pytest.raises(standardwebhooks.WebhookVerificationError):
            standardwebhooks.Webhook(SECRET).verify(BODY, wrong)


def test_the_published_package_in_javascript_agrees() -> None:
    deno = os.fsdecode(find_deno_bin())
    subprocess.run([deno, "install", "--quiet", "--frozen"], cwd=JAVASCRIPT, check=True, timeout=120)
    good = [headers(SECRET), headers(OTHER, SECRET), headers(late=290)]
    wrong = [headers(OTHER), headers(late=305), headers(late=-305), headers(body=b"{}")]
    task = [{"secret": SECRET, "headers": one, "body": BODY.decode()} for one in good + wrong]
    done = subprocess.run(
        [deno, "run", "--quiet", "--no-prompt", "--cached-only", "--frozen", "verify.ts"],
        cwd=JAVASCRIPT,
        input=json.dumps(task),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    verdicts = json.loads(done.stdout)
    assert verdicts[: len(good)] == [json.loads(BODY)] * len(good)
    assert all(isinstance(verdict, str) for verdict in verdicts[len(good) :])
    assert len(verdicts) == len(task)
