"""How many tickets there are: capped counts of any list, and the counters of queues."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
import pytest
from tests.sdk.support import Scenario, Server, both, ok, refused, ticket_row, user_row
from tests.sdk.test_paging import query
from tests.sdk.world import Staffed, World, email

from helpdesk_sdk import ForbiddenError, InvalidValueError, TeamNotFoundError, TicketCount, TicketCounts, new_id


def numbers(count: int) -> Any:
    return ok([{"number": number} for number in range(count)])


@pytest.mark.parametrize(
    ("answers", "value", "capped"),
    [
        ([0], 0, False),
        ([99], 99, False),
        ([100, 0], 100, False),
        ([1000, 0], 1000, False),
        ([1000, 1], 1000, True),
        ([1001], 1000, True),
        # A project that sends at most 300 rows.
        ([300, 300, 300, 101], 1000, True),
        ([300, 300, 120, 0], 720, False),
        ([300, 30], 330, False),
    ],
)
@both
def test_a_count_ends_at_a_thousand(hd: Any, server: Server, answers: list[int], value: int, capped: bool) -> Scenario:
    server.answers(*map(numbers, answers))
    found = yield hd.tickets.count(scope="team", status="open")
    assert found == TicketCount(value=value, capped=capped)
    assert str(found) == f"{value:,}" + "+" * capped
    assert not server.script
    asked = 0
    for request, answer in zip(server.requests, answers, strict=True):
        assert request.url.path.endswith("/team_tickets")
        assert sorted(query(request)) == [
            ("limit", str(1001 - asked)),
            ("offset", str(asked)),
            ("select", "number"),
            ("status", "eq.open"),
        ]
        asked += answer


@both
def test_a_count_is_of_the_relation_that_a_list_reads(hd: Any, server: Server) -> Scenario:
    server.answers(ok(user_row(role="customer")), numbers(3), numbers(2))
    assert (yield hd.tickets.count()).value == 3
    assert (yield hd.tickets.count(tag="vip")).value == 2
    assert [request.url.path.rsplit("/", 1)[1] for request in server.requests] == [
        "whoami",
        "my_tickets",
        "tagged_tickets",
    ]


@both
def test_bad_values_are_refused_before_the_request(hd: Any, server: Server) -> Scenario:
    for said in ({"status": "opne"}, {"scope": "all"}, {"tag": "x", "scope": "mine"}):
        with pytest.raises(InvalidValueError):
            yield hd.tickets.count(**said)
    assert server.requests == []


@both
def test_counts_are_summed_as_wished(hd: Any, server: Server) -> Scenario:
    first, second = ticket_row()["team_id"], str(UUID(int=9))
    server.answers(
        ok(
            [
                {"team_id": first, "status": "open", "priority": "high", "tickets": 5},
                {"team_id": first, "status": "pending", "priority": "low", "tickets": 2},
                {"team_id": second, "status": "open", "priority": "low", "tickets": 1},
            ]
        )
    )
    found = yield hd.tickets.counts()
    assert (found.total, found.by_status, found.by_priority) == (8, {"open": 6, "pending": 2}, {"high": 5, "low": 3})
    assert found.by_team == {UUID(first): 7, UUID(second): 1}


@both
def test_a_customer_reads_no_counts(hd: Any, server: Server) -> Scenario:
    server.answers(refused(403, "forbidden"))
    with pytest.raises(ForbiddenError):
        yield hd.tickets.counts()


@both
def test_counts_of_a_real_helpdesk(world: World, staffed: Staffed) -> Scenario:
    before = yield world.agent.tickets.counts("Billing")
    requester = yield world.system.users.create_customer(email(f"counted-{new_id().hex}"))
    tickets = []
    for priority in ("low", "low", "urgent"):
        made = yield world.system.tickets.create("One", requester=requester, team="Billing", priority=priority)
        tickets.append(made)
    yield world.agent.tickets.update(tickets[0], status="pending")
    after = yield world.agent.tickets.counts("Billing")
    assert after.total == before.total + 3
    assert after.by_status["pending"] == before.by_status.get("pending", 0) + 1
    assert after.by_priority["urgent"] == before.by_priority.get("urgent", 0) + 1
    everything = yield world.admin.tickets.counts()
    assert set(after.rows) <= set(everything.rows)
    assert (yield world.agent.tickets.counts()).by_team == after.by_team
    for ticket in tickets:
        yield world.agent.tickets.close(ticket.number)
    assert (yield world.agent.tickets.counts("Billing")) == before
    with pytest.raises(TeamNotFoundError):
        yield world.agent.tickets.counts("No such team")
    for person in (world.customer, world.stranger):
        with pytest.raises(ForbiddenError):
            yield person.tickets.counts()


@both
def test_a_capped_count_of_a_real_helpdesk(world: World, staffed: Staffed) -> Scenario:
    requester = yield world.system.users.create_customer(email(f"busy-{new_id().hex}"))
    with psycopg.connect(staffed.info.db_url) as db:
        db.execute(
            "insert into helpdesk.tickets (title, team_id, created_by) "
            "select 'Busy', t.team_id, %s from helpdesk.teams as t, generate_series(1, 1001) where t.name = 'Billing'",
            (requester.user_id,),
        )
    many = yield world.agent.tickets.count(requester=requester)
    assert (many, str(many)) == (TicketCount(value=1000, capped=True), "1,000+")
    with psycopg.connect(staffed.info.db_url) as db:
        db.execute(
            "update helpdesk.tickets set status = 'closed' where number in "
            "(select number from helpdesk.tickets where created_by = %s limit 850)",
            (requester.user_id,),
        )
    assert str((yield world.agent.tickets.count(requester=requester, status="open"))) == "151"
    assert (yield world.outsider.tickets.count(requester=requester)).value == 0
    assert (yield world.agent.tickets.count(assigned_to="nobody", team="Billing")).value > 0
    assert (yield world.agent.tickets.count(assigned_to="me", status="open", priority="urgent")).capped is False


@both
def test_a_recount_corrects_what_is_wrong(world: World, staffed: Staffed) -> Scenario:
    with pytest.raises(ForbiddenError):
        yield world.agent.tickets.recount()
    assert (yield world.admin.tickets.recount()) == []
    team = yield world.admin.teams.get("Tech")
    with psycopg.connect(staffed.info.db_url) as db:
        db.execute(
            "insert into helpdesk_private.ticket_counters values (%s, 'open', 'urgent', 0, 7)",
            (team.team_id,),
        )
    before = yield world.admin.tickets.counts("Tech")
    (wrong,) = yield world.admin.tickets.recount(mend=False)
    assert (wrong.team_id, wrong.counted - wrong.actual) == (team.team_id, 7)
    assert (yield world.system.tickets.recount()) == [wrong]
    assert (yield world.admin.tickets.counts("Tech")).total == before.total - 7
    assert (yield world.admin.tickets.recount()) == []


def test_counts_without_tickets() -> None:
    assert (TicketCounts(rows=()).total, TicketCounts(rows=()).by_team) == (0, {})
