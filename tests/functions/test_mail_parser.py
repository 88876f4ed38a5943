"""The mails of tests/mails, as the function `email-in` reads them, whoever hands them over.

The Python parser reads the same ones.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from helpdesk_sdk.local import _gateway

_MAILS = sorted((Path(__file__).parents[1] / "mails").glob("*.eml"))
_SCRIPT = Path(__file__).with_name("parse_mails_ts")


# What decides on the ticket and the author, and what is read.
_DECIDING = (
    *("message_id", "in_reply_to", "references", "from", "sender", "reply_to", "to", "cc", "subject", "date", "text"),
    *("report", "forwarded", "headers"),
)


def _run(script: str) -> dict[str, Any]:
    paths = [str(path) for path in _MAILS]
    done = subprocess.run(
        [_gateway.deno_program(), "run", "--quiet", "--frozen", "--allow-read", script, *paths],
        cwd=_SCRIPT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def parsed() -> dict[str, Any]:
    """What the parser makes of each mail, by path."""
    return _run("parse.ts")


@pytest.fixture(scope="module")
def adapted() -> dict[str, Any]:
    """What each adapter hands to the parser, or what the parser makes of a provider's fields, by path and way."""
    return _run("adapters.ts")


@pytest.mark.parametrize("mail", _MAILS, ids=lambda path: path.stem)
def test_a_mail_is_read_as_expected(mail: Path, parsed: dict[str, Any]) -> None:
    assert parsed[str(mail)] == json.loads(mail.with_suffix(".json").read_text())["mail"]


@pytest.mark.parametrize("mail", _MAILS, ids=lambda path: path.stem)
def test_every_adapter_hands_over_the_same_mail(mail: Path, adapted: dict[str, Any]) -> None:
    wanted = json.loads(mail.with_suffix(".json").read_text())["mail"]
    ways = adapted[str(mail)]
    assert {"raw", "sendgrid", "mailgun", "resend", "postmark fields", "sendgrid fields", "mailgun fields"} <= set(ways)
    for way, found in ways.items():
        if isinstance(found, str):
            assert found == hashlib.sha256(mail.read_bytes()).hexdigest(), way
        else:
            assert {key: found[key] for key in _DECIDING} == {key: wanted[key] for key in _DECIDING}, way
