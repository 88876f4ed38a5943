"""The pytest plugin, used as a customer of the package would use it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from helpdesk_sdk import AuthenticationError
from helpdesk_sdk.testing import MakeClient, Project

_SUITE = """
def test_a_customer_opens_a_ticket(as_customer, as_agent):
    ticket = as_customer("Ada").tickets.create("Cannot log in", "It says 403.")
    assert ticket.status == "open"
    assert as_agent("Grace").tickets.get(ticket.number).title == "Cannot log in"


def test_the_next_test_starts_empty(as_admin):
    assert list(as_admin().tickets.list()) == []
"""


def test_a_suite_of_somebody_else_works_without_configuration(tmp_path: Path) -> None:
    (tmp_path / "test_helpdesk.py").write_text(_SUITE)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tmp_path, tmp_path],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=120,
    )
    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_the_plugin_needs_no_local_stack_unless_asked(tmp_path: Path) -> None:
    """Its import brings in nothing of the extra, which may not be installed."""
    program = (
        "import sys, helpdesk_sdk.testing\n"
        "print(sorted({'psycopg', 'pglast', 'psutil', 'deno', 'helpdesk_sdk.local'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout == "[]\n"


def test_people_have_the_roles_they_were_given(helpdesk_project: Project) -> None:
    for role in ("customer", "agent", "admin", "assistant"):
        person = helpdesk_project.add_person(role, name=f"A {role}")
        with psycopg.connect(helpdesk_project.db_url) as db:
            row = db.execute("select role, name from helpdesk.users where user_id = %s", (person.user_id,)).fetchone()
        assert row == (role, f"A {role}")
        assert helpdesk_project.sign_in(person).auth.session is not None
        assert person.password not in repr(person)


def test_an_agent_joins_the_teams_that_are_named(helpdesk_project: Project) -> None:
    named = helpdesk_project.add_person("agent", teams=("Billing", "Field work"))
    same_in_other_letters = helpdesk_project.add_person("agent", teams=("billing", "SUPPORT"))
    default = helpdesk_project.add_person("agent")
    query = """
        select array_agg(name order by name) from helpdesk.team_members join helpdesk.teams using (team_id)
        where user_id = %s"""
    with psycopg.connect(helpdesk_project.db_url) as db:
        assert db.execute(query, (named.user_id,)).fetchone() == (["Billing", "Field work"],)
        assert db.execute(query, (same_in_other_letters.user_id,)).fetchone() == (["Billing", "Support"],)
        assert db.execute(query, (default.user_id,)).fetchone() == (["Support"],)


def test_an_unknown_role_is_refused(helpdesk_project: Project) -> None:
    with pytest.raises(ValueError, match="role must be one of"):
        helpdesk_project.add_person("boss")


def test_two_projects_do_not_see_each_other(
    helpdesk_project: Project, helpdesk_project_module: Project, as_customer: MakeClient
) -> None:
    ticket = as_customer().tickets.create("Only here", "…")
    stranger = helpdesk_project_module.client("admin")
    assert ticket.ticket_id not in {other.ticket_id for other in stranger.tickets.list()}
    person = helpdesk_project.add_person()
    with pytest.raises(AuthenticationError):
        helpdesk_project_module.sign_in(person)
