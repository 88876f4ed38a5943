"""The tool of `make mutate` itself: a guard or a lock that is taken away is noticed, and nothing else is."""

from __future__ import annotations

import pytest
from tests.db import concurrency, mutations, mutations_files, mutations_live, mutations_rules, watchers
from tests.db.conftest import Server
from tests.db.world import World


# The guards are the same in every version.
@pytest.mark.parametrize("pg", [18], indirect=True, ids=["pg18"])
def test_a_guard_taken_away_is_noticed(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as db:
        guards = [
            *mutations.all_of_them(db),
            *mutations_live.all_of_them(db),
            *mutations_files.all_of_them(db),
            *mutations_rules.all_of_them(db),
        ]
        assert len(guards) > 600
        guard = next(guard for guard in guards if guard.about == ("notes",))
        rows = [watcher for watcher in watchers.all_of_them(db) if watcher.about == "notes"]
        assert watchers.who_notices(db, world, rows, guard) is not None


def test_a_lock_taken_away_is_noticed(pg: Server) -> None:
    mutation = next(m for m in concurrency.MUTATIONS if m.name == "roles change at the same time")
    assert concurrency.who_notices(pg, mutation) is not None


def test_taking_nothing_away_is_not_noticed(pg: Server, own: str, world: World) -> None:
    nothing = mutations.Mutation("nothing", ("teams",), mutations.NOTHING)
    with pg.connect(own) as db:
        rows = [watcher for watcher in watchers.all_of_them(db) if watcher.about == "teams"]
        assert len(rows) > 100
        assert watchers.who_notices(db, world, rows, nothing) is None
