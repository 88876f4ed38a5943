"""SMTP over TLS (465) and by STARTTLS (587): whose certificate is trusted, and what is said of the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpdesk_sdk.delivery.mail import transport_from_env
from helpdesk_sdk.errors import ConfigurationError

from .authority import WRONG, Authority
from .mail_support import mail, smtp_server

SECURITY = pytest.mark.parametrize("security", ["tls", "starttls"])


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.make(tmp_path)


def settings(security: str, port: int, authority: Authority | None = None) -> dict[str, str]:
    """127.0.0.2 is no name of this machine for which TLS is left out."""
    url = f"smtps://localhost:{port}" if security == "tls" else f"smtp://127.0.0.2:{port}"
    named = {"HELPDESK_MAIL_CA_FILE": str(authority.file)} if authority else {}
    return {"HELPDESK_MAIL_URL": url, "HELPDESK_MAIL_USER": "anna", "HELPDESK_MAIL_PASSWORD": "secret"} | named


def send(environ: dict[str, str]) -> Any:
    transport = transport_from_env(environ, timeout=5)
    assert transport is not None
    return transport.send(mail())


def host(security: str) -> str:
    return "127.0.0.1" if security == "tls" else "127.0.0.2"


@SECURITY
def test_a_server_whose_authority_is_named_receives_the_mail(authority: Authority, security: str) -> None:
    with smtp_server(authority.issue(), security, host=host(security)) as server:
        assert send(settings(security, server.port, authority)).outcome == "done"
        assert len(server.handler.envelopes) == 1
        stranger = send(settings(security, server.port))
    assert (stranger.outcome, len(server.handler.envelopes)) == ("retry", 1)
    assert "HELPDESK_MAIL_CA_FILE" in stranger.problem


@SECURITY
@pytest.mark.parametrize("how", WRONG)
def test_a_server_that_is_not_trusted_receives_nothing(authority: Authority, how: str, security: str) -> None:
    with smtp_server(authority.wrong(how), security, host=host(security)) as server:
        found = send(settings(security, server.port, authority))
    assert (found.outcome, server.handler.envelopes) == ("retry", [])
    assert WRONG[how] in found.problem
    named = {"another name": "HELPDESK_MAIL_URL", "signed by itself": "HELPDESK_MAIL_CA_FILE"}
    assert named.get(how, "not trusted") in found.problem


def test_tls_where_the_server_begins_in_the_clear_names_the_url(authority: Authority) -> None:
    with smtp_server(authority.issue(), "starttls") as server:
        found = send(settings("tls", server.port, authority))
    assert found.outcome == "retry"
    assert "HELPDESK_MAIL_URL" in found.problem


@pytest.mark.parametrize("content", [None, "", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_file_of_authorities_that_is_none(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    environ = {"HELPDESK_MAIL_URL": "smtps://mail.example", "HELPDESK_MAIL_CA_FILE": str(file)}
    with pytest.raises(ConfigurationError, match="HELPDESK_MAIL_CA_FILE"):
        transport_from_env(environ)
