"""`helpdesk mail fetch` over TLS and with access tokens, against a real IMAP server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Literal
from urllib.parse import parse_qs

import pytest
from tests.cli.support import Cli
from tests.cli.test_mail_fetch import ADDRESS, mail, subjects
from tests.sdk.authority import WRONG, Authority
from tests.sdk.imap_support import PASSWORD, USER, ImapServer, imap_server

from helpdesk_sdk import Helpdesk
from helpdesk_sdk.delivery.mail.fetching import MailboxError, fetch_mailbox, wait_for_mail
from helpdesk_sdk.delivery.mail.mailboxes import Mailbox, mailbox_from_env
from helpdesk_sdk.errors import ConfigurationError
from helpdesk_sdk.testing import Project

Security = Literal["tls", "starttls"]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def system(helpdesk_project: Project) -> Iterator[Helpdesk]:
    with Helpdesk(helpdesk_project.url, helpdesk_project.secret_key) as made:
        made.mail.channels.create(ADDRESS)
        yield made


def environment(server: ImapServer, security: Security, **more: str) -> dict[str, str]:
    """The variables of a mailbox; 127.0.0.2 is no name of this machine for which TLS is left out."""
    where = "imaps://localhost" if security == "tls" else "imap://127.0.0.2"
    return {"HELPDESK_IMAP_URL": f"{where}:{server.port}", "HELPDESK_IMAP_USER": USER} | more


def mailbox(server: ImapServer, security: Security, authority: Authority | None = None, **more: str) -> Mailbox:
    named = {"HELPDESK_IMAP_CA_FILE": str(authority.file)} if authority else {}
    secret = {} if any("TOKEN" in name or "OAUTH" in name for name in more) else {"HELPDESK_IMAP_PASSWORD": PASSWORD}
    found = mailbox_from_env(environment(server, security, **named, **secret, **more))
    assert found is not None
    return found


def put(found: Mailbox, number: int) -> None:
    client = found.connect()
    client.append("INBOX", mail(number))
    client.logout()


@contextmanager
def listening(certificate: tuple[Path, Path], security: Security, *tokens: str) -> Iterator[ImapServer]:
    # pymap listens to one address.
    host = "127.0.0.1" if security == "tls" else "127.0.0.2"
    with imap_server(certificate, security, tokens, host=host) as server:
        yield server


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_mails_come_over_tls_from_a_server_whose_authority_is_named(
    system: Helpdesk, helpdesk_project: Project, authority: Authority, security: Security, tmp_path: Path
) -> None:
    with listening(authority.issue(), security) as server:
        found = mailbox(server, security, authority)
        put(found, 1)
        assert fetch_mailbox(system, found).received == 1
        wait_for_mail(found, uid_next=1, is_stopping=lambda: False)
        put(found, 2)
        shell = Cli(
            tmp_path,
            {"HELPDESK_URL": helpdesk_project.url, "HELPDESK_KEY": helpdesk_project.secret_key}
            | environment(server, security, HELPDESK_IMAP_PASSWORD=PASSWORD),
        )
        refused = shell("mail", "fetch", "--once", code=1)
        assert "HELPDESK_IMAP_CA_FILE" in " ".join(refused.err.split())
        done = shell("worker", "--fetch-mail", "--once", HELPDESK_IMAP_CA_FILE=str(authority.file))
        assert "1 received, 0 failed" in done.out
    assert subjects(system) == ["Mail 1", "Mail 2"]


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("how", WRONG)
def test_a_server_that_is_not_trusted_receives_no_password(
    system: Helpdesk, authority: Authority, how: str, security: Security
) -> None:
    with listening(authority.wrong(how), security, "a-token") as server:
        found = mailbox(server, security, authority, HELPDESK_IMAP_TOKEN="a-token")
        with pytest.raises(MailboxError, match=WRONG[how]) as caught:
            fetch_mailbox(system, found)
        assert server.given == []
    setting = {"another name": "HELPDESK_IMAP_URL", "signed by itself": "HELPDESK_IMAP_CA_FILE"}
    assert setting.get(how, found.host) in caught.value.message
    assert found.host in caught.value.message


def test_tls_where_the_server_begins_in_the_clear_names_the_url(system: Helpdesk, authority: Authority) -> None:
    with imap_server(authority.issue(), "starttls") as server, pytest.raises(MailboxError) as caught:
        fetch_mailbox(system, mailbox(server, "tls", authority))
    assert "HELPDESK_IMAP_URL" in caught.value.message


@pytest.mark.parametrize("content", [None, "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_file_of_authorities_that_is_none(
    system: Helpdesk, authority: Authority, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with imap_server(authority.issue(), "tls") as server, pytest.raises(ConfigurationError, match="_CA_FILE"):
        fetch_mailbox(system, mailbox(server, "tls", HELPDESK_IMAP_CA_FILE=str(file)))


def test_a_token_that_the_server_checks(system: Helpdesk, authority: Authority, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("old\n")
    with listening(authority.issue(), "tls", "new") as server:
        found = mailbox(server, "tls", authority, HELPDESK_IMAP_TOKEN_FILE=str(file))
        with pytest.raises(MailboxError, match=r"refuses the access token in HELPDESK_IMAP_TOKEN_FILE .*: 401") as said:
            fetch_mailbox(system, found)
        # The client ends the exchange with nothing, and says no token to anybody.
        assert (server.given, server.ends) == (["old"], [b""])
        assert "old" not in said.value.message
        file.write_text("new\n")
        put(found, 1)
        assert fetch_mailbox(system, found).received == 1
    assert subjects(system) == ["Mail 1"]


def test_a_token_that_is_renewed_while_the_server_refuses_it(authority: Authority, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("old")
    with listening(authority.issue(), "tls", "new") as server:

        class Renewing(list[str]):
            def append(self, given: str) -> None:
                # Another program has written the next one by the time the server says no.
                file.write_text("new")
                super().append(given)

        server.given = Renewing()
        mailbox(server, "tls", authority, HELPDESK_IMAP_TOKEN_FILE=str(file)).connect().logout()
        assert list(server.given) == ["old", "new"]


def test_a_server_without_tokens_says_what_to_set(authority: Authority, system: Helpdesk) -> None:
    with imap_server(authority.issue(), "tls") as server, pytest.raises(MailboxError, match="HELPDESK_IMAP_PASSWORD"):
        fetch_mailbox(system, mailbox(server, "tls", authority, HELPDESK_IMAP_TOKEN="a-token"))


@contextmanager
def endpoint(*answers: tuple[int, Any]) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A token endpoint with these answers, the last one for ever. Yields its URL and what it was asked."""
    asked: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            status, answer = answers[min(len(asked), len(answers) - 1)]
            asked.append({name: values[0] for name, values in form.items()})
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *parts: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/token", asked
        server.shutdown()
        thread.join()


def oauth(url: str, **more: str) -> dict[str, str]:
    named = {f"HELPDESK_IMAP_OAUTH_{name}": value for name, value in more.items()}
    return {"HELPDESK_IMAP_OAUTH_URL": url, "HELPDESK_IMAP_OAUTH_CLIENT_ID": "client"} | named


def test_tokens_come_from_an_endpoint_and_a_refused_one_is_renewed(authority: Authority) -> None:
    tokens = [(200, {"access_token": name, "expires_in": 3600}) for name in ("first", "second")]
    with endpoint(*tokens) as (url, asked), listening(authority.issue(), "tls", "first") as server:
        found = mailbox(server, "tls", authority, **oauth(url, CLIENT_SECRET="secret", SCOPE="mail"))
        found.connect().logout()
        found.connect().logout()
        # It is asked for once while it is valid.
        assert (server.given, len(asked)) == (["first", "first"], 1)
        server.tokens = {"second"}
        found.connect().logout()
        assert (server.given[2:], len(asked)) == (["first", "second"], 2)
    assert asked[0] == {
        "grant_type": "client_credentials",
        "client_id": "client",
        "client_secret": "secret",
        "scope": "mail",
    }


def test_a_refresh_token_is_used_and_the_next_one_is_taken(authority: Authority) -> None:
    answers = [(200, {"access_token": "a", "expires_in": 0, "refresh_token": "r2"}), (200, {"access_token": "a"})]
    with endpoint(*answers) as (url, asked), listening(authority.issue(), "tls", "a") as server:
        found = mailbox(server, "tls", authority, **oauth(url, REFRESH_TOKEN="r1"))
        found.connect().logout()
        found.connect().logout()
    assert [(one["grant_type"], one["refresh_token"]) for one in asked] == [
        ("refresh_token", "r1"),
        ("refresh_token", "r2"),
    ]


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (400, {"error": "invalid_client", "error_description": "secret-word is wrong"}, "400 invalid_client"),
        (200, {"token": "x"}, "gives no token: 200"),
        (500, b"<html>", "gives no token: 500"),
        (200, b"[]", "gives no token: 200"),
    ],
)
def test_an_endpoint_without_a_token_is_named(
    system: Helpdesk, authority: Authority, status: int, answer: Any, said: str
) -> None:
    with endpoint((status, answer)) as (url, _), listening(authority.issue(), "tls", "a") as server:
        found = mailbox(server, "tls", authority, **oauth(url, CLIENT_SECRET="secret-word"))
        with pytest.raises(MailboxError, match=said) as caught:
            fetch_mailbox(system, found)
        assert server.given == []
    assert "HELPDESK_IMAP_OAUTH_URL" in caught.value.message
    assert "secret-word" not in caught.value.message


def test_an_endpoint_in_the_clear_elsewhere_is_refused() -> None:
    server = ImapServer(port=993)
    for url in ("http://login.example/token", "ftp://login.example", "x"):
        with pytest.raises(ConfigurationError, match="HELPDESK_IMAP_OAUTH_URL"):
            mailbox(server, "tls", None, **oauth(url))
    with pytest.raises(ConfigurationError, match="CLIENT_ID"):
        mailbox(server, "tls", HELPDESK_IMAP_OAUTH_URL="https://login.example")
