"""Files on tickets against a real stack: up, checked, down; and what is refused on the way."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.sdk.files import PNG, WithoutFunctions
from tests.sdk.support import Scenario, both
from tests.sdk.world import World

from helpdesk_sdk import Helpdesk, new_id
from helpdesk_sdk.errors import (
    AttachmentNotFoundError,
    AttachmentNotReadyError,
    AttachmentRejectedError,
    ForbiddenError,
    IdConflictError,
    LocalFileError,
    TicketNotFoundError,
    UnexpectedResponseError,
    UnknownOutcomeError,
)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A file of half a megabyte."""
    path = tmp_path / "screen shot.png"
    path.write_bytes(PNG)
    return path


@pytest.fixture
def ticket(world: World) -> Any:
    """A ticket of the customer in the agents' team."""
    with Helpdesk(world.info.api_url, world.info.secret_key) as system:
        return system.tickets.create("Broken", team="Billing", requester="customer@example.com")


def rejected(world: World, file: Any) -> None:
    """What a checker does that finds malware."""
    settled(world, file, {"state": "rejected", "reason": "the virus scanner found Eicar"})


def settled(world: World, file: Any, verdict: dict[str, Any]) -> None:
    """Settle with the secret key."""
    answer = httpx.post(
        f"{world.info.api_url}/rest/v1/rpc/settle_attachment",
        headers={"apikey": world.info.secret_key, "Authorization": f"Bearer {world.info.secret_key}"},
        json={"attachment_id": str(file.attachment_id), **verdict},
    )
    assert answer.is_success, answer.text


@both
def test_a_file_goes_up_is_checked_and_comes_down(world: World, ticket: Any, picture: Path, tmp_path: Path) -> Scenario:
    seen: list[tuple[int, int]] = []
    file = yield world.customer.attachments.upload(
        ticket, picture, progress=lambda done, total: seen.append((done, total))
    )
    assert (file.file_name, file.content_type, file.size, str(file.placement)) == (
        *("screen shot.png", "image/png", len(PNG), "ticket"),
    )
    assert seen[-1] == (len(PNG), len(PNG))
    assert len(seen) == 2
    target = tmp_path / "down"
    target.mkdir()
    got: list[tuple[int, int]] = []
    path = yield world.agent.attachments.download(file, target, progress=lambda done, total: got.append((done, total)))
    assert path == target / "screen shot.png"
    assert path.read_bytes() == PNG
    assert got[-1] == (len(PNG), len(PNG))
    assert (yield world.customer.attachments.read(file.attachment_id)) == PNG
    again = yield world.customer.attachments.download(file, target)
    assert again == target / "screen shot (1).png"
    assert sorted(os.listdir(target)) == ["screen shot (1).png", "screen shot.png"]


@both
def test_a_file_that_was_not_checked_is_not_downloaded(
    world: World, ticket: Any, picture: Path, tmp_path: Path
) -> Scenario:
    hd = world.connect(access_token=world.token("agent"), transport=WithoutFunctions())
    file = yield hd.attachments.upload(ticket, picture, placement="note")
    assert (file.state, file.is_available) == ("uploaded", False)
    for call in (world.agent.attachments.read, world.agent.attachments.download_url):
        with pytest.raises(AttachmentNotReadyError):
            yield call(file)
    rejected(world, file)
    with pytest.raises(AttachmentRejectedError, match="the virus scanner found Eicar"):
        yield world.agent.attachments.download(file, tmp_path / "x.png")
    assert not (tmp_path / "x.png").exists()


@both
def test_who_may_not_see_a_file_finds_none(world: World, ticket: Any, picture: Path) -> Scenario:
    file = yield world.agent.attachments.upload(ticket, picture, placement="message")
    for person in (world.customer, world.admin, world.outsider, world.stranger):
        for call in (person.attachments.get, person.attachments.read, person.attachments.delete):
            with pytest.raises(AttachmentNotFoundError):
                yield call(file)
    with pytest.raises(TicketNotFoundError):
        yield world.stranger.attachments.upload(ticket, picture)
    with pytest.raises(ForbiddenError):
        yield world.customer.attachments.upload(ticket, picture, placement="note")


@both
def test_a_reply_uploads_its_files_and_a_repetition_uploads_none(world: World, ticket: Any, picture: Path) -> Scenario:
    key = new_id()
    stream = io.BytesIO(PNG)
    stream.name = "/tmp/second.png"
    message = yield world.customer.messages.reply(ticket, "See", attachments=[picture, stream], id=key)
    again = yield world.customer.messages.reply(ticket, "See", attachments=[picture, stream], id=key)
    assert again == message
    files = list((yield world.agent.attachments.list(ticket)))
    assert [(file.file_name, file.message_id) for file in files] == [
        ("screen shot.png", message.message_id),
        ("second.png", message.message_id),
    ]
    with pytest.raises(IdConflictError):
        yield world.customer.messages.reply(ticket, "See", id=key)


@both
def test_a_note_takes_files_that_are_there(world: World, ticket: Any, picture: Path) -> Scenario:
    file = yield world.agent.attachments.upload(ticket, picture, placement="note")
    note = yield world.agent.notes.add(ticket, "See", attachments=[file])
    assert (yield world.agent.attachments.get(file)).note_id == note.note_id
    assert list((yield world.customer.attachments.list(ticket))) == []
    other = yield world.agent.attachments.upload(ticket, picture, placement="message")
    with pytest.raises(AttachmentNotFoundError):
        yield world.agent.notes.add(ticket, "See", attachments=[other.attachment_id])


@both
def test_an_upload_that_is_repeated_is_one(world: World, ticket: Any, picture: Path) -> Scenario:
    key = new_id()
    first = yield world.customer.attachments.upload(ticket, picture, id=key)
    assert (yield world.customer.attachments.upload(ticket, picture, id=key)) == first
    with pytest.raises(IdConflictError):
        yield world.customer.attachments.upload(ticket, picture, name="other.png", id=key)


@pytest.mark.parametrize("lost", ["reserve_attachment", "/storage/v1/object/", "finish_attachment"])
@both
def test_an_upload_whose_answer_is_lost_is_sent_again(world: World, ticket: Any, picture: Path, lost: str) -> Scenario:
    fired: list[str] = []

    def once(request: httpx.Request, count: int) -> bool:
        hit = lost in str(request.url) and not fired
        fired.extend([lost] if hit else [])
        return hit

    hd = world.with_faults("customer", once)
    file = yield hd.attachments.upload(ticket, picture)
    assert file.state == "clean"
    assert len(fired) == 1
    assert len(list((yield world.customer.attachments.list(ticket)))) == 1


@both
def test_an_upload_that_breaks_off_is_repeated_with_its_id(world: World, ticket: Any, picture: Path) -> Scenario:
    hd = world.with_faults("customer", lambda request, count: "finish_attachment" in str(request.url))
    with pytest.raises(UnknownOutcomeError) as caught:
        yield hd.attachments.upload(ticket, picture)
    assert caught.value.id is not None
    assert (yield world.customer.attachments.upload(ticket, picture, id=caught.value.id)).state == "clean"


@both
def test_what_is_lost_on_the_way_leaves_nothing_behind(
    world: World, ticket: Any, picture: Path, tmp_path: Path
) -> Scenario:
    file = yield world.customer.attachments.upload(ticket, picture)
    target = tmp_path / "down"
    target.mkdir()

    def interrupt(done: int, total: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        yield world.customer.attachments.download(file, target, progress=interrupt)
    assert os.listdir(target) == []


@both
def test_bytes_that_are_not_those_that_were_checked_are_not_kept(
    world: World, ticket: Any, picture: Path, tmp_path: Path
) -> Scenario:
    file = yield world.customer.attachments.upload(ticket, picture)
    settled(world, file, {"state": "clean", "size": len(PNG), "sha256": hashlib.sha256(b"other").hexdigest()})
    with pytest.raises(UnexpectedResponseError, match="not the file that was checked"):
        yield world.customer.attachments.download(file, tmp_path / "x.png")
    assert os.listdir(tmp_path) == [picture.name]


@both
def test_nothing_is_overwritten(world: World, ticket: Any, picture: Path, tmp_path: Path) -> Scenario:
    file = yield world.customer.attachments.upload(ticket, picture)
    with pytest.raises(LocalFileError, match="exists already"):
        yield world.customer.attachments.download(file, picture)
    (tmp_path / "link.png").symlink_to(tmp_path / "nowhere")
    with pytest.raises(LocalFileError, match="exists already"):
        yield world.customer.attachments.download(file, tmp_path / "link.png")
    with pytest.raises(LocalFileError, match="cannot be written"):
        yield world.customer.attachments.download(file, tmp_path / "no" / "such.png")
    assert picture.read_bytes() == PNG


@both
def test_a_url_downloads_and_ends(world: World, ticket: Any, picture: Path) -> Scenario:
    file = yield world.customer.attachments.upload(ticket, picture)
    url = yield world.customer.attachments.download_url(file)
    answer = httpx.get(url)
    assert (answer.content, answer.headers["content-type"]) == (PNG, "image/png")
    assert answer.headers["content-disposition"].startswith("attachment; filename=screen%20shot.png")
    assert httpx.get(url.replace("token=", "token=x")).status_code == 400


@both
def test_a_right_that_ends_takes_the_files_along(world: World, picture: Path) -> Scenario:
    with Helpdesk(world.info.api_url, world.info.secret_key) as system:
        ticket = system.tickets.create("Broken", team="Tech", requester="stranger@example.com")
        system.tickets.assign(ticket, "agent@example.com")
        file = yield world.agent.attachments.upload(ticket, picture)
        assert (yield world.agent.attachments.read(file)) == PNG
        system.tickets.unassign(ticket.ticket_id)
    for call in (world.agent.attachments.read, world.agent.attachments.download_url):
        with pytest.raises(AttachmentNotFoundError):
            yield call(file)
    path = f"tickets/{file.ticket_id}/{file.attachment_id}"
    answer = httpx.get(
        f"{world.info.api_url}/storage/v1/object/authenticated/helpdesk-attachments/{path}",
        headers={"apikey": world.info.publishable_key, "Authorization": f"Bearer {world.token('agent')}"},
    )
    assert answer.json()["statusCode"] == "404"


@both
def test_a_deleted_file_is_swept(world: World, ticket: Any, picture: Path) -> Scenario:
    file = yield world.customer.attachments.upload(ticket, picture)
    deleted = yield world.agent.attachments.delete(file)
    assert (deleted.state, deleted.file_name) == ("deleted", "deleted")
    with pytest.raises(AttachmentNotFoundError, match="was deleted"):
        yield world.customer.attachments.read(file)
    name = f"tickets/{file.ticket_id}/{file.attachment_id}"
    assert name in {one.object_name for one in (yield world.system.attachments.sweep())}
    assert name in {one.object_name for one in (yield world.system.attachments.sweep())}
    assert name in {one.object_name for one in (yield world.system.attachments.sweep(dry_run=False))}
    assert name not in {one.object_name for one in (yield world.system.attachments.sweep())}
    with pytest.raises(ForbiddenError):
        yield world.admin.attachments.sweep()


class _Pipe(io.RawIOBase):
    """A file that can be read once."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def read(self, size: int = -1) -> bytes:
        return self._content.read(size)


@both
def test_an_open_file_is_read_from_where_it_stands(world: World, ticket: Any) -> Scenario:
    stream = io.BytesIO(b"junk" + PNG)
    stream.seek(4)
    file = yield world.customer.attachments.upload(ticket, stream, name="a.png")
    assert file.size == len(PNG)
    assert not stream.closed
    assert (yield world.customer.attachments.upload(ticket, _Pipe(PNG), name="b.png")).size == len(PNG)
