"""Send the mails that wait in the outbox: lease, hand over, settle."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import asdict, dataclass
from queue import Empty, SimpleQueue
from typing import Literal

from .. import Helpdesk
from ..errors import (
    ApiError,
    AttachmentNotFoundError,
    ConfigurationError,
    HelpdeskError,
    LeaseLostError,
    UnknownOutcomeError,
)
from ..models.outbox import LeasedDelivery
from .mail import InvalidMailError, MailFile, MailResult, MailTransport, OutgoingMail
from .retry_after import LONGEST

logger = logging.getLogger("helpdesk_sdk")

# Each has a connection of its own; servers take a few of one sender at a time.
_ABREAST = 4
# Longer than a transport waits for the answers of one mail.
_LEASE_SECONDS = 600
_LOOK_SECONDS = 0.25
# What was sent is written down, also while the database is away for a moment.
_SETTLE_TRIES = 4
_SETTLE_PAUSE = 1.0


@dataclass
class MailReport:
    """What became of the mails that waited."""

    done: int = 0
    """Mails that a server has taken."""
    retry: int = 0
    """Attempts that failed; the mails are sent again later, or have used all attempts."""
    refused: int = 0
    """Mails that failed for good."""
    unknown: int = 0
    """Mails that may have been sent: the answer was lost. They are not sent again by themselves."""
    lost: int = 0
    """Attempts that were not settled: another sender had the mail by then, or the helpdesk did not answer."""


def send_waiting_mails(
    hd: Helpdesk,
    make_transport: Callable[[], MailTransport],
    *,
    is_stopping: Callable[[], bool] = lambda: False,
    is_interrupted: Callable[[], bool] = lambda: False,
) -> MailReport:
    """Send the mails that are due, until none is left that nobody else has.

    Args:
        hd: A client with the secret key.
        make_transport: What makes a transport; called for each of the few that send at the same time.
        is_stopping: Asked before more is leased; when true, only what was begun is finished.
        is_interrupted: Asked all the time; when true, what was begun is left: its leases end by themselves, and a mail
            that was being handed over then is unknown.

    Returns:
        How many mails were taken, and what became of the others.

    Raises:
        ForbiddenError: The client has no secret key.
        ConfigurationError: The transport cannot be made.
        HelpdeskError: The helpdesk cannot be reached.
    """
    return _Round(hd, make_transport).carry_out(is_stopping, is_interrupted)


class _Round:
    """One round of work, with a few threads."""

    def __init__(self, hd: Helpdesk, make_transport: Callable[[], MailTransport]) -> None:
        self._hd, self._make_transport = hd, make_transport
        self._idle: SimpleQueue[MailTransport] = SimpleQueue()
        self._counts = asdict(MailReport())
        self._failure: HelpdeskError | None = None

    def carry_out(self, is_stopping: Callable[[], bool], is_interrupted: Callable[[], bool]) -> MailReport:
        running: set[Future[str]] = set()
        try:
            while not is_interrupted():
                running |= {self._begun(one) for one in self._lease(_ABREAST - len(running), is_stopping)}
                if not running:
                    break
                done, running = wait(running, _LOOK_SECONDS, FIRST_COMPLETED)
                for future in done:
                    self._counts[future.result()] += 1
        finally:
            while True:
                try:
                    self._idle.get_nowait().close()
                except Empty:
                    break
        if self._failure is not None:
            raise self._failure
        return MailReport(**self._counts)

    def _lease(self, room: int, is_stopping: Callable[[], bool]) -> tuple[LeasedDelivery, ...]:
        if self._failure is not None or room <= 0 or is_stopping():
            return ()
        try:
            return self._hd.outbox.lease("email", max_rows=room, lease_seconds=_LEASE_SECONDS)
        except HelpdeskError as error:
            # What was begun is finished first.
            self._failure = error
            return ()

    def _begun(self, delivery: LeasedDelivery) -> Future[str]:
        """A mail in a thread of its own. A daemon: a program that ends does not wait for a mail server."""
        made: Future[str] = Future()

        def work() -> None:
            try:
                made.set_result(self._deliver(delivery))
            except BaseException as error:
                made.set_exception(error)

        threading.Thread(target=work, name="helpdesk-mail", daemon=True).start()
        return made

    def _deliver(self, delivery: LeasedDelivery) -> str:
        begun, handed_over = time.monotonic(), list[bool]()
        try:
            result = self._send(delivery, handed_over)
        except LeaseLostError:
            # Another sender has it. Nothing was handed over.
            return "lost"
        except InvalidMailError as error:
            result = MailResult("refused", error.message)
        except ConfigurationError as error:
            # Nor can the next ones be sent.
            self._failure = error
            result = MailResult("retry", error.message)
        except HelpdeskError as error:
            result = MailResult("retry", f"The helpdesk did not answer: {error.message}")
        except Exception as error:
            # One mail must not keep the others from being sent.
            logger.warning("the mail %s could not be sent: %s", delivery.target_id, type(error).__name__)
            outcome: Literal["unknown", "retry"] = "unknown" if handed_over else "retry"
            result = MailResult(outcome, f"It could not be sent: {type(error).__name__}")
        return self._settled(delivery, result, int((time.monotonic() - begun) * 1000))

    def _send(self, delivery: LeasedDelivery, handed_over: list[bool]) -> MailResult:
        mail = OutgoingMail.from_payload(delivery.payload, self._files(delivery))
        try:
            transport = self._idle.get_nowait()
        except Empty:
            transport = self._make_transport()

        def begins() -> None:
            self._hd.outbox.begin_sending(delivery)
            handed_over.append(True)

        try:
            return transport.send(mail, begins=begins)
        finally:
            self._idle.put(transport)

    def _files(self, delivery: LeasedDelivery) -> list[MailFile]:
        found = []
        for file in delivery.payload.get("attachments") or ():
            try:
                content = self._hd.attachments.read(str(file["path"]).rpartition("/")[2])
            except AttachmentNotFoundError:
                # It was deleted since: the mail goes without it.
                continue
            found.append(MailFile(str(file["name"]), content, str(file["type"])))
        return found

    def _settled(self, delivery: LeasedDelivery, result: MailResult, milliseconds: int) -> str:
        learned = {"stamped_id": result.stamped_id, "provider_id": result.provider_id}
        for left in reversed(range(_SETTLE_TRIES)):
            try:
                self._hd.outbox.settle(
                    delivery,
                    result.outcome,
                    status=result.status,
                    answer=result.answer or None,
                    problem=result.problem or None,
                    milliseconds=milliseconds,
                    retry_after_seconds=None if result.retry_after is None else int(min(result.retry_after, LONGEST)),
                    result={name: value for name, value in learned.items() if value},
                )
                return result.outcome
            except LeaseLostError:
                # Settled by the try before, whose answer was lost; or the lease ended, and the mail is unknown.
                return "lost"
            except HelpdeskError as error:
                if not left or (isinstance(error, ApiError) and not error.is_transient):
                    logger.warning("the mail %s could not be settled: %s", delivery.target_id, error.message)
                    if not isinstance(error, UnknownOutcomeError):
                        self._failure = error
                    return "lost"
                time.sleep(_SETTLE_PAUSE)
        return "lost"
