"""A good guest: in somebody else's project nothing changes but two schemas, a trigger, a bucket and our policies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest
from tests.db.catalog import added, snapshot
from tests.db.conftest import MIGRATIONS, Server
from tests.db.people import NOBODY, Db, be, one, refused, value

from helpdesk_sdk.install import uninstall as _uninstall
from helpdesk_sdk.local import migrations
from helpdesk_sdk.local.errors import MigrationError

HOST = Path(__file__).parent / "host.sql"


@pytest.fixture(scope="module")
def concerts(pg: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A template: a project of somebody else's, its migrations recorded; no helpdesk."""
    directory = tmp_path_factory.mktemp("concerts")
    (directory / "20240101000000_concerts.sql").write_bytes(HOST.read_bytes())
    name = pg.copy("empty")
    migrations.apply(pg.url(name), directory)
    return name


@pytest.fixture
def host(pg: Server, concerts: str) -> Iterator[str]:
    """The name of that project's database, to be changed."""
    name = pg.copy(concerts)
    yield name
    pg.drop(name)


@pytest.fixture(scope="module")
def guest(pg: Server, concerts: str) -> str:
    """The name of that project's database with the helpdesk moved in, for what is rolled back."""
    name = pg.copy(concerts)
    migrations.apply(pg.url(name), MIGRATIONS, guest=True)
    return name


def taken(pg: Server, database: str) -> dict[str, list[str]]:
    with pg.connect(database) as db:
        return snapshot(db)


@contextmanager
def undone(pg: Server, database: str) -> Iterator[Db]:
    """A connection whose work is rolled back."""
    with pg.connect(database) as db:
        yield db
        db.rollback()


def sign_up(db: Db, email: str) -> str:
    """What an auth server does; the id of the login."""
    login = str(uuid4())
    db.execute("insert into auth.users (id, email, email_confirmed_at) values (%s, %s, now())", (login, email))
    return login


def test_moving_in_changes_nothing_but_one_trigger_the_history_two_buckets_and_our_policies(
    pg: Server, host: str
) -> None:
    before = taken(pg, host)
    migrations.apply(pg.url(host), MIGRATIONS, guest=True)
    after = taken(pg, host)
    new = added(before, after)
    history, buckets = "rows of supabase_migrations.schema_migrations", "rows of storage.buckets"
    assert set(new) == {"triggers", "policies", history, buckets}
    assert added(after, before) == {section: [] for section in new}
    assert len(new["triggers"]) == 1
    assert "helpdesk_follow_login" in new["triggers"][0]
    assert len(new[history]) == len(migrations.available(MIGRATIONS))
    assert [bucket.partition(",")[0] for bucket in sorted(new[buckets])] == [
        "(helpdesk-attachments",
        "(helpdesk-emails",
    ]
    tables = ("realtime,messages", "storage,objects", "storage,buckets")
    assert len(new["policies"]) == 18
    assert all(policy.startswith(tuple(f'({table},"helpdesk: ' for table in tables)) for policy in new["policies"])


def test_moving_out_leaves_everything_as_it_was(pg: Server, host: str) -> None:
    before = taken(pg, host)
    migrations.apply(pg.url(host), MIGRATIONS, guest=True)
    _uninstall.run(pg.url(host))
    assert taken(pg, host) == before
    with pg.connect(host) as db:
        traces = db.execute("select tgname from pg_trigger where tgname like '%helpdesk%'").fetchall()
        assert traces == []


WITHOUT_VECTOR: dict[str, LiteralString] = {
    "absent": "drop extension vector",
    "absent, with no schema for it": "drop extension vector; drop schema extensions",
    "in public": "alter extension vector set schema public",
}


@pytest.mark.parametrize("what", WITHOUT_VECTOR)
def test_pgvector_may_be_anywhere_or_nowhere(pg: Server, host: str, what: str) -> None:
    with psycopg.connect(pg.url(host), autocommit=True) as connection:
        connection.execute(WITHOUT_VECTOR[what])
    before = taken(pg, host)
    migrations.apply(pg.url(host), MIGRATIONS, guest=True)
    _uninstall.run(pg.url(host))
    assert taken(pg, host) == before


def test_one_can_move_in_again(pg: Server, host: str) -> None:
    migrations.apply(pg.url(host), MIGRATIONS, guest=True)
    once = taken(pg, host)
    _uninstall.run(pg.url(host))
    migrations.apply(pg.url(host), MIGRATIONS, guest=True)
    again = taken(pg, host)
    # The bucket is a new one.
    assert len(again.pop("rows of storage.buckets")) == len(once.pop("rows of storage.buckets"))
    assert again == once


WITHOUT_REALTIME: dict[str, LiteralString] = {
    "no schema": "drop schema realtime cascade",
    "no messages": "drop table realtime.messages cascade",
    "another send": "drop function realtime.send(jsonb, text, text, boolean); "
    "create function realtime.send(payload jsonb, event text, topic text) returns void language sql as $$ select $$",
}


@pytest.mark.parametrize("what", WITHOUT_REALTIME)
def test_a_project_without_realtime_is_told_so_and_has_all_the_rest(pg: Server, host: str, what: str) -> None:
    with psycopg.connect(pg.url(host), autocommit=True) as connection:
        connection.execute(WITHOUT_REALTIME[what])
    before = taken(pg, host)
    migrations.apply(pg.url(host), MIGRATIONS, guest=True)
    with undone(pg, host) as db:
        said: list[str | None] = []
        db.add_notice_handler(lambda notice: said.append(notice.message_primary))
        source = next(MIGRATIONS.glob("*_helpdesk_realtime.sql")).read_text()
        db.execute(source[source.rindex("do $$") :].encode())
        assert [text for text in said if text and "There is no Supabase Realtime" in text]
        assert value(db, "select count(*) from pg_trigger where tgname = 'announce_event'") == 0
        person = value(db, "select user_id from helpdesk.create_customer('new@example.com')")
        db.execute("select helpdesk.create_ticket('hello', requester_id => %s)", (person,))
        assert value(db, "select type from helpdesk.events where ticket_number is not null") == "ticket.created"
    assert not any("realtime" in policy for policy in _uninstall.run(pg.url(host)).policies)
    assert taken(pg, host) == before


WITHOUT_STORAGE: dict[str, LiteralString] = {
    "no schema": "drop schema storage cascade",
    "no objects": "drop table storage.objects cascade",
}


@pytest.mark.parametrize("what", WITHOUT_STORAGE)
def test_a_project_without_storage_is_told_so_and_has_all_the_rest(pg: Server, host: str, what: str) -> None:
    with psycopg.connect(pg.url(host), autocommit=True) as connection:
        connection.execute(WITHOUT_STORAGE[what])
    before = taken(pg, host)
    migrations.apply(pg.url(host), MIGRATIONS, guest=True)
    with undone(pg, host) as db:
        person = value(db, "select user_id from helpdesk.create_customer('new@example.com')")
        ticket = value(db, "select ticket_id from helpdesk.create_ticket('hello', requester_id => %s)", person)
        db.execute("select helpdesk.send_reply(%s, 'hi')", (ticket,))
        db.execute("update helpdesk.settings set attachment_max_per_message = 5")
        file = value(db, "select attachment_id from helpdesk.reserve_attachment(%s, 'a.png', 'image/png', 5)", ticket)
        with refused("attachment_not_ready"), db.transaction():
            db.execute("select helpdesk.finish_attachment(%s)", (file,))
        db.execute("update helpdesk.attachments set expires_at = now() - interval '1 hour'")
        assert value(db, "select kind from helpdesk.sweep_attachments(dry_run => false)") == "expired"
    assert not any("storage" in policy for policy in _uninstall.run(pg.url(host)).policies)
    assert taken(pg, host) == before


def test_a_public_bucket_of_our_name_stops_the_move(pg: Server, host: str) -> None:
    with psycopg.connect(pg.url(host), autocommit=True) as connection:
        connection.execute(
            "insert into storage.buckets (id, name, public) values ('helpdesk-attachments', 'files', true)"
        )
    with pytest.raises(MigrationError, match="public bucket helpdesk-attachments"):
        migrations.apply(pg.url(host), MIGRATIONS, guest=True)
    with psycopg.connect(pg.url(host), autocommit=True) as connection:
        connection.execute("update storage.buckets set public = false where id = 'helpdesk-attachments'")
    migrations.apply(pg.url(host), MIGRATIONS, guest=True)
    assert _uninstall.plan(pg.url(host)).bucket == "helpdesk-attachments"


def test_a_schema_of_our_name_is_somebody_elses(pg: Server, host: str) -> None:
    with psycopg.connect(pg.url(host), autocommit=True) as connection:
        connection.execute("create schema helpdesk; create table helpdesk.calls (id int)")
    before = taken(pg, host)
    with pytest.raises(MigrationError, match='schema "helpdesk" already exists'):
        migrations.apply(pg.url(host), MIGRATIONS, guest=True)
    assert taken(pg, host) == before


def test_who_had_a_login_before_gets_their_profile_when_they_come(pg: Server, guest: str) -> None:
    with undone(pg, guest) as db:
        db.execute("set local session authorization authenticator")
        db.execute(
            "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', "
            """'{"role": "authenticated", "sub": "11111111-1111-4111-8111-111111111111"}', true)"""
        )
        me = one(db, "select * from helpdesk.whoami()")
    assert (me["email"], me["role"]) == ("fan@example.com", "customer")


def test_sign_ups_run_as_the_auth_servers_own_role(pg: Server, guest: str) -> None:
    with undone(pg, guest) as db:
        # As on a hosted project, where the schema is the auth server's.
        db.execute("grant usage on schema auth to supabase_auth_admin")
        db.execute("alter table auth.users owner to supabase_auth_admin")
        db.execute("set local session authorization supabase_auth_admin")
        login = sign_up(db, "new@example.com")
        db.execute("reset session authorization")
        assert value(db, "select role from helpdesk.users where auth_user_id = %s", login) == "customer"
        assert value(db, "select handle from public.users where id = %s", login) == "new"


BROKEN: dict[str, LiteralString] = {
    "a column is gone": "alter table helpdesk.users drop column name cascade",
    "a check refuses": "alter table helpdesk.users add constraint never check (false) not valid",
    "a function is gone": "drop function helpdesk_private.link_login(jsonb)",
    "the log refuses": "alter table helpdesk.events add constraint never check (false) not valid",
    "the table is gone": "drop table helpdesk.users cascade",
    "a trigger of the host's on our table fails": (
        "create function public.fail() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$; "
        "create trigger fail before insert on helpdesk.users for each row execute function public.fail()"
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_sign_up_works_though_ours_fails(pg: Server, guest: str, what: str) -> None:
    with undone(pg, guest) as db:
        db.execute(BROKEN[what])
        login = sign_up(db, "new@example.com")
        assert value(db, "select handle from public.users where id = %s", login) == "new"
        db.execute('update auth.users set raw_user_meta_data = \'{"name": "New"}\' where id = %s', (login,))
        assert value(db, "select updated_at is not null from auth.users where id = %s", login) is True


def test_a_sign_up_waits_a_second_at_most_and_whoami_makes_up_for_it(pg: Server, host: str) -> None:
    email = NOBODY.email
    migrations.apply(pg.url(host), MIGRATIONS, guest=True)
    with pg.connect(host) as busy, pg.connect(host) as db:
        busy.execute("lock table helpdesk.users in access exclusive mode")
        # Without a limit of its own it would wait for as long as the table is locked.
        db.execute("set local statement_timeout = '20s'")
        login = sign_up(db, email)
        db.commit()
        busy.rollback()
        assert value(db, "select count(*) from public.users where id = %s", login) == 1
        assert value(db, "select count(*) from helpdesk.users where auth_user_id = %s", login) == 0
        with be(db, NOBODY):
            assert one(db, "select * from helpdesk.whoami()")["email"] == email


@pytest.mark.parametrize(
    ("email", "meta"),
    [
        ("odd space@example.com", "{}"),
        ("x" * 260 + "@example.com", "{}"),
        ("", "{}"),
        ("ok@example.com", '{"name": {"not": "text"}}'),
        ("ok@example.com", '"no object"'),
        ("ok@example.com", '{"name": "' + "n" * 5000 + '"}'),
        ("ok@example.com", '{"role": "admin", "is_active": false}'),
    ],
)
def test_a_sign_up_works_with_odd_input(pg: Server, guest: str, email: str, meta: str) -> None:
    with undone(pg, guest) as db:
        db.execute("alter table auth.users alter column email type text")
        login = str(uuid4())
        db.execute(
            "insert into auth.users (id, email, email_confirmed_at, raw_user_meta_data) "
            "values (%s, %s, now(), %s::jsonb)",
            (login, email, meta),
        )
        assert value(db, "select count(*) from public.users where id = %s", login) == 1
        assert value(db, "select count(*) from helpdesk.users where role <> 'customer' or not is_active") == 0


def test_the_auth_servers_own_migrations_can_change_its_table(pg: Server, guest: str) -> None:
    with undone(pg, guest) as db:
        for column in ("email", "email_confirmed_at", "raw_user_meta_data", "phone", "id"):
            kind = value(
                db,
                "select format_type(atttypid, null) from pg_attribute "
                "where attrelid = 'auth.users'::regclass and attname = %s",
                column,
            )
            db.execute("alter table auth.users drop column confirmed_at")
            db.execute(f"alter table auth.users alter column {column} type {kind}".encode())
            login = sign_up(db, "new@example.com")
            assert value(db, "select count(*) from helpdesk.users where auth_user_id = %s", login) == 1
            db.rollback()


def test_a_login_that_is_removed_leaves_the_person_and_their_tickets(pg: Server, guest: str) -> None:
    with undone(pg, guest) as db:
        login = sign_up(db, "new@example.com")
        person = value(db, "select user_id from helpdesk.users where auth_user_id = %s", login)
        db.execute("delete from auth.users where id = %s", (login,))
        left = one(db, "select * from helpdesk.users where user_id = %s", person)
        assert (left["email"], left["auth_user_id"]) == ("new@example.com", None)
        again = sign_up(db, "new@example.com")
        assert value(db, "select user_id from helpdesk.users where auth_user_id = %s", again) == person
