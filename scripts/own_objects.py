"""Writes src/helpdesk_sdk/install/objects.txt: the objects of a fresh helpdesk, from PostgreSQL's catalogue.

python scripts/own_objects.py

An object of a released migration stays in the file, also when a later migration drops it: older helpdesks have it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import psycopg

from helpdesk_sdk.install import _catalog, project_dir
from helpdesk_sdk.local import _sql, migrations
from helpdesk_sdk.local.postgres import Postgres

PAGE = Path(_catalog.__file__).parent / "objects.txt"
HEAD = "# What the migrations make in our schemas and on realtime.messages. Written by scripts/own_objects.py.\n"


def objects() -> list[str]:
    """The objects of a fresh helpdesk."""
    with tempfile.TemporaryDirectory() as directory, Postgres(Path(directory), durable=False) as server:
        url = server.url("postgres")
        _sql.run(url, _sql.WITHOUT_GATEWAY)
        migrations.apply(url, project_dir() / "migrations")
        with psycopg.connect(url) as connection:
            return [str(row[0]) for row in connection.execute(_catalog.OBJECTS, _catalog.PARAMETERS)]


if __name__ == "__main__":
    PAGE.write_text(HEAD + "".join(f"{line}\n" for line in sorted(objects())), "utf-8")
