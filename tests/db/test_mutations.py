"""A sample of scripts/mutation_check.py: whichever guard is taken away, some test must notice."""

from __future__ import annotations

import pytest
from tests.db import concurrency, mutations, mutations_live, watchers
from tests.db.conftest import Server
from tests.db.world import World

SAMPLE = 25


# The guards are the same in every version.
@pytest.mark.parametrize("pg", [18], indirect=True)
def test_a_guard_taken_away_is_noticed(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as db:
        content = watchers.content(db, world)
        tried = [*mutations.all_of_them(db), *mutations_live.all_of_them(db)]
        assert len(tried) > 600
        unnoticed = [
            mutation.name for mutation in tried[::SAMPLE] if watchers.who_notices(db, world, content, mutation) is None
        ]
    assert unnoticed == []


def test_a_lock_taken_away_is_noticed(pg: Server) -> None:
    mutation = next(m for m in concurrency.MUTATIONS if m.name == "roles change at the same time")
    assert concurrency.who_notices(pg, mutation) is not None


def test_taking_nothing_away_is_not_noticed(pg: Server, own: str, world: World) -> None:
    nothing = mutations.Mutation("nothing", ("teams",), mutations.NOTHING)
    with pg.connect(own) as db:
        rows = [watcher for watcher in watchers.all_of_them(db) if watcher.about == "teams"]
        assert len(rows) > 100
        assert watchers.who_notices(db, world, rows, nothing) is None
