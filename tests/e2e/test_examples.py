"""The short examples do what they say, and so do the ten lines of the README."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from deno import find_deno_bin  # type: ignore[import-untyped]
from tests.e2e.programs import EXAMPLES, ROOT, environment, python, run

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk
    from helpdesk_sdk.testing import Project


@pytest.mark.parametrize("program", ["ten_lines.py", "ten_lines_async.py"])
def test_ten_lines_take_a_ticket_from_first_word_to_resolved(
    helpdesk_project: Project, system: Helpdesk, program: str
) -> None:
    agent = helpdesk_project.add_person("agent", name="Ana")
    output = run(python(program), environment(helpdesk_project, agent))
    (ticket,) = system.tickets.list()
    assert (ticket.title, ticket.status, ticket.assigned_to) == ("Parcel is lost", "resolved", agent.user_id)
    assert [message.body for message in system.messages.list(ticket)] == ["We have asked the carrier."]
    assert [note.body for note in system.notes.list(ticket)] == ["The third one on this route."]
    told = [line.split()[2] for line in output.splitlines()]
    assert told == [entry.type or entry.kind for entry in system.tickets.timeline(ticket)]


def test_plain_http_gets_the_same_rights(helpdesk_project: Project, system: Helpdesk) -> None:
    customer = helpdesk_project.add_person("customer", name="Mei")
    output = run(["sh", EXAMPLES / "plain_http.sh"], environment(helpdesk_project, customer))
    (ticket,) = system.tickets.list()
    assert ticket.created_by == customer.user_id
    assert (ticket.title, ticket.priority) == ("Parcel is lost, order K-20418", "medium")
    assert "helpdesk.forbidden" in output
    assert len(list(system.messages.list(ticket))) == 1


def test_typescript_gets_the_same_rights(helpdesk_project: Project, system: Helpdesk) -> None:
    customer = helpdesk_project.add_person("customer", name="Mei")
    deno, project = os.fsdecode(find_deno_bin()), EXAMPLES / "supabase_js"
    run([deno, "install", "--quiet", "--frozen", f"--config={project / 'deno.json'}"], os.environ)
    narrow = ["--no-prompt", "--frozen", "--cached-only", "--allow-env", "--allow-net=127.0.0.1"]
    output = run([deno, "run", "-q", *narrow, project / "ten_lines.ts"], environment(helpdesk_project, customer))
    (ticket,) = system.tickets.list()
    assert (ticket.created_by, ticket.title) == (customer.user_id, "Parcel is lost")
    assert "The neighbours have not seen it." in output


def readme_program() -> str:
    """The first Python block under "## Python" in the README."""
    readme = (ROOT / "README.md").read_text()
    section = re.search(r"^## Python\b.*?$(.*?)(?=^## |\Z)", readme, re.MULTILINE | re.DOTALL)
    assert section is not None, 'the README has no section "## Python"'
    block = re.search(r"^```(?:python|py)\n(.*?)^```", section[1], re.MULTILINE | re.DOTALL)
    assert block is not None, 'the README has a section "## Python" without a block of Python'
    return block[1]


def test_the_ten_lines_of_the_readme_run(helpdesk_project: Project, system: Helpdesk, tmp_path: Path) -> None:
    program = tmp_path / "readme.py"
    program.write_text(readme_program())
    customer = helpdesk_project.add_person("customer", name="Mei")
    output = run([sys.executable, "-W", "error", program], environment(helpdesk_project, customer))
    tickets = list(system.tickets.list())
    assert [ticket.created_by for ticket in tickets] == [customer.user_id]
    assert tickets[0].title in output
