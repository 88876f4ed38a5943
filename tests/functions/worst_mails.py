"""Mails of a megabyte that are made to be slow: pieces that parsers stumble over, again and again."""

from __future__ import annotations

import random

SIZE = 1_000_000

_PIECES = (
    *(
        "\n",
        "\r",
        " ",
        "\t",
        "x",
        "é",
        "\0",
        ">",
        "> \n",
        ">>>>",
        "|",
        "##- x -##\n",
        "-- \n",
        "___\n",
        "-",
        "begin 644 x\n",
    ),
    *(
        "<",
        "</",
        "<a ",
        "<a href=http://x.example>",
        "<div>",
        "</div>",
        "<table>",
        "<td>",
        "<li>",
        "<blockquote>",
        "</p>",
    ),
    *("<!--", "-->", "<![CDATA[", "<style>", "<noscript>", "<p style='display:none;color:#fff'>", "<img src=cid:x>"),
    *("&", "&amp", "&#", "&#9", "=", "=3D", "=?", "=?utf-8?Q?", "?=", "=?utf-8?B?4pi6?= ", "%", "%2"),
    *(
        "a@b.example ",
        "<a@b.example>,",
        "(",
        ")",
        '"',
        "\\",
        ";",
        ",",
        ":",
        "a=b;",
        "name*0=x;",
        "charset=",
        "http://x.example/",
    ),
    *("On 1 Nov 2026 at 10:00 Ann wrote:\n", "Am ", " schrieb ", "wrote:", "From: a\n", "Sent: b\nSubject: c\n"),
    *("--b\n", "--b--\n", "--b", "Content-Type: multipart/mixed; boundary=b\n\n", "Content-Type: message/rfc822\n\n"),
    *(
        "-----Original Message-----\n",
        "---------- Forwarded message ---------\n",
        "Sent from my x\n",
        "1.1.1 ",
        "5.1.1\n",
    ),
    *("Message-ID: <x@y>\n", "Final-Recipient: rfc822; a@b\n\n", "METHOD:REPLY\n", "[cid:x]", "[ref:aaaaaaaa"),
)
_HEAD = "From: a@customer.example\nMessage-ID: <x@customer.example>\nMIME-Version: 1.0\n"
_PLACES = {
    "from": "From: {}\n\nx",
    "subject": _HEAD + "Subject: {}\n\nx",
    "references": _HEAD + "References: {}\n\nx",
    "to": _HEAD + "To: {}\n\nx",
    "type": _HEAD + "Content-Type: text/plain; {}\n\nx",
    "text": _HEAD + "\n{}",
    "forward": _HEAD + "Subject: Fwd: x\n\n{}",
    "flowed": _HEAD + "Content-Type: text/plain; format=flowed\n\n{}",
    "quoted-printable": _HEAD + "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n{}",
    "html": _HEAD + "Content-Type: text/html\n\n{}",
    "parts": _HEAD + "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n{}",
    "alternative": _HEAD + "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\n{}",
    "report": _HEAD + "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
    "--b\nContent-Type: message/delivery-status\n\n{}",
    "calendar": _HEAD + "Content-Type: text/calendar\n\n{}",
}


def worst_mail(seed: int) -> tuple[str, bytes]:
    """A mail, and what it is made of: always the same for a seed.

    Args:
        seed: Any number.
    """
    chance = random.Random(seed)
    place = list(_PLACES)[seed % len(_PLACES)]
    pieces = chance.sample(_PIECES, chance.randint(1, 3))
    unit = "".join(pieces)
    content = unit * (SIZE // len(unit.encode()) + 1)
    if place in ("from", "subject", "references", "to", "type"):
        # Else the header would end.
        content = content.replace("\n", "\n ").replace("\r", " ")
    head, _, tail = _PLACES[place].partition("{}")
    return f"{place}: {pieces}", f"{head}{content}{tail}".encode()
