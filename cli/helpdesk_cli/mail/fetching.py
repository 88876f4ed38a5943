"""Mail in from a mailbox, over IMAP."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated

import typer

from .._base.settings import apply_options
from .._work.options import HeartbeatOption, LogJsonOption
from .app import app
from .receiving import system


@app.command("fetch")
def fetch(
    once: Annotated[bool, typer.Option("--once", help="Receive what is new now, and end.")] = False,
    existing: Annotated[
        bool | None,
        typer.Option(
            "--existing/--no-existing",
            help="The first time: read the mails that are there already, or leave them alone. By default they are read "
            "if there are at most 100.",
            show_default=False,
        ),
    ] = None,
    heartbeat: HeartbeatOption = None,
    log_json: LogJsonOption = False,
) -> None:
    """Receive the mails of a mailbox, as they come, over IMAP. Needs the secret key and the extra [mail].

    HELPDESK_IMAP_URL is imaps://host/FOLDER, or imap://host/FOLDER with STARTTLS; HELPDESK_IMAP_USER and
    HELPDESK_IMAP_PASSWORD sign in, or HELPDESK_IMAP_TOKEN, an access token (XOAUTH2). HELPDESK_IMAP_PASSWORD_FILE and
    HELPDESK_IMAP_TOKEN_FILE name files; a token is read again for each connection. With HELPDESK_IMAP_OAUTH_URL, tokens
    come from there. HELPDESK_IMAP_CA_FILE names a file of authorities for the server's certificate.
    HELPDESK_IMAP_ADDRESS: the address of the helpdesk whose mails are there, if To and Cc do not say it.

    The helpdesk remembers the last number of each folder: it does not matter who has read a mail, or how long this
    program was down. The mailbox is not changed. Mails that the server took for spam are counted, and not read.

    For example: helpdesk mail fetch --once
    """
    from .._work.duties import carry_out
    from .._work.heartbeat import Heartbeat
    from .._work.log import collected
    from .._work.mailboxes import Mailboxes, configured_mailbox

    if log_json:
        apply_options(json=True)
    mailbox = configured_mailbox()
    with system() as hd, collected() if log_json else nullcontext():
        carry_out([Mailboxes(hd, mailbox, existing=existing)], interval=0.1, once=once, heartbeat=Heartbeat(heartbeat))
