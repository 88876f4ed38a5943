"""A real IMAP server (pymap) with TLS, and with access tokens that it checks."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, DictBackend, Login
from pymap.imap import IMAPServer
from pymap.user import UserMetadata
from pysasl import SASLAuth
from pysasl.creds.external import ExternalCredentials
from pysasl.exception import InvalidResponse
from pysasl.mechanism import ChallengeResponse, ServerChallenge
from pysasl.mechanism.oauth import OAuth2Mechanism

USER, PASSWORD = "carla", "a-password-of-carla"
REFUSAL = json.dumps({"status": "401", "schemes": "bearer", "scope": "https://mail.example/"}).encode()


@dataclass
class ImapServer:
    """Where it listens, the tokens that it takes, and what it was given."""

    port: int = 0
    tokens: set[str] = field(default_factory=set)
    given: list[str] = field(default_factory=list)
    """Each token that came."""
    ends: list[bytes] = field(default_factory=list)
    """What a client answered to a refusal."""


class _Mechanism(OAuth2Mechanism):
    """XOAUTH2 of pysasl; a token that is refused is answered as Google and Microsoft do."""

    def __init__(self, server: ImapServer) -> None:
        super().__init__()
        self._server = server

    def server_attempt(self, responses: Sequence[ChallengeResponse]) -> tuple[ExternalCredentials, None]:
        found, _ = super().server_attempt(responses)
        if len(responses) > 1:
            self._server.ends.append(responses[1].response)
            raise InvalidResponse
        token = str(found._token)
        self._server.given.append(token)
        if found.authzid != USER or token not in self._server.tokens:
            raise ServerChallenge(REFUSAL)
        return found, None


class _Config(Config):
    server: ImapServer

    @property
    def tls_auth(self) -> SASLAuth:
        plain = SASLAuth.named([b"PLAIN"]).server_mechanisms
        return SASLAuth([*plain, _Mechanism(self.server)] if self.server.tokens else plain)


class _Login(Login):
    async def authenticate(self, credentials: Any) -> Any:
        if isinstance(credentials, ExternalCredentials):
            # The mechanism has checked the token.
            return self.demo_user_identity
        return await super().authenticate(credentials)


@contextmanager
def imap_server(
    certificate: tuple[Path, Path],
    security: Literal["tls", "starttls"],
    tokens: Sequence[str] = (),
    host: str = "127.0.0.1",
) -> Iterator[ImapServer]:
    """A running server on this machine, with an empty mailbox."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(*certificate)
    found = ImapServer(tokens=set(tokens))
    args = Namespace(
        host=host, port=0, debug=False, cert=None, key=None, tls=security == "starttls", passlib_cfg=None,
        proxy_protocol=None, demo_data=False, demo_user=USER, demo_password=PASSWORD,
    )  # fmt: skip
    loop = asyncio.new_event_loop()

    async def listen() -> asyncio.Server:
        config = _Config.from_args(args, ssl_context=tls)
        config.server = found
        config.apply_context()
        login = _Login(config)
        await login.demo_user_identity.set(UserMetadata(config, USER, password=config.hash_context.hash(PASSWORD)))
        backend = DictBackend(login, config)
        serve = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
        return await asyncio.start_server(serve, host, 0, ssl=tls if security == "tls" else None)

    server = loop.run_until_complete(listen())
    found.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
