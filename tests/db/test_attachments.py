"""Files on tickets: from the reservation to the message, what the database believes, and what it lets lie around."""

from __future__ import annotations

from typing import Any, LiteralString
from uuid import uuid4

import pytest
from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, SERVICE, STRANGER, Db, be, one, refused, value
from tests.db.world import World, arrived, filed, said

HASH = "0" * 64


def reserved(db: Db, world: World, ticket: str = "mine", placement: str = "message", **more: Any) -> dict[str, Any]:
    """A file that was announced by whoever is asking."""
    given = {"file_name": "a.png", "content_type": "image/png", "size": 5} | more
    return one(
        db,
        "select * from helpdesk.reserve_attachment(%s, %s, %s, %s, %s)",
        *(world[ticket], given["file_name"], given["content_type"], given["size"], placement),
    )


def finished(db: Db, file: dict[str, Any]) -> dict[str, Any]:
    """The file after whoever is asking has said that it is there."""
    return one(db, "select * from helpdesk.finish_attachment(%s)", file["attachment_id"])


def row(db: Db, file: object) -> dict[str, Any]:
    """The file as it is, whoever may see it."""
    return one(db, "select * from helpdesk.attachments where attachment_id = %s", file)


NAMES: dict[str, tuple[str, str, str]] = {
    # what is given, its type, what becomes of it
    "a plain name": ("screen shot.png", "image/png", "screen shot.png"),
    "in capitals": ("PHOTO.JPG", "image/jpeg", "PHOTO.jpg"),
    "another extension of the type": ("a.jpeg", "image/jpeg", "a.jpeg"),
    "no extension": ("screenshot", "image/png", "screenshot.png"),
    "a program": ("invoice.exe", "application/pdf", "invoice.exe.pdf"),
    "a script as text": ("run.bat", "text/plain", "run.bat.txt"),
    "a page as text": ("x.html", "text/plain", "x.html.txt"),
    "a path": ("../../etc/passwd", "text/plain", "passwd.txt"),
    "a path of Windows": ("C:\\Users\\me\\a.png", "image/png", "a.png"),
    "an absolute path": ("/etc/cron.d/x.txt", "text/plain", "x.txt"),
    "only dots": ("..", "image/png", "file.png"),
    "nothing": ("", "image/png", "file.png"),
    "a hidden file": (".htaccess", "text/plain", "htaccess.txt"),
    "dots and blanks at the end": ("a.png. . ", "image/png", "a.png"),
    "the other direction": ("invoice\u202efdp.exe", "application/pdf", "invoicefdp.exe.pdf"),
    "marks of direction": ("a\u200e\u200f\u061c\u2066b\u2069.png", "image/png", "ab.png"),
    "invisible letters": ("a\u00ad\u200b\ufeff\U000e0041b.png", "image/png", "ab.png"),
    "lines and bells": ("a\r\nSet-Cookie: x\x07\x1b[31m.png", "image/png", "a Set-Cookie: x[31m.png"),
    "two spellings of one letter": ("u\u0308.png", "image/png", "\u00fc.png"),
    "markup": ("<img src=x onerror=alert(1)>.png", "image/png", "<img src=x onerror=alert(1)>.png"),
    "other scripts": (
        "請求書 \U0001f469\u200d\U0001f4bb.pdf",
        "application/pdf",
        "請求書 \U0001f469\u200d\U0001f4bb.pdf",
    ),
    "long": ("x" * 900 + ".png", "image/png", "x" * 251 + ".png"),
    "a long extension": ("a." + "x" * 900, "image/png", "a." + "x" * 249 + ".png"),
}


@pytest.mark.parametrize("what", NAMES)
def test_a_name_is_data(db: Db, world: World, what: str) -> None:
    given, type_, expected = NAMES[what]
    with be(db, CUSTOMER):
        file = reserved(db, world, file_name=given, content_type=type_)
    assert file["file_name"] == expected
    with be(db, CUSTOMER):
        again = one(
            db,
            "select * from helpdesk.reserve_attachment(%s, %s, %s, 5, 'message', %s)",
            *(world["mine"], given, type_, file["attachment_id"]),
        )
    assert again == file


def test_a_type_is_read_without_its_parameters(db: Db, world: World) -> None:
    with be(db, CUSTOMER):
        file = reserved(db, world, content_type=" Text/Plain; charset=UTF-8", file_name="a.txt")
    assert file["content_type"] == "text/plain"
    arrived(db, file, CUSTOMER, mimetype="text/plain;charset=utf-8")
    with be(db, CUSTOMER):
        assert finished(db, file)["state"] == "uploaded"


DIFFERENT: dict[str, tuple[dict[str, object], str]] = {
    "bigger": ({"size": 6}, "size_mismatch"),
    "smaller": ({"size": 4}, "size_mismatch"),
    "of no size": ({"size": None}, "size_mismatch"),
    "of another type": ({"mimetype": "text/html"}, "type_mismatch"),
    "of no type": ({"mimetype": None}, "type_mismatch"),
}


@pytest.mark.parametrize("what", DIFFERENT)
def test_what_storage_has_is_believed_and_not_the_uploader(db: Db, world: World, what: str) -> None:
    metadata, reason = DIFFERENT[what]
    with be(db, CUSTOMER):
        file = reserved(db, world)
    arrived(db, file, CUSTOMER, **metadata)
    with be(db, CUSTOMER):
        done = finished(db, file)
        assert (done["state"], done["reason"], done["expires_at"]) == ("rejected", reason, None)
        with refused("attachment_rejected", reason), db.transaction():
            db.execute(
                "select helpdesk.send_reply(%s, 'x', attachments => %s)", (world["mine"], [file["attachment_id"]])
            )


def test_a_file_that_has_not_arrived_is_not_sent(db: Db, world: World) -> None:
    with be(db, CUSTOMER):
        file = reserved(db, world)["attachment_id"]
        with refused("attachment_not_ready"), db.transaction():
            db.execute("select helpdesk.send_reply(%s, 'x', attachments => %s)", (world["mine"], [file]))


def test_a_file_of_somebody_else_is_rejected(db: Db, world: World) -> None:
    with be(db, CUSTOMER):
        file = reserved(db, world)
    arrived(db, file, OTHER)
    with be(db, CUSTOMER):
        assert finished(db, file)["reason"] == "not_the_uploader"


def test_a_file_that_comes_too_late_is_rejected(db: Db, world: World) -> None:
    with be(db, CUSTOMER):
        file = reserved(db, world)
    arrived(db, file, CUSTOMER)
    db.execute("update helpdesk.attachments set expires_at = now() - interval '1 second'")
    with be(db, CUSTOMER):
        assert finished(db, file)["reason"] == "too_late"


def test_the_system_finishes_what_an_uploader_left(db: Db, world: World) -> None:
    with be(db, CUSTOMER):
        file = reserved(db, world)
    arrived(db, file, CUSTOMER)
    with be(db, SERVICE):
        assert finished(db, file)["state"] == "uploaded"


def test_finishing_again_changes_nothing(db: Db, world: World) -> None:
    before = row(db, world["draft file"])
    with be(db, CUSTOMER):
        assert finished(db, before) == before


def test_a_message_has_its_files_and_keeps_them(db: Db, world: World) -> None:
    file = world["draft file"]
    message = uuid4()
    arguments = (world["mine"], message, [file])
    send: LiteralString = "select * from helpdesk.send_reply(%s, 'See', message_id => %s, attachments => %s::uuid[])"
    with be(db, CUSTOMER):
        db.execute(send, arguments)
        sent = row(db, file)
        assert (sent["message_id"], sent["expires_at"], sent["state"]) == (message, None, "uploaded")
        assert one(db, send, *arguments)["message_id"] == message
        for other in ([], None, [str(uuid4())], [file, str(uuid4())]):
            with refused("id_conflict"), db.transaction():
                db.execute(send, (world["mine"], message, other))
        with refused("attachment_not_found"), db.transaction():
            db.execute("select helpdesk.send_reply(%s, 'And', attachments => %s::uuid[])", (world["mine"], [file]))
    with be(db, AGENT):
        assert row(db, file)["message_id"] == message


def test_a_note_has_its_files_and_they_are_not_for_the_requester(db: Db, world: World) -> None:
    file = filed(db, world["mine"], AGENT, "note", "clean")
    note = uuid4()
    add: LiteralString = "select * from helpdesk.add_note(%s, 'x', %s, %s::uuid[])"
    with be(db, AGENT):
        db.execute(add, (world["mine"], note, [file]))
        assert one(db, add, world["mine"], note, [file])["note_id"] == note
        with refused("id_conflict"), db.transaction():
            db.execute(add, (world["mine"], note, []))
        assert row(db, file)["note_id"] == note
    with be(db, CUSTOMER):
        assert db.execute("select from helpdesk.attachments where attachment_id = %s", (file,)).fetchall() == []


def test_a_refused_reply_leaves_its_files_to_the_next(db: Db, world: World) -> None:
    file = filed(db, world["mine"], AGENT, "message", "uploaded")
    said(db, "mine", "Wait", world)
    with be(db, AGENT):
        with refused("conversation_moved"), db.transaction():
            db.execute("select helpdesk.send_reply(%s, 'x', attachments => %s::uuid[])", (world["mine"], [file]))
        assert row(db, file)["message_id"] is None


def test_a_clean_draft_of_staff_is_nobodys_until_it_is_sent(db: Db, world: World) -> None:
    file = filed(db, world["mine"], AGENT, "message", "clean")
    for person, seen in ((AGENT, 1), (CUSTOMER, 0), (ADMIN, 0), (STRANGER, 0)):
        with be(db, person):
            assert value(db, "select count(*) from helpdesk.attachments where attachment_id = %s", file) == seen


@pytest.mark.parametrize("placement", ["message", "note", "ticket"])
def test_who_loses_the_ticket_loses_their_own_files(db: Db, world: World, placement: str) -> None:
    file = filed(db, world["answered"], AGENT, placement, "clean")
    with be(db, ADMIN):
        db.execute("select helpdesk.transfer_ticket(%s, %s)", (world["answered"], world["vault"]))
    with be(db, AGENT):
        assert value(db, "select count(*) from helpdesk.attachments where attachment_id = %s", file) == 0
        with refused("attachment_not_found"), db.transaction():
            db.execute("select helpdesk.delete_attachment(%s)", (file,))


LIMITS: dict[str, tuple[LiteralString, str]] = {
    "files of a ticket": ("attachment_max_per_ticket = 2", "at most 2 files"),
    "bytes of a ticket": ("attachment_max_bytes_per_ticket = 14", "at most 14 bytes"),
}


@pytest.mark.parametrize("what", LIMITS)
def test_a_ticket_has_so_many_files_and_no_more(db: Db, world: World, what: str) -> None:
    setting, said_ = LIMITS[what]
    db.execute(b"update helpdesk.settings set " + setting.encode())
    with be(db, CUSTOMER):
        # Two are there.
        with refused("too_many", said_), db.transaction():
            reserved(db, world)
        db.execute("select helpdesk.delete_attachment(%s)", (world["draft file"],))
        assert reserved(db, world)["state"] == "reserved"


def test_a_person_has_fifty_unfinished_files_and_no_more(db: Db, world: World) -> None:
    with be(db, CUSTOMER):
        for _ in range(48):
            reserved(db, world)
        with refused("too_many", "50 files"), db.transaction():
            reserved(db, world)


def test_a_setting_decides_what_is_taken(db: Db, world: World) -> None:
    with be(db, ADMIN):
        db.execute("update helpdesk.settings set attachment_types = '{image/png}', attachment_max_bytes = 4")
    with be(db, CUSTOMER):
        with refused("invalid_value", "size must be 1 to 4 bytes, got 5"), db.transaction():
            reserved(db, world)
        with refused("invalid_value", "content_type must be one of image/png"), db.transaction():
            reserved(db, world, content_type="application/pdf")
    bucket = one(db, "select * from storage.buckets where id = 'helpdesk-attachments'")
    assert (bucket["file_size_limit"], bucket["allowed_mime_types"], bucket["public"]) == (4, ["image/png"], False)


def test_without_a_check_only_passive_files_are_taken(db: Db, world: World) -> None:
    with be(db, ADMIN):
        db.execute("update helpdesk.settings set attachment_require_check = false")
    with be(db, CUSTOMER):
        with refused("invalid_value", "content_type must be one of application/pdf, image/gif"), db.transaction():
            reserved(db, world, content_type="application/zip")
        file = reserved(db, world)
    arrived(db, file, CUSTOMER)
    with be(db, CUSTOMER):
        assert finished(db, file)["state"] == "unchecked"
    with be(db, SERVICE):
        assert (
            db.execute(
                "select from helpdesk.lease_attachments(attachment_id => %s)", (file["attachment_id"],)
            ).fetchall()
            == []
        )
        db.execute("update helpdesk.settings set attachment_require_check = true where singleton")
        leased = one(db, "select * from helpdesk.lease_attachments(attachment_id => %s)", file["attachment_id"])
        assert leased["state"] == "unchecked"


@pytest.mark.parametrize("placement", ["", "article", "Note"])
def test_a_file_is_for_a_ticket_a_message_or_a_note(db: Db, world: World, placement: str) -> None:
    with refused("invalid_value", "placement"), be(db, AGENT):
        reserved(db, world, "answered", placement)
