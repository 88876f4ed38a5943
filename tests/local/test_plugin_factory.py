"""The plugin's factory and its clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk_sdk import AssigneeNotFoundError, ForbiddenError, TicketNotFoundError
from helpdesk_sdk.testing import Clock, Factory, MakeAsyncClient, MakeClient, Project

_MOMENT = datetime(2031, 3, 1, 9, 30, tzinfo=UTC)


def test_a_ticket_has_all_that_a_test_does_not_name(helpdesk_factory: Factory, as_agent: MakeClient) -> None:
    first, second = helpdesk_factory.ticket(), helpdesk_factory.ticket()
    assert (first.status, first.title != second.title, first.created_by != second.created_by) == ("open", True, True)
    assert {ticket.number for ticket in as_agent().tickets.list()} == {first.number, second.number}


def test_a_ticket_has_what_a_test_names(helpdesk_factory: Factory, helpdesk_project: Project) -> None:
    mei = helpdesk_factory.person(name="Mei")
    cem = helpdesk_factory.person("agent", name="Cem", teams=["Shipping"])
    ticket = helpdesk_factory.ticket(
        "Lost", requester=mei, team="shipping", assignee=cem, status="pending", priority="high", tags=["parcel"]
    )
    assert (ticket.title, ticket.created_by, ticket.assigned_to) == ("Lost", mei.user_id, cem.user_id)
    found = helpdesk_project.system.tickets.get(ticket.number)
    assert (str(found.status), str(found.priority), found.tags) == ("pending", "high", ("parcel",))
    assert ticket.team_id == helpdesk_factory.team("Shipping").team_id
    written = helpdesk_factory.message(ticket)
    answered = helpdesk_factory.message(ticket, "We looked", author=cem)
    note = helpdesk_factory.note(ticket, author=cem)
    assert (written.author_id, answered.author_id, note.author_id) == (mei.user_id, cem.user_id, cem.user_id)
    assert [message.body for message in helpdesk_project.sign_in(mei).messages.list(ticket)][1] == "We looked"


def test_what_the_helpdesk_refuses_the_factory_refuses(helpdesk_factory: Factory) -> None:
    with pytest.raises(AssigneeNotFoundError):
        helpdesk_factory.ticket(assignee=helpdesk_factory.person())
    with pytest.raises((ForbiddenError, TicketNotFoundError)):
        helpdesk_factory.note(helpdesk_factory.ticket(), author=helpdesk_factory.person())


def test_an_article_is_read_unless_it_is_a_draft(helpdesk_factory: Factory, as_customer: MakeClient) -> None:
    published = helpdesk_factory.article("Refunds", "Refunds take ten days.")
    helpdesk_factory.article(is_published=False)
    helpdesk_factory.article(audience="internal")
    found = as_customer().knowledge.search("article text refunds")
    assert {hit.article_id for hit in found} == {published.article_id}


def test_time_stands_still_and_moves(helpdesk_clock: Clock, helpdesk_factory: Factory, as_customer: MakeClient) -> None:
    assert abs(helpdesk_clock.now - datetime.now(UTC)) < timedelta(minutes=1)
    assert helpdesk_clock.freeze(_MOMENT) == helpdesk_clock.now == _MOMENT
    # A person who signs in now has a session all the same: the token's time is the machine's.
    mei = as_customer()
    ticket = mei.tickets.create("Lost")
    assert (ticket.created_at, ticket.updated_at) == (_MOMENT, _MOMENT)
    assert helpdesk_clock.advance(timedelta(days=3, minutes=1)) == _MOMENT + timedelta(days=3, minutes=1)
    assert mei.messages.reply(ticket, "Hello?").created_at == helpdesk_clock.now
    assert helpdesk_factory.note(ticket).created_at == helpdesk_clock.now
    events = list(mei.events.list(ticket=ticket))
    assert {event.created_at for event in events} == {_MOMENT, helpdesk_clock.now}
    helpdesk_clock.freeze(_MOMENT - timedelta(days=3000))
    assert mei.tickets.create("Earlier").created_at == helpdesk_clock.now
    helpdesk_clock.unfreeze()
    assert mei.tickets.create("Now").created_at > datetime.now(UTC) - timedelta(minutes=1)


def test_a_time_that_nobody_can_mean_is_refused(helpdesk_clock: Clock) -> None:
    with pytest.raises(ValueError, match="time zone"):
        helpdesk_clock.freeze(datetime(2031, 1, 1))
    with pytest.raises(ValueError, match="negative"):
        helpdesk_clock.advance(timedelta(seconds=-1))


async def test_announcements_arrive_while_time_stands_still(
    helpdesk_clock: Clock, as_customer_async: MakeAsyncClient
) -> None:
    helpdesk_clock.freeze(_MOMENT)
    mei = as_customer_async()
    ticket = await mei.tickets.create("Lost")
    async with mei.events.stream("0.0", ticket=ticket.number) as stream:
        first = await anext(aiter(stream))
        await mei.messages.reply(ticket, "Hello?")
        second = await anext(aiter(stream))
    assert (first.type, second.type) == ("ticket.created", "message.created")
    assert second.created_at == _MOMENT


def test_nothing_reads_the_time_by_another_name(helpdesk_clock: Clock, helpdesk_project: Project) -> None:
    """Also what is added later: a view, policy or index that holds the machine's now() would not follow the clock."""
    import psycopg

    query = """
        with machine as (
          select array_agg(oid) as oids from pg_proc
          where pronamespace = 'pg_catalog'::regnamespace and proname like 'machine%'
        ), expressions (place, tree) as (
          select adrelid::regclass::text, adbin::text from pg_attrdef
          union all select ev_class::regclass::text, ev_action::text from pg_rewrite
          union all select polrelid::regclass::text, concat(polqual, polwithcheck) from pg_policy
          union all select indexrelid::regclass::text, concat(indpred, indexprs) from pg_index
          union all select conrelid::regclass::text, conbin::text from pg_constraint
          union all select tgrelid::regclass::text, tgqual::text from pg_trigger
          union all select oid::regprocedure::text, concat(proargdefaults, prosqlbody) from pg_proc
        )
        select place from expressions, machine, unnest(oids) as o
        where place like 'helpdesk%' and tree like format('%%:funcid %s %%', o)
    """
    with psycopg.connect(helpdesk_project.db_url) as db:
        found = db.execute("select count(*) from pg_proc where proname like 'machine%'").fetchone()
        assert found == (4,)
        assert db.execute(query).fetchall() == []
