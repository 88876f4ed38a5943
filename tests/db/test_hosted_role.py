"""On a hosted project `postgres` is no superuser and does not own the platform's tables: it moves in and out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from tests.db.catalog import snapshot
from tests.db.conftest import MIGRATIONS, Server
from tests.db.people import value

from helpdesk_sdk.errors import HelpdeskError
from helpdesk_sdk.install import uninstall as _uninstall
from helpdesk_sdk.local import migrations

ROLES = ("hosted_postgres", "hosted_developer")


@pytest.fixture
def project(pg: Server) -> Iterator[str]:
    """The name of a database with two roles: one like `postgres` there, and one that may do nothing with Realtime."""
    name = pg.copy("empty")
    with psycopg.connect(pg.url(name), autocommit=True) as admin:
        for role in ROLES:
            may = {"role": sql.Identifier(role), "database": sql.Identifier(name)}
            admin.execute(sql.SQL("create role {role} login nosuperuser createrole createdb bypassrls").format(**may))
            admin.execute(sql.SQL("grant create on database {database} to {role}").format(**may))
            admin.execute(sql.SQL("grant usage on schema auth, extensions, realtime, storage to {role}").format(**may))
            admin.execute(sql.SQL("grant all on auth.users to {role}").format(**may))
        admin.execute("grant supabase_realtime_admin, supabase_storage_admin, authenticator to hosted_postgres")
        admin.execute("grant all on storage.buckets, storage.objects to hosted_postgres")
        admin.execute("grant select, insert, update on realtime.messages to hosted_postgres")
        admin.execute("create schema supabase_migrations authorization hosted_postgres")
    yield name
    pg.drop(name)
    for role in ROLES:
        pg.admin("drop role {}", role)


def test_it_moves_in_announces_and_moves_out(pg: Server, project: str, tmp_path: Path) -> None:
    url = _as(pg, project, "hosted_postgres")
    # The history of a project without migrations.
    migrations.apply(url, tmp_path)
    with pg.connect(project) as db:
        before = snapshot(db)
    migrations.apply(url, MIGRATIONS)
    with pg.connect(project) as db:
        assert not value(db, "select rolsuper from pg_roles where rolname = 'hosted_postgres'")
        assert value(db, "select nspowner::regrole::text from pg_namespace where nspname = 'helpdesk'") == ROLES[0]
        person = value(db, "select user_id from helpdesk.create_customer('new@example.com')")
        db.execute("select helpdesk.create_ticket('hello', requester_id => %s)", (person,))
        # To the admins, the ticket's channel, the team and the requester; the person themselves is only the admins'.
        told = db.execute("select event, count(*) as n from realtime.messages group by event order by event").fetchall()
    assert [tuple(row.values()) for row in told if row["event"] == "ticket.created"] == [("ticket.created", 4)]
    assert len(_uninstall.plan(url).policies) == 18
    for attempt in (_uninstall.plan, _uninstall.run):
        with pytest.raises(HelpdeskError, match="may not remove the helpdesk"):
            attempt(_as(pg, project, "hosted_developer"))
    assert len(_uninstall.run(url).policies) == 18
    with pg.connect(project) as db:
        assert snapshot(db) == before


def _as(pg: Server, database: str, role: str) -> str:
    return f"{pg.url(database)}?options=-crole%3D{role}"
