"""Tickets to a Discord channel, or to Teams by its workflow URL: a webhook of the helpdesk whose receiver writes there.

pip install helpdesk-sdk; set HELPDESK_WEBHOOK_SECRET and DISCORD_WEBHOOK_URL, then run this behind HTTPS.
"""

from __future__ import annotations

import json
import os
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

from helpdesk_sdk.webhooks import ReceivedEvent, WebhookVerificationError, verify_webhook


def message(event: ReceivedEvent) -> dict[str, object]:
    """What Discord is sent; `allowed_mentions` keeps titles from calling anybody."""
    data = event.data
    # A test is about no ticket.
    ticket = f"#{data['ticket_number']} " if data.get("ticket_number") else ""
    text = f"{ticket}{event.type}: {data['data'].get('title', '')}".removesuffix(": ")
    return {"content": text[:1900], "allowed_mentions": {"parse": []}}


class Receiver(BaseHTTPRequestHandler):
    """Answers the helpdesk: 204 once Discord has it, 400 for what is not signed, 502 to be asked again later."""

    def do_POST(self) -> None:
        """Verify, and pass it on."""
        length = self.headers.get("content-length", "")
        body = self.rfile.read(min(int(length), 65_536) if length.isdecimal() else 0)
        try:
            event = verify_webhook(dict(self.headers), body, os.environ["HELPDESK_WEBHOOK_SECRET"])
        except WebhookVerificationError:
            self.send_response(400)
            self.end_headers()
            return
        request = urllib.request.Request(
            os.environ["DISCORD_WEBHOOK_URL"],
            json.dumps(message(event)).encode(),
            {"content-type": "application/json", "user-agent": "helpdesk"},
        )
        try:
            urllib.request.urlopen(request, timeout=10).close()
            self.send_response(204)
        except OSError:
            self.send_response(502)
        self.end_headers()


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", 8000), Receiver).serve_forever()
