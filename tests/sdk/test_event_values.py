"""What an event tells, with its types; and what is no cursor and no type is refused before it costs a request."""

from __future__ import annotations

from typing import Any, get_args
from uuid import UUID

import pytest
from tests.sdk.support import Scenario, Server, both
from tests.sdk.test_events import event

from helpdesk_sdk import Change, Event, EventName, EventType, InvalidValueError, Role, Status

ID = "0190d6a0-0000-7000-8000-000000000001"
TOLD = [
    "message_id",
    "author_kind",
    "note_id",
    "tag",
    "title",
    "status",
    "priority",
    "channel",
    "user_id",
    "role",
    "invitation_id",
    "about_team_id",
    "name",
]
NO_CURSORS = ["", "7", "7.", "now", " 7.1", "7.1\n", "7,1", "-7.1", "7.1.1", "\u0667.1", "7" * 19 + ".1", 7.1, UUID(ID)]


def values(data: dict[str, Any]) -> dict[str, Any]:
    """What an event with these data tells, without what it does not."""
    made = Event.model_validate(event(1) | {"data": data})
    found = {name: getattr(made, name) for name in TOLD}
    return {name: value for name, value in found.items() if value is not None}


def test_the_names_of_the_types_are_those_of_the_enum() -> None:
    assert get_args(EventName) == tuple(EventType)


def test_a_value_has_its_type() -> None:
    assert values({"message_id": ID, "author_kind": "staff"}) == {"message_id": UUID(ID), "author_kind": "staff"}
    assert values({"tag": "vip"}) == {"tag": "vip"}
    assert values({"invitation_id": ID, "role": "agent"}) == {"invitation_id": UUID(ID), "role": Role.AGENT}
    assert values({}) == {}


def test_what_a_change_made_of_a_value_is_told_too() -> None:
    assert values({"changes": {"status": ["open", "pending"]}}) == {"status": Status.PENDING}
    assert values({"user_id": ID, "changes": {"role": ["customer", "admin"]}}) == {
        "user_id": UUID(ID),
        "role": Role.ADMIN,
    }
    # Where the team is and who has the ticket stands in the event itself.
    assert values({"changes": {"team_id": [None, ID], "description": [None, None]}}) == {}


def test_a_team_and_the_team_of_a_ticket_are_two_things() -> None:
    made = Event.model_validate(event(1, "team.updated") | {"data": {"team_id": ID, "name": "Billing"}})
    assert (made.team_id, made.about_team_id, made.name) == (None, UUID(ID), "Billing")


def test_changes_have_old_and_new_and_cannot_be_changed() -> None:
    made = Event.model_validate(event(1) | {"data": {"changes": {"priority": ["low", "high"], "title": ["a", "b"]}}})
    assert made.changes == {"priority": Change("low", "high"), "title": Change("a", "b")}
    assert [(field, change.old, change.new) for field, change in made.changes.items()] == [
        ("priority", "low", "high"),
        ("title", "a", "b"),
    ]
    with pytest.raises(TypeError):
        made.changes["title"] = Change("a", "c")  # type: ignore[index]
    with pytest.raises(AttributeError):
        made.changes["title"].new = "c"  # type: ignore[misc]
    assert made.data == {"changes": {"priority": ["low", "high"], "title": ["a", "b"]}}
    assert set(made.model_dump()) == set(Event.model_fields)


@pytest.mark.parametrize("data", [{"message_id": "x", "tag": 1}, {"changes": 1}, {"changes": {"status": "open"}}])
def test_what_a_newer_database_may_say_is_left_to_the_data(data: dict[str, Any]) -> None:
    assert values(data) == {}
    assert Event.model_validate(event(1) | {"data": data}).changes == {}


@both
def test_what_is_no_cursor_is_refused_before_any_request(hd: Any, server: Server) -> Scenario:
    for cursor in NO_CURSORS:
        with pytest.raises(InvalidValueError, match=r"^cursor must be the cursor of an event") as caught:
            yield hd.events.since(cursor)
        assert caught.value.field == "cursor"
        assert 'None or "0.0" begins at the beginning' in str(caught.value)
        with pytest.raises(InvalidValueError, match=r"^cursor must be the cursor of an event") as caught:
            hd.events.stream(cursor)
        assert "None or hd.events.head() begins at this moment" in str(caught.value)
    assert server.requests == []


@both
def test_no_types_are_refused_and_so_is_what_is_no_type(hd: Any, server: Server) -> Scenario:
    nothing: list[Any] = [[], (), set(), frozenset(), ""]
    for types in nothing:
        with pytest.raises(InvalidValueError, match=r"^types must ") as caught:
            hd.events.stream(types=types)
        assert caught.value.field == "types"
    wrong: list[Any] = ["note.creatd", ["note.created", "nonsense"], [None], 7]
    for types in wrong:
        with pytest.raises(InvalidValueError, match=r"^types must be "):
            hd.events.stream(types=types)
    assert server.requests == []
    right: list[Any] = [None, "note.created", EventType.NOTE_CREATED, ["note.created"], {EventType("sla.breached")}]
    for types in right:
        yield hd.events.stream(types=types).close()
