"""Bad input costs no request, and its error begins with the name of the field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from tests.sdk.support import Scenario, Server, both

from helpdesk_sdk import LATEST, ConfigurationError, Helpdesk, InvalidValueError, new_id
from helpdesk_sdk import _validation as check


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


def cyclic() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["self"] = value
    return value


def laughing(depth: int = 8) -> Any:
    """Small in memory, enormous written out."""
    value: Any = ["ha"] * 20
    for _ in range(depth - 2):
        value = [value] * 20
    return {"a": value}


BAD: list[tuple[str, Callable[[Any], Any]]] = [
    ("title", lambda hd: hd.tickets.create("")),
    ("title", lambda hd: hd.tickets.create(" \n\t ")),
    ("title", lambda hd: hd.tickets.create("x" * 301)),
    ("title", lambda hd: hd.tickets.create(42)),
    ("title", lambda hd: hd.tickets.create("a\0b")),
    ("title", lambda hd: hd.tickets.create("a\ud800b")),
    ("description", lambda hd: hd.tickets.create("T", "x" * 100_001)),
    ("description", lambda hd: hd.tickets.create("T", "x" * 10_000_000)),
    ("id", lambda hd: hd.tickets.create("T", id="not-a-uuid")),
    ("priority", lambda hd: hd.tickets.create("T", priority="asap")),
    ("channel", lambda hd: hd.tickets.create("T", channel="pigeon")),
    ("external_id", lambda hd: hd.tickets.create("T", external_id="")),
    ("tags", lambda hd: hd.tickets.create("T", tags=[f"t{n}" for n in range(51)])),
    ("tags", lambda hd: hd.tickets.create("T", tags=(f"t{n}" for n in range(10_000)))),
    ("tags", lambda hd: hd.tickets.create("T", tags="one")),
    ("tags", lambda hd: hd.tickets.create("T", tags=["x" * 51])),
    ("tags", lambda hd: hd.tickets.create("T", tags=["\u200b\u3164"])),
    ("custom_fields", lambda hd: hd.tickets.create("T", custom_fields=[1])),
    ("custom_fields", lambda hd: hd.tickets.create("T", custom_fields=nested(9))),
    ("custom_fields", lambda hd: hd.tickets.create("T", custom_fields=nested(10_000))),
    ("custom_fields", lambda hd: hd.tickets.create("T", custom_fields=cyclic())),
    ("custom_fields", lambda hd: hd.tickets.create("T", custom_fields=laughing())),
    ("custom_fields.a", lambda hd: hd.tickets.create("T", custom_fields={"a": float("nan")})),
    ("custom_fields.a", lambda hd: hd.tickets.create("T", custom_fields={"a": [float("inf")]})),
    ("custom_fields.a.b", lambda hd: hd.tickets.create("T", custom_fields={"a": {"b": "\0"}})),
    ("custom_fields", lambda hd: hd.tickets.create("T", custom_fields={"\ud800": 1})),
    ("custom_fields", lambda hd: hd.tickets.create("T", custom_fields={1: 1})),
    ("custom_fields.a", lambda hd: hd.tickets.create("T", custom_fields={"a": object()})),
    ("custom_fields.a", lambda hd: hd.tickets.create("T", custom_fields={"a": 10**400})),
    ("custom_fields", lambda hd: hd.tickets.create("T", custom_fields={"a": "x" * 16_380})),
    ("ticket", lambda hd: hd.tickets.get("one")),
    ("ticket", lambda hd: hd.tickets.get(0)),
    ("ticket", lambda hd: hd.tickets.get(-1)),
    ("ticket", lambda hd: hd.tickets.get(2**63)),
    ("ticket", lambda hd: hd.tickets.get(True)),
    ("ticket", lambda hd: hd.tickets.get(None)),
    ("ticket", lambda hd: hd.tickets.get("٤٢")),
    ("ticket", lambda hd: hd.messages.list("#x")),
    ("message", lambda hd: hd.messages.get("#42")),
    ("note", lambda hd: hd.notes.get(None)),
    ("order", lambda hd: hd.messages.list(42, order="newest")),
    ("order", lambda hd: hd.notes.list(42, order=None)),
    ("status", lambda hd: hd.tickets.list(status="opn")),
    ("status", lambda hd: hd.tickets.list(status=["open", "opn"])),
    ("status", lambda hd: hd.tickets.list(status=[])),
    ("order", lambda hd: hd.tickets.list(order="title")),
    ("scope", lambda hd: hd.tickets.list(scope="all")),
    ("tag", lambda hd: hd.tickets.list(tag="vip", scope="mine")),
    ("page_size", lambda hd: hd.tickets.list(page_size=0)),
    ("page_size", lambda hd: hd.tickets.list(page_size=1001)),
    ("page_size", lambda hd: hd.tickets.list(page_size=True)),
    ("created_after", lambda hd: hd.tickets.list(created_after=datetime(2026, 1, 1))),
    ("updated_before", lambda hd: hd.tickets.list(updated_before="2026-01-01")),
    ("changes", lambda hd: hd.tickets.update(42, revision=1)),
    ("revision", lambda hd: hd.tickets.update(42, title="T")),
    ("revision", lambda hd: hd.tickets.update(42, title="T", revision=0)),
    ("snoozed_until", lambda hd: hd.tickets.update(42, snoozed_until=datetime(2026, 1, 1), revision=LATEST)),
    ("body", lambda hd: hd.messages.reply(new_id(), " ", expected_last_message=None)),
    ("body", lambda hd: hd.notes.add(42, "x" * 100_001)),
    ("expected_last_message", lambda hd: hd.messages.reply(42, "Hi", expected_last_message="x")),
    ("message", lambda hd: hd.messages.redact("x")),
    ("email", lambda hd: hd.users.invite("nobody")),
    ("email", lambda hd: hd.users.create_customer("a@b c.test")),
    ("email", lambda hd: hd.users.create_customer("@example.com")),
    ("email", lambda hd: hd.users.create_customer("x" * 250 + "@example.com")),
    ("role", lambda hd: hd.users.set_role(new_id(), "king")),
    ("user", lambda hd: hd.users.get("ada")),
    ("active", lambda hd: hd.users.list(active="yes")),
    ("name", lambda hd: hd.teams.create("")),
    ("name", lambda hd: hd.teams.update("Billing")),
    ("is_public", lambda hd: hd.teams.create("Billing", is_public=1)),
    ("limit", lambda hd: hd.events.since(limit=1001)),
    ("cursor", lambda hd: hd.events.since("1\0")),
    ("types", lambda hd: hd.events.stream(types={"ticket.craeted"})),
    ("poll_interval", lambda hd: hd.events.stream(poll_interval=0)),
    ("password", lambda hd: hd.auth.sign_in("ada@example.com", "")),
]


@pytest.mark.parametrize(("field", "use"), BAD, ids=[f"{index}-{field}" for index, (field, _) in enumerate(BAD)])
@both
def test_bad_input_is_refused_before_the_request(hd: Any, server: Server, field: str, use: Any) -> Scenario:
    with pytest.raises(InvalidValueError) as caught:
        yield use(hd)
    assert caught.value.message.startswith(f"{field} ")
    assert caught.value.field == field
    assert len(str(caught.value)) < 500
    assert "\n" not in str(caught.value)
    assert (caught.value.status, caught.value.reason) == (None, "invalid_value")
    assert server.requests == []


@pytest.mark.parametrize("value", ["abc", None, 1.5, True, object], ids=str)
@both
def test_the_error_says_what_a_ticket_may_be_given_as(hd: Any, value: Any) -> Scenario:
    with pytest.raises(InvalidValueError, match="ticket must be a ticket number, its id, or a Ticket, got ") as caught:
        yield hd.tickets.get(value)
    assert caught.value.field == "ticket"


@both
def test_a_bad_list_is_refused_where_it_is_asked_for(hd: Any) -> Scenario:
    with pytest.raises(InvalidValueError):
        hd.tickets.list(status="opn")
    yield from ()


@pytest.mark.parametrize("edge", [datetime.min, datetime.max])
def test_a_time_that_utc_cannot_hold_is_refused(edge: datetime) -> None:
    hours = 14 if edge == datetime.min else -12
    with pytest.raises(InvalidValueError, match="created_after must be a time from the year 1 to 9999 in UTC"):
        check.timestamp("created_after", edge.replace(tzinfo=timezone(timedelta(hours=hours))))


def test_good_values_pass_and_are_made_alike() -> None:
    assert check.json_object("f", nested(8)) == nested(8)
    assert check.json_object("f", {"a": "x" * 16_370})
    assert check.email("email", " Ada@Example.COM ") == "ada@example.com"
    # Composed and decomposed text is one tag; so are upper and lower case.
    assert check.tags("tags", ["Caf\u00e9", "cafe\u0301", "VIP ", "v\u200bip", "\u03a3\u039f\u03a3"]) == [
        "caf\u00e9",
        "vip",
        "\u03c3\u03bf\u03c3",
    ]
    assert check.text("title", "👩‍💻" * 100, 1, 300)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"url": "helpdesk.test"}, "url"),
        ({"url": "ftp://helpdesk.test"}, "url"),
        ({"url": "https://me:secret@helpdesk.test"}, "url"),
        ({"key": ""}, "key"),
        ({"key": "sb_secret_x\r\nX-Evil: 1"}, "key"),
        ({"access_token": "a\nb"}, "access_token"),
        ({"refresh_token": "x"}, "access_token"),
        ({"email": "ada@example.com"}, "password"),
    ],
)
def test_a_client_that_cannot_work_is_not_made(options: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        Helpdesk(**({"url": "https://helpdesk.test", "key": "k"} | options))  # type: ignore[arg-type]
    assert "secret" not in str(caught.value)


def test_the_environment_is_read_and_what_is_missing_is_named() -> None:
    with pytest.raises(ConfigurationError, match="HELPDESK_URL or SUPABASE_URL is not set"):
        Helpdesk.from_env({})
    for pair, other in (("HELPDESK", "SUPABASE"), ("SUPABASE", "HELPDESK")):
        # A key never goes to the URL of the other pair.
        with pytest.raises(ConfigurationError, match=f"{pair}_KEY is not set, which goes with {pair}_URL"):
            Helpdesk.from_env({f"{pair}_URL": "https://helpdesk.test", f"{other}_KEY": "sb_secret_x"})
    environ = {
        "HELPDESK_URL": "https://helpdesk.test/\n",
        "HELPDESK_KEY": "sb_secret_x\n",
        "SUPABASE_URL": "https://other.test",
        "SUPABASE_KEY": "sb_secret_other",
    }
    with Helpdesk.from_env(environ) as hd:
        assert repr(hd) == "<Helpdesk https://helpdesk.test as the system>"
