"""References to mails, and how mails are listed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from ... import _validation as check
from ..._http.flow import Flow, Page
from ..._http.keyset import Keyset, keyset_page
from ..._http.resource import Resource
from ...models.mail import InboundEmail

InboundEmailRef = InboundEmail | UUID | str
"""A mail that arrived: an InboundEmail, or its id."""

_NEWEST = Keyset("received_at", "inbound_id", descending=True)
# Text and evidence of a mail may be large: a list goes without them.
_TICKET = "ticket:tickets(number,title,status)"
_COLUMNS = tuple(name for name in InboundEmail.model_fields if name != "ticket")
_LISTED = (*(name for name in _COLUMNS if name not in ("body", "evidence")), _TICKET)


def email_key(email: InboundEmailRef) -> UUID:
    """The id of a mail."""
    if isinstance(email, InboundEmail):
        return email.inbound_id
    return check.identifier("email", email, "a mail's id, or an InboundEmail")


def find_email(resource: Resource[Any], email_id: UUID) -> Flow[InboundEmail | None]:
    """A mail with its text, its evidence and its ticket; None when the caller may not see it."""
    query = resource._rest.from_("inbound_emails").select(*_COLUMNS, _TICKET).eq("inbound_id", email_id)
    return (yield from resource._first_row(resource._read(query), InboundEmail))


def emails_page(resource: Resource[Any], narrowed: Callable[[Any], Any], size: int) -> Flow[Page[InboundEmail]]:
    """Mails that arrived, newest first; ``narrowed`` adds the filters to the query."""
    emails = resource._rest.from_("inbound_emails")
    return keyset_page(resource._read, lambda: narrowed(emails.select(*_LISTED)), InboundEmail, _NEWEST, size)
