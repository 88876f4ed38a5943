"""One tree, one class for each reason of the database, and messages that help without telling secrets."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.sdk.support import refused

from helpdesk_sdk import errors
from helpdesk_sdk._http.error_mapping import exception_for, parse_error

MIGRATIONS = Path(__file__).parents[2] / "supabase" / "migrations"


def sql_reasons() -> dict[str, tuple[int, str]]:
    """reason -> status and message, as the migrations list them."""
    row = re.compile(r"\('([a-z_]+)', (4\d\d), '((?:[^']|'')*)'")
    found: dict[str, tuple[int, str]] = {}
    for path in sorted(MIGRATIONS.glob("*_helpdesk_*.sql")):
        for insert in re.findall(r"insert into helpdesk_private\.error_codes.*?;\n", path.read_text(), re.S):
            found |= {m[1]: (int(m[2]), m[3].replace("''", "'")) for m in row.finditer(insert)}
    return found


def error_of(response: httpx.Response, signed_in: bool = True) -> errors.ApiError:
    return exception_for(parse_error(response), signed_in=signed_in)


def test_there_is_exactly_one_class_for_each_reason() -> None:
    assert set(errors.BY_REASON) == set(sql_reasons())
    own = [kind for kind in errors.ApiError.family() if kind.__dict__.get("reason")]
    assert len(own) == len(errors.BY_REASON)


@pytest.mark.parametrize("reason", sorted(errors.BY_REASON))
def test_a_reason_becomes_its_class_and_says_what_the_database_says(reason: str) -> None:
    status, message = sql_reasons()[reason]
    kind = errors.BY_REASON[reason]
    error = error_of(refused(status, reason, message, headers={"sb-request-id": "r-1"}))
    assert type(error) is kind
    assert (error.reason, error.status, error.code) == (reason, status, f"PT{status}")
    assert (error.hint, error.request_id) == ("The way out.", "r-1")
    assert str(error) == f"{message} The way out."
    # The class says the same as the database, to those who read the class.
    assert kind().message == message


def test_the_package_opens_with_its_tree() -> None:
    def lines(kind: type[errors.HelpdeskError], indent: str = "") -> list[str]:
        # The local stack has errors of its own below the root.
        children = [child for child in kind.__subclasses__() if child.__module__.startswith(f"{errors.__name__}.")]
        found: list[str] = []
        for child in children:
            last = child is children[-1]
            found.append(f"{indent}{'└── ' if last else '├── '}{child.__name__}")
            found += lines(child, indent + ("    " if last else "│   "))
        return found

    assert "\n".join(["HelpdeskError", *lines(errors.HelpdeskError)]) in (errors.__doc__ or "")


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (refused(401, code="PGRST303", message="JWT expired"), errors.AuthenticationError),
        (refused(401, code="42501", message="permission denied for table tickets"), errors.AuthenticationError),
        (refused(403, code="42501", message="permission denied for table tickets"), errors.ForbiddenError),
        (refused(400, code="22P02", message="invalid input syntax for type uuid"), errors.InvalidValueError),
        (refused(400, code="PGRST204", message="Could not find the 'x' column"), errors.InvalidValueError),
        (refused(409, code="23505", message="duplicate key"), errors.ConflictError),
        (refused(413, message="too large"), errors.InvalidValueError),
        (refused(405, code="25006"), errors.ReadOnlyError),
        (refused(500, code="XX000"), errors.ServerError),
        (refused(500, code="57014"), errors.StatementTimeoutError),
        (refused(418), errors.UnexpectedResponseError),
        (refused(404, message="no Route matched with those values"), errors.UnexpectedResponseError),
        (httpx.Response(400, json={"statusCode": "404", "error": "not_found"}), errors.NotFoundError),
        (refused(409, "of_the_future", message="Not now."), errors.ConflictError),
        (refused(400, code="invalid_credentials"), errors.AuthenticationError),
        (refused(422, code="user_already_exists"), errors.UserExistsError),
        (httpx.Response(502, text="<html>"), errors.ServerError),
        (httpx.Response(400, text="[" * 100_000), errors.InvalidValueError),
        (httpx.Response(400, json=["not", "an", "object"]), errors.InvalidValueError),
    ],
)
def test_other_answers_become_the_nearest_class(response: httpx.Response, kind: type[errors.ApiError]) -> None:
    assert type(error_of(response)) is kind


def test_what_a_refusal_tells_about_others_is_not_repeated() -> None:
    row = 'Failing row contains (7, "the neighbour\'s secret").'
    error = error_of(
        refused(400, code="23514", message="violates a check", details=row, hint="GRANT SELECT ON tickets")
    )
    shown = f"{error!s} {error!r} {vars(error)}"
    assert "neighbour" not in shown
    assert "GRANT" not in shown


@pytest.mark.parametrize("bad", ["\r\n", "\x1b[2J", "\0", "\x9b", "\u2028", "\u202e", "\ud800"])
def test_a_message_holds_nothing_that_steers_a_terminal_or_forges_a_line(bad: str) -> None:
    body = {"code": "PT400", "details": "helpdesk.invalid_value", "message": f"title is{bad}no", "hint": f"a{bad}b"}
    error = error_of(httpx.Response(400, content=json.dumps(body)))
    assert error.message.startswith("title is ")
    assert error.hint is not None
    assert error.hint.startswith("a ")
    assert str(error).isprintable()


def test_the_field_of_a_refused_value_is_named() -> None:
    error = error_of(refused(400, "invalid_value", "title must be 1 to 300 characters, got 412"))
    assert isinstance(error, errors.InvalidValueError)
    assert error.field == "title"
    weak = error_of(refused(422, code="weak_password", message="Password should be longer"))
    assert isinstance(weak, errors.InvalidValueError)
    assert weak.field == "password"


def test_a_statement_that_took_too_long_is_told_in_our_words() -> None:
    error = error_of(refused(500, code="57014", message="canceling statement due to statement timeout"))
    assert str(error) == (
        "The database stopped the request because it took too long; nothing was changed. "
        "Use a narrower filter or a smaller page, or try again later. "
        "helpdesk doctor names open transactions that others wait for."
    )
    assert error.code == "57014"


def test_who_is_not_signed_in_is_told_how() -> None:
    assert "Sign in first" in str(error_of(refused(401, code="42501"), signed_in=False))
    assert "Sign in first" not in str(error_of(refused(403, code="42501"), signed_in=True))
    assert (
        str(error_of(refused(401, message="Invalid API key"), signed_in=False))
        == "Invalid API key. Check the project's key."
    )
    assert "sign in again" in str(error_of(refused(401, code="PGRST301", message="No suitable key")))


@pytest.mark.parametrize("kind", [*errors.ApiError.family(), errors.UnknownOutcomeError, errors.ConfigurationError])
def test_errors_travel_between_processes(kind: Callable[..., errors.HelpdeskError]) -> None:
    error: Any = kind("What happened", hint="The way out.")
    error.status = 409
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind
    assert (back.message, back.hint, back.status, str(back)) == ("What happened", "The way out.", 409, str(error))


def test_each_rule_has_an_error_of_its_own_name() -> None:
    for reason, kind in errors.BY_REASON.items():
        assert kind.__name__ == "".join(word.capitalize() for word in reason.split("_")) + "Error"
    for one in errors.ApiError.family():
        assert one.__name__.endswith("Error")


def test_no_rule_raises_a_code_that_postgrest_repeats() -> None:
    """PostgREST 14 repeats a transaction without end when it fails with 40001 or 40P01."""
    code = "'?(40001|40P01|serialization_failure|deadlock_detected)"
    repeated = re.compile(rf"(errcode\s*:?=\s*|raise\s+(exception\s+)?(sqlstate\s+)?){code}", re.I)
    assert [path.name for path in MIGRATIONS.glob("*.sql") if repeated.search(path.read_text())] == []
