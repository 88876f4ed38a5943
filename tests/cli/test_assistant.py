"""The assistant on the command line: drafts with their proof, decisions, and no character of a model that acts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from tests.cli.conftest import OTHER_TEAM, TEAM, People
from tests.cli.support import HOSTILE

from helpdesk_cli._show.name_cache import NameCache
from helpdesk_cli._show.proposals import FLAGS, REASONS, show_suggestion, show_triage
from helpdesk_sdk import Suggestion, Triage

NOW = "2026-01-02T03:04:05+00:00"


@pytest.fixture
def question(people: People, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The number of a ticket that an article answers, and the article's sentence."""
    one = f"w{uuid4().hex[:16]}"
    sentence = f"A {one} is refunded within five working days of the return."
    folder = tmp_path_factory.mktemp("docs")
    (folder / f"{one}.md").write_text(f"# About {one}\n\n## Refunds\n\n{sentence}\n")
    people.admin("kb", "import", folder)
    made = people.customer(
        "tickets", "create", f"My {one}", "-d", f"When is my {one} refunded?", "--team", TEAM, "--json"
    )
    return str(made.json["number"]), sentence


def test_a_draft_comes_with_its_proof_and_why_there_is_no_model(people: People, question: tuple[str, str]) -> None:
    number, sentence = question
    done = people.agent("assistant", "suggest", number)
    lines = done.out.splitlines()
    key = lines[0].split()[-1]
    assert lines[0] == f"Reply, open  {key}"
    assert sentence in done.out.split("[1]")[0]
    (source,) = (line for line in lines if line.startswith("[1] "))
    assert source.startswith("[1] About w")
    assert "Refunds" in source
    assert ", published 20" in source
    assert f"    “{sentence}”" in lines
    assert "Made from: passages. Without a model: " in done.err
    assert f"helpdesk assistant accept {key} --edit" in done.err
    found = people.agent("assistant", "suggest", number, "--json").json
    assert found["proposal"]["citations"][0]["quote"] == sentence
    assert people.customer("assistant", "suggest", number, code=5).err.startswith("Error: ")


def proposed(people: People, number: str) -> str:
    found = people.agent("assistant", "suggest", number, "--json").json
    return str(found["proposal"]["proposal_id"])


def test_accepting_sends_the_reply_and_rejecting_says_why(people: People, question: tuple[str, str]) -> None:
    number, sentence = question
    key = proposed(people, number)
    assert key in people.agent("assistant", "proposals", number).out
    assert sentence in people.agent("assistant", "show", key).out
    assert people.agent("assistant", "accept", key).out == "The reply is accepted.\n"
    assert sentence in people.customer("tickets", "show", number).out
    again = people.agent("assistant", "reject", key, "wrong", code=4)
    assert again.err.startswith("Error: The proposal has been decided already")
    assert people.agent("assistant", "proposals", number).out == "No proposals.\n"
    assert people.agent("assistant", "undo", key, code=1).err.startswith("Error: Only classification")
    assert people.agent("assistant", "show", str(uuid4()), code=3).err.startswith("Error: There is no such proposal")


def test_accept_opens_the_draft_in_the_editor(people: People, question: tuple[str, str], tmp_path: Any) -> None:
    number, _ = question
    key = proposed(people, number)
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i "1s/^/Hello Ana. /" "$1"\n')
    editor.chmod(0o755)
    done = people.agent("assistant", "accept", key, "--edit", EDITOR=str(editor), VISUAL="")
    assert done.out.startswith("The reply is edited, ")
    shown = people.customer("tickets", "show", number).out
    assert "Hello Ana." in shown
    assert ">8" not in shown
    rejected = proposed(people, number)
    assert people.agent("assistant", "reject", rejected, "Not this product").out.endswith(" is rejected.\n")
    assert "Rejected: other:Not this product" in people.agent("assistant", "show", rejected).out


def test_settings_prompts_and_exclusions(people: People, question: tuple[str, str]) -> None:
    number, _ = question
    shown = people.admin("assistant", "settings", "set", "--daily-tokens-team", "5000", "--tone", "Friendly.").out
    assert "daily-tokens-team             5,000" in shown
    shown = people.admin("assistant", "settings", "set", "--daily-tokens-team", "none", "--tone", "").out
    assert "daily-tokens-team             none" in shown
    assert people.agent("assistant", "settings", "set", "--disabled", code=5).err.startswith("Error: Only admins")
    assert "must be a number, or none" in people.admin("assistant", "settings", "set", "--price-in", "x", code=2).err
    made = people.admin("assistant", "prompts", "create", "summary", "Sum it up.", "--note", "Shorter", "--json").json
    assert people.agent("assistant", "prompts", "show", made["prompt_id"]).out == "Sum it up.\n"
    rows = people.agent("assistant", "prompts", "list", "--task", "summary", "--json").json
    assert rows[0] == made
    people.agent("assistant", "exclude", "--ticket", number)
    assert people.agent("assistant", "suggest", number, code=4).err.startswith("Error: The assistant is switched off")
    assert "ticket" in people.agent("assistant", "exclusions").out
    people.agent("assistant", "include", "--ticket", number)
    assert people.agent("assistant", "suggest", number).out.startswith("Reply, open")


def test_runs_say_what_became_of_them(people: People, question: tuple[str, str]) -> None:
    number, _ = question
    people.agent("assistant", "suggest", number)
    rows = people.agent("assistant", "runs", number, "--json").json
    assert [(row["kind"], row["state"]) for row in rows] == [("reply", "fallback")]
    table = people.agent("assistant", "runs", number).out.splitlines()
    assert table[0].split()[:3] == ["Run", "Kind", "State"]


def test_nothing_of_a_model_acts_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    run: dict[str, Any] = {"run_id": str(uuid4()), "kind": "reply", "ticket_id": str(uuid4()), "state": "done"}
    run |= {"created_at": NOW, "mode": f"model{HOSTILE}", "reason": HOSTILE, "problem": HOSTILE}
    citation = {"ordinal": 1, "quote": HOSTILE, "chunk_id": str(uuid4()), "start_at": 0, "end_at": 9}
    citation |= {"title": HOSTILE, "heading_path": HOSTILE, "slug": HOSTILE, "published_at": NOW}
    proposal: dict[str, Any] = {"proposal_id": str(uuid4()), "run_id": run["run_id"], "ticket_id": run["ticket_id"]}
    proposal |= {"kind": "reply", "payload": {"body": HOSTILE}, "mode": "model", "flags": [HOSTILE], "state": "open"}
    proposal |= {"expires_at": NOW, "created_at": NOW, "citations": [citation]}
    triaged = proposal | {"kind": "classification", "payload": {"add_tags": [HOSTILE], HOSTILE: HOSTILE}}
    show_suggestion(Suggestion.model_validate({"run": run, "proposal": proposal, "problem": HOSTILE}))
    show_triage(Triage.model_validate({"run": run, "proposals": [triaged], "problem": HOSTILE}), NameCache())
    shown = "".join(capsys.readouterr())
    assert "red" in shown
    assert not set(shown) & set("\x1b\x07\x9b\x9d\x9c\u202e\u2066\r\x08\x7f\x85")
    assert json.dumps(HOSTILE) not in shown


@pytest.fixture
def proposing(people: People) -> Callable[[str, str, dict[str, Any]], str]:
    """Stores a proposal of these values for the ticket of this number; returns its id."""

    def make(number: str, kind: str, payload: dict[str, Any]) -> str:
        with psycopg.connect(people.crew.info.db_url, autocommit=True) as db:
            made = db.execute(
                "with run as (insert into helpdesk.ai_runs (kind, ticket_id, cache_key, ticket_revision) "
                "select 'classification', ticket_id, '', revision from helpdesk.tickets where number = %s returning *) "
                "insert into helpdesk.proposals "
                "(run_id, ticket_id, kind, payload, ticket_revision, mode, expires_at) "
                "select run_id, ticket_id, %s, %s, ticket_revision, 'neighbours', now() + interval '1 hour' from run "
                "returning proposal_id",
                (number, kind, json.dumps(payload)),
            ).fetchone()
        assert made is not None
        return str(made[0])

    return make


def test_teams_and_people_have_their_names(
    people: People, question: tuple[str, str], proposing: Callable[[str, str, dict[str, Any]], str]
) -> None:
    number, _ = question
    ids = {team["name"]: team["team_id"] for team in people.agent("teams", "list", "--json").json}
    agent = people.admin("users", "list", "--role", "agent", "--json").json
    (person,) = [one for one in agent if one["email"] == people.crew.email("agent")]
    labels = {"team_id": ids[OTHER_TEAM], "priority": "high", "add_tags": ["vip"], "spam": False, "because": [7, 9]}
    texts = {
        proposing(number, "classification", labels | {"previous": {"team_id": ids[TEAM]}}): (
            f"team: {OTHER_TEAM}\npriority: high\ntags: vip\nspam: no\nlike: 7, 9\n"
        ),
        proposing(number, "assignment", {"assigned_to": person["user_id"]}): f"assignee: {person['name']}\n",
        proposing(number, "merge", {"into": str(uuid4()), "because": [41]}): "into: #41\n",
        proposing(number, "fields", {"custom_fields": {"plan": "pro", "vip": True}}): "fields: vip=yes, plan=pro\n",
    }
    for key, text in texts.items():
        shown = people.agent("assistant", "show", key).out
        assert sorted(text.splitlines()) == sorted(shown.splitlines()[1 : 1 + text.count("\n")])
    listed = people.agent("assistant", "proposals", number, COLUMNS="300").out
    assert f"team: {OTHER_TEAM}" in listed
    assert ids[OTHER_TEAM] not in listed
    assert labels["team_id"] in people.agent("assistant", "proposals", number, "--json").out


def test_every_word_has_a_sentence() -> None:
    assert all(text and text[0].islower() and not text.endswith(".") for text in (*FLAGS.values(), *REASONS.values()))
