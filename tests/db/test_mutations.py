"""The tool of `make mutate` itself: a guard or a lock that is taken away is noticed, and nothing else is."""

from __future__ import annotations

from types import ModuleType

import pytest
from tests.db import (
    concurrency,
    concurrency_events,
    concurrency_knowledge,
    mutations,
    mutations_files,
    mutations_live,
    mutations_privileges,
    mutations_rules,
    test_classification_vectors,
    test_embedding_races,
    test_embeddings,
    test_hybrid_search,
    test_search_fields,
    watchers,
)
from tests.db.conftest import Server
from tests.db.people import Db
from tests.db.watching_tests import runnable_tests
from tests.db.world import World


# The guards are the same in every version.
@pytest.mark.parametrize("pg", [18], indirect=True, ids=["pg18"])
def test_a_guard_taken_away_is_noticed(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as db:
        guards = [
            *mutations.all_of_them(db),
            *mutations_privileges.all_of_them(db),
            *mutations_live.all_of_them(db),
            *mutations_files.all_of_them(db),
            *mutations_rules.all_of_them(db),
        ]
        assert len(guards) > 600
        guard = next(guard for guard in guards if guard.about == ("notes",))
        rows = [watcher for watcher in watchers.all_of_them(db) if watcher.about == "notes"]
        assert watchers.who_notices(db, world, rows, guard) is not None


@pytest.mark.parametrize(
    "mutation",
    [
        next(m for m in concurrency.MUTATIONS if m.name == "roles change at the same time"),
        *concurrency_knowledge.MUTATIONS,
    ],
    ids=lambda mutation: mutation.function,
)
def test_a_lock_taken_away_is_noticed(pg: Server, mutation: concurrency.Mutation) -> None:
    assert concurrency.who_notices(pg, mutation) is not None


@pytest.mark.parametrize("pg", [18], indirect=True, ids=["pg18"])
def test_the_locks_that_are_taken_away_are_there(pg: Server, own: str) -> None:
    locks = [*concurrency.MUTATIONS, *concurrency_events.MUTATIONS, *concurrency_knowledge.MUTATIONS]
    assert len(locks) > 40
    with pg.connect(own) as db:
        for lock in locks:
            assert concurrency.source_with(db, lock)


@pytest.mark.parametrize("pg", [18], indirect=True, ids=["pg18"])
def test_the_tests_that_a_rule_names_watch(pg: Server, own: str) -> None:
    with pg.connect(own) as db:
        named = {concept for rule in mutations_rules.all_of_them(db) for concept in rule.about}
    assert named - set(watchers.MODULES) == set()


def test_taking_nothing_away_is_not_noticed(pg: Server, own: str, world: World) -> None:
    nothing = mutations.Mutation("nothing", ("teams",), mutations.NOTHING)
    with pg.connect(own) as db:
        found = watchers.all_of_them(db)
        rows = [watcher for watcher in found if watcher.about == "teams"]
        assert len(rows) > 100
        calls = [watcher for watcher in found if watcher.name.startswith("A39 helpdesk_private.")]
        assert len(calls) > 1000
        rows += calls[::20]
        assert watchers.who_notices(db, world, rows, nothing) is None


def test_a_test_that_cannot_watch_is_named(own: str, pg: Server, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(db: Db, world: World) -> str | None:
        return "AssertionError it fails\nwith a second line"

    monkeypatch.setattr(watchers, "all_of_them", lambda db: [watchers.Watcher("a test", "notes", look)])
    with pg.connect(own) as db:
        assert watchers.content(db, world) == ([], {"a test": "AssertionError it fails"})


# Each of these modules has tests with fixtures of its own, by argument or by mark.
@pytest.mark.parametrize(
    "module", [test_embeddings, test_hybrid_search, test_search_fields, test_classification_vectors]
)
def test_tests_with_fixtures_watch(own: str, pg: Server, world: World, module: ModuleType) -> None:
    runnable = list(runnable_tests(module))
    assert {test.name.partition("[")[0] for test in runnable} == {
        name for name in vars(module) if name.startswith("test_")
    }
    with pg.connect(own) as db:
        assert [(test.name, said) for test in runnable if (said := test.failure(db, world)) is not None] == []


def test_a_fixture_that_needs_more_than_a_database_is_left_to_pytest() -> None:
    names = {test.name for test in runnable_tests(test_embedding_races)}
    assert names == {
        "test_a_first_model_whose_last_waiting_passage_is_withdrawn_becomes_active",
        "test_a_publication_without_passages_leaves_no_vectors_and_jobs",
    }
