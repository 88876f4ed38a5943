"""Which mailbox is read over IMAP, and how to sign in to it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from ...errors import ConfigurationError

_PORTS = {"imaps": 993, "imap": 143}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_CONNECT_SECONDS = 15.0
# A mail of 40 MB over a slow line comes in pieces; each piece has this long.
_READ_SECONDS = 60.0


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
    is_tls: bool = True
    """Whether TLS begins with the connection; otherwise by STARTTLS, or in the clear to this computer."""
    folder: str = "INBOX"
    address: str = ""
    """The address of the helpdesk whose mails are there; empty: To and Cc of each mail count."""

    @property
    def name(self) -> str:
        """The mailbox in the memory of the helpdesk."""
        return f"{self.user}@{self.host}:{self.port}"

    def connect(self) -> Any:
        """A connection that is signed in.

        Raises:
            ConfigurationError: The package IMAPClient is missing: the extra [mail] is not installed.
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
        client = imapclient.IMAPClient(self.host, port=self.port, ssl=self.is_tls, timeout=seconds)
        try:
            if not self.is_tls and self.host not in _LOOPBACK:
                # Never a password in the clear.
                client.starttls()
            token = _content("the token", self.token_file) if self.token_file else self.token
            if token:
                client.oauth2_login(self.user, token)
            else:
                client.login(self.user, self.password)
        except BaseException:
            client.shutdown()
            raise
        return client


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
    password, token = _secret(given, "HELPDESK_IMAP_PASSWORD"), _secret(given, "HELPDESK_IMAP_TOKEN")
    if not user or not (password or token):
        raise ConfigurationError(
            "The mailbox needs HELPDESK_IMAP_USER and HELPDESK_IMAP_PASSWORD",
            hint="Or HELPDESK_IMAP_TOKEN, an access token. With _FILE behind the name: a file with the secret.",
        )
    return Mailbox(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        user=user,
        password=password,
        token=token,
        token_file=given.get("HELPDESK_IMAP_TOKEN_FILE", "").strip(),
        is_tls=parts.scheme == "imaps",
        folder=unquote(parts.path.strip("/")) or "INBOX",
        address=given.get("HELPDESK_IMAP_ADDRESS", "").strip(),
    )


def _secret(env: Mapping[str, str], name: str) -> str:
    path = env.get(f"{name}_FILE", "").strip()
    return _content(f"{name}_FILE", path) if path else env.get(name, "")


def _content(what: str, path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except (OSError, UnicodeError):
        raise ConfigurationError(f"The file of {what} cannot be read") from None
