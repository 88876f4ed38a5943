"""`helpdesk mail` for those who administer it: addresses, quarantine, blocks, people's addresses, participants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from tests.cli.conftest import TEAM, Crew, People
from tests.cli.support import HOSTILE
from tests.sdk.arriving import FAIL, arrive, arrive_raw

ADDRESS = "cli-support@desk.example"
EVIL = "evil@elsewhere.example"


@pytest.fixture(scope="module")
def receive(crew: Crew) -> Iterator[Callable[..., str]]:
    """Hands in a mail to an address of the team."""
    with crew.client("admin") as admin:
        made = admin.mail.channels.create(ADDRESS, team=TEAM)
        yield partial(arrive, crew.info.api_url, crew.info.secret_key, to=ADDRESS)
        admin.mail.channels.delete(made)


def test_an_address_is_added_changed_and_removed(people: People) -> None:
    admin, address = people.admin, "life@cli.example"
    made = admin(
        "mail", "channels", "create", "Life@Cli.example", "--team", TEAM, "--provider", "imap", "--name", "Life"
    )
    assert made.out == f"Mail to {address} opens tickets in {TEAM}.\n"
    assert "helpdesk mail check cli.example" in made.err
    (row,) = [one for one in admin("mail", "channels", "list", "--json").json if one["address"] == address]
    assert (row["provider"], row["name"], row["is_active"]) == ("imap", "Life", True)
    listed = people.agent("mail", "channels", "list").out
    assert TEAM in next(line for line in listed.splitlines() if line.startswith(address))
    changed = admin(
        *("mail", "channels", "update", address, "--default-team", "--off", "--trust-server", "mx.cli.example"),
        *("--reply-domain", "in.cli.example", "--json"),
    ).json
    assert (changed["team_id"], changed["is_active"]) == (None, False)
    assert (changed["trusted_authserv_ids"], changed["reply_domain"]) == (["mx.cli.example"], "in.cli.example")
    done = admin("mail", "channels", "update", address, "--on", "--trust-server", "", "--reply-domain", "")
    assert done.out == f"Changed {address}; it is on.\n"
    (row,) = [one for one in admin("mail", "channels", "list", "--json").json if one["address"] == address]
    assert (row["trusted_authserv_ids"], row["reply_domain"]) == ([], None)
    admin("mail", "channels", "update", address, "--team", TEAM, "--default-team", code=2)
    assert admin("mail", "channels", "update", address, code=2).err.startswith("Error: address or another value")
    # What cannot be taken back is asked, or said with --yes.
    asked = admin("mail", "channels", "delete", address, code=2)
    assert "Confirm it with --yes." in asked.err
    people.agent("mail", "channels", "delete", address, "--yes", code=5)
    assert admin("mail", "channels", "delete", address, "--yes").out == f"Deleted {address}.\n"
    missing = admin("mail", "channels", "delete", address, "--yes", code=3)
    assert missing.err.startswith(f"Error: {address} is no address of this helpdesk")


def test_why_an_automatic_mail_was_not_written(people: People, receive: Callable[..., str]) -> None:
    sender = f"no-reply@{uuid4().hex[:8]}.example"
    receive(sender)
    (row,) = people.agent("mail", "automatic", "--to", sender, "--skipped", "--json").json
    assert (row["kind"], row["state"], row["reason"], row["email_id"]) == (
        *("acknowledgement", "skipped", "automatic_mail"),
        None,
    )
    shown = people.agent("mail", "automatic", "--ticket", row["ticket_id"], "--limit", "1")
    assert "automatic mail" in shown.out
    assert people.customer("mail", "automatic", "--to", sender).out == "No automatic mails.\n"


def test_mails_are_listed_and_explained(people: People, receive: Callable[..., str]) -> None:
    sender = f"anna-{uuid4().hex[:8]}@customer.example"
    mail = receive(sender, subject=HOSTILE, text="It is broken.\n\n> Is it?", trimmed_from=15)
    (row,) = people.agent("mail", "inbound", "list", "--from", sender, "--json").json
    assert (row["inbound_id"], row["outcome"]) == (mail, "created")
    number = row["ticket"]["number"]
    listed = people.agent("mail", "inbound", "list", "--ticket", number, "--team", TEAM, "--outcome", "created")
    assert mail in listed.out
    assert "\x1b" not in listed.out
    shown = people.agent("mail", "inbound", "show", mail).out
    assert shown.startswith(f"The mail from {sender} opened ticket {number} because it names no ticket;")
    assert "the domain of the sender vouches for it" in shown
    assert "envelope to" in shown
    assert "It is broken." in shown
    assert "Is it?" not in shown
    assert "\x1b" not in shown
    found = people.agent("mail", "inbound", "show", mail, "--json").json
    assert found["explanation"].startswith(f"The mail from {sender}")
    assert found["evidence"]["envelope"]["to"] == [ADDRESS]
    assert found["body"].endswith("> Is it?")
    people.agent("mail", "inbound", "list", "--outcome", "lost", code=2)


def test_the_html_of_a_mail(people: People, tmp_path: Path) -> None:
    sender = f"anna-{uuid4().hex[:8]}@customer.example"
    head = f"From: {sender}\r\nTo: {ADDRESS}\r\nSubject: The printer\r\nMessage-ID: <{uuid4()}@mail.example>\r\n"
    html = "Content-Type: text/html\r\n\r\n<p onclick=x()>Hello<script>x()</script><img src=https://a.example/1></p>"
    info = people.crew.info
    mail = arrive_raw(info.api_url, info.secret_key, f"{head}{html}".encode(), ADDRESS)["inbound_id"]
    target = tmp_path / "mail.html"
    done = people.admin("mail", "html", "--mail", mail, "--output", target)
    assert done.out == f"Saved {target}.\n"
    assert "Not loaded: 1 picture on" in done.err
    assert "<p>Hello<img /></p>" in target.read_text()
    assert "cannot be written" in people.admin("mail", "html", "--mail", mail, "--output", target, code=1).err
    printed = people.admin("mail", "html", "--mail", mail, "--remote-images")
    assert printed.out.startswith("<!doctype html>")
    assert "https://a.example/1" in printed.out
    assert people.admin("mail", "html", "--mail", mail, "--json").json["remote_images"] == 1
    plain = arrive(info.api_url, info.secret_key, sender, ADDRESS)
    assert people.admin("mail", "html", "--mail", plain).out == "The mail has no HTML to show. It has text only.\n"
    people.customer("mail", "html", "--mail", mail, code=5)
    people.admin("mail", "html", uuid4(), code=3)
    people.admin("mail", "html", code=2)
    people.admin("mail", "html", uuid4(), "--mail", mail, code=2)


def test_quarantine_is_decided_on(people: People, receive: Callable[..., str]) -> None:
    anna = f"anna-{uuid4().hex[:8]}@customer.example"
    receive(anna, message_id=f"q{uuid4().hex}@customer.example")
    (first,) = people.agent("mail", "inbound", "list", "--from", anna, "--json").json
    number = first["ticket"]["number"]
    waiting = receive(EVIL, verdict=FAIL, in_reply_to=[first["message_id"]])
    listed = people.agent("mail", "quarantine", "list", "--team", TEAM)
    line = next(line for line in listed.out.splitlines() if line.startswith(waiting))
    assert line.endswith("sender refused by its domain")
    assert "helpdesk mail inbound show MAIL" in listed.err
    shown = people.agent("mail", "inbound", "show", waiting).out
    assert "In-Reply-To" in shown
    assert f"ticket {number}" in shown
    assert "no: the sender had no part in that mail" in shown
    accepted = people.agent("mail", "quarantine", "accept", waiting).out
    assert accepted == f"The mail is a message of ticket {number}.\n"
    assert people.agent("mail", "quarantine", "accept", waiting, code=4).err.startswith("Error: The mail is not in")
    second = receive(EVIL, verdict=FAIL)
    refused = people.agent("mail", "quarantine", "accept", second, code=2)
    assert refused.err.startswith(
        "Error: mail names no ticket\nOpen a new ticket from it: helpdesk mail quarantine ticket MAIL\n"
    )
    opened = people.agent(
        "mail", "quarantine", "ticket", second, "--requester", people.crew.email("customer"), "--json"
    )
    assert (opened.json["outcome"], opened.json["reason"]) == ("created", "accepted_as_ticket")
    third = receive(EVIL, verdict=FAIL)
    ended = people.agent("mail", "quarantine", "spam", third)
    assert ended.out == "The mail is spam.\n"
    assert f"helpdesk mail blocks add {EVIL}" in ended.err


def test_the_text_of_a_mail_is_removed_after_a_question(people: People, receive: Callable[..., str]) -> None:
    mail = receive(f"redact-{uuid4().hex[:8]}@customer.example", text="It is hunter2")
    shown = people.agent("mail", "inbound", "show", mail, "--json").json
    number = people.agent("tickets", "show", str(shown["ticket_id"]), "--json").json["number"]
    assert "hunter2" in people.agent("tickets", "show", number).out
    for given in ((), (mail, "--ticket", number)):
        assert "Name a mail" in people.agent("mail", "inbound", "redact", *given, "--yes", code=2).err
    assert "--yes" in people.agent("mail", "inbound", "redact", mail, code=2).err
    asked = people.agent.on_terminal("mail", "inbound", "redact", "--ticket", number, type_=[("for good?", "n\n")])
    assert asked.code == 1
    assert "hunter2" in people.agent("tickets", "show", number).out
    assert people.customer("mail", "inbound", "redact", mail, "--yes", code=5).err
    done = people.agent("mail", "inbound", "redact", "--ticket", number, "--yes")
    assert done.out == "The text of the mail is gone.\n"
    assert "hunter2" not in people.agent("tickets", "show", number).out
    assert "hunter2" not in people.agent("mail", "inbound", "show", mail).out
    assert "redacted" in people.agent("mail", "html", "--ticket", number, code=3).err
    assert people.agent("mail", "inbound", "redact", mail, "--yes", "--json").json["redacted_at"]


def test_many_in_quarantine_are_decided_on_at_once(people: People, receive: Callable[..., str]) -> None:
    domain = f"d{uuid4().hex[:8]}.example"
    waiting = [receive(f"x{number}@{domain}", verdict=FAIL) for number in range(3)]
    listed = people.agent("mail", "quarantine", "list", "--reason", "sender_refused_by_its_domain", "--limit", "0").out
    assert all(mail in listed for mail in waiting)
    assert people.agent("mail", "quarantine", "list", "--reason", "channel_per_hour").out == "Quarantine is empty.\n"
    unsure = people.agent("mail", "quarantine", "all", "spam", "--from", domain, code=2)
    assert "Confirm it with --yes." in unsure.err
    one = people.agent("mail", "quarantine", "all", "ticket", "--from", f"X0@{domain}", "--yes")
    assert one.out == "1 mails opened a ticket each.\n"
    refused = people.agent("mail", "quarantine", "all", "accept", "--from", domain, "--yes").out
    assert refused.startswith("0 mails added to their tickets. 2 stay in quarantine: mail names no ticket")
    ended = people.agent("mail", "quarantine", "all", "spam", "--team", TEAM, "--from", f"@{domain}", "--yes", "--json")
    assert [row["ok"] for row in ended.json] == [True, True]
    nothing = people.agent("mail", "quarantine", "all", "spam", "--from", domain, "--yes")
    assert (nothing.out, nothing.err) == ("", "No such mail waits in quarantine.\n")


def test_customers_have_nothing_of_mail(people: People, receive: Callable[..., str]) -> None:
    waiting = receive(EVIL, verdict=FAIL)
    assert people.customer("mail", "quarantine", "list").out == "Quarantine is empty.\n"
    assert people.customer("mail", "inbound", "list").out == "No mails.\n"
    assert people.customer("mail", "channels", "list").out.startswith("No addresses.")
    assert people.customer("mail", "blocks", "list").out == "Nobody is blocked.\n"
    people.customer("mail", "inbound", "show", waiting, code=3)
    for decision in ("accept", "ticket", "spam"):
        people.customer("mail", "quarantine", decision, waiting, code=5)


def test_senders_are_blocked_and_unblocked(people: People) -> None:
    domain = f"d{uuid4().hex[:8]}.example"
    said = people.admin("mail", "blocks", "add", domain.upper(), "--note", "Advertising").out
    assert said == f"Mail from {domain} opens no ticket from now on.\n"
    line = next(row for row in people.agent("mail", "blocks", "list").out.splitlines() if row.startswith(domain))
    assert "Advertising" in line
    assert "Cli Admin" in line
    people.agent("mail", "blocks", "remove", domain, code=5)
    assert people.admin("mail", "blocks", "remove", domain).out == f"{domain} is no longer blocked.\n"
    assert people.admin("mail", "blocks", "remove", domain, code=3).err.startswith(f"Error: {domain} is not blocked")


def test_people_have_further_addresses(people: People) -> None:
    alias, who = f"alias-{uuid4().hex[:8]}@elsewhere.example", people.crew.email("customer")
    made = people.admin("mail", "addresses", "add", who, alias)
    assert made.out == f"Mail from {alias} is from Cli Customer <{who}>.\n"
    assert alias in people.customer("mail", "addresses", "list", "me").out
    assert "Cli Customer" in people.agent("mail", "addresses", "list", who).out
    assert people.newcomer("mail", "addresses", "list").out == "No further addresses.\n"
    taken = people.admin("mail", "addresses", "add", people.crew.email("newcomer"), alias, code=4)
    assert taken.err.startswith("Error: The address is in use already.")
    assert people.admin("mail", "addresses", "remove", alias).out == f"{alias} is nobody's any more.\n"


def test_participants_of_a_ticket(people: People) -> None:
    with people.crew.client("customer") as customer:
        number = customer.tickets.create("Broken", team=TEAM).number
    agent = people.agent
    assert agent("tickets", "participants", "list", number).out == "Nobody but the requester.\n"
    made = agent("tickets", "participants", "add", number, "Boss@Customer.example", "--name", "The boss")
    assert made.out == "boss@customer.example takes part and receives public replies.\n"
    changed = agent("tickets", "participants", "update", number, "boss@customer.example", "--no-copies")
    assert changed.out == "boss@customer.example takes part and receives no copies.\n"
    (row,) = agent("tickets", "participants", "list", number, "--json").json
    assert (row["address"], row["source"], row["receives_copies"]) == ("boss@customer.example", "staff", False)
    assert "The boss" in agent("tickets", "participants", "list", number).out
    people.customer("tickets", "participants", "add", number, "x@customer.example", code=5)
    agent("tickets", "participants", "update", number, "boss@customer.example", code=2)
    agent("tickets", "participants", "remove", number, "boss@customer.example")
    gone = agent("tickets", "participants", "remove", number, "boss@customer.example", code=3)
    assert "takes no part in this ticket" in gone.err


def test_who_was_mailed_and_what_waits(people: People, receive: Callable[..., str]) -> None:
    anna = f"anna-{uuid4().hex[:8]}@customer.example"
    receive(anna)
    (first,) = people.agent("mail", "inbound", "list", "--from", anna, "--json").json
    number = first["ticket"]["number"]
    people.agent("tickets", "reply", number, "It is on its way.")
    rows = people.agent("mail", "sent", "--ticket", number, "--json").json
    assert {(row["recipient"], row["kind"]) for row in rows} >= {(anna, "reply")}
    assert f"{len(rows)} to {anna}" in people.agent("tickets", "show", number).out
    assert [row["email_id"] for row in people.agent("tickets", "show", number, "--json").json["mails"]] == [
        row["email_id"] for row in rows
    ]
    said = people.admin("mail", "suppressions", "add", anna, "--detail", "They asked for it").out
    assert said == f"Nothing is sent to {anna} from now on.\n"
    line = next(row for row in people.agent("mail", "suppressions", "list").out.splitlines() if row.startswith(anna))
    assert "They asked for it" in line
    people.agent("tickets", "reply", number, "It is there.")
    assert f"1 suppressed: {anna}" in people.agent("tickets", "show", number).out
    assert "suppressed" in people.agent("mail", "sent", "--to", anna, "--state", "suppressed").out
    health = people.admin("mail", "health").out
    assert ADDRESS in health
    assert "quarantine" in health
    assert people.customer("mail", "sent").out == "No mails.\n"
    people.agent("mail", "health", code=5)
    people.agent("mail", "suppressions", "remove", anna, code=5)
    assert people.admin("mail", "suppressions", "remove", anna).out == f"Mails go to {anna} again.\n"
    assert "not suppressed" in people.admin("mail", "suppressions", "remove", anna, code=3).err
