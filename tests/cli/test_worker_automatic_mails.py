"""An acknowledgement from the mail that arrives to the server that takes it, and no answer to an answer."""

from __future__ import annotations

import json
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import Envelope
from tests.cli.support import Cli
from tests.cli.test_worker_mails import CUSTOMER, server, shell, system
from tests.sdk.mail_support import Server, read

from helpdesk_sdk import Helpdesk

__all__ = ["server", "shell", "system"]

_SUPPORT = "support@desk.example"


def _arrive(shell: Cli, folder: Path, **headers: str) -> str:
    """Plays a mail in; returns what became of it."""
    mail = EmailMessage()
    for name, text in headers.items():
        mail[name.replace("_", "-")] = text
    mail.set_content("It does not print.")
    path = folder / "in.eml"
    path.write_bytes(mail.as_bytes())
    done = shell("mail", "receive", path, "--to", headers["To"], "--json")
    (played,) = json.loads(done.out)
    return str(played["outcome"])


def _sent(shell: Cli, server: Server) -> list[EmailMessage]:
    """What the server takes now."""
    server.handler.envelopes.clear()
    shell("worker", "--deliver", "--once", "--json")
    return [_read(envelope) for envelope in server.handler.envelopes]


def _read(envelope: Envelope) -> EmailMessage:
    assert isinstance(envelope.content, bytes)
    return read(envelope.content)


def test_a_mail_is_acknowledged_and_the_answer_of_a_program_is_not(
    system: Helpdesk, shell: Cli, server: Server, tmp_path: Path
) -> None:
    given = {"From": CUSTOMER, "To": _SUPPORT, "Subject": "Lamp", "Message_ID": "<q1@customer.example>"}
    assert _arrive(shell, tmp_path, **given) == "created"
    (mail,) = _sent(shell, server)
    number = next(iter(system.tickets.list())).number
    assert (mail["To"].addresses[0].addr_spec, mail["Subject"]) == (
        CUSTOMER,
        f"We have received your request #{number}",
    )
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-replied", "All")
    assert mail["In-Reply-To"] == "<q1@customer.example>"
    assert "Lamp" not in mail.as_string(), "nobody knows whether the customer wrote it"
    html = mail.get_body(("html",))
    assert html is not None
    assert f"Its number is {number}." in html.get_content()
    # Another helpdesk, or an out-of-office, answers as this one does.
    answer = {
        "From": CUSTOMER,
        "To": str(mail["Reply-To"].addresses[0].addr_spec),
        "Subject": "Thank you",
        "Message_ID": "<a1@customer.example>",
        "In_Reply_To": str(mail["Message-ID"]),
        "Auto_Submitted": "auto-replied",
    }
    assert _arrive(shell, tmp_path, **answer) == "automatic"
    assert _sent(shell, server) == []
