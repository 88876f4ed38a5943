"""Every public thing says what it is: in an editor, in ``help()`` and in the reference; and which errors it raises.

Errors that any request may raise (the session, the connection, a bad value) are not repeated at each method.
"""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

import pytest

import helpdesk_sdk
from helpdesk_sdk import AsyncHelpdesk, Helpdesk, errors, install, local, testing
from helpdesk_sdk.client import _RESOURCES
from helpdesk_sdk.models.base import Model, OpenEnum, field_descriptions

ROOT = Path(__file__).parents[2]
KNOWN = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}


def _parts(kind: type) -> Iterator[type]:
    """The resources that a resource like ``hd.mail`` consists of."""
    for member in vars(kind).values():
        returns = str(member.fget.__annotations__.get("return")) if isinstance(member, property) and member.fget else ""
        if returns.endswith("[Driver]"):
            yield member.fget.__globals__[returns.removesuffix("[Driver]")]


def _classes() -> dict[str, type]:
    named = [getattr(module, name) for module in (helpdesk_sdk, install, local, testing) for name in module.__all__]
    kinds = [pkgutil.resolve_name(f"helpdesk_sdk.resources.{name}.{name.capitalize()}") for name in _RESOURCES]
    kinds += [part for kind in tuple(kinds) for part in _parts(kind)]
    kinds += [kind for kind in named if isinstance(kind, type) and kind.__module__.startswith("helpdesk_sdk")]
    return {f"{kind.__module__.removeprefix('helpdesk_sdk.')}.{kind.__qualname__}": kind for kind in kinds}


CLASSES = _classes()
MODELS = {name: kind for name, kind in CLASSES.items() if issubclass(kind, Model)}


def _members(kind: type) -> Iterator[tuple[str, Any]]:
    """The methods and properties that we wrote, each as a function."""
    for name in dir(kind):
        member = inspect.getattr_static(kind, name)
        function = getattr(member, "fget", None) or getattr(member, "_flow", None) or getattr(member, "_course", None)
        function = function or getattr(member, "__func__", member)
        if not name.startswith("_") and inspect.isfunction(function) and function.__module__.startswith("helpdesk_sdk"):
            yield name, function


METHODS = {f"{owner}.{name}": function for owner, kind in CLASSES.items() for name, function in _members(kind)}
OF_RESOURCES = {name: function for name, function in METHODS.items() if name.startswith("resources.")}


def _section(text: str, title: str) -> dict[str, str]:
    """The entries of a section of a docstring."""
    _, _, body = text.partition(f"\n{title}:\n")
    body = re.split(r"\n(?=\S)", body)[0]
    return dict(re.findall(r"^    (\w+): (.+)$", body, re.MULTILINE))


def raised(function: Any) -> set[str]:
    return set(_section(inspect.getdoc(function) or "", "Raises"))


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_says_what_it_is(name: str) -> None:
    documented = CLASSES[name].__doc__
    assert documented
    assert re.match(r".+[.:](\n|$)", documented), documented
    assert "Attributes:" not in documented


@pytest.mark.parametrize("name", [*MODELS, *(name for name, kind in CLASSES.items() if is_dataclass(kind))])
def test_every_field_says_what_it_holds(name: str) -> None:
    if name in MODELS:
        described = field_descriptions(MODELS[name])
        documented = {field: described.get(field) for field in MODELS[name].model_fields}
        assert all(text and text.endswith(".") for text in documented.values()), documented
    else:
        assert _bare_attributes(CLASSES[name]) == []


@pytest.mark.parametrize("name", [name for name, kind in CLASSES.items() if issubclass(kind, Exception)])
def test_every_attribute_of_an_error_says_what_it_holds(name: str) -> None:
    assert _bare_attributes(CLASSES[name]) == []


def _bare_attributes(kind: type) -> list[str]:
    """Public annotated attributes without a docstring under them."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0].body  # type: ignore[attr-defined]
    return [
        one.target.id
        for one, after in zip(body, [*body[1:], None], strict=True)
        if isinstance(one, ast.AnnAssign)
        and isinstance(one.target, ast.Name)
        and not one.target.id.startswith("_")
        and not (isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant))
    ]


@pytest.mark.parametrize("name", METHODS)
def test_every_method_has_a_summary_and_a_line_for_each_argument(name: str) -> None:
    documented = inspect.getdoc(METHODS[name]) or ""
    summary, _, rest = documented.partition("\n")
    assert summary.endswith("."), summary
    assert rest == "" or rest.startswith("\n")
    assert "Attributes:" not in documented
    parameters = [one for one in inspect.signature(METHODS[name]).parameters if one not in {"self", "cls"}]
    assert list(_section(documented, "Args")) == parameters


@pytest.mark.parametrize("name", [*METHODS, "client.Helpdesk.__init__", "client.AsyncHelpdesk.__init__"])
def test_no_method_names_an_error_that_does_not_exist(name: str) -> None:
    function = METHODS.get(name) or (AsyncHelpdesk if "Async" in name else Helpdesk).__init__
    ours = {kind.__name__ for kind in CLASSES.values() if issubclass(kind, Exception)}
    # The plugin's callers are tests: it raises what Python raises for a wrong argument.
    assert raised(function) <= KNOWN | ours | {"ValueError"}


# What an argument is for tells which errors it may lead to.
OF_PARAMETERS = {
    "ticket": {"TicketNotFoundError"},
    "team": {"TeamNotFoundError"},
    "user": {"UserNotFoundError"},
    "requester": {"UserNotFoundError"},
    "assigned_to": {"UserNotFoundError"},
    "message": {"MessageNotFoundError"},
    "note": {"NoteNotFoundError"},
    "invitation": {"InvitationNotFoundError"},
    "cursor": {"CursorAheadError"},
    "revision": {"StaleRevisionError"},
    "id": {"IdConflictError", "UnknownOutcomeError"},
}
# Any request may end with these.
OF_EVERY_REQUEST = {"InvalidValueError", "AuthenticationError", "NoProfileError", "InactiveUserError"}
ABSTRACT = {"HelpdeskError", "ApiError", "ConflictError", "NotFoundError"}


@pytest.mark.parametrize("name", OF_RESOURCES)
def test_a_method_names_the_errors_that_its_arguments_may_lead_to(name: str) -> None:
    parameters = inspect.signature(OF_RESOURCES[name]).parameters
    expected = set().union(*(OF_PARAMETERS.get(parameter, set()) for parameter in parameters))
    assert expected <= raised(OF_RESOURCES[name])


@pytest.mark.parametrize("name", OF_RESOURCES)
def test_a_method_names_the_errors_that_its_own_code_names(name: str) -> None:
    kind = CLASSES[name.rpartition(".")[0]]
    named = _mentioned(kind, OF_RESOURCES[name], set()) & KNOWN
    assert named - OF_EVERY_REQUEST - ABSTRACT <= raised(OF_RESOURCES[name])


def _mentioned(kind: type, function: Any, seen: set[str]) -> set[str]:
    """Every name in the code of a method, and of the private methods of its class that it calls."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            helper = inspect.getattr_static(kind, node.attr, None)
            if node.attr not in seen and inspect.isfunction(helper) and helper.__module__.startswith(kind.__module__):
                found |= _mentioned(kind, helper, seen | {node.attr})
    return found


# The code that checks it is shared, and this call cannot break the rule.
# A proposal's reply has no files and no id of the caller's, its article has an id in its slug and no external id, and a
# suggestion by the database has no lease of its own.
_REPLY_HAS_NOT = {
    *("AttachmentNotFoundError", "AttachmentNotReadyError", "AttachmentRejectedError"),
    *("ExternalIdTakenError", "IdConflictError", "OtherRequesterError", "SlugTakenError", "TooManyError"),
}
CANNOT = {
    # The new ticket has no external id, no other link, and leads to a living ticket.
    "resources.tickets.Tickets.split": {
        *("ExternalIdTakenError", "LinkCycleError", "TicketMergedError", "TooManyError"),
    },
    "resources.assistant.Assistant.accept": _REPLY_HAS_NOT,
    "resources.assistant.Assistant.edit": _REPLY_HAS_NOT,
    "resources.assistant.Assistant.suggest": {
        "EmbeddingModelMismatchError",
        # The database alone proposes no values of custom fields.
        *("FieldNotFoundError", "FieldRequiredError", "FieldRetiredError"),
        *("AssigneeNotFoundError", "LeaseLostError", "PromptNotFoundError", "TeamNotFoundError", "TooManyError"),
    },
    "resources.assistant.Assistant.triage": {"PromptNotFoundError"},
    "resources.knowledge.Knowledge.archive": {"StaleArticleError"},
    "resources.knowledge.Knowledge.dismiss_gap": {"ArticleNotFoundError"},
    "resources.knowledge.Knowledge.reopen_gap": {"ArticleNotFoundError"},
    # What the database refuses is the result of the mail, and two hundred are sent at once.
    "resources.mail.quarantine.Quarantine.decide_many": {
        *("EmailNotFoundError", "NotQuarantinedError", "TicketMergedError", "TicketNotFoundError", "TooManyError"),
        "UserNotFoundError",
    },
    # It asks for a hundred.
    "resources.mail.receiving.Receiving.delete_redacted": {"TooManyError"},
    # What the database refuses is the outcome of the mail.
    "resources.mail.receiving.Receiving.ingest": {
        *("LinkCycleError", "TicketMergedError", "TicketNotFoundError", "TooManyError"),
    },
    "resources.messages.Messages.reply": {"ForbiddenError"},
    # It names deliveries, or no webhook.
    "resources.outbox.Outbox.replay": {"WebhookNotFoundError"},
    "resources.tickets.Tickets.create": {"TooManyError"},
    "resources.users.Users.reactivate": {"LastAdminError"},
    "resources.webhooks.Webhooks.replay": {"DeliveryNotFoundError"},
}


@pytest.mark.parametrize("name", OF_RESOURCES)
def test_a_method_names_the_rules_of_the_database_function_that_it_calls(name: str) -> None:
    kind = CLASSES[name.rpartition(".")[0]]
    source = inspect.getsource(OF_RESOURCES[name])
    helpers = [inspect.getattr_static(kind, f"_{called}", None) for called in re.findall(r"self\._(\w+)\(", source)]
    source += "".join(inspect.getsource(one) for one in helpers if inspect.isfunction(one))
    rules = set().union(*(_rules(f"helpdesk.{text}", set()) for text in set(re.findall(r'"(\w+)"', source))))
    expected = {errors.BY_REASON[rule].__name__ for rule in rules} - OF_EVERY_REQUEST
    cannot = CANNOT.get(name, set())
    assert expected - cannot <= raised(OF_RESOURCES[name])
    assert cannot <= expected - raised(OF_RESOURCES[name])


def _functions() -> dict[str, str]:
    """The bodies of the database's functions, without comments."""
    made = r"create function (helpdesk(?:_private)?\.\w+)\(.*?as \$\$(.*?)\$\$;"
    files = sorted((ROOT / "supabase/migrations").glob("*.sql"))
    text = "\n".join(re.sub(r"--.*", "", file.read_text()) for file in files)
    return dict(re.findall(made, text, re.DOTALL))


FUNCTIONS = _functions()


def _rules(function: str, seen: set[str]) -> set[str]:
    """The rules that a function of the database, or one that it calls, may refuse by."""
    if function in seen or function not in FUNCTIONS:
        return set()
    seen.add(function)
    body = FUNCTIONS[function]
    called = re.findall(r"(helpdesk(?:_private)?\.\w+)\(", body)
    return set(re.findall(r"fail\(\s*'(\w+)'", body)).union(*(_rules(one, seen) for one in called))


def test_the_rules_of_a_database_function_are_found() -> None:
    assert {"stale_revision", "assignee_not_found", "ticket_not_found"} <= _rules("helpdesk.assign_ticket", set())
    assert len(OF_RESOURCES) > 50
    assert all(issubclass(kind, OpenEnum) or kind.__doc__ for kind in CLASSES.values())
