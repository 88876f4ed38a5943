"""Uploads that cannot be, names of downloads on this machine, and the settings."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.sdk.support import Scenario, both
from tests.sdk.world import World

from helpdesk_sdk import Helpdesk
from helpdesk_sdk.errors import ForbiddenError, InvalidValueError, LocalFileError
from helpdesk_sdk.models.attachments import FILE_TYPES
from helpdesk_sdk.resources._files import local_name

MIGRATIONS = Path(__file__).parents[2] / "supabase" / "migrations"


@pytest.fixture
def ticket(world: World) -> Any:
    """A ticket of the customer in the agents' team."""
    with Helpdesk(world.info.api_url, world.info.secret_key) as system:
        return system.tickets.create("Broken", team="Billing", requester="customer@example.com")


WRONG: dict[str, tuple[Callable[[Path], Any], dict[str, Any], type[Exception], str]] = {
    "no file": (lambda path: path / "none.png", {}, LocalFileError, "cannot be read"),
    "a directory": (lambda path: path, {}, LocalFileError, "is a directory"),
    "no path": (lambda path: 7, {}, InvalidValueError, "file must be a path"),
    "text": (lambda path: io.StringIO("x"), {"name": "a.txt"}, InvalidValueError, "binary mode"),
    "no name": (lambda path: io.BytesIO(b"x"), {}, InvalidValueError, "name must be 1 to 1000"),
    "no type": (lambda path: io.BytesIO(b"x"), {"name": "a.exe"}, InvalidValueError, "content_type cannot be told"),
    "empty": (lambda path: io.BytesIO(b""), {"name": "a.png"}, InvalidValueError, "size must be at least 1 byte"),
    "a type that is not taken": (
        lambda path: io.BytesIO(b"<svg/>"),
        {"name": "a.svg", "content_type": "image/svg+xml"},
        InvalidValueError,
        "content_type must be one of",
    ),
    "a placement that is none": (
        lambda path: io.BytesIO(b"x"),
        {"placement": "x"},
        InvalidValueError,
        "placement must",
    ),
}


@pytest.mark.parametrize("what", WRONG)
@both
def test_what_cannot_be_uploaded_ends_in_a_sentence(world: World, ticket: Any, tmp_path: Path, what: str) -> Scenario:
    make, options, error, says = WRONG[what]
    with pytest.raises(error, match=says):
        yield world.customer.attachments.upload(ticket, make(tmp_path), **options)


@both
def test_the_settings_decide(world: World, ticket: Any, tmp_path: Path) -> Scenario:
    before = yield world.admin.settings.get()
    try:
        done = yield world.admin.settings.update(attachment_max_bytes=1000)
        assert (done.attachment_max_bytes, done.attachment_types) == (1000, before.attachment_types)
        with pytest.raises(InvalidValueError, match="size must be 1 to 1000 bytes"):
            yield world.customer.attachments.upload(ticket, io.BytesIO(b"x" * 1001), name="a.png")
        with pytest.raises(ForbiddenError):
            yield world.customer.settings.update(attachment_max_bytes=2000)
        with pytest.raises(InvalidValueError, match="attachment_types must be among"):
            yield world.admin.settings.update(attachment_types=["text/html"])
        for wrong in ("image/png", 5, [5]):
            with pytest.raises(InvalidValueError, match="attachment_types must be"):
                yield world.admin.settings.update(attachment_types=wrong)
        with pytest.raises(InvalidValueError, match="attachment_require_check must be True or False"):
            yield world.admin.settings.update(attachment_require_check=0)
    finally:
        yield world.admin.settings.update(attachment_max_bytes=before.attachment_max_bytes)


NAMES = {
    "a.png": "a.png",
    "../../etc/passwd": "_.._etc_passwd",
    "/etc/passwd": "_etc_passwd",
    "C:\\x\\a.png": "C__x_a.png",
    "..": "file",
    ".bashrc": "bashrc",
    "a.png. ": "a.png",
    "con": "_con",
    "NUL.txt": "_NUL.txt",
    "con.tar.gz": "_con.tar.gz",
    "a\r\nb\x1b[31m.txt": "a__b_[31m.txt",
    "invoice\u202efdp.exe": "invoice_fdp.exe",
    "what? *.txt": "what_ _.txt",
    "\u8acb" * 100 + ".pdf": "\u8acb" * 65 + ".pdf",
    "": "file",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_safe_on_any_system(name: str) -> None:
    assert local_name(name) == NAMES[name]
    assert len(local_name(name).encode()) <= 255


def test_the_sdk_knows_the_types_that_the_database_knows() -> None:
    source = next(MIGRATIONS.glob("*_helpdesk_settings.sql")).read_text()
    table = source[source.index("insert into helpdesk_private.file_types") :]
    found: dict[str, str] = {}
    for type_, extensions in re.findall(r"\('([a-z]+/[^']+)', '\{([^}]+)\}'", table[: table.index(";")]):
        found |= dict.fromkeys(extensions.split(","), type_)
    assert found == FILE_TYPES
