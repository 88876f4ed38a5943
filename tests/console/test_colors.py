"""The colors of the two themes: text can be read on every ground that it is put on (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re

import pytest
from tests.console.test_shelves import SRC

CSS = (SRC / "styles.css").read_text(encoding="utf-8")
GROUNDS = ("surface", "raised", "sunken", "hover", "selected")
TEXTS = [(text, ground) for text in ("text", "muted", "subtle") for ground in GROUNDS]
TEXTS += [(f"{tone}-text", ground) for tone in ("accent", "danger") for ground in ("surface", "raised", "sunken")]
TEXTS += [(f"{tone}-text", f"{tone}-soft") for tone in ("accent", "danger", "warning", "success")]
TEXTS += [("note-text", "note"), ("text", "note"), ("muted", "note"), ("on-accent", "accent"), ("on-accent", "danger")]
# Edges of fields and the ring around what has the focus.
EDGES = [(edge, ground) for edge in ("strong", "focus") for ground in ("surface", "raised")]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_can_be_read(theme: str, text: str, ground: str) -> None:
    assert contrast(theme, text, ground) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_can_be_seen(theme: str, edge: str, ground: str) -> None:
    assert contrast(theme, edge, ground) >= 3


def contrast(theme: str, one: str, other: str) -> float:
    """The ratio of two tokens' brightness, from 1 to 21."""
    light, dark = sorted((luminance(colors(theme)[one]), luminance(colors(theme)[other])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colors(theme: str) -> dict[str, str]:
    """The tokens of a theme."""
    block = re.search(r'\[data-theme="dark"\]\s*\{(.*?)\}' if theme == "dark" else r":root[^{]*\{(.*?)\}", CSS, re.S)
    assert block
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block[1]))


def luminance(color: str) -> float:
    """The relative luminance of a color, as WCAG defines it."""
    parts = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
