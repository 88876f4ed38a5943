"""`helpdesk webhooks listen`: events as they happen, signed, to a program on this computer."""

from __future__ import annotations

import base64
import os
import secrets
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .._base.errors import CliError, ExitCode
from .._base.json import dumps, jsonable
from .._base.output import print_note
from .._base.secrets import register_secret
from .._base.settings import settings
from .._base.text import one_line

if TYPE_CHECKING:
    from helpdesk_sdk import Event
    from helpdesk_sdk.delivery import Attempt

_SECRET = "HELPDESK_WEBHOOK_SECRET"


def listen(
    forward: Annotated[
        str,
        typer.Option(
            metavar="URL", help="Where your program listens, like http://127.0.0.1:8000/hooks.", show_default=False
        ),
    ],
    type: Annotated[
        list[str] | None,
        typer.Option(metavar="TYPE", help="A type of event, or ticket.* for a group; may be repeated. [default: all]"),
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="End after so many events; 0: never.")] = 0,
) -> None:
    """Send events as they happen to a program of yours here.

    For developing a receiver, with any helpdesk: no webhook is made. The requests are like those of a webhook, and have
    the events that you may read. A request that fails is not sent again.

    They are signed with the secret in HELPDESK_WEBHOOK_SECRET, else with a new one, which is printed.
    """
    from helpdesk_sdk.delivery.targets import TargetError, parse
    from helpdesk_sdk.errors import ConfigurationError
    from helpdesk_sdk.webhooks import sign

    from .._connect.follower import run

    try:
        is_here = parse(forward, allow_loopback=True).is_loopback
    except TargetError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--forward") from None
    if not is_here:
        raise typer.BadParameter("must be on this computer: localhost, 127.0.0.1 or [::1].", param_hint="--forward")
    types = _types(type)
    given = os.environ.get(_SECRET)
    secret = given or "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    try:
        sign("", 0, b"", [secret])
    except ConfigurationError as error:
        raise CliError(f"{_SECRET}: {error.message}", error.hint, ExitCode.USAGE) from None
    if given:
        register_secret(given)
    else:
        print_note(f"The secret is {secret}")
    run(lambda: _forward(forward, secret, types, limit))


def _types(given: list[str] | None) -> frozenset[str] | None:
    """The types that are named, or belong to a group that is; None for all."""
    from helpdesk_sdk import EventType

    known = [str(one) for one in EventType]
    found: set[str] = set()
    for name in given or ():
        these = known if name == "*" else [one for one in known if name in (one, f"{one.partition('.')[0]}.*")]
        if not these:
            raise typer.BadParameter(f"{name} is neither a type nor a group of events.", param_hint="--type")
        found |= set(these)
    return frozenset(found) or None


async def _forward(url: str, secret: str, types: frozenset[str] | None, limit: int) -> None:
    from helpdesk_sdk.delivery import Sender

    from .._connect.follower import EventFollower

    left = limit
    async with (
        Sender() as sender,
        EventFollower(None, types=types) as follower,
        aclosing(follower.events()) as events,
    ):
        await follower.set_scope()
        print_note(f"Events go to {url}, until Ctrl-C.")
        async for event in events:
            if types is not None and event.type not in types:
                continue
            request = {"url": url, "secrets": [secret], "id": f"msg_{event.event_id}", "body": body_of(event)}
            _print(event, await sender.send(request | {"allow_loopback": True}))
            left -= 1
            if left == 0:
                return


def body_of(event: Event) -> dict[str, Any]:
    """The body that a webhook receives."""
    row = jsonable(event)
    api = None if event.ticket_id is None else f"/rest/v1/tickets?ticket_id=eq.{event.ticket_id}"
    return {"type": row["type"], "timestamp": row["created_at"], "data": row | {"api": api}}


def _print(event: Event, attempt: Attempt) -> None:
    fields: dict[str, Any] = {"id": f"msg_{event.event_id}", "type": str(event.type), "status": attempt.status}
    fields |= {"problem": attempt.problem, "milliseconds": attempt.milliseconds}
    if settings().json:
        typer.echo(dumps(fields))
        return
    end = attempt.problem or f"{attempt.status}"
    typer.echo(one_line(f"{fields['id']}  {event.type}  {end}  {attempt.milliseconds} ms"))
