"""E-mail out: from a mail to its bytes, and from there to a server or a provider.

``transport_from_env`` makes the transport that HELPDESK_MAIL_URL names; ``transport.send(mail)`` says what came of it.
"""

from __future__ import annotations

from .addresses import InvalidMailError, checked_address
from .composing import compose
from .configuration import transport_from_env
from .payload import MARKER, Mailbox, MailFile, OutgoingMail
from .providers import MailgunTransport, PostmarkTransport, ResendTransport, SendgridTransport, SesTransport
from .results import MailResult, MailTransport, Outcome
from .smtp import SmtpTransport

__all__ = [
    "MARKER",
    "InvalidMailError",
    "MailFile",
    "MailResult",
    "MailTransport",
    "Mailbox",
    "MailgunTransport",
    "Outcome",
    "OutgoingMail",
    "PostmarkTransport",
    "ResendTransport",
    "SendgridTransport",
    "SesTransport",
    "SmtpTransport",
    "checked_address",
    "compose",
    "transport_from_env",
]
