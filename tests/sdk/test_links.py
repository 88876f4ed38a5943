"""The links of a Markdown text, the articles that they mean, and circles of articles."""

from __future__ import annotations

import time

import pytest

from helpdesk_sdk.imports.links import circles_of, links_of, slug_in


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ("[a](refunds)", ["refunds"]),
        ('[a](refunds "Title")', ["refunds"]),
        ("[a]( <two words> )", ["two words"]),
        ("![a](screen.png)", ["screen.png"]),
        ("[![a](screen.png)](refunds#how)", ["screen.png", "refunds#how"]),
        ("[a](https://x.test/a_(b))", ["https://x.test/a_(b)"]),
        ("[a][r]\n\n[r]: refunds\n  [s]: <x>", ["refunds", "x"]),
        ("See https://x.test/a, or <https://x.test/b>.", ["https://x.test/a", "https://x.test/b"]),
        ("<a class='x' href=\"refunds\">a</a> <img src=a.png>", ["refunds", "a.png"]),
        ("[a](mailto:a@x.test) [b](#part)", ["mailto:a@x.test", "#part"]),
        ("[a](x) [b](x)", ["x"]),
        ("`[a](x)` ``[b](`y`)``\n\n```\n[c](z)\n```\n\n~~~\n[d](z)", []),
        ("[a]() ](", []),
    ],
)
def test_links_are_found_and_code_has_none(body: str, places: list[str]) -> None:
    assert links_of(body) == places


@pytest.mark.parametrize(
    ("place", "slug"),
    [
        ("refunds", "refunds"),
        ("./refunds#how", "refunds"),
        ("/refunds", "refunds"),
        ("../guides/refunds.md?x", "refunds"),
        ("Refunds.HTML", "refunds"),
        ("re%66unds", "refunds"),
        ("#part", None),
        ("/app/settings", None),
        ("screen.png", None),
        ("mailto:a@x.test", None),
        ("//x.test/a", None),
        ("https://x.test/refunds", None),
        ("/", None),
    ],
)
def test_which_article_a_link_means(place: str, slug: str | None) -> None:
    assert slug_in(place) == slug


def test_circles_are_found_once_and_end() -> None:
    links = {
        "a": ["b", "gone"],
        "b": ["c", "b"],
        "c": ["a", "d"],
        "d": ["e"],
        "e": ["d", "f"],
        "f": ["f"],
        "g": ["a"],
    }
    assert circles_of(links) == [("a", "b", "c"), ("d", "e")]
    assert circles_of({}) == []


def test_a_long_chain_and_a_dense_circle_take_no_time() -> None:
    size = 50_000
    chain = {str(n): [str((n + 1) % size)] for n in range(size)}
    assert [len(circle) for circle in circles_of(chain)] == [size]
    dense = {str(n): [str(m) for m in range(300)] for n in range(300)}
    assert [len(circle) for circle in circles_of(dense)] == [300]


@pytest.mark.parametrize(
    "hostile",
    ["](", "](((", "[a](<", "<a ", "<a href=", "[a]: ", "`", "[a](x(", "https://", "![", "\n[a]:", "<img src"],
)
def test_hostile_texts_take_no_time(hostile: str) -> None:
    begun = time.process_time()
    links_of(hostile * (500_000 // len(hostile)))
    # Quadratic work would be minutes.
    assert time.process_time() - begun < 20
