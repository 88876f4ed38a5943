"""The interface of Zenpy, used as a script for Zendesk uses it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from helpdesk_sdk import StaleRevisionError, TicketCount
from helpdesk_sdk.compat.zenpy import Zenpy
from helpdesk_sdk.compat.zenpy.lib.api_objects import Comment, CustomField, Group, Ticket, User
from helpdesk_sdk.compat.zenpy.lib.exception import APIException, RecordNotFoundException, ZenpyException
from helpdesk_sdk.testing import Person, Project

_PAGE = Path(__file__).parents[2] / "docs/zenpy.md"


@pytest.fixture
def agent(helpdesk_project: Project) -> Person:
    return helpdesk_project.add_person("agent", name="Cem", email="cem@shop.example", teams=["Support", "Shipping"])


@pytest.fixture
def zenpy(helpdesk_project: Project, agent: Person) -> Iterator[Zenpy]:
    """A script that acts as an agent of the teams Support and Shipping."""
    system = helpdesk_project.system
    system.fields.create("plan", "select", "Plan", options=["pro", "free"])
    client = Zenpy(
        "shop",
        email=agent.email,
        password=agent.password,
        token="zendesk's own",
        url=helpdesk_project.url,
        key=helpdesk_project.publishable_key,
        field_keys={43528467: "plan"},
    )
    yield client
    client.helpdesk.close()


def _opened(zenpy: Zenpy, **fields: Any) -> Ticket:
    values = {"subject": "Lost", "description": "Where is it?", "requester": User(email="mei@shop.example", name="Mei")}
    ticket: Ticket = zenpy.tickets.create(Ticket(**values | fields)).ticket
    return ticket


def test_a_ticket_is_opened_for_a_requester_who_is_made(zenpy: Zenpy) -> None:
    audit = zenpy.tickets.create(
        Ticket(
            subject="Lost",
            comment=Comment(body="Where is it?"),
            requester=User(name="Mei", email="mei@shop.example"),
            priority="normal",
            status="new",
            tags=["parcel", "vip"],
            external_id="shop:1",
            group_id=zenpy.groups(id="Shipping").id,
            assignee_id=zenpy.users.me().id,
            custom_fields=[CustomField(id=43528467, value="pro")],
        )
    )
    ticket = zenpy.tickets(id=audit.ticket.id)
    assert (ticket.subject, ticket.description, ticket.status, ticket.priority) == (
        "Lost",
        "Where is it?",
        "open",
        "normal",
    )
    assert (ticket.requester.name, ticket.assignee.name, ticket.group.name) == ("Mei", "Cem", "Shipping")
    assert (ticket.tags, ticket.external_id, ticket.organization, ticket.due_at) == (
        ["parcel", "vip"],
        "shop:1",
        None,
        None,
    )
    assert [(field.id, field.value) for field in ticket.custom_fields] == [(43528467, "pro")]
    assert datetime.now(UTC) - ticket.created < timedelta(minutes=1)
    assert ticket.to_dict()["subject"] == "Lost"
    assert '"priority": "normal"' in ticket.to_json()
    again = _opened(zenpy)
    assert again.requester_id == ticket.requester_id
    with pytest.raises(AttributeError):
        _ = ticket.nonsense


def test_what_was_set_is_sent_and_nothing_else(zenpy: Zenpy, helpdesk_project: Project) -> None:
    ticket = _opened(zenpy, tags=["a", "b"])
    ticket.comment = Comment(body="The carrier has it.", public=False)
    ticket.priority = "urgent"
    ticket.tags = ["b", "c"]
    ticket.group = zenpy.groups(id="shipping")
    ticket.assignee = zenpy.users(id="cem@shop.example")
    ticket.custom_fields = [{"id": "plan", "value": "free"}]
    ticket = zenpy.tickets.update(ticket).ticket
    assert (ticket.priority, ticket.status, ticket.group.name, ticket.assignee.email) == (
        "urgent",
        "open",
        "Shipping",
        "cem@shop.example",
    )
    assert (ticket.tags, ticket.custom_fields[0].value, ticket.subject) == (["b", "c"], "free", "Lost")
    ticket.comment = Comment(body="It comes on Monday.")
    ticket.status = "solved"
    ticket.assignee_id = None
    ticket = zenpy.tickets.update(ticket).ticket
    assert (ticket.status, ticket.assignee) == ("solved", None)
    comments = list(zenpy.tickets.comments(ticket))
    assert [(comment.body, comment.public, comment.author.name) for comment in comments] == [
        ("Where is it?", True, "Mei"),
        ("The carrier has it.", False, "Cem"),
        ("It comes on Monday.", True, "Cem"),
    ]
    assert zenpy.tickets.comments(ticket)[1].body == "The carrier has it."
    with_reply = _opened(zenpy)
    with_reply.comment = Comment(body="A reply leaves the status.")
    assert zenpy.tickets.update(with_reply).ticket.status == "open"
    with_reply.subject = "Overtaken"
    helpdesk_project.system.tickets.update(with_reply.id, priority="low")
    with pytest.raises(APIException) as refused:
        zenpy.tickets.update(with_reply)
    assert isinstance(refused.value.__cause__, StaleRevisionError)


def test_tags_of_a_ticket(zenpy: Zenpy) -> None:
    ticket = _opened(zenpy, tags=["a"])
    assert zenpy.tickets.add_tags(ticket.id, ["b", "c"]) == ["a", "b", "c"]
    assert zenpy.tickets.delete_tags(ticket.id, ["a"]) == ["b", "c"]
    assert zenpy.tickets.set_tags(ticket, ["c", "d"]) == ["c", "d"]


def test_many_tickets_have_a_result_each(zenpy: Zenpy) -> None:
    job = zenpy.tickets.create([Ticket(subject=f"No. {n}", description="x") for n in range(3)])
    assert (job.status, [result["success"] for result in job.results]) == ("completed", [True] * 3)
    first, second, _ = zenpy.tickets(ids=[result["id"] for result in job.results])
    first.priority, second.subject = "high", ""
    job = zenpy.tickets.update([first, second])
    assert job.results[0]["success"]
    assert job.results[1]["error"] == "APIException"
    assert len(zenpy.tickets()) == 3
    assert len(zenpy.tickets()[:2]) == 2
    merged = zenpy.tickets.merge(second, [first], target_comment="The same")
    assert merged.status == "completed"
    assert zenpy.tickets(id=first.id).status == "closed"


def test_a_search_reads_zendesks_language(zenpy: Zenpy) -> None:
    lost = _opened(zenpy, subject="Lost parcel", tags=["vip"], priority="urgent", assignee_id=zenpy.users.me().id)
    late = _opened(zenpy, subject="Late parcel", priority="normal", group=Group(id=zenpy.groups(id="Shipping").id))
    solved = _opened(
        zenpy, subject="Found parcel", status="solved", custom_fields=[CustomField(id="plan", value="pro")]
    )
    cases: list[tuple[tuple[str, ...], dict[str, Any], list[Ticket]]] = [
        (("parcel",), {}, [solved, late, lost]),
        (("parcel status<solved",), {"type": "ticket"}, [late, lost]),
        (('"Lost parcel"',), {}, [lost]),
        (("type:ticket tags:vip",), {}, [lost]),
        (("parcel -tags:vip",), {}, [solved, late]),
        ((), {"type": "ticket", "status_less_than": "solved"}, [late, lost]),
        ((), {"status": ["solved", "closed"]}, [solved]),
        ((), {"priority": "normal", "group": "Shipping"}, [late]),
        ((), {"assignee": "Cem"}, [lost]),
        ((), {"assignee": zenpy.users.me()}, [lost]),
        ((), {"assignee": "none", "sort_by": "created_at", "sort_order": "asc"}, [late, solved]),
        ((), {"requester": "mei@shop.example", "minus": ["lost"]}, [solved, late]),
        ((), {"custom_field_43528467": "pro"}, [solved]),
        ((), {"created_between": [datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC)]}, [solved, late, lost]),
        ((), {"created_before": "2020-01-01"}, []),
        ((), {"subject": "late*"}, [late]),
    ]
    for args, options, expected in cases:
        found = [ticket.id for ticket in zenpy.search(*args, **options)]
        assert found == [ticket.id for ticket in expected], (args, options)
    assert zenpy.search_count("parcel").count == 3
    assert [user.email for user in zenpy.search("cem", type="user")] == ["cem@shop.example"]
    assert [user.email for user in zenpy.search(type="user", role="agent")] == ["cem@shop.example"]
    assert [user.email for user in zenpy.search("type:user role:end-user mei")] == ["mei@shop.example"]
    assert list(zenpy.search("cem@shop.example", type="user", role="end-user")) == []
    for text, reason in [
        ("organization:x", "organization"),
        ("status:fast", "status must be"),
        ("status<new", "no status"),
        ("assignee:nobody_here", "no people"),
        ("type:topic", "type must be"),
        ("type:user role:chief", "role must be"),
        ("type:user -role:agent", "search for users"),
        ("sort_by:mood", "sort_by must be"),
        ("custom_field_1:x", "field_keys"),
    ]:
        with pytest.raises(ZenpyException, match=reason):
            list(zenpy.search(text))


def test_people(zenpy: Zenpy, helpdesk_project: Project) -> None:
    mei = _opened(zenpy).requester
    assert (zenpy.users.me().role, mei.role, mei.active) == ("agent", "end-user", True)
    assert [ticket.subject for ticket in zenpy.users.requested(mei)] == ["Lost"]
    assert list(zenpy.users.assigned(zenpy.users.me())) == []
    assert [user.name for user in zenpy.users.search("mei@shop.example")] == ["Mei"]
    assert {user.name for user in zenpy.users(role="end-user")} == {"Mei"}
    system = Zenpy(client=helpdesk_project.system)
    made = system.users.create_or_update(User(email="kim@shop.example", name="Kim"))
    made.name = "Kim Lee"
    made.suspended = True
    assert (system.users.update(made).name, system.users(id=made.id).suspended) == ("Kim Lee", True)
    assert system.users.create_or_update(User(email="kim@shop.example", name="Kim")).id == made.id
    assert {group.name for group in system.groups()} == {"Shipping", "Support"}
    assert system.groups.create(Group(name="Billing")).name == "Billing"
    recent = system.tickets.incremental(datetime.now(UTC) - timedelta(hours=1))
    assert [ticket.subject for ticket in recent] == ["Lost"]
    assert list(system.tickets.incremental(int(datetime.now(UTC).timestamp()) + 60)) == []


def test_what_is_not_here_is_named(zenpy: Zenpy) -> None:
    ticket = _opened(zenpy)
    calls: list[Callable[[], object]] = [
        lambda: zenpy.organizations,
        lambda: zenpy.tickets.delete(ticket),
        lambda: zenpy.tickets.create(Ticket(subject="x", brand_id=7)),
        lambda: zenpy.tickets.create(Ticket(subject="x", priority="whenever")),
        lambda: zenpy.users.search(external_id="7"),
    ]
    for call in calls:
        with pytest.raises(ZenpyException):
            call()
    with pytest.raises(RecordNotFoundException):
        zenpy.tickets(id=999)
    with pytest.raises(RecordNotFoundException):
        zenpy.users(id="nobody@shop.example")


def test_the_example_of_the_docs_runs(
    helpdesk_project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HELPDESK_URL", helpdesk_project.url)
    monkeypatch.setenv("HELPDESK_KEY", helpdesk_project.secret_key)
    block = re.search(r"^```python\n(.*?)^```", _PAGE.read_text(), flags=re.MULTILINE | re.DOTALL)
    assert block is not None
    names: dict[str, Any] = {}
    exec(block[1], names)
    names["zenpy_client"].helpdesk.close()
    assert "Mei ['It should be here.', 'We have asked the carrier.']" in capsys.readouterr().out


def test_more_tickets_than_the_helpdesk_counts_are_read_to_be_counted(
    zenpy: Zenpy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        zenpy.tickets.create(Ticket(subject=f"Parcel {number}"))
    assert len(zenpy.tickets()) == 3
    monkeypatch.setattr(zenpy.helpdesk.tickets, "count", lambda: TicketCount(value=2, capped=True), raising=False)
    assert zenpy.tickets().count == 3


def test_times_are_written_to_the_second_as_scripts_read_them(zenpy: Zenpy) -> None:
    ticket = zenpy.tickets.create(Ticket(subject="Parcel")).ticket
    found = datetime.strptime(ticket.created_at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert found == ticket.created
    assert abs(datetime.now(UTC) - found) < timedelta(minutes=5)
