"""A real helpdesk to test against: two teams, and people in every role."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from tests.sdk.support import FAST, Colour

from helpdesk_sdk import Helpdesk, RoleName
from helpdesk_sdk.local import StackInfo

PASSWORD = "correct horse battery"
PEOPLE: dict[str, tuple[RoleName, str | None]] = {
    # name: role, team
    "admin": ("admin", None),
    "agent": ("agent", "Billing"),
    "colleague": ("agent", "Billing"),
    "outsider": ("agent", "Tech"),
    "customer": ("customer", None),
    "stranger": ("customer", None),
}


def email(name: str) -> str:
    return f"{name}@example.com"


def define_fields(system: Helpdesk) -> None:
    """One custom field of each type."""
    system.fields.create("plan", "select", "Plan", options={"free": "Free", "pro": "Pro"}, audience="customer_editable")
    system.fields.create("langs", "multi_select", "Languages", options=["de", "en", "fr"])
    system.fields.create("order_no", "text", "Order number", audience="customer_editable")
    system.fields.create("story", "long_text", "Story", audience="customer_editable")
    system.fields.create("seats", "integer", "Seats")
    system.fields.create("amount", "decimal", "Amount")
    system.fields.create("vip", "boolean", "VIP", audience="staff_only")
    system.fields.create("due", "date", "Due")
    system.fields.create("risk", "select", "Risk", options=["low", "high"], audience="staff_only")


class Staffed:
    """Signs everybody up once, on a fresh stack."""

    def __init__(self, info: StackInfo) -> None:
        self.info = info
        self.tokens: dict[str, tuple[str, str]] = {}
        self.backlog = ""
        with Helpdesk(info.api_url, info.secret_key) as system:
            for team in ("Billing", "Tech"):
                system.teams.create(team, is_public=team == "Billing")
            define_fields(system)
            for name, (role, queue) in PEOPLE.items():
                self._sign_up(name)
                if role != "customer":
                    system.users.set_role(email(name), role)
                if queue is not None:
                    system.teams.add_member(queue, email(name))

    def _sign_up(self, name: str) -> None:
        with Helpdesk(self.info.api_url, self.info.publishable_key) as client:
            session = client.auth.sign_up(email(name), PASSWORD, name=name.title())
            assert session is not None
            assert session.refresh_token is not None
            self.tokens[name] = (session.access_token.get_secret_value(), session.refresh_token.get_secret_value())


class World:
    """Everybody's client, in one colour; made when first used."""

    def __init__(self, colour: Colour, staffed: Staffed) -> None:
        self.colour, self.info = colour, staffed.info
        self._staffed = staffed

    def __getattr__(self, name: str) -> Any:
        if name not in PEOPLE:
            raise AttributeError(name)
        client = self.connect(access_token=self._staffed.tokens[name][0])
        setattr(self, name, client)
        return client

    @property
    def system(self) -> Any:
        return self.connect(key=self.info.secret_key)

    def token(self, name: str) -> str:
        return self._staffed.tokens[name][0]

    def connect(self, *, key: str | None = None, **options: Any) -> Any:
        return self.colour.client(self.info.api_url, key or self.info.publishable_key, **{"backoff": FAST, **options})

    def with_faults(self, name: str, fault: Callable[[httpx.Request, int], bool]) -> Any:
        """Somebody's client whose connection breaks after the server has answered, where ``fault`` says so."""
        token = self._staffed.tokens[name][0]
        return self.connect(access_token=token, transport=LosesAnswers(fault))


class LosesAnswers(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Forwards every request to the real server; then, where told so, drops the answer: committed, and nobody knows."""

    def __init__(self, fault: Callable[[httpx.Request, int], bool]) -> None:
        self._fault = fault
        self._plain = httpx.HTTPTransport()
        self._awaitable = httpx.AsyncHTTPTransport()
        self.sent = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._plain.handle_request(request)
        response.read()
        return self._pass(request, response)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._awaitable.handle_async_request(request)
        await response.aread()
        return self._pass(request, response)

    def _pass(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        self.sent += 1
        if self._fault(request, self.sent):
            raise httpx.ReadError("the connection broke", request=request)
        return response

    def close(self) -> None:
        self._plain.close()

    async def aclose(self) -> None:
        await self._awaitable.aclose()
