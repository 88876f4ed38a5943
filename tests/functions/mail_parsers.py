"""The parser and the adapters of the function `email-in`, over mails in files."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from helpdesk_sdk.local import _gateway

MAILS = sorted((Path(__file__).parents[1] / "mails").glob("*.eml"))
"""Mails whose parsed form is written down beside them."""

_SCRIPTS = Path(__file__).with_name("parse_mails_ts")


def run_script(script: str, paths: list[str], seconds: float = 300) -> dict[str, Any]:
    """What a script makes of mails, by path."""
    done = subprocess.run(
        [_gateway.deno_program(), "run", "--quiet", "--frozen", "--allow-read", script, *paths],
        cwd=_SCRIPTS,
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def written_down(mail: Path) -> dict[str, Any]:
    """What is to be read out of a mail."""
    found: dict[str, Any] = json.loads(mail.with_suffix(".json").read_text(encoding="utf-8"))["mail"]
    return found
