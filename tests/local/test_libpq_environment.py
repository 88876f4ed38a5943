"""libpq's environment variables do not reach a connection whose URL is known."""

from __future__ import annotations

import os

import psycopg
import pytest

from helpdesk_sdk._database import connect
from helpdesk_sdk.install import plan
from helpdesk_sdk.local import Stack, migrations
from helpdesk_sdk.testing import Project

HOSTILE = {
    "PGCLIENTENCODING": "LATIN1",
    "PGCONNECT_TIMEOUT": "x",
    "PGDATESTYLE": "nonsense",
    "PGHOSTADDR": "203.0.113.1",
    "PGOPTIONS": "-c search_path=nowhere -c default_transaction_read_only=on",
    "PGSERVICE": "nowhere",
    "PGSSLMODE": "require",
    "PGTZ": "nonsense",
    "PGUSER": "nobody",
}


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    return HOSTILE


def test_a_connection_is_as_its_url_says(helpdesk_project: Project, hostile: dict[str, str]) -> None:
    with pytest.raises(psycopg.Error):
        psycopg.connect(helpdesk_project.db_url)
    with connect(helpdesk_project.db_url) as db:
        settings = ("client_encoding", "default_transaction_read_only", "search_path")
        found = [db.execute(f"show {name}").fetchone() for name in settings]
    assert found == [("UTF8",), ("off",), ('"$user", public',)]
    assert {name: os.environ.get(name) for name in hostile} == hostile


def test_what_connects_by_a_url_works_all_the_same(helpdesk_project: Project, hostile: dict[str, str]) -> None:
    del hostile
    assert helpdesk_project.add_person("agent").email
    assert migrations.applied(helpdesk_project.db_url)
    assert plan(helpdesk_project.db_url).tables


def test_a_stack_starts(hostile: dict[str, str]) -> None:
    del hostile
    with Stack.start(ephemeral=True) as stack:
        assert migrations.applied(stack.info.db_url)
