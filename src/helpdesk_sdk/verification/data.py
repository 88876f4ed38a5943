"""Try the matrix over the Data API: reads and refusals side by side, then what people can change, on tickets anew."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from .furnishing import Furnisher
from .matrix import ATTACKS, Case, Outcome
from .matrix.operations import HttpRequest, resolve
from .people import ADMIN, ANONYMOUS, SERVICE, who
from .project import Project, answered
from .report import BrokenPromise, VerificationError
from .selection import Try, all_tries, opens_in_default_team, touched
from .world import World

AREA = "data"
_WORKERS = 8
_WRITES = "People write on the tickets that they see (the rest was not tried)"
# The key by which the rows of a list are known; a list of many others is asked for those of the throw-away helpdesk.
_KEYS = {
    "tickets": "ticket_id",
    "my_tickets": "ticket_id",
    "team_tickets": "ticket_id",
    "tagged_tickets": "ticket_id",
    "ticket_tags": "ticket_id",
    "messages": "ticket_id",
    "notes": "ticket_id",
    "attachments": "ticket_id",
    "conversation": "ticket_id",
    "conversation_notes": "ticket_id",
    "users": "user_id",
    "invitations": "user_id",
    "teams": "team_id",
    "team_members": "team_id",
    "ticket_links": "source_id",
    "views": "view_id",
}
# Where mail is on, what is tried writes mails about the throw-away tickets: how many is no promise.
_MAILS = {"automatic_emails", "outbound_emails"}


def try_matrix(
    project: Project, furnisher: Furnisher, *, sample: bool = False, targets: Collection[str] | None = None
) -> tuple[int, list[BrokenPromise]]:
    """Try everything; how many tries, and what is broken.

    Args:
        project: The project, with everybody's token.
        furnisher: Who has furnished it.
        sample: Only the first try of each target, verb, person and kind of outcome.
        targets: Only tries of these tables and functions; None for all.
    """
    chosen = list(all_tries(furnisher.world, sample=sample, targets=targets))
    still = [one for one in chosen if not one.changes]
    with ThreadPoolExecutor(_WORKERS) as pool:
        found = list(pool.map(lambda one: failure(project, furnisher, one), still))
    for one in chosen:
        if one.changes:
            found.append(failure(project, furnisher, one))
            try:
                for name in touched(one.case.tries):
                    furnisher.open_ticket(name, with_files=False)
            except VerificationError as error:
                # Without a new ticket the others cannot be tried.
                found.append(BrokenPromise(AREA, _WRITES, "everybody", "success", str(error)))
                break
    return len(chosen), [one for one in found if one is not None]


def failure(project: Project, furnisher: Furnisher, one: Try) -> BrokenPromise | None:
    """What is broken about a try; None when it comes out as promised."""
    world = furnisher.world
    request = one.case.tries.http(world)
    assert request is not None
    answer = _send(project, furnisher, one, request)
    got = _judge(one, answer, world, furnisher.ids)
    if got is None or (not request.params and one.case.tries.target in _MAILS and _is_about(answer, furnisher.ids)):
        return None
    return BrokenPromise(AREA, promise_of(one.case), who(one.person), in_words(one.outcome), got)


def promise_of(case: Case) -> str:
    """A row in words: what the attack tries, or the name of the row, and what was asked."""
    code, _, rest = case.name.partition(" ")
    said = f"{ATTACKS[code]} ({rest})" if code in ATTACKS else case.name
    return f"{said} [{case.tries.verb} {case.tries.target}]"


def in_words(outcome: Outcome) -> str:
    """What was expected, in words."""
    if outcome.sqlstate is not None:
        return "a refusal" if outcome.reason is None else f"the refusal {outcome.token}"
    return "success" if outcome.rows is None else f"{outcome.rows} rows" if outcome.rows else "nothing"


def _send(project: Project, furnisher: Furnisher, one: Try, request: HttpRequest) -> httpx.Response:
    params, key = dict(request.params), _KEYS.get(one.case.tries.target)
    if request.method == "GET" and not params and key is not None and one.person in (ADMIN, SERVICE):
        params[key] = f"in.({','.join(sorted(furnisher.ids))})"
    more: dict[str, Any] = {} if request.json is None else {"json": request.json}
    return project.data(one.person, request.method, request.path, params=params, headers=request.headers, **more)


def _is_about(answer: httpx.Response, ids: set[str]) -> bool:
    """Whether each row is about a throw-away ticket."""
    return answer.is_success and all(row.get("ticket_id") in ids for row in answer.json())


def _judge(one: Try, answer: httpx.Response, world: World, ids: set[str]) -> str | None:
    try:
        body: Any = answer.json() if answer.content else []
    except ValueError:
        return answered(answer)
    if not answer.is_success:
        return _judge_refusal(one, answer, body)
    rows: list[Any] = body if isinstance(body, list) else [body]
    if one.outcome.sqlstate is not None:
        return f"success ({len(rows)} rows)" + ("" if one.case.tries.verb == "read" else ": it was carried out")
    return _judge_rows(one, rows, world, ids)


def _judge_refusal(one: Try, answer: httpx.Response, body: Any) -> str | None:
    said = answered(answer)
    if one.outcome.sqlstate is None or not isinstance(body, dict):
        return said
    if (answer.status_code, body.get("code")) != one.outcome.http_error(one.person == ANONYMOUS):
        return said
    return said if one.outcome.reason and body.get("details") != one.outcome.reason else None


def _judge_rows(one: Try, rows: Sequence[Any], world: World, ids: set[str]) -> str | None:
    tries, wanted = one.case.tries, one.outcome.rows
    key = _KEYS.get(tries.target)
    if tries.verb == "read" and key is not None:
        ours = [row for row in rows if row.get(key) in ids]
        if key == "ticket_id" and len(ours) < len(rows) and one.person not in (ADMIN, SERVICE):
            return f"{len(rows) - len(ours)} rows of tickets that are not theirs"
        rows = ours
    if wanted is not None and len(rows) != wanted:
        return f"{len(rows)} rows"
    gives = one.case.gives if rows and isinstance(rows[0], dict) else {}
    for name, expected in gives.items():
        if name == "team_id" and opens_in_default_team(tries):
            continue
        must = resolve(expected, world)
        if rows[0].get(name) != must and str(rows[0].get(name)) != str(must):
            return f"{name} = {rows[0].get(name)!r}"
    return None
