"""What a read of the log for one ticket or one team costs, and the database's part of joining a channel."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence

import psycopg
from psycopg import pq

from benchmarks.lists import Cast, array, with_conversation
from benchmarks.measure import Case, Effort, Result, Section, compare, in_turns
from benchmarks.request import Params, Person, claims_of, one_processor, share_our_processor

_SINCE = "select * from helpdesk.events_page(after => $1, max_rows => $2::integer{filter})"
_OF_TICKET = _SINCE.format(filter=", only_ticket => $3::uuid")
_OF_TEAM = _SINCE.format(filter=", only_team => $3::uuid")
_UNFILTERED = _SINCE.format(filter="")
# One row, as a page is.
_RANGE = (
    "select coalesce(json_agg(r), '[]') as items from (select e.* from helpdesk.events as e where {scope} and "
    "(e.xid, e.event_id) > ($1::xid8, 0) and e.xid < pg_snapshot_xmin(pg_current_snapshot()) "
    "order by e.xid, e.event_id limit $2) as r"
)
# As in the function: otherwise the planner walks the whole log in its order instead of sorting one ticket's events.
_TICKET_RANGE = (
    "with log as materialized (select e.* from helpdesk.events as e where e.ticket_id = $3::uuid and {audience}) "
    + _RANGE.format(scope="true").replace("helpdesk.events", "log")
)


def run(url: str, effort: Effort) -> Iterator[Section]:
    """Measure every case of this part."""
    with psycopg.connect(url, autocommit=True) as connection, one_processor():
        # Makes the partitions of today: the data may be older.
        connection.execute("select realtime.local_partitions()")
        count = connection.execute("select count(*) from helpdesk.events").fetchone()
        log = Section(
            f"Events since a cursor, filtered, of {count[0] if count else 0:,}",
            "All of one ticket's events, 100 of one team's from the middle of the log, 100 of all that the reader may "
            "see, and the empty polls at its head, against the raw range of the index.",
        )
        cast = Cast(connection)
        log.results += [compare(url, case, effort, aim=None) for case in _reads(connection, cast)]
        yield log
        joins = Section(
            "Joining a channel",
            "The database's part: a transaction that inserts a row, looks for the row as that person, and is rolled "
            "back; against the same transaction as the system, which no policy limits.",
        )
        joins.results += [_join(url, *case, effort) for case in _joins(cast)]
        yield joins


def _reads(connection: psycopg.Connection, cast: Cast) -> Iterator[Case]:
    row = connection.execute(
        "select min(xid::text::bigint) / 2 + max(xid::text::bigint) / 2, split_part(helpdesk.events_head(), '.', 1) "
        "from helpdesk.events"
    ).fetchone()
    assert row
    middle, head = str(row[0]), str(row[1])
    team, small = cast.teams(cast.agent)[0], cast.teams(cast.small)[-1]
    for who, name in ((cast.heavy, "customer"), (cast.agent, "agent"), (cast.admin, "admin")):
        tickets = with_conversation(cast, who)
        raw = _TICKET_RANGE.format(audience="e.audience = 'customer'" if who == cast.heavy else "true")
        yield Case(
            f"one ticket, {name}",
            who,
            _OF_TICKET,
            [["0.0", 100, t] for t in tickets],
            raw,
            [["0", 100, t] for t in tickets],
        )
    of_team, all_of = _RANGE.format(scope="e.team_id = $3::uuid"), _RANGE.format(scope="e.team_id = any($3::uuid[])")
    everything = _RANGE.format(scope="true")
    for place, at in (("", middle), ("empty poll, ", head)):
        for who, name, one in (
            (cast.agent, "a big team, agent", team),
            (cast.small, "a small team, agent", small),
            (cast.admin, "a big team, admin", team),
        ):
            yield Case(f"{place}{name}", who, _OF_TEAM, [[f"{at}.0", 100, one]], of_team, [[at, 100, one]])
        mine = array(cast.teams(cast.agent))
        yield Case(f"{place}no filter, agent", cast.agent, _UNFILTERED, [[f"{at}.0", 100]], all_of, [[at, 100, mine]])
        yield Case(f"{place}no filter, admin", cast.admin, _UNFILTERED, [[f"{at}.0", 100]], everything, [[at, 100]])
    some = with_conversation(cast, cast.agent)
    raw = _TICKET_RANGE.format(audience="true")
    yield Case(
        "empty poll, one ticket, agent",
        cast.agent,
        _OF_TICKET,
        [[f"{head}.0", 100, t] for t in some],
        raw,
        [[head, 100, t] for t in some],
    )


def _joins(cast: Cast) -> Iterator[tuple[str, Person, list[str], bool]]:
    mine, worked = with_conversation(cast, cast.heavy), with_conversation(cast, cast.agent)
    teams, others = cast.teams(cast.agent), cast.teams(cast.small)
    theirs = [one for one in mine if one not in worked]
    yield "customer, own ticket", cast.heavy, [f"helpdesk:ticket:{one}" for one in mine], True
    yield "customer, themselves", cast.heavy, [f"helpdesk:user:{cast.heavy.user_id}"], True
    yield "customer, another's ticket: refused", cast.typical, [f"helpdesk:ticket:{one}" for one in theirs], False
    yield "agent, a ticket of the team", cast.agent, [f"helpdesk:ticket:{one}" for one in worked], True
    yield "agent, its staff topic", cast.agent, [f"helpdesk:ticket:{one}:staff" for one in worked], True
    yield "agent, own team", cast.agent, [f"helpdesk:team:{one}" for one in teams], True
    yield (
        "agent, another team: refused",
        cast.agent,
        [f"helpdesk:team:{one}" for one in set(others) - set(teams)],
        False,
    )
    yield "admin, any ticket", cast.admin, [f"helpdesk:ticket:{one}" for one in worked], True
    yield "admin, everything", cast.admin, ["helpdesk:admin"], True


def _join(url: str, name: str, who: Person, topics: Sequence[str], allowed: bool, effort: Effort) -> Result:
    with _Probe(url, who) as ours, _Probe(url, None) as raw:
        for topic in topics[:5]:
            ours.run([topic])
            assert ours.seen is allowed, f"{name}: {topic}"
        ms, base_ms, _ = in_turns(ours.run, raw.run, [([topic], [topic]) for topic in topics], effort)
    return Result(
        name, {"with policies, ms": ms, "without, ms": base_ms, "adds, ms": ms - base_ms, "ratio": ms / base_ms}
    )


_ENTER = (
    "select set_config('role', $1, true), set_config('realtime.topic', $2, true), "
    "set_config('request.jwt.claims', $3, true), set_config('request.headers', '{}', true)"
)
_STATEMENTS = {
    b"begin": "begin",
    b"insert": "insert into realtime.messages (id, topic, extension, inserted_at, updated_at) "
    "values ($1::uuid, $2, 'broadcast', now(), now())",
    b"enter": _ENTER,
    b"look": "select id from realtime.messages where id = $1::uuid",
    b"rollback": "rollback",
}


class _Probe:
    """The check of the policies that Realtime makes before a client joins a channel. None is the system."""

    def __init__(self, url: str, who: Person | None) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._pq = self._connection.pgconn
        share_our_processor(self._pq.backend_pid)
        self._role = "authenticated" if who else "service_role"
        self._claims = claims_of(who, self._role).encode()
        for name, sql in _STATEMENTS.items():
            self._checked(self._pq.prepare(name, sql.encode()))
        self.seen = False

    def run(self, params: Params) -> float:
        """Check one topic and return the milliseconds that the check took."""
        topic, row = str(params[0]).encode(), str(uuid.uuid4()).encode()
        began = time.perf_counter_ns()
        self._ask(b"begin")
        self._ask(b"insert", row, topic)
        self._ask(b"enter", self._role.encode(), topic, self._claims)
        self.seen = self._ask(b"look", row).ntuples == 1
        self._ask(b"rollback")
        return (time.perf_counter_ns() - began) / 1e6

    def _ask(self, name: bytes, *params: bytes) -> pq.abc.PGresult:
        return self._checked(self._pq.exec_prepared(name, params))

    def _checked(self, result: pq.abc.PGresult) -> pq.abc.PGresult:
        if result.status not in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK):
            raise RuntimeError(result.error_message.decode())
        return result

    def __enter__(self) -> _Probe:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
