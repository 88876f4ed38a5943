"""events_page(): a cursor that moves also past events that the reader does not see, and never past one that they do."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from tests.db.conftest import Server
from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, SERVICE, STRANGER, Db, Person, as_person, be, one, value
from tests.db.test_events import since
from tests.db.world import World

Position: TypeAlias = tuple[int, int]
Page: TypeAlias = dict[str, Any]


def position(cursor: str) -> Position:
    """A cursor in the form that compares."""
    xid, event_id = cursor.split(".")
    return int(xid), int(event_id)


def page(
    db: Db, after: str | None = None, rows: int = 1000, ticket: str | None = None, team: str | None = None
) -> Page:
    return one(db, "select * from helpdesk.events_page(%s, %s, %s, %s)", after, rows, ticket, team)


def follow_to_the_end(db: Db, after: str | None = None, rows: int = 1000, team: str | None = None) -> tuple[Any, Page]:
    """The ids of all events, page by page, and the last page."""
    seen: list[int] = []
    for _ in range(10_000):
        got = page(db, after, rows, team=team)
        seen += [item["event_id"] for item in got["items"]]
        assert after is None or position(got["cursor"]) > position(after) or not got["more"]
        if not got["more"]:
            return seen, got
        after = got["cursor"]
    raise AssertionError("there is always more")


def hide_many(db: Db, world: World, count: int, *, team: str, ticket: str, assignee: str | None = None) -> None:
    """Events in a team's range that its agent no longer sees, as a load or years of transfers leave them behind."""
    db.execute("set local session_replication_role = replica")
    db.execute(
        "insert into helpdesk.events (xid, type, audience, ticket_id, ticket_number, team_id, assigned_to, "
        "requester_id, actor_kind, actor_name, data) select pg_current_xact_id(), 'ticket.updated', 'staff', %s, 1, "
        "%s, %s, %s, 'system', 'System', '{}' from generate_series(1, %s)",
        (world[ticket], world[team], None if assignee is None else world[assignee], world["other"], count),
    )
    db.execute("reset session_replication_role")


@pytest.mark.parametrize("person", [CUSTOMER, OTHER, AGENT, STRANGER, ADMIN, SERVICE], ids=str)
@pytest.mark.parametrize("rows", [1, 3, 1000])
def test_pages_have_the_same_events_as_rows(db: Db, world: World, person: Person, rows: int) -> None:
    with as_person(db, person):
        whole = since(db)
        seen, last = follow_to_the_end(db, None, rows)
        assert seen == [row["event_id"] for row in whole]
        assert last["cursor"] == value(db, "select helpdesk.events_head()")
        assert page(db)["items"] == value(db, "select json_agg(e) from helpdesk.events_since(null, 1000) as e")


@pytest.mark.parametrize("scope", ["all", "team", "ticket"])
def test_a_full_page_ends_at_its_last_event_a_short_one_at_the_head(db: Db, world: World, scope: str) -> None:
    only: dict[str, str | None] = {
        "ticket": world["answered"] if scope == "ticket" else None,
        "team": world["desk"] if scope == "team" else None,
    }
    with as_person(db, AGENT):
        head = value(db, "select helpdesk.events_head()")
        full = page(db, None, 2, **only)
        assert (full["cursor"], full["more"]) == (full["items"][-1]["cursor"], True)
        short = page(db, full["cursor"], 1000, **only)
        assert short["items"]
        assert (short["cursor"], short["more"]) == (head, False)
        empty = page(db, head, 1000, **only)
        assert (empty["cursor"], empty["more"], empty["items"]) == (head, False, [])


def test_an_empty_page_moves_behind_events_that_left_the_readers_team(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as db:
        with be(db, AGENT):
            before = value(db, "select helpdesk.events_head()")
        db.commit()
        with be(db, AGENT):
            for name in ("mine", "answered", "closed"):
                db.execute(
                    "update helpdesk.tickets set title = 'x', status = 'open' where ticket_id = %s", (world[name],)
                )
                db.execute("select helpdesk.transfer_ticket(%s, %s)", (world[name], world["vault"]))
        db.commit()
        with be(db, AGENT):
            for team in (None, world["desk"]):
                empty = page(db, before, 1000, team=team)
                assert (empty["items"], empty["more"]) == ([], False)
                assert position(empty["cursor"]) > position(before)
                assert empty["cursor"] == value(db, "select helpdesk.events_head()")
        db.commit()
        with be(db, CUSTOMER):
            created = one(db, "select ticket_id::text from helpdesk.create_ticket('the next one')")["ticket_id"]
        db.commit()
        with be(db, AGENT):
            assert [item["ticket_id"] for item in page(db, empty["cursor"])["items"]] == [created]


def test_an_empty_page_does_not_move_past_an_open_transaction(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as slow, pg.connect(own) as quick, pg.connect(own) as reader:
        head = page(reader)["cursor"]
        reader.commit()
        slow.execute("select helpdesk.create_ticket('slow', requester_id => %s)", (world["customer"],))
        quick.execute("select helpdesk.create_ticket('quick', requester_id => %s)", (world["customer"],))
        quick.commit()
        waiting = page(reader, head)
        reader.commit()
        assert (waiting["items"], waiting["more"]) == ([], False)
        slow.commit()
        assert [item["data"]["title"] for item in page(reader, waiting["cursor"])["items"]] == ["slow", "quick"]


@pytest.mark.parametrize("cursor", ["0.0", "1.999999999999999999"])
def test_a_cursor_never_moves_back(db: Db, world: World, cursor: str) -> None:
    with as_person(db, ADMIN):
        head = value(db, "select helpdesk.events_head()")
        beyond = f"{position(head)[0]}.7"
        assert page(db, beyond)["cursor"] == beyond
        assert position(page(db, cursor)["cursor"]) >= position(head)


def test_many_hidden_events_end_a_page_early_and_lose_nothing(pg: Server, own: str, world: World) -> None:
    """More than are searched at once, in two ranges of an agent, with what they see on both sides of each search."""
    with pg.connect(own) as db:
        for batch, (team, assignee) in enumerate(
            [("desk", None), ("empty", "agent"), ("desk", "agent"), ("desk", None)]
        ):
            hide_many(db, world, 6000, team=team, ticket="theirs", assignee=assignee)
            db.commit()
            with be(db, CUSTOMER):
                db.execute("select helpdesk.create_ticket(%s)", (f"between {batch}",))
            db.commit()
        # What the agent was assigned is not theirs to see any more: the ticket is in another team, and nobody's.
        with be(db, AGENT):
            whole = [row["event_id"] for row in since(db)]
            assert len(whole) > 4
            early = page(db, since(db)[-5]["cursor"], 100)
            assert early["more"]
            assert len(early["items"]) < 4
            for rows in (1, 2, 1000):
                seen, last = follow_to_the_end(db, None, rows)
                assert seen == whole
                assert last["cursor"] == value(db, "select helpdesk.events_head()")
            of_team = [row["event_id"] for row in since(db) if str(row["team_id"]) == world["desk"]]
            assert follow_to_the_end(db, None, 1000, world["desk"])[0] == of_team
            # Rows cannot say where a search was cut, so they go on to the next event.
            assert since(db, since(db)[-2]["cursor"], 1)[0]["event_id"] == whole[-1]


def test_a_range_without_a_visible_event_is_crossed_in_steps(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as db:
        before = page(db)["cursor"]
        db.commit()
        hide_many(db, world, 12_000, team="desk", ticket="theirs")
        db.commit()
        cursor, steps = before, 0
        with be(db, AGENT):
            while (got := page(db, cursor, 500))["more"]:
                assert got["items"] == []
                assert position(got["cursor"]) > position(cursor)
                cursor, steps = got["cursor"], steps + 1
            assert steps == 2
            assert got["cursor"] == value(db, "select helpdesk.events_head()")
            assert since(db, before) == []


def _follow(pg: Server, database: str, person: Person, done: Callable[[], bool]) -> list[int]:
    """Follow the log by pages until everybody is done and nothing comes any more."""
    seen: list[int] = []
    cursor: str | None = None
    idle = 0
    with pg.connect(database) as db:
        while idle < 20:
            with be(db, person):
                got = page(db, cursor, 7)
            db.commit()
            seen += [item["event_id"] for item in got["items"]]
            assert cursor is None or position(got["cursor"]) >= position(cursor)
            cursor = got["cursor"]
            idle = idle + 1 if done() and not got["items"] else 0
            if not got["more"]:
                time.sleep(0.005)
    return seen


def _write(pg: Server, database: str, world: World, number: int, seed: int) -> None:
    """Open, edit and transfer tickets in transactions that take their time, and commit or not."""
    dice = random.Random(seed)
    with pg.connect(database) as db:
        for i in range(number):
            team = world[dice.choice(["desk", "vault"])]
            ticket = value(
                db,
                "select ticket_id from helpdesk.create_ticket(%s, requester_id => %s, team_id => %s)",
                f"{seed}-{i}",
                world[dice.choice(["customer", "other"])],
                team,
            )
            time.sleep(dice.random() * 0.008)
            db.execute("update helpdesk.tickets set priority = 'high' where ticket_id = %s", (ticket,))
            if dice.random() < 0.15:
                db.rollback()
            else:
                db.commit()


@pytest.mark.parametrize("person", [ADMIN, CUSTOMER, AGENT], ids=str)
def test_f13_a_follower_of_pages_misses_nothing_while_writers_commit_out_of_order(
    pg: Server, own: str, world: World, person: Person
) -> None:
    with pg.connect(own) as slow:
        slow.execute("select helpdesk.create_ticket('the slow one', requester_id => %s)", (world["customer"],))
        writers = [threading.Thread(target=_write, args=(pg, own, world, 25, seed), daemon=True) for seed in range(4)]
        read: list[int] = []
        finished = threading.Event()
        reader = threading.Thread(target=lambda: read.extend(_follow(pg, own, person, finished.is_set)), daemon=True)
        for thread in (reader, *writers):
            thread.start()
        for thread in writers:
            thread.join(60)
        held_back = len(read)
        slow.commit()
        finished.set()
        reader.join(60)
        with be(slow, person):
            everything = [row["event_id"] for row in since(slow)]
    assert not reader.is_alive()
    assert read == everything
    assert held_back < len(everything)
