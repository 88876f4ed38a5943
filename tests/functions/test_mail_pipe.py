"""The program that a mail server pipes its mails into, against the function `email-in`."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.functions.desk import Desk, desk_with
from tests.functions.test_email_in import mail

_SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes, ok").decode()
_PROGRAM = Path(__file__).parents[2] / "examples" / "mail_pipe" / "pipe_mail.py"


@pytest.fixture(scope="module")
def post() -> Iterator[Desk]:
    with desk_with({"HELPDESK_EMAIL_SECRET": _SECRET}) as desk:
        yield desk


def test_the_program_for_mail_servers_hands_mails_over(post: Desk, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(_SECRET + "\n")
    url = f"{post.info.api_url}/functions/v1/email-in"
    settings = {"EMAIL_IN_URL": url, "HELPDESK_EMAIL_SECRET_FILE": str(secret)}

    def pipe(raw: bytes, sender: str = "", **changes: str) -> int:
        words = [sys.executable, str(_PROGRAM), sender, "support@desk.example", "reply+x@desk.example"]
        return subprocess.run(words, input=raw, env=settings | changes, capture_output=True).returncode

    raw = mail(To="everybody@lists.example")
    assert pipe(raw, "carla@customer.example") == 0
    key = f"emails/{hashlib.sha256(raw).hexdigest()}.eml"
    (found,) = post.sql(
        "select r.envelope from helpdesk.inbound_emails as i inner join helpdesk_private.received_emails as r "
        "using (inbound_id) where i.raw_key = %s",
        key,
    )
    assert found["envelope"] == {
        "from": "carla@customer.example",
        "to": ["support@desk.example", "reply+x@desk.example"],
    }
    assert pipe(mail()) == 0
    # The server keeps the mail.
    secret.write_text("whsec_" + base64.b64encode(b"z" * 32).decode())
    assert pipe(mail()) == 75
    assert pipe(mail(), EMAIL_IN_URL="http://127.0.0.1:1") == 75
    assert pipe(mail(), HELPDESK_EMAIL_SECRET_FILE=str(tmp_path / "none")) == 75
