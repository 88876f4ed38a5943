"""Images that stand in a text of another helpdesk: the text names a file of its message."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.sdk import zendesk_export as z
from tests.sdk.files import PNG

from helpdesk_sdk import Attachment, Helpdesk, ImportSummary
from helpdesk_sdk.checks import check_waiting
from helpdesk_sdk.imports.desks.attached import Attached, names_of
from helpdesk_sdk.testing import Project

_REFERENCE = re.compile(r"!\[([^\]]*)\]\(attachment:([^)]*)\)")
_TIME = "2020-01-02T03:04:05Z"
_FRESH = "https://attachment.freshdesk.example/inline/attachment?token="


def picture(id: int, name: str, **values: Any) -> dict[str, Any]:
    url = f"https://acme.zendesk.com/attachments/token/t{id}/?name={name}"
    found = {"id": id, "file_name": name, "content_type": "image/png", "size": len(PNG), "content_url": url}
    return found | {"inline": True, "deleted": False} | values


def shown(*pictures: dict[str, Any], host: str = "acme.zendesk.com") -> str:
    images = (f'<img src="https://{host}/attachments/token/t{one["id"]}/?name=other">' for one in pictures)
    return "<p>See " + " and ".join(images) + "</p>"


def zendesk(folder: Path) -> Path:
    """A ticket whose texts show files: of the description, of a message with two of one name, and of a note."""
    folder.mkdir()
    first, same, twice, odd = (
        *(picture(701, "first.png"), picture(702, "image001.png"), picture(703, "image001.png")),
        picture(704, "Bild (1) ä", content_type="image/jpeg", inline=False),
    )
    gone = picture(706, "gone.png", deleted=True)
    foreign = '<img src="https://tracker.example/x.gif"><img src="data:image/png;base64,AA">'
    comments = (
        z.comment(10, 1, html_body=shown(first), attachments=[first]),
        z.comment(11, 1, author_id=z.AGENT, html_body=shown(same, twice) + foreign, attachments=[same, twice, gone]),
        z.comment(12, 1, author_id=z.AGENT, public=False, html_body=shown(odd, host="shop.example"), attachments=[odd]),
        z.comment(13, 1, html_body=shown(gone), attachments=[gone]),
    )
    (folder / "tickets.jsonl").write_text(z.lines(z.ticket(1)))
    (folder / "comments.jsonl").write_text(z.lines(*comments))
    (folder / "users.jsonl").write_text(z.lines(*z.PEOPLE))
    return folder


def save(folder: Path, *ids: int) -> Path:
    folder.mkdir()
    for id in ids:
        (folder / f"{id}.png").write_bytes(PNG)
    return folder


def images_of(hd: Helpdesk, external_id: str, is_whole: bool = True) -> dict[str, list[str]]:
    """The names that each text refers to, by where the text is; each is the name of one file of that very text."""
    ticket = hd.tickets.get_by_external_id(external_id)
    files = list(hd.attachments.list(ticket))
    texts: dict[str, tuple[str, list[Attachment]]] = {
        "ticket": (ticket.description, [file for file in files if file.placement == "ticket"])
    }
    for message in hd.messages.list(ticket):
        assert message.redacted_at is None
        texts[f"message {message.sequence}"] = (
            message.body,
            [file for file in files if file.message_id == message.message_id],
        )
    for note in hd.notes.list(ticket):
        texts["note"] = (note.body, [file for file in files if file.note_id == note.note_id])
    found: dict[str, list[str]] = {}
    for place, (text, there) in texts.items():
        names = [name for _, name in _REFERENCE.findall(text)]
        if is_whole:
            assert [file.file_name for file in there if file.file_name in names] == list(dict.fromkeys(names))
        found[place.split()[0]] = [*found.get(place.split()[0], []), *names]
    return found


def test_images_of_zendesk_are_the_files_of_their_texts(helpdesk_project: Project, tmp_path: Path) -> None:
    hd = helpdesk_project.system
    export = zendesk(tmp_path / "export")
    files = save(tmp_path / "files", 701, 702, 703, 704)
    (files / "704.png").rename(files / "704.jpg")
    (files / "704.jpg").write_bytes(b"\xff\xd8\xff" + PNG[3:])
    done = hd.imports.zendesk(export, files=files)
    assert done.is_complete, done
    assert done.notes["inline images rewritten"] == 6
    assert done.notes["inline images that stay links: they are no attachments"] == 2
    assert done.counts["file"].created == 4
    check_waiting(hd)
    assert images_of(hd, "zendesk:1") == {
        "ticket": ["first.png"],
        "message": ["image001.png", "image001-2.png"],
        "note": ["Bild__1___.jpg"],
    }
    texts = [message.body for message in hd.messages.list(hd.tickets.get_by_external_id("zendesk:1"))]
    assert "![x.gif](https://tracker.example/x.gif)" in texts[0]
    # It was deleted in Zendesk: nothing is there to point to.
    assert "attachment:" not in texts[1]


def test_a_text_is_the_same_whether_the_bytes_come_now_or_later(helpdesk_project: Project, tmp_path: Path) -> None:
    hd = helpdesk_project.system
    export = zendesk(tmp_path / "export")
    assert hd.imports.zendesk(export).is_complete
    ticket = hd.tickets.get_by_external_id("zendesk:1")
    before = [message.body for message in hd.messages.list(ticket)]
    # Until they come, the link to the other helpdesk stands behind the text.
    assert "[image001.png](https://acme.zendesk.com/attachments/token/t702/?name=image001.png)" in before[0]
    done = hd.imports.zendesk(export, files=save(tmp_path / "files", 701, 702, 703))
    assert (done.is_complete, done.counts["ticket"].unchanged, done.counts["file"].created) == (True, 1, 3)
    assert [message.body for message in hd.messages.list(ticket)] == before
    assert images_of(hd, "zendesk:1", is_whole=False)["message"] == ["image001.png", "image001-2.png"]


def freshdesk(folder: Path) -> Path:
    """A ticket with a file and an image; a conversation that shows one image twice, and has a text."""

    def file(id: int, name: str, type: str = "image/png", size: int = len(PNG)) -> dict[str, Any]:
        return {"id": id, "name": name, "content_type": type, "size": size, "attachment_url": f"{_FRESH}{id}"}

    ticket = {
        "id": 1,
        "subject": "Parcel",
        "status": 2,
        "priority": 1,
        "source": 2,
        # As some programs write numbers.
        "requester_id": 5.0,
        "created_at": _TIME,
        "updated_at": _TIME,
        "custom_fields": {},
        "description_text": "Look",
        "description": f'<p>Look</p><img src="{_FRESH}801&amp;x=1" data-id="801">',
        "attachments": [file(801, "a.png"), file(802, "log.txt", "text/plain", 5)],
    }
    image = f'<img src="{_FRESH}803">'
    said = {
        "id": 11,
        "ticket_id": 1,
        "user_id": 5,
        "incoming": True,
        "private": False,
        "created_at": _TIME,
        "body_text": "Here",
        "body": f"<p>Here {image} again {image}</p>",
        "attachments": [file(803, "b.PNG"), file(804, "words.txt", "text/plain", 5)],
    }
    folder.mkdir()
    (folder / "tickets.json").write_text(json.dumps([ticket]))
    (folder / "conversations.json").write_text(json.dumps([said]))
    (folder / "contacts.json").write_text(json.dumps([{"id": 5, "name": "Ann", "created_at": _TIME}]))
    return folder


def test_files_of_freshdesk_come_along(helpdesk_project: Project, tmp_path: Path) -> None:
    hd = helpdesk_project.system
    export = freshdesk(tmp_path / "export")
    files = save(tmp_path / "files", 801, 803)
    for id in (802, 804):
        (files / str(id)).write_text("words")

    def run() -> ImportSummary:
        return hd.imports.freshdesk(export, files=files)

    (files / "804").write_text("wor")
    (problem,) = run().problems
    assert (problem.item, problem.code) == ("file 804", "file_size")
    (files / "804").write_text("words")
    done = run()
    assert (done.is_complete, done.counts["file"].created, done.counts["file"].unchanged) == (True, 1, 3)
    check_waiting(hd)
    assert images_of(hd, "freshdesk:1") == {"ticket": ["a.png"], "message": ["b.png", "b.png"]}
    ticket = hd.tickets.get_by_external_id("freshdesk:1")
    placed = {file.file_name: (file.placement, file.uploader_kind, file.state) for file in hd.attachments.list(ticket)}
    assert placed == {
        "a.png": ("ticket", "customer", "clean"),
        "log.txt": ("ticket", "customer", "clean"),
        "b.png": ("message", "customer", "clean"),
        "words.txt": ("message", "customer", "clean"),
    }


def test_names_of_images_are_as_the_database_keeps_them() -> None:
    def names(*given: str, type: str = "image/png") -> list[str]:
        files = [Attached(str(n), name, type, 1, "", True) for n, name in enumerate(given)]
        return list(names_of(files).values())

    assert names("a.png", "a.PNG", "a", "../../etc/a.png", "", "...") == [
        *("a.png", "a-2.png", "a-3.png", "a-4.png", "image.png", "image-2.png"),
    ]
    assert names("x.png", type="image/jpeg") == ["x.png.jpg"]
    assert names("x" * 400 + ".png")[0].endswith("x.png")
    assert len(names("x" * 400 + ".png")[0]) <= 104
