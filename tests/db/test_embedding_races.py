"""Embeddings while something else happens: every published text has a vector or a job, and no other text has one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any

import pytest
from tests.db.conftest import Server
from tests.db.people import ADMIN, Db, be, value
from tests.db.test_embeddings import MODEL, active, leased, no_examples, progress, store, vector
from tests.db.test_knowledge import published
from tests.db.world import World

__all__ = ["no_examples"]
pytestmark = pytest.mark.usefixtures("no_examples")


@pytest.fixture
def two(pg: Server, own: str) -> Iterator[tuple[Db, Db]]:
    """Two connections to a helpdesk without examples."""
    with pg.connect(own) as first, pg.connect(own) as second:
        first.execute("delete from helpdesk_private.example_texts")
        first.commit()
        yield first, second


def await_waiting(db: Db, other: Db) -> None:
    """Return when the other connection waits for this one."""
    end = monotonic() + 5
    while not value(db, "select pg_blocking_pids(%s) <> '{}'", other.info.backend_pid):
        assert monotonic() < end, "it does not wait"
        sleep(0.01)


@contextmanager
def while_open(first: Db, second: Db, work: Callable[[], Any]) -> Iterator[Callable[[], Any]]:
    """The second connection works and waits for the first, which commits. Yields what gives the result."""
    with ThreadPoolExecutor() as threads:
        result = threads.submit(work)
        await_waiting(first, second)
        first.commit()
        yield result.result
        second.commit()


def archive(db: Db, article: dict[str, Any]) -> None:
    """Withdraw the article."""
    with be(db, ADMIN):
        db.execute("select helpdesk.archive_article(%s)", (article["article_id"],))


def test_two_workers_with_the_last_passages_make_the_model_active(two: tuple[Db, Db]) -> None:
    first, second = two
    for name in ("one", "two"):
        published(first, name, f"The text {name} of all the texts.")
    jobs = leased(first)
    first.commit()
    assert store(first, jobs[0], vector(1))
    with while_open(first, second, lambda: store(second, jobs[1], vector(1))) as stored:
        assert stored() is True
    assert (active(first), progress(first)) == (MODEL, [(MODEL, True, 2, 2, 0, 0)])


@pytest.mark.parametrize("publishes_first", [True, False])
def test_what_is_published_while_a_model_is_added_gets_a_job(two: tuple[Db, Db], publishes_first: bool) -> None:
    first, second = two
    published(first, "one", "The first text of all the texts.")
    store(first, leased(first)[0], vector(1))
    first.commit()

    def publish(db: Db) -> object:
        return published(db, "two", "The second text of all the texts.")

    def add(db: Db) -> object:
        with be(db, ADMIN):
            return value(db, "select helpdesk.use_embedding_model('better')")

    (publish if publishes_first else add)(first)
    with while_open(first, second, lambda: (add if publishes_first else publish)(second)) as done:
        done()
    assert progress(first) == [(MODEL, True, 2, 1, 1, 0), ("better", False, 2, 0, 2, 0)]


def test_what_is_published_while_the_first_model_comes_gets_a_job(two: tuple[Db, Db]) -> None:
    first, second = two
    published(first, "one", "The first text of all the texts.")
    with while_open(first, second, lambda: leased(second)) as jobs:
        assert len(jobs()) == 1
    assert progress(first) == [(MODEL, False, 1, 0, 1, 0)]


def test_a_passage_withdrawn_while_its_vector_is_stored_keeps_none(two: tuple[Db, Db]) -> None:
    first, second = two
    article = published(first, "one", "The first text of all the texts.")
    (job,) = leased(first)
    first.commit()
    assert store(first, job, vector(1))
    with while_open(first, second, lambda: archive(second, article)) as done:
        done()
    assert value(first, "select count(*) from helpdesk_private.chunk_embeddings") == 0
    first.rollback()


def test_a_vector_stored_while_its_passage_is_withdrawn_is_not_stored(two: tuple[Db, Db]) -> None:
    first, second = two
    article = published(first, "one", "The first text of all the texts.")
    (job,) = leased(first)
    first.commit()
    archive(first, article)
    with while_open(first, second, lambda: store(second, job, vector(1))) as stored:
        assert stored() is False
    assert value(first, "select count(*) from helpdesk_private.chunk_embeddings") == 0


def test_an_example_changed_while_its_vector_is_stored_gets_the_vector_of_its_new_text(
    two: tuple[Db, Db], world: World
) -> None:
    first, second = two
    first.execute(
        "insert into helpdesk_private.example_texts (ticket_id, body, requester_id) "
        "select ticket_id, 'one', created_by from helpdesk.tickets where ticket_id = %s",
        (world["mine"],),
    )
    (old,) = leased(first)
    first.commit()
    assert store(first, old, vector(1))
    change = "update helpdesk_private.example_texts set body = 'two'"
    with while_open(first, second, lambda: second.execute(change)) as done:
        done()
    (new,) = leased(first)
    assert new["text"] == "two"
    assert store(first, new, vector(0, 1))
    numbers = value(first, "select embedding::real[] from helpdesk_private.example_embeddings")
    assert numbers[:2] == [0, 1]


def test_a_first_model_whose_last_waiting_passage_is_withdrawn_becomes_active(db: Db) -> None:
    published(db, "one", "The first text of all the texts.")
    gone = published(db, "two", "The second text of all the texts.")
    for job in leased(db):
        if "first" in job["text"]:
            store(db, job, vector(1))
    archive(db, gone)
    assert leased(db) == []
    assert active(db) == MODEL


def test_a_publication_without_passages_leaves_no_vectors_and_jobs(db: Db) -> None:
    published(db, "one", "# Kept\n\nThe first text.\n\n# Waiting\n\nThe second text.")
    store(db, leased(db)[0], vector(1))
    published(db, "one", "# Only a heading")
    assert progress(db) == [(MODEL, False, 0, 0, 0, 0)]
