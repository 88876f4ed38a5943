"""What mails, notifications and Slack cost the write that causes them, as a ratio to the same write without them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg

from benchmarks.claims import sign_in
from benchmarks.lists import Cast
from benchmarks.measure import Result, Section, percentile

TICKETS = 20_000
ROUNDS, CALLS = 7, 40
ROUNDS_QUICK, CALLS_QUICK = 1, 5
# The triggers that queue something. What follows a delivery, not a write, stays on.
_TRIGGERS = {
    "messages": ("mail_reply",),
    "events": ("notify_by_mail", "acknowledge_ticket", "enqueue_for_slack", "enqueue_for_webhooks"),
}
_TEXT = "The tray is full and it says that it is empty. " * 6
_CREATE = "select helpdesk.create_ticket(ticket_id => %s, title => 'No paper', description => %s)"
_REPLY = (
    "select helpdesk.send_reply(t.ticket_id, %s, t.last_message_id) from helpdesk.tickets as t where t.ticket_id = %s"
)
_UPDATE = (
    "update helpdesk.tickets set priority = case priority when 'high' then 'low' else 'high' end where ticket_id = %s"
)
_ASSIGN = "select helpdesk.assign_ticket(%s, %s)"


@dataclass
class _Desk:
    """The people, and a connection of each."""

    owner: psycopg.Connection
    customer: psycopg.Connection
    agent: psycopg.Connection
    admin: psycopg.Connection
    tickets: list[str]
    assignees: tuple[str, str]
    turns: int = 0

    def create(self, _: str) -> tuple[psycopg.Connection, str, Sequence[object]]:
        return self.customer, _CREATE, (uuid4(), _TEXT)

    def reply(self, ticket: str) -> tuple[psycopg.Connection, str, Sequence[object]]:
        return self.agent, _REPLY, (_TEXT, ticket)

    def answer(self, ticket: str) -> tuple[psycopg.Connection, str, Sequence[object]]:
        return self.customer, _REPLY, (_TEXT, ticket)

    def update(self, ticket: str) -> tuple[psycopg.Connection, str, Sequence[object]]:
        return self.agent, _UPDATE, (ticket,)

    def assign(self, ticket: str) -> tuple[psycopg.Connection, str, Sequence[object]]:
        # To the other of two people: the same one again is no change.
        return self.admin, _ASSIGN, (ticket, self.assignees[self.turns % 2])


_Write = Callable[[_Desk, str], tuple[psycopg.Connection, str, Sequence[object]]]
_WRITES: dict[str, _Write] = {
    "create_ticket, customer": _Desk.create,
    "send_reply, agent": _Desk.reply,
    "send_reply, customer": _Desk.answer,
    "PATCH of the priority, agent": _Desk.update,
    "assign_ticket, admin": _Desk.assign,
}


def run(url: str, rounds: int, calls: int) -> Section:
    """Measure each write, in a database that may be changed.

    Args:
        url: The database, with the data of the benchmarks.
        rounds: How often the triggers are switched off and on.
        calls: How many writes are timed in between.
    """
    section = Section(
        "Writes and the outside",
        "One connection for each person, synchronous_commit off. The same write in one database, in turns, with the "
        "triggers that queue mails, notifications and deliveries to Slack, and without them: processor time of the "
        "server's process, in which other programs' load has little part. The requester and the assignee are mailed, "
        "and each new ticket is acknowledged.",
    )
    with psycopg.connect(url, autocommit=True) as owner:
        cast = Cast(owner)
        with (
            psycopg.connect(url, autocommit=True) as customer,
            psycopg.connect(url, autocommit=True) as agent,
            psycopg.connect(url, autocommit=True) as admin,
        ):
            for connection, who in ((customer, cast.typical), (agent, cast.agent), (admin, cast.admin)):
                sign_in(connection, who)
            desk = _Desk(owner, customer, agent, admin, *_furnish(owner, cast, calls))
            for name, set_up in _SET_UPS:
                for statement in set_up:
                    owner.execute(statement.encode())
                section.results += [
                    _measured(desk, f"{name}: {write}", make, rounds, calls) for write, make in _WRITES.items()
                ]
    return section


_ADDRESS = "insert into helpdesk.email_channels (address, name) values ('support@desk.example', 'Support')"
_SLACK = (
    "insert into helpdesk.slack_connections (workspace_id, bot_user_id) values ('T1', 'U1')",
    "insert into helpdesk.slack_channels (connection_id, channel_id) "
    "select connection_id, 'C1' from helpdesk.slack_connections",
)
_SET_UPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("nothing is set up", ()),
    ("mail", (_ADDRESS,)),
    ("mail and Slack", _SLACK),
)


def _furnish(owner: psycopg.Connection, cast: Cast, calls: int) -> tuple[list[str], tuple[str, str]]:
    """As many tickets as a round has writes, assigned to the agent; and two people to assign to."""
    owner.execute(
        "update helpdesk.settings set email_acknowledgements = 'all', email_max_per_minute = 100000, "
        "email_notifications = '{assigned,customer_replied,mentioned,bounced}'"
    )
    team = cast.teams(cast.agent)[0]
    tickets = [str(uuid4()) for _ in range(calls)]
    for ticket in tickets:
        owner.execute(
            "select helpdesk.create_ticket('No paper', %s, %s, team_id => %s, requester_id => %s)",
            (_TEXT, ticket, team, cast.typical.user_id),
        )
        owner.execute("select helpdesk.assign_ticket(%s, %s)", (ticket, cast.agent.user_id))
    other = cast.column(
        "select m.user_id::text from helpdesk.team_members as m where m.team_id = %s and m.user_id <> %s limit 1",
        team,
        cast.agent.user_id,
    )[0]
    return tickets, (other, cast.agent.user_id)


def _measured(desk: _Desk, name: str, make: _Write, rounds: int, calls: int) -> Result:
    times: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(rounds):
        for is_on in (False, True):
            _switch(desk.owner, is_on)
            # Without what was queued before: limits count it.
            desk.owner.execute(
                "truncate helpdesk.automatic_emails, helpdesk.outbound_emails, helpdesk.outbox, "
                "helpdesk.delivery_attempts, helpdesk_private.delivery_leases"
            )
            desk.turns += 1
            batch = list(_batch(desk, make, calls))
            # The first ones plan their statements anew.
            times[is_on].append(percentile(batch[len(batch) // 5 :], 0.25))
    ms, without = statistics.median(times[True]), statistics.median(times[False])
    return Result(name, {"ms": ms, "without, ms": without, "adds, ms": ms - without, "ratio": ms / without})


def _batch(desk: _Desk, make: _Write, calls: int) -> Iterator[float]:
    for ticket in desk.tickets[:calls]:
        connection, statement, parameters = make(desk, ticket)
        server = Path(f"/proc/{connection.info.backend_pid}/schedstat")
        began = _processor_ms(server)
        connection.execute(statement.encode(), parameters, prepare=True)
        yield _processor_ms(server) - began


def _processor_ms(schedstat: Path) -> float:
    """The processor time of a process. Linux says it in nanoseconds here, in hundredths of a second elsewhere."""
    return int(schedstat.read_text().split()[0]) / 1_000_000


def _switch(owner: psycopg.Connection, is_on: bool) -> None:
    verb = "enable" if is_on else "disable"
    for table, triggers in _TRIGGERS.items():
        for trigger in triggers:
            owner.execute(f"alter table helpdesk.{table} {verb} trigger {trigger}".encode())
