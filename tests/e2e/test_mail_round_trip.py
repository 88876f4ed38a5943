"""A customer's mail, an agent's answer in the local mailbox, and the customer's answer to that, in one ticket."""

from __future__ import annotations

import hashlib
import json
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

import httpx
import psycopg

from helpdesk_sdk import Helpdesk
from helpdesk_sdk.delivery import send_waiting_mails
from helpdesk_sdk.delivery.mail import MailTransport, transport_from_env

if TYPE_CHECKING:
    from helpdesk_sdk.testing import Project

CUSTOMER = "carla@customer.example"


def arrive(project: Project, **fields: Any) -> Any:
    """A parsed mail of the customer arrives, as the function email-in hands it over."""
    mail: dict[str, Any] = {
        "in_reply_to": [],
        "references": [],
        "from": [{"name": "Carla", "address": CUSTOMER}],
        "to": [{"name": "", "address": "support@desk.example"}],
        "subject": "AW: The printer",
        "headers": {},
        "verdict": {"result": "pass", "source": "own", "detail": ""},
    } | fields
    raw = hashlib.sha256(json.dumps(mail).encode()).hexdigest()
    envelope = json.dumps({"from": CUSTOMER, "to": [mail["to"][0]["address"]]})
    with psycopg.connect(project.db_url) as db:
        received = "select helpdesk.receive_email('raw', %s, 100, %s::jsonb)"
        row = db.execute(received, (raw, envelope)).fetchone()
        assert row
        decided = db.execute(
            "select helpdesk.ingest_email(%s, %s)", (row[0]["inbound_id"], json.dumps(mail))
        ).fetchone()
        assert decided
        return decided[0]


def test_63_14_a_conversation_by_mail_stays_in_one_ticket(helpdesk_project: Project) -> None:
    project = helpdesk_project

    def transport() -> MailTransport:
        made = transport_from_env({"HELPDESK_MAIL_URL": project.mail_url})
        assert made
        return made

    with Helpdesk(project.url, project.secret_key) as system:
        system.mail.channels.create("support@desk.example", name="Acme")
        agent = project.client("agent", name="Anna")
        first = arrive(project, message_id="q1@customer.example", text="It does not print.")
        assert first["outcome"] == "created"
        agent.messages.reply(first["ticket_number"], "Is it switched on?", expected_last_message=None)
        assert send_waiting_mails(system, transport).done == 1
        headers = {"apikey": project.secret_key}
        (listed,) = httpx.get(f"{project.url}/_stack/mails", headers=headers).raise_for_status().json()
        raw = httpx.get(f"{project.url}/_stack/mails/{listed['id']}/raw", headers=headers).raise_for_status().content
        mail = message_from_bytes(raw, policy=default)
        assert str(mail["From"]) == '"Anna (Acme)" <support@desk.example>'
        assert (mail["Subject"], mail["In-Reply-To"]) == ("Re: The printer", "<q1@customer.example>")
        assert mail["References"].split() == [mail["Message-ID"], "<q1@customer.example>"]
        # iOS drops References, SES has replaced the id, and another system took the subject: the address decides.
        answer = arrive(
            project,
            message_id="q2@customer.example",
            subject="AW: The printer",
            text="Now it prints.",
            to=[{"name": "", "address": mail["Reply-To"].addresses[0].addr_spec}],
        )
        assert (answer["outcome"], answer["ticket_id"]) == ("appended", first["ticket_id"])
        last = agent.messages.list(first["ticket_number"]).all()[-1]
        assert (last.body, last.author_name) == ("Now it prints.", "Carla")
