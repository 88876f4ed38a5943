"""What a deployment reads and tries in the database, in each version of PostgreSQL."""

from __future__ import annotations

from typing import LiteralString

import psycopg
import pytest
from psycopg.rows import dict_row
from tests.db.conftest import Server
from tests.db.people import Db, value

from helpdesk_sdk.deploy import _drift, _smoke

CHANGES: dict[str, LiteralString] = {
    "function helpdesk.schema_version()": "alter function helpdesk.schema_version() volatile",
    "table helpdesk.tickets": "alter table helpdesk.tickets no force row level security, disable row level security",
    "view helpdesk.team_tickets": "grant insert on helpdesk.team_tickets to anon",
    "column helpdesk.tickets.title": "grant update (title) on helpdesk.tickets to anon",
    "trigger guard_events on helpdesk.events": "alter table helpdesk.events disable trigger guard_events",
    "schema helpdesk_private": "grant create on schema helpdesk_private to authenticated",
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_catalogue_names_what_changed_and_nothing_else(db: Db, name: str) -> None:
    before = _drift.catalog(db)
    assert len(before["objects"]) > 1000
    assert _drift.catalog(db) == before
    db.execute(CHANGES[name])
    after = _drift.catalog(db)["objects"]
    assert {key for key in after if after[key] != before["objects"].get(key)} == {name}
    assert set(after) == set(before["objects"])


def test_a_throw_away_ticket_is_opened_answered_and_resolved_and_nothing_stays(pg: Server, own: str) -> None:
    with psycopg.connect(pg.url(own), row_factory=dict_row, autocommit=True) as db:
        counts = "select (select count(*) from helpdesk.events), (select count(*) from auth.users)"
        before = db.execute(counts).fetchone()
        assert _smoke.throw_away_ticket(db) == "A throw-away ticket was opened, answered and resolved."
        assert db.execute(counts).fetchone() == before
        assert value(db, "select current_user") == "postgres"


def test_a_database_has_one_marker(db: Db) -> None:
    insert = "insert into helpdesk_private.installation (is_only_row, project_id, environment) values "
    db.execute(f"{insert} (true, gen_random_uuid(), 'staging')".encode())
    for row in ("(true, gen_random_uuid(), 'production')", "(false, gen_random_uuid(), 'staging')"):
        with pytest.raises(psycopg.IntegrityError), db.transaction():
            db.execute(f"{insert} {row}".encode())


def test_a_deployment_ends_with_its_catalogue(db: Db) -> None:
    insert = "insert into helpdesk_private.deployments (deployment_id, kind, release, checksum, finished_at) values "
    with pytest.raises(psycopg.errors.CheckViolation), db.transaction():
        db.execute(f"{insert} (gen_random_uuid(), 'deploy', '0.90.0', '', now())".encode())
    db.execute(f"{insert} (gen_random_uuid(), 'deploy', '0.90.0', '', null)".encode())
