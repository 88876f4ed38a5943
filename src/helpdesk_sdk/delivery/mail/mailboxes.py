"""Which mailbox is read over IMAP, and how to sign in to it."""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from ...errors import ConfigurationError
from .addresses import one_line
from .oauth import TokenEndpoint, TokenError
from .secret_files import content, secret_of
from .tls import LOOPBACK, mail_context

_PORTS = {"imaps": 993, "imap": 143}
_CONNECT_SECONDS = 15.0
# A mail of 40 MB over a slow line comes in pieces; each piece has this long.
_READ_SECONDS = 60.0
# A sentence. A server may say as much as it likes, and whoever reads it is an admin.
_WORDS_MAX = 200


@dataclass(frozen=True)
class Mailbox:
    """A folder of a mailbox, and how to sign in."""

    host: str
    port: int
    user: str
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    """An access token of OAuth 2.0 instead of the password (XOAUTH2)."""
    token_file: str = ""
    """A file with the token, read for each connection: tokens end after an hour."""
    endpoint: TokenEndpoint | None = field(default=None, repr=False)
    """Where access tokens come from, instead of a token or a file."""
    is_tls: bool = True
    """Whether TLS begins with the connection; otherwise by STARTTLS, or in the clear to this computer."""
    folder: str = "INBOX"
    address: str = ""
    """The address of the helpdesk whose mails are there; empty: To and Cc of each mail count."""

    ca_file: str = ""
    """A file of certificates (PEM) of further authorities that this server's certificate may be signed by."""

    @property
    def name(self) -> str:
        """The mailbox in the memory of the helpdesk."""
        return f"{self.user}@{self.host}:{self.port}"

    def connect(self) -> Any:
        """A connection that is signed in.

        Raises:
            ConfigurationError: The package IMAPClient is missing: the extra [mail] is not installed. Or a file of the
                settings cannot be read.
            TokenError: There is no access token, or the server refuses it.
            OSError: The server cannot be reached, or its certificate is not accepted.
            imaplib.IMAP4.error: The server refuses the sign-in.
        """
        try:
            import imapclient
        except ImportError:
            raise ConfigurationError(
                "The package IMAPClient is not installed", hint="Install the extra: helpdesk-sdk[mail]"
            ) from None
        seconds = imapclient.SocketTimeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS)
        is_clear = not self.is_tls and self.host in LOOPBACK
        context = None if is_clear else mail_context(self.ca_file, "HELPDESK_IMAP_CA_FILE")
        client = imapclient.IMAPClient(
            self.host, port=self.port, ssl=self.is_tls, ssl_context=context if self.is_tls else None, timeout=seconds
        )
        try:
            if not self.is_tls and not is_clear:
                # Never a password in the clear.
                client.starttls(context)
            self._sign_in(client)
        except BaseException:
            # After a handshake that failed, the socket is gone: that must not hide why.
            with suppress(OSError):
                client.shutdown()
            raise
        return client

    def _sign_in(self, client: Any) -> None:
        if not (self.endpoint or self.token_file or self.token):
            client.login(self.user, self.password)
            return
        if not client.has_capability("AUTH=XOAUTH2"):
            raise TokenError(f"The server {self.host} takes no access token (XOAUTH2): set HELPDESK_IMAP_PASSWORD")
        token = self._access_token()
        try:
            self._use_token(client, token)
        except TokenError:
            # It may have ended, or been withdrawn: once more if there is another one by now.
            if self.endpoint:
                self.endpoint.forget(token)
            newer = self._access_token()
            if newer == token:
                raise
            self._use_token(client, newer)

    def _access_token(self) -> str:
        if self.endpoint:
            return self.endpoint.token()
        return content("HELPDESK_IMAP_TOKEN_FILE", self.token_file) if self.token_file else self.token

    def _use_token(self, client: Any, token: str) -> None:
        from imapclient.exceptions import LoginError

        refusals: list[bytes] = []
        answer = f"user={self.user}\1auth=Bearer {token}\1\1"

        def respond(challenge: bytes) -> bytes:
            if challenge:
                # Why it is refused. Nothing is the answer; then the server says no.
                refusals.append(challenge)
                return b""
            return answer.encode()

        try:
            client.sasl_login("XOAUTH2", respond)
        except LoginError as error:
            setting = "HELPDESK_IMAP_TOKEN_FILE" if self.token_file else "HELPDESK_IMAP_TOKEN"
            what = "from HELPDESK_IMAP_OAUTH_URL" if self.endpoint else f"in {setting}"
            why = _status(refusals) or server_words(error, token, answer)
            raise TokenError(f"The server {self.host} refuses the access token {what} for {self.user}: {why}") from None


def server_words(said: object, *secrets: str) -> str:
    """What a server says, marked as its words: one line of bounded length, without a secret; empty if it says nothing.

    Args:
        said: Its answer.
        secrets: What must not be repeated: some servers name the command that they refuse.
    """
    text = one_line(str(said).strip("b'\"")).replace("»", '"')
    for secret in filter(None, secrets):
        quoted = secret.replace("\\", "\\\\").replace('"', '\\"')
        for form in (quoted, secret, _encoded(secret)):
            text = text.replace(form, "…")
    return f"the server's words: «{text[:_WORDS_MAX]}»" if text else ""


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _status(refusals: list[bytes]) -> str:
    """The code of a refusal: `{"status": "401", …}`, which Microsoft sends as base64 of base64."""
    for refusal in refusals[:1]:
        for written in (refusal, _decoded(refusal)):
            with suppress(ValueError):
                found = json.loads(written)
                if isinstance(found, dict):
                    return re.sub(r"[^\w ]", "", str(found.get("status", "")))[:50]
    return ""


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def mailbox_from_env(env: Mapping[str, str] | None = None) -> Mailbox | None:
    """The mailbox that HELPDESK_IMAP_URL names, e.g. ``imaps://imap.example.com/INBOX``; None if it is not set.

    Args:
        env: The environment; by default that of the process.

    Raises:
        ConfigurationError: The URL or another variable is not valid, or one is missing.
    """
    given = os.environ if env is None else env
    url = given.get("HELPDESK_IMAP_URL", "").strip()
    if not url:
        return None
    hint = "For example: imaps://imap.example.com/INBOX"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigurationError("HELPDESK_IMAP_URL is no URL", hint=hint) from None
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(
            "HELPDESK_IMAP_URL must have no name and no password",
            hint="Set HELPDESK_IMAP_USER and HELPDESK_IMAP_PASSWORD.",
        )
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ConfigurationError("HELPDESK_IMAP_URL must begin with imaps:// or imap:// and a host", hint=hint)
    user = given.get("HELPDESK_IMAP_USER", "").strip()
    password, token = secret_of(given, "HELPDESK_IMAP_PASSWORD"), secret_of(given, "HELPDESK_IMAP_TOKEN")
    endpoint = _endpoint(given)
    if not user or not (password or token or endpoint):
        raise ConfigurationError(
            "The mailbox needs HELPDESK_IMAP_USER and HELPDESK_IMAP_PASSWORD",
            hint="Or HELPDESK_IMAP_TOKEN, an access token, or HELPDESK_IMAP_OAUTH_URL. With _FILE behind the name of a "
            "secret: a file with it.",
        )
    return Mailbox(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        user=user,
        password=password,
        token=token,
        token_file=given.get("HELPDESK_IMAP_TOKEN_FILE", "").strip(),
        endpoint=endpoint,
        is_tls=parts.scheme == "imaps",
        folder=unquote(parts.path.strip("/")) or "INBOX",
        address=given.get("HELPDESK_IMAP_ADDRESS", "").strip(),
        ca_file=given.get("HELPDESK_IMAP_CA_FILE", "").strip(),
    )


def _endpoint(env: Mapping[str, str]) -> TokenEndpoint | None:
    url, client_id = (env.get(f"HELPDESK_IMAP_OAUTH_{name}", "").strip() for name in ("URL", "CLIENT_ID"))
    if not url:
        return None
    if not client_id:
        raise ConfigurationError("HELPDESK_IMAP_OAUTH_URL needs HELPDESK_IMAP_OAUTH_CLIENT_ID")
    return TokenEndpoint(
        url,
        client_id,
        client_secret=secret_of(env, "HELPDESK_IMAP_OAUTH_CLIENT_SECRET"),
        refresh_token=secret_of(env, "HELPDESK_IMAP_OAUTH_REFRESH_TOKEN"),
        scope=env.get("HELPDESK_IMAP_OAUTH_SCOPE", "").strip(),
    )
