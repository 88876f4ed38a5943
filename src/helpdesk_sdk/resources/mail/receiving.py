"""E-mail in, for programs with the secret key that receive it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from typing import Any

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Reply, Request
from ..._http.resource import Driver, call
from ..._http.transfers import FileBody, Sink
from ...errors import ConflictError, NotFoundError
from ...models.attachments import Attachment
from ...models.mail_receiving import EmailArrival, EmailDecision, EmailFile, EmailWork
from .._uploads import BUCKET as ATTACHMENTS
from ._references import InboundEmailRef, email_key
from .mailboxes import MailboxReading

BUCKET = "helpdesk-emails"

_LEASE_MAX = 100
_SECONDS_MAX = 3_600


class Receiving(MailboxReading[Driver]):
    """``hd.mail.receiving``: the steps of a program that receives mail, with the secret key.

    ``helpdesk_sdk.delivery.mail.receiving.receive_mail()`` goes all of them.
    """

    @call
    def begin(self, raw: bytes, *, to: Sequence[str] = (), sender: str = "", source: str = "raw") -> Flow[EmailArrival]:
        """Store the bytes of a mail, and note that it arrived. The same bytes for the same recipients are one mail.

        Args:
            raw: The mail as it came.
            to: Who receives it by the envelope; empty: To and Cc of the mail count.
            sender: The sender by the envelope; empty if it is unknown, or has none, as a bounce.
            source: How it came, e.g. ``imap``; up to 50 characters.

        Raises:
            InvalidValueError: A value is too long.
            ForbiddenError: The client has no secret key.
        """
        self._require_system()
        digest = hashlib.sha256(raw).hexdigest()
        key = f"emails/{digest}.eml"
        body = FileBody(io.BytesIO(raw), len(raw))
        headers = {"Content-Type": "message/rfc822", "Cache-Control": "no-store"}
        http = self._platform("POST", f"/storage/v1/object/{BUCKET}/{key}", headers=headers, body=body)
        # A conflict: the same bytes are there.
        yield Request(http, repeatable=True, write=True, accepts=(ConflictError,))
        arguments = {
            "source": source,
            "raw_sha256": digest,
            "size": len(raw),
            "envelope": {"from": sender, "to": [check.text("to", one, 1, limits.EMAIL_MAX) for one in to]},
            "raw_key": key,
        }
        return (yield from self._call_one(self._rpc_write("receive_email", arguments), EmailArrival))

    @call
    def ingest(self, email: InboundEmailRef, mail: Mapping[str, Any]) -> Flow[EmailDecision]:
        """Have the helpdesk decide what becomes of a mail. It decides once: a repetition gives the same answer.

        Args:
            email: The mail's id.
            mail: What ``parse_mail()`` read.

        Raises:
            EmailNotFoundError: There is no such mail.
            ForbiddenError: The client has no secret key.
        """
        self._require_system()
        arguments = {"inbound_id": str(email_key(email)), "mail": dict(mail)}
        return (yield from self._call_one(self._rpc_write("ingest_email", arguments), EmailDecision))

    @call
    def place_files(
        self, email: InboundEmailRef, files: Sequence[Mapping[str, Any]] | None = None
    ) -> Flow[tuple[EmailFile, ...]]:
        """Make the files of a mail attachments, once it belongs to a ticket.

        Args:
            email: The mail's id.
            files: The files as the parsed mail lists them, with what was unpacked; None: those of the parsed mail.

        Returns:
            Those that are to be uploaded. The others are named on the ticket: the desk does not take them.

        Raises:
            EmailNotFoundError: There is no such mail.
            ForbiddenError: The client has no secret key.
        """
        self._require_system()
        given = None if files is None else [dict(file) for file in files]
        arguments = {"inbound_id": str(email_key(email)), "files": given}
        return (yield from self._call_one(self._rpc_write("place_email_files", arguments), tuple[EmailFile, ...]))

    @call
    def bring_file(self, file: EmailFile, data: bytes) -> Flow[None]:
        """Upload a file, and ask for its check. Where nobody answers, a worker checks it later.

        Args:
            file: The file, as ``place_files()`` gave it.
            data: Its bytes.

        Raises:
            AttachmentNotFoundError: There is no such attachment any more.
            AttachmentNotReadyError: Storage did not keep the file; repeat it.
            ForbiddenError: The client has no secret key.
        """
        self._require_system()
        headers = {"Content-Type": file.content_type, "Cache-Control": "no-store"}
        body = FileBody(io.BytesIO(data), len(data))
        http = self._platform("POST", f"/storage/v1/object/{ATTACHMENTS}/{file.key}", headers=headers, body=body)
        yield Request(http, repeatable=True, write=True, accepts=(ConflictError,))
        arguments = {"attachment_id": str(file.attachment_id)}
        yield from self._call_one(self._rpc_write("finish_attachment", arguments), Attachment)
        http = self._platform("POST", "/functions/v1/check-attachment", json=arguments)
        yield Request(http, repeatable=False, write=False, best_effort=True)

    @call
    def finish_files(self, email: InboundEmailRef, *, packages_opened: bool = False) -> Flow[bool]:
        """Note that a mail is finished, unless something is left to do for it.

        Args:
            email: The mail's id.
            packages_opened: Whether winmail.dat was unpacked, or cannot be. Otherwise a worker does it.

        Returns:
            Whether it is finished. Otherwise it stays with the mails that a worker leases.

        Raises:
            EmailNotFoundError: There is no such mail.
            ForbiddenError: The client has no secret key.
        """
        self._require_system()
        arguments = {
            "inbound_id": str(email_key(email)),
            "packages_opened": check.boolean("packages_opened", packages_opened),
        }
        return (yield from self._call_one(self._rpc_write("finish_email_files", arguments), bool))

    @call
    def raw(self, key: str) -> Flow[bytes | None]:
        """The bytes of a mail; None if Storage does not have them.

        Args:
            key: Where they are: ``raw_key`` of the mail.

        Raises:
            ForbiddenError: The client has no secret key.
        """
        self._require_system()
        content = io.BytesIO()
        http = self._platform("GET", f"/storage/v1/object/authenticated/{BUCKET}/{key}")
        sink = Sink(content, 0)
        reply: Reply = yield Request(http, repeatable=True, write=False, accepts=(NotFoundError,), sink=sink)
        return None if reply.error is not None else content.getvalue()

    @call
    def delete_redacted(self) -> Flow[int]:
        """Delete the bytes of mails whose text was redacted, a hundred at most.

        Returns:
            How many were deleted.

        Raises:
            ForbiddenError: The client has no secret key.
        """
        self._require_system()
        keys = yield from self._call_one(self._rpc_read("raw_emails_to_delete"), tuple[str, ...])
        if not keys:
            return 0
        http = self._platform("DELETE", f"/storage/v1/object/{BUCKET}", json={"prefixes": list(keys)})
        yield Request(http, repeatable=True, write=True)
        return (yield from self._call_one(self._rpc_write("raw_emails_deleted", {"raw_keys": list(keys)}), int))

    @call
    def lease(self, *, max_rows: int = 10, lease_seconds: int = 300) -> Flow[tuple[EmailWork, ...]]:
        """Mails with work left: not parsed, or their files are not placed. No other worker receives them meanwhile.

        Args:
            max_rows: How many at most, 1 to 100.
            lease_seconds: How long nobody else receives them, 1 to 3600 seconds.

        Raises:
            EmailNotFoundError: A mail was removed at that moment.
            ForbiddenError: The client has no secret key.
        """
        self._require_system()
        arguments = {
            "max_rows": check.integer("max_rows", max_rows, 1, _LEASE_MAX),
            "lease_seconds": check.integer("lease_seconds", lease_seconds, 1, _SECONDS_MAX),
        }
        request = self._rpc_write("lease_emails", arguments, repeatable=False)
        return (yield from self._call_one(request, tuple[EmailWork, ...]))

    @call
    def postpone(self, email: InboundEmailRef, problem: str, *, is_final: bool = False) -> Flow[str | None]:
        """Note that the work on a mail failed: it is due again later, 30 times at most.

        Args:
            email: The mail's id.
            problem: What went wrong; staff see it.
            is_final: Whether another attempt would fail too.

        Returns:
            The outcome of the mail: ``failed`` if it was never parsed, and there is no further attempt.

        Raises:
            EmailNotFoundError: There is no such mail.
            ForbiddenError: The client has no secret key.
        """
        self._require_system()
        arguments = {
            "inbound_id": str(email_key(email)),
            "problem": problem,
            "is_final": check.boolean("is_final", is_final),
        }
        request = self._rpc_write("postpone_email", arguments, repeatable=False)
        reply: Reply = yield request
        return reply.value(str | None)  # type: ignore[arg-type]

    @call
    def use_token(self, source: str, token: str, content_sha256: str) -> Flow[bool]:
        """Whether a token came with this mail and no other, for a provider that signs no content: the first one has it.

        Args:
            source: The provider, e.g. ``mailgun``; up to 50 characters.
            token: The token; up to 500 characters.
            content_sha256: The SHA-256 of the mail and of its envelope, in 64 hexadecimal digits.

        Raises:
            InvalidValueError: A value is empty, too long, or no hash.
            ForbiddenError: The client has no secret key.
        """
        self._require_system()
        arguments = {"source": source, "token": token, "content_sha256": content_sha256}
        return (yield from self._call_one(self._rpc_write("use_email_token", arguments), bool))
