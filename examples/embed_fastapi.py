"""A page in your own product on which customers open tickets, reply, and watch the answers come, live.

    pip install fastapi uvicorn
    export HELPDESK_URL=… HELPDESK_KEY=…                 # the publishable key: this program has no rights of its own
    python examples/embed_fastapi.py --port 8000

Every request acts as the customer, by a token from the Authorization header or by the session behind the cookie, so the
database decides what the customer may see and do. embed_sessions.py keeps the sessions: a customer stays signed in for
weeks. The login here stands for the login of your product, if that gives a Supabase session; if it does not,
embed_own_login.py has the other way.

An event only says that something has changed; the page then reads the ticket, as the customer. The id of an event is
its cursor in the log: a browser that reconnects with `Last-Event-ID` receives the events it has missed.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from socket import socket
from typing import Annotated, Any
from uuid import UUID

import typer
import uvicorn
from fastapi import Cookie, Depends, FastAPI, Header, HTTPException, Request, Response
from fastapi.responses import FileResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, SecretStr

from embed_errors import refuse
from embed_sessions import LIFETIME, WebSessions, connect
from helpdesk_sdk import (
    LATEST,
    AsyncHelpdesk,
    AsyncStream,
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    ForbiddenError,
    HelpdeskError,
    NotFoundError,
    Ticket,
)

PAGE = Path(__file__).with_name("embed_page.html")
COOKIE = "shop_session"
# Milliseconds after which a browser reconnects.
RECONNECT_AFTER = 1_000

app = FastAPI(title="A shop with a helpdesk in it", docs_url=None, redoc_url=None, openapi_url=None)
app.add_exception_handler(HelpdeskError, refuse)
# The open streams, and how many streams each customer has open. A stream holds a connection to Realtime, and a project
# has few of these: a product with thousands of watchers shares one stream among the watchers of a ticket.
streams: set[AsyncStream] = set()
open_streams: Counter[UUID] = Counter()
STREAMS_MAX = 6
sessions = WebSessions()


class Credentials(BaseModel):
    """The login of a customer."""

    email: str
    password: SecretStr


class NewTicket(BaseModel):
    """A ticket to open. The page makes the id: sent again after a lost connection, it is the same ticket."""

    title: str
    description: str = ""
    id: UUID | None = None


class NewReply(BaseModel):
    """A reply to send, and the newest message that the customer has read."""

    body: str
    id: UUID | None = None
    last_message: UUID | None = None


async def customer(
    authorization: Annotated[str | None, Header()] = None,
    cookie: Annotated[str | None, Cookie(alias=COOKIE)] = None,
) -> AsyncIterator[AsyncHelpdesk]:
    """The helpdesk, as the customer who sends the request. Each request has a client of its own."""
    scheme, _, token = (authorization or "").partition(" ")
    hd: AsyncHelpdesk | None
    try:
        if scheme.lower() == "bearer":
            hd = connect(access_token=token.strip() or None)
        else:
            hd = sessions.client(cookie) if cookie else None
    except ConfigurationError:
        hd = None
    if hd is None or hd.auth.session is None:
        raise HTTPException(401, "Sign in first.", {"WWW-Authenticate": "Bearer"})
    async with hd:
        try:
            yield hd
        except AuthenticationError:
            # The session is over, and cannot be renewed.
            sessions.end(cookie or "")
            raise


Customer = Annotated[AsyncHelpdesk, Depends(customer)]


async def own_ticket(number: int, hd: Customer) -> Ticket:
    """The ticket, if the person is its requester. Staff who sign in here see only their own tickets, too."""
    ticket, me = await hd.tickets.get(number), await hd.users.me()
    if ticket.created_by != me.user_id:
        raise HTTPException(404, f"There is no ticket {number}, or it is not yours.")
    return ticket


OwnTicket = Annotated[Ticket, Depends(own_ticket)]


async def watcher(hd: Customer, _: OwnTicket) -> AsyncIterator[AsyncHelpdesk]:
    """The helpdesk for a stream. It does not renew the session: it is open for hours, and another request may have done
    so by then. When its token ends, the browser reconnects."""
    assert hd.auth.session is not None
    async with connect(access_token=hd.auth.session.access_token.get_secret_value()) as client:
        yield client


Watcher = Annotated[AsyncHelpdesk, Depends(watcher)]


async def start_cursor(
    hd: Customer, ticket: OwnTicket, last_event_id: Annotated[str | None, Header(max_length=40)] = None
) -> str:
    """The cursor where the browser's events begin: its last event, else now."""
    if not last_event_id:
        return await hd.events.head()
    # An invalid cursor is refused here: once the response has begun, its status cannot change.
    await hd.events.since(last_event_id, limit=1, ticket=ticket)
    return last_event_id


async def stream_slot(ticket: OwnTicket) -> AsyncIterator[None]:
    """Count one more open stream of the customer."""
    if open_streams[ticket.created_by] >= STREAMS_MAX:
        raise HTTPException(429, f"At most {STREAMS_MAX} pages can be open at once: close another one.")
    open_streams[ticket.created_by] += 1
    try:
        yield
    finally:
        open_streams[ticket.created_by] -= 1


@app.get("/")
async def page() -> FileResponse:
    """The page; it contains no data."""
    policy = (
        "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )
    return FileResponse(PAGE, headers={"Content-Security-Policy": policy})


@app.post("/login", status_code=204)
async def login(credentials: Credentials, request: Request, response: Response) -> None:
    """Sign in. The cookie cannot be read by scripts, nor sent by other sites; the tokens stay on the server."""
    async with connect() as hd:
        session = await hd.auth.sign_in(credentials.email, credentials.password.get_secret_value())
    secure = request.url.scheme == "https"
    key = sessions.begin(session)
    response.set_cookie(COOKIE, key, max_age=LIFETIME, httponly=True, samesite="strict", secure=secure)


@app.post("/logout", status_code=204)
async def logout(hd: Customer, response: Response) -> None:
    """End the session, here and in Supabase Auth."""
    await hd.auth.sign_out()
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")


@app.get("/tickets")
async def tickets(hd: Customer, response: Response) -> list[dict[str, Any]]:
    """The customer's newest tickets."""
    response.headers["Cache-Control"] = "no-store"
    return [summary(ticket) async for ticket in hd.tickets.list(scope="mine").limit(20)]


@app.post("/tickets", status_code=201)
async def open_ticket(new: NewTicket, hd: Customer) -> dict[str, Any]:
    """Open a ticket."""
    return summary(await hd.tickets.create(new.title, new.description, channel="web", id=new.id))


@app.get("/tickets/{number}")
async def show(hd: Customer, ticket: OwnTicket, response: Response) -> dict[str, Any]:
    """A ticket and its conversation."""
    response.headers["Cache-Control"] = "no-store"
    messages = [
        {
            "id": message.message_id,
            "at": message.created_at,
            "by": message.author_name,
            "kind": message.author_kind,
            "body": message.body,
        }
        async for message in hd.messages.list(ticket)
    ]
    return {**summary(ticket), "description": ticket.description, "messages": messages}


@app.post("/tickets/{number}/messages", status_code=201)
async def reply(new: NewReply, hd: Customer, ticket: OwnTicket) -> dict[str, Any]:
    """Reply. Refused with 409 when there is a message that the customer has not read yet."""
    message = await hd.messages.reply(
        ticket.ticket_id, new.body, expected_last_message=new.last_message or LATEST, id=new.id
    )
    return {"id": message.message_id, "at": message.created_at}


@app.get("/tickets/{number}/events", response_class=EventSourceResponse, dependencies=[Depends(stream_slot)])
async def events(
    watcher: Watcher, ticket: OwnTicket, cursor: Annotated[str, Depends(start_cursor)]
) -> AsyncIterator[ServerSentEvent]:
    """The events of a ticket, as they happen. A comment every 15 seconds keeps an idle connection open."""
    # Not an event: the cursor from which the browser reconnects.
    yield ServerSentEvent(id=cursor, retry=RECONNECT_AFTER)
    stream = watcher.events.stream(cursor, ticket=ticket)
    streams.add(stream)
    # The token ends, the ticket may leave the customer's sight, the helpdesk may stop: the browser reconnects, and
    # receives the reason as a status.
    with suppress(AuthenticationError, ForbiddenError, NotFoundError, ConnectionFailedError):
        try:
            async with stream:
                async for event in stream:
                    if event.audience == "customer":
                        content = {
                            "type": event.type,
                            "at": event.created_at,
                            "by": event.actor_name,
                            "data": event.data,
                        }
                        yield ServerSentEvent(id=event.cursor, data=content)
        finally:
            streams.discard(stream)


def summary(ticket: Ticket) -> dict[str, Any]:
    """The fields of a ticket that a customer sees here."""
    return {
        "number": ticket.number,
        "title": ticket.title,
        "status": ticket.status,
        "created_at": ticket.created_at,
        "updated_at": ticket.updated_at,
    }


class Server(uvicorn.Server):
    """A server that stops the streams when it shuts down: streams do not end by themselves, and browsers reconnect."""

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        for stream in streams:
            stream.stop()
        await super().shutdown(sockets)


def main(
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any free port.")] = 8000,
) -> None:
    """Serve the page."""
    missing = [name for name in ("HELPDESK_URL", "HELPDESK_KEY") if not os.environ.get(name)]
    if missing:
        print(f"{' and '.join(missing)} must be set.")
        raise typer.Exit(2)
    with suppress(KeyboardInterrupt):
        Server(uvicorn.Config(app, host=host, port=port, ws="none", timeout_graceful_shutdown=5)).run()


if __name__ == "__main__":
    typer.run(main)
