"""The console's folders: who may import whom, and what no file may contain. CONTRIBUTING of the console: its README."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

CONSOLE = Path(__file__).parents[2] / "examples" / "console"
SRC = CONSOLE / "src"

# Each shelf, and the shelves that it may import besides itself. "main" are the files of src/ itself.
SHELVES = {
    "main": "pages components shared hooks contexts services lib messages",
    "pages": "components shared hooks contexts lib",
    "components": "shared hooks contexts lib",
    "shared": "lib",
    "contexts": "services lib messages",
    "hooks": "contexts services lib",
    "services": "lib",
    "lib": "messages",
    "messages": "",
}
# Packages that one shelf alone imports; the rest of the console uses what that shelf made of them.
ONLY = {
    "@supabase/supabase-js": "services",
    "@base-ui/react": "shared",
    "react-markdown": "shared",
    "remark-gfm": "shared",
    "rehype-sanitize": "shared",
    "tinykeys": "contexts",
    "idb-keyval": "lib",
}
LONGEST = 200
LONGEST_TEST = 300

_IMPORT = re.compile(r"""(?:^|[;}])\s*(?:import|export)\b[^;"']*?["']([^"']+)["']|import\(\s*["']([^"']+)["']""", re.M)

# The sides of a box by writing direction, so that Arabic and Hebrew work: ms-2, not ml-2.
_PHYSICAL = re.compile(
    r"(?<![\w-])-?(?:m[lr]|p[lr]|scroll-[mp][lr]|border-[lr]|rounded-(?:[lr]|[tb][lr])|left|right)-[\w\[.]"
    r"|(?<![\w-])(?:text|float|clear)-(?:left|right)\b|(?<![\w-])border-[lr](?![\w-])"
)
_HUES = (
    "slate|gray|zinc|neutral|stone|red|orange|amber|yellow|lime|green|emerald|teal|cyan|sky|blue|indigo|violet|purple"
)
_RAW_COLOR = re.compile(
    rf"-(?:{_HUES}|fuchsia|pink|rose)-\d{{2,3}}\b|(?<=[\s\"'`:])(?:bg|text|border|ring|fill|stroke)-(?:white|black)\b"
    r"|[\"'\[]#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch)\("
)
_MARKUP = re.compile(
    r"dangerouslySetInnerHTML|\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function\b"
    r"|srcdoc|srcDoc|<style\b|<script\b"
)
_WORDS = {
    "a physical side instead of a logical one": _PHYSICAL,
    "a color that is no token": _RAW_COLOR,
    "markup or code from a string": _MARKUP,
    "a rule of the linter switched off": re.compile(r"deno-lint-ignore|@ts-(?:ignore|expect-error|nocheck)"),
    "a type that checks nothing": re.compile(r"[:<|(,]\s*any\b|\bas any\b"),
    "all of zod, which makes functions from strings: use zod/mini": re.compile(r"""from ["']zod["']"""),
    "a host of a registry": re.compile(r"npmjs|jsr\.io|unpkg|jsdelivr|esm\.sh|googleapis|gstatic"),
    "a key that opens everything": re.compile(r"sb_secret_[A-Za-z0-9]{6}"),
}


def files(*suffixes: str) -> list[Path]:
    """The sources of these kinds, not the generated types."""
    found = (path for path in SRC.rglob("*") if path.suffix in suffixes and path.name != "database.types.ts")
    return sorted(found)


SOURCES = files(".ts", ".tsx")
# What is loaded when it is needed must have a default export.
LAZY = {name for path in SOURCES for name in re.findall(r"import\([^)]*?([\w.]+\.tsx)\b", path.read_text("utf-8"))}
IDS = [str(path.relative_to(SRC)) for path in SOURCES]


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_a_file_imports_only_what_its_shelf_may(path: Path) -> None:
    shelf = _shelf(path)
    wrong = []
    for target in _imports(path):
        if target.startswith("."):
            wanted = (path.parent / target).resolve()
            # A test may read a file of the repository.
            other = _shelf(wanted) if wanted.is_relative_to(SRC) or not _is_test(path) else shelf
            permitted = f"{SHELVES[shelf]} messages" if _is_test(path) else SHELVES[shelf]
            if other != shelf and other not in permitted.split():
                wrong.append(f"{shelf} may not import {other}: {target}")
        else:
            owner = next((ONLY[name] for name in ONLY if target == name or target.startswith(f"{name}/")), shelf)
            if owner != shelf and not _is_test(path):
                wrong.append(f"only {owner} may import {target}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_a_file_has_nothing_that_is_forbidden(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    wrong = [
        f"line {text.count(chr(10), 0, found.start()) + 1}: {what}: {found[0]}"
        for what, pattern in _WORDS.items()
        for found in pattern.finditer(_without_comments(text))
        if not (_is_test(path) and what.startswith(("markup", "a key")))
    ]
    # Where a secret key is refused, its beginning is named.
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_a_file_is_short_and_exports_names(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= (LONGEST_TEST if _is_test(path) else LONGEST)
    if _shelf(path) not in ("pages", "messages") and path.name not in LAZY:
        assert "export default" not in text


def test_the_shelves_are_all_there_is() -> None:
    assert {path.name for path in SRC.iterdir() if path.is_dir()} <= set(SHELVES)


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ('className="ml-2"', "a physical side"),
        ('className="-mr-[3px]"', "a physical side"),
        ('className="hover:text-left"', "a physical side"),
        ('className="bg-gray-100"', "a color"),
        ('style={{ color: "#fff" }}', "a color"),
        ("element.innerHTML = text", "markup"),
        ("const a: any = 1", "a type"),
        ('import { z } from "zod";', "all of zod"),
    ],
)
def test_the_patterns_find_what_they_look_for(code: str, what: str) -> None:
    assert any(name.startswith(what) and pattern.search(code) for name, pattern in _WORDS.items())


@pytest.mark.parametrize("code", ['className="ms-2 me-4 start-0 text-start"', 'className="bg-accent text-on-accent"'])
def test_the_patterns_leave_good_code_alone(code: str) -> None:
    assert not any(pattern.search(code) for pattern in _WORDS.values())


def _shelf(path: Path) -> str:
    parts = path.relative_to(SRC).parts
    if len(parts) == 1:
        return "main" if parts[0] not in SHELVES else parts[0]
    return "shared" if parts[:2] == ("components", "Shared") else parts[0]


def _imports(path: Path) -> Iterator[str]:
    for found in _IMPORT.finditer(_without_comments(path.read_text(encoding="utf-8"))):
        yield found[1] or found[2]


def _without_comments(text: str) -> str:
    """The text with comments blanked, so that positions stay."""
    blank = lambda found: re.sub(r"[^\n]", " ", found[0])  # noqa: E731 (one use)
    return re.sub(r"(?<![:\"'`\w])//[^\n]*|/\*.*?\*/", blank, text, flags=re.S)


def _is_test(path: Path) -> bool:
    return ".test." in path.name
