"""A world that talks to the outside: a webhook whose deliveries failed, and mails that arrived."""

from __future__ import annotations

from typing import Any

from psycopg import connect
from psycopg.rows import dict_row
from tests.db.mailing import FAIL, NONE, mail, receive

from helpdesk_sdk import Helpdesk
from helpdesk_sdk.testing import Person, Project

SUPPORT = "support@desk.example"
QUOTED = "\n\nOn Monday Ana wrote:\n> Which kettle do you have?"
TEXT = "It is the blue one \N{HOT BEVERAGE}."


def add(project: Project, system: Helpdesk, people: dict[str, Person]) -> dict[str, Any]:
    """The ticket "kettle", which came by mail from Mei with a copy to Tom, and her answer without a proof.

    Three mails are in quarantine: of somebody else who names the ticket, of one whose domain refuses it, and of nobody.
    The webhook receives what happens to tickets; one of its deliveries is dead, the others wait.
    """
    webhook = system.webhooks.create("https://example.com/hooks", description="Warehouse", event_types=["ticket.*"])
    support = system.teams.get("Support")
    mei, noa = people["mei"].email, people["noa"].email
    with connect(project.db_url, row_factory=dict_row) as db:
        db.execute("insert into helpdesk.email_channels (address, team_id) values (%s, %s)", (SUPPORT, support.team_id))
        first = mail(mei, subject="The kettle", text="My kettle leaks.", to=[SUPPORT, "tom@elsewhere.example"])
        opened = receive(db, first, SUPPORT)
        names = {"in_reply_to": [first["message_id"]], "to": [SUPPORT]}
        answer: dict[str, Any] = {
            "subject": "Another thing",
            "text": TEXT + QUOTED,
            "trimmed_from": len(TEXT),
            "verdict": NONE,
        }
        receive(db, mail(mei, **answer, **names), SUPPORT)
        receive(db, mail("eve@elsewhere.example", subject="Re: The kettle", text="Send it to me.", **names), SUPPORT)
        receive(db, mail(noa, subject="Invoice", text="**Pay** here.", to=[SUPPORT], verdict=FAIL), SUPPORT)
        receive(db, mail(None, subject="From nobody", to=[SUPPORT]), SUPPORT)
        db.execute(
            "with dead as ("
            " update helpdesk.outbox set state = 'dead', attempts = 10, last_status = 500, last_answer = '<b>Oops</b>',"
            "  last_problem = 'The answer was 500.', last_ms = 12, finished_at = now()"
            " where delivery_id = ("
            "  select delivery_id from helpdesk.outbox where target_id = %s order by sequence limit 1"
            " ) returning *"
            ") insert into helpdesk.delivery_attempts"
            " (delivery_id, attempt, outcome, status, answer, problem, milliseconds)"
            " select delivery_id, 10, 'retry', last_status, last_answer, last_problem, last_ms from dead",
            (webhook.webhook_id,),
        )
        row = db.execute("select number, title from helpdesk.tickets where ticket_id = %s", (opened["ticket_id"],))
        ticket = row.fetchone() or {}
    return {"kettle": {"ticket_id": str(opened["ticket_id"]), **ticket}}
