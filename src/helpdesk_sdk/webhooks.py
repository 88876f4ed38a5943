"""Receive webhooks: check that a request comes from the helpdesk, and what it is about.

from helpdesk_sdk.webhooks import verify_webhook

event = verify_webhook(request.headers, body, "whsec_…")     # raises WebhookVerificationError
if event.type == "message.created":
    ticket = hd.tickets.get(event.data["ticket_id"])

The signature is that of Standard Webhooks 1.0.0: the packages ``standardwebhooks`` of other languages check it, too.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .errors import ConfigurationError, WebhookVerificationError

__all__ = ["ReceivedEvent", "WebhookVerificationError", "sign", "verify_webhook"]

TOLERANCE = 300.0
"""How far the time of a request may be from the receiver's, in seconds."""

_PREFIX = "whsec_"
# What Standard Webhooks asks for. A shorter secret could be guessed, and an empty one is known to everybody.
_SECRET_BYTES_MIN = 24
_SIGNATURES_MAX = 50
_SECONDS = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True)
class ReceivedEvent:
    """An event that a webhook received."""

    id: str
    """The same in each repetition: a receiver that remembers it does its work once."""
    type: str
    """The type of the event, e.g. ``message.created``; ``webhook.test`` for a test."""
    timestamp: datetime
    """When the event happened."""
    data: dict[str, Any]
    """The event as in the log: ids and changes, no text of messages."""


def verify_webhook(
    headers: Mapping[str, str],
    body: bytes | str,
    secret: str | Iterable[str],
    *,
    tolerance: float = TOLERANCE,
) -> ReceivedEvent:
    """Check the signature and the time of a request, and read its event.

    Args:
        headers: The request's headers.
        body: Its body, byte for byte as it came: JSON that was read and written again has another signature.
        secret: The webhook's secret (``whsec_…``), or several: one of them must have signed.
        tolerance: How far the request's time may be from the present, in seconds.

    Returns:
        The event. Two requests with the same ``id`` are about the same event: a delivery may come more than once.

    Raises:
        WebhookVerificationError: Nobody with the secret has signed it, or it is too old: answer 400 or 401.
        ConfigurationError: A secret is not valid.
    """
    secrets = [secret] if isinstance(secret, str) else list(secret)
    keys = [_key(one) for one in secrets]
    if not keys:
        raise ConfigurationError("There is no secret of a webhook", hint="Give the secret that begins with whsec_.")
    raw = body.encode() if isinstance(body, str) else bytes(body)
    given = {name.lower(): value for name, value in headers.items()}
    id, sent, signatures = (_header(given, f"webhook-{name}") for name in ("id", "timestamp", "signature"))
    if not _SECONDS.fullmatch(sent):
        raise WebhookVerificationError("The header webhook-timestamp is no time in seconds")
    content = f"{id}.{sent}.".encode() + raw
    found = [part[3:].encode() for part in signatures.split()[:_SIGNATURES_MAX] if part.startswith("v1,")]
    # All of them are compared: how long that takes says nothing.
    matches = [hmac.compare_digest(_signature(key, content), one) for key in keys for one in found]
    if not any(matches):
        raise WebhookVerificationError("No signature of the request is of this secret")
    late = time.time() - int(sent)
    if abs(late) > tolerance:
        when = f"{late:.0f} seconds old" if late > 0 else f"{-late:.0f} seconds in the future"
        hint = "Compare the clocks: an older request may be a repetition by somebody else."
        raise WebhookVerificationError(f"The request is {when}", hint=hint)
    return _event(id, raw)


def sign(id: str, timestamp: int, body: bytes, secrets: Iterable[str]) -> dict[str, str]:
    """The headers of a signed request, as Standard Webhooks says.

    Args:
        id: The id of the event.
        timestamp: The time of this attempt, in seconds since 1970.
        body: The body, byte for byte.
        secrets: The secrets; each one signs.

    Raises:
        ConfigurationError: A secret is not valid.
    """
    content = f"{id}.{timestamp}.".encode() + body
    signatures = [f"v1,{_signature(_key(secret), content).decode()}" for secret in secrets]
    if not signatures:
        raise ConfigurationError("There is no secret of a webhook")
    return {"webhook-id": id, "webhook-timestamp": str(timestamp), "webhook-signature": " ".join(signatures)}


def _signature(key: bytes, content: bytes) -> bytes:
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256))


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.strip().removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < _SECRET_BYTES_MIN:
        # The secret itself is not in the message.
        raise ConfigurationError(
            "The secret of a webhook is not valid", hint=f"It begins with {_PREFIX}, followed by 32 or more characters."
        )
    return key


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name, "")
    if not value:
        raise WebhookVerificationError(f"The header {name} is missing")
    return value


def _event(id: str, raw: bytes) -> ReceivedEvent:
    try:
        body = json.loads(raw)
        kind, data = body["type"], body["data"]
        if not (isinstance(kind, str) and isinstance(data, dict)):
            raise TypeError
        return ReceivedEvent(id, kind, datetime.fromisoformat(body["timestamp"]), data)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise WebhookVerificationError("The body is signed, and has no event of a helpdesk") from None
