"""The files of a text: their links in it, the images that stand in it, and where somebody has put their bytes."""

from __future__ import annotations

import mimetypes
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

from ..._names import clean_name
from ...errors import LocalFileError
from .items import Item, RefusedItemError
from .texts import clean, text_of_html

_NAMED = re.compile(r"(\d+)(?=[._-]|$)")
_TOKEN = re.compile(r"/attachments/token/([^/?]+)")
_EXTENSIONS = {
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
}


class Attached(NamedTuple):
    """A file of a text."""

    id: str | None
    name: str
    content_type: str
    size: int | None
    url: str
    """Where the other helpdesk has it."""
    is_inline: bool


def marked(files: Iterable[Attached], html: str) -> list[Attached]:
    """The files, where those that the HTML shows are inline, whatever the other helpdesk says."""
    shown = unescape(html) if "<img" in html else ""
    return [
        file._replace(is_inline=True)
        if shown and any(key in shown for key in (_token(file.url), file.url, f'data-id="{file.id}"') if key)
        else file
        for file in files
    ]


def names_of(files: Iterable[Attached]) -> dict[str, str]:
    """The name of each file by its id. Those of images inside the text are unique in it: the text names them."""
    taken: set[str] = set()
    names: dict[str, str] = {}
    for file in sorted(files, key=lambda file: file.is_inline):
        if file.id is None:
            continue
        name = file.name
        if file.is_inline:
            # As the database keeps it: the last part, here in ASCII, with an extension of its type.
            last = re.sub(r"[^A-Za-z0-9_.-]", "_", re.split(r"[/\\]", name)[-1])
            stem, _, extension = last[-100:].strip(".").rpartition(".")
            allowed = _EXTENSIONS.get(file.content_type, ())
            if allowed and extension.lower() not in allowed:
                stem, extension = f"{stem}.{extension}" if stem else extension, allowed[0]
            stem, ending = stem or "image", f".{extension.lower()}" if extension else ""
            name, number = stem + ending, 2
            while name in taken:
                name, number = f"{stem}-{number}{ending}", number + 1
        taken.add(name)
        names[file.id] = name
    return names


def text_of(plain: str, html: str, files: Sequence[Attached], item: Item) -> str:
    """The text, with the images that stand in it as ``![name](attachment:name)``, and a link for each file behind it.

    It is the same whether the bytes come along or not: a text that changed later was redacted.
    """
    text = plain
    if "<img" in html or not text.strip():
        images = _Images(files)
        text, count = text_of_html(html, images.reference)
        item.note("inline images rewritten", count)
        item.note("inline images that stay links: they are no attachments", images.unknown)
    links = [f"[{clean_name(clean(file.name)[0])[:200]}]({file.url})" for file in files]
    item.note("attachments kept as links", len(links))
    text, removed = clean("\n\n".join(part for part in (text.strip(), "\n".join(links)) if part))
    item.note("characters removed that cannot be stored", removed)
    return text


class _Images:
    """Finds the file of an image by its address, by the secret part of it, or by the id that stands beside it."""

    def __init__(self, files: Sequence[Attached]) -> None:
        self._names = names_of(files)
        self._ids: dict[str, str] = {}
        self.unknown = 0
        for file in files:
            if file.id is not None and file.is_inline:
                for key in (file.id, file.url, _token(file.url)):
                    if key:
                        self._ids.setdefault(key, file.id)

    def reference(self, attributes: Mapping[str, str | None]) -> str | None:
        place = attributes.get("src") or ""
        for key in (attributes.get("data-id"), place, _token(place)):
            if key and (id := self._ids.get(key)) is not None:
                return f"![{self._names[id]}](attachment:{self._names[id]})"
        self.unknown += 1
        return None


def _token(url: str) -> str | None:
    found = _TOKEN.search(url)
    return found and found[1]


def files_in(folder: Path) -> dict[str, Path]:
    """The files by the id that their name, or their folder's name, begins with.

    Raises:
        LocalFileError: The folder cannot be read.
    """
    found: dict[str, Path] = {}
    try:
        for entry in os.scandir(folder):
            if (named := _NAMED.match(entry.name)) is None:
                continue
            files = [one.path for one in os.scandir(entry.path) if one.is_file()] if entry.is_dir() else [entry.path]
            if len(files) == 1:
                found[named[1]] = Path(files[0])
    except OSError as error:
        raise LocalFileError(f"{folder} cannot be read: {error.strerror or error}") from None
    return found


def file_values(file: Attached, name: str, path: Path) -> dict[str, Any]:
    """The values of a file whose bytes are there.

    Raises:
        RefusedItemError: The bytes are not those of the export.
    """
    size = path.stat().st_size
    if file.size is not None and file.size != size:
        message = f"{path.name[:100]} has {size:,} bytes where the export says {file.size:,}"
        raise RefusedItemError("file_size", message, "Download it again.")
    name = clean(name)[0]
    return {
        "file_name": name[:1000],
        "content_type": file.content_type or mimetypes.guess_type(name)[0] or "",
        "size": size,
    }
