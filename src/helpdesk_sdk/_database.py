"""Connections to PostgreSQL by URL alone: libpq's environment variables do not reach them.

libpq fills in whatever a URL leaves out from PGOPTIONS, PGSSLMODE, PGSERVICE, PGTZ and two dozen more. They are meant
for other databases, and would break, or steer, a connection whose URL says everything.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection

_lock = threading.Lock()


def connect(db_url: str, **options: Any) -> Connection[Any]:
    """A connection to the database of a URL.

    Args:
        db_url: The database, e.g. ``postgresql://postgres@127.0.0.1:5432/postgres``.
        options: Further arguments of ``psycopg.connect``.

    Raises:
        ImportError: psycopg is not installed.
        psycopg.Error: The connection failed.
    """
    import psycopg

    with _without_libpq_variables():
        return psycopg.connect(db_url, **options)


@contextmanager
def _without_libpq_variables() -> Iterator[None]:
    # Arguments cannot replace all of them: PGSERVICE and PGTZ are read whatever is given.
    with _lock:
        kept = {name: os.environ.pop(name) for name in tuple(os.environ) if name.startswith("PG")}
        try:
            yield
        finally:
            os.environ.update(kept)
