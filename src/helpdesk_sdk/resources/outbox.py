"""The outbox: what is sent to the outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from .. import _limits as limits
from .. import _validation as check
from .._http.flow import Flow, Page, Reply
from .._http.keyset import Keyset, keyset_page
from .._http.resource import Driver, Resource, call, paged
from ..errors import DeliveryNotFoundError
from ..models.outbox import (
    Delivery,
    DeliveryAttempt,
    DeliveryClock,
    DeliveryKind,
    DeliveryKindName,
    DeliveryState,
    DeliveryStateName,
    LeasedDelivery,
    OutboxHealth,
)
from ._references import TicketRef, find_ticket_id

DeliveryRef = Delivery | LeasedDelivery | UUID | str
"""A delivery: a Delivery, or its id."""

_NEWEST = Keyset("sequence", "delivery_id", descending=True)
_OLDEST_ATTEMPT = Keyset("attempt_id", None, descending=False)
_LEASE_MAX = 500
_SECONDS_MAX = 3_600
_REPLAYED_MAX = 1_000


def delivery_key(delivery: DeliveryRef) -> UUID:
    """The id of a delivery."""
    if isinstance(delivery, Delivery | LeasedDelivery):
        return delivery.delivery_id
    return check.identifier("delivery", delivery, "a delivery's id, or a Delivery")


def deliveries_page(
    resource: Resource[Any], exact: Mapping[str, str], states: Sequence[str] | None, size: int
) -> Flow[Page[Delivery]]:
    """Deliveries with these values and in one of these states, newest first."""
    rest = resource._rest.from_("outbox")

    def query() -> Any:
        found = rest.select("*")
        for column, value in exact.items():
            found = found.eq(column, value)
        return found if states is None else found.in_("state", states)

    return keyset_page(resource._read, query, Delivery, _NEWEST, size)


class Outbox(Resource[Driver]):
    """``hd.outbox``: for admins, what is sent to the outside; for programs with the secret key, to send it."""

    @paged
    def list(
        self,
        *,
        kind: DeliveryKind | DeliveryKindName | None = None,
        state: DeliveryState | DeliveryStateName | Sequence[DeliveryState | DeliveryStateName] | None = None,
        ticket: TicketRef | None = None,
        page_size: int = 100,
    ) -> Flow[Page[Delivery]]:
        """Deliveries, newest first. People who are not admins see none.

        Args:
            kind: Only this kind: ``webhook``, ``email`` or ``slack``.
            state: Only those in this state, or one of these, e.g. ``dead``.
            ticket: Only those about this ticket: its number, its id, or a Ticket.
            page_size: Deliveries per request, 1 to 1000.

        Raises:
            TicketNotFoundError: There is no ticket with this number.
        """
        size = check.integer("page_size", page_size, 1, limits.PAGE_MAX)
        exact = {} if kind is None else {"kind": check.choice("kind", kind, DeliveryKind)}
        states = None if state is None else check.choices("state", state, DeliveryState)
        return self._about(ticket, exact, states, size)

    def _about(
        self, ticket: TicketRef | None, exact: dict[str, str], states: Sequence[str] | None, size: int
    ) -> Flow[Page[Delivery]]:
        if ticket is not None:
            exact["ticket_id"] = str((yield from find_ticket_id(self, ticket)))
        return (yield from deliveries_page(self, exact, states, size))

    @call
    def get(self, delivery: DeliveryRef) -> Flow[Delivery]:
        """One delivery, as it is now.

        Args:
            delivery: Its id, or a Delivery to read again.

        Raises:
            DeliveryNotFoundError: There is no such delivery, or you are not an admin.
        """
        query = self._rest.from_("outbox").select("*").eq("delivery_id", delivery_key(delivery))
        found = yield from self._first_row(self._read(query), Delivery)
        if found is None:
            raise DeliveryNotFoundError()
        return found

    @paged
    def attempts(self, delivery: DeliveryRef, *, page_size: int = 100) -> Flow[Page[DeliveryAttempt]]:
        """The attempts at a delivery, oldest first, for 30 days.

        Args:
            delivery: The delivery: its id, or a Delivery.
            page_size: Attempts per request, 1 to 1000.
        """
        size = check.integer("page_size", page_size, 1, limits.PAGE_MAX)
        key, rest = delivery_key(delivery), self._rest.from_("delivery_attempts")
        return keyset_page(
            self._read, lambda: rest.select("*").eq("delivery_id", key), DeliveryAttempt, _OLDEST_ATTEMPT, size
        )

    @call
    def health(self) -> Flow[OutboxHealth]:
        """Admins: what waits, for how long, and what ended badly.

        Raises:
            ForbiddenError: You are not an admin.
        """
        return (yield from self._call_one(self._rpc_read("outbox_health"), OutboxHealth))

    @call
    def replay(self, deliveries: Iterable[DeliveryRef] | None = None, *, dead: bool = False) -> Flow[int]:
        """Admins: send deliveries again, or all that are dead. Deliveries that wait for another attempt go at once.

        ``hd.webhooks.replay()`` sends the events of a time again.

        Args:
            deliveries: These deliveries, 1 to 1,000: ids, or Deliveries.
            dead: All dead deliveries instead.

        Returns:
            How many deliveries are queued. What is being sent now is left alone.

        Raises:
            InvalidValueError: Neither deliveries nor ``dead`` is given, or both.
            DeliveryNotFoundError: There is no such delivery.
            TooManyError: More than 10,000 are dead: replay those of each webhook.
            ForbiddenError: You are not an admin.
        """
        if check.boolean("dead", dead) == (deliveries is not None):
            raise check.invalid("deliveries", "or dead must be given, and not both")
        arguments: dict[str, Any] = {"dead": True}
        if deliveries is not None:
            keys = [str(delivery_key(one)) for one in deliveries]
            if not 1 <= len(keys) <= _REPLAYED_MAX:
                raise check.invalid("deliveries", f"must be 1 to {_REPLAYED_MAX} deliveries")
            arguments = {"delivery_ids": keys}
        return (yield from self._call_one(self._rpc_write("replay_deliveries", arguments), int))

    @call
    def schedule(self, is_on: bool = True) -> Flow[DeliveryClock]:
        """With the secret key: have the database wake the function ``deliver`` each ten seconds while something waits.

        It needs the extensions ``pg_cron`` and ``pg_net``. ``helpdesk worker`` sends without them.

        Args:
            is_on: False ends it.

        Returns:
            Whether it is scheduled, and which extensions there are.

        Raises:
            ForbiddenError: The client has no secret key.
        """
        url = self._driver.context.url if check.boolean("is_on", is_on) else None
        return (yield from self._call_one(self._rpc_write("set_delivery_clock", {"project_url": url}), DeliveryClock))

    @call
    def lease(
        self, kind: DeliveryKind | DeliveryKindName = "webhook", *, max_rows: int = 50, lease_seconds: int = 60
    ) -> Flow[tuple[LeasedDelivery, ...]]:
        """Deliveries to be sent now, with what to send; no other sender receives them meanwhile.

        Args:
            kind: ``webhook``, ``email`` or ``slack``.
            max_rows: How many at most, 1 to 500.
            lease_seconds: How long nobody else receives them, 1 to 3600 seconds.

        Raises:
            ForbiddenError: The client has no secret key.
            UnknownOutcomeError: No response came: what was leased comes again when the lease has run out.
        """
        arguments = {
            "kind": check.choice("kind", kind, DeliveryKind),
            "max_rows": check.integer("max_rows", max_rows, 1, _LEASE_MAX),
            "lease_seconds": check.integer("lease_seconds", lease_seconds, 1, _SECONDS_MAX),
        }
        reply: Reply = yield self._rpc_write("lease_deliveries", arguments, repeatable=False)
        return tuple(reply.rows(LeasedDelivery))

    @call
    def begin_sending(self, leased: LeasedDelivery) -> Flow[None]:
        """For mail, right before it is handed over: if the sender is lost after this, nobody sends it again.

        Args:
            leased: The delivery.

        Raises:
            LeaseLostError: Somebody else has the delivery by now.
            ForbiddenError: The client has no secret key.
        """
        arguments = {"delivery_id": leased.delivery_id, "lease": leased.lease}
        yield self._rpc_write("begin_sending", arguments)

    @call
    def settle(
        self,
        leased: LeasedDelivery,
        outcome: Literal["done", "retry", "refused", "gone", "unknown"],
        *,
        status: int | None = None,
        answer: str | None = None,
        problem: str | None = None,
        milliseconds: int | None = None,
        retry_after_seconds: int | None = None,
        result: Mapping[str, Any] | None = None,
    ) -> Flow[Delivery]:
        """How an attempt ended. Answer and problem are shown to admins: no secrets.

        Args:
            leased: The delivery.
            outcome: ``done``; ``retry``: it failed, and is sent again later; ``refused``: for good; ``gone``: the
                webhook is switched off; ``unknown``: a mail that may have been sent.
            status: The status of the answer.
            answer: The beginning of the answer; 1,000 characters are kept.
            problem: What went wrong.
            milliseconds: How long it took.
            retry_after_seconds: How long the target asks to wait.
            result: What else the sender learned, e.g. the id that a mail provider gave.

        Raises:
            LeaseLostError: Somebody else has the delivery by now.
            ForbiddenError: The client has no secret key.
            UnknownOutcomeError: No response came: it may be settled.
        """
        arguments = {
            "delivery_id": leased.delivery_id,
            "lease": leased.lease,
            "outcome": outcome,
            "status": status,
            "answer": answer,
            "problem": problem,
            "milliseconds": milliseconds,
            "retry_after_seconds": retry_after_seconds,
            "result": None if result is None else check.json_object("result", result),
        }
        return (yield from self._call_one(self._rpc_write("settle_delivery", arguments, repeatable=False), Delivery))
