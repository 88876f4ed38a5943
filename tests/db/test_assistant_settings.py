"""The assistant's prompts, and what it remembers of endpoints: who writes them, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.assisting import holding
from tests.db.people import ADMIN, OWNER, SERVICE, Db, be, one, refused, value
from tests.db.test_assistant_runs import ask, leased
from tests.db.world import World


@pytest.mark.parametrize(
    ("task", "body", "problem"),
    [(None, "x", "task is missing"), ("reply", None, "body is missing"), ("poem", "x", "task must be")],
)
def test_a_prompt_has_a_task_and_a_body(db: Db, world: World, task: str | None, body: str | None, problem: str) -> None:
    with refused("invalid_value", problem), be(db, ADMIN):
        db.execute("select helpdesk.create_prompt(%s, %s)", (task, body))


def test_only_admins_and_only_prompts_of_the_task(db: Db, world: World) -> None:
    with be(db, ADMIN):
        made = one(db, "select * from helpdesk.create_prompt('reply', 'Be kind.', 'a try')")
        assert (made["version"], made["is_active"]) == (2, False)
    assert ask(db, world["mine"], person=ADMIN, prompt_id=made["prompt_id"], is_test=True)["is_test"] is True
    with refused("prompt_not_found"):
        ask(db, world["mine"], "summary", ADMIN, prompt_id=made["prompt_id"])
    with refused("forbidden"):
        ask(db, world["answered"], prompt_id=made["prompt_id"])
    with be(db, ADMIN):
        db.execute("select helpdesk.activate_prompt(%s)", (made["prompt_id"],))
    active = db.execute("select task, version from helpdesk.ai_prompts where is_active order by 1").fetchall()
    assert [row["version"] for row in active] == [1, 1, 1, 2, 1]
    assert ask(db, world["answered"], person=SERVICE)["prompt_id"] == made["prompt_id"]


@pytest.mark.parametrize("prompt", ["nothing", None])
def test_a_prompt_that_is_not_there_is_not_activated(db: Db, world: World, prompt: str | None) -> None:
    active = "select prompt_id from helpdesk.ai_prompts where is_active order by 1"
    before = db.execute(active).fetchall()
    with refused("prompt_not_found"), be(db, ADMIN):
        db.execute("select helpdesk.activate_prompt(%s)", (prompt and world[prompt],))
    assert db.execute(active).fetchall() == before


def test_the_log_has_which_prompt_is_used_now(db: Db, world: World) -> None:
    with be(db, ADMIN):
        made = one(db, "select * from helpdesk.create_prompt('reply', 'A secret body.')")
        db.execute("select helpdesk.activate_prompt(%s)", (made["prompt_id"],))
    event = one(db, "select * from helpdesk.events where type = 'assistant.prompt_activated'")
    assert (str(event["actor_id"]), event["audience"]) == (world["admin"], "staff")
    assert event["data"] == {"prompt_id": str(made["prompt_id"]), "task": "reply"}


@pytest.mark.parametrize("key", [None, "", "x" * 301])
def test_an_endpoint_has_a_name(db: Db, world: World, key: str | None) -> None:
    _, secret = leased(db, world["mine"])
    with refused("invalid_value", "endpoint_key"), holding(db, secret):
        db.execute("select helpdesk.remember_capability(%s, '{}')", (key,))


def test_what_an_endpoint_takes_is_remembered_for_ten_of_them(db: Db, world: World) -> None:
    _, secret = leased(db, world["mine"])
    for number in range(12):
        with holding(db, secret):
            db.execute('select helpdesk.remember_capability(%s, \'{"rung": "prompt"}\')', (f"e{number}",))
    kept = value(db, "select capability from helpdesk.ai_settings")
    assert kept == {f"e{number}": {"rung": "prompt"} for number in (10, 11)}


def test_the_log_has_who_switched_the_embedding_model(db: Db, world: World) -> None:
    db.execute("delete from helpdesk_private.example_texts")
    with be(db, ADMIN):
        for call in ("use", "switch", "switch"):
            db.execute(f"select helpdesk.{call}_embedding_model('m')".encode())
    query = (
        "select type, actor_id::text, data from helpdesk.events where type like 'embedding_model.%' order by event_id"
    )
    assert [tuple(row.values()) for row in db.execute(query).fetchall()] == [
        (f"embedding_model.{what}", world["admin"], {"model": "m"}) for what in ("added", "activated")
    ]


def test_the_log_has_what_changed_and_nothing_when_nothing_did(db: Db, world: World) -> None:
    with be(db, ADMIN):
        db.execute("update helpdesk.ai_settings set tone = 'Dry.', proposal_hours = 24")
        db.execute("update helpdesk.ai_settings set tone = 'Dry.'")
        active = one(db, "select * from helpdesk.ai_prompts where task = 'reply' and is_active")
        db.execute("select helpdesk.activate_prompt(%s)", (active["prompt_id"],))
    query = "select data from helpdesk.events where type like 'assistant.%'"
    assert [row["data"] for row in db.execute(query).fetchall()] == [{"changes": {"tone": ["", "Dry."]}}]


def test_a_change_of_the_settings_has_its_time(db: Db, world: World) -> None:
    before = value(db, "select updated_at from helpdesk.ai_settings")
    db.execute("update helpdesk.ai_settings set tone = 'Dry.'")
    assert value(db, "select updated_at from helpdesk.ai_settings") > before


def test_a_change_of_a_threshold_has_its_time(db: Db, world: World) -> None:
    query = "select updated_at from helpdesk.ai_thresholds where kind = 'team'"
    before = value(db, query)
    db.execute("update helpdesk.ai_thresholds set suggest_share = 0.9 where kind = 'team'")
    assert value(db, query) > before


BAD: dict[str, list[Any]] = {
    "chat_model": ["", "x" * 201],
    "price_in": [-1, "100000.001", "NaN"],
    "price_out": [-1, "100000.001", "NaN"],
    "daily_tokens_project": [-1, 10**12 + 1],
    "daily_tokens_team": [-1, 10**12 + 1],
    "daily_tokens_person": [-1, 10**12 + 1],
    "tone": ["x" * 501],
    "signature": ["x" * 501],
    "reply_language": ["English", "e", "", "en_US"],
    "similarity_floor": [-0.1, 1.1, "NaN"],
    "proposal_hours": [0, 721],
    "capability": ['{"a": "' + "x" * 17_000 + '"}'],
}


@pytest.mark.parametrize(("column", "setting"), [(column, bad) for column, values in BAD.items() for bad in values])
def test_a_setting_out_of_bounds_is_refused_by_its_name(db: Db, world: World, column: str, setting: Any) -> None:
    person = OWNER if column == "capability" else ADMIN
    with refused("invalid_value", column), be(db, person):
        db.execute(f"update helpdesk.ai_settings set {column} = %s".encode(), (setting,))


THRESHOLDS: dict[str, list[Any]] = {
    "suggest_share": [-0.1, 1.1, "NaN"],
    "min_similarity": [-0.1, 1.1, "NaN"],
    "apply_share": [0.49, 1.1, "NaN"],
    "target_precision": [0.49, 1, "NaN"],
}


@pytest.mark.parametrize(("column", "bad"), [(column, bad) for column, values in THRESHOLDS.items() for bad in values])
def test_a_threshold_out_of_bounds_is_refused_by_its_name(db: Db, world: World, column: str, bad: Any) -> None:
    with refused("invalid_value", column), be(db, ADMIN):
        db.execute(f"update helpdesk.ai_thresholds set {column} = %s where kind = 'team'".encode(), (bad,))


@pytest.mark.parametrize(
    ("task", "body", "note"),
    [("poem", "x", ""), ("reply", "", ""), ("reply", "x" * 3501, ""), ("reply", "x", "x" * 501)],
)
def test_a_prompt_out_of_bounds_is_refused(db: Db, world: World, task: str, body: str, note: str) -> None:
    with refused("invalid_value"), be(db, ADMIN):
        db.execute("select helpdesk.create_prompt(%s, %s, %s)", (task, body, note))


def test_a_wish_has_a_limit(db: Db, world: World) -> None:
    for wish in ("", "x" * 1001):
        with refused("invalid_value", "wish"), db.transaction():
            ask(db, world["mine"], wish=wish)
    assert ask(db, world["mine"], wish="x" * 1000)["state"] == "queued"
