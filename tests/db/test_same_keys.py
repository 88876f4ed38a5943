"""Two requests that write one unique key at the same moment: the second answers as it would a moment later, with our
reason or without a change, never with an error of PostgreSQL's."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from tests.db.conftest import Server
from tests.db.people import ADMIN, AGENT, SERVICE, Db, Person, be, value
from tests.db.test_attacks_races import meanwhile, speak
from tests.db.world import World

TICKET = "insert into helpdesk.tickets (title, created_by, external_id) values ('T', '{customer}', 'shop:9')"
ARTICLE = "insert into helpdesk.articles (slug, title, external_id) values "
VIEW = "insert into helpdesk.views (name, tree, audience, team_id) values "
MEMBER = "insert into helpdesk.team_members (team_id, user_id) values ('{empty}', '{agent}')"
TAG = "insert into helpdesk.ticket_tags (ticket_id, tag) values ('{mine}', '{{tag}}')"
EXCLUSION = "insert into helpdesk.ai_exclusions (scope, target_id) values ('ticket', '{mine}')"
OPTION = "insert into helpdesk.field_options (field_key, value) values ('plan', 'new')"

REFUSED = {
    "a team": (ADMIN, "insert into helpdesk.teams (name) values ('Sales')", None, "name_taken"),
    "a team in other letters": (
        ADMIN,
        "insert into helpdesk.teams (name) values ('Sales')",
        "insert into helpdesk.teams (name) values (' SALES ')",
        "name_taken",
    ),
    "the name of another team": (
        ADMIN,
        "insert into helpdesk.teams (name) values ('Sales')",
        "update helpdesk.teams set name = 'sales' where team_id = '{empty}'",
        "name_taken",
    ),
    "a view of one's own": (AGENT, VIEW + "('Mine', '{{\"all\": []}}', 'private', null)", None, "name_taken"),
    "a view of a team": (AGENT, VIEW + "('Ours', '{{\"all\": []}}', 'team', '{desk}')", None, "name_taken"),
    "a view for all": (ADMIN, VIEW + "('All', '{{\"all\": []}}', 'all', null)", None, "name_taken"),
    "an article": (AGENT, ARTICLE + "('new', 'T', null)", None, "slug_taken"),
    "an article of a source": (
        AGENT,
        ARTICLE + "('new', 'T', 'zd:9')",
        ARTICLE + "('other', 'T', 'zd:9')",
        "external_id_taken",
    ),
    "a ticket of a source": (SERVICE, TICKET, None, "external_id_taken"),
    "an external id for a ticket": (
        SERVICE,
        TICKET,
        "update helpdesk.tickets set external_id = 'shop:9' where ticket_id = '{mine}'",
        "external_id_taken",
    ),
    "an option": (ADMIN, OPTION, None, "option_exists"),
}
UNCHANGED = {
    "a member": (ADMIN, MEMBER, None, "select count(*) from helpdesk.team_members where team_id = '{empty}'"),
    "a tag": (
        AGENT,
        TAG.replace("{{tag}}", "late"),
        TAG.replace("{{tag}}", " LATE"),
        "select count(*) from helpdesk.ticket_tags where ticket_id = '{mine}' and tag = 'late'",
    ),
    "an exclusion": (AGENT, EXCLUSION, None, "select count(*) from helpdesk.ai_exclusions where target_id = '{mine}'"),
}


def _act(db: Db, person: Person, statement: str) -> int:
    if person is SERVICE:
        db.execute("set local role service_role")
    else:
        speak(db, person)
    return db.execute(statement.encode()).rowcount


def _second(pg: Server, own: str, person: Person, one: str, other: str, *, commits: bool) -> Any:
    """What the other statement makes, which began while the first was open."""
    with pg.connect(own) as first, pg.connect(own) as second:
        assert _act(first, person, one) == 1
        thread, outcome = meanwhile(lambda: _act(second, person, other))
        assert outcome == [], "the second does not wait for the first"
        first.commit() if commits else first.rollback()
        thread.join()
        second.rollback() if isinstance(outcome[0], psycopg.Error) else second.commit()
    return outcome[0]


@pytest.mark.parametrize("case", REFUSED)
def test_the_second_of_two_is_refused_with_our_reason(pg: Server, own: str, world: World, case: str) -> None:
    person, one, other, reason = REFUSED[case]
    error = _second(pg, own, person, one.format(**world), (other or one).format(**world), commits=True)
    assert isinstance(error, psycopg.Error), error
    assert error.diag.message_detail == f"helpdesk.{reason}", error


@pytest.mark.parametrize("case", UNCHANGED)
def test_the_second_of_two_changes_nothing_where_a_repetition_does(
    pg: Server, own: str, world: World, case: str
) -> None:
    person, one, other, count = UNCHANGED[case]
    assert _second(pg, own, person, one.format(**world), (other or one).format(**world), commits=True) == 0
    with pg.connect(own) as db:
        assert value(db, count.format(**world)) == 1


@pytest.mark.parametrize("case", [*REFUSED, *UNCHANGED])
def test_the_second_writes_when_the_first_does_not(pg: Server, own: str, world: World, case: str) -> None:
    person, one, other, _ = {**REFUSED, **UNCHANGED}[case]
    assert _second(pg, own, person, one.format(**world), (other or one).format(**world), commits=False) == 1


def test_of_two_tickets_of_a_source_with_the_same_content_there_is_one(pg: Server, own: str, world: World) -> None:
    create = "select (helpdesk.create_ticket('T', external_id => 'shop:9', requester_id => %s)).ticket_id as id"
    with pg.connect(own) as first, pg.connect(own) as second:
        for db in (first, second):
            db.execute("set local role service_role")
        made = value(first, create, world["customer"])
        thread, outcome = meanwhile(lambda: value(second, create, world["customer"]))
        assert outcome == []
        first.commit()
        thread.join()
        assert outcome == [made]


def test_a_key_is_never_kept(pg: Server, own: str, world: World) -> None:
    with pg.connect(own) as db:
        with be(db, ADMIN):
            db.execute("insert into helpdesk.teams (name) values ('Sales')")
        db.commit()
        assert value(db, "select count(*) from helpdesk_private.awaited_keys") == 0


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_nobody_holds_a_key_without_a_row(db: Db, role: str) -> None:
    allowed = "select has_function_privilege(%s, 'helpdesk_private.await_key(text[])', 'execute')"
    assert value(db, allowed, role) is False
