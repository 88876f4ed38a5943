"""A Slack workspace of the tests: its channel, what is sent to it, and what people do there."""

from __future__ import annotations

import itertools
from typing import Any

from psycopg.types.json import Jsonb
from tests.block_kit import check_message
from tests.db.delivering import lease, settle
from tests.db.people import ADMIN, AGENT, SERVICE, Db, Person, be, one, value
from tests.db.world import World

Json = dict[str, Any]

TOKEN = "xoxb-1234567890-abcdefghij"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
WORKSPACE = "T0123456789"
BOT = "U0BOT"
CHANNEL = "C0123456789"
CONSOLE = "https://desk.example.com"
_COUNT = itertools.count(1)


def connect(db: Db, workspace: str = WORKSPACE, **more: Any) -> str:
    """The id of a connected workspace."""
    given = {"bot": BOT, "token": TOKEN, "secret": SECRET, "name": "Example"} | more
    with be(db, ADMIN):
        db.execute("update helpdesk.settings set console_url = %s", (CONSOLE,))
        made = one(db, "select * from helpdesk.connect_slack(%s, %s, %s, %s, %s)", workspace, *given.values())
    return str(made["connection_id"])


def add_channel(db: Db, connection: str, **more: Any) -> str:
    """The id of a channel that receives tickets."""
    given: Json = {"channel": CHANNEL, "name": "support", "team": None, "events": ["opened", "reopened", "replied"]}
    with be(db, ADMIN):
        made = one(
            db,
            "select * from helpdesk.add_slack_channel(%s, %s, %s, %s, %s)",
            connection,
            *(given | more).values(),
        )
    return str(made["slack_channel_id"])


def queued(db: Db, channel: str) -> list[Json]:
    """What waits for the channel, with the type of each event, in the order of the log."""
    return db.execute(
        "select o.*, e.type from helpdesk.outbox as o left join helpdesk.events as e using (event_id) "
        "where o.target_id = %s and o.state = 'queued' order by o.sequence",
        (channel,),
    ).fetchall()


def send(db: Db) -> list[Json]:
    """All that can be sent now, sent: the calls that Slack has received, each checked."""
    calls: list[Json] = []
    while leased := lease(db, kind="slack"):
        for delivery in leased:
            calls += _sent(db, delivery)
    return calls


def settled(db: Db, outcome: str, **result: Any) -> dict[str, Any]:
    """The delivery that is due, after such an end."""
    (leased,) = lease(db, kind="slack")
    return settle(db, leased, outcome, result=Jsonb(result))


def _sent(db: Db, delivery: Json) -> list[Json]:
    result: Json = dict(delivery["payload"].get("echo") or {})
    calls = []
    for call in delivery["payload"]["calls"]:
        body = dict(call["body"])
        if call.get("in_thread"):
            body["thread_ts"] = result["ts"]
        elif call["method"] == "chat.postMessage" and "thread_ts" not in body:
            result["ts"] = f"17000000{next(_COUNT):02}.000100"
        check_message(body)
        calls.append({"method": call["method"], **body})
    settle(db, delivery, result=Jsonb(result))
    return calls


def thread(db: Db, channel: str, ticket: str) -> str:
    """The thread of a ticket."""
    query = "select thread_ts from helpdesk_private.slack_threads where slack_channel_id = %s and ticket_id = %s"
    return str(value(db, query, channel, ticket))


def open_ticket(db: Db, world: World, team: str = "desk", **more: Any) -> str:
    """A new ticket of the customer, by the system."""
    given: Json = {"title": "The printer", "description": "It is on fire."} | more
    with be(db, SERVICE):
        return str(
            value(
                db,
                "insert into helpdesk.tickets (title, description, team_id, created_by) values (%s, %s, %s, %s) "
                "returning ticket_id",
                given["title"],
                given["description"],
                world[team],
                world["customer"],
            )
        )


def say(db: Db, ticket: str, body: str, person: Person = AGENT) -> str:
    """A public message by that person."""
    last = value(db, "select last_message_id from helpdesk.tickets where ticket_id = %s", ticket)
    with be(db, person):
        return str(value(db, "select message_id from helpdesk.send_reply(%s, %s, %s)", ticket, body, last))


def act(db: Db, connection: str, person: Person | str, act: str, key: str | None = None, **args: Any) -> Json:
    """What Slack is told when that person does something there."""
    email = person if isinstance(person, str) else person.email
    with be(db, SERVICE):
        done: Json = value(
            db,
            "select helpdesk.slack_act(%s, %s, %s, %s, %s)",
            connection,
            key or f"r{next(_COUNT)}",
            email,
            act,
            Jsonb(args),
        )
    return done
