"""Send what waits in the outbox: lease, send, settle."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self

from .. import Helpdesk
from ..errors import ApiError, HelpdeskError, LeaseLostError, UnknownOutcomeError
from ..models.outbox import LeasedDelivery
from .sending import Attempt, Sender
from .slack import SlackSender

logger = logging.getLogger("helpdesk_sdk")

# More than one webhook has at once, so that a target that does not answer leaves room for the others.
_ABREAST = 100
# Many at a time are cheaper than a few.
_FREED = 25
_LEASE_SECONDS = 60
# While something is being sent: how often to look for more.
_LOOK_SECONDS = 0.25


class _Sends(Protocol):
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_: object) -> None: ...
    async def send(self, payload: Mapping[str, Any]) -> Attempt: ...


@dataclass
class DeliveryReport:
    """What became of the deliveries that waited."""

    done: int = 0
    """Deliveries that arrived."""
    retry: int = 0
    """Attempts that failed; the deliveries are sent again later, or have used all attempts."""
    refused: int = 0
    """Deliveries that failed for good."""
    gone: int = 0
    """Deliveries whose target answered 410: its webhook is switched off; or whose Slack channel is gone."""
    lost: int = 0
    """Attempts that were not settled: another sender had the delivery by then."""


def send_waiting(
    hd: Helpdesk,
    *,
    kind: Literal["webhook", "slack"] = "webhook",
    make_sender: Callable[[], _Sends] | None = None,
    is_stopping: Callable[[], bool] = lambda: False,
    is_interrupted: Callable[[], bool] = lambda: False,
) -> DeliveryReport:
    """Send the deliveries of a kind that are due, until none is left that nobody else has.

    Args:
        hd: A client with the secret key.
        kind: ``webhook``, or ``slack`` for messages to Slack.
        make_sender: What makes the sender; called within the event loop. None: the one for the kind.
        is_stopping: Asked before more is leased; when true, only what was begun is finished.
        is_interrupted: Asked all the time; when true, what was begun is left: its leases end by themselves.

    Returns:
        How many deliveries arrived, and what became of the others.

    Raises:
        ForbiddenError: The client has no secret key.
        HelpdeskError: The helpdesk cannot be reached.
    """
    make = make_sender or (Sender if kind == "webhook" else SlackSender)
    return asyncio.run(_Round(hd, kind, is_stopping, is_interrupted).carry_out(make))


class _Round:
    """One round of work, in an event loop of its own."""

    def __init__(
        self,
        hd: Helpdesk,
        kind: Literal["webhook", "slack"],
        is_stopping: Callable[[], bool],
        is_interrupted: Callable[[], bool],
    ) -> None:
        self._hd = hd
        self._kind: Literal["webhook", "slack"] = kind
        self._is_stopping = is_stopping
        self._is_interrupted = is_interrupted
        self._report = DeliveryReport()
        self._failure: HelpdeskError | None = None
        self._freed = 0
        self._look_at = 0.0

    async def carry_out(self, make_sender: Callable[[], _Sends]) -> DeliveryReport:
        running: set[asyncio.Task[None]] = set()
        async with make_sender() as sender:
            try:
                while not self._is_interrupted():
                    leased = await self._lease(len(running))
                    running |= {asyncio.create_task(self._deliver(sender, one)) for one in leased}
                    if not running:
                        break
                    done, running = await asyncio.wait(
                        running, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
                    )
                    self._freed += len(done)
                    for task in done:
                        task.result()
            finally:
                for task in running:
                    task.cancel()
                await asyncio.gather(*running, return_exceptions=True)
        if self._failure is not None:
            raise self._failure
        return self._report

    async def _lease(self, running: int) -> tuple[LeasedDelivery, ...]:
        """More deliveries, if it is time to look for them."""
        room = _ABREAST - running
        is_time = not running or self._freed >= _FREED or time.monotonic() >= self._look_at
        if self._failure is not None or room <= 0 or not is_time or self._is_stopping():
            return ()
        self._freed = 0
        try:
            return await asyncio.to_thread(
                self._hd.outbox.lease, self._kind, max_rows=room, lease_seconds=_LEASE_SECONDS
            )
        except HelpdeskError as error:
            # What was begun is finished first.
            self._failure = error
            return ()
        finally:
            self._look_at = time.monotonic() + _LOOK_SECONDS

    async def _deliver(self, sender: _Sends, delivery: LeasedDelivery) -> None:
        attempt = await sender.send(delivery.payload)
        try:
            await asyncio.to_thread(self._settle, delivery, attempt)
        except (LeaseLostError, UnknownOutcomeError):
            # Another sender has it, or it is settled and the answer was lost. The id is the same in each attempt.
            self._report.lost += 1
        except HelpdeskError as error:
            # Its lease ends by itself.
            logger.warning("the delivery %s could not be settled: %s", delivery.delivery_id, error.message)
            self._report.lost += 1
            if error.is_transient or not isinstance(error, ApiError):
                self._failure = error
        else:
            name = attempt.outcome
            setattr(self._report, name, getattr(self._report, name) + 1)

    def _settle(self, delivery: LeasedDelivery, attempt: Attempt) -> None:
        self._hd.outbox.settle(
            delivery,
            attempt.outcome,
            status=attempt.status,
            answer=attempt.answer,
            problem=attempt.problem,
            milliseconds=attempt.milliseconds,
            retry_after_seconds=attempt.retry_after_seconds,
            result=attempt.result,
        )
