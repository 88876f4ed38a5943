"""Postmark: https://postmarkapp.com/developer/api/email-api."""

from __future__ import annotations

from typing import Any

import httpx

from ..composing import extra_headers
from ..payload import OutgoingMail
from ..results import MailResult
from .base import Answer, HttpTransport, bodies, encoded_files, fields, text_of, written

# Codes of an answer 422 that blame the account: token, signature, credit, approval.
_ACCOUNT_CODES = {10, 100, 400, 401, 405, 412, 413, 429}


class PostmarkTransport(HttpTransport):
    """Sends through Postmark."""

    name = "postmark"

    def __init__(
        self, token: str, *, stream: str = "outbound", url: str = "https://api.postmarkapp.com", **options: Any
    ):
        """Make it; nothing is sent.

        Args:
            token: The token of the server.
            stream: The message stream.
            url: The address of the API.
            options: As of every HTTP transport.
        """
        super().__init__(**options)
        self._token, self._stream, self._url = token, stream, f"{url}/email"

    def _request(self, mail: OutgoingMail) -> httpx.Request:
        text, html = bodies(mail)
        body: dict[str, Any] = {
            "From": written(mail.sender),
            "To": ", ".join(map(written, mail.to)),
            "Subject": mail.subject,
            "TextBody": text,
            "MessageStream": self._stream,
            "TrackOpens": False,
            "TrackLinks": "None",
            # Without the first header, Postmark replaces Message-ID.
            "Headers": [
                {"Name": name, "Value": value} for name, value in {"X-PM-KeepID": "true", **extra_headers(mail)}.items()
            ],
            "Attachments": [
                {"Name": name, "ContentType": kind, "Content": content} | ({"ContentID": f"cid:{cid}"} if cid else {})
                for name, kind, content, cid in encoded_files(mail)
            ],
        }
        if html is not None:
            body["HtmlBody"] = html
        if mail.cc:
            body["Cc"] = ", ".join(map(written, mail.cc))
        if mail.reply_to:
            body["ReplyTo"] = written(mail.reply_to)
        headers = {"x-postmark-server-token": self._token, "accept": "application/json"}
        return self._http.build_request("POST", self._url, json=body, headers=headers)

    def _accepted(self, answer: Answer) -> MailResult:
        found = fields(answer.body)
        return answer.result("done", provider_id=text_of(found.get("MessageID")))

    def _is_final(self, answer: Answer) -> bool:
        return super()._is_final(answer) and fields(answer.body).get("ErrorCode") not in _ACCOUNT_CODES
