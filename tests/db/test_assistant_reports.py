"""Reports about the assistant: what was asked, what people made of it, what it cost; on the tickets that one works."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.db.assisting import accept, classified, draft, holding, publish, reply, retrieve, start, submit, undo
from tests.db.people import ADMIN, AGENT, CUSTOMER, SERVICE, STRANGER, Db, Person, be, refused, value
from tests.db.test_labels_applied import allow, burning, classify_anew
from tests.db.world import World, said

USAGE = {"tokens_in": 1000, "tokens_out": 200, "chat_model": "m-1", "milliseconds": 800}


def report(db: Db, person: Person = ADMIN, *by: str) -> list[dict[str, Any]]:
    """What the person reads of everything until now."""
    with be(db, person):
        return db.execute(
            # The tests' transaction began before its runs.
            "select * from helpdesk.assistant_report(now() - interval '1 day', now() + interval '1 day', %s)",
            ([*by],),
        ).fetchall()


def answered(db: Db, world: World, text: str = "Choose the button.", ticket: str = "answered") -> dict[str, Any]:
    """A draft that a model made, with its usage."""
    publish(db, f"router-{value(db, 'select count(*) from helpdesk.articles')}")
    _, secret = start(db, world[ticket], person=ADMIN)
    retrieve(db, secret)
    proposal = submit(db, secret, reply(text, (1, [1, 2])), USAGE)
    assert proposal is not None
    return proposal


def reject(db: Db, proposal: dict[str, Any], reason: str) -> None:
    """An agent rejects the draft."""
    with be(db, AGENT):
        db.execute("select helpdesk.reject_proposal(%s, %s)", (proposal["proposal_id"], reason))


def again(db: Db, world: World) -> None:
    """A new message, so that the next run is another one."""
    with be(db, CUSTOMER):
        said(db, "answered", "And how do I reset my router?", world)


def test_without_runs_there_is_no_row(db: Db, world: World) -> None:
    assert report(db) == []


def test_what_people_made_of_the_drafts(db: Db, world: World) -> None:
    words = " ".join(f"word{n}" for n in range(40))
    accept(db, AGENT, answered(db, world, words))
    again(db, world)
    accept(db, AGENT, answered(db, world, words), body=words + "!")
    again(db, world)
    accept(db, AGENT, answered(db, world, words), body="No, something else altogether.")
    again(db, world)
    reject(db, answered(db, world, words), "tone")
    again(db, world)
    answered(db, world)
    again(db, world)
    (row,) = report(db)
    assert (row["runs"], row["answered"], row["proposals"], row["decided"], row["lapsed"]) == (5, 5, 5, 4, 1)
    assert (row["unchanged"], row["lightly_edited"], row["rewritten"], row["rejected"]) == (1, 1, 1, 1)
    assert (row["acceptance"], row["precision"]) == (0.75, 0.5)
    assert 0.2 < row["distance"] < 0.4
    # The text was kept twice, and some letters of it once; the drafts were open for a moment only.
    assert abs(row["seconds_saved"] - 2 * len(words) / 2.5) < 15
    assert (row["tokens_in"], row["tokens_out"], row["estimated"]) == (5000, 1000, 0)
    assert (row["p50_milliseconds"], row["p95_milliseconds"]) == (800, 800)


def test_a_long_look_is_no_work_and_a_rejected_draft_costs_time(db: Db, world: World) -> None:
    proposal = answered(db, world)
    db.execute("alter table helpdesk.proposals disable trigger user")
    db.execute(
        "update helpdesk.proposals set created_at = created_at - %s where proposal_id = %s",
        (timedelta(hours=3), proposal["proposal_id"]),
    )
    db.execute("alter table helpdesk.proposals enable trigger user")
    reject(db, proposal, "wrong")
    (row,) = report(db)
    assert (row["seconds_to_decide"], row["seconds_saved"]) == (300, -300)
    assert (row["acceptance"], row["precision"], row["distance"]) == (0, 0, None)


def test_what_needed_no_model(db: Db, world: World) -> None:
    answered(db, world)
    again(db, world)
    _, secret = start(db, world["answered"])
    with holding(db, secret):
        db.execute("select helpdesk.finish_without_model('no_model')")
    _, secret = start(db, world["answered"], "next_steps")
    with holding(db, secret):
        db.execute("select helpdesk.finish_without_model('model_timeout', %s::jsonb)", ('{"tokens_in": 10}',))
    (row,) = report(db)
    assert (row["runs"], row["answered"], row["without_model"], row["needs_human"]) == (3, 2, 1, 1)
    rows = {row["mode"]: row for row in report(db, ADMIN, "mode")}
    assert {mode: (row["runs"], row["without_model"]) for mode, row in rows.items()} == {
        "model": (1, 0),
        "passages": (1, 1),
        None: (1, 0),
    }


def test_by_prompt_model_team_kind_and_day(db: Db, world: World) -> None:
    with be(db, ADMIN):
        db.execute("update helpdesk.ai_settings set price_in = 10, price_out = 100")
    accept(db, AGENT, answered(db, world))
    with be(db, ADMIN):
        prompt = value(db, "select prompt_id from helpdesk.create_prompt('reply', 'Be brief.')")
        db.execute("select helpdesk.activate_prompt(%s)", (prompt,))
    again(db, world)
    reject(db, answered(db, world), "wrong")
    answered(db, world, ticket="theirs")
    rows = {row["prompt_version"]: row for row in report(db, ADMIN, "prompt")}
    assert {version: row["precision"] for version, row in rows.items()} == {1: 1, 2: 0}
    (row,) = report(db, ADMIN, "model", "day", "kind")
    assert (row["chat_model"], row["kind"], row["runs"], float(row["cost"])) == ("m-1", "reply", 3, 0.09)
    assert row["period"] == value(db, "select (clock_timestamp() at time zone 'UTC')::date")
    assert row["team_id"] is None
    assert {str(row["team_id"]): row["runs"] for row in report(db, ADMIN, "team")} == {
        world["desk"]: 2,
        world["vault"]: 1,
    }


def test_agents_count_the_tickets_that_they_work(db: Db, world: World) -> None:
    answered(db, world)
    answered(db, world, ticket="theirs")
    assert [report(db, person)[0]["runs"] for person in (ADMIN, SERVICE, AGENT, STRANGER)] == [2, 2, 1, 1]
    with refused("forbidden"):
        report(db, CUSTOMER)


def test_labels_that_somebody_undid_were_wrong(db: Db, world: World) -> None:
    undo(db, AGENT, accept(db, AGENT, classified(db, world, priority="high")))
    (row,) = report(db)
    assert (row["decided"], row["undone"], row["acceptance"], row["precision"]) == (1, 1, 0, 0)


def test_what_the_assistant_applies_is_nobodys_judgement(db: Db, world: World) -> None:
    ticket = burning(db, world)
    allow(db)
    (proposal,) = classify_anew(db, ticket)
    assert proposal["state"] == "accepted"
    (row,) = report(db)
    assert (row["decided"], row["applied"], row["applied_undone"], row["precision"]) == (0, 1, 0, None)
    undo(db, AGENT, proposal)
    (row,) = report(db)
    assert (row["decided"], row["applied"], row["applied_undone"], row["undone"]) == (0, 1, 1, 0)


def test_that_nothing_was_found_is_no_suggestion(db: Db, world: World) -> None:
    _, secret = start(db, world["answered"])
    with holding(db, secret):
        proposal = value(db, "select helpdesk.finish_without_model('no_model')")
    assert accept(db, AGENT, proposal)["state"] == "accepted"
    (row,) = report(db)
    assert (row["runs"], row["proposals"], row["decided"], row["precision"]) == (1, 0, 0, None)


def test_a_test_run_does_not_count(db: Db, world: World) -> None:
    _, secret = start(db, world["answered"], is_test=True)
    with holding(db, secret):
        db.execute("select helpdesk.finish_without_model('no_model')")
    assert report(db) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("now(), now()", "since must be before"),
        ("now() - interval '1 day', now(), array['person']", "by must be words"),
        ("now() - interval '1 day', now(), array[null]", "by must be words"),
        ("now() - interval '1 day', now(), array['day', 'week']", "at most one of"),
        ("null", "must have a value"),
    ],
)
def test_odd_arguments_are_named(db: Db, arguments: Any, message: str) -> None:
    with refused("invalid_value", message), be(db, ADMIN):
        db.execute(f"select helpdesk.assistant_report({arguments})")


def test_a_draft_of_a_ticket_in_another_period_is_not_in_it(db: Db, world: World) -> None:
    draft(db, world)
    with be(db, ADMIN):
        rows = db.execute(
            "select * from helpdesk.assistant_report(now() - interval '2 days', now() - interval '1 day')"
        )
        assert rows.fetchall() == []
