"""Mails of the outbox, when the sender itself is not right. Its work as a process: tests/cli/test_worker_mails.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.sdk.mail_support import smtp_server

from helpdesk_sdk import Helpdesk
from helpdesk_sdk.delivery import send_waiting_mails
from helpdesk_sdk.delivery.mail import MailTransport, transport_from_env
from helpdesk_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from helpdesk_sdk.testing import Project


def test_a_transport_that_cannot_be_made_is_an_error_and_the_mail_is_sent_later(helpdesk_project: Project) -> None:
    with Helpdesk(helpdesk_project.url, helpdesk_project.secret_key) as hd, smtp_server() as server:
        hd.mail.channels.create("support@desk.example")
        customer = hd.users.create_customer("carla@customer.example")
        ticket = hd.tickets.create("The printer", requester=customer)
        hd.messages.reply(ticket, "It works again.", expected_last_message=None)

        def broken() -> MailTransport:
            return transport_from_env({"HELPDESK_MAIL_URL": "pigeon:"}) or pytest.fail("there are pigeons")

        with pytest.raises(ConfigurationError, match="names no way"):
            send_waiting_mails(hd, broken)
        (waiting,) = hd.outbox.list(kind="email")
        assert (waiting.state, waiting.last_problem) == ("queued", "HELPDESK_MAIL_URL names no way to send mails")
        url = f"smtp://127.0.0.1:{server.port}"
        hd.outbox.replay([waiting])
        report = send_waiting_mails(hd, lambda: transport_from_env({"HELPDESK_MAIL_URL": url}) or pytest.fail(url))
        assert (report.done, report.retry) == (1, 0)
