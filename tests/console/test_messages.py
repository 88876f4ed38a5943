"""The console's texts: every language has the same texts with the same values to fill in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.console.test_shelves import SRC, files

MESSAGES = SRC / "messages"
LANGUAGES = sorted(path.name for path in MESSAGES.iterdir() if path.is_dir())
AREAS = sorted(path.stem for path in (MESSAGES / "en").glob("*.json"))


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_a_language_has_every_text(language: str, area: str) -> None:
    english, other = texts("en", area), texts(language, area)
    assert english.keys() - other.keys() == set(), "missing"
    assert other.keys() - english.keys() == set(), "nobody reads these"
    for key, text in other.items():
        assert text.strip(), key
        assert arguments(text) == arguments(english[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_area_and_is_offered(language: str) -> None:
    assert sorted(path.stem for path in (MESSAGES / language).glob("*.json")) == AREAS
    kinds = ("", ".guest", ".settings", ".portal", ".staff", ".work", ".admin", ".mail")
    modules = (MESSAGES / f"{language}{kind}.ts" for kind in kinds)
    imported = [
        area for module in modules for area in re.findall(rf'from "\./{language}/(\w+)\.json"', module.read_text())
    ]
    assert sorted(imported) == AREAS


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_have_the_form_for_all_other_numbers(language: str) -> None:
    for area in AREAS:
        for key, text in texts(language, area).items():
            for found in re.finditer(r"\{\s*\w+\s*,\s*(?:plural|select|selectordinal)\s*,(.*)", text, re.S):
                assert re.search(r"\bother\s*\{", found[1]), f"{area}.{key}"


def test_german_speaks_formally() -> None:
    for area in AREAS:
        for key, text in texts("de", area).items():
            assert not re.search(r"\b(?:[Dd]u|[Dd]ein\w*|[Dd]ich|[Dd]ir)\b", text), f"{area}.{key}: {text}"


def test_pages_have_no_text_of_their_own() -> None:
    """Words between tags, and in attributes that people read, come from the messages."""
    wrong = []
    for path in files(".tsx"):
        if ".test." in path.name:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            between = re.search(r"<[A-Za-z][\w.]*(?:\s[^<>]*)?>\s*([A-Za-z][a-z]+(?: [A-Za-z]+)*[.!?…]?)\s*</", line)
            attribute = re.search(r"\b(?:aria-label|title|placeholder|label|alt)=\"([A-Za-z][a-z]+[^\"]*)\"", line)
            if found := between or attribute:
                wrong.append(f"{path.relative_to(SRC)}:{number}: {found[1]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("none", set()),
        ("{name} and {other}", {"name", "other"}),
        ("{n, plural, one {# ticket of {name}} other {# tickets}}", {"n", "name"}),
        ("{n, plural, =0 {none} other {many}} {at, date, short}", {"n", "at"}),
        ("<b>{name}</b>", {"name", "<b>"}),
    ],
)
def test_arguments_are_read(text: str, wanted: set[str]) -> None:
    assert arguments(text) == wanted


def texts(language: str, area: str) -> dict[str, str]:
    """The texts of a file; keys of nested objects are joined with dots."""
    path: Path = MESSAGES / language / f"{area}.json"
    return dict(_flat(json.loads(path.read_text(encoding="utf-8"))))


def _flat(value: dict[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _flat(inner, f"{prefix}{key}.")
        else:
            assert isinstance(inner, str), f"{prefix}{key}"
            yield f"{prefix}{key}", inner


def arguments(text: str) -> set[str]:
    """The names that a text in ICU's grammar fills in, and its tags."""
    found = set(re.findall(r"<\w+>", text))
    place = 0
    while (opened := text.find("{", place)) >= 0:
        closed = _end(text, opened)
        name, _, rest = text[opened + 1 : closed].partition(",")
        found.add(name.strip())
        kind, _, options = rest.partition(",")
        if kind.strip() in ("plural", "select", "selectordinal"):
            inner = 0
            while (begun := options.find("{", inner)) >= 0:
                inner = _end(options, begun) + 1
                found |= arguments(options[begun + 1 : inner - 1])
        place = closed + 1
    return found


def _end(text: str, opened: int) -> int:
    depth = 0
    for place in range(opened, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if not depth:
            return place
    raise ValueError(f"an open brace: {text}")
