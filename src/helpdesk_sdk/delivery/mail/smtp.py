"""SMTP: submission with implicit TLS (465) or STARTTLS (587)."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from .composing import compose
from .payload import OutgoingMail
from .results import MailResult, nothing_to_do
from .tls import LOOPBACK, mail_context, why_not_trusted

Security = Literal["tls", "starttls", "none"]

_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")
_SES_HOST = re.compile(r"email-smtp(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com")
_SES_ID = re.compile(r"\bOk ([0-9a-f-]{20,})", re.IGNORECASE)


class SmtpTransport:
    """Sends through an SMTP server, with a connection of its own for each mail."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        security: Security = "starttls",
        user: str | None = None,
        password: str | None = None,
        timeout: float = 60.0,
        context: ssl.SSLContext | None = None,
    ) -> None:
        """Make it; nothing is connected.

        Args:
            host: The server's name; its certificate must have it.
            port: Its port.
            security: ``tls`` from the start, ``starttls`` before anything is said, or ``none``: on this machine alone.
            user: The name to sign in with; None to send without signing in.
            password: The password.
            timeout: Seconds for each answer.
            context: Which certificates to trust; by default those of every request of the SDK.

        Raises:
            ValueError: ``none`` for a host that is not this machine.
        """
        if security == "none" and host not in LOOPBACK:
            raise ValueError("Mail is sent without TLS on this machine alone")
        self.name = f"smtp {host}:{port}"
        self._host, self._port, self._security = host, port, security
        self._user, self._password, self._timeout = user, password, timeout
        self._context = context or (mail_context() if security != "none" else None)

    def close(self) -> None:
        """Nothing: no connection outlives its mail."""

    def send(self, mail: OutgoingMail, *, begins: Callable[[], None] = nothing_to_do) -> MailResult:
        """Send a mail: to all its recipients, or to those that the server does not refuse for good.

        Args:
            mail: The mail.
            begins: Called just before DATA. When it raises, nothing is sent.

        Raises:
            InvalidMailError: The mail cannot be written.
        """
        written = compose(mail)
        try:
            server = self._connected(mail)
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            return self._not_connected(error)
        try:
            found = self._send(server, mail, written, begins)
            if found.outcome != "unknown":
                with suppress(OSError, smtplib.SMTPException):
                    server.quit()
            return found
        finally:
            server.close()

    def _connected(self, mail: OutgoingMail) -> smtplib.SMTP:
        # Not the name of this machine: looking it up may take long, and it is nobody's business.
        name = mail.sender.address.partition("@")[2]
        if self._security == "tls":
            assert self._context
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, name, timeout=self._timeout, context=self._context
            )
        else:
            server = smtplib.SMTP(self._host, self._port, name, timeout=self._timeout)
        try:
            if self._security == "starttls":
                # Raises when the server does not offer it. Nothing is ever said in the clear instead.
                server.starttls(context=self._context)
            server.ehlo_or_helo_if_needed()
            if self._user is not None:
                server.login(self._user, self._password or "")
        except BaseException:
            server.close()
            raise
        return server

    def _not_connected(self, error: Exception) -> MailResult:
        if isinstance(error, UnicodeError):
            return MailResult("retry", "The name or the password has characters that SMTP cannot send")
        if isinstance(error, smtplib.SMTPAuthenticationError):
            return MailResult("retry", "The server refuses the name or the password", error.smtp_code, _text(error))
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return MailResult("retry", f"The server does not offer what is needed: {_why(error)}")
        if isinstance(error, ssl.SSLError):
            why = why_not_trusted(error, self._host, "HELPDESK_MAIL_URL", "HELPDESK_MAIL_CA_FILE")
            return MailResult("retry", f"The server {self._host} is not trusted: {why}"[:500])
        if isinstance(error, smtplib.SMTPResponseException):
            return MailResult("retry", "The server is not ready", error.smtp_code, _text(error))
        return MailResult("retry", f"The server does not answer: {_why(error)}")

    def _send(self, server: smtplib.SMTP, mail: OutgoingMail, written: bytes, begins: Callable[[], None]) -> MailResult:
        try:
            refusal, refused = self._envelope(server, mail, len(written))
        except (OSError, smtplib.SMTPException) as error:
            return _broken(error)
        if refusal:
            return refusal
        begins()
        try:
            code, answer = server.docmd("DATA")
        except (OSError, smtplib.SMTPException) as error:
            return _broken(error)
        if code != 354:
            return _refusal(code, answer, "The server does not take the mail")
        try:
            server.send(_stuffed(written))
            code, answer = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            # The server may have the whole mail, and only its answer is lost.
            return MailResult("unknown", f"The server did not say whether it took the mail: {_why(error)}")
        if code // 100 in {4, 5}:
            return _refusal(code, answer, "The server does not take the mail")
        if code // 100 != 2:
            return MailResult("unknown", "The server's answer to the mail cannot be read", answer=_text(answer))
        text = _text(answer)
        return MailResult(
            "done", status=code, answer=text, stamped_id=self._stamped(text, mail), refused_recipients=refused
        )

    def _envelope(
        self, server: smtplib.SMTP, mail: OutgoingMail, size: int
    ) -> tuple[MailResult | None, dict[str, str]]:
        """Why the server does not take the envelope, or None; and which recipients it refused."""
        options = [f"size={size}"] if server.has_extn("size") else []
        sender = mail.sender.address if mail.envelope_from is None else mail.envelope_from
        code, answer = server.mail(sender, options)
        if code != 250:
            return _refusal(code, answer, "The server does not take mail from this sender"), {}
        refused: dict[str, str] = {}
        for address in mail.recipients:
            code, answer = server.rcpt(address)
            if code // 100 == 2:
                continue
            if code // 100 != 5:
                # Later, to all of them: a mail that went to some cannot be sent to the others under the same id.
                return _refusal(code, answer, f"The server does not take mail for {address} now"), {}
            refused[address] = f"{code} {_text(answer)}"
        if len(refused) == len(mail.recipients):
            problem = "The server refuses every recipient"
            last = MailResult("refused", problem, code, _text(answer), refused_recipients=refused)
            return last, refused
        return None, refused

    def _stamped(self, answer: str, mail: OutgoingMail) -> str | None:
        """The id in the answer, when the server replaced ours."""
        region = _SES_HOST.fullmatch(self._host)
        bare = _SES_ID.search(answer) if region else None
        if region and bare:
            return ses_id(bare[1], region[1])
        found = _ID.search(answer)
        return found[0] if found and found[0] != mail.message_id else None


def ses_id(bare: str, region: str) -> str:
    """The Message-ID of a mail that Amazon SES sent.

    Args:
        bare: The id that SES returned.
        region: The region that sent it.
    """
    return f"<{bare}@{'email' if region == 'us-east-1' else region}.amazonses.com>"


def _broken(error: Exception) -> MailResult:
    return MailResult("retry", f"The connection broke before the mail was sent: {_why(error)}")


def _refusal(code: int, answer: bytes, problem: str) -> MailResult:
    # 530 and 535 blame the sign-in, not the mail. -1 is a connection that the server closed.
    is_final = code // 100 == 5 and code not in {530, 534, 535, 538}
    return MailResult("refused" if is_final else "retry", problem, code if code > 0 else None, _text(answer))


def _why(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "its name is not known"
    return "no answer in time" if isinstance(error, TimeoutError) else str(error) or type(error).__name__


def _text(answer: bytes | Exception) -> str:
    given = answer.smtp_error if isinstance(answer, smtplib.SMTPResponseException) else answer
    return given.decode("utf-8", "replace") if isinstance(given, bytes) else str(given)


def _stuffed(written: bytes) -> bytes:
    """The mail as DATA wants it: a dot at the beginning of a line is doubled, and a dot alone ends it."""
    body = re.sub(rb"(?m)^\.", b"..", written)
    return body + (b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n")
