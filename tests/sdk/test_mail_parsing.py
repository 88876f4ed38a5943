"""Mails are read the same way by both parsers, and no mail stops the next one."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest

from helpdesk_sdk.delivery.mail.parsing import html_text, parse_mail

MAILS = Path(__file__).parents[1] / "mails"
NAMES = sorted(path.stem for path in MAILS.glob("*.eml"))
HEAD = b"From: a@customer.example\nMessage-ID: <x@customer.example>\n"
HTML = HEAD + b"Content-Type: text/html\n\n"


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((MAILS / f"{name}.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_mail_is_read_as_written_down(name: str) -> None:
    wanted = expected(name)
    found = parse_mail((MAILS / f"{name}.eml").read_bytes(), envelope=wanted["envelope"], opens_packages=False)
    assert found.json == wanted["mail"]
    assert json.loads(json.dumps(found.json)) == found.json
    for file, listed in zip(found.files, found.json["attachments"], strict=True):
        assert len(file.content()) == listed["size"]


def test_what_outlook_has_packed_is_put_beside_it() -> None:
    found = parse_mail((MAILS / "winmail.eml").read_bytes())
    assert found.json["text"] == "The text was packed by Outlook."
    assert [(file.part, file.name, file.type) for file in found.files] == [
        ("1", "winmail.dat", "application/ms-tnef"),
        ("1.1", "report.txt", "text/plain"),
    ]
    assert found.files[1].content() == b"figures"
    # A damaged package stays as it is.
    data = found.files[0].content()
    for end in range(0, len(data), 7):
        mail = b"Content-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n\n"
        assert parse_mail(mail + base64.b64encode(data[:end])).files[0].type == "application/ms-tnef"


def test_there_are_mails_and_none_without_an_expectation() -> None:
    assert len(NAMES) > 30
    assert sorted(path.stem for path in MAILS.glob("*.json")) == NAMES


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        (
            "levels",
            HEAD + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(9000)),
        ),
        ("children", HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 20_000),
        ("commas", b"From: " + b"a," * 400_000 + b"\n\nx"),
        ("comments", b"From: " + b"(" * 800_000 + b"\n\nx"),
        ("words", b"Subject: " + b"=?utf-8?q?" * 80_000 + b"\n\nx"),
        ("parameters", b"Content-Type: text/plain; " + b'a="b;";' * 100_000 + b"\n\nx"),
        ("attributions", HEAD + b"\n" + b"On a b 2020 c\n" * 4900),
        ("envelopes", HEAD + b"Content-Type: application/pkcs7-mime\n\n" + bytes.fromhex("3080") * 300_000),
        ("less than", HTML + b"<" * 1_000_000),
        ("tables", HTML + b"<table>" * 60_000),
        ("tags", HTML + b"<div>" + b"<p>x</p>" * 20_000),
        ("quotes", HTML + b"<a x=\"y='" * 100_000),
        ("equals", HTML + b"<a " + b"=" * 900_000),
        ("links", HTML + b"<a href=http://x.example>t" * 40_000),
        ("numbers", HTML + b"&#" + b"9" * 900_000),
        ("scripts", HTML + b"<noscript><svg><!-" * 60_000),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_mail_takes_long(name: str, raw: bytes) -> None:
    begun = time.process_time()
    found = parse_mail(raw)
    # What grows with the square of the size takes minutes.
    assert time.process_time() - begun < 20
    assert len(found.json["text"]) <= 500_000


def test_any_cut_of_a_mail_is_read() -> None:
    for name in NAMES:
        raw = (MAILS / f"{name}.eml").read_bytes()
        for end in range(0, len(raw), max(1, len(raw) // 10)):
            assert parse_mail(raw[:end]).json["text"] is not None


def test_parts_beyond_the_limit_are_named() -> None:
    found = parse_mail(HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 300).json
    assert found["flags"] == ["too_many_parts"]
    assert found["text"].startswith("x\n\nx")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a<p>b", "a\n\nb"),
        ("<p style='display:none'>x<p>b", "b"),
        ("<div style='display:none'><p>x</div>b", "b"),
        ("<td style='display:none'>x<td>b", "b"),
        ("<div style='max-height:0;overflow:hidden'>x</div>b", "b"),
        ("<div style='display:/* */none'>x</div>b", "b"),
        ("a</div></p></b>b", "ab"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<a href='https://x.example/a'>here</a>", "here (https://x.example/a)"),
        ("<a href='https://x.example/'>x.example</a>", "x.example"),
        ("<a href='javascript:alert(1)'>here</a>", "here"),
        ("a<br><br>b", "a\n\nb"),
        ("<img alt=Logo src=cid:a><img alt=dot width=1>", "[Logo]"),
        ("<script>x</script>a<style>x", "a"),
        ("a < b <3 &lt;p&gt;", "a < b <3 <p>"),
    ],
)
def test_html_is_what_its_reader_sees(html: str, text: str) -> None:
    assert html_text(html).text == text


def test_answers_below_a_quote_are_not_folded() -> None:
    quote = '<blockquote type="cite">old</blockquote>'
    assert html_text(f"new{quote}").quote_at == len("new\n\n")
    assert html_text(f"new{quote}more").quote_at is None


def test_a_file_gives_its_bytes_again() -> None:
    data = base64.b64encode(bytes(range(256)) * 10)
    raw = HEAD + b"Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n" + data
    (file,) = parse_mail(raw).files
    assert file.content() == file.content() == bytes(range(256)) * 10
    assert file.name == "attachment-1"
