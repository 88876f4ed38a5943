"""Mail in from files: each mail goes the way of every other, and what became of it is printed."""

from __future__ import annotations

import mmap
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from .._base.errors import CliError, ExitCode
from .._base.output import Column, print_note, print_rows, with_progress
from .._base.text import one_line
from .._connect.connection import connect
from .._connect.known_stacks import running_here as running_stacks
from .._connect.target import SYSTEM_HINT, target
from .app import app

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk

_SEPARATOR = re.compile(rb"(?:\A|\n)From [^\n]*\d\d:\d\d[^\n]*\n")


@dataclass(frozen=True)
class _Played:
    """What became of a mail."""

    name: str
    inbound_id: str | None
    outcome: str
    ticket_number: int | None
    files: int
    is_new: bool
    explanation: str


_COLUMNS: list[Column[_Played]] = [
    Column("File", lambda row: row.name, flexible=True),
    Column("Outcome", lambda row: row.outcome),
    Column("#", lambda row: row.ticket_number, right=True),
    Column("Why", lambda row: row.explanation, flexible=True),
]


@app.command("receive")
def receive(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Mails (.eml), mailboxes (.mbox), folders of them, or - for stdin."),
    ],
    to: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="Who receives them by the envelope; may be repeated. By default To, Cc."),
    ] = None,
    sender: Annotated[
        str, typer.Option("--from", metavar="ADDRESS", help="The sender by the envelope.", show_default=False)
    ] = "",
) -> None:
    """Receive mails from files, and show what became of each and why. Needs the secret key, or a local stack.

    The same bytes for the same recipients are one mail: a repetition shows what became of it the first time.

    The exit code is 1 if a mail could not be received.

    For example: helpdesk mail receive question.eml --to support@acme.example
    """
    for address in [*(to or ()), *filter(None, [sender])]:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
            option = "--from" if address == sender else "--to"
            message = f"{option}: {one_line(address)} is no e-mail address"
            raise CliError(message, "For example: support@acme.example", ExitCode.USAGE)
    with system() as hd:
        mails = with_progress(_mails(paths), "mails")
        played = [_play(hd, name, raw, to or [], sender) for name, raw in mails]
    print_rows(played, _COLUMNS, empty="No mails.", json=asdict)
    if any(one.outcome == "failed" for one in played):
        raise typer.Exit(ExitCode.REFUSED)


@contextmanager
def system() -> Iterator[Helpdesk]:
    """A client with the secret key: the configured one, or that of the local stack which is configured.

    Raises:
        CliError: There is no secret key.
    """
    from helpdesk_sdk import Helpdesk

    found = target()
    if found.is_system:
        with connect() as hd:
            yield hd
        return
    key = next((info.secret_key for info in running_stacks() if info.api_url == found.url), None)
    if key is None and urlsplit(found.url).hostname in {"127.0.0.1", "localhost"}:
        hint = "Start it where its data is: helpdesk up --detach. Or give the secret key in HELPDESK_KEY."
        raise CliError(f"No local stack runs at {found.url}", hint, ExitCode.UNREACHABLE)
    if key is None:
        raise CliError("Mails are received with the secret key", SYSTEM_HINT, ExitCode.FORBIDDEN)
    with Helpdesk(found.url, key) as hd:
        yield hd


def _mails(paths: list[Path]) -> Iterator[tuple[str, bytes]]:
    for path in paths:
        if str(path) == "-":
            yield from _split("-", sys.stdin.buffer.read())
        elif path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.is_file() and _is_mail(one))
            if not inside:
                print_note(f"There are no mails in {path}.")
            for one in inside:
                yield from _in_file(one)
        else:
            yield from _in_file(path)


def _is_mail(path: Path) -> bool:
    # A Maildir has its mails in cur and new, without an extension.
    return path.suffix.lower() in (".eml", ".mbox") or path.parent.name in ("cur", "new")


def _in_file(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with path.open("rb") as file:
            if path.is_file() and path.stat().st_size:
                # A mailbox may be larger than the memory.
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                    yield from _split(str(path), data)
            else:
                yield from _split(str(path), file.read())
    except OSError as error:
        raise CliError(f"{path} cannot be read: {error.strerror}", code=ExitCode.USAGE) from None


def _split(name: str, data: bytes | mmap.mmap) -> Iterator[tuple[str, bytes]]:
    """The mails of a mailbox, or the one mail."""
    if data[:5] != b"From ":
        yield name, data[:]
        return
    found = list(_SEPARATOR.finditer(data))
    for number, match in enumerate(found, 1):
        end = found[number].start() + 1 if number < len(found) else len(data)
        yield f"{name}:{number}", re.sub(rb"(?m)^>(>*From )", rb"\1", data[match.end() : end])


def _play(hd: Helpdesk, name: str, raw: bytes, to: list[str], sender: str) -> _Played:
    from helpdesk_sdk.delivery.mail.receiving import MAIL_BYTES_MAX, receive_mail
    from helpdesk_sdk.errors import ApiError, ForbiddenError

    if len(raw) > MAIL_BYTES_MAX:
        said = f"The mail has {len(raw) / 1024**2:,.1f} MB; at most {MAIL_BYTES_MAX // 1024**2} MB are received."
        return _Played(name, None, "failed", None, 0, False, said)
    try:
        found = receive_mail(hd, raw, to=to, sender=sender, source="cli")
        explained = hd.mail.inbound.explain(found.inbound_id)
    except ForbiddenError:
        raise
    except ApiError as error:
        if error.is_transient:
            raise
        # This mail must not keep the next ones from being received.
        return _Played(name, None, "failed", None, 0, False, one_line(error.message))
    decision = found.decision
    return _Played(
        name, found.inbound_id, decision.outcome, decision.ticket_number, found.files, found.is_new, explained
    )
