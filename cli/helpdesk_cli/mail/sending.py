"""A test mail, and the DNS of the domain that mails come from."""

from __future__ import annotations

import os
import secrets
from dataclasses import asdict
from email.utils import parseaddr
from typing import TYPE_CHECKING, Annotated

import typer

from .._base.errors import CliError, ExitCode
from .._base.output import print_hanging, print_json, print_note, print_result
from .._base.secrets import register_secret
from .._base.settings import settings
from .._base.text import one_line
from .._connect.known_stacks import running_here as running_stacks
from .app import app

if TYPE_CHECKING:
    from helpdesk_sdk.delivery.mail import Mailbox, MailResult

_MEANING = {
    "done": "was accepted",
    "retry": "was not accepted; a later try may succeed",
    "refused": "was refused",
    "unknown": "may have been accepted: the answer is lost",
}


@app.command("test", profile=False)
def send_test(
    to: Annotated[str, typer.Argument(metavar="TO", help="The address that receives it.", show_default=False)],
    sender: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="ADDRESS",
            envvar="HELPDESK_MAIL_FROM",
            show_envvar=True,
            help="The sender: an address, or 'Name <address>'.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Send a test mail, and show what the server answers.

    HELPDESK_MAIL_URL says where mails go: smtps://host:465, smtp://host:587 (with STARTTLS), postmark:, resend:,
    sendgrid:, mailgun://domain or ses://region. HELPDESK_MAIL_USER and HELPDESK_MAIL_PASSWORD have the name and the
    password of SMTP; a provider needs its API key as the password. HELPDESK_MAIL_PASSWORD_FILE names a file with it.

    Without HELPDESK_MAIL_URL, the mailbox of a running local stack receives the mail, and shows it in a browser.

    The exit code is 1 unless the mail was accepted.

    For example: helpdesk mail test you@example.com --from 'Acme Support <support@acme.example>'
    """
    from helpdesk_sdk.delivery.mail import InvalidMailError, OutgoingMail, transport_from_env

    register_secret(os.environ.get("HELPDESK_MAIL_PASSWORD"))
    try:
        recipient = _mailbox(to)
        from_box = _mailbox(sender) if sender else None
    except InvalidMailError as error:
        raise CliError(error.message, code=ExitCode.USAGE) from None
    if from_box is None:
        raise CliError("Who sends the mail?", "Give --from ADDRESS, or set HELPDESK_MAIL_FROM.", ExitCode.USAGE)
    transport = transport_from_env() or transport_from_env(_local())
    if transport is None:
        hint = "See: helpdesk mail test --help. Or start a local stack, which keeps mails: helpdesk up --detach"
        raise CliError("HELPDESK_MAIL_URL is not set: where do mails go?", hint, ExitCode.USAGE)
    domain = from_box.address.partition("@")[2]
    text = "This is a test of the helpdesk's e-mail.\n\nIf you read it, mails from this address arrive.\n"
    mail = OutgoingMail(
        message_id=f"<m.{secrets.token_hex(16)}@{domain}>",
        sender=from_box,
        to=[recipient],
        subject="Test of the helpdesk's e-mail",
        text=text,
        html="".join(f"<p>{line}</p>" for line in text.splitlines() if line),
        automatic="auto-generated",
    )
    try:
        result = transport.send(mail)
    finally:
        transport.close()
    _show(result, transport.name, mail.message_id, recipient.address)
    if result.outcome != "done":
        raise typer.Exit(ExitCode.REFUSED)


def _local() -> dict[str, str]:
    """The mailbox of a local stack that runs here, which keeps what it receives."""
    found = next((info.mails for info in running_stacks() if info.mails), {})
    if found:
        print_note(f"HELPDESK_MAIL_URL is not set. The local stack keeps the mail: {found['page']}")
    return {"HELPDESK_MAIL_URL": found.get("smtp_url", "")}


def _mailbox(given: str) -> Mailbox:
    from helpdesk_sdk.delivery.mail import Mailbox

    name, address = parseaddr(given)
    return Mailbox(address if name else given.strip(), name)


def _show(result: MailResult, transport: str, message_id: str, recipient: str) -> None:
    found = {"transport": transport, "message_id": message_id, **asdict(result)}
    print_result(f"The mail to {recipient} {_MEANING[result.outcome]} ({transport}).", json=found)
    if settings().json:
        return
    for line in (result.problem, f"{result.status or ''} {result.answer}".strip()):
        if line:
            print_note(one_line(line))
    print_note(f"Message-ID: {message_id}")
    if result.stamped_id:
        print_note(f"The server replaced it: {result.stamped_id}")


@app.command("check", profile=False)
def check_dns(
    domain: Annotated[
        str, typer.Argument(metavar="DOMAIN", help="The domain that mails come from.", show_default=False)
    ],
    selector: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A DKIM selector; may be repeated. By default the usual ones are tried."),
    ] = None,
) -> None:
    """Look up SPF, DKIM, DMARC and MX of a domain. Each problem comes with a fix.

    The lookups use DNS over HTTPS; HELPDESK_DNS_URL names another service for it. The exit code is 1 if there is a
    problem.

    For example: helpdesk mail check acme.example --selector pm
    """
    from helpdesk_sdk.delivery.mail import InvalidMailError
    from helpdesk_sdk.delivery.mail.dns import HttpsResolver, check_domain

    try:
        found = check_domain(domain, HttpsResolver.from_env(), selectors=selector or ())
    except InvalidMailError:
        raise CliError(f"{one_line(domain)} is no domain", "For example: acme.example", ExitCode.USAGE) from None
    problems = sum(finding.ok is False for finding in found)
    if settings().json:
        print_json({"ok": not problems, "findings": [asdict(finding) for finding in found]})
    else:
        from rich.text import Text

        for finding in found:
            mark = {True: "ok", False: "PROBLEM", None: "warning"}[finding.ok]
            print_hanging(Text(f"{mark:<8}"), Text(f"{finding.check}: {one_line(finding.message)}"))
            if finding.fix:
                print_hanging(Text(f"{'':<8}→ "), Text(one_line(finding.fix)))
    if problems:
        raise typer.Exit(ExitCode.REFUSED)
