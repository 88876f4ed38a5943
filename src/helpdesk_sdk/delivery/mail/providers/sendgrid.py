"""SendGrid: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send."""

from __future__ import annotations

from typing import Any

import httpx

from ..composing import extra_headers
from ..payload import Mailbox, OutgoingMail
from ..results import MailResult
from .base import Answer, HttpTransport, bodies, encoded_files, text_of


class SendgridTransport(HttpTransport):
    """Sends through SendGrid."""

    name = "sendgrid"

    def __init__(self, key: str, *, url: str = "https://api.sendgrid.com", **options: Any):
        """Make it; nothing is sent.

        Args:
            key: The API key.
            url: The address of the API; in Europe ``https://api.eu.sendgrid.com``.
            options: As of every HTTP transport.
        """
        super().__init__(**options)
        self._key, self._url = key, f"{url}/v3/mail/send"

    def _request(self, mail: OutgoingMail) -> httpx.Request:
        text, html = bodies(mail)
        recipients: dict[str, Any] = {"to": [_box(box) for box in mail.to]}
        if mail.cc:
            recipients["cc"] = [_box(box) for box in mail.cc]
        # SendGrid refuses an empty body.
        content = [{"type": "text/plain", "value": text or " "}]
        if html:
            content.append({"type": "text/html", "value": html})
        body: dict[str, Any] = {
            "personalizations": [recipients],
            "from": _box(mail.sender),
            "subject": mail.subject,
            "content": content,
            "headers": extra_headers(mail),
            "tracking_settings": {
                "click_tracking": {"enable": False, "enable_text": False},
                "open_tracking": {"enable": False},
            },
        }
        if mail.reply_to:
            body["reply_to"] = _box(mail.reply_to)
        files = [
            {"filename": name, "type": kind, "content": data, "disposition": "inline" if cid else "attachment"}
            | ({"content_id": cid} if cid else {})
            for name, kind, data, cid in encoded_files(mail)
        ]
        if files:
            body["attachments"] = files
        headers = {"authorization": f"Bearer {self._key}"}
        return self._http.build_request("POST", self._url, json=body, headers=headers)

    def _accepted(self, answer: Answer) -> MailResult:
        return answer.result("done", provider_id=text_of(answer.headers.get("x-message-id")))


def _box(box: Mailbox) -> dict[str, str]:
    return {"email": box.address} | ({"name": box.name} if box.name else {})
