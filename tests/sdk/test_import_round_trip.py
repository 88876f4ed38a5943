"""What one helpdesk exports and an empty one imports compares equal, value by value; what cannot, is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.sdk.test_import_own_export import fill

from helpdesk_sdk import LATEST, AsyncHelpdesk, Helpdesk, LocalFileError, exports, new_id
from helpdesk_sdk.testing import Factory, Person, Project


@pytest.fixture
def target(_helpdesk_databases: Any) -> Iterator[Project]:
    """Another helpdesk, in which nothing is."""
    with _helpdesk_databases.project() as project:
        yield project


@pytest.fixture
def source(helpdesk_project: Project, helpdesk_factory: Factory) -> Helpdesk:
    """A helpdesk with a bit of everything, staff with logins, and what is seldom there."""
    base = fill(helpdesk_project, helpdesk_factory)
    base.teams.update("Shipping", is_public=True, description="Parcels")
    ada = helpdesk_project.add_person("admin", name="Ada", email="ada@shop.example", teams=["Support"])
    bo = helpdesk_project.add_person("agent", name="Bo", email="bo@shop.example", teams=["Shipping", "Support"])
    base.fields.create("weight", "decimal", "Weight", teams=["Shipping"], required_for="resolve", audience="staff_only")
    base.fields.create("size", "select", "Size", options=["big", "odd"], customer_label="How big")
    base.fields.retire_option("size", "odd")
    base.fields.create("colour", "text", "Colour")
    base.fields.retire("colour")
    work = helpdesk_factory.ticket("Work", "A\tb", team="Shipping", assignee=bo, custom_fields={"weight": "1.50"})
    # The system was the first to answer.
    helpdesk_factory.message(helpdesk_factory.ticket("Answered"), "By a script.")
    base.messages.reply(base.tickets.list(query="Answered").all()[0], "By a script.", expected_last_message=LATEST)
    base.tickets.update(work, snoozed_until=datetime.now(UTC) + timedelta(days=3))
    with helpdesk_project.sign_in(ada) as admin, helpdesk_project.sign_in(bo) as agent:
        agent.notes.add(work, "Heavy.")
        message = agent.messages.reply(work, "My password is 1234", expected_last_message=None)
        admin.messages.redact(message)
        agent.tickets.update(helpdesk_factory.ticket("Shut", assignee=bo, team="Shipping"), status="closed")
    return base


def write(path: Path, hd: Helpdesk, files: Path | None = None) -> Path:
    lines = exports.lines(hd)
    if files is not None:
        files.mkdir()
        lines = exports.FileSaver(hd, files).each(lines)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_all_is_equal(source: Helpdesk, target: Project, helpdesk_factory: Factory, tmp_path: Path) -> None:
    # A reply to a merged ticket, and the ticket that it was merged into is older.
    mei = helpdesk_factory.person(name="Mei")
    older, newer = (helpdesk_factory.ticket(title, requester=mei) for title in ("Older", "Newer"))
    source.tickets.merge(newer, older)
    helpdesk_factory.message(newer, "To the newer.", author=mei)
    path = write(tmp_path / "all.jsonl", source)
    done = target.system.imports.helpdesk(path, give_roles=True)
    assert done.is_complete, done
    assert (done.notes["people who are agents here now"], done.notes["people who are admins here now"]) == (2, 1)
    found = target.system.imports.compare(path)
    assert (found.is_equal, found.differences) == (True, [])
    counts = {kind: (one.compared, one.equal) for kind, one in found.kinds.items()}
    assert counts == {"person": (8, 8), "team": (2, 2), "field": (5, 5), "ticket": (10, 10)}
    # What the comparison has looked at, by hand.
    bo = next(user for user in target.system.users.list() if user.name == "Bo")
    work = next(ticket for ticket in target.system.tickets.list() if ticket.title == "Work")
    assert (bo.role, bo.auth_user_id, work.assigned_to) == ("agent", None, bo.user_id)
    assert work.snoozed_until is not None
    assert work.number == next(ticket.number for ticket in source.tickets.list() if ticket.title == "Work")
    assert {team.name for team in target.system.teams.list() if list(target.system.teams.members(team))} == {
        "Shipping",
        "Support",
    }
    (replied,) = target.system.messages.list(next(one for one in target.system.tickets.list() if one.title == "Older"))
    assert replied.via_ticket_id == next(one.ticket_id for one in target.system.tickets.list() if one.title == "Newer")
    # The next ticket has a number of its own.
    assert target.system.tickets.create("Next", requester=bo).number == 1 + max(
        ticket.number for ticket in source.tickets.list()
    )


def test_a_login_with_the_verified_address_takes_the_role(source: Helpdesk, target: Project, tmp_path: Path) -> None:
    path = write(tmp_path / "all.jsonl", source)
    assert target.system.imports.helpdesk(path, give_roles=True).is_complete
    login = target._add_login("bo@shop.example", "a password of hers", "Someone")
    bo = next(user for user in target.system.users.list() if user.email == "bo@shop.example")
    assert bo.auth_user_id == login
    person = Person("bo@shop.example", "a password of hers", bo.user_id, login, "Bo", "agent")
    with target.sign_in(person) as hd:
        assert (hd.users.me().role, hd.users.me().name) == ("agent", "Bo")
        assert [ticket.title for ticket in hd.tickets.list(query="Work")] == ["Work"]


def test_without_the_flag_nobody_has_a_role_and_the_comparison_names_it(
    source: Helpdesk, target: Project, tmp_path: Path
) -> None:
    path = write(tmp_path / "all.jsonl", source)
    assert target.system.imports.helpdesk(path).is_complete
    assert {user.role for user in target.system.users.list()} == {"customer"}
    found = target.system.imports.compare(path)
    differing = sorted((one.item.split()[0], one.value) for one in found.differences)
    assert differing == [
        *[("person", "role")] * 3,
        *[("team", "members")] * 2,
        *[("ticket", "assignee")] * 2,
    ]
    # A closed ticket keeps its assignee, who has no rights by that.
    shut = next(ticket for ticket in target.system.tickets.list() if ticket.title == "Shut")
    assert shut.assigned_to is not None
    bo = target.add_person("customer", email="bo@shop.example")
    with target.sign_in(bo) as hd:
        assert (hd.users.me().user_id, list(hd.tickets.list())) == (shut.assigned_to, [])
    assert target.system.tickets.update(shut, status="open").assigned_to is None


def test_whoever_has_a_login_or_a_role_here_keeps_what_they_have(
    source: Helpdesk, target: Project, tmp_path: Path
) -> None:
    ada = target.add_person("customer", name="Ada here", email="ada@shop.example")
    target.system.users.create_customer("bo@shop.example")
    target.system.users.set_role("bo@shop.example", "assistant")
    path = write(tmp_path / "all.jsonl", source)
    dry = target.system.imports.helpdesk(path, give_roles=True, dry_run=True)
    assert dry.notes["people who are agents here now"] == 2
    done = target.system.imports.helpdesk(path, give_roles=True)
    assert (done.is_complete, done.notes["people who keep the role that they have here"]) == (True, 2)
    roles = {user.email: user.role for user in target.system.users.list()}
    assert (roles[ada.email], roles["bo@shop.example"]) == ("customer", "assistant")
    # An admin has taken a role that an import gave: the next import does not give it back to whoever signed in.
    cem = next(user for user in target.system.users.list() if user.role == "agent")
    assert cem.email is not None
    target.add_person("customer", email=cem.email)
    target.system.users.set_role(cem, "customer")
    assert target.system.imports.helpdesk(path, give_roles=True).is_complete
    assert target.system.users.get(cem.user_id).role == "customer"


def test_roles_of_people_without_a_verified_address_are_not_given(
    source: Helpdesk, target: Project, tmp_path: Path
) -> None:
    lines = list(exports.lines(source))
    for line in lines:
        if line["kind"] == "person" and line["role"] == "admin":
            line["auth_user_id"] = None
        if line["kind"] == "person" and line["name"] == "Bo":
            line["is_active"] = False
    (tmp_path / "all.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = target.system.imports.helpdesk(tmp_path / "all.jsonl", give_roles=True)
    assert done.is_complete
    assert {user.name for user in target.system.users.list() if user.role != "customer"} == {"Cem"}


def test_numbers_that_are_taken_are_new_and_the_others_stay(source: Helpdesk, target: Project, tmp_path: Path) -> None:
    path = write(tmp_path / "all.jsonl", source)
    numbers = sorted(ticket.number for ticket in source.tickets.list())
    target.system.users.create_customer("x@shop.example")
    first, second = (target.system.tickets.create(title, requester="x@shop.example") for title in "ab")
    assert (first.number, second.number) == (numbers[0], numbers[1])
    assert target.system.imports.helpdesk(path, give_roles=True).is_complete
    here = sorted(ticket.number for ticket in target.system.tickets.list())
    assert here == [*numbers, numbers[-1] + 1, numbers[-1] + 2]
    found = target.system.imports.compare(path)
    assert sorted(one.value for one in found.differences) == ["number", "number"]
    far = [json.loads(line) for line in path.read_text().splitlines()]
    next(line for line in far if line["kind"] == "ticket")["number"] = 5_000_000_000
    path.write_text("".join(json.dumps(line) + "\n" for line in far))
    again = target.system.imports.helpdesk(path, name="far")
    assert again.notes["imports whose tickets have new numbers, since theirs are too high"] == 1
    assert max(ticket.number for ticket in target.system.tickets.list()) < 1000


def test_what_differs_is_named(source: Helpdesk, target: Project, tmp_path: Path, helpdesk_factory: Factory) -> None:
    path = write(tmp_path / "all.jsonl", source)
    hd = target.system
    assert hd.imports.helpdesk(path, give_roles=True).is_complete
    work = next(ticket for ticket in hd.tickets.list() if ticket.title == "Work")
    hd.tickets.update(work, priority="urgent", custom_fields={"weight": "2"})
    hd.tickets.tag(work, "new")
    hd.notes.add(work, "More.")
    hd.teams.update("Shipping", description="Other")
    hd.users.rename("ada@shop.example", "Ida")
    hd.fields.update("plan", label="Tariff")
    found = hd.imports.compare(path)
    named = {(one.item.split()[0], one.value) for one in found.differences}
    assert named == {
        *{("ticket", value) for value in ("priority", "staff_fields", "tags", "notes")},
        *{("team", "description"), ("person", "name"), ("field", "label")},
    }
    assert found.difference_count == 7
    priority = next(one for one in found.differences if one.value == "priority")
    assert (priority.item, priority.in_source, priority.in_helpdesk) == (f"ticket {work.number}", "medium", "urgent")
    # Tickets that are not here at all.
    other = hd.imports.compare(path, name="other")
    assert not other.is_equal
    assert {one.in_helpdesk for one in other.differences} == {"missing"}
    path.write_text(path.read_text().rsplit("\n", 2)[0] + "\n")
    with pytest.raises(LocalFileError, match="was cut"):
        hd.imports.compare(path)


def test_messages_of_one_moment_keep_their_order(source: Helpdesk, target: Project, tmp_path: Path) -> None:
    lines = list(exports.lines(source))
    ticket = next(line for line in lines if line["kind"] == "ticket" and len(line["messages"]) > 2)
    bodies = [part["body"] for part in ticket["messages"]]
    for part, id in zip(ticket["messages"], sorted((str(new_id()) for _ in bodies), reverse=True), strict=True):
        part["created_at"], part["message_id"] = ticket["messages"][0]["created_at"], id
    (tmp_path / "all.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert target.system.imports.helpdesk(tmp_path / "all.jsonl", give_roles=True).is_complete
    there = next(one for one in target.system.tickets.list() if one.title == ticket["title"])
    messages = target.system.messages.list(there)
    assert [message.body for message in messages if message.ticket_id == there.ticket_id] == bodies


async def test_the_async_client_compares(source: Helpdesk, target: Project, tmp_path: Path) -> None:
    path = write(tmp_path / "all.jsonl", source)
    async with AsyncHelpdesk(target.url, target.secret_key) as hd:
        assert (await hd.imports.helpdesk(path, give_roles=True)).is_complete
        assert (await hd.imports.compare(path)).is_equal
