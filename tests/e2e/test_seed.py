"""supabase/seed.sql: believable, repeatable, and nothing but what the product's own functions allow."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import psycopg
import pytest

from helpdesk_sdk.demo.stage import seed
from helpdesk_sdk.install.project import project_dir

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk
    from helpdesk_sdk.testing import Project

SNAPSHOT = """
select 'ticket', ticket_id::text, revision::text, updated_at::text from helpdesk.tickets
union all select 'message', message_id::text, body, created_at::text from helpdesk.messages
union all select 'note', note_id::text, body, created_at::text from helpdesk.notes
union all select 'user', user_id::text, role, updated_at::text from helpdesk.users
union all select 'event', event_id::text, type, created_at::text from helpdesk.events
order by 1, 2
"""


def snapshot(project: Project) -> list[tuple[str, ...]]:
    with psycopg.connect(project.db_url) as db:
        return db.execute(SNAPSHOT).fetchall()


def test_what_is_in_it(helpdesk_project: Project, system: Helpdesk) -> None:
    seed(helpdesk_project.db_url)
    assert {team.name for team in system.teams.list()} == {"Support", "Orders", "Billing", "Repairs", "Wholesale"}
    people = list(system.users.list())
    assert Counter(str(person.role) for person in people) == {"customer": 8, "agent": 4}
    assert all(person.auth_user_id is None for person in people)
    tickets = list(system.tickets.list(page_size=100))
    assert len(tickets) == 32
    assert {str(ticket.status) for ticket in tickets} == {"open", "pending", "resolved", "closed"}
    assert {str(ticket.priority) for ticket in tickets} == {"low", "medium", "high", "urgent"}
    assert {str(ticket.channel) for ticket in tickets} >= {"web", "email", "phone", "chat"}
    names = {person.user_id: person.name for person in people}
    for ticket in tickets:
        for message in system.messages.list(ticket):
            assert message.author_id
            assert message.author_name == names[message.author_id]
            by_requester = message.author_id == ticket.created_by
            assert str(message.author_kind) == ("customer" if by_requester else "staff")


def test_a_second_run_changes_nothing_not_even_what_people_changed(helpdesk_project: Project, system: Helpdesk) -> None:
    seed(helpdesk_project.db_url)
    first = snapshot(helpdesk_project)
    seed(helpdesk_project.db_url)
    assert snapshot(helpdesk_project) == first
    system.tickets.close(1)
    changed = snapshot(helpdesk_project)
    seed(helpdesk_project.db_url)
    assert snapshot(helpdesk_project) == changed


def test_it_leaves_no_trace_of_how_it_was_done(helpdesk_project: Project) -> None:
    with psycopg.connect(helpdesk_project.db_url) as db:
        logins = db.execute("select count(*) from auth.users").fetchone()
    seed(helpdesk_project.db_url)
    with psycopg.connect(helpdesk_project.db_url) as db:
        assert db.execute("select count(*) from auth.users").fetchone() == logins
        told = db.execute("select count(*) from helpdesk.events where data -> 'changes' ? 'auth_user_id'").fetchone()
        assert told == (0,)
        assert db.execute(
            "select count(*) from pg_class where relname like 'seed%' and relpersistence = 't'"
        ).fetchone() == (0,)
        assert db.execute("show session_replication_role").fetchone() == ("origin",)


def test_people_and_teams_that_are_there_are_used(helpdesk_project: Project, system: Helpdesk) -> None:
    mei = system.users.create_customer("mei.tanaka@example.com", "Mei T.")
    billing = system.teams.create("billing")
    seed(helpdesk_project.db_url)
    assert [ticket.title for ticket in system.tickets.list(requester=mei)]
    assert [ticket.title for ticket in system.tickets.list(team=billing)]


def test_the_first_admin_is_still_yours_to_make(helpdesk_project: Project, system: Helpdesk) -> None:
    seed(helpdesk_project.db_url)
    assert system.users.bootstrap_admin("you@example.com").role == "admin"


@pytest.mark.parametrize(
    "pattern", [r"(?i)lorem|ipsum|\bfoo\b|todo|test", r"[\w.]+@(?!\w+[.-]*\w*\.example\b|example\.)"]
)
def test_its_content_is_of_its_own_world(pattern: str) -> None:
    data = (project_dir() / "seed.sql").read_text().partition("do $$")[0]
    assert not re.findall(pattern, data)
