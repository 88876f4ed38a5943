"""E-mail in: what a mail quotes of its ticket is folded by comparing, whatever marks its program has; and the line
above which people reply."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.mailing import AGENT_ADDRESS, CUSTOMER_ADDRESS, Json, add_channels, mail, receive, ticket, token
from tests.db.mailing_out import LINE, leased, reply, sent
from tests.db.people import ADMIN, AGENT, Db, as_person, be, one, refused, value
from tests.db.world import World

OURS = "Please switch the printer off and on.\nThen open the lid, and look for paper.\n\nBest regards\nAnna"
REPLY_LINE = LINE.strip()


@pytest.fixture
def desk(db: Db, world: World) -> Db:
    """The furnished helpdesk with an address for each team, and nothing that was sent before."""
    add_channels(db, world)
    db.execute("delete from helpdesk.outbound_emails; delete from helpdesk.ticket_participants")
    db.execute("update helpdesk.settings set email_acknowledgements = 'none'")
    return db


@pytest.fixture
def first(desk: Db) -> Json:
    """A ticket of the customer's that was answered."""
    opened = receive(desk, mail(text="It does not print at all, and it smells of smoke."))
    reply(desk, opened["ticket_id"], OURS)
    return opened


def _shown(desk: Db, first: Json, text: str, **fields: Any) -> str | None:
    """What is shown of an answer; None: everything."""
    row = receive(desk, mail(text=text, subject="Re: The printer", in_reply_to=[first["message_id"]], **fields))
    assert (row["outcome"], row["body"]) == ("appended", text), row["reason"]
    return None if row["trimmed_from"] is None else text[: row["trimmed_from"]].rstrip()


_QUOTED = "\n".join(f"> {line}" for line in OURS.split("\n"))
_BARS = "\n".join(f"| {line}" for line in OURS.split("\n"))
_WRAPPED = "Please switch the\nprinter off and on. Then open\nthe lid, and look for paper.\nBest regards Anna"


@pytest.mark.parametrize(
    "quote",
    [
        OURS,
        _WRAPPED,
        _BARS,
        OURS.replace("\n\n", "\n\n\n").replace("paper", "paper <https://desk.example/paper>"),
        f"Agent <support@desk.example> ezt írta (2026. nov. 28., 10:00):\n\n{OURS}",
        f"Agent kirjutas 28.11.2026\nkell 10:00:\n{_QUOTED}",
        f"Sendandi: Agent <support@desk.example>\nSent: laugardagur\nEfni: Re: The printer\n\n{OURS}",
        f"=====\n{OURS}",
        f"Agent skrifaði 28.11.2026 10:00:\n{REPLY_LINE}\n\n{OURS}",
        f"{OURS}\n[ref:{'a' * 26}]",
        f"{OURS}\n\n-- \nCarla\nCustomer Ltd",
    ],
)
def test_a_quote_with_unknown_marks_is_folded(desk: Db, first: Json, quote: str) -> None:
    assert _shown(desk, first, f"Now it prints.\nThank you!\n\n{quote}") == "Now it prints.\nThank you!"


def test_a_mail_that_is_made_to_be_compared_for_ever_is_shown_whole(desk: Db, first: Json) -> None:
    for _ in range(5):
        reply(desk, first["ticket_id"], "a" * 20_000)
    above = "\n".join("b" + "a" * 399 for _ in range(240))
    desk.execute("set local statement_timeout = '20s'")
    assert _shown(desk, first, f"{above}\n\n{OURS}") is None
    assert _shown(desk, first, "[http://" * 11_000 + f"\n\n{OURS}") is not None
    desk.execute("set local statement_timeout = 0")
    assert _shown(desk, first, f"Now it prints.\n\n{OURS}") is not None


def test_the_quotes_of_two_mails_are_folded_together(desk: Db, first: Json) -> None:
    asked = "It does not print at all, and it smells of smoke."
    both = f"Agent skrifaði 28.11.2026 10:00:\n\n{OURS}\n\nCustomer skrifaði 27.11.2026 09:00:\n\n{asked}"
    assert _shown(desk, first, f"Thanks.\n\n{both}") == "Thanks."


@pytest.mark.parametrize(
    "text",
    [
        f"{OURS}\n\nI did, and it smokes.",
        OURS,
        OURS.replace("on.\n", "on.\nI did.\n").replace("paper.\n", "paper.\nThere is none.\n"),
        "Please switch the printer off and on.\nI did that.\nThen open the lid, and look for paper.",
        "I will do this:\nThen open the lid, and look for paper.",
        "Now it prints.\nAnna",
        f"> Is it on?\nYes.\n\n{OURS}",
        f"Hello\n\nIt does not print at all, and it smells of smoke.\n\nIt did.\n\n{OURS}",
        "Now it prints.",
        "",
        "\n" * 3000 + OURS,
    ],
    ids=[
        "below",
        "nothing new",
        "within",
        "one answer",
        "a line of ours",
        "a name",
        "marked",
        "between",
        "none",
        "empty",
        "long",
    ],
)
def test_in_doubt_everything_is_shown(desk: Db, first: Json, text: str) -> None:
    assert _shown(desk, first, text) is None


@pytest.mark.parametrize(("ours", "shown"), [("Is it on?", "Yes."), ("ok", None)])
def test_a_short_message_is_a_quote_if_it_is_whole(desk: Db, first: Json, ours: str, shown: str | None) -> None:
    reply(desk, first["ticket_id"], ours)
    assert _shown(desk, first, f"Yes.\n{ours}") == shown


def test_what_the_parser_found_stays_and_what_was_forwarded_is_shown(desk: Db, first: Json) -> None:
    text = f"Thanks.\n\n{OURS}\n\n-- \nCarla"
    assert _shown(desk, first, text, trimmed_from=text.index("-- ")) == "Thanks."
    assert _shown(desk, first, text, trimmed_from=3) == "Tha"
    reply_address = token(desk, str(first["ticket_id"]), str(first["author_id"]))
    made = mail(text=text, subject="Fwd: The printer", forwarded={"from": {"name": "", "address": "a@b.example"}})
    assert receive(desk, made, reply_address)["trimmed_from"] is None


def test_what_was_redacted_is_nothing_to_compare_with(desk: Db, first: Json) -> None:
    said = ticket(desk, first["ticket_id"])["last_message_id"]
    with be(desk, ADMIN):
        desk.execute("select helpdesk.redact_message(%s)", (said,))
    assert _shown(desk, first, f"Thanks.\n\n{OURS}") is None


def test_an_answer_of_staff_by_mail_goes_out_without_the_notification_that_it_quotes(desk: Db, world: World) -> None:
    desk.execute("update helpdesk.settings set console_url = 'https://console.example'")
    first = receive(desk, mail(text="It does not print at all, and it smells of smoke."))
    with be(desk, ADMIN):
        desk.execute("select helpdesk.assign_ticket(%s, %s)", (first["ticket_id"], world["agent"]))
    (told,) = leased(desk)
    quote = told["payload"]["text"]
    assert "It does not print at all" in quote
    assert "https://console.example" in quote
    address = told["payload"]["reply_to"]["address"]
    text = f"Switch it off!\n\nDesk rašė 28.11.2026 10:00:\n\n{quote}"
    row = receive(desk, mail(AGENT_ADDRESS, text=text, subject="Re: The printer"), address)
    assert (row["outcome"], row["reason"], row["body"]) == ("appended", "reply_of_staff", text)
    outgoing = [given["payload"] for given in leased(desk) if given["payload"]["to"][0]["address"] == CUSTOMER_ADDRESS]
    assert [mail["text"] for mail in outgoing] == [f"{REPLY_LINE}\n\nSwitch it off!"]
    assert "console.example" not in outgoing[0]["html"]


def test_each_mail_has_the_line_in_the_language_of_its_reader(desk: Db, first: Json) -> None:
    payload = sent(desk)["payload"]
    assert payload["text"] == f"{REPLY_LINE}\n\n{OURS}"
    assert f"<p>{REPLY_LINE}</p><div>Please switch" in payload["html"]
    write = "select helpdesk.set_email_template('reply_line', %s, '-', %s)"
    with be(desk, ADMIN):
        desk.execute(write, ("fr", "Répondez au-dessus\nde cette ligne <b>"))
        desk.execute("update helpdesk.settings set email_locale = 'fr'")
    reply(desk, first["ticket_id"], "Et alors ?")
    payload = sent(desk)["payload"]
    assert payload["text"] == "##- Répondez au-dessus de cette ligne <b> -##\n\nEt alors ?"
    assert "<p>##- Répondez au-dessus de cette ligne &lt;b&gt; -##</p>" in payload["html"]
    with be(desk, ADMIN):
        desk.execute("update helpdesk.settings set email_reply_line = false")
    reply(desk, first["ticket_id"], "Sans ligne")
    assert sent(desk)["payload"]["text"] == "Sans ligne"
    with refused("forbidden"), as_person(desk, AGENT):
        desk.execute(write, ("en", "x"))


def test_texts_that_are_made_to_be_slow_are_compared_in_time(desk: Db, first: Json) -> None:
    long = "".join(f"{number} abcdefghijklmnopqrstuvwxyz\n" for number in range(600))
    for _ in range(8):
        reply(desk, first["ticket_id"], long[:20_000])
    desk.execute("set local statement_timeout = '20s'")
    query = "select helpdesk_private.quoted_from(%s, %s)"
    for text in (
        "x\n" + long * 3,
        "\n".join(reversed(long.split("\n"))),
        "a" * 100_000,
        "a\n" * 1999,
        "> " * 50_000,
        "x:" * 50_000,
        "http://" * 14_000,
        "(https://" * 11_000,
        "- " * 50_000,
        "x: y\n" * 1999,
        long[:20_000] + "\n" + "At 10:00 x:\n" * 500,
    ):
        found = value(desk, query, text[:100_000], first["ticket_id"])
        assert found is None or 0 < found < len(text)
    assert one(desk, "select helpdesk_private.quoted_from(null, %s) as at", first["ticket_id"])["at"] is None
