"""A double of Slack: its Web API on loopback, which checks what it receives, and requests signed as Slack does."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx
from tests.block_kit import check_message, check_mrkdwn
from tests.sdk.webhook_receiver import Answer, Received, receiver

TOKEN = "xoxb-1234567890-abcdefghij"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
WORKSPACE = "T0123456789"
BOT = "U0BOT"
CHANNEL = "C0123456789"
Json = dict[str, Any]


@dataclass
class SlackDouble:
    """A workspace with its people, and what an app has written there."""

    url: str
    people: dict[str, Json] = field(default_factory=dict)
    """Each user by id, as users.info tells of them."""
    calls: list[Json] = field(default_factory=list)
    """What was called, in order: the method, and its arguments."""
    told: list[Json] = field(default_factory=list)
    """What was sent to response URLs."""
    faults: list[Answer | str] = field(default_factory=list)
    """How the next calls fail: an answer, or Slack's error."""
    broken: list[str] = field(default_factory=list)
    """What no real Slack would have taken."""

    def add(self, user: str, email: str, **more: Any) -> None:
        """A member of the workspace with a confirmed address."""
        self.people[user] = {
            "id": user,
            "team_id": WORKSPACE,
            "deleted": False,
            "is_bot": False,
            "is_email_confirmed": True,
            "profile": {"email": email},
        } | more

    def of(self, method: str) -> list[Json]:
        """The arguments of each call of a method."""
        return [call for call in self.calls if call["method"] == method]

    def answer(self, request: Received) -> Answer:
        """As Slack answers. What breaks its rules is an error of the test, too."""
        if request.path.startswith("/response/"):
            self.told.append(json.loads(request.body))
            return 200, {}, b"ok"
        method = request.path.removeprefix("/api/")
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _json({"ok": False, "error": "invalid_auth"})
        try:
            args = self._arguments(method, request)
        except (AssertionError, KeyError) as error:
            self.broken.append(f"{method}: {error}")
            return _json({"ok": False, "error": "invalid_blocks"})
        self.calls.append({"method": method, **args})
        if self.faults and method.startswith("chat."):
            fault = self.faults.pop(0)
            return _json({"ok": False, "error": fault}) if isinstance(fault, str) else fault
        if method == "auth.test":
            return _json({"ok": True, "team_id": WORKSPACE, "team": "Example", "user_id": BOT})
        if method == "users.info":
            found = self.people.get(args["user"])
            return _json({"ok": True, "user": found} if found else {"ok": False, "error": "user_not_found"})
        return _json({"ok": True, "channel": args["channel"], "ts": f"{1700000000 + len(self.calls)}.000100"})

    def _arguments(self, method: str, request: Received) -> Json:
        kind = request.headers.get("content-type", "")
        if method in ("users.info", "auth.test"):
            # Methods that read take no JSON.
            assert "json" not in kind, kind
            return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        assert kind == "application/json; charset=utf-8", kind
        args: Json = json.loads(request.body)
        if method == "chat.postEphemeral":
            assert args["user"] in self.people, args
            check_mrkdwn(args["text"], 3000)
        else:
            assert method in ("chat.postMessage", "chat.update"), method
            assert ("ts" in args) == (method == "chat.update"), args
            check_message(args)
        return args


def _json(body: Mapping[str, Any]) -> Answer:
    return 200, {"content-type": "application/json"}, json.dumps(body).encode()


@contextmanager
def slack_double() -> Iterator[SlackDouble]:
    """A workspace, until the end of the block; then nothing may have broken Slack's rules."""
    with receiver() as server:
        double = SlackDouble(f"http://127.0.0.1:{server.port}/api")
        server.answer = double.answer
        yield double
    assert double.broken == []


@dataclass
class App:
    """The app of the workspace as the project's function knows it."""

    url: str
    """The URL of the function."""
    double: SlackDouble
    secret: str = SECRET
    count: int = 0

    def post(self, body: str, kind: str, **headers: str) -> httpx.Response:
        """A request with its signature; `headers` change it."""
        stamp = headers.get("timestamp", str(int(time.time())))
        signed = hmac.new(self.secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        sent = {
            "content-type": kind,
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": headers.get("signature", f"v0={signed}"),
            **{name: value for name, value in headers.items() if name.startswith("x-")},
        }
        return httpx.post(self.url, content=body.encode(), headers=sent, timeout=30, trust_env=False)

    def event(
        self, event: Json, *, id: str | None = None, workspace: str = WORKSPACE, **headers: str
    ) -> httpx.Response:
        """An event of the Events API."""
        self.count += 1
        body = {
            "type": "event_callback",
            "team_id": workspace,
            "event_id": id or f"Ev{self.count}",
            "event": {"type": "message", "channel": CHANNEL, "team": WORKSPACE, **event},
        }
        return self.post(json.dumps(body), "application/json", **headers)

    def button(self, action: str, ticket: object, user: str, *, trigger: str | None = None) -> httpx.Response:
        """Somebody presses a button."""
        self.count += 1
        payload = {
            "type": "block_actions",
            "team": {"id": WORKSPACE},
            "user": {"id": user},
            "trigger_id": trigger or f"t{self.count}",
            "response_url": self.double.url.replace("/api", "/response/1"),
            "actions": [{"action_id": action, "value": str(ticket)}],
        }
        return self.post(urlencode({"payload": json.dumps(payload)}), "application/x-www-form-urlencoded")

    def command(self, text: str, user: str) -> httpx.Response:
        """Somebody writes /helpdesk."""
        self.count += 1
        form = {
            "command": "/helpdesk",
            "text": text,
            "team_id": WORKSPACE,
            "user_id": user,
            "trigger_id": f"t{self.count}",
            "response_url": self.double.url.replace("/api", "/response/2"),
        }
        return self.post(urlencode(form), "application/x-www-form-urlencoded")
