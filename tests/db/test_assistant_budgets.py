"""Budgets of the assistant: reserved before a call, counted after it, never exceeded, and never lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.db.assisting import ROBOT, begin, finish, holding, run_of, start
from tests.db.conftest import Server
from tests.db.people import ADMIN, AGENT, CUSTOMER, LEFT, SERVICE, STRANGER, Db, be, one, refused, value
from tests.db.test_races import together
from tests.db.world import World


def usage(db: Db) -> dict[str, tuple[int, ...]]:
    """Reserved and used tokens of each scope; teams by their names."""
    rows = db.execute(
        "select coalesce(t.name, u.scope) as name, u.reserved_tokens, u.used_tokens "
        "from helpdesk.ai_usage as u left join helpdesk.teams as t on t.team_id = u.scope_id"
    )
    return {row["name"]: (row["reserved_tokens"], row["used_tokens"]) for row in rows}


def expire(db: Db) -> str:
    """The program with the lease is gone; the secret of the next lease."""
    db.execute("update helpdesk_private.run_leases set leased_until = clock_timestamp()")
    with be(db, ROBOT):
        leases = value(db, "select helpdesk.lease_runs()")
    return str(leases[0]["secret"]) if leases else ""


def test_tokens_are_reserved_counted_and_given_back(db: Db, world: World) -> None:
    db.execute("update helpdesk.ai_settings set price_in = 2, price_out = 10, daily_tokens_person = 5000")
    run_id, secret = start(db, world["mine"])
    assert begin(db, secret, 3000) == {"allowed": True, "reason": None}
    assert begin(db, secret, 3000) == {"allowed": False, "reason": "budget_exhausted", "scope": "person"}
    assert usage(db) == {"person": (3000, 0), "project": (3000, 0), "Support": (3000, 0)}
    finish(db, run_id, usage={"tokens_in": 1000, "tokens_out": 100, "rung": "json_schema", "chat_model": "m"})
    used = one(db, "select reserved_tokens, used_tokens, calls, cost from helpdesk.ai_usage where scope = 'project'")
    assert [float(number) for number in used.values()] == [0, 1100, 1, 0.003]
    run = run_of(db, run_id)
    assert (run["state"], run["tokens_in"], float(run["cost"]), run["rung"]) == ("done", 1000, 0.003, "json_schema")
    assert not run["is_estimated"]


@pytest.mark.parametrize("scope", ["project", "team", "person"])
def test_each_limit_refuses_for_itself_and_reserves_nothing(db: Db, world: World, scope: str) -> None:
    _, secret = start(db, world["mine"])
    with be(db, ADMIN):
        db.execute(f"update helpdesk.ai_settings set daily_tokens_{scope} = 100")
    assert begin(db, secret, 101) == {"allowed": False, "reason": "budget_exhausted", "scope": scope}
    assert set(usage(db).values()) == {(0, 0)}
    assert begin(db, secret, 100)["allowed"]


def test_a_team_and_a_person_have_budgets_of_their_own(db: Db, world: World) -> None:
    db.execute("update helpdesk.ai_settings set daily_tokens_team = 100, daily_tokens_person = 100")
    _, mine = start(db, world["mine"])
    _, theirs = start(db, world["theirs"], person=STRANGER)
    assert begin(db, mine, 100)["allowed"]
    assert begin(db, theirs, 100)["allowed"]
    _, again = start(db, world["closed"], person=ADMIN)
    assert begin(db, again, 1)["scope"] == "team"
    # AGENT is the assignee of a ticket of the other team.
    _, lent = start(db, world["lent"])
    assert begin(db, lent, 1)["scope"] == "team"


def test_the_team_that_reserved_receives_its_tokens_back(db: Db, world: World) -> None:
    run_id, secret = start(db, world["mine"])
    assert begin(db, secret, 3000)["allowed"]
    with be(db, ADMIN):
        db.execute("select helpdesk.transfer_ticket(%s, %s)", (world["mine"], world["vault"]))
    assert begin(db, secret, 500)["allowed"]
    assert usage(db)["Support"] == (3500, 0)
    finish(db, run_id, usage={"tokens_in": 1000, "tokens_out": 100})
    assert usage(db) == {"person": (0, 1100), "project": (0, 1100), "Support": (0, 1100)}


def test_the_tokens_of_an_attempt_that_ended_without_a_word_count_as_used(db: Db, world: World) -> None:
    run_id, secret = start(db, world["mine"])
    assert begin(db, secret, 3000)["allowed"]
    secret = expire(db)
    assert set(usage(db).values()) == {(0, 3000)}
    assert begin(db, secret, 2000)["allowed"]
    with holding(db, secret):
        db.execute("select helpdesk.release_run('no answer')")
    assert set(usage(db).values()) == {(0, 5000)}
    db.execute("update helpdesk_private.run_leases set due_at = clock_timestamp()")
    secret = expire(db)
    assert begin(db, secret, 1000)["allowed"]
    finish(db, run_id, usage={"tokens_in": 700, "tokens_out": 100})
    assert set(usage(db).values()) == {(0, 5800)}
    run = run_of(db, run_id)
    assert (run["tokens_in"], run["tokens_out"], run["is_estimated"]) == (5700, 100, True)
    assert value(db, "select calls from helpdesk.ai_usage where scope = 'project'") == 3


def test_a_run_that_nobody_finishes_leaves_nothing_reserved(db: Db, world: World) -> None:
    run_id, secret = start(db, world["mine"])
    for _ in range(3):
        begin(db, secret, 1000)
        secret = expire(db)
    assert run_of(db, run_id)["reason"] == "lease_expired"
    assert set(usage(db).values()) == {(0, 3000)}


def test_a_run_has_three_calls_and_none_when_the_switch_is_off(db: Db, world: World) -> None:
    _, secret = start(db, world["mine"])
    assert [begin(db, secret, 10)["allowed"] for _ in range(4)] == [True, True, True, False]
    assert begin(db, secret, 10)["reason"] == "too_many_calls"
    _, other = start(db, world["answered"])
    db.execute("update helpdesk.ai_settings set is_enabled = false")
    assert begin(db, other, 10) == {"allowed": False, "reason": "assistant_off"}


@pytest.mark.parametrize(
    "counts", [{"tokens_in": -5}, {"tokens_in": "x"}, {"tokens_in": 1e300}, {"tokens_in": None}, {}, [], 5, None]
)
def test_odd_counts_end_a_run_all_the_same(db: Db, world: World, counts: Any) -> None:
    run_id, _ = start(db, world["mine"])
    finish(db, run_id, usage=counts)
    assert run_of(db, run_id)["state"] == "done"


@pytest.mark.parametrize("tokens", [None, 0, -5, 2**31 - 1])
def test_odd_estimates_reserve_at_least_one_token_and_no_fortune(db: Db, world: World, tokens: Any) -> None:
    _, secret = start(db, world["mine"])
    assert begin(db, secret, tokens)["allowed"]
    assert usage(db)["project"] == (200_000 if tokens and tokens > 0 else 1, 0)


def test_calls_at_the_same_time_never_exceed_a_budget(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as db:
        db.execute("update helpdesk.ai_settings set daily_tokens_project = 1000")
        secrets = [
            start(db, world[ticket], kind, person)[1]
            for ticket, person in (("mine", AGENT), ("answered", AGENT), ("theirs", STRANGER), ("lent", ADMIN))
            for kind in ("reply", "summary", "next_steps", "article")
        ]

    def reserve(secret: str) -> Any:
        def run() -> Any:
            with pg.connect(own) as db:
                return begin(db, secret, 90)["allowed"]

        return run

    allowed = together([reserve(secret) for secret in secrets])
    assert sorted(map(json.dumps, allowed)) == ["false"] * 5 + ["true"] * 11
    with pg.connect(own) as db:
        assert usage(db)["project"] == (990, 0)


def test_no_program_reserves_less_than_a_call_can_take(db: Db, world: World) -> None:
    _, secret = start(db, world["mine"])
    with holding(db, secret):
        prompt = value(db, "select helpdesk.run_prompt()")
    most = len((prompt["system"] + prompt["user"]).encode()) + 4 * prompt["max_tokens"]
    assert prompt["estimated_tokens"] + prompt["max_tokens"] < most
    assert begin(db, secret, 1)["allowed"]
    assert usage(db)["project"] == (most, 0)
    # The second call repeats the answer that was refused.
    assert begin(db, secret, 1)["allowed"]
    assert usage(db)["project"] == (2 * most + 8000, 0)
    assert begin(db, secret, 30_000)["allowed"]
    assert usage(db)["project"] == (2 * most + 8000 + 30_000, 0)


def test_only_admins_see_what_was_used(db: Db, world: World) -> None:
    _, secret = start(db, world["mine"])
    begin(db, secret, 10)
    for person in (ADMIN, SERVICE, AGENT, STRANGER, CUSTOMER, LEFT, ROBOT):
        with be(db, person):
            assert len(usage(db)) == (3 if person in (ADMIN, SERVICE) else 0), person


def test_a_run_ends_once(db: Db, world: World) -> None:
    run_id, _ = start(db, world["mine"])
    finish(db, run_id)
    with refused("lease_lost"):
        finish(db, run_id, "failed")
