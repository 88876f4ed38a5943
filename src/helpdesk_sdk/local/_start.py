"""What the supervisor does before it starts anything: its streams, its signals, its port."""

from __future__ import annotations

import os
import signal
import socket
import sys

from helpdesk_sdk.local import errors


def check_port(port: int) -> None:
    """Report a taken port before anything is started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise errors.PortTakenError(port) from None


def listen_to_signals() -> int:
    """A descriptor that receives the number of each signal, so that no signal interrupts work half-way."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    return reader


def open_standard_streams() -> None:
    """Open a standard stream that the program which started us had closed: another file would take its number."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        if descriptor == 2:
            sys.stderr = os.fdopen(2, "w", closefd=False)
    os.close(descriptor)


def first_line() -> bytes:
    """Read byte by byte: `watch` reads the bytes after this line."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            raise SystemExit("no order")
        line += byte
    return line
