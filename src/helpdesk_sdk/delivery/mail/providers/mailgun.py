"""Mailgun: https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages."""

from __future__ import annotations

from typing import Any

import httpx

from ..composing import compose
from ..payload import OutgoingMail
from ..results import MailResult
from .base import Answer, HttpTransport, fields, text_of


class MailgunTransport(HttpTransport):
    """Sends through Mailgun, which receives the finished bytes."""

    name = "mailgun"

    def __init__(self, key: str, domain: str, *, url: str = "https://api.mailgun.net", **options: Any):
        """Make it; nothing is sent.

        Args:
            key: The API key.
            domain: The sending domain.
            url: The address of the API; in Europe ``https://api.eu.mailgun.net``.
            options: As of every HTTP transport.
        """
        super().__init__(**options)
        self._auth, self._url = httpx.BasicAuth("api", key), f"{url}/v3/{domain}/messages.mime"

    def _request(self, mail: OutgoingMail) -> httpx.Request:
        data = {"to": mail.recipients, "o:tracking": "no"}
        files = {"message": ("message.eml", compose(mail), "message/rfc822")}
        request = self._http.build_request("POST", self._url, data=data, files=files)
        return next(self._auth.auth_flow(request))

    def _accepted(self, answer: Answer) -> MailResult:
        found = text_of(fields(answer.body).get("id"))
        return answer.result("done", stamped_id=found if found and found.startswith("<") else None, provider_id=found)
