"""Runs of the assistant: who may ask, and what a lease opens and what it does not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.db.assisting import ROBOT, add_robot, finish, holding
from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, SERVICE, STRANGER, Db, Person, be, one, refused, value
from tests.db.world import World


def ask(db: Db, ticket: str, kind: str = "reply", person: Person = AGENT, **more: Any) -> dict[str, Any]:
    add_robot(db)
    with be(db, person):
        names = "".join(f", {name} => %s" for name in more)
        query = f"select * from helpdesk.request_run(%s, %s{names})"
        return one(db, query, ticket, kind, *more.values())


def lease(db: Db, person: Person = ROBOT, **more: Any) -> list[dict[str, Any]]:
    with be(db, person):
        names = ", ".join(f"{name} => %s" for name in more)
        query = f"select helpdesk.lease_runs({names})"
        leases: list[dict[str, Any]] = value(db, query, *more.values())
        return leases


def leased(db: Db, ticket: str, kind: str = "reply", **more: Any) -> tuple[str, str]:
    """A run and its secret."""
    run = ask(db, ticket, kind, **more)
    (found,) = lease(db, run_id=run["run_id"])
    return run["run_id"], found["secret"]


def read(db: Db, secret: str) -> dict[str, Any]:
    with holding(db, secret):
        found: dict[str, Any] = value(db, "select helpdesk.read_run()")
        return found


def test_two_requests_with_the_same_question_are_one_run(db: Db, world: World) -> None:
    first = ask(db, world["answered"])
    assert ask(db, world["answered"])["run_id"] == first["run_id"]
    assert ask(db, world["answered"], person=ADMIN)["run_id"] == first["run_id"]
    others = [
        ask(db, world["answered"], "summary"),
        ask(db, world["answered"], wish="shorter"),
        ask(db, world["mine"]),
    ]
    assert len({run["run_id"] for run in others} | {first["run_id"]}) == 4
    assert len({run["cache_key"] for run in others}) == 3


def test_a_request_can_be_repeated_with_its_id(db: Db, world: World) -> None:
    run_id = value(db, "select gen_random_uuid()")
    first = ask(db, world["mine"], run_id=run_id)
    assert first["run_id"] == run_id
    assert ask(db, world["mine"], run_id=run_id) == first
    with refused("id_conflict"):
        ask(db, world["mine"], "summary", run_id=run_id)
    with refused("id_conflict"):
        ask(db, world["answered"], run_id=run_id)


@pytest.mark.parametrize(
    "switch",
    [
        "update helpdesk.ai_settings set is_enabled = false",
        "insert into helpdesk.ai_exclusions (scope, target_id) select 'team', team_id from helpdesk.tickets"
        " where ticket_id = %(ticket)s",
        "insert into helpdesk.ai_exclusions (scope, target_id) values ('ticket', %(ticket)s)",
        "insert into helpdesk.ai_exclusions (scope, target_id) select 'customer', created_by from helpdesk.tickets"
        " where ticket_id = %(ticket)s",
    ],
    ids=["project", "team", "ticket", "customer"],
)
def test_each_switch_stops_new_runs_and_those_that_wait(db: Db, world: World, switch: Any) -> None:
    run = ask(db, world["mine"])
    db.execute(switch, {"ticket": world["mine"]})
    with refused("assistant_off"):
        ask(db, world["mine"], "summary")
    assert lease(db) == []
    state = one(db, "select state, reason from helpdesk.ai_runs where run_id = %s", run["run_id"])
    assert state == {"state": "cancelled", "reason": "assistant_off"}


def test_a_lease_is_for_one_and_for_a_while(db: Db, world: World) -> None:
    run = ask(db, world["mine"])
    (first,) = lease(db)
    assert (first["run_id"], first["kind"], len(first["secret"])) == (str(run["run_id"]), "reply", 64)
    assert lease(db) == []
    db.execute("update helpdesk_private.run_leases set leased_until = clock_timestamp()")
    (second,) = lease(db)
    assert read(db, second["secret"])["run"]["run_id"] == first["run_id"]
    with refused("lease_lost"):
        read(db, first["secret"])
    for _ in range(2):
        db.execute("update helpdesk_private.run_leases set leased_until = clock_timestamp()")
        lease(db)
    assert value(db, "select state || ' ' || reason from helpdesk.ai_runs") == "failed lease_expired"


def test_the_secret_is_kept_as_a_hash_only(db: Db, world: World) -> None:
    _, secret = leased(db, world["mine"])
    assert value(db, "select count(*) from helpdesk_private.run_leases as l where l::text like %s", f"%{secret}%") == 0
    assert value(db, "select count(*) from helpdesk.ai_runs as r where r::text like %s", f"%{secret}%") == 0


@pytest.mark.parametrize("secret", [None, "", "x", "0" * 64, "x" * 100_000, "'; select 1"])
def test_without_the_secret_nothing_opens(db: Db, world: World, secret: str | None) -> None:
    leased(db, world["mine"])
    calls = ["read_run()", "begin_model_call(1)", "release_run()", "run_prompt()", "remember_capability('a', '{}')"]
    for call in calls:
        with refused("lease_lost"), holding(db, secret):
            db.execute(f"select helpdesk.{call}")


@pytest.mark.parametrize("headers", ["{", "x", "[]", '"x-helpdesk-run"', "null", '{"x-helpdesk-run": {"a": 1}}', " "])
def test_headers_that_are_no_json_object_open_nothing(db: Db, world: World, headers: str) -> None:
    leased(db, world["mine"])
    for person, reason in ((ROBOT, "lease_lost"), (ADMIN, "forbidden"), (CUSTOMER, "forbidden")):
        for call in ("read_run()", "begin_model_call(1)", "run_prompt()", "submit_answer('{}')"):
            with refused(reason), be(db, person):
                db.execute("select set_config('request.headers', %s, true)", (headers,))
                db.execute(f"select helpdesk.{call}")


@pytest.mark.parametrize("person", [AGENT, ADMIN, CUSTOMER, OTHER, STRANGER])
def test_the_secret_is_worth_nothing_to_anybody_else(db: Db, world: World, person: Person) -> None:
    _, secret = leased(db, world["mine"])
    for call in ("read_run()", "begin_model_call(1)", "release_run()", "run_prompt()"):
        with refused("forbidden"), holding(db, secret, person):
            db.execute(f"select helpdesk.{call}")
    with refused("forbidden"):
        lease(db, person)


def test_another_assistants_login_cannot_use_the_secret(db: Db, world: World) -> None:
    _, secret = leased(db, world["mine"])
    other = Person("robot two", helpdesk_role="assistant")
    add_robot(db, other)
    with refused("lease_lost"), holding(db, secret, other):
        db.execute("select helpdesk.read_run()")


def test_two_leases_open_a_ticket_each(db: Db, world: World) -> None:
    (_, first), (_, second) = leased(db, world["mine"]), leased(db, world["theirs"], person=STRANGER)
    for secret, ticket in ((first, "mine"), (second, "theirs")):
        number = value(db, "select number from helpdesk.tickets where ticket_id = %s", world[ticket])
        assert read(db, secret)["ticket"]["number"] == number


def test_the_assistant_reads_no_table(db: Db, world: World) -> None:
    _, secret = leased(db, world["answered"])
    with holding(db, secret):
        for table in (
            "tickets", "messages", "notes", "events", "ai_runs", "ai_settings", "ai_prompts", "ai_usage",
            "ai_exclusions",
        ):  # fmt: skip
            assert value(db, f"select count(*) from helpdesk.{table}") == 0, table
        assert value(db, "select count(*) from helpdesk.users") == 1


def test_what_readers_do_not_see_the_model_does_not_see(db: Db, world: World) -> None:
    hidden = (
        "Hello\u200b \U000e0041wor\u00adld\ufe0f <!-- CANARY --> <p style='display:none'>CANARY</p>"
        " <span hidden>CANARY</span>\u202e ![x](https://evil.example/?q=1)\x07"
    )
    with be(db, CUSTOMER):
        db.execute("select helpdesk.send_reply(%s, %s)", (world["mine"], hidden))
    _, secret = leased(db, world["mine"])
    (message,) = read(db, secret)["conversation"]
    assert message["author_kind"] == "customer"
    assert message["body"].startswith("Hello world")
    assert "CANARY" not in json.dumps(read(db, secret))
    assert not set("\u200b\u00ad\ufe0f\u202e\x07\U000e0041") & set(message["body"])


def test_notes_are_read_only_by_setting_and_never_for_a_reply(db: Db, world: World) -> None:
    for kind, wanted in (("reply", False), ("article", False), ("summary", True), ("next_steps", True)):
        for setting in (False, True):
            db.execute("update helpdesk.ai_settings set notes_in_context = %s", (setting,))
            run_id, secret = leased(db, world["answered"], kind)
            assert bool(read(db, secret)["notes"]) is (setting and wanted), kind
            finish(db, run_id, "failed")


def test_everything_since_the_last_answer_is_the_question(db: Db, world: World) -> None:
    for person, text in ((AGENT, "an answer"), (CUSTOMER, "and now?"), (CUSTOMER, "it says 42\n> an answer")):
        with be(db, person):
            db.execute("select helpdesk.send_reply(%s, %s)", (world["mine"], text))
    _, secret = leased(db, world["mine"])
    found = read(db, secret)
    assert found["question"] == "and now?\nit says 42"
    assert [line["n"] for line in found["conversation"]] == [1, 2, 3]


def test_a_ticket_without_messages_is_its_own_question(db: Db, world: World) -> None:
    db.execute("update helpdesk.tickets set description = 'No light.' where ticket_id = %s", (world["mine"],))
    _, secret = leased(db, world["mine"])
    assert read(db, secret)["question"].endswith("\nNo light.")


def test_a_long_log_does_not_push_the_title_out_of_the_question(db: Db, world: World) -> None:
    log = "at line 1 of the log " * 200
    change = "update helpdesk.tickets set title = 'The printer is dark', description = %s where ticket_id = %s"
    db.execute(change, (log, world["mine"]))
    _, secret = leased(db, world["mine"])
    question = read(db, secret)["question"]
    assert question.startswith("The printer is dark\n")
    assert question.endswith(log[-100:])
    assert 1700 < len(question) <= 2000


def test_what_cannot_be_done_now_waits_and_then_has_failed(db: Db, world: World) -> None:
    ask(db, world["mine"])
    for _ in range(3):
        (found,) = lease(db)
        with holding(db, found["secret"]):
            db.execute("select helpdesk.release_run('no answer')")
        assert lease(db) == []
        db.execute("update helpdesk_private.run_leases set due_at = clock_timestamp()")
    assert one(db, "select state, reason, problem, attempts from helpdesk.ai_runs") == {
        "state": "failed", "reason": "run_failed", "problem": "no answer", "attempts": 3,
    }  # fmt: skip


def test_new_tickets_queue_themselves_when_an_admin_wants_it(db: Db, world: World) -> None:
    def opened(channel: str = "api") -> int:
        row = one(db, "select * from helpdesk.create_ticket('Printer', channel => %s)", channel)
        count: int = value(db, "select count(*) from helpdesk.ai_runs where ticket_id = %s", row["ticket_id"])
        return count

    with be(db, CUSTOMER):
        db.execute("select helpdesk.create_ticket('Printer')")
    assert value(db, "select count(*) from helpdesk.ai_runs") == 0
    db.execute("update helpdesk.ai_settings set triage_new_tickets = true")
    with be(db, CUSTOMER):
        db.execute("select helpdesk.create_ticket('Printer')")
    assert one(db, "select kind, requested_by, state from helpdesk.ai_runs") == {
        "kind": "classification", "requested_by": None, "state": "queued",
    }  # fmt: skip


@pytest.mark.parametrize("ticket", ["answered", "theirs"])
def test_runs_are_seen_by_those_who_work_the_ticket(db: Db, world: World, ticket: str) -> None:
    run = ask(db, world[ticket], person=ADMIN)
    worker = {"answered": AGENT, "theirs": STRANGER}[ticket]
    for person in (AGENT, STRANGER, ADMIN, SERVICE, CUSTOMER, OTHER, ROBOT):
        with be(db, person):
            found = value(db, "select count(*) from helpdesk.ai_runs where run_id = %s", run["run_id"])
        assert found == (1 if person in (worker, ADMIN, SERVICE) else 0), person


def test_a_secret_ends_with_its_lease(db: Db, world: World) -> None:
    _, secret = leased(db, world["mine"])
    read(db, secret)
    db.execute("update helpdesk_private.run_leases set leased_until = clock_timestamp() - interval '1 second'")
    with refused("lease_lost"):
        read(db, secret)


def test_a_model_sees_no_other_requesters_messages_of_a_merged_ticket(db: Db, world: World) -> None:
    with be(db, ADMIN):
        db.execute(
            "select helpdesk.merge_tickets(%s, %s, other_requester => true)", (world["theirs"], world["answered"])
        )
    theirs = value(db, "select body from helpdesk.messages where message_id = %s", world["their question"])
    _, secret = leased(db, world["answered"])
    found = read(db, secret)
    assert {line["message_id"] for line in found["conversation"]} == {world["question"], world["answer"]}
    assert theirs not in str(found)


@pytest.mark.parametrize("kind", [None, "poem"])
def test_a_run_has_a_kind(db: Db, world: World, kind: Any) -> None:
    with refused("invalid_value", "kind is missing" if kind is None else "kind must be"):
        ask(db, world["mine"], kind)


def test_a_merged_ticket_is_not_asked_about(db: Db, world: World) -> None:
    with be(db, AGENT):
        db.execute("select helpdesk.merge_tickets(%s, %s)", (world["mine"], world["answered"]))
    with refused("ticket_merged"):
        ask(db, world["mine"])
