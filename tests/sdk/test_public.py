"""The names people import, and that both clients are the same."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from enum import StrEnum
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from pydantic import TypeAdapter

import helpdesk_sdk
from helpdesk_sdk import (
    AsyncHelpdesk,
    AsyncPager,
    AsyncStream,
    AuthorKind,
    AuthorKindName,
    Channel,
    ChannelName,
    Helpdesk,
    Pager,
    Priority,
    PriorityName,
    Role,
    RoleName,
    Status,
    StatusName,
    Stream,
    errors,
)
from helpdesk_sdk._http.resource import Resource

RESOURCES = (
    "auth",
    "outbox",
    "webhooks",
    "slack",
    "mail",
    "tickets",
    "messages",
    "notes",
    "attachments",
    "users",
    "teams",
    "fields",
    "imports",
    "events",
    "search",
    "knowledge",
    "assistant",
    "views",
    "settings",
    "checks",
    "operations",
)
NOTHING = httpx.MockTransport(lambda request: httpx.Response(200, json=[]))


def clients() -> tuple[Any, Any]:
    options: dict[str, Any] = {"transport": NOTHING, "access_token": "t"}
    return Helpdesk("http://helpdesk.test", "k", **options), AsyncHelpdesk("http://helpdesk.test", "k", **options)


def public(thing: object) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


def methods() -> Iterator[tuple[str, str]]:
    for resource in RESOURCES:
        found = getattr(clients()[0], resource)
        for name in sorted(public(type(found)) - {"session"}):
            part = getattr(found, name)
            if isinstance(part, Resource):
                yield from ((f"{resource}.{name}", below) for below in sorted(public(type(part))))
            else:
                yield resource, name


@pytest.mark.parametrize(
    "url", ["", "ftp://x", "abc.supabase.co", "http://[x", "http://a b", "http://x:99999", "http://\ud800x", None]
)
def test_what_is_no_url_is_refused_as_such(url: Any) -> None:
    with pytest.raises(errors.ConfigurationError, match="url must begin with https://"):
        Helpdesk(url, "sb_publishable_x")


def test_a_url_with_a_password_is_refused_without_showing_it() -> None:
    with pytest.raises(errors.ConfigurationError, match="must not hold a user name") as caught:
        Helpdesk("https://user:secret@x.example", "sb_publishable_x")
    assert "secret" not in str(caught.value)


def test_what_is_exported_exists_and_is_sorted() -> None:
    # Constants, then classes, then the rest: the order that the linter keeps.
    names = [name for name in helpdesk_sdk.__all__ if name not in errors.__all__]
    assert errors.__all__ == sorted(errors.__all__)
    assert names == sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name))
    assert len(set(helpdesk_sdk.__all__)) == len(helpdesk_sdk.__all__)
    for name in helpdesk_sdk.__all__:
        assert hasattr(helpdesk_sdk, name)


def test_every_error_is_exported() -> None:
    modules = (import_module(f"{errors.__name__}.{one.name}") for one in pkgutil.iter_modules(errors.__path__))
    kinds = {
        name
        for module in modules
        for name, kind in vars(module).items()
        if isinstance(kind, type) and issubclass(kind, errors.HelpdeskError)
    }
    assert kinds == set(errors.__all__) <= set(helpdesk_sdk.__all__)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Status, StatusName),
        (Priority, PriorityName),
        (Channel, ChannelName),
        (AuthorKind, AuthorKindName),
        (Role, RoleName),
    ],
)
def test_the_words_that_a_type_checker_knows_are_those_of_the_enum(kind: type[StrEnum], name: object) -> None:
    assert get_args(name) == tuple(kind)


def test_both_clients_have_the_same_names_and_arguments() -> None:
    plain, awaitable = clients()
    assert public(Helpdesk) == public(AsyncHelpdesk)
    assert public(plain) == public(awaitable) - {"presence"}
    assert {name for name in public(plain) if isinstance(getattr(plain, name), Resource)} == set(RESOURCES)
    ours, theirs = (inspect.signature(kind).parameters for kind in (Helpdesk, AsyncHelpdesk))
    assert list(ours) == list(theirs)
    assert [one.default for one in ours.values()] == [one.default for one in theirs.values()]


@pytest.mark.parametrize(("resource", "name"), list(methods()))
def test_a_method_is_the_same_in_both_colours(resource: str, name: str) -> None:
    plain, awaitable = (attrgetter(f"{resource}.{name}")(client) for client in clients())
    signature = inspect.signature(plain)
    assert signature == inspect.signature(awaitable)
    assert "self" not in signature.parameters
    assert "Flow" not in str(signature.return_annotation)
    assert plain.__name__ == awaitable.__name__ == name
    documented = inspect.getdoc(plain)
    assert documented == inspect.getdoc(awaitable)
    assert documented
    assert documented.splitlines()[0].endswith(".")
    # After the first look the method is found without the descriptor.
    assert attrgetter(f"{resource}.{name}")(clients()[0]) is not plain


def test_lists_and_streams_have_the_colour_of_their_client() -> None:
    plain, awaitable = clients()
    assert isinstance(plain.tickets.list(), Pager)
    assert isinstance(awaitable.tickets.list(), AsyncPager)
    assert isinstance(plain.events.stream(), Stream)
    assert isinstance(awaitable.events.stream(), AsyncStream)
    assert plain.tickets.get is plain.tickets.get


def test_presence_is_live_and_so_not_for_plain_code() -> None:
    plain, awaitable = clients()
    assert not hasattr(plain, "presence")
    with pytest.raises(AttributeError, match="AsyncHelpdesk"):
        plain.presence.on(42)
    with pytest.raises(AttributeError, match="no attribute 'tickts'"):
        _ = plain.tickts
    assert repr(awaitable.presence).startswith("<Presence of")
    with pytest.raises(errors.InvalidValueError, match="ticket must be a ticket number"):
        awaitable.presence.on("x")


def test_clients_and_their_arguments_are_documented() -> None:
    for kind in (Helpdesk, AsyncHelpdesk):
        documented = inspect.getdoc(kind.__init__) or ""
        for name in list(inspect.signature(kind).parameters):
            assert f"\n    {name}: " in documented


def test_what_only_some_need_is_imported_when_they_need_it() -> None:
    code = "import helpdesk_sdk, sys; print(sorted({'realtime', 'websockets', 'supabase_auth'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("package", ["helpdesk_sdk", "helpdesk_sdk.install"])
def test_a_package_exports_at_run_time_what_its_types_say(package: str) -> None:
    """The names stand twice: for type checkers, and in the table of names that are imported when they are used."""
    module = import_module(package)
    assert module.__file__ is not None
    tree = ast.parse(Path(module.__file__).read_text())
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    typed = {
        (alias.name, node.module) for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    table = next((node for node in ast.walk(tree) if isinstance(node, ast.Dict)), None)
    names = import_module(f"{package}._exports").MODULES if table is None else ast.literal_eval(table)
    assert {(name, where) for where, found in names.items() for name in found} == typed
    assert {name for name, _ in typed} <= set(module.__all__) == set(dir(module))


def test_importing_the_package_imports_no_library() -> None:
    """The local stack's commands and the pytest plugin import it, and most of them make no request."""
    libraries = {"httpx", "pydantic", "postgrest", "rich", "asyncio"}
    program = f"import sys, helpdesk_sdk, helpdesk_sdk.local\nprint(sorted({libraries} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_client_has_the_attributes_that_an_editor_shows() -> None:
    for client in clients():
        assert {*RESOURCES} <= public(client)
        assert ("presence" in public(client)) is isinstance(client, AsyncHelpdesk)
        with pytest.raises(AttributeError, match="has no attribute 'ticket'"):
            client.ticket  # noqa: B018


def test_a_models_schema_has_its_fields_descriptions() -> None:
    """For the OpenAPI page of a product that returns our models."""
    schema = helpdesk_sdk.Ticket.model_json_schema()
    assert schema["properties"]["revision"]["description"].startswith("Counts the ticket's changes")
    assert TypeAdapter(list[helpdesk_sdk.User]).json_schema()["$defs"]["User"]["properties"]["email"]["description"]
