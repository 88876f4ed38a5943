"""Foundation: the list of errors is the truth for SQL, for the tests and for the SDK; input is limited by field."""

from __future__ import annotations

import re
from datetime import datetime
from typing import LiteralString

import pytest
from psycopg import errors
from tests.db.people import ADMIN, CUSTOMER, Db, as_person, be, refused

from helpdesk_sdk import errors as sdk
from helpdesk_sdk.verification.matrix.outcomes import REASONS

_RAISED = re.compile(r"fail\(\s*(?:case\b.*?\bend|'(\w+)')", re.DOTALL)
_BRANCH = re.compile(r"(?:then|else) '(\w+)'")


def raised(db: Db) -> set[str]:
    """Every reason that the source of a function passes to fail()."""
    found = set()
    for row in db.execute(
        "select prosrc from pg_proc where pronamespace::regnamespace::text in ('helpdesk', 'helpdesk_private')"
    ):
        for match in _RAISED.finditer(row["prosrc"]):
            found |= {match[1]} if match[1] else set(_BRANCH.findall(match[0]))
    return found


def test_the_list_of_errors_has_what_is_raised_and_nothing_else(db: Db) -> None:
    listed = {row["reason"] for row in db.execute("select reason from helpdesk_private.error_codes")}
    assert listed == raised(db)


def test_the_matrix_and_the_sdk_know_every_error_by_its_status(db: Db) -> None:
    listed = {row["reason"]: row["status"] for row in db.execute("select * from helpdesk_private.error_codes")}
    assert listed == REASONS
    assert set(sdk.BY_REASON) == set(listed)


def test_every_error_has_a_sentence_and_a_way_out(db: Db) -> None:
    for row in db.execute("select * from helpdesk_private.error_codes"):
        assert re.fullmatch(r"[A-Z].*\.", row["message"]), row
        assert re.fullmatch(r"[A-Z].*\.", row["hint"]), row
        # People read them in the SDK and the CLI, too, which have other names than the database.
        is_for_owners = row["hint"].startswith("An owner of the database")
        assert "()" not in row["message"], row
        assert is_for_owners or "()" not in row["hint"], row


def test_no_message_and_no_hint_of_its_own_names_a_function(db: Db) -> None:
    sources = "select proname, prosrc from pg_proc where pronamespace::regnamespace::text like 'helpdesk%'"
    # Sentences of errors begin with a capital letter.
    sentence = re.compile(r"'[A-Z](?:[^'\n]|'')*\w\(\)(?:[^'\n]|'')*'")
    found = [(row["proname"], hit[0]) for row in db.execute(sources) for hit in sentence.finditer(row["prosrc"])]
    assert found == []


def test_an_error_that_is_not_on_the_list_cannot_be_raised(db: Db) -> None:
    with pytest.raises(errors.NoDataFound), db.transaction():
        db.execute("select helpdesk_private.fail('no_such_reason')")


def test_only_fail_raises_errors_with_a_status(db: Db) -> None:
    rows = db.execute(
        "select proname from pg_proc where pronamespace::regnamespace::text in ('helpdesk', 'helpdesk_private') "
        "and prosrc ilike '%errcode%'"
    )
    assert [row["proname"] for row in rows] == ["fail"]


@pytest.mark.parametrize(
    "written",
    ["a\r\nSet-Cookie: b", "a\nb", "a\rb", "a\x01b", "a\x1b[31mb", "a\x85b", "a\u2028b", "a\u202eb"],
)
def test_no_message_or_hint_has_a_control_character(db: Db, written: str) -> None:
    # PostgREST writes the message of such an error into the status line of its response.
    with pytest.raises(errors.Error) as caught, db.transaction():
        db.execute("select helpdesk_private.fail('invalid_value', %s, %s)", (written, written))
    for text in (caught.value.diag.message_primary, caught.value.diag.message_hint):
        assert text is not None
        assert text.isprintable(), repr(text)
        assert text[0] + text[-1] == "ab"


def test_a_long_message_ends_at_a_thousand_characters(db: Db) -> None:
    with pytest.raises(errors.Error) as caught, db.transaction():
        db.execute("select helpdesk_private.fail('invalid_value', repeat('ü ', 100000))")
    assert len(caught.value.diag.message_primary or "") == 1000


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("text_within('title', repeat('x', 301), 1, 300)", "title must be 1 to 300 characters, got 301"),
        ("text_within('title', '', 1, 300)", "title must be 1 to 300 characters, got 0"),
        ("text_within('title', E' \\n\\t ', 1, 300)", "1 to 300 characters, got only blanks and invisible ones"),
        ("text_within('body', U&'\\200B\\3164\\FE0F', 1, 300)", "1 to 300 characters, got only blanks and invisible"),
        ("name_within('name', U&'a\\202Eb', 1, 300)", "name must not contain control or invisible characters"),
        ("text_among('status', 'lost', 'open', 'closed')", "status must be one of open, closed"),
        ("email_valid('email', 'nobody')", "email must be an e-mail address"),
        ("email_valid('email', 'A@example.com')", "email must be an e-mail address"),
        ("email_valid('email', 'a b@example.com')", "email must be an e-mail address"),
        ("email_valid('email', repeat('x', 250) || '@x.io')", "at most 254 characters"),
        ("json_object_within('custom_fields', '[]', 100)", "custom_fields must be a JSON object"),
        (
            "json_object_within('f', jsonb_build_object('a', repeat('x', 100)), 100)",
            "f must be at most 100 bytes of JSON, got 109",
        ),
        (
            """json_object_within('f', '{"1":{"2":{"3":{"4":{"5":{"6":{"7":{"8":{"9":1}}}}}}}}}', 100)""",
            "f must be nested at most 8 levels deep",
        ),
    ],
)
def test_a_refused_value_names_its_field_and_the_limit(db: Db, call: str, message: str) -> None:
    with refused("invalid_value", message), db.transaction():
        db.execute(f"select helpdesk_private.{call}".encode())


@pytest.mark.parametrize(
    "call",
    [
        "text_within('title', repeat('ü', 300), 1, 300)",
        "text_within('title', null, 1, 300)",
        "text_within('description', '', 0, 300)",
        "text_among('status', 'open', 'open', 'closed')",
        "email_valid('email', 'user+tag@sub.example.co')",
        """json_object_within('f', '{"1":{"2":{"3":{"4":{"5":{"6":{"7":{"8":1}}}}}}}}', 100)""",
    ],
)
def test_a_value_at_the_limit_is_accepted(db: Db, call: str) -> None:
    assert db.execute(f"select helpdesk_private.{call} as accepted".encode()).fetchone() == {"accepted": True}


def test_f26_json_nested_ten_thousand_deep_is_refused_by_name(db: Db) -> None:
    deep = '{"a":' + "[" * 6000 + "]" * 6000 + "}"
    with refused("invalid_value", "custom_fields must be"), as_person(db, CUSTOMER):
        db.execute("select helpdesk.create_ticket('t', custom_fields => %s::jsonb)", (deep,))


def test_f26_json_too_deep_to_parse_changes_nothing(db: Db) -> None:
    deep = '{"a":' + "[" * 100_000 + "]" * 100_000 + "}"
    with pytest.raises(errors.StatementTooComplex), as_person(db, CUSTOMER):
        db.execute("select helpdesk.create_ticket('t', custom_fields => %s::jsonb)", (deep,))


@pytest.mark.parametrize(
    ("text", "sqlstate"),
    [(r'{"t": "a\u0000b"}', "22P05"), (r'{"t": "a\ud800b"}', "22P02"), (r'{"t": "\udc00"}', "22P02")],
)
def test_f25_what_no_text_can_hold_is_a_client_error(db: Db, text: str, sqlstate: str) -> None:
    # As PostgREST does: the body stays JSON until the database takes it apart.
    with pytest.raises(errors.DataError) as caught, as_person(db, CUSTOMER):
        db.execute(
            "insert into helpdesk.tickets (title) select t from json_to_recordset(%s::json) as x(t text)",
            (f"[{text}]",),
        )
    assert caught.value.sqlstate == sqlstate
    with pytest.raises(errors.DataError), as_person(db, CUSTOMER):
        db.execute("select helpdesk.create_ticket('t', custom_fields => %s::jsonb)", (text,))


def test_f25_bytes_that_are_no_text_are_a_client_error(db: Db) -> None:
    for broken in (b"\x00", b"\xff", b"\xed\xa0\x80"):
        with pytest.raises(errors.CharacterNotInRepertoire), as_person(db, CUSTOMER):
            db.execute("select helpdesk.create_ticket(convert_from(%s, 'UTF8'))", (broken,))


def test_odd_but_valid_text_is_kept_as_it_is(db: Db) -> None:
    odd = "‮ 👩‍👩‍👧 e\u0301 \u200b <script> ');-- %_\\"
    with as_person(db, CUSTOMER):
        row = db.execute("select title, description from helpdesk.create_ticket(%s, %s)", (odd, odd)).fetchone()
    assert row == {"title": "👩‍👩‍👧 é <script> ');-- %_\\", "description": odd}


_CHANGES: dict[str, LiteralString] = {
    "settings": "update helpdesk.settings set attachment_max_per_message = attachment_max_per_message - 1",
    "field_definitions": "update helpdesk.field_definitions set position = position + 1 where key = 'plan'",
    "views": "update helpdesk.views set name = name || '2'",
}


def _only(db: Db, query: bytes) -> datetime:
    row = db.execute(query).fetchone()
    assert row
    at: datetime = row["max"]
    return at


@pytest.mark.parametrize("table", _CHANGES)
def test_updated_at_follows_each_change(db: Db, table: str) -> None:
    save: LiteralString = (
        "insert into helpdesk.views (name, tree) "
        """values ('mine', '{"field": "status", "op": "is", "value": "open"}')"""
    )
    latest = f"select max(updated_at) from helpdesk.{table}".encode()
    with be(db, ADMIN):
        db.execute(save)
        before = _only(db, latest)
        db.execute(_CHANGES[table])
        assert _only(db, latest) > before
