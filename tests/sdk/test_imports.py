"""Readers of articles: a folder of Markdown and HTML, faults of single files, and hostile HTML."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from helpdesk_sdk import LocalFileError
from helpdesk_sdk.imports import Reading, html_to_markdown, read_folder
from helpdesk_sdk.imports.articles import RefusedSourceError


def write(folder: Path, files: Mapping[str, str | bytes] | None = None, **more: str | bytes) -> None:
    """Files by name; ``__`` stands for a slash, and names without a suffix are Markdown."""
    for name, text in {**(files or {}), **more}.items():
        path = folder / (name.replace("__", "/") + ("" if "." in name else ".md"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def problems(reading: Reading) -> dict[str, str]:
    assert all(refused.hint for refused in reading.refused)
    return {refused.source: refused.problem for refused in reading.refused}


def test_front_matter_names_what_an_article_is(tmp_path: Path) -> None:
    write(
        tmp_path,
        a="---\nslug: refunds\ntitle: 'Refunds: how'\nlocale: de\n"
        "audience: internal\nsection: Billing\nstatus: draft\n---\n"
        "Text.\n",
        b="---\nlang: no\ntags: [x]\ndraft: true\n---\n# Hei\n\nTekst.",
    )
    first, second = read_folder(tmp_path).articles
    assert (first.slug, first.title, first.body) == ("refunds", "Refunds: how", "Text.")
    assert (first.locale, first.audience, first.section, first.status) == ("de", "internal", "Billing", "draft")
    assert (second.locale, second.title, second.body, second.status) == ("no", "Hei", "Tekst.", "draft")


def test_without_front_matter_headings_names_and_folders_say_it(tmp_path: Path) -> None:
    write(
        tmp_path,
        guides__set_up="Some text.\n\nThe *great* [set-up](x)\n===\n\nMore.",
        guides__README="# Guides\n\nAll of them.",
        Über_uns="Nur Text.",
        fenced="```\n# no heading\n```\nText.",
    )
    found = {article.source: article for article in read_folder(tmp_path, audience="internal", locale="de").articles}
    assert found["guides/set_up.md"].title == "The great set-up"
    assert "===" in found["guides/set_up.md"].body
    assert (found["guides/README.md"].slug, found["guides/README.md"].section) == ("guides", "guides")
    assert found["guides/README.md"].body == "All of them."
    assert (found["Über_uns.md"].slug, found["Über_uns.md"].title) == ("uber-uns", "Über uns")
    assert (found["fenced.md"].title, found["fenced.md"].audience, found["fenced.md"].locale) == (
        "Fenced",
        "internal",
        "de",
    )


def test_links_between_files_become_links_to_slugs(tmp_path: Path) -> None:
    write(
        tmp_path,
        guides__a="See [b](../b.md#part), [c](c%20d.md 'Title'), [r][r], `[b](../b.md)`, [web](https://x.example/b.md),"
        "\n[gone](gone.md).\n\n[r]: /b.md\n\n```\n[b](../b.md)\n```\n",
        b="---\nslug: bee\n---\n[folder](guides/), ![picture](p.png) ``a ` [x](b.md)``",
        guides__index="# Guides\n\nText.",
    )
    write(tmp_path / "guides", {"c d.md": "Text."})
    reading = read_folder(tmp_path)
    bodies = {article.source: article.body for article in reading.articles}
    assert bodies["guides/a.md"] == (
        "See [b](bee#part), [c](guides-c-d 'Title'), [r][r], `[b](../b.md)`, [web](https://x.example/b.md),"
        "\n[gone](gone.md).\n\n[r]: bee\n\n```\n[b](../b.md)\n```"
    )
    assert bodies["b.md"] == "[folder](guides), ![picture](p.png) ``a ` [x](b.md)``"
    assert reading.notes == ["guides/a.md: the link to gone.md leads to no article of the folder"]


def test_articles_that_link_to_each_other_in_a_circle_are_read_once(tmp_path: Path) -> None:
    write(tmp_path, a="See [b](b.md).", b="See [c](c.md) and [b](b.md).", c="See [a](a.md).")
    reading = read_folder(tmp_path)
    assert {article.source: article.body for article in reading.articles} == {
        "a.md": "See [b](b).",
        "b.md": "See [c](c) and [b](b).",
        "c.md": "See [a](a).",
    }
    assert reading.notes == []


def test_comments_are_no_text_of_the_article(tmp_path: Path) -> None:
    write(
        tmp_path,
        a="Seen <!-- not `seen --> seen. `<!-- code -->` 1 <!-- 2 -->\n\n```\n<!-- code -->\n```\n"
        "<!-- to the end `x`\n\nsecret",
        b="1 <!-- ` --> 2 <!-- secret --> 3 `<!-- code -->`",
    )
    (
        article,
        other,
    ) = read_folder(tmp_path).articles
    assert article.body.startswith("Seen  seen. `<!-- code -->` 1 \n\n```\n<!-- code -->\n```")
    assert "secret" not in article.body
    assert other.body == "1  2  3 `<!-- code -->`"


def test_a_bad_file_is_named_and_all_others_are_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        good="# Good\n\nText.",
        latin=b"caf\xe9",
        big=b"x" * 10_000_000,
        long="x" * 500_001,
        broken="---\ntitle: a: b\n---\nText.",
        endless="---\ntitle: a\nText.",
        listed="---\n- a\n---\nText.",
        nested="---\ntitle: [a]\n---\nText.",
        audience="---\naudience: everyone\n---\nText.",
        slug="---\nslug: 'Not A Slug'\n---\nText.",
        empty="---\ntitle: Nothing\n---\n\n",
        nul=b"a\0b",
        bomb="---\na: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\ntitle: *c\n---\nText.",
        deep="---\ntitle: " + "[" * 5000 + "\n---\nText.",
        twin="---\nslug: twin\n---\nText.",
        other="---\nslug: twin\n---\nText.",
    )
    write(tmp_path, {"日本.md": "Text.", "p.png": b"x"})
    reading = read_folder(tmp_path)
    assert [article.slug for article in reading.articles] == ["good"]
    assert reading.notes == ["Other files were left out: .png (1)"]
    found = problems(reading)
    assert found["latin.md"] == "it is not UTF-8: byte 3 is 0xe9"
    assert found["big.md"] == "it has more than 8,000,000 bytes"
    assert found["long.md"] == "the text has 500,001 characters"
    assert found["broken.md"].startswith("its front matter is broken, line 2: ")
    assert found["endless.md"] == "its front matter has no end"
    assert found["listed.md"] == "its front matter has no names and values"
    assert found["nested.md"] == found["bomb.md"] == "title in its front matter is no text"
    assert found["deep.md"].startswith("its front matter is broken")
    assert found["audience.md"] == "audience in its front matter is 'everyone'"
    assert found["slug.md"] == "the slug 'Not A Slug' is not valid"
    assert found["empty.md"] == "it has no text"
    assert found["nul.md"] == "the body contains a NUL character"
    assert found["日本.md"] == "its name has no letter that a slug can have"
    assert found["twin.md"] == "other.md has the same slug, twin, for en"
    assert found["other.md"] == "twin.md has the same slug, twin, for en"


def test_links_that_circle_or_lead_outside_are_refused(tmp_path: Path) -> None:
    outside, folder = tmp_path / "secret.md", tmp_path / "docs"
    outside.write_text("# Secret")
    write(folder, a__b="# B\n\nText.")
    (folder / "a" / "up").symlink_to(folder)
    (folder / "self.md").symlink_to(folder / "self.md")
    (folder / "gone.md").symlink_to(folder / "nowhere.md")
    (folder / "out.md").symlink_to(outside)
    (folder / "alias.md").symlink_to(folder / "a" / "b.md")
    os.mkfifo(folder / "pipe.md")
    reading = read_folder(folder)
    assert [article.source for article in reading.articles] == ["alias.md", "a/b.md"]
    assert problems(reading) == {
        "a/up": "it is a symbolic link to a folder that is read already",
        "gone.md": "it is a symbolic link that leads nowhere, or to itself",
        "out.md": "it is a symbolic link that leads out of the folder",
        "pipe.md": "it is no ordinary file",
        "self.md": "it is a symbolic link that leads nowhere, or to itself",
    }


def test_a_reading_is_the_same_each_time(tmp_path: Path) -> None:
    write(tmp_path, {f"d{one}__f{two}": f"# T{one}\n\n[x](f1.md)" for one in range(3) for two in range(3)})
    assert read_folder(tmp_path) == read_folder(tmp_path)
    assert [article.slug for article in read_folder(tmp_path / "d0" / "f1.md").articles] == ["f1"]
    with pytest.raises(LocalFileError):
        read_folder(tmp_path / "nowhere")


def test_html_becomes_the_text_that_is_seen() -> None:
    title, body = html_to_markdown(
        "<html><head><title>Page</title><style>p{}</style></head><body><h1>Refunds</h1><!-- c -->"
        "<script>evil()</script>"
        "<p>We <b>refund</b> in <a href='https://x.example/p'>5 days</a>.</p><ul><li>one</li><li>two</li></ul>"
        "<p hidden>h1</p><p style='DISPLAY : none'>h2</p><p aria-hidden=true>h3</p><p style='font-size:0px'>h4</p>"
        "<p style='position:absolute;left:-9999px'>h5</p><div style='opacity:0'><p>h6</p></div><template>h7</template>"
        "<p style='opacity:0.9;font-size:0.9em'>shown</p><img src='data:image/png;base64,AAAA' alt='A picture'>"
        "<a href='javascript:alert(1)'>click</a> <a href=' java\nscript:x'>click</a> <a href='//evil.example'>click</a>"
        "<table><tr><th>a</th></tr><tr><td>b</td></tr></table><pre><code>x &lt; y</code></pre><?php secret ?>"
        "</body></html>"
    )
    assert title == "Refunds"
    assert "We **refund** in [5 days](https://x.example/p)." in body
    assert "- one\n- two" in body
    assert "shown" in body
    assert "A picture" in body
    assert "| b |" in body
    assert "x < y" in body
    for hidden in ("evil", "h2", "h3", "h4", "h5", "h6", "h7", "javascript", "script:", "base64", "secret", "p{}"):
        assert hidden not in body, hidden


@pytest.mark.parametrize(
    "bomb",
    [
        "<div>" * 100_000,
        "<b>" * 40_000 + "text",
        "<a href='" + "x" * 1_000_000 + "'>text</a>",
        "<table>" * 20_000 + "text",
        "<!-- " * 100_000 + "text",
        "<![" * 100_000,
        "&amp;" * 500_000,
        "<p " + "a='b' " * 200_000 + ">text",
        "<p style='" + "display:none;" * 50_000 + "'>text</p>",
        "text " * 900_000,
        "<li>" * 49_000 + "text",
    ],
    ids=range(11),
)
def test_html_bombs_end_in_time(bomb: str) -> None:
    begun = time.process_time()
    with suppress(RefusedSourceError):
        html_to_markdown(bomb)
    assert time.process_time() - begun < 20


@pytest.mark.parametrize(
    "bomb",
    [
        "`" * 300_000,
        "` `` " * 90_000,
        "](<" * 160_000,
        "<!-- ` " * 70_000,
        "> " * 200_000,
        "[" * 400_000,
        "# " * 200_000,
    ],
)
def test_hostile_markdown_ends_in_time(tmp_path: Path, bomb: str) -> None:
    write(tmp_path, a=bomb)
    begun = time.process_time()
    read_folder(tmp_path)
    assert time.process_time() - begun < 20
