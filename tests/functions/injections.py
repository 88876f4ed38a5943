"""What the tests of injections share: the desk as an attacker sees it, and what must be as it was before."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.functions.desk import Desk

from helpdesk_sdk.testing import ScriptedProvider

KINDS = ("reply", "summary", "next_steps", "article")
ARTICLE = "A late parcel is sent again after ten days. Ask the carrier for the number of the parcel first."
QUESTION = "My parcel is late. Is a late parcel sent again?"

_OF_THE_ASSISTANT = ("ai_runs", "ai_usage", "proposals", "citations", "run_chunks", "knowledge_gaps")
_SENDS_DATA = re.compile(
    r"://|\bwww\.|(?<![:\w])//\w|!\[|\]\(|\]:\s*\S|<[a-zA-Z/!?]|javascript:|data:\w|evil|onerror|@import|"
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
    "|[\U000e0000-\U000e0fff]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Customer:
    """A customer who attacks, with a token."""

    desk: Desk
    token: str

    def ticket(self, *messages: str, title: str = "Late parcel", description: str = QUESTION) -> str:
        """A new ticket, about something that an article answers, and messages on it."""
        ticket = self.desk.new_ticket(self.token, title=title, description=description)
        for message in messages:
            self.desk.rpc("send_reply", self.token, ticket_id=ticket, body=message)
        return ticket


def everything(desk: Desk) -> dict[str, Any]:
    """All rows of all tables, but for those in which the assistant writes what it did and what it proposes."""
    tables = desk.sql(
        "select c.relname as name from pg_class as c where c.relnamespace = 'helpdesk'::regnamespace "
        "and c.relkind = 'r' and c.relname <> all(%s)",
        list(_OF_THE_ASSISTANT),
    )
    rows = ", ".join(
        f"(select coalesce(jsonb_agg(r order by r::text), '[]') from helpdesk.{table['name']} as r) as {table['name']}"
        for table in tables
    )
    (found,) = desk.sql(f"select {rows}")
    found["events"] = [event for event in found["events"] if not event["type"].startswith("proposal.")]
    # What an endpoint can do is remembered.
    for settings in found["ai_settings"]:
        del settings["capability"], settings["updated_at"]
    return found


def proposals(desk: Desk, ticket: str) -> list[dict[str, Any]]:
    """The proposals on a ticket."""
    return desk.sql("select * from helpdesk.proposals where ticket_id = %s order by created_at", ticket)


def texts(value: Any) -> Iterator[str]:
    """All texts in a JSON value."""
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(one)


def said(proposal: dict[str, Any]) -> str:
    """All that a proposal says, but for ids."""
    return "\n".join(text for text in texts(proposal["payload"]) if not re.fullmatch(r"[0-9a-f-]{36}", text))


def what_sends_data(text: str) -> list[str]:
    """The parts of a text that would load something, or be a link, or be obeyed by a terminal."""
    return _SENDS_DATA.findall(text)


def attacked_blocks(provider: ScriptedProvider, attack: str) -> set[str]:
    """The names of the blocks that hold an attack; checks that no captured prompt has it anywhere else."""
    found = set()
    for request in provider.requests:
        assert attack not in request.message("system")
        blocks = request.blocks
        outside = request.message("user").partition("Your answer was refused.")[0]
        for label, lines in blocks.items():
            found |= {label for line in lines if attack in json.dumps(line, ensure_ascii=False)}
            for line in lines:
                outside = outside.replace(json.dumps(line, ensure_ascii=False), "")
        assert attack not in outside
    return found
