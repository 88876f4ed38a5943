"""E-mail out: what a sender is given."""

from __future__ import annotations

import base64

import pytest
from tests.db.delivering import make_due, settle
from tests.db.mailing import CUSTOMER_ADDRESS, OTHER_ADDRESS, SUPPORT, Json, add_channels, mail, receive, ticket
from tests.db.mailing_out import LINE, PART, leased, mails, reply, sent
from tests.db.people import Db, value
from tests.db.world import World


@pytest.fixture
def desk(db: Db, world: World) -> Db:
    """The furnished helpdesk with an address for each team, and nothing that was sent before."""
    add_channels(db, world)
    db.execute("delete from helpdesk.outbound_emails")
    db.execute("update helpdesk.settings set email_acknowledgements = 'none'")
    return db


def test_a_mail_has_what_a_mail_needs(desk: Db, world: World) -> None:
    first = receive(desk, mail(subject="AW: Re: The printer", message_id="q1@mail.example"))
    reply(desk, first["ticket_id"], "It <b>works</b> & prints.\n  Yes")
    payload = sent(desk, result='{"stamped_id": "<other@ses.example>", "provider_id": "p-1"}')["payload"]
    (row,) = mails(desk)
    assert row["minted_id"].endswith("@desk.example")
    assert len(row["minted_id"].split("@")[0]) == 34
    assert payload["message_id"] == f"<{row['minted_id']}>"
    assert payload["subject"] == "Re: The printer"
    assert payload["from"]["address"] == SUPPORT
    assert payload["from"]["name"].startswith("Agent (")
    assert payload["to"] == [{"name": "Customer", "address": CUSTOMER_ADDRESS}]
    assert payload["text"] == LINE + "It <b>works</b> & prints.\n  Yes"
    assert "It &lt;b&gt;works&lt;/b&gt; &amp; prints.<br>&nbsp; Yes" in payload["html"]
    assert payload["in_reply_to"] == "<q1@mail.example>"
    assert payload["references"] == [payload["message_id"], "<q1@mail.example>"]
    assert payload["automatic"] is None
    assert len(payload["installation"]) == 32
    assert payload["envelope_from"].startswith("bounce+")
    assert (row["state"], row["stamped_id"], row["provider_id"]) == ("sent", "other@ses.example", "p-1")
    # The next one: below the customer's mail still, with our first one in between.
    reply(desk, first["ticket_id"], "And now?")
    again = sent(desk)["payload"]
    assert again["references"] == [
        payload["message_id"],
        "<other@ses.example>",
        again["message_id"],
        "<q1@mail.example>",
    ]


@pytest.mark.parametrize("header", ["reply_to", "minted", "stamped"])
def test_the_answer_to_a_reply_lands_on_the_ticket_under_the_customers_name(desk: Db, header: str) -> None:
    first = receive(desk, mail())
    reply(desk, first["ticket_id"])
    payload = sent(desk, result='{"stamped_id": "<other@ses.example>"}')["payload"]
    # Without any header that a mail program may drop: the address alone; or the id alone, to the plain address.
    answer: Json = {
        "reply_to": {"to": [payload["reply_to"]["address"]]},
        "minted": {"in_reply_to": [payload["message_id"]]},
        "stamped": {"in_reply_to": ["<other@ses.example>"]},
    }[header]
    row = receive(desk, mail(**answer))
    assert (row["outcome"], row["ticket_id"]) == ("appended", first["ticket_id"])
    assert row["author_id"] == first["author_id"]


def test_each_person_has_an_address_of_their_own_also_one_we_never_heard_of(desk: Db, world: World) -> None:
    reply(desk, world["mine"])
    found = {given["payload"]["to"][0]["address"]: given["payload"]["reply_to"]["address"] for given in leased(desk)}
    assert len(set(found.values())) == 2
    title = ticket(desk, world["mine"])["title"]
    row = receive(desk, mail(PART, to=[found[PART]], subject=f"Re: {title}"))
    assert (row["outcome"], str(row["ticket_id"])) == ("appended", world["mine"])
    assert "not_who_we_wrote_to" not in row["flags"]


def test_a_mailbox_that_is_fetched_has_the_token_in_the_text(desk: Db, world: World) -> None:
    desk.execute("update helpdesk.email_channels set provider = 'imap'")
    reply(desk, world["mine"])
    payload = leased(desk)[0]["payload"]
    assert payload["reply_to"]["address"] == SUPPORT
    assert payload["envelope_from"] is None
    written = payload["text"].splitlines()[-1]
    assert written.startswith("[ref:")
    assert written in payload["html"]
    row = receive(desk, mail(text=f"Thanks\n> {written}"))
    assert (row["outcome"], str(row["ticket_id"])) == ("appended", world["mine"])


def test_an_unchecked_file_holds_the_mail_back_for_a_while(desk: Db, world: World) -> None:
    said = reply(desk, world["mine"])
    desk.execute(
        "insert into helpdesk.attachments (ticket_id, requester_id, placement, message_id, uploader_kind, "
        "uploader_name, file_name, content_type, size, state) "
        "select ticket_id, requester_id, 'message', message_id, 'staff', 'Agent', 'a.pdf', 'application/pdf', 7, "
        "'uploaded' from helpdesk.messages where message_id = %s",
        (said["message_id"],),
    )
    assert leased(desk) == []
    make_due(desk)
    desk.execute("update helpdesk.attachments set state = 'clean' where message_id = %s", (said["message_id"],))
    (first, _) = leased(desk)
    (file,) = first["payload"]["attachments"]
    assert (file["name"], file["type"], file["size"]) == ("a.pdf", "application/pdf", 7)
    assert file["path"].startswith("tickets/")


def add_files(desk: Db, message_id: str, *files: tuple[str, int, str]) -> None:
    for name, size, state in files:
        desk.execute(
            "insert into helpdesk.attachments (ticket_id, requester_id, placement, message_id, uploader_kind, "
            "uploader_name, file_name, content_type, size, state) "
            "select m.ticket_id, requester_id, 'message', m.message_id, 'staff', 'Agent', %s, 'application/pdf', %s, "
            "%s from helpdesk.messages as m where m.message_id = %s",
            (name, size, state, message_id),
        )


def written(desk: Db, address: str) -> Json:
    """What the mail to this person says."""
    for given in leased(desk):
        if given["payload"]["to"][0]["address"] == address:
            found: Json = given["payload"]
            return found
    raise AssertionError(address)


def test_files_that_are_too_large_are_named(desk: Db, world: World) -> None:
    said = reply(desk, world["mine"])
    add_files(desk, said["message_id"], ("a.pdf", 5000000, "clean"), ("b.pdf", 5000000, "clean"))
    payload = leased(desk)[0]["payload"]
    assert [file["name"] for file in payload["attachments"]] == ["a.pdf"]
    assert payload["text"].endswith("\n\nToo large for a mail: b.pdf (5.0 MB)")
    assert "b.pdf" in payload["html"]
    # Nobody has said where the console is.
    assert "<a" not in payload["html"]


@pytest.mark.parametrize(
    ("locale", "named", "words"),
    [
        ("en", "Too large for a mail: b&c.pdf (7.5 MB)", "Sign in to download what is not attached: "),
        (
            "de-AT",
            "Zu groß für eine E-Mail: b&c.pdf (7,5 MB)",
            "Was nicht angehängt ist, können Sie nach der Anmeldung herunterladen: ",
        ),
    ],
)
def test_the_requester_finds_what_is_not_attached_in_the_console(
    desk: Db, world: World, locale: str, named: str, words: str
) -> None:
    desk.execute(
        "update helpdesk.settings set console_url = 'https://help.acme.example/', email_locale = %s", (locale,)
    )
    said = reply(desk, world["mine"])
    add_files(desk, said["message_id"], ("b&c.pdf", 7500000, "clean"))
    payload = written(desk, CUSTOMER_ADDRESS)
    page = f"https://help.acme.example/requests/{world['mine']}"
    assert payload["attachments"] == []
    assert payload["text"].endswith(f"\n\n{named}\n{words}{page}")
    assert f'{named.replace("&", "&amp;")}<br>{words}<a href="{page}">{page}</a></div>' in payload["html"]
    # The page wants a sign-in. No address of a file is in a mail.
    assert "/storage/" not in payload["html"]


@pytest.mark.parametrize("participant", [PART, OTHER_ADDRESS], ids=["unknown", "another customer"])
def test_a_participant_who_reads_no_ticket_has_no_link(desk: Db, world: World, participant: str) -> None:
    desk.execute("update helpdesk.settings set console_url = 'https://help.acme.example'")
    desk.execute(
        "insert into helpdesk.ticket_participants (ticket_id, address) values (%s, %s) on conflict do nothing",
        (world["mine"], participant),
    )
    said = reply(desk, world["mine"])
    add_files(desk, said["message_id"], ("b.pdf", 7500000, "clean"))
    payload = written(desk, participant)
    assert payload["text"].endswith("\n\nToo large for a mail: b.pdf (7.5 MB)")
    assert "help.acme.example" not in payload["text"] + payload["html"]


def test_whoever_works_the_ticket_is_led_to_its_page_for_staff(desk: Db, world: World) -> None:
    desk.execute("update helpdesk.settings set console_url = 'https://help.acme.example'")
    desk.execute("update helpdesk.users set role = 'admin' where user_id = %s", (world["customer"],))
    said = reply(desk, world["mine"])
    add_files(desk, said["message_id"], ("b.pdf", 7500000, "clean"))
    payload = written(desk, CUSTOMER_ADDRESS)
    assert payload["text"].endswith(f": https://help.acme.example/tickets/{world['mine']}")


def test_another_tickets_mail_is_not_in_the_thread(desk: Db, world: World) -> None:
    receive(desk, mail(OTHER_ADDRESS, message_id="secret@mail.example"))
    first = receive(desk, mail(message_id="q9@mail.example"))
    reply(desk, first["ticket_id"])
    (given,) = leased(desk)
    assert given["payload"]["references"] == [given["payload"]["message_id"], "<q9@mail.example>"]


def test_ids_that_no_header_may_have_are_left_out(desk: Db) -> None:
    first = receive(desk, mail(message_id="two words@mail.example"))
    reply(desk, first["ticket_id"])
    (given,) = leased(desk)
    assert given["payload"]["references"] == [given["payload"]["message_id"]]
    assert given["payload"].get("in_reply_to") is None


def test_the_mails_of_one_person_are_not_in_the_thread_of_another(desk: Db, world: World) -> None:
    reply(desk, world["mine"], "One")
    first = {given["payload"]["to"][0]["address"]: given for given in leased(desk)}
    for given in first.values():
        settle(desk, given)
    reply(desk, world["mine"], "Two")
    ids = {given["payload"]["message_id"] for given in first.values()}
    second = leased(desk)
    assert len(second) == len(first) > 1
    for given in second:
        before = first[given["payload"]["to"][0]["address"]]["payload"]["message_id"]
        assert ids & set(given["payload"]["references"]) == {before}


def test_tokens_are_written_as_base32_says(db: Db) -> None:
    for length in range(21):
        given = bytes(range(250, 250 - length, -1))
        written = base64.b32encode(given).decode().rstrip("=").lower()
        assert value(db, "select helpdesk_private.base32(%s)", given) == written
