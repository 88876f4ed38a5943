"""What row-level security costs: lists, single tickets, conversations and timelines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg

from benchmarks.measure import Case, Effort, Section, compare
from benchmarks.request import Params, Person, one_processor, person

_AIM = 1.3
_TITLE = "Row-level security"
_EXPLANATION = (
    "The transaction that PostgREST makes of a request, as a signed-in person, against the same transaction as the "
    "system, with the predicate of that person's rows written out."
)
COLUMNS = (
    "t.*, array(select g.tag from helpdesk.ticket_tags as g where g.ticket_id = t.ticket_id order by g.tag) as tags"
)
_TAGGED = """
select g.tag, t.ticket_id, t.number, t.status, t.priority, t.priority_rank, t.title, t.description, t.team_id,
  t.assigned_to, t.created_by, t.channel, t.external_id, t.custom_fields, t.revision, t.snoozed_until,
  t.last_message_id, t.first_response_at, t.resolved_at, t.closed_at, t.merged_into,
  g.ticket_created_at as created_at, t.updated_at,
  array(select o.tag from helpdesk.ticket_tags as o where o.ticket_id = t.ticket_id order by o.tag) as tags
from helpdesk.ticket_tags as g
join helpdesk.tickets as t using (ticket_id)
"""
# As PostgREST embeds the tags of a ticket.
_WITH_TAGS = """
select t.*, coalesce(g.tags, '[]') as tags
from helpdesk.tickets as t
left join lateral (
  select json_agg(x) as tags
  from (select g.tag from helpdesk.ticket_tags as g where g.ticket_id = t.ticket_id) as x
) as g on true
where {where}
"""
_MESSAGES = """
select m.* from helpdesk.messages as m where m.ticket_id = $1::uuid order by m.sequence limit $2
"""
_TIMELINE = """
select * from (
  (select m.sequence, 'message' as kind, m.message_id::text as id, m.created_at as at, m.author_id, m.author_kind,
     m.author_name, m.body, null::text as type, null::jsonb as data
   from helpdesk.messages as m where m.ticket_id = $1::uuid order by m.sequence limit 100)
  union all
  (select n.sequence, 'note', n.note_id::text, n.created_at, n.author_id, 'staff', n.author_name, n.body, null, null
   from helpdesk.notes as n where {notes} and n.ticket_id = $1::uuid order by n.sequence limit 100)
  union all
  (select e.event_id, 'event', e.event_id::text, e.created_at, e.actor_id, e.actor_kind, e.actor_name, null, e.type,
     e.data
   from helpdesk.events as e
   where e.ticket_id = $1::uuid and {events} and e.type not in ('message.created', 'note.created')
   order by e.event_id limit 100)
) as x order by x.sequence limit 100
"""
_PAGE = "order by created_at desc, ticket_id desc limit {limit} offset {offset}"


def page(select: str, where: str, params: int) -> str:
    """A list's first page, as PostgREST writes it: the limit is a parameter like every other value."""
    return f"{select} where {where} " + _PAGE.format(limit=f"${params + 1}", offset=f"${params + 2}")


@dataclass
class Cast:
    """The people of the benchmarks, found by the names that load.sql gave them."""

    connection: psycopg.Connection
    typical: Person = field(init=False)
    heavy: Person = field(init=False)
    agent: Person = field(init=False)
    small: Person = field(init=False)
    admin: Person = field(init=False)

    def __post_init__(self) -> None:
        customers = self._one("select count(*) from helpdesk.users where role = 'customer'")
        self.typical = person(self.connection, f"customer{int(customers) // 2}@example.com")
        self.heavy = person(self.connection, "customer1@example.com")
        self.agent = person(self.connection, "agent1@example.com")
        self.small = person(self.connection, "agent9@example.com")
        self.admin = person(self.connection, "admin1@example.com")

    def teams(self, who: Person) -> list[str]:
        """The teams of an agent, the bigger one first."""
        return self.column(
            "select m.team_id::text from helpdesk.team_members as m where m.user_id = %s "
            "order by (select count(*) from helpdesk.tickets as t where t.team_id = m.team_id) desc",
            who.user_id,
        )

    def column(self, query: str, *params: object) -> list[str]:
        """The first column of a query's rows."""
        return [row[0] for row in self.connection.execute(query.encode(), params).fetchall()]

    def _one(self, query: str) -> str:
        return self.column(query)[0]


def array(values: list[str]) -> str:
    """An SQL array of values that need no quoting."""
    return "{" + ",".join(values) + "}"


def run(url: str, effort: Effort) -> Section:
    """Measure every case of this part."""
    section = Section(_TITLE, _EXPLANATION)
    with psycopg.connect(url, autocommit=True) as connection, one_processor():
        cast = Cast(connection)
        for cases in (
            _customers(cast),
            _agents(cast),
            _admins(cast),
            _single(cast),
            _conversations(cast),
            _timelines(cast),
        ):
            section.results += [compare(url, case, effort, aim=_AIM) for case in cases]
    return section


def _list(name: str, who: Person, view: str, where: str, params: Params, base: str, base_params: Params) -> Case:
    """A first page of 50 from a view, and the same page from the table; a customer's has no tags."""
    statement = page(f"select * from helpdesk.{view}", where, len(params))
    columns = COLUMNS if view == "team_tickets" else "t.*, '{}'::text[] as tags"
    plain = page(f"select {columns} from helpdesk.tickets as t", base, len(base_params))
    return Case(name, who, statement, [[*params, 50, 0]], plain, [[*base_params, 50, 0]])


def _customers(cast: Cast) -> Iterator[Case]:
    for who, label in ((cast.typical, "typical"), (cast.heavy, "the busiest")):
        mine, me = "t.created_by = $1::uuid", [who.user_id]
        yield _list(f"customer's list, {label}", who, "my_tickets", "true", [], mine, me)
        opened = f"{mine} and t.status = $2"
        yield _list(
            f"customer's open tickets, {label}", who, "my_tickets", "status = $1", ["open"], opened, [*me, "open"]
        )


def _agents(cast: Cast) -> Iterator[Case]:
    for who, label in ((cast.agent, "big teams"), (cast.small, "small teams")):
        teams = cast.teams(who)
        queue = "team_id = $1::uuid and status = $2"
        params: Params = [teams[0], "open"]
        yield _list(f"agent's queue page, {label}", who, "team_tickets", queue, params, queue, params)
        waiting = f"{queue} and assigned_to is null"
        yield _list(f"agent's unassigned queue, {label}", who, "team_tickets", waiting, params, waiting, params)
        worked, mine = "t.team_id = any($1::uuid[])", [array(teams)]
        yield _list(f"agent's list, no filter, {label}", who, "team_tickets", "true", [], worked, mine)
    yield Case(
        "agent's tag, newest first",
        cast.agent,
        page("select * from helpdesk.tagged_tickets", "tag = $1", 1),
        [["tag-01", 50, 0]],
        page(
            _TAGGED,
            "g.tag = $1 and t.team_id = any($2::uuid[])",
            2,
        ),
        [["tag-01", array(cast.teams(cast.agent)), 50, 0]],
    )


def _admins(cast: Cast) -> Iterator[Case]:
    yield _list("admin's list, no filter", cast.admin, "team_tickets", "true", [], "true", [])
    opened: Params = ["open"]
    yield _list("admin's open tickets", cast.admin, "team_tickets", "status = $1", opened, "status = $1", opened)


def _single(cast: Cast) -> Iterator[Case]:
    some = "select number::text from helpdesk.tickets where {where} order by ticket_id::text limit 40"
    numbers = {
        cast.typical: cast.column(some.format(where="created_by = %s"), cast.typical.user_id),
        cast.agent: cast.column(some.format(where="team_id = any(%s::uuid[])"), cast.teams(cast.agent)),
        cast.admin: cast.column(some.format(where="true")),
    }
    rows = {
        cast.typical: ("customer", "t.created_by = $2::uuid", cast.typical.user_id),
        cast.agent: ("agent", "t.team_id = any($2::uuid[])", array(cast.teams(cast.agent))),
        cast.admin: ("admin", "$2 = ''", ""),
    }
    for who, (name, predicate, value) in rows.items():
        yield Case(
            f"ticket by number, {name}",
            who,
            _WITH_TAGS.format(where="t.number = $1::bigint"),
            [[number] for number in numbers[who]],
            _WITH_TAGS.format(where=f"t.number = $1::bigint and {predicate}"),
            [[number, value] for number in numbers[who]],
        )


def _conversations(cast: Cast) -> Iterator[Case]:
    for who, name in ((cast.heavy, "customer"), (cast.agent, "agent")):
        params = [[ticket, 50] for ticket in with_conversation(cast, who)]
        yield Case(f"messages of a ticket, {name}", who, _MESSAGES, params, _MESSAGES, params)


def _timelines(cast: Cast) -> Iterator[Case]:
    statement = "select * from helpdesk.ticket_timeline(ticket_id => $1::uuid)"
    for who, name in ((cast.heavy, "customer"), (cast.agent, "agent"), (cast.admin, "admin")):
        customer = who == cast.heavy
        raw = _TIMELINE.format(notes=not customer, events="e.audience = 'customer'" if customer else "true")
        params = [[ticket] for ticket in with_conversation(cast, who)]
        yield Case(f"timeline, {name}", who, statement, params, raw, params)


def with_conversation(cast: Cast, who: Person) -> list[str]:
    """Tickets with a conversation that the person may see."""
    scope, value = {
        cast.heavy: ("t.created_by = any(%s::uuid[])", [who.user_id]),
        cast.agent: ("t.team_id = any(%s::uuid[])", cast.teams(who)),
    }.get(who, ("cardinality(%s::uuid[]) = 0", list[str]()))
    return cast.column(
        f"select t.ticket_id::text from helpdesk.tickets as t where {scope} and t.last_message_id is not null "
        "order by t.ticket_id::text limit 40",
        value,
    )
