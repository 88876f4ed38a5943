"""The smoke test: a throw-away ticket in a transaction that is rolled back, and the functions without a token."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING
from uuid import uuid4

from .errors import DeploymentFailedError

if TYPE_CHECKING:
    from ._database import Db
    from .target import Target

STEP = "smoke"
_PATIENCE = 30.0
_PAUSE = 1.0


def throw_away_ticket(db: Db) -> str:
    """Sign up, open a ticket, reply, answer, resolve: as people do it, under row-level security. Nothing of it stays.

    Args:
        db: A connection.

    Raises:
        DeploymentFailedError: A step of it failed.
    """
    import psycopg

    try:
        with db.transaction(force_rollback=True):
            db.execute("set local statement_timeout = '30s'")
            db.execute("set local lock_timeout = '5s'")
            login, email = uuid4(), f"smoke-{uuid4()}@deployment.invalid"
            has_login = _sign_up(db, str(login), email)
            ticket = _as_customer(db, str(login)) if has_login else _as_system(db, email)
            db.execute("set local role none")
            row = db.execute("select status from helpdesk.tickets where ticket_id = %s", [ticket]).fetchone()
            db.execute("set constraints all immediate")
            if row is None or row["status"] != "resolved":
                raise DeploymentFailedError(STEP, "the throw-away ticket is not resolved")
    except psycopg.Error as error:
        message = error.diag.message_primary or str(error)
        raise DeploymentFailedError(STEP, f"the throw-away ticket: {message}") from None
    return "A throw-away ticket was opened, answered and resolved" + (
        "." if has_login else " by the system only: this role may not act as a person who signs in."
    )


def _sign_up(db: Db, login: str, email: str) -> bool:
    """Whether a login could be made, and this role may act for it."""
    import psycopg

    try:
        with db.transaction():
            db.execute("insert into auth.users (id, email, email_confirmed_at) values (%s, %s, now())", [login, email])
            db.execute("set local role authenticated")
            db.execute("set local role none")
    except psycopg.Error:
        # A trigger of the host's, or a role without the right.
        return False
    return True


def _as_customer(db: Db, login: str) -> str:
    claims = json.dumps({"role": "authenticated", "sub": login})
    db.execute("set local role authenticated")
    db.execute("select set_config('request.jwt.claims', %s, true)", [claims])
    db.execute("select helpdesk.whoami()")
    row = db.execute(
        "select ticket_id from helpdesk.create_ticket('Test of a deployment', 'Nothing to do.')"
    ).fetchone()
    assert row is not None
    ticket = str(row["ticket_id"])
    seen = db.execute("select count(*) as seen from helpdesk.tickets").fetchone()
    if seen is None or seen["seen"] != 1:
        raise DeploymentFailedError(
            STEP, f"a new customer sees {seen['seen'] if seen else 'no'} tickets instead of one"
        )
    db.execute("select helpdesk.send_reply(%s, 'A message.')", [ticket])
    db.execute("set local role none")
    db.execute("select set_config('request.jwt.claims', '', true)")
    _answer(db, ticket)
    return ticket


def _as_system(db: Db, email: str) -> str:
    row = db.execute(
        "select t.ticket_id from helpdesk.create_customer(%s) as c, "
        "helpdesk.create_ticket('Test of a deployment', requester_id => c.user_id) as t",
        [email],
    ).fetchone()
    assert row is not None
    _answer(db, str(row["ticket_id"]))
    return str(row["ticket_id"])


def _answer(db: Db, ticket: str) -> None:
    last = db.execute(
        "select message_id from helpdesk.messages where ticket_id = %s order by sequence desc limit 1", [ticket]
    ).fetchone()
    db.execute(
        "select helpdesk.send_reply(%s, 'An answer.', expected_last_message => %s, status => 'resolved')",
        [ticket, last["message_id"] if last else None],
    )


def functions(target: Target, asks_for_token: dict[str, bool], version: str) -> str | None:
    """Call the functions without a token: `health` must know this schema, and the others must refuse.

    Args:
        target: Where to.
        asks_for_token: The functions, and whether each asks for a token.
        version: The version of the schema.

    Raises:
        DeploymentFailedError: One answers otherwise, also after half a minute.
    """
    url = target.environment.api_url
    if url is None or not asks_for_token:
        return None
    deadline = time.monotonic() + _PATIENCE
    while problem := _problem(url, asks_for_token, version):
        # A new deployment, and a newly exposed schema, take some seconds to arrive.
        if time.monotonic() > deadline:
            raise DeploymentFailedError(STEP, problem)
        time.sleep(_PAUSE)
    return "The functions answer as they should."


def _problem(url: str, asks_for_token: dict[str, bool], version: str) -> str | None:
    import httpx

    for name, asks in asks_for_token.items():
        try:
            answer = httpx.get(f"{url}/functions/v1/{name}", timeout=15)
        except httpx.HTTPError as error:
            return f"the function {name} does not answer: {error or type(error).__name__}"
        if asks and answer.status_code != 401:
            return f"the function {name} answers without a token with {answer.status_code} instead of 401"
        if name == "health":
            try:
                told = answer.json()
            except ValueError:
                told = None
            if not isinstance(told, dict):
                return f"the function health answers with {answer.status_code}, and not with a JSON object"
            if told.get("schema_version") != version:
                return f"the function health says {told.get('status')}, schema version {told.get('schema_version')}"
    return None
