"""Checks: what a program with the secret key needs to check files. ``helpdesk worker`` is such a program."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from .. import _validation as check
from .._http.flow import Flow, Reply, Request
from .._http.resource import Driver, Resource, call
from .._http.transfers import Target
from ..models.attachments import Attachment
from ._references import attachment_key
from ._uploads import object_path

_LEASE_MAX = 100
_SECONDS_MAX = 3600


class Checks(Resource[Driver]):
    """``hd.checks``: for programs with the secret key that check files. A file is leased, read, and settled."""

    @call
    def lease(
        self, *, max_rows: int = 10, lease_seconds: int = 120, attachment: Attachment | UUID | None = None
    ) -> Flow[tuple[Attachment, ...]]:
        """Files that wait for their check, oldest first; no other checker receives them meanwhile.

        Args:
            max_rows: How many at most, 1 to 100.
            lease_seconds: How long nobody else receives them, 1 to 3600 seconds.
            attachment: Only this file; None for any.

        Raises:
            ForbiddenError: The client has no secret key.
        """
        arguments = {
            "max_rows": check.integer("max_rows", max_rows, 1, _LEASE_MAX),
            "lease_seconds": check.integer("lease_seconds", lease_seconds, 1, _SECONDS_MAX),
        }
        if attachment is not None:
            arguments["attachment_id"] = attachment_key(attachment)  # type: ignore[assignment]
        reply: Reply = yield self._rpc_write("lease_attachments", arguments)
        return tuple(reply.rows(Attachment))

    @call
    def receive(self, attachment: Attachment, target: Target) -> Flow[None]:
        """The bytes of a leased file, a piece at a time.

        Args:
            attachment: The file.
            target: Receives the bytes; each attempt begins with ``begin()``.

        Raises:
            NotFoundError: Storage does not have the file.
        """
        http = self._platform("GET", f"/storage/v1/object/authenticated/{object_path(attachment)}")
        yield Request(http, repeatable=True, write=False, sink=target)

    @call
    def settle(
        self,
        attachment: Attachment | UUID,
        state: Literal["clean", "rejected"],
        *,
        reason: str | None = None,
        sha256: str | None = None,
        size: int | None = None,
        engine: str | None = None,
    ) -> Flow[Attachment]:
        """End the check of a file. A clean file can be rejected later; a rejected file stays so.

        Args:
            attachment: The file: its id, or an Attachment.
            state: ``clean`` or ``rejected``.
            reason: Why it was rejected, at most 200 characters.
            sha256: The hash of the bytes that were read, in hexadecimal; needed for ``clean``.
            size: Their number; needed for ``clean``.
            engine: The virus scanner and its signatures.

        Raises:
            AttachmentNotFoundError: There is no such file.
            AttachmentNotReadyError: The file has not arrived.
            ForbiddenError: The client has no secret key.
            TicketNotFoundError: Never with the secret key.
        """
        arguments = {
            "attachment_id": attachment_key(attachment),
            "state": state,
            "reason": reason,
            "sha256": sha256,
            "size": size,
            "engine": engine,
        }
        return (yield from self._call_one(self._rpc_write("settle_attachment", arguments), Attachment))

    @call
    def postpone(self, attachment: Attachment | UUID, problem: str) -> Flow[None]:
        """The check could not be made: the file waits, longer after each attempt.

        Args:
            attachment: The file: its id, or an Attachment.
            problem: Why, for whoever looks into the database.

        Raises:
            ForbiddenError: The client has no secret key.
        """
        yield self._rpc_write("postpone_attachment", {"attachment_id": attachment_key(attachment), "problem": problem})
