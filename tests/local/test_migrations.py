"""Migrations: in order, one transaction each, recorded as the Supabase CLI does."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import psycopg
import pytest
from tests.local.support import PROJECT

from helpdesk_sdk.local import MigrationError, StackError, migrations

OURS = sorted((PROJECT / "migrations").glob("*.sql"))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Two small migrations."""
    (tmp_path / "20260101000000_first.sql").write_text(
        "-- é\n\ncreate schema shop;\ncreate table shop.goods (id int);\n"
    )
    (tmp_path / "20260102000000_second.sql").write_text("create table shop.orders (id int);\n")
    (tmp_path / "README.md").write_text("not a migration")
    return tmp_path


def relations(url: str) -> set[str]:
    """The names of everything in schemas that a migration could have made."""
    with psycopg.connect(url) as db:
        rows = db.execute(
            "select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'supabase_migrations') "
            "union all select n.nspname || '.' || p.proname from pg_proc p "
            "join pg_namespace n on n.oid = p.pronamespace "
            "where n.nspname like 'helpdesk%' union all select nspname from pg_namespace"
        )
        return {row[0] for row in rows}


def test_they_run_in_order_and_once(hosted_database: str, directory: Path) -> None:
    names = ["20260101000000_first.sql", "20260102000000_second.sql"]
    assert migrations.pending(hosted_database, directory) == names
    assert migrations.apply(hosted_database, directory) == names
    assert migrations.pending(hosted_database, directory) == []
    assert migrations.apply(hosted_database, directory) == []


def test_the_record_is_the_supabase_clis(hosted_database: str, directory: Path) -> None:
    migrations.apply(hosted_database, directory)
    with psycopg.connect(hosted_database) as db:
        rows = db.execute("select version, name, statements from supabase_migrations.schema_migrations order by 1")
        assert rows.fetchall() == [
            ("20260101000000", "first", ["create schema shop", "create table shop.goods (id int)"]),
            ("20260102000000", "second", ["create table shop.orders (id int)"]),
        ]


def test_a_failure_names_file_line_and_statement(hosted_database: str, directory: Path) -> None:
    (directory / "20260102000000_second.sql").write_text(
        "create table shop.orders (id int);\n\n-- ü\ninsert into shop.goods\nvalues ('x');\n"
    )
    with pytest.raises(MigrationError) as caught:
        migrations.apply(hosted_database, directory)
    error = caught.value
    assert (error.file, error.line, error.statement) == ("20260102000000_second.sql", 5, "insert into shop.goods")
    assert "invalid input syntax" in error.reason
    assert migrations.applied(hosted_database) == ["20260101000000"]
    assert "shop.orders" not in relations(hosted_database)


def test_a_syntax_error_is_found_before_anything_runs(hosted_database: str, directory: Path) -> None:
    (directory / "20260102000000_second.sql").write_text("select 1;\ncreate tabel x ();\n")
    with pytest.raises(MigrationError, match=r"20260102000000_second\.sql:2: syntax error") as caught:
        migrations.apply(hosted_database, directory)
    assert caught.value.statement == "create tabel x ();"


@pytest.mark.parametrize("word", ["begin", "commit", "rollback"])
def test_a_file_cannot_end_its_transaction(hosted_database: str, directory: Path, word: str) -> None:
    (directory / "20260102000000_second.sql").write_text(f"create table shop.orders (id int);\n{word};\n")
    with pytest.raises(MigrationError, match="begins or ends a transaction"):
        migrations.apply(hosted_database, directory)
    assert "shop.orders" not in relations(hosted_database)


def test_a_late_file_is_refused(hosted_database: str, directory: Path) -> None:
    migrations.apply(hosted_database, directory)
    (directory / "20260101120000_late.sql").write_text("select 1;")
    with pytest.raises(MigrationError, match="comes before 20260102000000"):
        migrations.apply(hosted_database, directory)


def test_a_missing_file_is_refused_unless_we_are_a_guest(hosted_database: str, directory: Path) -> None:
    migrations.apply(hosted_database, directory)
    (directory / "20260101000000_first.sql").unlink()
    (directory / "20260103000000_third.sql").write_text("create table shop.bills (id int);")
    with pytest.raises(MigrationError, match=r"20260101000000: is in the database's history"):
        migrations.apply(hosted_database, directory)
    assert migrations.apply(hosted_database, directory, guest=True) == ["20260103000000_third.sql"]


def test_two_files_of_one_version_are_refused(hosted_database: str, directory: Path) -> None:
    shutil.copy(directory / "20260101000000_first.sql", directory / "20260101000000_again.sql")
    with pytest.raises(MigrationError, match="same version"):
        migrations.apply(hosted_database, directory)


def test_runs_at_the_same_time_do_not_interleave(hosted_database: str, directory: Path) -> None:
    results: list[list[str]] = []
    runs = [
        threading.Thread(target=lambda: results.append(migrations.apply(hosted_database, directory))) for _ in "1234"
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert sorted(map(len, results)) == [0, 0, 0, 2]


def test_a_table_in_use_does_not_block_for_long(hosted_database: str, directory: Path) -> None:
    migrations.apply(hosted_database, directory)
    (directory / "20260103000000_third.sql").write_text("alter table shop.goods add column price int;")
    with psycopg.connect(hosted_database) as other:
        other.execute("lock table shop.goods")
        with pytest.raises(MigrationError, match="another session held a lock"):
            migrations.apply(hosted_database, directory)


def test_a_database_that_is_away_is_said(directory: Path) -> None:
    with pytest.raises(StackError, match="cannot be reached"):
        migrations.apply("postgresql://postgres@127.0.0.1:9/postgres", directory)


def test_a_contract_migration_waits_and_runs_after_newer_ones(hosted_database: str, directory: Path) -> None:
    contract = "20260101120000_helpdesk_contract_goods.sql"
    (directory / contract).write_text("comment on schema shop is 'contracted';")
    names = [path.name for path in sorted(directory.glob("*.sql"))]
    first = ["20260101000000", "20260102000000"]
    assert migrations.apply(hosted_database, directory, only=first) == [names[0], names[2]]
    assert migrations.pending(hosted_database, directory) == [contract]
    assert migrations.apply(hosted_database, directory) == [contract]
    assert migrations.apply(hosted_database, directory) == []


def test_what_is_called_after_a_migration_is_part_of_its_transaction(hosted_database: str, directory: Path) -> None:
    def after(connection: psycopg.Connection, migration: migrations.Migration) -> None:
        connection.execute(f"create table shop.after_{migration.version} ()".encode())
        if migration.name == "second":
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        migrations.apply(hosted_database, directory, after=after)
    assert migrations.applied(hosted_database) == ["20260101000000"]
    found = {name for name in relations(hosted_database) if name.startswith("shop.")}
    assert found == {"shop.goods", "shop.after_20260101000000"}


@pytest.mark.parametrize("failing", OURS, ids=lambda path: path.stem)
@pytest.mark.sample(6)
def test_a_file_that_fails_at_its_end_leaves_nothing(hosted_database: str, tmp_path: Path, failing: Path) -> None:
    for path in OURS[: OURS.index(failing)]:
        shutil.copy(path, tmp_path)
    migrations.apply(hosted_database, tmp_path)
    before = relations(hosted_database)
    broken = tmp_path / failing.name
    broken.write_text(failing.read_text("utf-8") + "\nselect 1 / 0;\n")
    with pytest.raises(MigrationError, match="division by zero"):
        migrations.apply(hosted_database, tmp_path)
    assert relations(hosted_database) == before
    shutil.copy(failing, broken)
    assert migrations.apply(hosted_database, tmp_path) == [failing.name]
