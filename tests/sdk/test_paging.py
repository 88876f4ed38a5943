"""Lists: one keyset page after the other, from the relation that states the scope."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.sdk.support import Scenario, Server, both, ok, refused, ticket_row, user_row

from helpdesk_sdk import InvalidValueError, Pager, TicketNotFoundError
from helpdesk_sdk._http.session import SessionStore

TEAM = {"team_id": ticket_row()["team_id"], "name": "Billing"} | {
    name: ticket_row()[name] for name in ("created_at", "updated_at")
}

# Of a ticket in a queue, with the fields that only staff read.
COLUMNS = "*,staff_fields:ticket_staff_fields(staff_fields)"


def query(request: httpx.Request) -> list[tuple[str, str]]:
    return httpx.QueryParams(request.url.query).multi_items()


def rows(*numbers: int) -> list[dict[str, Any]]:
    return [ticket_row(number=number, ticket_id=str(UUID(int=number))) for number in numbers]


@both
def test_pages_begin_behind_the_last_row(hd: Any, server: Server) -> Scenario:
    server.answers(ok(rows(5, 4)), ok(rows(3, 2)), ok(rows(1)))
    found = yield hd.tickets.list(scope="mine", page_size=2)
    assert [ticket.number for ticket in found] == [5, 4, 3, 2, 1]
    first, second, _ = (query(request) for request in server.requests)
    assert first == [("select", COLUMNS), ("order", "created_at.desc,ticket_id.desc"), ("limit", "2")]
    at, last = "2026-01-02T03:04:05.678901+00:00", UUID(int=4)
    assert ("created_at", f"lte.{at}") in second
    assert ("or", f'(created_at.lt."{at}",ticket_id.lt.{last})') in second
    assert "offset" not in dict(second)


@both
def test_a_project_that_caps_its_answers_loses_nothing(hd: Any, server: Server) -> Scenario:
    server.answers(ok(rows(*range(300, 200, -1))), ok(rows(*range(200, 100, -1))), ok(rows(*range(100, 0, -1))), ok([]))
    assert len((yield hd.tickets.list(scope="team", page_size=1000))) == 300


@both
def test_orders(hd: Any, server: Server) -> Scenario:
    server.answers(ok(rows(1)), ok(rows(2)), ok([]))
    yield hd.tickets.list(scope="team", order="number", page_size=1)
    assert ("order", "number.asc") in query(server.requests[0])
    assert ("number", "gt.1") in query(server.requests[1])
    server.answers(ok(rows(1)), ok([]))
    yield hd.tickets.list(scope="team", order="updated_at", page_size=1)
    assert ("order", "updated_at.asc,ticket_id.asc") in query(server.requests[-1])
    assert ("updated_at", "gte.2026-01-02T03:04:05.678901+00:00") in query(server.requests[-1])


@both
def test_by_priority_each_group_is_read_from_its_last_row_and_the_groups_behind_it_from_their_first(
    hd: Any, server: Server
) -> Scenario:
    high, low = ({**row, "priority_rank": rank} for row, rank in zip(rows(1, 2), (2, 4), strict=True))
    server.answers(ok([high]), ok([]), ok([low]), ok([]), ok([]))
    assert [ticket.number for ticket in (yield hd.tickets.list(scope="team", order="priority", page_size=1))] == [1, 2]
    order = ("order", "priority_rank.asc,created_at.asc,ticket_id.asc")
    first, inside, behind, *_ = (query(request) for request in server.requests)
    assert first == [("select", COLUMNS), order, ("limit", "1")]
    at = "2026-01-02T03:04:05.678901+00:00"
    assert [pair for pair in inside if pair not in first] == [
        ("priority_rank", "eq.2"),
        ("created_at", f"gte.{at}"),
        ("or", f'(created_at.gt."{at}",ticket_id.gt.{UUID(int=1)})'),
    ]
    assert [pair for pair in behind if pair not in first] == [("priority_rank", "gt.2")]
    server.answers(ok([low]), ok([]), ok([high]), ok([]), ok([]))
    backwards = yield hd.tickets.list(scope="team", order="-priority", page_size=1)
    assert [ticket.number for ticket in backwards] == [2, 1]
    assert ("order", "priority_rank.desc,created_at.desc,ticket_id.desc") in query(server.requests[-1])
    assert ("priority_rank", "lt.4") in query(server.requests[7])


@both
def test_a_pager_can_be_read_twice_and_shows_its_pages(hd: Any, server: Server) -> Scenario:
    pager = hd.tickets.list(scope="team", page_size=2)
    for _ in range(2):
        server.answers(ok(rows(3, 2)), ok(rows(1)))
        assert len((yield pager)) == 3
    if isinstance(pager, Pager):
        server.answers(ok(rows(3, 2)), ok(rows(1)))
        assert [len(page.items) for page in pager.pages()] == [2, 1]


@both
def test_the_first_item_is_asked_for_alone(hd: Any, server: Server) -> Scenario:
    server.answers(ok(rows(5)), ok([]))
    tickets = hd.tickets.list(scope="team", page_size=100)
    assert (yield tickets.first()).number == 5
    assert ("limit", "1") in query(server.requests[-1])
    assert (yield tickets.first()) is None
    assert len(server.requests) == 2


@both
def test_a_limit_cuts_the_list_and_asks_for_no_more(hd: Any, server: Server) -> Scenario:
    tickets = hd.tickets.list(scope="team", page_size=2)
    server.answers(ok(rows(5, 4)), ok(rows(3, 2)))
    assert [ticket.number for ticket in (yield tickets.limit(3))] == [5, 4, 3]
    assert len(server.requests) == 2
    server.answers(ok(rows(5, 4)), ok([]))
    assert [ticket.number for ticket in (yield tickets.limit(9).all())] == [5, 4]
    server.answers(ok(rows(5)))
    assert [ticket.number for ticket in (yield tickets.limit(9).limit(1))] == [5]
    assert ("limit", "1") in query(server.requests[-1])
    server.answers(ok(rows(5, 4)))
    assert [ticket.number for ticket in (yield tickets.limit(2))] == [5, 4]
    assert len(server.requests) == 6


@both
def test_all_items_at_once(hd: Any, server: Server) -> Scenario:
    server.answers(ok(rows(5, 4)), ok(rows(3)))
    assert [ticket.number for ticket in (yield hd.tickets.list(scope="team", page_size=2).all())] == [5, 4, 3]


@pytest.mark.parametrize("count", [0, -1, True, "3", 2.5])
def test_a_limit_is_a_whole_number(hd: Any, count: Any) -> None:
    with pytest.raises(InvalidValueError, match=r"^limit must be"):
        hd.tickets.list(scope="team").limit(count)


def test_a_pager_says_what_it_is(hd: Any) -> None:
    pager = hd.tickets.list(scope="team")
    assert repr(pager) == f"<{type(pager).__name__} of tickets.list: iterate over it, or call first() or all()>"
    assert "tickets.list, at most 3 items" in repr(pager.limit(3))


@both
def test_filters(hd: Any, server: Server) -> Scenario:
    server.answers(ok([TEAM]), ok([]))
    yield hd.tickets.list(
        status=["open", "pending"],
        priority="high",
        team="Bill_ing, 100%",
        assigned_to="nobody",
        created_after=datetime(2026, 1, 1, tzinfo=UTC),
        updated_before=datetime(2026, 2, 1, tzinfo=UTC),
        scope="team",
    )
    assert server.requests[0].url.path.endswith("/rpc/find_team")
    assert ("name", "Bill_ing, 100%") in query(server.requests[0])
    asked = query(server.requests[1])
    for wanted in (
        ("status", "in.(open,pending)"),
        ("priority", "eq.high"),
        ("team_id", f"eq.{TEAM['team_id']}"),
        ("assigned_to", "is.null"),
        ("created_at", "gte.2026-01-01T00:00:00+00:00"),
        ("updated_at", "lt.2026-02-01T00:00:00+00:00"),
    ):
        assert wanted in asked


@both
def test_the_id_of_a_team_needs_no_look_up_and_its_name_one_a_minute(
    hd: Any, server: Server, monkeypatch: pytest.MonkeyPatch
) -> Scenario:
    def lookups() -> int:
        return sum(request.url.path.endswith("/rpc/find_team") for request in server.requests)

    server.answers(*(ok([]) for _ in range(2)))
    for team in (TEAM["team_id"], UUID(str(TEAM["team_id"]))):
        yield hd.tickets.list(team=team, scope="team")
        assert ("team_id", f"eq.{TEAM['team_id']}") in query(server.requests[-1])
    assert lookups() == 0
    server.answers(ok([TEAM]), ok([]), ok([]))
    for _ in range(2):
        yield hd.tickets.list(team="Billing", scope="team")
    assert lookups() == 1
    # A write asks each time, and whoever renames a team knows that the name is free.
    server.answers(ok([TEAM]), ok([TEAM]), ok([TEAM]), ok([]))
    yield hd.teams.update("Billing", name="Invoices")
    yield hd.tickets.list(team="Billing", scope="team")
    assert lookups() == 3
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    server.answers(ok([TEAM]), ok([]))
    yield hd.tickets.list(team="Billing", scope="team")
    assert lookups() == 4


def test_a_client_remembers_so_many_teams() -> None:
    store = SessionStore("sb_publishable_x", None, None, None)
    for number in range(1_100):
        store.remember_team(f"Team {number}", UUID(int=number))
    assert [store.team_id_of(f"Team {number}") for number in (99, 100)] == [None, UUID(int=100)]


@pytest.mark.parametrize(
    ("role", "options", "relation", "requests"),
    [
        ("customer", {}, "my_tickets", 2),
        ("agent", {}, "team_tickets", 2),
        ("admin", {}, "team_tickets", 2),
        ("agent", {"scope": "mine"}, "my_tickets", 1),
        ("agent", {"requester": "me"}, "my_tickets", 1),
        ("agent", {"requester": UUID(int=7)}, "team_tickets", 2),
        ("agent", {"tag": "VIP"}, "tagged_tickets", 1),
        ("agent", {"assigned_to": UUID(int=7)}, "tickets", 1),
        ("agent", {"external_id": "x-1"}, "tickets", 1),
        ("agent", {"assigned_to": "nobody"}, "team_tickets", 2),
    ],
)
@both
def test_the_relation_states_the_scope(
    hd: Any, server: Server, role: str, options: dict[str, Any], relation: str, requests: int
) -> Scenario:
    if requests == 2:
        server.answers(ok(user_row(role=role)))
    server.answers(ok([]), ok([]))
    yield hd.tickets.list(**options)
    assert server.requests[-1].url.path == f"/rest/v1/{relation}"
    assert len(server.requests) == requests
    # Who one is, is known by now.
    yield hd.tickets.list(**options)
    assert len(server.requests) == requests + 1


@both
def test_the_system_reads_the_table_itself(connect: Any, server: Server) -> Scenario:
    server.answers(ok([]))
    yield connect("sb_secret_test").tickets.list()
    assert server.requests[-1].url.path == "/rest/v1/tickets"


@both
def test_tags_come_from_views_and_from_rows(hd: Any, server: Server) -> Scenario:
    server.answers(ok([ticket_row(tags=["b", "a"])]), ok([ticket_row(tags=[{"tag": "vip"}, {"tag": "late"}])]))
    assert (yield hd.tickets.get(42)).tags == ("a", "b")
    assert (yield hd.tickets.get(42)).tags == ("late", "vip")


@both
def test_values_of_a_newer_database_are_taken(hd: Any, server: Server) -> Scenario:
    server.answers(ok([ticket_row(status="waiting", priority="someday", moon_phase="full", channel="pigeon")]))
    ticket = yield hd.tickets.get(42)
    assert (ticket.status, ticket.priority, str(ticket.channel)) == ("waiting", "someday", "pigeon")


@both
def test_an_empty_conversation_is_told_from_a_missing_ticket(hd: Any, server: Server) -> Scenario:
    ticket = UUID(ticket_row()["ticket_id"])
    for resource in (hd.messages, hd.notes):
        server.answers(ok([]), ok([{"ticket_id": str(ticket)}]), ok([]), ok([]))
        assert (yield resource.list(ticket)) == []
        with pytest.raises(TicketNotFoundError):
            yield resource.list(ticket)
    server.answers(refused(404, "ticket_not_found"))
    with pytest.raises(TicketNotFoundError):
        yield hd.tickets.timeline(ticket)
