"""Whom clients trust: what httpx trusts, read once for all of them."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.sdk.support import FAST, Colour

from helpdesk_sdk.errors import ConnectionFailedError

KEY = "sb_publishable_test"


class _NoTeams(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"[]")

    def log_message(self, *parts: object) -> None:
        """Nothing."""


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, *parts: object) -> None:
        """A client that trusts nobody here hangs up."""


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that vouches for itself, with its key behind it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path / "authority.pem"
    path.write_bytes(certificate.public_bytes(pem) + secret)
    return path


@pytest.fixture
def url(authority: Path) -> Iterator[str]:
    """A project without teams, behind that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)
    with _Quiet(("127.0.0.1", 0), _NoTeams) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[ssl.SSLContext]:
    """The contexts for which authorities were read."""
    made: list[ssl.SSLContext] = []
    load = ssl.create_default_context

    def counted(*arguments: Any, **options: Any) -> ssl.SSLContext:
        made.append(load(*arguments, **options))
        return made[-1]

    monkeypatch.setattr(ssl, "create_default_context", counted)
    return made


def test_authorities_of_the_environment_are_trusted_by_all_clients_and_read_once(
    colour: Colour, url: str, authority: Path, read: list[ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))

    def scenario() -> Any:
        for _ in range(3):
            assert (yield colour.client(url, KEY, access_token="t", backoff=FAST).teams.list()) == []

    colour.play(scenario())
    assert len(read) == 1


def test_others_are_not_trusted_not_even_after_the_environment_changed(
    colour: Colour, url: str, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    trusting = colour.client(url, KEY, access_token="t", backoff=FAST)
    monkeypatch.delenv("SSL_CERT_FILE")

    def scenario() -> Any:
        with pytest.raises(ConnectionFailedError, match="CERTIFICATE_VERIFY_FAILED"):
            yield colour.client(url, KEY, access_token="t", backoff=FAST, max_retries=0).teams.list()
        assert (yield trusting.teams.list()) == []

    colour.play(scenario())


def test_where_no_connection_is_encrypted_nothing_is_read(
    colour: Colour, read: list[ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/at/all.pem")
    colour.client("http://127.0.0.1:9", KEY)
    colour.client("https://helpdesk.test", KEY, transport=httpx.MockTransport(lambda request: httpx.Response(200)))
    assert read == []
    with pytest.raises(FileNotFoundError):
        colour.client("https://helpdesk.test", KEY)
