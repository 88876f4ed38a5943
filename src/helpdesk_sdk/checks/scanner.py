"""The virus scanner: clamd of ClamAV over TCP, with its command INSTREAM. It sees the bytes while they arrive."""

from __future__ import annotations

import re
import socket
import struct
from contextlib import suppress
from types import TracebackType
from typing import Self

from ..errors import ConfigurationError, HelpdeskError

_TIMEOUT = 60.0
_REPLY_MAX = 4096


class ScannerUnavailableError(HelpdeskError):
    """The virus scanner does not answer."""

    is_transient = True


def parse_address(address: str) -> tuple[str, int]:
    """Host and port of ``host:port``.

    Args:
        address: E.g. ``localhost:3310``.

    Raises:
        ConfigurationError: It is no such address.
    """
    host, colon, port = address.rpartition(":")
    if not (host and colon and port.isdecimal() and 0 < int(port) < 65536):
        raise ConfigurationError(f"{address!r} is not the address of a virus scanner", hint="Give it as host:port.")
    return host.strip("[]"), int(port)


class Scan:
    """One scan of one file.

    >>> with Scan(("localhost", 3310)) as scan:
    ...     scan.send(b"…")
    ...     scan.result()
    """

    def __init__(self, address: tuple[str, int], timeout: float = _TIMEOUT) -> None:
        self._address = address
        self._timeout = timeout

    def __enter__(self) -> Self:
        try:
            self.engine = self._version()
            self._socket = self._connect()
            self._socket.sendall(b"zINSTREAM\0")
        except OSError as error:
            raise ScannerUnavailableError(f"The virus scanner does not answer: {error}") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._socket.close()

    def _connect(self) -> socket.socket:
        return socket.create_connection(self._address, self._timeout)

    def _version(self) -> str:
        """The engine and the date of its signatures."""
        with self._connect() as connection:
            connection.sendall(b"zVERSION\0")
            return _read(connection)[:200]

    def send(self, chunk: bytes) -> None:
        """Send the next bytes of the file.

        Args:
            chunk: The bytes.

        Raises:
            ScannerUnavailableError: The connection broke.
        """
        if not chunk:
            return
        try:
            self._socket.sendall(struct.pack(">L", len(chunk)) + chunk)
        except OSError:
            # It may have ended the connection with a reply, for example that the file is too big.
            raise ScannerUnavailableError(self._last_words()) from None

    def _last_words(self) -> str:
        with suppress(OSError):
            if reply := _read(self._socket):
                return f"The virus scanner stopped: {reply}"
        return "The virus scanner closed the connection"

    def result(self) -> str | None:
        """The name of the malware that was found, or None.

        Raises:
            ScannerUnavailableError: There was no verdict; the file must not count as clean.
        """
        try:
            self._socket.sendall(struct.pack(">L", 0))
            reply = _read(self._socket)
        except OSError as error:
            raise ScannerUnavailableError(f"The virus scanner does not answer: {error}") from None
        if reply == "stream: OK":
            return None
        if found := re.fullmatch("stream: (.+) FOUND", reply):
            return found[1]
        raise ScannerUnavailableError(f"The virus scanner gave no verdict: {reply or 'it closed the connection'}")


def _read(connection: socket.socket) -> str:
    """A reply, which ends with a NUL or with the connection."""
    reply = b""
    while b"\0" not in reply and len(reply) < _REPLY_MAX and (part := connection.recv(_REPLY_MAX)):
        reply += part
    return reply.partition(b"\0")[0].decode("utf-8", "replace").strip()
