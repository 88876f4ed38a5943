"""Whether mails can leave: the transport that the environment names, and the DNS of the sender's domain."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from email.utils import parseaddr
from typing import TYPE_CHECKING

from .._base.secrets import register_secret
from .known_stacks import running_here as running_stacks

if TYPE_CHECKING:
    from helpdesk_sdk import EmailChannel
    from helpdesk_sdk.delivery.mail.dns import Resolver

Row = tuple[str, bool | None, str, str | None]


def check_mail(url: str | None = None) -> Iterator[Row]:
    """The checks; none without HELPDESK_MAIL_FROM.

    Args:
        url: The helpdesk's; None when it is not known.

    Returns:
        For each check its name; whether it passed, None as a warning; a message; and a fix.
    """
    sender = os.environ.get("HELPDESK_MAIL_FROM", "").strip()
    if not sender:
        return
    from helpdesk_sdk.delivery.mail import InvalidMailError, checked_address, transport_from_env
    from helpdesk_sdk.delivery.mail.dns import HttpsResolver, check_domain
    from helpdesk_sdk.errors import ConfigurationError

    register_secret(os.environ.get("HELPDESK_MAIL_PASSWORD"))
    try:
        domain = checked_address(parseaddr(sender)[1] or sender).partition("@")[2]
    except InvalidMailError as error:
        yield "mail", False, f"HELPDESK_MAIL_FROM: {error.message}", "Set it to an address, or 'Name <address>'."
        return
    try:
        transport = transport_from_env()
        resolver = HttpsResolver.from_env()
    except ConfigurationError as error:
        yield "mail", False, error.message, error.hint
        return
    # A stack that runs beside the helpdesk in question keeps none of its mails.
    page = next((info.mails["page"] for info in running_stacks() if info.mails and url in (None, info.api_url)), None)
    if transport is None and page is not None:
        yield "mail", True, f"HELPDESK_MAIL_URL is not set: the local stack keeps the mails, see {page}", None
    elif transport is None:
        yield "mail", None, "HELPDESK_MAIL_URL is not set: no mail is sent", "See: helpdesk mail test --help"
    else:
        transport.close()
        yield "mail", True, f"mails go through {transport.name}; to try it: helpdesk mail test ADDRESS", None
    for finding in check_domain(domain, resolver):
        yield f"mail {finding.check}", finding.ok, finding.message, finding.fix


_DOMAINS_MAX = 10


def check_replies(channels: Iterable[EmailChannel], resolver: Resolver | None = None) -> Iterator[Row]:
    """Whether answers to mails arrive: the domains of reply addresses. Nothing without HELPDESK_MAIL_FROM.

    Args:
        channels: The addresses of the helpdesk.
        resolver: Where to look; by default the service that the environment names.
    """
    if not os.environ.get("HELPDESK_MAIL_FROM", "").strip():
        return
    from helpdesk_sdk.delivery.mail.dns import HttpsResolver, mail_servers
    from helpdesk_sdk.errors import HelpdeskError

    found = {
        (one.reply_domain or one.address.partition("@")[2]).lower()
        for one in channels
        # A mailbox that is fetched receives answers at its own address.
        if one.is_active and (one.provider != "imap" or one.reply_domain)
    }
    for domain in sorted(found)[:_DOMAINS_MAX]:
        try:
            hosts = mail_servers(domain, resolver or HttpsResolver.from_env())
        except HelpdeskError as error:
            yield "mail replies", None, f"{domain} was not looked up: {error.message}", None
            return
        if any(hosts):
            yield (
                "mail replies",
                True,
                f"answers to reply+…@{domain} go to {', '.join(sorted(filter(None, hosts)))}",
                None,
            )
        else:
            message = f"{domain} has no mail server (MX): answers to reply+…@{domain} do not arrive"
            fix = (
                "Add an MX record, or name another domain: helpdesk mail channels change ADDRESS --reply-domain DOMAIN"
            )
            yield "mail replies", False, message, fix
