"""Zendesk's search language, read into ours.

https://support.zendesk.com/hc/en-us/articles/4408886879258 describes it. Zenpy has keyword arguments for its
conditions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from helpdesk_sdk.resources.tickets.query import Order

from ._values import PRIORITIES, STATUSES, Values, ours
from .lib.api_objects import Group, User
from .lib.exception import ZenpyException

_TOKEN = re.compile(r'(-?)(?:([A-Za-z_][\w.]*)(:|<=|>=|<|>))?("[^"]*"|\S+)')
_SUFFIXES = {
    "_less_than": "<",
    "_greater_than": ">",
    "_before": "<",
    "_after": ">",
}
# Zendesk's name of a condition, ours.
_FIELDS = {
    "status": "status",
    "priority": "priority",
    "assignee": "assignee",
    "assignee_id": "assignee",
    "requester": "requester",
    "requester_id": "requester",
    "group": "team",
    "group_id": "team",
    "tags": "tag",
    "subject": "title",
    "description": "description",
    "created": "created",
    "created_at": "created",
    "updated": "updated",
    "updated_at": "updated",
    "solved": "resolved",
    "external_id": "external_id",
    "via": "channel",
    "id": "number",
}
_ORDERS: dict[str, tuple[Order, Order]] = {
    "created_at": ("created_at", "-created_at"),
    "created": ("created_at", "-created_at"),
    "updated_at": ("updated_at", "-updated_at"),
    "updated": ("updated_at", "-updated_at"),
    "priority": ("-priority", "priority"),
}


@dataclass(frozen=True)
class Condition:
    """One condition of a query."""

    name: str | None
    """Zendesk's name of the field; None for words."""
    operator: str
    """``:``, ``<``, ``<=``, ``>`` or ``>=``."""
    value: Any
    """The value, or a list of which the field has one."""
    is_negated: bool = False
    """Whether it must not hold."""


@dataclass(frozen=True)
class Search:
    """What a script searches for."""

    kind: Literal["ticket", "user"]
    """Tickets or people."""
    query: str
    """Our query, for tickets; the words, for people."""
    order: Order
    """The order of tickets."""
    roles: tuple[str, ...] = ()
    """The roles of people; none for all."""


def read(values: Values, args: tuple[Any, ...], options: Mapping[str, Any]) -> Search:
    """Our query for the arguments of Zenpy's ``search``.

    Args:
        values: Looks up people, teams and the keys of fields.
        args: The query text.
        options: The keyword arguments.

    Raises:
        ZenpyException: A condition has no counterpart here, or a value is not known.
    """
    conditions = [*_text_conditions(" ".join(str(arg) for arg in args)), *_keyword_conditions(options)]
    kind, order, descending, terms = "ticket", "created_at", True, []
    for condition in conditions:
        match condition.name:
            case "type":
                kind = str(condition.value)
            case "order_by" | "sort_by":
                order = str(condition.value)
            case "sort" | "sort_order":
                descending = str(condition.value) == "desc"
            case _:
                terms.append(condition)
    if kind == "user":
        if any(term.name not in (None, "email", "name", "role") or term.is_negated for term in terms):
            raise ZenpyException("search for users by name, email or role")
        words = " ".join(str(term.value).strip('"') for term in terms if term.name != "role")
        roles = tuple(str(role) for term in terms if term.name == "role" for role in _several(term.value))
        return Search("user", words, "-created_at", roles)
    if kind != "ticket":
        raise ZenpyException(f"type must be ticket or user, not {kind!r}")
    if order not in _ORDERS:
        raise ZenpyException(f"sort_by must be one of {', '.join(_ORDERS)}, not {order!r}")
    return Search("ticket", " ".join(_term(values, term) for term in terms), _ORDERS[order][descending])


def _text_conditions(text: str) -> Iterable[Condition]:
    for negated, name, operator, value in _TOKEN.findall(text):
        yield Condition(name or None, operator or ":", value if name == "" else value.strip('"'), bool(negated))


def _keyword_conditions(options: Mapping[str, Any]) -> Iterable[Condition]:
    for name, value in options.items():
        if name == "minus":
            yield from (Condition(None, ":", one, True) for one in _several(value))
            continue
        negated = name.startswith("minus_")
        field = name.removeprefix("minus_")
        if field.endswith("_between"):
            first, last = value
            field = field.removesuffix("_between")
            yield Condition(field, ">=", first, negated)
            yield Condition(field, "<=", last, negated)
            continue
        suffix = next((one for one in _SUFFIXES if field.endswith(one)), "")
        yield Condition(field.removesuffix(suffix), _SUFFIXES.get(suffix, ":"), value, negated)


def _term(values: Values, condition: Condition) -> str:
    """A condition in our language."""
    minus = "-" if condition.is_negated else ""
    if condition.name is None:
        return minus + (str(condition.value) if str(condition.value).startswith('"') else _quoted(str(condition.value)))
    field = _FIELDS.get(condition.name)
    if condition.name.startswith("custom_field_"):
        field = f"fields.{values.field_key(condition.name.removeprefix('custom_field_'))}"
    if field is None:
        raise ZenpyException(f"there is no condition {condition.name!r} here")
    if field == "status" and condition.operator != ":":
        return f"{minus}status:{','.join(_statuses(condition.operator, str(condition.value)))}"
    found = ",".join(_quoted(_value(values, field, one)) for one in _several(condition.value))
    return f"{minus}{field}{condition.operator}{found}"


def _value(values: Values, field: str, value: Any) -> str:
    """A value in our words."""
    match field:
        case "status":
            return ours("status", value, STATUSES)
        case "priority":
            return ours("priority", value, PRIORITIES)
        case "assignee" | "requester":
            return _person(values, value)
        case "team" if isinstance(value, Group):
            return str(value.id)
    return str(value.isoformat() if isinstance(value, (date, datetime)) else value)


def _statuses(operator: str, value: str) -> list[str]:
    names = list(STATUSES)
    ours("status", value, STATUSES)
    place = names.index(value.lower())
    after, at = operator.startswith(">"), operator.endswith("=")
    chosen = names[place + (not at) :] if after else names[: place + at]
    if not chosen:
        raise ZenpyException(f"no status is {'greater' if after else 'less'} than {value!r}")
    return list(dict.fromkeys(STATUSES[name] for name in chosen))


def _person(values: Values, value: Any) -> str:
    name = str(value.id if isinstance(value, User) else value)
    if name in ("me", "none") or "@" in name or _is_id(name):
        return name
    found = [user for user in values.hd.users.list() if user.name.casefold() == name.casefold()]
    if len(found) != 1:
        raise ZenpyException(f"{len(found) or 'no'} people have the name {name!r}: give an e-mail address or an id")
    return str(found[0].user_id)


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple, set)) else [value]


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[\w.@:+/-]+\*?", text) else '"' + text.replace('"', "") + '"'


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
