"""The local stack's mailbox: it receives by SMTP what would leave this machine, and shows it."""

from __future__ import annotations

import smtplib
import threading
from typing import Any

import httpx
import pytest
from tests.sdk.mail_support import mail, read

from helpdesk_sdk.delivery.mail import Mailbox, MailFile, transport_from_env
from helpdesk_sdk.testing import Project


@pytest.fixture(scope="module")
def project(helpdesk_project_module: Project) -> Project:
    return helpdesk_project_module


def mails(project: Project, path: str = "") -> Any:
    answer = httpx.get(f"{project.url}/_stack/mails{path}", headers={"apikey": project.secret_key})
    return answer.raise_for_status().json()


def send(project: Project, **changes: Any) -> Any:
    """Send a mail; what came of it, and the mail in the box."""
    transport = transport_from_env({"HELPDESK_MAIL_URL": project.mail_url})
    assert transport
    result = transport.send(mail(**changes))
    return result, mails(project)[-1]


def test_a_mail_that_was_sent_is_shown_whole(project: Project) -> None:
    result, listed = send(
        project,
        subject="Grüße 👋",
        to=[Mailbox("carla@customer.example", "Carla")],
        html='<p>It works.</p><img src="cid:logo">',
        files=[MailFile("logo.png", b"png", "image/png", "logo"), MailFile("ä.pdf", b"pdf", "application/pdf")],
        envelope_from="",
    )
    assert result.outcome == "done"
    assert (listed["source"], listed["subject"], listed["link"]) == ("smtp", "Grüße 👋", None)
    assert (listed["from"], listed["to"]) == (
        "Anna (Acme Support) <support@acme.example>",
        "Carla <carla@customer.example>",
    )
    full = mails(project, f"/{listed['id']}")
    assert '<img src="data:image/png;base64,cG5n">' in full["html"]
    assert full["envelope"] == {"from": "", "to": ["carla@customer.example"]}
    assert [file["file_name"] for file in full["attachments"]] == ["logo.png", "ä.pdf"]
    raw = httpx.get(f"{project.url}/_stack/mails/{listed['id']}/raw", headers={"apikey": project.secret_key})
    assert read(raw.content)["Message-ID"] == mail().message_id


def test_mails_at_the_same_time_all_arrive(project: Project) -> None:
    threads = [threading.Thread(target=send, args=[project], kwargs={"subject": f"No {n}"}) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {f"No {n}" for n in range(8)} <= {listed["subject"] for listed in mails(project)}


def test_a_mail_that_is_too_large_is_refused(project: Project) -> None:
    before = len(mails(project))
    result, _ = send(project, files=[MailFile("x", bytes(40 * 2**20))])
    assert (result.outcome, result.status) == ("refused", 552)
    assert len(mails(project)) == before


def test_the_server_speaks_to_this_machine_alone_and_knows_no_sign_in(project: Project) -> None:
    host, port = project.mail_url.removeprefix("smtp://").split(":")
    assert host == "127.0.0.1"
    with smtplib.SMTP(host, int(port), "localhost") as server:
        server.ehlo()
        assert not server.has_extn("starttls")
        assert not server.has_extn("auth")


def test_the_page_has_no_mail_without_its_key(project: Project) -> None:
    send(project, subject="For nobody else")
    page = httpx.get(f"{project.url}/_stack/mails", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert "For nobody else" not in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert httpx.get(f"{project.url}/_stack/mails", headers={"apikey": "0" * 32}).status_code == 401
