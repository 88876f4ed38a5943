"""Resend: https://resend.com/docs/api-reference/emails/send-email."""

from __future__ import annotations

from typing import Any

import httpx

from ..composing import extra_headers
from ..payload import OutgoingMail
from ..results import MailResult
from .base import Answer, HttpTransport, bodies, encoded_files, fields, text_of, written

# The same mail is under way, or the key is not valid, which comes as 400 too.
_PASSING = {"concurrent_idempotent_requests", "invalid_api_key", "missing_api_key", "restricted_api_key"}


class ResendTransport(HttpTransport):
    """Sends through Resend, which accepts a mail of one Message-ID once in 24 hours."""

    name = "resend"
    is_idempotent = True

    def __init__(self, key: str, *, url: str = "https://api.resend.com", **options: Any):
        """Make it; nothing is sent.

        Args:
            key: The API key.
            url: The address of the API.
            options: As of every HTTP transport.
        """
        super().__init__(**options)
        self._key, self._url = key, f"{url}/emails"

    def _request(self, mail: OutgoingMail) -> httpx.Request:
        text, html = bodies(mail)
        body: dict[str, Any] = {
            "from": written(mail.sender),
            "to": [written(box) for box in mail.to],
            "subject": mail.subject,
            "text": text,
            "headers": extra_headers(mail),
            "attachments": [
                {"filename": name, "content_type": kind, "content": content} | ({"content_id": cid} if cid else {})
                for name, kind, content, cid in encoded_files(mail)
            ],
        }
        if html is not None:
            body["html"] = html
        if mail.cc:
            body["cc"] = [written(box) for box in mail.cc]
        if mail.reply_to:
            body["reply_to"] = written(mail.reply_to)
        headers = {"authorization": f"Bearer {self._key}", "idempotency-key": mail.message_id[1:-1][:256]}
        return self._http.build_request("POST", self._url, json=body, headers=headers)

    def _accepted(self, answer: Answer) -> MailResult:
        # The id is Resend's own. Amazon SES, which sends for Resend, stamps another that the answer does not have.
        return answer.result("done", provider_id=text_of(fields(answer.body).get("id")))

    def _is_final(self, answer: Answer) -> bool:
        found = fields(answer.body)
        if found.get("name") in _PASSING or "API key" in str(found.get("message")):
            return False
        return super()._is_final(answer)
