"""Articles, runs and answers for the tests of proposals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from psycopg.types.json import Jsonb
from tests.db.people import ADMIN, AGENT, Db, Person, be, one, value
from tests.db.world import World

ROBOT = Person("robot", helpdesk_role="assistant")
BODY = (
    "Open the settings of your account. Choose the button that says reset my router. "
    "The router restarts within two minutes. Yes. Call +1 800 555 0100 if the light stays red. "
    "More is at https://kb.example/router?page=2 and in the manual.\n"
)
"""An article of six sentences; the fourth is too short for a quote."""


def add_robot(db: Db, robot: Person = ROBOT) -> None:
    """The assistant's login."""
    db.execute(
        "insert into auth.users (id, aud, role, email, email_confirmed_at) "
        "values (gen_random_uuid(), 'authenticated', 'authenticated', %s, now()) on conflict do nothing",
        (robot.email,),
    )
    db.execute("update helpdesk.users set role = 'assistant' where email = %s", (robot.email,))


def publish(db: Db, slug: str, body: str = BODY, audience: str = "public", title: str = "Router reset") -> str:
    """A published article; its id."""
    with be(db, ADMIN):
        article = one(
            db,
            "select * from helpdesk.save_article(%s, %s, %s, audience => %s)",
            *(slug, title, body, audience),
        )
        db.execute("select helpdesk.publish_article(%s)", (article["article_id"],))
    return str(article["article_id"])


@contextmanager
def holding(db: Db, secret: str | None, person: Person = ROBOT) -> Iterator[None]:
    """What follows is said by the assistant, with the secret of a run in its header."""
    headers = json.dumps({} if secret is None else {"x-helpdesk-run": secret})
    with be(db, person):
        db.execute("select set_config('request.headers', %s, true)", (headers,))
        yield
        db.execute("select set_config('request.headers', '', true)")


def start(db: Db, ticket_id: str, kind: str = "reply", person: Person = AGENT, **more: Any) -> tuple[str, str]:
    """A leased run and its secret."""
    add_robot(db)
    names = "".join(f", {name} => %s" for name in more)
    query = f"select * from helpdesk.request_run(%s, %s{names})"
    with be(db, person):
        run = one(db, query, ticket_id, kind, *more.values())
    with be(db, ROBOT):
        (lease,) = value(db, "select helpdesk.lease_runs(run_id => %s)", run["run_id"])
    return str(run["run_id"]), lease["secret"]


def retrieve(db: Db, secret: str, query: str | None = "How do I reset my router?") -> dict[str, Any]:
    """What the run finds."""
    with holding(db, secret):
        found: dict[str, Any] = value(db, "select helpdesk.retrieve_passages(%s)", query)
        return found


def submit(db: Db, secret: str, answer: object, usage: dict[str, Any] | None = None) -> dict[str, Any] | None:
    """Hand in the answer of a model; the proposal."""
    with holding(db, secret):
        proposal: dict[str, Any] | None = value(
            db, "select helpdesk.submit_answer(%s, %s)", Jsonb(answer), Jsonb(usage)
        )
        return proposal


def reply(text: str = "Please restart it.", *citations: tuple[int, list[Any]], **more: Any) -> dict[str, Any]:
    """The answer of a model with one paragraph."""
    cited = [{"passage": passage, "sentences": sentences} for passage, sentences in citations]
    return {"paragraphs": [{"text": text, "citations": cited}], "language": "en", "enough": True} | more


def draft(db: Db, world: World, answer: object | None = None, ticket: str = "answered") -> dict[str, Any]:
    """An open proposal of a reply that quotes an article."""
    publish(db, f"router-{uuid4().hex[:8]}")
    _, secret = start(db, world[ticket])
    retrieve(db, secret)
    proposal = submit(db, secret, answer or reply("Choose the button that says so.", (1, [1, 2])))
    assert proposal is not None
    return proposal


def make(db: Db, run_id: str, kind: str, payload: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A proposal of any kind, as classification makes it."""
    return one(
        db,
        "select * from helpdesk_private.make_proposal(%s, %s, %s, 'neighbours', p_confidence => 0.9)",
        *(run_id, kind, Jsonb(payload)),
    )


def accept(db: Db, person: Person, proposal: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Accept a proposal as that person."""
    names = "".join(f", {name} => %s" for name in more)
    with be(db, person):
        query = f"select * from helpdesk.accept_proposal(%s{names})"
        return one(db, query, proposal["proposal_id"], *more.values())


def state(db: Db, proposal: dict[str, Any]) -> str:
    """The state that a proposal has now."""
    found: str = value(db, "select state from helpdesk.proposals where proposal_id = %s", proposal["proposal_id"])
    return found


def begin(db: Db, secret: str, tokens: int) -> dict[str, Any]:
    """Reserve tokens for a call of a model."""
    with holding(db, secret):
        found: dict[str, Any] = value(db, "select helpdesk.begin_model_call(%s)", tokens)
        return found


def finish(db: Db, run_id: str, state: str = "done", usage: dict[str, Any] | None = None) -> None:
    """End a run, as the functions that take its answer do."""
    db.execute(
        "select helpdesk_private.finish_run(%s, %s, 'model', null, null, %s, null)", (run_id, state, Jsonb(usage))
    )


def run_of(db: Db, run_id: str) -> dict[str, Any]:
    """The run as it is now."""
    return one(db, "select * from helpdesk.ai_runs where run_id = %s", run_id)


def citations(db: Db, proposal: dict[str, Any]) -> list[dict[str, Any]]:
    """The quotes of a proposal, in their order."""
    return db.execute(
        "select * from helpdesk.citations where proposal_id = %s order by ordinal", (proposal["proposal_id"],)
    ).fetchall()


def classified(db: Db, world: World, **payload: Any) -> dict[str, Any]:
    """A proposal of labels for a ticket."""
    run_id, _ = start(db, world["answered"], "classification")
    return make(db, run_id, "classification", payload)


def undo(db: Db, person: Person, proposal: dict[str, Any]) -> dict[str, Any]:
    """Undo a proposal as that person."""
    with be(db, person):
        return one(db, "select * from helpdesk.undo_proposal(%s)", proposal["proposal_id"])
