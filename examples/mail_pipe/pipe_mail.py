"""Hand a mail that a mail server pipes in over to the function `email-in`. Python's standard library is enough.

pipe_mail.py SENDER RECIPIENT... < mail; set EMAIL_IN_URL, and HELPDESK_EMAIL_SECRET or HELPDESK_EMAIL_SECRET_FILE.
It ends with 0 when the helpdesk has kept the mail. 75 tells the server to keep it and to try again (EX_TEMPFAIL).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

TRY_AGAIN = 75


def signed(raw: bytes, sender: str, recipients: list[str], secret: str) -> tuple[bytes, dict[str, str]]:
    """Body and headers as Standard Webhooks says: the signature is over the mail and over its envelope."""
    # A report about another mail has no sender.
    envelope = {"from": sender or None, "to": recipients}
    body = json.dumps({"envelope": envelope, "mail": base64.b64encode(raw).decode()}).encode()
    id, sent = str(uuid.uuid4()), str(int(time.time()))
    key = base64.b64decode(secret.strip().removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(key, f"{id}.{sent}.".encode() + body, hashlib.sha256)).decode()
    return body, {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": sent,
        "webhook-signature": f"v1,{signature}",
    }


def main() -> int:
    """Read, sign, hand over."""
    sender, *recipients = sys.argv[1:]
    file = os.environ.get("HELPDESK_EMAIL_SECRET_FILE")
    secret = Path(file).read_text("utf-8") if file else os.environ["HELPDESK_EMAIL_SECRET"]
    body, headers = signed(sys.stdin.buffer.read(), sender, recipients, secret)
    request = urllib.request.Request(os.environ["EMAIL_IN_URL"], data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=120):
            return 0
    except urllib.error.HTTPError as error:
        print(f"The helpdesk answered {error.code}: {error.read(300).decode(errors='replace')}", file=sys.stderr)
    except OSError as error:
        print(f"The helpdesk does not answer: {error}", file=sys.stderr)
    return TRY_AGAIN


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (KeyError, ValueError, OSError) as error:
        # A setting is wrong: no mail bounces for that.
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(TRY_AGAIN)
