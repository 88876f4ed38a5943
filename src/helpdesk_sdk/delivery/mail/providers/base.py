"""What the HTTP APIs of mail providers have in common."""

from __future__ import annotations

import base64
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx

from ...retry_after import retry_after_seconds
from ..composing import body_text, checked_file
from ..payload import Mailbox, OutgoingMail
from ..results import MailResult, Outcome, nothing_to_do

_ANSWER_BYTES_MAX = 64_000
# Not the mail is to blame: the key, the domain or the payment, which a person mends, or too much at once.
_NOT_THE_MAIL = {401, 402, 403, 404, 405, 407, 408, 425, 429}
# A gateway lost the answer: the provider may have the mail.
_LOST = {502, 504}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider answered: status, headers, and the beginning of the body."""

    status: int
    headers: httpx.Headers
    body: bytes

    def result(self, outcome: Outcome, **values: Any) -> MailResult:
        """A result with this answer."""
        return MailResult(outcome, status=self.status, answer=self.body.decode("utf-8", "replace"), **values)


class HttpTransport(ABC):
    """Sends through the HTTP API of a provider."""

    name: str
    is_idempotent = False
    """Whether the provider itself sends a mail of one Message-ID only once."""

    def __init__(self, *, timeout: float = 60.0, http: httpx.Client | None = None) -> None:
        """Make it; nothing is sent.

        Args:
            timeout: Seconds for each part of an exchange.
            http: A client to use instead of one of its own.
        """
        self._http = http or httpx.Client(timeout=timeout, follow_redirects=False)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(self, mail: OutgoingMail, *, begins: Callable[[], None] = nothing_to_do) -> MailResult:
        """Send a mail.

        Args:
            mail: The mail.
            begins: Called just before the request. When it raises, nothing is sent.

        Raises:
            InvalidMailError: The mail cannot be written.
        """
        request = self._request(mail)
        begins()
        try:
            answer = self._exchange(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            return MailResult("retry", f"{self.name} does not answer: {type(error).__name__}")
        except httpx.HTTPError as error:
            # The text of the error may hold the address with a key.
            problem = f"{self.name} did not say whether it took the mail: {type(error).__name__}"
            return MailResult("retry" if self.is_idempotent else "unknown", problem)
        if not 200 <= answer.status < 300:
            return self._refused(answer)
        found = self._accepted(answer)
        return replace(found, stamped_id=None) if found.stamped_id == mail.message_id else found

    @abstractmethod
    def _request(self, mail: OutgoingMail) -> httpx.Request:
        """The request that sends the mail."""

    @abstractmethod
    def _accepted(self, answer: Answer) -> MailResult:
        """What an answer of 200 to 299 says."""

    def _is_final(self, answer: Answer) -> bool:
        """Whether a refusal is about this mail, and another try is of no use."""
        return 400 <= answer.status < 500 and answer.status not in _NOT_THE_MAIL

    def _refused(self, answer: Answer) -> MailResult:
        if answer.status in _LOST and not self.is_idempotent:
            problem = f"{self.name} answered {answer.status}, which does not say whether it took the mail"
            return answer.result("unknown", problem=problem)
        if self._is_final(answer):
            return answer.result("refused", problem=f"{self.name} refuses the mail")
        wait = retry_after_seconds(answer.headers.get("retry-after"))
        return answer.result("retry", problem=f"{self.name} does not take the mail now", retry_after=wait)

    def _exchange(self, request: httpx.Request) -> Answer:
        """The answer; of its body the beginning."""
        response = self._http.send(request, stream=True)
        body = bytearray()
        try:
            for piece in response.iter_bytes():
                body += piece
                if len(body) > _ANSWER_BYTES_MAX:
                    break
        except httpx.HTTPError:
            # The status has come, and it decides. An id in the body is lost.
            body.clear()
        finally:
            response.close()
        return Answer(response.status_code, response.headers, bytes(body[:_ANSWER_BYTES_MAX]))


def fields(body: bytes) -> Mapping[str, Any]:
    """The object in a body; an empty one if there is none.

    Args:
        body: The body of an answer.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def text_of(value: Any) -> str | None:
    """A text of an answer; None if it is none, or an empty one.

    Args:
        value: A field of an answer.
    """
    return value[:500] if isinstance(value, str) and value else None


def written(box: Mailbox) -> str:
    """A mailbox as a text that the provider parses.

    Args:
        box: The mailbox.
    """
    # Not escaped, as mail does: nobody knows which provider reads escapes.
    name = " ".join(box.name.translate({ord(c): " " for c in '"\\<>'}).split())
    return f'"{name}" <{box.address}>' if name else box.address


def encoded_files(mail: OutgoingMail) -> list[tuple[str, str, str, str | None]]:
    """The files: name, type, content in base64, content id.

    Args:
        mail: The mail.

    Raises:
        InvalidMailError: The id of a file is not allowed.
    """
    return [
        (file.file_name, file.content_type, base64.b64encode(file.content).decode(), file.content_id)
        for file in map(checked_file, mail.files)
    ]


def bodies(mail: OutgoingMail) -> tuple[str, str | None]:
    """The plain text and the HTML.

    Args:
        mail: The mail.
    """
    return body_text(mail.text), None if mail.html is None else body_text(mail.html)
