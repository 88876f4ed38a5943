"""Receives the webhooks of a helpdesk, with FastAPI: each event is handled once, however often it arrives.

export HELPDESK_WEBHOOK_SECRET=whsec_…      # what `helpdesk webhooks create` printed; both while it is rotated
python examples/webhook_receiver/receiver.py
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import Annotated, Any

import typer
import uvicorn
from fastapi import FastAPI, Request, Response

from helpdesk_sdk.webhooks import ReceivedEvent, WebhookVerificationError, verify_webhook

# The body of an event is smaller than 20 kB.
BODY_BYTES_MAX = 64 * 1024

app = FastAPI()


@app.post("/hooks")
async def receive(request: Request) -> Response:
    """Check the request, and do its work once."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BYTES_MAX:
            return Response(status_code=413)
    try:
        event = verify_webhook(request.headers, body, os.environ["HELPDESK_WEBHOOK_SECRET"].split())
    except WebhookVerificationError as error:
        return Response(error.message, status_code=400)
    # 2xx within 15 seconds: what takes longer belongs into a queue of your own.
    handle_once(event)
    return Response(status_code=204)


def handle_once(event: ReceivedEvent) -> None:
    """The id and the work are kept in one transaction, so that a crash between them keeps neither."""
    with closing(sqlite3.connect(os.environ.get("RECEIVER_DATABASE", "receiver.db"))) as db, db:
        db.execute("create table if not exists received (id text primary key)")
        db.execute("create table if not exists counts (type text primary key, events integer not null)")
        if db.execute("insert or ignore into received values (?)", (event.id,)).rowcount == 0:
            return
        handle(db, event)


def handle(db: sqlite3.Connection, event: ReceivedEvent) -> None:
    """Your work: here, a count for each type. What the event is about is read with a client of your own."""
    db.execute("insert into counts values (?, 1) on conflict (type) do update set events = events + 1", (event.type,))


@app.get("/counts")
def counts() -> dict[str, Any]:
    """How many events of each type were handled."""
    with closing(sqlite3.connect(os.environ.get("RECEIVER_DATABASE", "receiver.db"))) as db:
        db.execute("create table if not exists counts (type text primary key, events integer not null)")
        return dict(db.execute("select type, events from counts"))


def main(
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any free port.")] = 8000,
) -> None:
    """Receive webhooks."""
    if not os.environ.get("HELPDESK_WEBHOOK_SECRET"):
        print("HELPDESK_WEBHOOK_SECRET must be set.")
        raise typer.Exit(2)
    uvicorn.run(app, host=host, port=port, ws="none")


if __name__ == "__main__":
    typer.run(main)
