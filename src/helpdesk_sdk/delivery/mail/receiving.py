"""Mail in, from its bytes to a ticket: stored, parsed, decided on, and its files placed.

Whatever breaks on the way, the mail is not lost: its bytes are stored first, and a worker finishes what is left.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...errors import ApiError, HelpdeskError
from .parsing import ParsedMail, parse_mail

if TYPE_CHECKING:
    from ... import Helpdesk
    from ...models.mail_receiving import EmailDecision, EmailWork

logger = logging.getLogger("helpdesk_sdk")

MAIL_BYTES_MAX = 40 * 1024 * 1024
"""Bytes of a mail that are received: the limit of the bucket ``helpdesk-emails``."""

_LEASED = 10
# The largest mail needs seconds.
_LEASE_SECONDS = 300


@dataclass(frozen=True)
class ReceivedMail:
    """What became of a mail that was received."""

    inbound_id: str
    """The mail's id."""
    is_new: bool
    """False if these bytes came with this envelope before; it is decided on once."""
    decision: EmailDecision
    """What became of it."""
    files: int
    """How many of its files were uploaded."""


@dataclass
class WorkReport:
    """What became of the mails with work left."""

    done: int = 0
    """Mails that were finished."""
    retry: int = 0
    """Mails that are tried again later."""
    failed: int = 0
    """Mails that could not be taken."""
    deleted: int = 0
    """Mails whose text was redacted, and whose bytes were deleted."""


def receive_mail(
    hd: Helpdesk, raw: bytes, *, to: Sequence[str] = (), sender: str = "", source: str = "raw"
) -> ReceivedMail:
    """Receive a mail: from its bytes to what became of it. Repeat it after a failure; nothing is taken twice.

    Args:
        hd: A client with the secret key.
        raw: The mail as it came.
        to: Who receives it by the envelope; empty: To and Cc of the mail count.
        sender: The sender by the envelope.
        source: How it came, e.g. ``imap``; up to 50 characters.

    Raises:
        ForbiddenError: The client has no secret key.
        HelpdeskError: The helpdesk cannot be reached. If the bytes were stored, a worker finishes the mail.
    """
    arrival = hd.mail.receiving.begin(raw, to=to, sender=sender, source=source)
    parsed, decision = _decide(hd, str(arrival.inbound_id), raw, {"from": sender, "to": list(to)})
    brought = _place(hd, str(arrival.inbound_id), parsed)
    return ReceivedMail(str(arrival.inbound_id), arrival.is_new, decision, brought)


def finish_waiting(hd: Helpdesk, *, is_stopping: Callable[[], bool] = lambda: False) -> WorkReport:
    """Finish the mails that nobody has finished: large ones, those of a receiver that crashed, winmail.dat, and files.

    Also deletes the bytes of mails whose text was redacted.

    Args:
        hd: A client with the secret key.
        is_stopping: Asked before each mail; when true, the others are left to the next round.

    Returns:
        How many mails were finished, and what became of the others.

    Raises:
        ForbiddenError: The client has no secret key.
        HelpdeskError: The helpdesk cannot be reached.
    """
    report = WorkReport()
    while not is_stopping():
        leased = hd.mail.receiving.lease(max_rows=_LEASED, lease_seconds=_LEASE_SECONDS)
        if not leased:
            break
        for work in leased:
            if is_stopping():
                return report
            _finish(hd, work, report)
    while not is_stopping() and (deleted := hd.mail.receiving.delete_redacted()):
        report.deleted += deleted
    return report


def _finish(hd: Helpdesk, work: EmailWork, report: WorkReport) -> None:
    """One mail. What is wrong with it keeps no other from being finished."""
    try:
        problem, is_final = _finished(hd, work), True
    except ApiError as error:
        if error.is_transient:
            raise
        problem, is_final = error.message, False
    except HelpdeskError:
        # Nobody answers: the lease ends by itself.
        raise
    except Exception as error:
        # A mistake in the parser must not stop the others, and a later version may not have it.
        logger.exception("the mail %s cannot be read", work.inbound_id)
        problem, is_final = f"It cannot be read: {type(error).__name__}", False
    if problem is None:
        report.done += 1
    elif hd.mail.receiving.postpone(work.inbound_id, problem, is_final=is_final) == "failed":
        report.failed += 1
    else:
        report.retry += 1


def _finished(hd: Helpdesk, work: EmailWork) -> str | None:
    """Why a mail cannot be finished at all; None when it is."""
    if work.size > MAIL_BYTES_MAX:
        return f"It is larger than {MAIL_BYTES_MAX // 1024 // 1024} MB"
    raw = hd.mail.receiving.raw(work.raw_key)
    if raw is None:
        return "Its bytes are not in Storage"
    if work.outcome is None:
        parsed, _ = _decide(hd, str(work.inbound_id), raw, work.envelope)
    else:
        parsed = parse_mail(raw, envelope=work.envelope)
    _place(hd, str(work.inbound_id), parsed)
    return None


def _decide(hd: Helpdesk, inbound_id: str, raw: bytes, envelope: dict[str, Any]) -> tuple[ParsedMail, EmailDecision]:
    parsed = parse_mail(raw[:MAIL_BYTES_MAX], envelope=envelope)
    return parsed, hd.mail.receiving.ingest(inbound_id, parsed.json)


def _place(hd: Helpdesk, inbound_id: str, parsed: ParsedMail) -> int:
    """Upload the files of the mail that the desk takes; how many there were."""
    if not parsed.files:
        return 0
    contents = {file.part: file.content for file in parsed.files}
    placed = hd.mail.receiving.place_files(inbound_id, [file.json() for file in parsed.files])
    for file in placed:
        if file.part in contents:
            hd.mail.receiving.bring_file(file, contents[file.part]())
    hd.mail.receiving.finish_files(inbound_id, packages_opened=True)
    return len(placed)
