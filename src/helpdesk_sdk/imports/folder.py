"""A folder of Markdown and HTML files."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

from ..errors import LocalFileError
from .articles import (
    ImportedArticle,
    Reading,
    Refusal,
    RefusedSourceError,
    checked,
    count_by,
    read_text,
    refuse_twins,
    slug_of,
)
from .html import html_to_markdown
from .markdown import first_heading, split_front_matter, with_links, without_comments

_MARKDOWN = {".md", ".markdown"}
_HTML = {".html", ".htm"}
# The page of a folder: its slug is that of the folder.
_INDEX = {"index", "readme", "_index"}
_LEFT_OUT = {"node_modules", "__pycache__"}
_FILES_MAX = 20_000


def read_folder(
    folder: str | os.PathLike[str],
    *,
    locale: str = "en",
    audience: str = "public",
    status: str = "published",
    section: str | None = None,
) -> Reading:
    """Read all Markdown and HTML files of a folder, and of the folders in it.

    A Markdown file may begin with front matter: ``slug``, ``title``, ``locale``, ``audience``, ``section``, ``status``.
    Without a title, its first heading is the title, else its name. Without a slug, its path is the slug. Links between
    the files become links to slugs. A file that cannot be read is in ``refused``, and all others in ``articles``.

    Args:
        folder: The folder, or one file.
        locale: The language of files that name none.
        audience: ``public`` or ``internal``, for files that name none.
        status: ``published``, ``draft`` or ``archived``, for files that name none.
        section: The section of files that name none; by default the folder that a file is in.

    Raises:
        ConfigurationError: A library of the extra [kb] is not installed.
        LocalFileError: There is no such folder.
    """
    root = Path(folder)
    if not root.exists():
        raise LocalFileError(f"There is no folder {root}")
    reading = Reading()
    files = [root] if root.is_file() else list(_files(root, reading))
    base = root.parent if root.is_file() else root
    defaults = {"locale": locale, "audience": audience, "status": status}
    read: list[ImportedArticle] = []
    for path in files:
        name = path.relative_to(base).as_posix()
        try:
            read.append(_read(path, name, defaults, section))
        except RefusedSourceError as error:
            reading.refused.append(Refusal(name, error.problem, error.hint))
    by_path = {article.source: article.slug for article in read}
    for article in read:
        try:
            reading.articles.append(checked(_linked(article, by_path, base, reading)))
        except RefusedSourceError as error:
            reading.refused.append(Refusal(article.source, error.problem, error.hint))
    refuse_twins(reading)
    reading.refused.sort(key=lambda refused: refused.source)
    return reading


def _files(root: Path, reading: Reading) -> Iterator[Path]:
    """The files to read, by name. A link that leads outside is refused: its target may not be meant to be public."""
    real_root = Path(os.path.realpath(root))
    others: list[str] = []
    pending, seen, count = [root], {real_root}, 0
    while pending:
        here = pending.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as error:
            _refuse(reading, root, here, f"it cannot be read: {error.strerror}", "Check its permissions.")
            continue
        below: list[Path] = []
        for entry in entries:
            path = Path(entry.path)
            suffix = path.suffix.lower()
            if entry.name.startswith(".") or entry.name in _LEFT_OUT:
                continue
            if entry.is_symlink() and not _leads_inside(path, real_root, seen, reading, root):
                continue
            if path.is_dir():
                seen.add(Path(os.path.realpath(path)))
                below.append(path)
            elif suffix not in _MARKDOWN | _HTML:
                others.append(suffix)
            elif not path.is_file():
                _refuse(reading, root, path, "it is no ordinary file", "Replace it by a file.")
            elif (count := count + 1) > _FILES_MAX:
                _refuse(reading, root, here, f"there are more than {_FILES_MAX:,} files", "Import it in parts.")
                return
            else:
                yield path
        pending += reversed(below)
    if others:
        reading.notes.append(f"Other files were left out: {count_by(others)}")


def _leads_inside(path: Path, real_root: Path, seen: set[Path], reading: Reading, root: Path) -> bool:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        _refuse(
            reading, root, path, "it is a symbolic link that leads nowhere, or to itself", "Mend or remove the link."
        )
        return False
    if target != real_root and real_root not in target.parents:
        _refuse(
            reading, root, path, "it is a symbolic link that leads out of the folder", "Copy the file into the folder."
        )
        return False
    if target in seen or (target.is_dir() and path.parent.resolve().is_relative_to(target)):
        _refuse(reading, root, path, "it is a symbolic link to a folder that is read already", "Remove the link.")
        return False
    return True


def _refuse(reading: Reading, root: Path, path: Path, problem: str, hint: str) -> None:
    reading.refused.append(Refusal(path.relative_to(root).as_posix(), problem, hint))


def _read(path: Path, name: str, defaults: dict[str, str], section: str | None) -> ImportedArticle:
    text = read_text(path)
    if path.suffix.lower() in _HTML:
        values: dict[str, str] = {}
        title, body = html_to_markdown(text)
        if title is not None and body.startswith(f"# {title}\n"):
            body = body[len(title) + 3 :]
    else:
        values, body = split_front_matter(text)
        body = without_comments(body)
        heading, rest = first_heading(body)
        title = values.get("title") or heading
        if heading is not None and heading == title:
            body = rest
    stem = path.stem.replace("-", " ").replace("_", " ").strip()
    folder = posixpath.dirname(name)
    given = {**defaults, **values}
    return ImportedArticle(
        source=name,
        slug=given.get("slug") or _slug_of_path(name),
        title=title or stem[:1].upper() + stem[1:],
        body=body,
        locale=given["locale"],
        audience=given["audience"],  # type: ignore[arg-type]
        section=given.get("section") or section or (folder.replace("/", " / ") or None),
        status=given["status"],  # type: ignore[arg-type]
    )


def _slug_of_path(name: str) -> str:
    folder, file = posixpath.split(name)
    stem = posixpath.splitext(file)[0]
    parts = [folder] if folder and stem.lower() in _INDEX else [folder, stem]
    made = slug_of("/".join(parts))
    if not made:
        raise RefusedSourceError(
            "its name has no letter that a slug can have", "Name a slug in its front matter: slug: …"
        )
    return made


def _linked(article: ImportedArticle, by_path: dict[str, str], base: Path, reading: Reading) -> ImportedArticle:
    """The article with its links to other files as links to their slugs."""
    folder = posixpath.dirname(article.source)

    def resolve(place: str) -> str | None:
        path, mark, part = place.partition("#")
        if not path or ":" in path or path.startswith("//"):
            return None
        path = unquote(path.partition("?")[0])
        target = posixpath.normpath(path.lstrip("/") if path.startswith("/") else posixpath.join(folder, path))
        for name in (target, f"{target}.md", f"{target}/index.md", f"{target}/README.md", f"{target}/_index.md"):
            if name in by_path:
                return by_path[name] + mark + part
        if posixpath.splitext(target)[1].lower() in _MARKDOWN | _HTML or (base / target).is_file():
            reading.notes.append(f"{article.source}: the link to {place[:200]} leads to no article of the folder")
        return None

    return replace(article, body=with_links(article.body, resolve))
