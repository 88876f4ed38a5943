"""The pytest plugin, used as a customer of the package would use it."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from helpdesk_sdk import AuthenticationError, TicketNotFoundError
from helpdesk_sdk.testing import MakeAsyncClient, MakeClient, Project

_PAGE = Path(__file__).parents[2] / "docs/testing.md"
_NEXT_TEST = """

def test_the_next_test_starts_empty(as_admin):
    assert list(as_admin().tickets.list()) == []
"""


def test_the_examples_of_the_docs_run_in_a_suite_of_somebody_else(tmp_path: Path) -> None:
    for number, example in enumerate(_examples()):
        (tmp_path / f"test_helpdesk_{number}.py").write_text(example + _NEXT_TEST)
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "error",
            "-m",
            "pytest",
            "-q",
            "-o",
            "asyncio_mode=auto",
            "-o",
            "asyncio_default_fixture_loop_scope=function",
            "--rootdir",
            tmp_path,
            tmp_path,
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=120,
    )
    assert "8 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.night
def test_the_examples_of_the_docs_pass_a_strict_type_checker(tmp_path: Path) -> None:
    for number, example in enumerate(_examples()):
        (tmp_path / f"test_helpdesk_{number}.py").write_text(example)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "."],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout


def _examples() -> list[str]:
    blocks = re.findall(r"^```python\n(.*?)^```", _PAGE.read_text(), flags=re.MULTILINE | re.DOTALL)
    return [block for block in blocks if "def test_" in block]


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
        helpdesk_project.add_person("boss")  # type: ignore[arg-type]


def test_a_person_has_the_address_and_password_that_were_chosen(helpdesk_project: Project) -> None:
    person = helpdesk_project.add_person(name="Mei", email="mei@shop.example", password="correct horse")
    assert (person.name, person.role, person.email, person.password) == (
        "Mei",
        "customer",
        "mei@shop.example",
        "correct horse",
    )
    me = helpdesk_project.sign_in(person).users.me()
    assert (me.email, me.name, me.user_id) == ("mei@shop.example", "Mei", person.user_id)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"email": "mei@shop.example"}, "already been registered"),
        ({"email": "nobody"}, "nobody"),
        ({"teams": "Billing"}, "must be a list of names"),
        ({"teams": ["Billing"]}, "only agents and admins join teams"),
    ],
    ids=["taken", "no address", "a text", "a customer"],
)
def test_a_person_who_cannot_be_made_is_refused_with_the_reason(
    helpdesk_project_module: Project, options: dict[str, Any], problem: str
) -> None:
    with suppress(ValueError):
        helpdesk_project_module.add_person(email="mei@shop.example")
    with pytest.raises(ValueError, match=problem):
        helpdesk_project_module.add_person(**options)


async def test_async_clients_may_be_left_open_and_used_beside_plain_ones(
    as_customer: MakeClient, as_customer_async: MakeAsyncClient, as_agent_async: MakeAsyncClient
) -> None:
    ticket = as_customer().tickets.create("From plain code")
    agent, stranger = as_agent_async("Cem"), as_customer_async(email="tom@shop.example")
    assert (await stranger.users.me()).email == "tom@shop.example"
    assert (await agent.tickets.get(ticket.number)).title == "From plain code"
    with pytest.raises(TicketNotFoundError):
        await stranger.tickets.get(ticket.number)


def test_async_clients_are_made_outside_of_an_event_loop_too(as_admin_async: MakeAsyncClient) -> None:
    admin = as_admin_async("Ada")

    async def name() -> str:
        return (await admin.users.me()).name

    assert [asyncio.run(name()) for _ in range(2)] == ["Ada", "Ada"]


def test_two_projects_do_not_see_each_other(
    helpdesk_project: Project, helpdesk_project_module: Project, as_customer: MakeClient
) -> None:
    ticket = as_customer().tickets.create("Only here", "…")
    stranger = helpdesk_project_module.client("admin")
    assert ticket.ticket_id not in {other.ticket_id for other in stranger.tickets.list()}
    person = helpdesk_project.add_person()
    with pytest.raises(AuthenticationError):
        helpdesk_project_module.sign_in(person)
