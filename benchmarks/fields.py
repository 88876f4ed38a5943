"""What row-level security costs when a list is filtered or ordered by a custom field."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg

from benchmarks.lists import COLUMNS, Cast, array, page
from benchmarks.measure import Case, Effort, Section, compare
from benchmarks.request import Params, Person, one_processor

_AIM = 1.3
_VALUES = """
select v.field_key, v.text_value, v.number_value, {columns}
from helpdesk.ticket_field_values as v
join helpdesk.tickets as t using (ticket_id)
"""
# As PostgREST embeds a second filter.
_ALSO = """
select * from helpdesk.team_field_tickets
inner join lateral (
  select json_agg(x) as found from (
    select f.field_key from helpdesk.ticket_field_values as f
    where f.field_key = $3 and f.text_value = $4 and f.ticket_id = team_field_tickets.ticket_id
  ) as x
) as also on also.found is not null
"""
_ALSO_PLAIN = """
inner join lateral (
  select json_agg(x) as found from (
    select f.field_key from helpdesk.ticket_field_values as f
    where f.field_key = $3 and f.text_value = $4 and f.ticket_id = v.ticket_id
  ) as x
) as also on also.found is not null
"""
_NEWEST = "order by v.ticket_created_at desc, v.ticket_id desc"


def run(url: str, effort: Effort) -> Section:
    """Measure every case of this part."""
    section = Section(
        "Custom fields",
        "A list's first page by the value of a custom field, as a signed-in person, against the same page as the "
        "system, with the predicate of that person's rows written out. Every ticket has three values.",
    )
    with psycopg.connect(url, autocommit=True) as connection, one_processor():
        cast = Cast(connection)
        section.results += [compare(url, case, effort, aim=_AIM) for case in cases(cast)]
    return section


def cases(cast: Cast) -> Iterator[Case]:
    """The cases of this part."""
    broad, medium, rare = ["plan", "free"], ["plan", "team"], ["plan", "ent"]
    for who, name in ((cast.agent, "agent, big teams"), (cast.small, "agent, small teams"), (cast.admin, "admin")):
        for values, label in ((broad, "six in ten"), (medium, "one in ten"), (rare, "one in a thousand")):
            yield _staff(cast, f"{name}: an option that {label} have", who, values)
        yield _staff(cast, f"{name}: a value that one ticket has", who, ["order_no", "K-777"])
    for who, name in ((cast.typical, "customer, typical"), (cast.heavy, "customer, the busiest")):
        for values, label in ((broad, "six in ten"), (rare, "one in a thousand")):
            yield Case(
                f"{name}: an option that {label} have",
                who,
                page("select * from helpdesk.my_field_tickets", "field_key = $1 and text_value = $2", 2),
                [[*values, 50, 0]],
                _plain("v.field_key = $1 and v.text_value = $2 and v.requester_id = $3::uuid", 3, tags=False),
                [[*values, who.user_id, 50, 0]],
            )
    yield _two(cast)
    yield _ordered(cast)


def _predicate(cast: Cast, who: Person, place: int) -> tuple[str, Params]:
    if who == cast.admin:
        return f"${place} = ''", [""]
    return f"v.team_id = any(${place}::uuid[])", [array(cast.teams(who))]


def _plain(where: str, params: int, *, tags: bool = True) -> str:
    columns = COLUMNS if tags else "t.*, '{}'::text[] as tags"
    return page(_VALUES.format(columns=columns), where, params).replace(
        "order by created_at desc, ticket_id desc", _NEWEST
    )


def _staff(cast: Cast, name: str, who: Person, values: list[str]) -> Case:
    predicate, theirs = _predicate(cast, who, 3)
    return Case(
        name,
        who,
        page("select * from helpdesk.team_field_tickets", "field_key = $1 and text_value = $2", 2),
        [[*values, 50, 0]],
        _plain(f"v.field_key = $1 and v.text_value = $2 and {predicate}", 3),
        [[*values, *theirs, 50, 0]],
    )


def _two(cast: Cast) -> Case:
    values: Params = ["plan", "pro", "seats", "7"]
    predicate, theirs = _predicate(cast, cast.agent, 5)
    where = "v.field_key = $1 and v.text_value = $2 and " + predicate
    return Case(
        "agent, big teams: two fields",
        cast.agent,
        page(_ALSO, "field_key = $1 and text_value = $2", 4),
        [[*values, 50, 0]],
        page(_VALUES.format(columns=COLUMNS) + _ALSO_PLAIN, where, 5).replace(
            "order by created_at desc, ticket_id desc", _NEWEST
        ),
        [[*values, *theirs, 50, 0]],
    )


def _ordered(cast: Cast) -> Case:
    predicate, theirs = _predicate(cast, cast.agent, 2)
    newest = "order by created_at desc, ticket_id desc"
    return Case(
        "agent, big teams: ordered by a number",
        cast.agent,
        page("select * from helpdesk.team_field_tickets", "field_key = $1 and number_value is not null", 1).replace(
            newest, "order by number_value desc, created_at desc, ticket_id desc"
        ),
        [["seats", 50, 0]],
        _plain(f"v.field_key = $1 and v.number_value is not null and {predicate}", 2).replace(
            _NEWEST, "order by v.number_value desc, v.ticket_created_at desc, v.ticket_id desc"
        ),
        [["seats", *theirs, 50, 0]],
    )
