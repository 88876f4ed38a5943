"""The addresses at which the helpdesk receives mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Page, Reply
from ..._http.keyset import Keyset, keyset_page
from ..._http.resource import Driver, Resource, call, paged
from ..._ids import new_id
from ..._sentinels import UNSET, Unset
from ...errors import ConflictError, EmailChannelNotFoundError, ForbiddenError, IdConflictError
from ...models.mail import EmailChannel, MailProvider, MailProviderName
from .._references import TeamRef, find_team_id

EmailChannelRef = EmailChannel | UUID | str
"""An address of the helpdesk: an EmailChannel, its id, or the address."""

_OLDEST = Keyset("created_at", "channel_id", descending=False)


class Channels(Resource[Driver]):
    """``hd.mail.channels``: the addresses at which the helpdesk receives mail. Staff read them, admins change them."""

    @paged
    def list(self, *, page_size: int = 100) -> Flow[Page[EmailChannel]]:
        """All addresses, oldest first. Customers see none.

        Args:
            page_size: Addresses per request, 1 to 1000.
        """
        size = check.integer("page_size", page_size, 1, limits.PAGE_MAX)
        channels = self._rest.from_("email_channels")
        return keyset_page(self._read, lambda: channels.select("*"), EmailChannel, _OLDEST, size)

    @call
    def get(self, channel: EmailChannelRef) -> Flow[EmailChannel]:
        """One address, as it is now.

        Args:
            channel: The address, its id, or an EmailChannel to read again.

        Raises:
            EmailChannelNotFoundError: There is no such address, or you are not staff.
        """
        column, key = _key(channel)
        query = self._rest.from_("email_channels").select("*").eq(column, key)
        found = yield from self._first_row(self._read(query), EmailChannel)
        if found is None:
            raise _no_such(channel)
        return found

    @call
    def create(
        self,
        address: str,
        *,
        name: str = "",
        team: TeamRef | None = None,
        provider: MailProvider | MailProviderName = "raw",
        reply_domain: str | None = None,
        trusted_authserv_ids: Iterable[str] = (),
        trusted_rewriters: Iterable[str] = (),
        trusted_forms: Iterable[str] = (),
        is_active: bool = True,
        id: UUID | None = None,
    ) -> Flow[EmailChannel]:
        """Admins: add an address at which the helpdesk receives mail.

        Args:
            address: The address, like ``support@acme.example``.
            name: The name that customers see beside it, up to 100 characters.
            team: The team that receives new tickets from it; None for the default team.
            provider: How its mails come in, e.g. ``postmark`` or ``imap``.
            reply_domain: The domain of reply addresses, if it is not the domain of the address.
            trusted_authserv_ids: The servers whose ``Authentication-Results`` are believed: those that only your own
                mail server can write. At most 50.
            trusted_rewriters: Domains of mailing lists whose ``X-Original-Sender`` is believed. At most 50.
            trusted_forms: Addresses of web forms, whose ``Reply-To`` is the author. At most 50.
            is_active: Whether it is in use.
            id: A UUID of your own. Repeating the call with the same id and content returns the same channel.

        Raises:
            InvalidValueError: A value is not valid; the message begins with its name.
            EmailTakenError: The address is a channel already.
            TeamNotFoundError: There is no such team.
            IdConflictError: The id belongs to another channel.
            ForbiddenError: You are not an admin.
            UnknownOutcomeError: No response came: repeat the call with ``id=error.id``.
        """
        channel_id = new_id() if id is None else check.identifier("id", id)
        row = _changes(
            address=address,
            name=name,
            provider=provider,
            reply_domain=reply_domain,
            trusted_authserv_ids=trusted_authserv_ids,
            trusted_rewriters=trusted_rewriters,
            trusted_forms=trusted_forms,
            is_active=is_active,
        )
        row["team_id"] = None if team is None else str((yield from find_team_id(self, "team", team)))
        query = self._rest.from_("email_channels").insert({"channel_id": str(channel_id), **row})
        reply: Reply = yield self._write(query, id=channel_id, accepts=(ConflictError,))
        if reply.error is None:
            return reply.rows(EmailChannel)[0]
        # It may be our own row, from an attempt whose response was lost.
        known = self._rest.from_("email_channels").select("*").eq("channel_id", channel_id)
        found = yield from self._first_row(self._read(known), EmailChannel)
        if found is None:
            raise reply.error
        if found.address != row["address"]:
            raise IdConflictError(status=409, code=reply.error.code, request_id=reply.error.request_id)
        return found

    @call
    def update(
        self,
        channel: EmailChannelRef,
        *,
        address: str | None = None,
        name: str | None = None,
        team: TeamRef | Unset | None = UNSET,
        provider: MailProvider | MailProviderName | None = None,
        reply_domain: str | Unset | None = UNSET,
        trusted_authserv_ids: Iterable[str] | None = None,
        trusted_rewriters: Iterable[str] | None = None,
        trusted_forms: Iterable[str] | None = None,
        is_active: bool | None = None,
    ) -> Flow[EmailChannel]:
        """Admins: change an address, or switch it off or on. None leaves a value as it is.

        Args:
            channel: The address, its id, or an EmailChannel.
            address: The new address.
            name: The new name.
            team: The team that receives new tickets; None for the default team.
            provider: How its mails come in.
            reply_domain: The domain of reply addresses; None for the domain of the address.
            trusted_authserv_ids: The servers whose ``Authentication-Results`` are believed, in place of the former.
            trusted_rewriters: The mailing lists that are believed, in place of the former.
            trusted_forms: The addresses of web forms, in place of the former.
            is_active: False switches it off, True on.

        Raises:
            InvalidValueError: A value is refused, or none is given.
            EmailTakenError: The new address is a channel already.
            TeamNotFoundError: There is no such team.
            EmailChannelNotFoundError: There is no such address, or you are not staff.
            ForbiddenError: You are not an admin.
        """
        given: dict[str, Any] = {
            "address": address,
            "name": name,
            "provider": provider,
            "trusted_authserv_ids": trusted_authserv_ids,
            "trusted_rewriters": trusted_rewriters,
            "trusted_forms": trusted_forms,
            "is_active": is_active,
        }
        given = {field: value for field, value in given.items() if value is not None}
        if not isinstance(reply_domain, Unset):
            given["reply_domain"] = reply_domain
        row = _changes(**given)
        if not row and isinstance(team, Unset):
            raise check.invalid("address", "or another value to change must be given")
        if not isinstance(team, Unset):
            row["team_id"] = None if team is None else str((yield from find_team_id(self, "team", team)))
        column, key = _key(channel)
        query = self._rest.from_("email_channels").update(row).eq(column, key)
        changed = yield from self._first_row(self._write(query), EmailChannel)
        if changed is None:
            raise (yield from self._why_not(channel))
        return changed

    @call
    def delete(self, channel: EmailChannelRef) -> Flow[None]:
        """Admins: remove an address. Its mails stay; later ones are treated as mails to no address of the helpdesk.

        Args:
            channel: The address, its id, or an EmailChannel.

        Raises:
            EmailChannelNotFoundError: There is no such address, or you are not staff.
            ForbiddenError: You are not an admin.
        """
        column, key = _key(channel)
        reply: Reply = yield self._write(self._rest.from_("email_channels").delete().eq(column, key))
        # After a repeated attempt it is removed, whichever attempt did it.
        if not reply.rows(EmailChannel) and reply.attempts == 1:
            raise (yield from self._why_not(channel))

    def _why_not(self, channel: EmailChannelRef) -> Flow[Exception]:
        column, key = _key(channel)
        query = self._rest.from_("email_channels").select("*").eq(column, key)
        if (yield from self._first_row(self._read(query), EmailChannel)) is None:
            return _no_such(channel)
        return ForbiddenError("Only admins change the addresses of the helpdesk", hint="Ask an admin.")


def _key(channel: EmailChannelRef) -> tuple[str, str]:
    """The column and the value by which a channel is found."""
    if isinstance(channel, EmailChannel):
        return "channel_id", str(channel.channel_id)
    if isinstance(channel, str) and "@" in channel:
        return "address", check.email("channel", channel)
    return "channel_id", str(check.identifier("channel", channel, "an address, its id, or an EmailChannel"))


def _no_such(channel: EmailChannelRef) -> EmailChannelNotFoundError:
    return EmailChannelNotFoundError(
        f"{_key(channel)[1]} is no address of this helpdesk, or it is not yours to see",
        hint="List the channels.",
    )


def _changes(**given: Any) -> dict[str, Any]:
    """The columns of a channel, checked."""
    row: dict[str, Any] = {}
    for field, value in given.items():
        if field == "address":
            row[field] = check.email(field, value)
        elif field == "name":
            row[field] = check.name(field, value, 0, limits.CHANNEL_NAME_MAX)
        elif field == "provider":
            row[field] = check.choice(field, value, MailProvider)
        elif field == "is_active":
            row[field] = check.boolean(field, value)
        elif field == "reply_domain":
            row[field] = None if value is None else check.text(field, value, 1, limits.DOMAIN_MAX).lower()
        else:
            row[field] = _several(field, value)
    return row


def _several(field: str, values: object) -> list[str]:
    if isinstance(values, str | Mapping) or not isinstance(values, Iterable):
        raise check.invalid(field, "must be a list of texts")
    found = [check.text(field, one, 1, limits.EMAIL_MAX).strip().lower() for one in values]
    if len(found) > limits.TRUSTED_MAX:
        raise check.invalid(field, f"must be at most {limits.TRUSTED_MAX}")
    return found
