"""A stack whose functions ask the scripted provider, and what the tests of the assistant do with it."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row

from helpdesk_sdk.local import Stack

_SUPABASE = Path(__file__).parents[2] / "supabase"
_PASSWORD = "correct horse battery"


class Desk:
    """The stack, and calls of it by people."""

    def __init__(self, stack: Stack) -> None:
        self.info = stack.info
        self.agent = self.sign_in("agent")

    def sign_in(self, role: str, team: bool = True) -> str:
        """The token of a new person; an agent is in the default team."""
        login = {"email": f"{role}-{uuid4()}@example.com", "password": _PASSWORD}
        admin = {"apikey": self.info.secret_key}
        made = httpx.post(
            f"{self.info.api_url}/auth/v1/admin/users", headers=admin, json=login | {"email_confirm": True}
        )
        assert made.status_code == 200, made.text
        if role != "customer":
            self.sql("update helpdesk.users set role = %s where email = %s", role, login["email"])
        if role == "agent" and team:
            self.sql(
                "insert into helpdesk.team_members (team_id, user_id) select t.team_id, u.user_id "
                "from helpdesk.teams as t, helpdesk.users as u where t.is_default and u.email = %s",
                login["email"],
            )
        url = f"{self.info.api_url}/auth/v1/token?grant_type=password"
        answer = httpx.post(url, headers={"apikey": self.info.publishable_key}, json=login, timeout=90)
        return str(answer.json()["access_token"])

    def sql(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """The rows of a statement, by the database's owner."""
        with psycopg.connect(self.info.db_url, row_factory=dict_row) as db:
            done = db.execute(statement, values)
            return done.fetchall() if done.description else []

    def post(self, path: str, token: str, body: Any, **headers: str) -> httpx.Response:
        """A request by the holder of a token or of a key."""
        return httpx.post(f"{self.info.api_url}/{path}", headers=self.headers(token) | headers, json=body, timeout=90)

    def headers(self, token: str) -> dict[str, str]:
        key = self.info.secret_key if token == self.info.secret_key else self.info.publishable_key
        return {"apikey": key, "authorization": f"Bearer {token}", "content-profile": "helpdesk"}

    def rpc(self, name: str, token: str, **values: Any) -> Any:
        """The answer of a database function."""
        answer = self.post(f"rest/v1/rpc/{name}", token, values)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def new_ticket(self, token: str | None = None, **values: str) -> str:
        """The id of a new ticket, by default of the agent, about a parcel."""
        told = {"title": "Where is my parcel?", "description": "It should have come on Monday."}
        return str(self.rpc("create_ticket", token or self.agent, **(told | values))["ticket_id"])

    def publish(self, title: str, body: str, audience: str = "public") -> str:
        """The id of a new article."""
        secret = self.info.secret_key
        slug = f"a-{uuid4()}"
        article = self.rpc("save_article", secret, slug=slug, title=title, body=body, audience=audience)
        self.rpc("publish_article", secret, article_id=article["article_id"])
        return str(article["article_id"])

    def suggest(self, ticket: str, kind: str = "summary", **more: Any) -> Any:
        """What `suggest-reply` answers to the agent."""
        answer = self.post("functions/v1/suggest-reply", self.agent, {"ticket_id": ticket, "kind": kind} | more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def stream(self, ticket: str, kind: str = "summary") -> list[tuple[str, Any]]:
        """The events of the same answer as a stream: their names and data."""
        body = {"ticket_id": ticket, "kind": kind}
        answer = self.post("functions/v1/suggest-reply", self.agent, body, accept="text/event-stream")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/event-stream")
        blocks = [block.split("\n") for block in answer.text.split("\n\n") if block.startswith("event: ")]
        return [(head.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for head, data in blocks]

    def triage(self, ticket: str) -> Any:
        """The run of `triage-ticket`, by the agent."""
        answer = self.post("functions/v1/triage-ticket", self.agent, {"ticket_id": ticket})
        assert answer.status_code == 200, answer.text
        (run,) = answer.json()["runs"]
        return run

    def state(self, ticket: str) -> list[dict[str, Any]]:
        """The whole ticket, with its messages, notes and tags."""
        return self.sql(
            "select to_jsonb(t) as ticket, "
            "(select jsonb_agg(m) from helpdesk.messages as m where m.ticket_id = t.ticket_id) as messages, "
            "(select jsonb_agg(n) from helpdesk.notes as n where n.ticket_id = t.ticket_id) as notes, "
            "(select jsonb_agg(g) from helpdesk.ticket_tags as g where g.ticket_id = t.ticket_id) as tags "
            "from helpdesk.tickets as t where t.ticket_id = %s",
            ticket,
        )

    def use_new_model(self) -> None:
        """Give the endpoint another name: what the functions remember of it, its failures too, is of the name."""
        self.sql("update helpdesk.ai_settings set chat_model = %s", f"scripted-{uuid4()}")

    @contextmanager
    def setting(self, name: str, value: Any) -> Iterator[None]:
        """A setting of the assistant, for a while."""
        (before,) = self.sql("select to_jsonb(s) as all from helpdesk.ai_settings as s")
        self.sql(f"update helpdesk.ai_settings set {name} = %s", value)
        try:
            yield
        finally:
            self.sql(f"update helpdesk.ai_settings set {name} = %s", before["all"][name])


@contextmanager
def desk_with(variables: dict[str, str]) -> Iterator[Desk]:
    """A stack of its own, whose functions have these secrets."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-tests-") as name, pytest.MonkeyPatch.context() as patch:
        project = Path(name)
        project.chmod(0o711)
        for part in ("migrations", "functions"):
            shutil.copytree(_SUPABASE / part, project / part)
        shutil.copy(_SUPABASE / "config.toml", project)
        (project / "functions" / ".env").write_text("".join(f"{key}={value}\n" for key, value in variables.items()))
        patch.delenv("HELPDESK_FUNCTIONS_NET", raising=False)
        with Stack.start(project=project, ephemeral=True) as stack:
            yield Desk(stack)
