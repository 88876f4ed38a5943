"""Mails that arrive at a real helpdesk, as a program with the secret key hands them in."""

from __future__ import annotations

import hashlib
import itertools
import json
from typing import Any

import httpx

SUPPORT = "mail-support@desk.example"
EVIL = "evil@elsewhere.example"
_COUNT = itertools.count(1)


def arrive(url: str, secret_key: str, sender: str, to: str, **fields: Any) -> str:
    """Hand in a mail: new, of a verified sender, with an id of its own, or as ``fields`` say. Returns the id."""
    number = f"{id(_COUNT)}.{next(_COUNT)}"
    mail: dict[str, Any] = {
        "message_id": f"m{number}@mail.example",
        "in_reply_to": [],
        "references": [],
        "from": [{"name": "", "address": sender}],
        "reply_to": [],
        "to": [{"name": "", "address": to}],
        "cc": [],
        "subject": "The printer",
        "text": f"Text {number}",
        "headers": {},
        "verdict": {"result": "pass", "source": "own", "detail": ""},
        "attachments": [],
        "flags": [],
    } | fields
    headers = {"apikey": secret_key, "Content-Profile": "helpdesk"}
    if secret_key.startswith("ey"):
        headers["Authorization"] = f"Bearer {secret_key}"
    digest = hashlib.sha256(json.dumps(mail).encode()).hexdigest()
    row = {"source": "raw", "raw_sha256": digest, "size": 100, "envelope": {"from": "", "to": [to]}}
    with httpx.Client(base_url=f"{url}/rest/v1/rpc", headers=headers) as http:
        received = http.post("/receive_email", json=row).raise_for_status().json()
        inbound_id = str(received["inbound_id"])
        http.post("/ingest_email", json={"inbound_id": inbound_id, "mail": mail}).raise_for_status()
    return inbound_id


def arrive_raw(url: str, secret_key: str, raw: bytes, to: str) -> dict[str, Any]:
    """Hand the bytes of a mail to the function; its answer, with the outcome."""
    headers = {"apikey": secret_key, "Authorization": f"Bearer {secret_key}", "prefer": "wait", "x-envelope-to": to}
    answer = httpx.post(f"{url}/functions/v1/email-in", headers=headers, content=raw, timeout=60)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


FAIL = {"result": "fail", "source": "own", "detail": ""}
"""The verdict on a sender whose domain says that the mail is not its own: such mail waits in quarantine."""
