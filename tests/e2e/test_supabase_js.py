"""The story through supabase-js under Deno, a client that we did not write: exactly the same rights."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psycopg
import pytest
from deno import find_deno_bin  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from helpdesk_sdk.testing import Project

HERE = Path(__file__).with_name("supabase_js")


def run_story(task: dict[str, Any]) -> dict[str, Any]:
    """Run the program with nothing but the network that it needs: no files, no environment, no programs."""
    deno = os.fsdecode(find_deno_bin())
    subprocess.run([deno, "install", "--quiet", "--frozen"], cwd=HERE, check=True, timeout=120)
    done = subprocess.run(
        [
            deno,
            "run",
            "--quiet",
            "--no-prompt",
            "--cached-only",
            "--frozen",
            f"--allow-net={urlsplit(task['url']).netloc}",
            "story.ts",
        ],
        cwd=HERE,
        input=json.dumps(task),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


@pytest.fixture(scope="module")
def seen(helpdesk_project_module: Project) -> dict[str, Any]:
    project = helpdesk_project_module
    people = {
        "mara": project.add_person("customer", name="Mara"),
        "theo": project.add_person("customer", name="Theo"),
        "chiara": project.add_person("agent", name="Chiara", teams=["Repairs"]),
        "ines": project.add_person("agent", name="Ines", teams=["Repairs"]),
    }
    with psycopg.connect(project.db_url) as db:
        db.execute("update helpdesk.teams set is_public = true where name = 'Repairs'")
    logins = {name: {"email": person.email, "password": person.password} for name, person in people.items()}
    task = {"url": project.url, "key": project.publishable_key, "team": "Repairs", "people": logins}
    ids = {name: str(person.user_id) for name, person in people.items()}
    return run_story(task) | {"ids": ids}


def test_a_ticket_is_created_once(seen: dict[str, Any]) -> None:
    assert seen["repeated"] == seen["created"]
    assert seen["created"]["created_by"] == seen["ids"]["mara"]
    assert seen["other_content"]["status"] == 409
    assert seen["other_content"]["reason"] == "helpdesk.id_conflict"
    assert [row["ticket_id"] for row in seen["my_list"]] == [seen["created"]["ticket_id"]]


def test_an_insert_into_the_table_is_the_callers_own(seen: dict[str, Any]) -> None:
    assert seen["by_table"]["created_by"] == seen["ids"]["theo"]
    assert seen["by_table"]["status"] == "open"
    assert (seen["forged"]["status"], seen["forged"]["code"]) == (403, "42501")


def test_an_agent_claims_the_next_one(seen: dict[str, Any]) -> None:
    assert [row["ticket_id"] for row in seen["claimed"]] == [seen["created"]["ticket_id"]]
    assert seen["claimed"][0]["assigned_to"] == seen["ids"]["chiara"]


def test_notes_and_tags_are_for_staff(seen: dict[str, Any]) -> None:
    assert [note["body"] for note in seen["notes"]["staff"]] == ["Batch 41 had weak capacitors."]
    assert seen["notes"]["customer"] == []
    assert seen["notes"]["stranger"] == []
    assert seen["tags_of_customer"] == {"tags": []}


def test_of_two_answers_at_once_one_is_refused(seen: dict[str, Any]) -> None:
    assert seen["sent"] == 1
    assert [(error["status"], error["reason"]) for error in seen["moved"]] == [(409, "helpdesk.conversation_moved")]
    assert seen["stale_reply"]["reason"] == "helpdesk.conversation_moved"
    assert seen["stale_reply"]["hint"]
    kinds = [(message["author_kind"], message["author_name"]) for message in seen["messages"]]
    assert kinds[:2] == [("staff", "Chiara"), ("customer", "Mara")]
    assert len(kinds) == 3


def test_an_edit_of_an_old_revision_touches_nothing(seen: dict[str, Any]) -> None:
    assert [row["status"] for row in seen["resolved"]] == ["resolved"]
    assert seen["stale_update"] == []
    assert seen["reopened"] == {"status": "open"}


@pytest.mark.parametrize(
    ("what", "status", "reason"),
    [
        ("priority", 403, "helpdesk.forbidden"),
        ("note", 403, "helpdesk.forbidden"),
        ("claim", 403, "helpdesk.forbidden"),
        ("foreign", 404, "helpdesk.ticket_not_found"),
        ("absent", 404, "helpdesk.ticket_not_found"),
    ],
)
def test_a_rule_is_refused_with_its_reason(seen: dict[str, Any], what: str, status: int, reason: str) -> None:
    assert (seen["denied"][what]["status"], seen["denied"][what]["reason"]) == (status, reason)


def test_what_nobody_may_is_refused_by_privilege(seen: dict[str, Any]) -> None:
    assert (seen["denied"]["message_table"]["status"], seen["denied"]["message_table"]["code"]) == (403, "42501")
    assert (seen["denied"]["nobody"]["status"], seen["denied"]["nobody"]["code"]) == (401, "42501")


def test_absent_and_not_yours_are_the_same(seen: dict[str, Any]) -> None:
    assert seen["denied"]["foreign"] == seen["denied"]["absent"]
    assert seen["foreign_rows"] == []


def test_each_sees_their_own_timeline(seen: dict[str, Any]) -> None:
    staff, customer = seen["timeline"]["staff"], seen["timeline"]["customer"]
    assert {"note", "ticket.tagged", "ticket.assigned"} <= set(staff)
    assert set(customer) == {"ticket.created", "message", "ticket.status_changed"}
    assert customer == [what for what in staff if what in set(customer)]
