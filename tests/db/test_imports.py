"""Imports: times and authors of the source, silence, repetition, what changed, what is dead."""

from __future__ import annotations

import hashlib
from typing import Any, LiteralString

from tests.db.importing import PEOPLE, comment, imported, outcomes, send, start, ticket, with_people
from tests.db.people import ADMIN, AGENT, CUSTOMER, Db, Person, be, value
from tests.db.world import World

_SILENT = ("ai_runs", "label_examples")


def test_times_and_authors_are_those_of_the_source(db: Db, world: World) -> None:
    run = with_people(db)
    (result,) = send(db, run, "ticket", ticket(assignee="u2"))
    row = imported(db, result)
    times = {
        name: row[name].isoformat()[:10] for name in ("created_at", "updated_at", "resolved_at", "first_response_at")
    }
    assert times == {
        "created_at": "2020-01-02",
        "updated_at": "2020-02-03",
        "resolved_at": "2020-02-03",
        "first_response_at": "2020-01-04",
    }
    assert (row["status"], row["priority"], row["channel"], row["revision"]) == ("resolved", "high", "email", 1)
    assert str(row["assigned_to"]) == world["agent"]
    said = db.execute(
        "select message_id as id, 'message' as kind, author_id, author_kind, body, created_at, sequence, imported "
        "from helpdesk.messages where ticket_id = %(id)s union all "
        "select note_id, 'note', author_id, 'staff', body, created_at, sequence, imported "
        "from helpdesk.notes where ticket_id = %(id)s order by sequence",
        {"id": result["id"]},
    ).fetchall()
    assert [(one["kind"], one["author_kind"], one["body"][-2:], one["created_at"].day) for one in said] == [
        ("message", "customer", "c1", 2),
        ("note", "staff", "c2", 3),
        ("message", "staff", "c3", 4),
    ]
    assert {str(one["author_id"]) for one in said} == {str(row["created_by"]), world["agent"]}
    assert all(one["imported"] for one in said)
    assert row["last_message_id"] == said[-1]["id"]
    tags = db.execute("select tag from helpdesk.ticket_tags where ticket_id = %s order by 1", (result["id"],))
    assert [one["tag"] for one in tags] == ["printer", "smoke"]
    assert value(db, "select email from helpdesk.users where user_id = %s", row["created_by"]) == "ann@example.com"


def test_an_import_is_silent(db: Db, world: World) -> None:
    run = with_people(db)
    with be(db, ADMIN):
        db.execute("update helpdesk.ai_settings set is_enabled = true, triage_new_tickets = true")
    start_at = value(db, "select coalesce(max(event_id), 0) from helpdesk.events")
    announced = value(db, "select count(*) from realtime.messages")
    before = {name: value(db, f"select count(*) from helpdesk.{name}") for name in _SILENT}
    tickets = [ticket(f"t{n}", status=status) for n, status in enumerate(("open", "pending", "resolved", "closed"))]
    assert outcomes(send(db, run, "ticket", *tickets)) == ["created"] * 4
    changed = [one | {"hash": "2", "status": "open", "tags": [], "title": "New"} for one in tickets]
    changed[0]["comments"] = [*tickets[0]["comments"], comment("late", hash="9")]
    assert outcomes(send(db, run, "ticket", *changed)) == ["updated"] * 4
    events = db.execute("select type, audience from helpdesk.events where event_id > %s", (start_at,)).fetchall()
    assert {(one["type"], one["audience"]) for one in events} == {("ticket.imported", "staff")}
    assert len(events) == 8
    assert value(db, "select count(*) from realtime.messages") == announced
    assert {name: value(db, f"select count(*) from helpdesk.{name}") for name in _SILENT} == before


def test_counters_and_search_know_what_was_imported(db: Db, world: World) -> None:
    run = with_people(db)
    counts = "select coalesce(sum(tickets), 0) from helpdesk_private.ticket_counters where status = 'open'"
    before = value(db, counts)
    tickets = [ticket("t1", status="open"), ticket("t2", status="closed")]
    results = send(db, run, "ticket", *tickets)
    assert value(db, counts) == before + 1
    send(db, run, "ticket", tickets[0] | {"hash": "2", "status": "closed", "title": "Zebra"})
    assert value(db, counts) == before
    found = "select ticket_id from helpdesk_private.ticket_texts where words @@ to_tsquery('simple', %s)"
    assert [str(one["ticket_id"]) for one in db.execute(found, ("zebra",))] == [results[0]["id"]]


def test_a_repeated_batch_changes_nothing(db: Db, world: World) -> None:
    run = with_people(db)
    everything = "select md5(string_agg(t::text, '' order by ticket_id)) from helpdesk.tickets as t"
    first = send(db, run, "ticket", ticket())
    state = value(db, everything)
    again = start(db)
    assert outcomes(send(db, again, "person", *PEOPLE)) == ["unchanged", "unchanged"]
    second = send(db, again, "ticket", ticket())
    assert (outcomes(second), second[0]["id"]) == (["unchanged"], first[0]["id"])
    assert value(db, everything) == state
    assert value(db, "select count(*) from helpdesk.messages where ticket_id = %s", first[0]["id"]) == 2


def test_what_changed_in_the_source_changes_here(db: Db, world: World) -> None:
    run = with_people(db)
    (result,) = send(db, run, "ticket", ticket())
    with be(db, ADMIN):
        db.execute("insert into helpdesk.ticket_tags (ticket_id, tag) values (%s, 'ours')", (result["id"],))
    comments = [
        comment("t1c1", hash="2", body="I removed my password"),
        comment("t1c2", hash="2", public=False, author="u2", author_kind="staff", body="Other words"),
        comment("t1c9", created_at="2020-05-01T00:00:00Z"),
    ]
    changed = ticket(hash="2", status="closed", tags=["smoke", "fire"], title="Printer burns", comments=comments)
    assert outcomes(send(db, run, "ticket", changed)) == ["updated"]
    row = imported(db, result)
    assert (row["title"], row["status"], row["revision"]) == ("Printer burns", "closed", 2)
    bodies = db.execute("select body from helpdesk.messages where ticket_id = %s order by sequence", (result["id"],))
    assert [one["body"] for one in bodies] == ["I removed my password", "Body of t1c3", "Body of t1c9"]
    assert value(db, "select body from helpdesk.notes where ticket_id = %s", result["id"]) == "Other words"
    tags = db.execute("select tag from helpdesk.ticket_tags where ticket_id = %s order by 1", (result["id"],))
    assert [one["tag"] for one in tags] == ["fire", "ours", "smoke"]


def test_a_message_that_has_become_private_is_read_by_staff_alone(db: Db, world: World) -> None:
    run = with_people(db)
    (result,) = send(db, run, "ticket", ticket())
    hidden = [comment("t1c1", hash="2", public=False, body="For staff")]
    assert outcomes(send(db, run, "ticket", ticket(hash="2", comments=hidden))) == ["updated"]
    messages = "select body from helpdesk.messages where ticket_id = %s order by sequence"
    notes = "select body from helpdesk.notes where ticket_id = %s order by sequence"

    def bodies(query: LiteralString) -> list[str]:
        return [row["body"] for row in db.execute(query, (result["id"],))]

    assert (bodies(messages), bodies(notes)) == (["[redacted]", "Body of t1c3"], ["Body of t1c2", "For staff"])
    shown = [comment("t1c1", hash="3", body="For everybody")]
    assert outcomes(send(db, run, "ticket", ticket(hash="3", comments=shown))) == ["updated"]
    assert bodies(messages) == ["[redacted]", "Body of t1c3", "For everybody"]
    assert bodies(notes) == ["Body of t1c2", "[moved to a message]"]
    assert outcomes(send(db, run, "ticket", ticket(hash="4", comments=shown))) == ["updated"]
    assert bodies(messages) == ["[redacted]", "Body of t1c3", "For everybody"]


def test_a_ticket_that_was_merged_here_stays_as_it_is(db: Db, world: World) -> None:
    run = with_people(db)
    first, second = send(db, run, "ticket", ticket("t1", status="open"), ticket("t2", status="open"))
    with be(db, ADMIN):
        db.execute("select helpdesk.merge_tickets(%s, %s)", (first["id"], second["id"]))
    before = imported(db, first)
    results = send(db, run, "ticket", ticket("t1", hash="2", title="Other"), ticket("t2", hash="2", title="Other"))
    assert outcomes(results) == ["helpdesk.ticket_merged", "updated"]
    assert imported(db, first) == before


def test_what_is_dead_stays_dead(db: Db, world: World) -> None:
    run = with_people(db)
    first, second = send(db, run, "ticket", ticket("t1"), ticket("t2", is_dead=True))
    assert (first["outcome"], second["outcome"]) == ("created", "dead")
    assert outcomes(send(db, run, "ticket", ticket("t2", hash="2"))) == ["dead"]
    db.execute("delete from helpdesk.tickets where ticket_id = %s", (first["id"],))
    for _ in range(2):
        assert outcomes(send(db, run, "ticket", ticket("t1", hash="3"))) == ["dead"]
    assert value(db, "select count(*) from helpdesk.tickets where title = 'Broken printer'") == 0


def test_an_unverified_address_joins_nobody(db: Db, world: World) -> None:
    run = start(db)
    victim, staff, same, caller = send(
        db,
        run,
        "person",
        {"external_id": "1", "hash": "1", "name": "Eve", "email": CUSTOMER.email},
        {"external_id": "2", "hash": "1", "name": "Eve", "email": AGENT.email.upper(), "email_verified": False},
        {"external_id": "3", "hash": "1", "name": "Cus", "email": CUSTOMER.email.upper(), "email_verified": True},
        {"external_id": "4", "hash": "1", "name": "Caller", "email": "CALLER@example.com"},
    )
    assert (victim["flag"], staff["flag"]) == ("email_unverified", "email_unverified")
    assert not {victim["id"], staff["id"]} & {world["customer"], world["agent"]}
    assert (same["id"], same["flag"]) == (world["customer"], "merged")
    assert (caller["id"], caller["flag"]) == (world["caller"], "merged")
    assert value(db, "select role from helpdesk.users where user_id = %s", victim["id"]) == "customer"
    # A change of the profile there does not rename somebody who signs in here.
    renamed = {"external_id": "3", "hash": "2", "name": "Mallory", "email": "m@example.com", "email_verified": True}
    assert outcomes(send(db, run, "person", renamed)) == ["updated"]
    assert value(db, "select name from helpdesk.users where user_id = %s", world["customer"]) == "Customer"


def test_people_whom_an_import_made_can_sign_up(db: Db, world: World) -> None:
    run = with_people(db)
    (result,) = send(db, run, "ticket", ticket())
    db.execute(
        "insert into auth.users (id, aud, role, email, email_confirmed_at) "
        "values (gen_random_uuid(), 'authenticated', 'authenticated', 'ann@example.com', now())"
    )
    ann = Person("ann")
    with be(db, ann):
        assert [str(one["ticket_id"]) for one in db.execute("select * from helpdesk.my_tickets")] == [result["id"]]
        assert value(db, "select count(*) from helpdesk.messages") == 2
        assert value(db, "select count(*) from helpdesk.notes") == 0


def test_teams_and_fields(db: Db, world: World) -> None:
    run = with_people(db)
    teams = send(
        db,
        run,
        "team",
        {"external_id": "g1", "hash": "1", "name": "Returns"},
        {"external_id": "g2", "hash": "1", "name": " SUPPORT "},
    )
    assert str(teams[1]["id"]) == str(value(db, "select team_id from helpdesk.teams where is_default"))
    options = [{"value": "pro", "label": "Pro"}, {"value": "old", "label": "Old", "retired": True}]
    tier = {"external_id": "f1", "hash": "1", "key": "tier", "type": "select", "label": "Tier", "options": options}
    secret = {"external_id": "f2", "hash": "1", "key": "score", "type": "integer", "label": "Score"}
    visible = tier | {"audience": "customer_visible"}
    assert outcomes(send(db, run, "field", visible, secret)) == ["created", "created"]
    assert outcomes(send(db, run, "field", visible, secret)) == ["unchanged", "unchanged"]
    assert outcomes(send(db, run, "field", tier | {"type": "text"})) == ["helpdesk.field_exists"]
    values = {"tier": "gone", "score": 7}
    (result,) = send(db, run, "ticket", ticket(team="g1", custom_fields=values))
    row = imported(db, result)
    assert (str(row["team_id"]), row["custom_fields"]) == (teams[0]["id"], {"tier": "gone"})
    assert value(db, "select staff_fields from helpdesk.ticket_staff_fields where ticket_id = %s", result["id"]) == {
        "score": 7
    }
    retired = value(
        db, "select count(*) from helpdesk.field_options where field_key = 'tier' and retired_at is not null"
    )
    assert retired == 2
    changed = ticket(hash="2", team="g2", custom_fields={"tier": "pro", "score": 8})
    assert outcomes(send(db, run, "ticket", changed)) == ["updated"]
    kept = db.execute(
        "select field_key, text_value, team_id from helpdesk.ticket_field_values where ticket_id = %s order by 1",
        (result["id"],),
    ).fetchall()
    assert [(one["field_key"], one["text_value"], str(one["team_id"])) for one in kept] == [
        ("score", "8", str(teams[1]["id"])),
        ("tier", "pro", str(teams[1]["id"])),
    ]


def _sum(*values: str) -> int:
    return int(hashlib.sha256("\x1f".join(values).encode()).hexdigest()[:15], 16)


def test_totals_are_computed_from_the_rows(db: Db, world: World) -> None:
    run = with_people(db)
    (result,) = send(db, run, "ticket", ticket(title="Ünïcode"))
    row = imported(db, result)
    agent = value(db, "select user_id::text from helpdesk.users where email = %s", AGENT.email)
    ann, t = str(row["created_by"]), 1577934245000000

    def totals(kind: str) -> Any:
        with be(db, ADMIN):
            return value(db, "select helpdesk.import_totals('zendesk:acme', %s)", kind)

    ticket_sum = _sum("t1", ann, str(t), "Ünïcode", "It smokes.")
    assert totals("ticket") == {"ticket": {"count": 1, "checksum": str(ticket_sum)}, "dead": 0}
    messages = _sum("t1c1", ann, str(t), "customer", "Body of t1c1") + _sum(
        "t1c3", agent, "1578096000000000", "staff", "Body of t1c3"
    )
    note = _sum("t1c2", agent, "1578009600000000", "Body of t1c2")
    assert totals("comment") == {
        "message": {"count": 2, "checksum": str(messages)},
        "note": {"count": 1, "checksum": str(note)},
        "dead": 0,
    }
    people = _sum("u1", ann) + _sum("u2", agent)
    assert totals("person") == {"person": {"count": 2, "checksum": str(people)}, "dead": 0}
    assert totals("team") == {"team": {"count": 0, "checksum": "0"}, "dead": 0}
    db.execute("update helpdesk.tickets set title = 'Other' where ticket_id = %s", (result["id"],))
    assert totals("ticket")["ticket"]["checksum"] != str(ticket_sum)
