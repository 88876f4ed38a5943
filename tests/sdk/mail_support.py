"""Mails to send in tests, and an SMTP server that receives them."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from helpdesk_sdk.delivery.mail import Mailbox, OutgoingMail

ID = "<m.0123456789abcdef0123456789abcdef@acme.example>"


def mail(**changes: Any) -> OutgoingMail:
    """A reply of an agent, with some fields changed."""
    fields: dict[str, Any] = {
        "message_id": ID,
        "sender": Mailbox("support@acme.example", "Anna (Acme Support)"),
        "to": [Mailbox("carla@customer.example", "Carla")],
        "subject": "Re: Printer",
        "text": "Hello Carla,\n\nit works again.\n",
    }
    return OutgoingMail(**fields | changes)


def read(written: bytes) -> EmailMessage:
    """The mail as a mail program reads it."""
    found = message_from_bytes(written.replace(b"\r\n", b"\n"), policy=default)
    assert isinstance(found, EmailMessage)
    return found


class Handler:
    """Keeps what arrives. A test may answer in its place: ``rcpt`` by address, ``data`` to the whole mail."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.rcpt: dict[str, str] = {}
        self.data: Callable[[SMTP], str] = lambda _: "250 2.0.0 Ok: queued as ABC123"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.rcpt.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.envelopes.append(envelope)
        return self.data(server)


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    right = LoginPassword(b"anna", b"secret")
    return AuthResult(success=data == right, handled=data == right)


@dataclass
class Server:
    """Where a server listens, and what it received."""

    port: int
    handler: Handler


@contextmanager
def smtp_server(
    certificate: tuple[Path, Path] | None = None, security: str = "none", host: str = "127.0.0.1", **options: Any
) -> Iterator[Server]:
    """A running server on this machine. The sign-in is anna, secret."""
    tls = None
    if certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(*certificate)
    handler = Handler()
    loop = asyncio.new_event_loop()

    def protocol() -> SMTP:
        starttls: dict[str, Any] = {"tls_context": tls, "require_starttls": True} if security == "starttls" else {}
        is_safe = security == "starttls"
        return SMTP(handler, loop=loop, authenticator=_authenticate, auth_require_tls=is_safe, **starttls, **options)

    listening = loop.create_server(protocol, host, 0, ssl=tls if security == "tls" else None)
    server = loop.run_until_complete(listening)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield Server(server.sockets[0].getsockname()[1], handler)
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def make_certificate(directory: Path, host: str = "localhost") -> tuple[Path, Path]:
    """A certificate for a host, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    names: list[x509.GeneralName] = [x509.DNSName(host)]
    if host == "localhost":
        names.append(x509.IPAddress(ip_address("127.0.0.1")))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, private = directory / f"{host}.pem", directory / f"{host}.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return pem, private
