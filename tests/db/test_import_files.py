"""Imports: files. Their bytes arrive as those of every file, and only with the secret key."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.importing import outcomes, send, start, ticket, with_people
from tests.db.people import ADMIN, AGENT, SERVICE, Db, Person, be, one, value
from tests.db.world import World, arrived


def file(external_id: str = "f1", **values: Any) -> dict[str, Any]:
    """A picture on a message that the agent wrote."""
    return {
        "external_id": external_id,
        "hash": "1",
        "ticket": "t1",
        "comment": "t1c3",
        "author": "u2",
        "author_name": "Agent of old",
        "file_name": "screen.png",
        "content_type": "image/png",
        "size": 5,
        "created_at": "2020-01-04T00:00:00Z",
    } | values


def with_ticket(db: Db) -> str:
    run = with_people(db)
    assert outcomes(send(db, run, "ticket", ticket(), ticket("t2"))) == ["created", "created"]
    return run


def finished(db: Db, id: str, person: Person = SERVICE) -> dict[str, Any]:
    with be(db, person):
        return one(db, "select * from helpdesk.finish_attachment(%s)", id)


def test_a_file_is_silent_and_has_its_author_and_time(db: Db, world: World) -> None:
    run = with_ticket(db)
    last = value(db, "select max(event_id) from helpdesk.events")
    (result,) = send(db, run, "file", file())
    reserved = result["file"]
    assert (result["outcome"], reserved["state"], reserved["uploader_name"]) == ("created", "reserved", "Agent of old")
    assert (reserved["uploaded_by"], reserved["uploader_kind"]) == (world["agent"], "staff")
    # The author has a login here; the bytes come from the system.
    arrived(db, reserved, SERVICE)
    done = finished(db, result["id"])
    assert (done["state"], done["expires_at"], done["created_at"].year) == ("uploaded", None, 2020)
    with be(db, SERVICE):
        db.execute("select helpdesk.settle_attachment(%s, 'clean', null, %s, 5)", (result["id"], "0" * 64))
    events = db.execute("select type from helpdesk.events where event_id > %s", (last,)).fetchall()
    assert [one["type"] for one in events] == ["ticket.imported"]
    assert value(db, "select helpdesk_private.import_totals('zendesk:acme', 'file', null) #> '{file,count}'") == 1
    assert outcomes(send(db, run, "file", file())) == ["unchanged"]
    with be(db, ADMIN):
        db.execute("select helpdesk.delete_attachment(%s)", (result["id"],))
    deleted = value(
        db, "select count(*) from helpdesk.events where type = 'attachment.deleted' and event_id > %s", last
    )
    assert deleted == 1
    assert outcomes(send(db, run, "file", file())) == ["dead"]


def test_nobody_uploads_a_file_that_an_import_has_reserved(db: Db, world: World) -> None:
    run = with_ticket(db)
    (result,) = send(db, run, "file", file())
    arrived(db, result["file"], AGENT)
    assert finished(db, result["id"])["reason"] == "not_the_uploader"


def test_a_file_whose_bytes_did_not_arrive_is_reserved_again(db: Db, world: World) -> None:
    run = with_ticket(db)
    (result,) = send(db, run, "file", file())
    db.execute("update helpdesk.attachments set state = 'expired', expires_at = null where imported")
    (again,) = send(db, run, "file", file())
    assert (again["outcome"], again["id"], again["file"]["state"]) == ("updated", result["id"], "reserved")


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "of no ticket": ({"ticket": None}, "invalid_value"),
    "of another import": ({"ticket": "t9"}, "ticket_not_found"),
    "of another ticket's message": ({"comment": "t2c1"}, "message_not_found"),
    "of no message": ({"comment": "t9c1"}, "message_not_found"),
    "of a type that is not accepted": ({"content_type": "text/html"}, "invalid_value"),
    "too big": ({"size": 1 << 50}, "invalid_value"),
    "without bytes": ({"size": 0}, "invalid_value"),
    "without a name": ({"file_name": None}, "invalid_value"),
    "by nobody": ({"author": "u9"}, "user_not_found"),
    "of the future": ({"created_at": "2999-01-01T00:00:00Z"}, "invalid_value"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_one_bad_file_among_others(db: Db, world: World, name: str) -> None:
    run = with_ticket(db)
    values, reason = REFUSED[name]
    results = send(db, run, "file", file(), file("f2", **values), file("f3", comment="t1c2"), file("f4", comment=None))
    assert outcomes(results) == ["created", f"helpdesk.{reason}", "created", "created"]
    placements = [one["file"]["placement"] for one in results if "file" in one]
    assert placements == ["message", "note", "ticket"]


def test_an_admin_imports_no_files(db: Db, world: World) -> None:
    with_ticket(db)
    run = start(db, ADMIN)
    assert outcomes(send(db, run, "file", file(), person=ADMIN)) == ["helpdesk.forbidden"]
