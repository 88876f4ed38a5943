"""Search and saved views: typed answers, pages, and what is refused before a request."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from tests.sdk.support import Scenario, Server, both
from tests.sdk.world import World

from helpdesk_sdk import (
    ForbiddenError,
    IdConflictError,
    InvalidValueError,
    NameTakenError,
    TicketCount,
    ViewAudience,
    ViewNotFoundError,
)


def word() -> str:
    """A word that no other test uses."""
    return f"w{uuid4().hex}"


@both
def test_a_search_finds_and_marks(world: World) -> Scenario:
    one = word()
    ticket = yield world.customer.tickets.create(f"About {one}", "😀 Nothing here", team="Billing")
    message = yield world.customer.messages.reply(ticket, f"😀 It says {one}!")
    note = yield world.agent.notes.add(ticket, f"See {one}.")
    answer = yield world.agent.search(f"{one} status:open")
    (hit,) = answer.hits
    assert hit.ticket.number == ticket.number
    assert [(part.part, part.id) for part in hit.matched_in] == [
        ("title", None),
        ("message", message.message_id),
        ("note", note.note_id),
    ]
    for snippet in hit.snippets:
        ((begin, end),) = snippet.marks
        assert snippet.text[begin:end] == one
    assert answer.query["all"][1] == {"field": "status", "op": "is", "value": "open"}
    assert (answer.capped, answer.next, answer.exact, answer.warnings) == (False, None, (), ())
    own = yield world.customer.search(one)
    assert [part.part for part in own.hits[0].matched_in] == ["title", "message"]
    assert (yield world.stranger.search(one)).hits == ()
    assert (yield world.outsider.search(one)).hits == ()
    assert [one.number for one in (yield world.agent.search(f"#{ticket.number}")).exact] == [ticket.number]


@both
def test_pages_of_a_search_and_of_a_list(world: World) -> Scenario:
    one = word()
    numbers = []
    for _ in range(3):
        numbers.append((yield world.customer.tickets.create(one, team="Billing")).number)
    first = yield world.customer.search(one, limit=2)
    second = yield world.customer.search(one, limit=2, cursor=first.next)
    assert sorted(hit.ticket.number for hit in (*first.hits, *second.hits)) == numbers
    assert second.next is None
    listed = yield world.agent.tickets.list(query=f"{one} is:open", order="created_at", page_size=2)
    assert [ticket.number for ticket in listed] == numbers
    tree = {
        "all": [{"text": one}, {"field": "created", "op": "ge", "value": datetime.fromisoformat("2020-01-01T00:00Z")}]
    }
    assert [ticket.number for ticket in (yield world.customer.tickets.list(query=tree))] == numbers[::-1]
    assert (yield world.agent.tickets.list(query=one, scope="mine")) == []


@both
def test_what_the_database_says_about_a_query(world: World) -> Scenario:
    with pytest.raises(InvalidValueError, match=r"query: status at position 3: must be one of open"):
        yield world.customer.search("a status:opne")
    with pytest.raises(ForbiddenError, match="tag is for staff only"):
        yield world.customer.search("tag:vip")
    assert (yield world.customer.search("colour:red")).warnings == (
        "colour at position 1 is no field: it is searched as text.",
    )
    read = yield world.customer.search.parse('title:"a b"')
    assert read.tree == {"text": "a b", "match": "phrase", "in": "title"}


@both
def test_bad_values_are_refused_before_the_request(hd: Any, server: Server) -> Scenario:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"not": deep}
    for query in ("x" * 513, 5, None, deep, {"text": object()}, {"text": "x" * 20_000}, {"text": float("nan")}):
        with pytest.raises(InvalidValueError, match="query"):
            yield hd.search(query)
    options: dict[str, Any]
    for options in ({"limit": 0}, {"limit": 101}, {"mine": 1}, {"cursor": ""}):
        with pytest.raises(InvalidValueError):
            yield hd.search("a", **options)
    for options in ({"status": "open"}, {"tag": "x"}, {"order": "number"}, {"scope": "all"}, {"page_size": 0}):
        with pytest.raises(InvalidValueError, match=next(iter(options))):
            yield hd.tickets.list(query="a", **options)
    with pytest.raises(InvalidValueError, match="team"):
        yield hd.views.create("A", "a", audience="team")
    for options in ({"sort": "title"}, {"columns": "title"}, {"columns": ["x"]}, {"audience": "some"}):
        with pytest.raises(InvalidValueError, match=next(iter(options))):
            yield hd.views.create("A", "a", **options)
    with pytest.raises(InvalidValueError, match="name"):
        yield hd.views.update("A")
    assert server.requests == []


@both
def test_views_are_saved_run_counted_and_deleted(world: World) -> Scenario:
    one = word()
    ticket = yield world.customer.tickets.create(one, team="Billing")
    id = uuid4()
    view = yield world.agent.views.create(f"My  {one}", f"{one} is:open", columns=["number", "title"], id=id)
    assert (view.view_id, view.name, view.audience) == (id, f"My {one}", ViewAudience.PRIVATE)
    assert (yield world.agent.views.create(f"My {one}", f"{one} is:open", columns=["number", "title"], id=id)) == view
    with pytest.raises(IdConflictError):
        yield world.agent.views.create("Another", one, id=id)
    with pytest.raises(NameTakenError):
        yield world.agent.views.create(f"my {one.upper()}", one)
    assert [found.number for found in (yield world.agent.views.tickets(f"MY {one}"))] == [ticket.number]
    assert (yield world.agent.views.count(view)) == TicketCount(value=1, capped=False)
    assert view in (yield world.agent.views.list())
    changed = yield world.agent.views.update(view, query={"field": "assignee", "value": "me"}, sort="priority")
    assert (changed.tree["value"], changed.sort, changed.columns) == ("me", "priority", view.columns)
    assert (yield world.agent.views.get(id)) == changed
    with pytest.raises(ViewNotFoundError):
        yield world.admin.views.get(id)
    yield world.agent.views.delete(view)
    with pytest.raises(ViewNotFoundError):
        yield world.agent.views.delete(view)


@both
def test_views_of_teams_and_for_all(world: World) -> Scenario:
    one = word()
    team = yield world.agent.views.create(one, "is:open", audience="team", team="Billing")
    common = yield world.admin.views.create(one, "is:closed", audience="all")
    assert (yield world.colleague.views.get(one)) == team
    assert (yield world.outsider.views.get(one)) == common
    assert (yield world.customer.views.list()) == []
    yield world.colleague.views.update(team, sort="created_at")
    with pytest.raises(ForbiddenError):
        yield world.colleague.views.update(common, sort="created_at")
    with pytest.raises(ForbiddenError):
        yield world.colleague.views.create(word(), "is:open", audience="all")
    with pytest.raises(ForbiddenError):
        yield world.outsider.views.create(word(), "is:open", audience="team", team="Billing")
    with pytest.raises(ForbiddenError):
        yield world.customer.views.create(word(), "is:open")
    yield world.admin.views.delete(common)
    yield world.agent.views.delete(team)
