"""Roles and teams of the people whom an import has brought, where the caller asks for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ..._http.flow import Flow, Reply
from ..._http.resource import Resource
from ...imports.desks import Stage
from ...imports.desks.source import Worker
from ...models.users import User

_BATCH = 100


def staff_up(resource: Resource[Any], stage: Stage, workers: Iterator[Worker], dry_run: bool) -> Flow[None]:
    """Give people the role and the teams that they had in the source.

    Whoever has a login or a role here keeps what they have: an admin of this helpdesk has decided about them.
    """
    given: Counter[str] = Counter()
    while some := list(islice(workers, _BATCH)):
        ids = {worker.person: (stage.result("person", worker.person) or ("", None))[1] for worker in some}
        people = {} if dry_run else (yield from _people(resource, [id for id in ids.values() if id is not None]))
        for worker in some:
            if not dry_run:
                person = people.get(ids[worker.person] or "")
                if person is None or person.auth_user_id is not None or person.role != "customer":
                    given["people who keep the role that they have here"] += 1
                    continue
                yield from _give(resource, stage, str(person.user_id), worker)
            given[f"people who are {worker.role}s here now"] += 1
    for what, times in given.items():
        stage.keep_note(what, times)


def _people(resource: Resource[Any], ids: list[str]) -> Flow[dict[str, User]]:
    if not ids:
        return {}
    reply: Reply = yield resource._read(resource._rest.from_("users").select("*").in_("user_id", ids))
    return {str(user.user_id): user for user in reply.rows(User)}


def _give(resource: Resource[Any], stage: Stage, user_id: str, worker: Worker) -> Flow[None]:
    """The teams first, which have no effect without a role: so an import that is interrupted begins here again."""
    teams = [found[1] for team in worker.teams if (found := stage.result("team", team)) is not None and found[1]]
    for team_id in teams:
        row = {"team_id": team_id, "user_id": user_id}
        yield resource._write(resource._rest.from_("team_members").upsert(row, ignore_duplicates=True))
    yield resource._rpc_write("set_user_role", {"user_id": user_id, "role": worker.role})
