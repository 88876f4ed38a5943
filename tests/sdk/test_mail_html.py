"""hd.mail.html(): the HTML of a mail on a real helpdesk, and what goes over the wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.sdk.arriving import SUPPORT, arrive_raw
from tests.sdk.support import Scenario, Server, both, ok, refused
from tests.sdk.world import Staffed, World

from helpdesk_sdk import (
    ConfigurationError,
    EmailNotFoundError,
    EmailRemovedError,
    ForbiddenError,
    InvalidValueError,
    MessageNotFoundError,
    TicketNotFoundError,
    new_id,
)

_ID = "17d90e20-8e83-45da-913c-e0fad3bde6c6"
_VIEW = {"inbound_id": _ID, "html": "<p>x</p>", "has_html": True, "remote_images": 2}


def _raw(sender: str) -> bytes:
    return (
        f"From: {sender}\r\nTo: {SUPPORT}\r\nSubject: The printer\r\nMessage-ID: <{new_id()}@mail.example>\r\n"
        "Content-Type: text/html\r\n\r\n<p onclick=x()>Hello<script>x()</script><img src=https://a.example/1></p>"
    ).encode()


@both
def test_the_html_of_the_mail_that_opened_a_ticket(world: World, staffed: Staffed) -> Scenario:
    sender = f"html-{new_id()}@customer.example"
    arrived = arrive_raw(staffed.info.api_url, staffed.info.secret_key, _raw(sender), SUPPORT)
    email = yield world.admin.mail.inbound.get(arrived["inbound_id"])
    assert (email.outcome, email.has_html) == ("created", True)
    found = yield world.admin.mail.html(ticket=email.ticket_id)
    assert "<p>Hello<img /></p>" in (found.html or "")
    assert (found.remote_images, found.shows_remote_images, found.is_cut) == (1, False, False)
    same = yield world.admin.mail.html(email=email, remote_images=True)
    assert 'src="https://a.example/1"' in (same.html or "")
    with pytest.raises(MessageNotFoundError):
        yield world.admin.mail.html(new_id())
    other = yield world.admin.tickets.create("Another one")
    with pytest.raises(EmailNotFoundError):
        yield world.admin.mail.html(ticket=other)
    with pytest.raises(ForbiddenError):
        yield world.customer.mail.html(email=email)


@both
def test_a_mail_that_opened_a_ticket_is_redacted_and_nothing_is_shown_afterwards(
    world: World, staffed: Staffed, mail_desk: Callable[..., str]
) -> Scenario:
    sender = f"gone-{new_id()}@customer.example"
    arrived = arrive_raw(staffed.info.api_url, staffed.info.secret_key, _raw(sender), SUPPORT)
    email = yield world.agent.mail.inbound.get(arrived["inbound_id"])
    ticket = yield world.agent.tickets.get(email.ticket_id)
    assert ticket.description == "Hello"
    with pytest.raises(ForbiddenError):
        yield world.customer.mail.inbound.redact(email)
    with pytest.raises(EmailNotFoundError):
        yield world.outsider.mail.inbound.redact(email)
    with pytest.raises(TicketNotFoundError):
        yield world.outsider.mail.inbound.redact(ticket=ticket)
    gone = yield world.agent.mail.inbound.redact(ticket=ticket.number)
    assert (gone.inbound_id, gone.body, gone.subject, gone.has_html) == (
        email.inbound_id,
        "[redacted]",
        "[redacted]",
        False,
    )
    assert gone.redacted_at
    assert (yield world.agent.tickets.get(ticket.number)).description == "[redacted]"
    with pytest.raises(EmailRemovedError):
        yield world.agent.mail.html(ticket=ticket)
    with pytest.raises(EmailRemovedError):
        yield world.admin.mail.html(email=email)
    assert (yield world.agent.mail.inbound.redact(email)).redacted_at == gone.redacted_at


@both
def test_the_mail_to_redact_is_named(hd: Any, server: Server) -> Scenario:
    for wrong in ({}, {"email": _ID, "ticket": 1}, {"email": "x"}):
        with pytest.raises(InvalidValueError):
            yield hd.mail.inbound.redact(**wrong)
    assert server.requests == []
    server.answers(refused(404, "email_not_found"))
    with pytest.raises(EmailNotFoundError):
        yield hd.mail.inbound.redact(_ID)
    assert (server.requests[-1].url.path, json.loads(server.requests[-1].content)) == (
        "/rest/v1/rpc/redact_email",
        {"inbound_id": _ID},
    )


@both
def test_what_goes_over_the_wire(hd: Any, server: Server) -> Scenario:
    server.answers(ok(_VIEW))
    found = yield hd.mail.html(_ID)
    assert (str(found.inbound_id), found.html, found.remote_images, found.missing_images) == (_ID, "<p>x</p>", 2, 0)
    assert "<p>" not in repr(found)
    (request,) = server.requests
    assert (request.method, request.url.path) == ("GET", "/functions/v1/email-in/html")
    assert dict(request.url.params) == {"message": _ID, "images": "0"}
    server.answers(ok(_VIEW | {"html": None}))
    assert (yield hd.mail.html(email=_ID, remote_images=True)).html is None
    assert dict(server.requests[-1].url.params) == {"email": _ID, "images": "1"}
    server.answers(refused(410, "email_removed"))
    with pytest.raises(EmailRemovedError):
        yield hd.mail.html(_ID)
    server.answers(httpx.Response(404, json={"code": "NOT_FOUND", "message": "Requested function was not found"}))
    with pytest.raises(ConfigurationError, match="email-in is not deployed"):
        yield hd.mail.html(_ID)
    for wrong in ({}, {"message": _ID, "email": _ID}, {"message": "x"}, {"message": _ID, "remote_images": 1}):
        with pytest.raises(InvalidValueError):
            yield hd.mail.html(**wrong)
