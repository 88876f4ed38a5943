"""The query of a list of tickets: the relation that states its scope, its filters, its order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Page, Reply
from ..._http.keyset import Keyset, is_last, keyset_page
from ..._http.resource import Resource
from ...models.base import Model
from ...models.counts import TicketCount
from ...models.tickets import Priority, PriorityName, Status, StatusName, Ticket
from .._references import TeamRef, UserRef, fetch_me, find_team_id_to_read, find_user_id
from .fields import FieldFilters, ValueTicket, checked_filters, quoted, require_fields, value_keyset
from .revisions import WHOLE

Order = Literal["-created_at", "created_at", "-updated_at", "updated_at", "-number", "number", "priority", "-priority"]
Scope = Literal["mine", "team"]

_ORDERS = {
    "-created_at": Keyset("created_at", "ticket_id", descending=True),
    "created_at": Keyset("created_at", "ticket_id", descending=False),
    "-updated_at": Keyset("updated_at", "ticket_id", descending=True),
    "updated_at": Keyset("updated_at", "ticket_id", descending=False),
    "-number": Keyset("number", None, descending=True),
    "number": Keyset("number", None, descending=False),
    "priority": Keyset("created_at", "ticket_id", descending=False, group="priority_rank"),
    "-priority": Keyset("created_at", "ticket_id", descending=True, group="priority_rank"),
}
# The views have a column of tags.
_OF_A_VIEW = ("*", "staff_fields:ticket_staff_fields(staff_fields)")
_BY_FIELD = {"my_tickets": "my_field_tickets", "team_tickets": "team_field_tickets", "tickets": "team_field_tickets"}

Filter = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class TicketQuery:
    """A list of tickets: its arguments, checked. People and teams are not looked up yet."""

    filters: tuple[Filter, ...]
    team: TeamRef | None
    assigned_to: UserRef | None
    requester: UserRef | None
    tag: str | None
    fields: FieldFilters
    scope: Scope | None
    keyset: Keyset | None
    """The order; None for the order by a custom field, whose type is not known yet."""
    order_field: str | None
    descending: bool
    size: int

    def relation(self, role: str) -> str:
        """The relation to read. An OR of "mine" and "my teams'" would cost a scan, so each has one scope."""
        if self.tag is not None:
            return "tagged_tickets"
        if role == "system":
            return "tickets"
        if self.scope is not None:
            return {"mine": "my_tickets", "team": "team_tickets"}[self.scope]
        if self.assigned_to not in (None, "nobody") or any(column == "external_id" for column, _, _ in self.filters):
            # An assignee may have tickets of other teams too; the filter itself is the scope.
            return "tickets"
        return "team_tickets" if role in {"agent", "admin"} and self.requester != "me" else "my_tickets"

    @property
    def needs_role(self) -> bool:
        """Whether the relation depends on the caller's role."""
        return self.relation("agent") != self.relation("customer")


def ticket_query(
    *,
    status: Status | StatusName | Sequence[Status | StatusName] | None,
    priority: Priority | PriorityName | Sequence[Priority | PriorityName] | None,
    team: TeamRef | None,
    assigned_to: UserRef | None,
    requester: UserRef | None,
    tag: str | None,
    external_id: str | None,
    moments: dict[str, datetime | None],
    scope: str | None,
    order: str,
    page_size: int,
    fields: object = None,
) -> TicketQuery:
    """Check the arguments of ``tickets.list``."""
    filters: list[Filter] = []
    if status is not None:
        filters.append(_among("status", check.choices("status", status, Status)))
    if priority is not None:
        filters.append(_among("priority", check.choices("priority", priority, Priority)))
    if external_id is not None:
        filters.append(("external_id", "eq", check.text("external_id", external_id, 1, limits.EXTERNAL_ID_MAX)))
    for name, value in moments.items():
        if value is not None:
            column, _, side = name.rpartition("_")
            filters.append((f"{column}_at", "gte" if side == "after" else "lt", check.timestamp(name, value)))
    order_field = _order_field(order)
    if order_field is None and order not in _ORDERS:
        raise check.invalid("order", f"must be one of {', '.join(_ORDERS)}, fields.KEY, -fields.KEY")
    if order_field is not None and (tag, assigned_to, external_id) != (None, None, None):
        raise check.invalid("order", "by a custom field cannot go with tag, assigned_to or external_id")
    if scope not in {None, "mine", "team"}:
        raise check.invalid("scope", "must be mine or team")
    if tag is not None and scope == "mine":
        raise check.invalid("tag", "is for staff: it cannot go with scope mine")
    return TicketQuery(
        filters=tuple(filters),
        team=team,
        assigned_to=assigned_to,
        requester=requester,
        tag=None if tag is None else check.tags("tag", [tag])[0],
        fields=checked_filters(fields),
        scope=scope,  # type: ignore[arg-type]
        keyset=None if order_field is not None else _ORDERS[order],
        order_field=order_field,
        descending=order.startswith("-"),
        size=check.integer("page_size", page_size, 1, limits.PAGE_MAX),
    )


def _order_field(order: object) -> str | None:
    """The key of the custom field to order by; None for another order."""
    if not isinstance(order, str):
        raise check.invalid("order", "must be text")
    bare = order.removeprefix("-")
    key = bare.removeprefix("fields.")
    return None if key == bare else check.text("order", key, 1, limits.FIELD_KEY_MAX)


def _among(column: str, values: Sequence[str]) -> Filter:
    return (column, "eq", values[0]) if len(values) == 1 else (column, "in", f"({','.join(values)})")


@dataclass(frozen=True, slots=True)
class _Found:
    """What to read: people, teams and custom fields are looked up."""

    relation: str
    filters: list[Filter]
    embeds: tuple[str, ...]

    def of(self, resource: Resource[Any], *columns: str) -> Any:
        """The query for these columns."""
        query = resource._rest.from_(self.relation).select(*columns, *self.embeds)
        for column, operator, value in self.filters:
            query = query.filter(column, operator, value)
        return query


def first_page(resource: Resource[Any], asked: TicketQuery) -> Flow[Page[Ticket]]:
    """The first page. It looks up people, teams and the role once, for the following pages too."""
    keyset = asked.keyset
    if keyset is None:
        keyset = yield from value_keyset(resource, asked.order_field or "", asked.descending)
    found = yield from _resolved(resource, asked)
    if keyset.group == "number_value":
        # As the index of numbers has it.
        found.filters.append(("number_value", "not.is", "null"))
    columns = WHOLE if found.relation == "tickets" else _OF_A_VIEW
    kind: type[Ticket] = Ticket if asked.order_field is None else ValueTicket
    page = yield from keyset_page(resource._read, lambda: found.of(resource, *columns), kind, keyset, asked.size)
    if not page.items:
        yield from require_fields(resource, (key for key, _ in asked.fields))
    return page


def count(resource: Resource[Any], asked: TicketQuery) -> Flow[TicketCount]:
    """How many tickets there are, up to COUNT_MAX. A project may send fewer rows than requested: then it asks again."""
    asked_of = yield from _resolved(resource, asked)
    found, wanted = 0, limits.COUNT_MAX + 1
    while found < wanted:
        query = asked_of.of(resource, "number")
        # Without an order: how many rows are behind the first ones does not depend on it.
        reply: Reply = yield resource._read(query.limit(wanted - found).offset(found))
        rows = reply.rows(_Number)
        found += len(rows)
        if is_last(rows, wanted):
            break
    if not found:
        yield from require_fields(resource, (key for key, _ in asked.fields))
    return TicketCount(value=min(found, limits.COUNT_MAX), capped=found > limits.COUNT_MAX)


class _Number(Model):
    number: int


def _resolved(resource: Resource[Any], asked: TicketQuery) -> Flow[_Found]:
    """The relation to read and its filters, with the ids of people and teams."""
    filters = list(asked.filters)
    if asked.team is not None:
        filters.append(("team_id", "eq", str((yield from find_team_id_to_read(resource, "team", asked.team)))))
    if asked.assigned_to == "nobody":
        filters.append(("assigned_to", "is", "null"))
    elif asked.assigned_to is not None:
        filters.append(("assigned_to", "eq", str((yield from _person(resource, "assigned_to", asked.assigned_to)))))
    if asked.tag is not None:
        filters.append(("tag", "eq", asked.tag))
    role = "system" if resource._session_store.is_system else "agent"
    if role != "system" and asked.needs_role:
        role = (yield from fetch_me(resource)).role
    relation = asked.relation(role)
    # The view my_tickets has the tickets of one requester: the caller.
    if asked.requester is not None and not (asked.requester == "me" and relation == "my_tickets"):
        filters.append(("created_by", "eq", str((yield from _person(resource, "requester", asked.requester)))))
    relation, further = _by_field(asked, role, relation, filters)
    embeds = []
    for place, (key, texts) in enumerate(further):
        embeds.append(f"f{place}:ticket_field_values!inner(field_key)")
        filters += [(f"f{place}.field_key", "eq", key), (f"f{place}.text_value", "in", quoted(texts))]
    return _Found(relation, filters, tuple(embeds))


def _by_field(asked: TicketQuery, role: str, relation: str, filters: list[Filter]) -> tuple[str, FieldFilters]:
    """The relation that has a row for each value, where it can serve; and the filters that are left."""
    key, further = asked.order_field, asked.fields
    if relation not in _BY_FIELD or (relation == "tickets" and role != "system"):
        return relation, further
    if key is None and further and len(further[0][1]) == 1:
        # With several values, a ticket would have a row for each option of a multi_select that matches.
        key, texts = further[0]
        filters.append(("text_value", "eq", texts[0]))
        further = further[1:]
    if key is None:
        return relation, further
    filters.append(("field_key", "eq", key))
    return _BY_FIELD[relation], further


def _person(resource: Resource[Any], field: str, user: UserRef) -> Flow[UUID]:
    return (yield from find_user_id(resource, field, user))
