"""The mails of tests/mails, as the function `email-in` reads them. The Python parser reads the same ones."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from helpdesk_sdk.local import _gateway

_MAILS = sorted((Path(__file__).parents[1] / "mails").glob("*.eml"))
_SCRIPT = Path(__file__).with_name("parse_mails_ts")


@pytest.fixture(scope="module")
def parsed() -> dict[str, Any]:
    """What the parser makes of each mail, by path."""
    paths = [str(path) for path in _MAILS]
    done = subprocess.run(
        [_gateway.deno_program(), "run", "--quiet", "--frozen", "--allow-read", "parse.ts", *paths],
        cwd=_SCRIPT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("mail", _MAILS, ids=lambda path: path.stem)
def test_a_mail_is_read_as_expected(mail: Path, parsed: dict[str, Any]) -> None:
    assert parsed[str(mail)] == json.loads(mail.with_suffix(".json").read_text())["mail"]
