"""A helpdesk with an agent, articles and a scripted model, for the tests of the assistant's runner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import psycopg
from psycopg.rows import dict_row

from helpdesk_sdk import Helpdesk
from helpdesk_sdk.assistant import ModelSettings, Runner
from helpdesk_sdk.scripted_provider import ScriptedProvider

if TYPE_CHECKING:
    from helpdesk_sdk.testing import Project

KEY = "sk-canary-1234567890"


class Desk:
    """The helpdesk of a test, by the agent who works it and by its owner."""

    def __init__(self, project: Project, provider: ScriptedProvider) -> None:
        self.project, self.provider = project, provider
        self.agent = project.client("agent")
        self.system = Helpdesk(project.url, project.secret_key)

    def sql(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """The rows of a statement, by the database's owner."""
        with psycopg.connect(self.project.db_url, row_factory=dict_row) as db:
            done = db.execute(statement, values)
            return done.fetchall() if done.description else []

    def publish(self, title: str, body: str) -> None:
        """An article that everybody may read."""
        slug = title.lower().replace(" ", "-")
        self.system.knowledge.save(slug, title, body)
        self.system.knowledge.publish(slug)

    def ask(self, kind: str = "summary", text: str = "It should have come on Monday.") -> str:
        """The id of a run that waits, about a new ticket of the agent."""
        ticket = self.agent.tickets.create("Where is my parcel?", text)
        return self.ask_about(str(ticket.ticket_id), kind)

    def ask_about(self, ticket_id: str, kind: str) -> str:
        """The id of a run that waits, about a ticket."""
        key = self.project.secret_key
        headers = {"apikey": key, "authorization": f"Bearer {key}", "content-profile": "helpdesk"}
        url = f"{self.project.url}/rest/v1/rpc/request_run"
        answer = httpx.post(url, headers=headers, json={"ticket_id": ticket_id, "kind": kind}, timeout=30)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["run_id"])

    def run(self, run_id: str) -> dict[str, Any]:
        """The run as it is now."""
        (row,) = self.sql("select * from helpdesk.ai_runs where run_id = %s", run_id)
        return row

    def proposals(self, run_id: str) -> list[dict[str, Any]]:
        """The proposals of a run."""
        return self.sql("select * from helpdesk.proposals where run_id = %s", run_id)

    def model(self, key: str = KEY) -> ModelSettings:
        """The scripted model."""
        return ModelSettings(self.provider.url, key, self.provider.model)

    def runner(self, **options: Any) -> Runner:
        """A runner with the scripted model."""
        given: dict[str, Any] = {"model": self.model(), "timeout": 20} | options
        return Runner(self.system, **given)
