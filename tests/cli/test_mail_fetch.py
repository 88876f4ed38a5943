"""`helpdesk mail fetch` against a real IMAP server, and `helpdesk mail receive`."""

from __future__ import annotations

import imaplib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE
from typing import Any

import psycopg
import pytest
from tests.cli.support import Cli

from helpdesk_sdk import Helpdesk
from helpdesk_sdk.delivery.mail import fetching, mailboxes
from helpdesk_sdk.delivery.mail.fetching import FetchReport, MailboxError, fetch_mailbox
from helpdesk_sdk.delivery.mail.mailboxes import Mailbox, mailbox_from_env
from helpdesk_sdk.delivery.mail.parsing import parse_mail
from helpdesk_sdk.errors import ConfigurationError
from helpdesk_sdk.testing import Project

ADDRESS = "support@desk.example"
PASSWORD = "a-password-of-carla"


def mail(number: int, text: str = "It does not print.") -> bytes:
    return (
        f"From: Carla <carla@customer.example>\r\nTo: {ADDRESS}\r\nSubject: Mail {number}\r\n"
        f"Message-ID: <m{number}@customer.example>\r\n\r\n{text}\r\n"
    ).encode()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server of IMAP with an empty mailbox: pymap, in memory."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = int(free.getsockname()[1])
    program = str(Path(sys.executable).with_name("pymap"))
    options = ["--host", "127.0.0.1", "--port", str(number), "--no-tls"]
    user = ["dict", "--demo-user", "carla", "--demo-password", PASSWORD]
    with subprocess.Popen([program, *options, *user], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            until = time.monotonic() + 60
            while True:
                try:
                    socket.create_connection(("127.0.0.1", number), timeout=5).close()
                    break
                except OSError:
                    assert server.poll() is None
                    assert time.monotonic() < until
                    time.sleep(0.05)
            yield number
        finally:
            server.kill()


@pytest.fixture
def mailbox(port: int) -> Mailbox:
    """An empty folder of its own."""
    found = Mailbox("127.0.0.1", port, "carla", PASSWORD, is_tls=False, folder=f"F{time.monotonic_ns()}")
    client = found.connect()
    client.create_folder(found.folder)
    client.logout()
    return found


@pytest.fixture
def system(helpdesk_project: Project) -> Iterator[Helpdesk]:
    with Helpdesk(helpdesk_project.url, helpdesk_project.secret_key) as made:
        made.mail.channels.create(ADDRESS)
        yield made


@pytest.fixture
def shell(helpdesk_project: Project, mailbox: Mailbox, tmp_path: Path) -> Cli:
    (tmp_path / "password").write_text(PASSWORD)
    return Cli(
        tmp_path,
        {
            "HELPDESK_URL": helpdesk_project.url,
            "HELPDESK_KEY": helpdesk_project.secret_key,
            "HELPDESK_IMAP_URL": f"imap://127.0.0.1:{mailbox.port}/{mailbox.folder}",
            "HELPDESK_IMAP_USER": "carla",
            "HELPDESK_IMAP_PASSWORD_FILE": str(tmp_path / "password"),
        },
    )


def put(mailbox: Mailbox, *mails: bytes, seen: bool = False) -> None:
    client = mailbox.connect()
    for one in mails:
        client.append(mailbox.folder, one, flags=[b"\\Seen"] if seen else [])
    client.logout()


def subjects(system: Helpdesk) -> list[str]:
    return sorted(str(row.subject) for row in system.mail.inbound.list())


def test_each_mail_comes_once_whoever_has_read_it(system: Helpdesk, mailbox: Mailbox) -> None:
    put(mailbox, mail(1), mail(2), seen=True)
    assert fetch_mailbox(system, mailbox).received == 2
    assert fetch_mailbox(system, mailbox).received == 0
    put(mailbox, mail(3))
    assert fetch_mailbox(system, mailbox).received == 1
    assert subjects(system) == ["Mail 1", "Mail 2", "Mail 3"]
    client = mailbox.connect()
    client.select_folder(mailbox.folder, readonly=True)
    flags = [client.fetch([uid], ["FLAGS"])[uid][b"FLAGS"] for uid in client.search(["ALL"])]
    client.logout()
    # The mailbox is as it was.
    assert [b"\\Seen" in one for one in flags] == [True, True, False]


def test_a_mail_that_fails_keeps_none_from_coming_and_is_tried_again(
    helpdesk_project: Project, system: Helpdesk, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(raw: bytes, **arguments: Any) -> Any:
        if b"Mail 2" in raw:
            raise ValueError("a mistake")
        return parse_mail(raw, **arguments)

    put(mailbox, mail(1), mail(2), mail(3))
    with monkeypatch.context() as patched:
        patched.setattr("helpdesk_sdk.delivery.mail.receiving.parse_mail", broken)
        found = fetch_mailbox(system, mailbox)
    assert (found.received, found.failed) == (2, 1)
    position = system.mail.receiving.position(mailbox.name, mailbox.folder)
    assert position is not None
    [seen] = [one for one in system.mail.health().mailboxes if one.folder == mailbox.folder]
    assert (seen.problem, seen.failed) == (None, 1)
    # Not at once.
    assert position.failed == ()
    assert fetch_mailbox(system, mailbox) == FetchReport(uid_next=found.uid_next)
    with psycopg.connect(helpdesk_project.db_url) as db:
        db.execute("update helpdesk_private.mailbox_failures set next_at = now()")
    assert fetch_mailbox(system, mailbox).received == 1
    assert subjects(system) == ["Mail 1", "Mail 2", "Mail 3"]


def test_mails_of_before_the_first_time_can_be_left_alone(system: Helpdesk, mailbox: Mailbox) -> None:
    put(mailbox, mail(1))
    assert fetch_mailbox(system, mailbox, existing=False).received == 0
    put(mailbox, mail(2))
    assert fetch_mailbox(system, mailbox).received == 1
    assert subjects(system) == ["Mail 2"]


def test_how_many_mails_are_there_matters_the_first_time_alone(
    system: Helpdesk, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "FIRST_MAX", 1)
    full = replace(mailbox, folder=f"{mailbox.folder}-full")
    client = mailbox.connect()
    client.create_folder(full.folder)
    client.logout()
    put(full, mail(1), mail(2))
    with pytest.raises(ConfigurationError, match="There are 2 mails"):
        fetch_mailbox(system, full)
    assert fetch_mailbox(system, full, existing=True).received == 2
    # A folder that was empty at first.
    assert fetch_mailbox(system, mailbox).received == 0
    put(mailbox, mail(3), mail(4))
    assert fetch_mailbox(system, mailbox).received == 2


def test_a_mail_that_is_too_large_stays_in_the_mailbox(
    system: Helpdesk, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MAIL_BYTES_MAX", 1000)
    put(mailbox, mail(1, "A" * 1000), mail(2))
    found = fetch_mailbox(system, mailbox)
    assert (found.received, found.failed) == (1, 1)
    assert subjects(system) == ["Mail 2"]


def test_a_server_that_has_numbered_anew_brings_nothing_twice(system: Helpdesk, mailbox: Mailbox) -> None:
    put(mailbox, mail(1), mail(2))
    assert fetch_mailbox(system, mailbox).received == 2
    client = mailbox.connect()
    client.delete_folder(mailbox.folder)
    client.create_folder(mailbox.folder)
    client.logout()
    put(mailbox, mail(2), mail(3))
    assert fetch_mailbox(system, mailbox).received == 2
    assert subjects(system) == ["Mail 1", "Mail 2", "Mail 3"]


def test_a_wrong_password_and_a_server_that_is_down_are_sentences(system: Helpdesk, mailbox: Mailbox) -> None:
    wrong = Mailbox("127.0.0.1", mailbox.port, "carla", "wrong-one", is_tls=False)
    with pytest.raises(MailboxError) as caught:
        fetch_mailbox(system, wrong)
    assert "wrong-one" not in str(caught.value)
    with pytest.raises(MailboxError, match="cannot be reached"):
        fetch_mailbox(system, Mailbox("127.0.0.1", 1, "carla", "x", is_tls=False))
    problems = {one.mailbox: one.problem or "" for one in system.mail.health().mailboxes}
    assert "cannot be read" in problems[wrong.name]
    assert "cannot be reached" in problems["carla@127.0.0.1:1"]


def test_no_password_goes_in_the_clear_to_another_computer(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Any] = []
    monkeypatch.setattr(mailboxes, "LOOPBACK", frozenset())
    monkeypatch.setattr("imapclient.IMAPClient.login", lambda *given: said.append(given))
    # The server has no STARTTLS.
    with pytest.raises(imaplib.IMAP4.error, match="STARTTLS"):
        Mailbox("127.0.0.1", port, "carla", PASSWORD, is_tls=False).connect()
    assert said == []


@pytest.mark.parametrize(
    "env",
    [
        {"HELPDESK_IMAP_URL": "https://imap.example.com"},
        {"HELPDESK_IMAP_URL": "imaps://imap.example.com"},
        {"HELPDESK_IMAP_URL": "imaps://user:secret@imap.example.com"},
        {"HELPDESK_IMAP_URL": "imaps://imap.example.com:x", "HELPDESK_IMAP_USER": "a", "HELPDESK_IMAP_PASSWORD": "b"},
    ],
)
def test_what_is_not_valid_is_said(env: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        mailbox_from_env(env)
    assert "secret@" not in str(caught.value)


def test_the_command_receives_once_and_shows_what_became_of_each(
    system: Helpdesk, mailbox: Mailbox, shell: Cli
) -> None:
    put(mailbox, mail(1))
    done = shell("mail", "fetch", "--once")
    assert done.out.splitlines()[-1] == "1 received, 0 failed"
    assert ": created, ticket " in done.out
    assert shell("worker", "--fetch-mail", "--once").out.splitlines() == ["0 received, 0 failed"]


def test_a_mail_comes_within_seconds_while_it_waits(system: Helpdesk, mailbox: Mailbox, shell: Cli) -> None:
    with shell.start("mail", "fetch", stdout=PIPE, stderr=PIPE) as program:
        try:
            for number in (1, 2):
                put(mailbox, mail(number))
                until = time.monotonic() + 90
                while len(subjects(system)) < number:
                    assert time.monotonic() < until
                    assert program.poll() is None
                    time.sleep(0.1)
        finally:
            program.terminate()
            out, err = program.communicate(timeout=60)
    assert (program.returncode, err) == (0, "")
    assert out.count("created") == 2


def test_mails_of_files_show_what_became_of_them(system: Helpdesk, shell: Cli, tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(mail(1))
    box = b"".join(b"From carla Sat Nov 28 10:00:00 2026\n" + mail(number).replace(b"\r\n", b"\n") for number in (2, 3))
    (tmp_path / "box.mbox").write_bytes(box)
    done = shell("mail", "receive", tmp_path / "one.eml", tmp_path / "box.mbox", "--to", ADDRESS, "--json")
    found = json.loads(done.out)
    assert [one["outcome"] for one in found] == ["created"] * 3
    assert all(one["explanation"].startswith("The mail from carla@customer.example opened ticket") for one in found)
    again = json.loads(shell("mail", "receive", tmp_path / "one.eml", "--to", ADDRESS, "--json").out)
    assert [(one["is_new"], one["ticket_number"]) for one in again] == [(False, found[0]["ticket_number"])]
    assert subjects(system) == ["Mail 1", "Mail 2", "Mail 3"]


def test_what_is_not_received_says_why(system: Helpdesk, shell: Cli, tmp_path: Path) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(mail(1) + b"x" * 41 * 1024 * 1024)
    assert "--to: support is no e-mail address" in shell("mail", "receive", path, "--to", "support", code=2).err
    assert "--from: a b@c is no e-mail address" in shell("mail", "receive", path, "--from", "a b@c", code=2).err
    large = json.loads(shell("mail", "receive", path, "--json", code=1).out)
    assert [one["explanation"] for one in large] == ["The mail has 41.0 MB; at most 40 MB are received."]
    nobody = {"HELPDESK_URL": "http://127.0.0.1:9", "HELPDESK_KEY": "sb_publishable_x"}
    assert "No local stack runs at http://127.0.0.1:9" in shell("mail", "receive", path, code=6, **nobody).err
    assert subjects(system) == []
