"""From a mail to its bytes: what a mail program reads, and what no value can add to the headers."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import pytest

from helpdesk_sdk.delivery.mail import MARKER, InvalidMailError, Mailbox, MailFile, OutgoingMail, checked_address
from helpdesk_sdk.delivery.mail import compose as written_by

from .mail_support import ID, mail, read

LONG_ID = f"<{'a' * 190}@exchange.example>"
HEADER_IN_A_WORD = f"=?utf-8?b?{base64.b64encode(b'x' + bytes([13, 10]) + b'Bcc: evil@x.example').decode()}?="


def compose(**changes: Any) -> bytes:
    return written_by(mail(**changes))


def lines_of(written: bytes) -> Sequence[bytes]:
    return written.partition(b"\r\n\r\n")[0].split(b"\r\n")


def test_a_reply_of_an_agent() -> None:
    found = read(
        compose(
            cc=[Mailbox("dora@customer.example")],
            reply_to=Mailbox(f"reply+{'b' * 26}@in.acme.example", "Acme Support"),
            html="<p>It <b>works</b> again.</p>",
            installation="f00d",
        )
    )
    assert found["From"] == '"Anna (Acme Support)" <support@acme.example>'
    assert [str(box) for box in found["To"].addresses] == ["Carla <carla@customer.example>"]
    assert found["Cc"].addresses[0].addr_spec == "dora@customer.example"
    assert found["Reply-To"].addresses[0].addr_spec == f"reply+{'b' * 26}@in.acme.example"
    assert found["Subject"] == "Re: Printer"
    assert found["Message-ID"] == ID
    assert found[MARKER] == "f00d"
    assert found["Date"].datetime.tzinfo
    assert "Auto-Submitted" not in found
    assert "X-Auto-Response-Suppress" not in found
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]
    body = found.get_body(("plain",))
    assert body
    assert body.get_content() == "Hello Carla,\n\nit works again.\n"


@pytest.mark.parametrize("kind", ["auto-replied", "auto-generated"])
def test_an_automatic_mail_says_so(kind: Any) -> None:
    found = read(compose(automatic=kind))
    assert found["Auto-Submitted"] == kind
    assert found["X-Auto-Response-Suppress"] == "All"


def test_long_ids_are_never_encoded_and_the_first_and_the_newest_remain() -> None:
    ids = [f"<{number}{LONG_ID[1:]}" for number in range(50)]
    written = compose(in_reply_to=LONG_ID, references=ids)
    assert max(map(len, lines_of(written))) < 998
    assert b"=?" not in written
    found = read(written)
    assert found["In-Reply-To"] == LONG_ID
    assert found["References"].split() == [ids[0], *ids[-19:]]


@pytest.mark.parametrize(
    "text",
    [
        "Ünïcode " * 30,
        "日本語の件名 " * 40,
        "x" * 300,
        "two  blanks",
        "=?",
        HEADER_IN_A_WORD,
        "=?utf-8?q?=0D=0ABcc:_evil=40x.example?=",
        "family 👩‍👩‍👧 " * 20,
        'quotes " and \\ and, <evil@x.example>',
        "line\r\nBcc: evil@x.example",
        "line\nBcc: evil@x.example",
        "bare\rBcc: evil@x.example",
        "\u2028Bcc: evil@x.example\x85x\x00y",
        "\ud800 half a character",
    ],
)
def test_a_subject_or_a_name_adds_no_header_and_can_always_be_sent(text: str) -> None:
    made = mail(
        subject=text, sender=Mailbox("support@acme.example", text), to=[Mailbox("carla@customer.example", text)]
    )
    written = written_by(made)
    found = read(written)
    assert found["Subject"] == made.subject
    assert "Bcc" not in found
    assert [box.addr_spec for box in found["From"].addresses] == ["support@acme.example"]
    assert [box.addr_spec for box in found["To"].addresses] == ["carla@customer.example"]
    assert "".join(found["From"].addresses[0].display_name.split()) == "".join(made.sender.name.split())
    for line in lines_of(written):
        # RFC 2047: an encoded word has at most 75 characters.
        assert all(len(word) <= 75 for word in line.split() if word.startswith(b"=?"))
        assert len(line) < 998


def test_a_body_of_any_text_arrives_whole_in_short_lines() -> None:
    text = "Grüße 👋\r\nFrom me\n.\n..\n" + "long " * 500 + "\rend\x00\x1b[31m\ud800\ttab"
    written = compose(text=text)
    assert max(map(len, written.split(b"\r\n"))) < 998
    assert written.isascii()
    assert b"\n" not in written.replace(b"\r\n", b"")
    expected = "Grüße 👋\nFrom me\n.\n..\n" + "long " * 500 + "\nend[31m�\ttab\n"
    assert read(written).get_content() == expected


def test_images_are_related_to_the_html_and_files_are_attached() -> None:
    found = read(
        compose(
            html='<img src="cid:logo@acme">',
            files=[
                MailFile("logo.png", b"png", "image/png", "logo@acme"),
                MailFile("../../ä\u202e\r\nBcc: x.pdf", b"pdf", "application/pdf"),
                MailFile("mail.eml", b"From: x\n", "message/rfc822"),
                MailFile("", b"?", "no type\r\nBcc: x"),
            ],
        )
    )
    html = found.get_body(("related",))
    assert html
    [image] = [part for part in html.iter_parts() if part.get_content_type() == "image/png"]
    assert (image["Content-ID"], image.get_content()) == ("<logo@acme>", b"png")
    files = [(part.get_filename(), part.get_content_type(), part.get_content()) for part in found.iter_attachments()]
    assert files[-3:] == [
        ("ä Bcc: x.pdf", "application/pdf", b"pdf"),
        ("mail.eml", "application/octet-stream", b"From: x\n"),
        ("file", "application/octet-stream", b"?"),
    ]


def test_several_images_lie_beside_each_other() -> None:
    images = [MailFile(f"{number}.png", b"png%d" % number, "image/png", f"i{number}@acme") for number in range(3)]
    html = "".join(f'<img src="cid:{image.content_id}">' for image in images)
    found = read(compose(html=html, files=[*images, MailFile("a.pdf", b"pdf", "application/pdf")]))
    related = found.get_body(("related",))
    assert related
    kinds = ["text/html", "image/png", "image/png", "image/png"]
    assert [part.get_content_type() for part in related.iter_parts()] == kinds
    assert [part.get_content() for part in related.iter_parts()][1:] == [image.content for image in images]
    assert len([part for part in found.walk() if part.get_content_type() == "multipart/related"]) == 1
    body = found.get_body(("html",))
    assert body
    assert body.get_content().strip() == html


def test_a_long_file_name_keeps_its_ending() -> None:
    found = read(compose(files=[MailFile("ä" * 200 + ".pdf", b"x")]))
    [name] = [part.get_filename() for part in found.iter_attachments()]
    assert name
    assert name.endswith("ä.pdf")
    assert len(name.encode()) <= 150


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Carla.O'Neil+tag@Customer.EXAMPLE", "Carla.O'Neil+tag@customer.example"),
        ("x@bücher.example", "x@xn--bcher-kva.example"),
        (f"{'a' * 64}@a.example", f"{'a' * 64}@a.example"),
    ],
)
def test_addresses_that_are_allowed(given: str, expected: str) -> None:
    assert checked_address(given) == expected


@pytest.mark.parametrize(
    "given",
    [
        "",
        "carla",
        "@x.example",
        "carla@",
        "carla@localhost",
        "carla@[127.0.0.1]",
        "carla@10.0.0.1",
        "a@good.example, e@evil.example",
        "a@good.example@evil.example",
        '"a@good.example"@evil.example',
        "a b@x.example",
        "a..b@x.example",
        ".a@x.example",
        "a@-x.example",
        "a@x..example",
        "a@x.example.",
        "a@x_y.example",
        "carla@x.example\r\nBcc: evil@x.example",
        "carla@x.example\n",
        "<carla@x.example>",
        "jörg@x.example",
        "a(comment)@x.example",
        "a;b@x.example",
        f"{'a' * 65}@x.example",
        f"a@{'b' * 64}.example",
        f"a@{'b.' * 130}example",
        "a@x.example\x00",
    ],
)
def test_addresses_that_are_refused_everywhere(given: str) -> None:
    with pytest.raises(InvalidMailError):
        Mailbox(given)
    with pytest.raises(InvalidMailError):
        mail(envelope_from=given or "x")


@pytest.mark.parametrize(
    "changes",
    [
        {"message_id": "m@x.example"},
        {"message_id": "<a b@x.example>"},
        {"message_id": "<a@x.example>\r\nBcc: evil@x.example"},
        {"in_reply_to": "<a@x.example> <b@x.example>"},
        {"references": ["<ä@x.example>"]},
        {"references": [f"<{'a' * 990}@x.example>"]},
        {"automatic": "no\r\nBcc: x"},
        {"installation": "x\r\nBcc: evil@x.example"},
        {"headers": {"List-Id": "x\nBcc: evil@x.example"}},
        {"headers": {"Bcc": "evil@x.example"}},
        {"headers": {"List-Id\r\nBcc": "evil@x.example"}},
        {"to": []},
        {"to": [Mailbox(f"a{number}@x.example") for number in range(51)]},
    ],
)
def test_values_that_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidMailError):
        mail(**changes)


def test_a_content_id_cannot_end_its_header() -> None:
    with pytest.raises(InvalidMailError):
        compose(html="x", files=[MailFile("x", b"", content_id="a>\r\nBcc: evil@x.example")])


def test_nobody_receives_a_mail_twice() -> None:
    made = mail(
        to=[Mailbox("a@x.example", "A"), Mailbox("a@X.example")], cc=[Mailbox("a@x.example"), Mailbox("b@x.example")]
    )
    assert made.recipients == ["a@x.example", "b@x.example"]
    assert made.to[0].name == "A"


def test_the_payload_of_a_delivery() -> None:
    payload = {
        "message_id": ID,
        "envelope_from": "",
        "from": {"name": "Acme", "address": "support@acme.example"},
        "to": [{"name": None, "address": "carla@customer.example"}],
        "cc": None,
        "reply_to": {"name": "Acme", "address": "reply+x@in.acme.example"},
        "subject": "Hi",
        "text": "Hello",
        "html": None,
        "in_reply_to": None,
        "references": [ID],
        "automatic": "auto-replied",
        "installation": "f00d",
        "headers": {},
    }
    made = OutgoingMail.from_payload(payload)
    assert made.envelope_from == ""
    assert read(written_by(made))["References"] == ID
    for name in ("from", "to", "subject", "text", "message_id"):
        for broken in (payload | {name: 7}, {key: value for key, value in payload.items() if key != name}):
            with pytest.raises(InvalidMailError):
                OutgoingMail.from_payload(broken)
