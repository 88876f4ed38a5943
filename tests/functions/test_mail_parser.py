"""The mails of tests/mails, as the function `email-in` reads them, whoever hands them over.

The Python parser reads the same ones.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import dict_row
from tests.functions.desk import Desk, desk_with
from tests.functions.mail_parsers import MAILS, run_script, written_down

from helpdesk_sdk.delivery.mail.parsing import parse_mail

Json = dict[str, Any]

_BYTES = {"raw", "cloudflare", "sendgrid", "mailgun", "resend", "ses"}
_TEXTS = {"postmark", "ses text"}
"""JSON has text: bytes in another charset do not come in these ways."""
_FIELDS = {"postmark fields", "sendgrid fields", "mailgun fields"}

# What decides on the ticket and the author, and what is read.
_DECIDING = (
    *("message_id", "in_reply_to", "references", "from", "sender", "reply_to", "to", "cc", "subject", "date", "text"),
    *("report", "forwarded", "headers"),
)


@pytest.fixture(scope="module")
def parsed() -> dict[str, Any]:
    """What the parser makes of each mail, by path."""
    return run_script("parse.ts", [str(path) for path in MAILS])


@pytest.fixture(scope="module")
def adapted() -> dict[str, Any]:
    """What each adapter hands over, and what the parser makes of it, by path and way."""
    return run_script("adapters.ts", [str(path) for path in MAILS])


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with desk_with({}) as made:
        yield made


@pytest.mark.parametrize("mail", MAILS, ids=lambda path: path.stem)
def test_a_mail_is_read_as_expected(mail: Path, parsed: dict[str, Any]) -> None:
    assert parsed[str(mail)] == written_down(mail)


@pytest.mark.parametrize("mail", MAILS, ids=lambda path: path.stem)
def test_every_adapter_hands_over_the_same_mail(mail: Path, adapted: dict[str, Any]) -> None:
    wanted = written_down(mail)
    ways = adapted[str(mail)]
    raw = mail.read_bytes()
    texts = set() if raw == b"" or not _is_text(raw) else _TEXTS
    assert set(ways) == (_BYTES - {"ses"} if raw == b"" else _BYTES) | texts | _FIELDS
    recipients = {tuple(found["envelope"]["to"]) for found in ways.values()}
    assert len(recipients) == 1, recipients
    for way, found in ways.items():
        if way in _FIELDS:
            assert {key: found["mail"][key] for key in _DECIDING} == {key: wanted[key] for key in _DECIDING}, way
        else:
            assert found["sha256"] == hashlib.sha256(raw).hexdigest(), way
            assert found["mail"] | {"verdict": None} == wanted | {"verdict": None}, way


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize("mail", MAILS, ids=lambda path: path.stem)
def test_every_adapter_ends_in_the_same_ticket_author_and_text(mail: Path, adapted: dict[str, Any], desk: Desk) -> None:
    """The database decides on what each adapter hands over, and on what the Python parser reads, each time anew."""
    ways = adapted[str(mail)]
    envelope = ways["raw"]["envelope"]
    python = parse_mail(mail.read_bytes(), envelope=envelope, opens_packages=False).json
    with psycopg.connect(desk.info.db_url, row_factory=dict_row) as db:
        ticket_id = _prepare(db, [*python["in_reply_to"], *python["references"]])
        decided = {"Python": _decided(db, ticket_id, envelope, python)}
        decided |= {way: _decided(db, ticket_id, found["envelope"], found["mail"]) for way, found in ways.items()}
        db.rollback()
    first = decided["raw"]
    assert first["outcome"] is not None
    assert first["outcome"] != "failed"
    assert decided == dict.fromkeys(decided, first)


def _prepare(db: psycopg.Connection[Json], known: list[str]) -> UUID:
    """A ticket of Carla's, about which we sent the mails that are named."""
    db.execute(
        "insert into helpdesk.email_channels (address, team_id) "
        "select 'support@desk.example', t.team_id from helpdesk.teams as t where t.is_default on conflict do nothing"
    )
    db.execute(
        "insert into helpdesk.users (email, name) values ('carla@customer.example', 'Carla') on conflict do nothing"
    )
    ticket = db.execute(
        "insert into helpdesk.tickets (title, team_id, created_by) select 'The printer', t.team_id, u.user_id "
        "from helpdesk.teams as t, helpdesk.users as u where t.is_default and u.email = 'carla@customer.example' "
        "returning ticket_id"
    ).fetchone()
    assert ticket
    for one in known:
        db.execute("select helpdesk_private.remember_email_id(%s, 'minted', %s, null)", (one, ticket["ticket_id"]))
    made: UUID = ticket["ticket_id"]
    return made


def _decided(db: psycopg.Connection[Json], ticket_id: UUID, envelope: Json, mail: Json) -> Json:
    """What becomes of a mail, as if no other way had brought it."""
    db.execute("savepoint before")
    made = db.execute(
        "select helpdesk_private.receive_email('raw', %s, 1, %s, null) as row", ("0" * 64, json.dumps(envelope))
    ).fetchone()
    assert made
    inbound_id = made["row"]["inbound_id"]
    db.execute("select helpdesk_private.ingest_email(%s, %s)", (inbound_id, json.dumps(mail)))
    found = db.execute(
        "select i.outcome, i.reason, i.from_address, i.subject, i.body, i.recipients, i.message_id, t.title, "
        "i.ticket_id = %s as is_known, t.description, u.email, m.body as said, m.author_name, n.body as noted "
        "from helpdesk.inbound_emails as i left join helpdesk.tickets as t using (ticket_id) "
        "left join helpdesk.users as u on u.user_id = i.author_id "
        "left join helpdesk.messages as m on m.message_id = i.post_id left join helpdesk.notes as n using (note_id) "
        "where i.inbound_id = %s",
        (ticket_id, inbound_id),
    ).fetchone()
    assert found
    db.execute("rollback to savepoint before")
    return found
