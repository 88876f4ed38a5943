"""Mails on which parsers are known to fail, read by both parsers: that of the function `email-in`, and that of Python.

The number in a test's name is that of `CASES` in tests/db/test_email_cases.py.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.functions.mail_parsers import MAILS, run_script

from helpdesk_sdk.delivery.mail.parsing import parse_mail

Json = dict[str, Any]


def _mail(body: str | bytes = "It does not print.", **headers: str | bytes | None) -> bytes:
    """A mail of Carla's; a header that is None is left out."""
    fields: dict[str, str | bytes | None] = {
        "From": "Carla <carla@customer.example>",
        "To": "support@desk.example",
        "Subject": "The printer",
        "Message-ID": "<q1@customer.example>",
        "Date": "Sat, 28 Nov 2026 10:00:00 +0100",
    }
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: ".encode() + _bytes(value) + b"\r\n" for name, value in fields.items() if value is not None]
    return b"".join(lines) + b"\r\n" + _bytes(body)


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


def _typed(charset: str, body: bytes) -> bytes:
    return _mail(body, MIME_Version="1.0", Content_Type=f"text/plain; charset={charset}")


_NESTED = """--a
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain

The text.
--b
Content-Type: text/html

<p>The text.</p>
--b--
--a--
"""

_WRITTEN: dict[str, bytes] = {
    "41 once": _mail(Received="from a by b"),
    "41 twice": _mail(Received="from c by d", Authentication_Results="mx.example; dkim=pass"),
    "48": _mail(
        To="undisclosed-recipients:;", Delivered_To="desk@mail.example", X_Original_To="<support@desk.example>"
    ),
    "51 sender": _mail(From=None, Sender="fabian@customer.example"),
    "51 open": _mail(From="Fabian <fabian@customer.example"),
    "51 nothing": b"",
    "51 null": _mail(From="<>"),
    "52": _mail(To='"support@desk.example via @home" <support@desk.example>, me@home.example'),
    "53": _mail(Date="Sat, 28 Nov 2026 10:00:00 +0100 " + "(x)" * 50),
    "54 label": _typed("1252", "Grüße: 5 €".encode("cp1252")),
    "54 word": _mail(Subject=b"=?utf-8?Q?Gr=C3=BC=C3=9Fe_" + "aus Köln?=".encode("latin-1")),
    "55 windows-1257": _typed("windows-1257", "Ačiū, veikia".encode("windows-1257")),
    "55 gb2312": _typed("gb2312", "打印機壞了".encode("gbk")),
    "55 jis": _mail("プリンタ".encode("iso-2022-jp")),
    "56": _mail(Subject="=?utf-8?Q?It_=F0=9F=98_works?="),
    "57 outer": _mail(_NESTED, MIME_Version="1.0", Content_Type="multipart/alternative; boundary=a"),
    "57 lost": _mail(_NESTED),
    "68": _mail(Message_ID="<header@customer.example>", X_Internet_Message_ID="<other@graph.example>"),
}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Json]]:
    """What each parser makes of each mail, by parser and name."""
    folder = tmp_path_factory.mktemp("mails")
    paths = {}
    for name, raw in _WRITTEN.items():
        paths[name] = folder / f"{name.replace(' ', '-')}.eml"
        paths[name].write_bytes(raw)
        paths[name].with_suffix(".json").write_text("{}")
    paths |= {path.stem: path for path in MAILS}
    found = run_script("parse.ts", [str(path) for path in paths.values()])
    return {
        "TypeScript": {name: found[str(path)] for name, path in paths.items()},
        "Python": {name: parse_mail(path.read_bytes()).json for name, path in paths.items()},
    }


@pytest.fixture(params=["TypeScript", "Python"])
def mails(request: pytest.FixtureRequest, read: dict[str, dict[str, Json]]) -> dict[str, Json]:
    """What one of the parsers makes of each mail."""
    return read[request.param]


def test_41_other_hops_are_the_same_mail(mails: dict[str, Json]) -> None:
    assert mails["41 once"]["content_sha256"] == mails["41 twice"]["content_sha256"]
    assert mails["41 once"]["content_sha256"] != mails["56"]["content_sha256"]


def test_48_what_servers_note_is_read(mails: dict[str, Json]) -> None:
    assert mails["48"]["to"] == []
    assert mails["48"]["headers"]["delivered_to"] == ["desk@mail.example", "support@desk.example"]


def test_51_from_is_odd_or_missing(mails: dict[str, Json]) -> None:
    assert (mails["51 sender"]["from"], mails["51 sender"]["sender"]) == ([], "fabian@customer.example")
    assert mails["51 open"]["from"] == [{"name": "Fabian", "address": "fabian@customer.example"}]
    assert (mails["51 nothing"]["from"], mails["51 null"]["from"]) == ([], [])
    assert len(mails["51 nothing"]["content_sha256"]) == 64
    assert mails["two-authors"]["from"] == []


def test_52_a_name_with_an_at(mails: dict[str, Json]) -> None:
    assert [one["address"] for one in mails["52"]["to"]] == ["support@desk.example", "me@home.example"]


def test_53_a_date_without_end(mails: dict[str, Json]) -> None:
    assert mails["53"]["date"] is None
    assert mails["53"]["text"] == "It does not print."


def test_54_a_charset_without_its_name(mails: dict[str, Json]) -> None:
    assert mails["54 label"]["text"] == "Grüße: 5 €"
    assert "Gr" in mails["54 word"]["subject"]
    assert "\n" not in mails["54 word"]["subject"]
    assert mails["label-1252"]["subject"] == "Grüße"


def test_55_charsets_that_are_rare_or_wrong(mails: dict[str, Json]) -> None:
    assert mails["55 windows-1257"]["text"] == "Ačiū, veikia"
    assert mails["55 gb2312"]["text"] == "打印機壞了"
    assert mails["55 jis"]["text"] == "プリンタ"


def test_56_a_broken_emoji_in_a_subject(mails: dict[str, Json]) -> None:
    assert mails["56"]["subject"] == "It \ufffd works"
    assert mails["56"]["encoding_repaired"] is True


def test_57_alternatives_within_alternatives(mails: dict[str, Json]) -> None:
    assert mails["57 outer"]["text"] == "The text."
    assert mails["57 lost"]["text"] == "The text."


def test_58_a_picture_is_inline_if_the_html_shows_it(mails: dict[str, Json]) -> None:
    shown = {file["name"]: file["is_inline"] for file in mails["inline-parts"]["attachments"]}
    assert shown == {"screen.png": True, "image001.png": True, "unreferenced.png": False, "paper.pdf": False}


def test_59_text_below_the_quote(mails: dict[str, Json]) -> None:
    assert mails["text-below-quote"]["trimmed_from"] is None
    assert "The one on the second floor." in mails["text-below-quote"]["text"]


def test_60_what_is_only_signed_is_read(mails: dict[str, Json]) -> None:
    for name in ("smime-detached", "smime-opaque"):
        assert "signed" in mails[name]["text"]
        assert [file["flags"] for file in mails[name]["attachments"]] in ([], [["smime_signature"]]), "nothing to read"


def test_62_what_is_encrypted_is_one_item(mails: dict[str, Json]) -> None:
    assert "encrypted" in mails["pgp-encrypted"]["flags"]
    assert "BEGIN PGP" not in mails["pgp-encrypted"]["text"]


def test_68_the_id_of_the_header(mails: dict[str, Json]) -> None:
    assert mails["68"]["message_id"] == "header@customer.example"
