"""Mails that say to be from somebody: what becomes of each, however a program with the secret key hands it in."""

from __future__ import annotations

from typing import Any

from ..people import AGENT, CUSTOMER, SERVICE
from .operations import Call
from .outcomes import Case

_NOTE: dict[str, Any] = {"outcome": "appended", "reason": "staff_not_verified", "message_id": None}
_WAITS: dict[str, Any] = {"outcome": "quarantined", "message_id": None, "note_id": None}
_TALK: dict[str, Any] = {"in_reply_to": ["talk@example.net"]}


def _mail(sender: str | None, to: str = "help@desk.example", verdict: str = "pass", **more: Any) -> dict[str, Any]:
    said = {"result": verdict, "source": "own"}
    return {"from": [{"address": sender}], "to": [{"address": to}], "text": "Hello", "verdict": said} | more


_ME, _STAFF, _NOBODY = CUSTOMER.email, AGENT.email, "nobody@elsewhere.example"
_REPLY, _OF_STAFF = "{reply address of customer}", "{reply address of agent}"
CASES: list[Case] = [
    Case(
        f"a forged mail: {name}",
        Call("ingest_email", {"inbound_id": "{mail to vault}", "mail": mail}),
        {SERVICE: "1"},
        gives=gives,
    )
    for name, mail, gives in (
        ("staff, whom nobody vouches for", _mail(_STAFF, _OF_STAFF, "none"), _NOTE),
        ("staff, at the requester's reply address", _mail(_STAFF, _REPLY), _NOTE),
        ("staff, by the id of a mail", _mail(_STAFF, **_TALK), _NOTE),
        ("staff, by the id of a mail, whom nobody vouches for", _mail(_STAFF, verdict="none", **_TALK), _WAITS),
        ("staff, with a new ticket", _mail(_STAFF, verdict="none"), _WAITS | {"reason": "staff_not_verified"}),
        (
            "somebody at the reply address of staff",
            _mail(_NOBODY, _OF_STAFF),
            _NOTE | {"reason": "reply_address_of_staff"},
        ),
        ("the requester, refused by their domain", _mail(_ME, _REPLY, "fail"), _WAITS),
        (
            "a list that nobody trusts names the requester",
            _mail("all@lists.example", headers={"x_original_sender": _ME, "list_id": "x"}, **_TALK),
            _WAITS | {"reason": "names_mail_of_others"},
        ),
        (
            "a Reply-To of the requester",
            _mail(_NOBODY, reply_to=[{"address": _ME}], **_TALK),
            _WAITS | {"reason": "names_mail_of_others"},
        ),
        (
            "a Sender of the requester",
            _mail(_NOBODY, **_TALK) | {"sender": _ME},
            _WAITS | {"reason": "names_mail_of_others"},
        ),
        (
            "several authors",
            _mail(None, _REPLY) | {"from": [{"address": _ME}, {"address": _NOBODY}]},
            _WAITS | {"reason": "author_unknown"},
        ),
        ("our own address", _mail("help@desk.example", _REPLY), _WAITS | {"reason": "our_own_address"}),
        ("a number in the subject", _mail(_NOBODY, subject="Re: [#1] Ticket 1"), {"outcome": "created"}),
        ("a reply address that nobody has", _mail(_NOBODY, f"reply+{'a' * 26}@desk.example"), {"outcome": "created"}),
        ("a blocked sender", _mail("x@blocked.example", _REPLY), {"outcome": "blocked", "message_id": None}),
        ("a forward for somebody else", _mail(_NOBODY, forwarded={"from": {"address": _ME}}), {"outcome": "created"}),
    )
]
