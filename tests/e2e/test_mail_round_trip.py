"""A customer's mail, an agent's answer in the local mailbox, and the customer's answer to that, in one ticket."""

from __future__ import annotations

import time
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

import httpx
from tests.sdk.arriving import arrive

from helpdesk_sdk import Helpdesk

if TYPE_CHECKING:
    from pathlib import Path

    from helpdesk_sdk import InboundEmail
    from helpdesk_sdk.testing import Project

CUSTOMER = "carla@customer.example"


def written(system: Helpdesk, project: Project, to: str, **fields: Any) -> InboundEmail:
    """What became of a mail of the customer."""
    sender = {"from": [{"name": "Carla", "address": CUSTOMER}], "subject": "AW: The printer"}
    return system.mail.inbound.get(arrive(project.url, project.secret_key, CUSTOMER, to, **sender, **fields))


def sent(project: Project, subject: str) -> Any:
    """The mail in the local mailbox with this subject, once the stack has sent it."""
    headers = {"apikey": project.secret_key}
    until = time.monotonic() + 60
    while True:
        box = httpx.get(f"{project.url}/_stack/mails", headers=headers).raise_for_status().json()
        listed = [mail for mail in box if mail["subject"] == subject]
        if listed:
            break
        assert time.monotonic() < until, "no mail came"
        time.sleep(0.1)
    assert len(listed) == 1
    raw = httpx.get(f"{project.url}/_stack/mails/{listed[0]['id']}/raw", headers=headers)
    return message_from_bytes(raw.raise_for_status().content, policy=default)


def test_63_14_a_conversation_by_mail_stays_in_one_ticket(helpdesk_project: Project, tmp_path: Path) -> None:
    page = tmp_path / "Schritt für Schritt.txt"
    page.write_text("1. Switch it on.")
    project = helpdesk_project
    with Helpdesk(project.url, project.secret_key) as system:
        system.mail.channels.create("support@desk.example", name="Acme")
        agent = project.client("agent", name="Anna")
        support = "support@desk.example"
        first = written(system, project, support, message_id="q1@customer.example", text="It does not print.")
        assert first.outcome == "created"
        assert first.ticket
        number = first.ticket.number
        system.settings.update(attachment_require_check=False)
        agent.messages.reply(number, "Is it switched on?", expected_last_message=None, attachments=[page])
        # No worker: the stack calls the function deliver, which sends to the stack's mailbox.
        project.send_webhooks()
        mail = sent(project, "Re: The printer")
        assert str(mail["From"]) == '"Anna (Acme)" <support@desk.example>'
        assert (mail["Subject"], mail["In-Reply-To"]) == ("Re: The printer", "<q1@customer.example>")
        acknowledgement = sent(project, "We have received your request #1")
        known = [acknowledgement["Message-ID"], mail["Message-ID"], "<q1@customer.example>"]
        assert mail["References"].split() == known
        (file,) = mail.iter_attachments()
        assert (file.get_filename(), file.get_content()) == ("Schritt für Schritt.txt", "1. Switch it on.")
        assert (acknowledgement["Auto-Submitted"], mail["Auto-Submitted"]) == ("auto-replied", None)
        # iOS drops References, SES has replaced the id, and another system took the subject: the address decides.
        address = mail["Reply-To"].addresses[0].addr_spec
        answer = written(system, project, address, message_id="q2@customer.example", text="Now it prints.")
        assert (answer.outcome, answer.ticket_id) == ("appended", first.ticket_id)
        last = agent.messages.list(number).all()[-1]
        assert (last.body, last.author_name) == ("Now it prints.", "Carla")
