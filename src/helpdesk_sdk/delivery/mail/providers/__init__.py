"""The HTTP APIs of mail providers."""

from __future__ import annotations

from .mailgun import MailgunTransport
from .postmark import PostmarkTransport
from .resend import ResendTransport
from .sendgrid import SendgridTransport
from .ses import SesTransport

__all__ = ["MailgunTransport", "PostmarkTransport", "ResendTransport", "SendgridTransport", "SesTransport"]
