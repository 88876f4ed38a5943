"""A page in your own product on which a customer watches their ticket, live, by server-sent events.

    pip install fastapi uvicorn
    export HELPDESK_URL=… HELPDESK_KEY=…                 # the publishable key: this program has no rights of its own
    python examples/embed_fastapi.py --port 8000

Every request is made with the customer's own token, from the Authorization header or a cookie, so that the database
decides what they see. The login stands for the one that your product has: any that ends with a Supabase session.

An event only says that something has happened; the page then reads the ticket, as the customer. Each event's id is its
cursor in the log: a browser that comes back with `Last-Event-ID` is told what it has missed.
"""

from __future__ import annotations

import logging
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
from fastapi.responses import FileResponse, JSONResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, SecretStr

from helpdesk_sdk import (
    AsyncHelpdesk,
    AsyncStream,
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    CursorAheadError,
    ForbiddenError,
    HelpdeskError,
    InvalidValueError,
    NotFoundError,
    RateLimitedError,
    Ticket,
)

PAGE = Path(__file__).with_name("embed_page.html")
COOKIE = "helpdesk_token"
# Milliseconds after which a browser whose connection broke comes back.
COME_BACK = 1_000

logger = logging.getLogger("uvicorn.error")
app = FastAPI(title="A shop with a helpdesk in it", docs_url=None, redoc_url=None, openapi_url=None)
# Those that somebody watches at this moment, and how many each customer does. A stream holds a connection to Realtime,
# of which a project has few: a product with thousands of watchers shares one stream among those of a ticket.
streams: set[AsyncStream] = set()
watched: Counter[UUID] = Counter()
MOST_WATCHED = 6


class Credentials(BaseModel):
    """What a customer signs in with."""

    email: str
    password: SecretStr


def connect(token: str | None = None) -> AsyncHelpdesk:
    """A client that speaks as the owner of the token; one per request, so that no customer can be taken for another."""
    return AsyncHelpdesk(os.environ["HELPDESK_URL"], os.environ["HELPDESK_KEY"], access_token=token)


async def customer(
    authorization: Annotated[str | None, Header()] = None,
    cookie: Annotated[str | None, Cookie(alias=COOKIE)] = None,
) -> AsyncIterator[AsyncHelpdesk]:
    """The helpdesk, as the customer who asks."""
    scheme, _, bearer = (authorization or "").partition(" ")
    token = bearer.strip() if scheme.lower() == "bearer" else cookie
    if not token:
        raise HTTPException(401, "Sign in first.", {"WWW-Authenticate": "Bearer"})
    try:
        hd = connect(token)
    except ConfigurationError:
        raise HTTPException(401, "This is no token.", {"WWW-Authenticate": "Bearer"}) from None
    async with hd:
        yield hd


Customer = Annotated[AsyncHelpdesk, Depends(customer)]


async def own_ticket(number: int, hd: Customer) -> Ticket:
    """The ticket, if the customer asked for it: staff who sign in here see no more than their own either."""
    ticket, me = await hd.tickets.get(number), await hd.users.me()
    if ticket.created_by != me.user_id:
        raise HTTPException(404, f"There is no ticket {number}, or it is not yours.")
    return ticket


OwnTicket = Annotated[Ticket, Depends(own_ticket)]


async def place(
    hd: Customer, ticket: OwnTicket, last_event_id: Annotated[str | None, Header(max_length=40)] = None
) -> str:
    """Where the browser's events begin: behind the last that it has, else now."""
    if not last_event_id:
        return await hd.events.head()
    # A cursor that is none is refused before the answer begins; afterwards it would be too late.
    await hd.events.since(last_event_id, limit=1, ticket=ticket)
    return last_event_id


async def seat(ticket: OwnTicket) -> AsyncIterator[None]:
    """A place for one more stream of the customer's."""
    if watched[ticket.created_by] >= MOST_WATCHED:
        raise HTTPException(429, f"Only {MOST_WATCHED} at once: close another page of these.")
    watched[ticket.created_by] += 1
    try:
        yield
    finally:
        watched[ticket.created_by] -= 1


@app.exception_handler(HelpdeskError)
async def refuse(_: Request, error: HelpdeskError) -> JSONResponse:
    """What the helpdesk refuses, in terms of HTTP. What is wrong with the helpdesk itself is for our log alone."""
    status, headers, said = status_of(error), {}, error.message
    if isinstance(error, RateLimitedError):
        headers["Retry-After"] = str(max(1, round(error.retry_after or 0)))
    if status >= 500:
        logger.error("the helpdesk failed: %s", error)
        said = "The helpdesk does not answer just now. Try again in a moment."
    return JSONResponse({"detail": said}, status, headers)


def status_of(error: HelpdeskError) -> int:
    """The HTTP status that says it."""
    kinds = {
        AuthenticationError: 401,
        ForbiddenError: 403,
        NotFoundError: 404,
        CursorAheadError: 409,
        InvalidValueError: 400,
        RateLimitedError: 429,
        ConnectionFailedError: 503,
    }
    return next((status for kind, status in kinds.items() if isinstance(error, kind)), 502)


@app.get("/")
async def page() -> FileResponse:
    """The page; it has nothing of anybody in it."""
    policy = (
        "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )
    return FileResponse(PAGE, headers={"Content-Security-Policy": policy})


@app.post("/login", status_code=204)
async def login(credentials: Credentials, request: Request, response: Response) -> None:
    """Sign in; the token goes into a cookie that scripts cannot read and other sites cannot send."""
    async with connect() as hd:
        session = await hd.auth.sign_in(credentials.email, credentials.password.get_secret_value())
    response.set_cookie(
        COOKIE,
        session.access_token.get_secret_value(),
        expires=session.expires_at,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


@app.post("/logout", status_code=204)
async def logout(response: Response) -> None:
    """Forget the token."""
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")


@app.get("/tickets")
async def tickets(hd: Customer, response: Response) -> list[dict[str, Any]]:
    """The customer's newest tickets."""
    response.headers["Cache-Control"] = "no-store"
    async for found in hd.tickets.list(scope="mine", page_size=20).pages():
        return [summary(ticket) for ticket in found.items]
    return []


@app.get("/tickets/{number}")
async def show(hd: Customer, ticket: OwnTicket, response: Response) -> dict[str, Any]:
    """A ticket and its conversation."""
    response.headers["Cache-Control"] = "no-store"
    said = [
        {"at": message.created_at, "by": message.author_name, "kind": message.author_kind, "body": message.body}
        async for message in hd.messages.list(ticket)
    ]
    return {**summary(ticket), "description": ticket.description, "messages": said}


@app.get("/tickets/{number}/events", response_class=EventSourceResponse, dependencies=[Depends(seat)])
async def events(
    hd: Customer, ticket: OwnTicket, cursor: Annotated[str, Depends(place)]
) -> AsyncIterator[ServerSentEvent]:
    """What happens to a ticket, as it happens; while nothing does, a comment every 15 seconds keeps the connection."""
    # No event yet, but where to come back to.
    yield ServerSentEvent(id=cursor, retry=COME_BACK)
    stream = hd.events.stream(cursor, ticket=ticket)
    streams.add(stream)
    # The token may run out, the ticket go out of sight, the helpdesk away. The browser comes back, and is told which.
    with suppress(AuthenticationError, ForbiddenError, NotFoundError, ConnectionFailedError):
        try:
            async with stream:
                async for event in stream:
                    if event.audience == "customer":
                        said = {"type": event.type, "at": event.created_at, "by": event.actor_name, "data": event.data}
                        yield ServerSentEvent(id=event.cursor, data=said)
        finally:
            streams.discard(stream)


def summary(ticket: Ticket) -> dict[str, Any]:
    """Of a ticket, what concerns a customer."""
    return {
        "number": ticket.number,
        "title": ticket.title,
        "status": ticket.status,
        "created_at": ticket.created_at,
        "updated_at": ticket.updated_at,
    }


class Server(uvicorn.Server):
    """A server that does not wait for streams when it ends: they never end by themselves, and browsers come back."""

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        for stream in streams:
            stream.stop()
        await super().shutdown(sockets)


def main(
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any that is free.")] = 8000,
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
