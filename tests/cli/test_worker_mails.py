"""`helpdesk worker --deliver` with HELPDESK_MAIL_URL: mails go out once, whatever happens to the worker."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from subprocess import DEVNULL, Popen
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from aiosmtpd.smtp import Envelope
from psycopg.rows import dict_row
from tests.cli.support import Cli
from tests.local.support import eventually
from tests.sdk.mail_support import Server, read, smtp_server

from helpdesk_sdk import Helpdesk

if TYPE_CHECKING:
    from pathlib import Path

    from helpdesk_sdk.testing import Project

CUSTOMER = "carla@customer.example"


@pytest.fixture
def server() -> Iterator[Server]:
    with smtp_server() as found:
        yield found


@pytest.fixture
def system(helpdesk_project: Project) -> Iterator[Helpdesk]:
    """A helpdesk with an address, as the system."""
    with Helpdesk(helpdesk_project.url, helpdesk_project.secret_key) as made:
        made.mail.channels.create("support@desk.example", name="Acme")
        made.users.create_customer(CUSTOMER, name="Carla")
        yield made


@pytest.fixture
def shell(helpdesk_project: Project, server: Server, tmp_path: Path) -> Cli:
    """The shell of a program with the secret key that knows a mail server."""
    env = {"HELPDESK_URL": helpdesk_project.url, "HELPDESK_KEY": helpdesk_project.secret_key}
    return Cli(tmp_path, env | {"HELPDESK_MAIL_URL": f"smtp://127.0.0.1:{server.port}"})


def reply(system: Helpdesk, *bodies: str) -> None:
    """Answers to a new ticket of the customer's."""
    ticket = system.tickets.create("The printer", requester=CUSTOMER)
    for body in bodies:
        system.messages.reply(ticket, body, expected_last_message=system.tickets.get(ticket.number).last_message_id)


def rows(project: Project, statement: str = "select * from helpdesk.outbound_emails order by created_at") -> Any:
    """What the database says, or what it is told."""
    with psycopg.connect(project.db_url, row_factory=dict_row) as db:
        cursor = db.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def leases_end(project: Project) -> None:
    """Time passes."""
    rows(project, "update helpdesk.outbox set leased_until = now(), next_at = now() where state = 'leased'")


def start(shell: Cli, *more: object) -> Popen[str]:
    return shell.start("worker", "--deliver", *more, stdout=DEVNULL, stderr=DEVNULL)


def _mail(envelope: Envelope) -> EmailMessage:
    assert isinstance(envelope.content, bytes)
    return read(envelope.content)


def test_a_reply_is_sent_and_its_ids_are_kept(
    helpdesk_project: Project, system: Helpdesk, shell: Cli, server: Server
) -> None:
    server.handler.data = lambda _: "250 2.0.0 Ok <stamped@mail.example>"
    reply(system, "It works again.\n.\nReally.")
    done = shell("worker", "--deliver", "--once", "--json")
    counted = {"done": 1, "retry": 0, "refused": 0, "unknown": 0, "lost": 0}
    assert json.loads(done.out.splitlines()[-1]) == {"kind": "email"} | counted
    (envelope,) = server.handler.envelopes
    (row,) = rows(helpdesk_project)
    mail = _mail(envelope)
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content() == "##- Please reply above this line -##\n\nIt works again.\n.\nReally.\n"
    assert (mail["From"], mail["To"]) == ("Acme <support@desk.example>", "Carla <carla@customer.example>")
    assert (mail["Subject"], mail["Message-ID"]) == ("Re: The printer", f"<{row['minted_id']}>")
    assert mail["Reply-To"].addresses[0].username.startswith("reply+")
    assert mail["Auto-Submitted"] is None
    assert len(mail["X-Helpdesk-Installation"]) == 32
    assert str(envelope.mail_from).startswith("bounce+")
    assert (row["state"], row["stamped_id"]) == ("sent", "stamped@mail.example")
    again = json.loads(shell("worker", "--deliver", "--once", "--json").out.splitlines()[-1])
    assert again["done"] == 0
    assert len(server.handler.envelopes) == 1


def test_several_workers_send_each_mail_once(
    helpdesk_project: Project, system: Helpdesk, shell: Cli, server: Server
) -> None:
    workers = [start(shell) for _ in range(3)]
    try:
        for _ in range(4):
            reply(system, "One", "Two", "Three")
        eventually(lambda: {row["state"] for row in rows(helpdesk_project)} == {"sent"}, "the mails are sent")
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(30)
    ids = [_mail(one)["Message-ID"] for one in server.handler.envelopes]
    assert len(ids) == len(set(ids)) == 12


def test_a_worker_killed_before_it_began_leaves_a_mail_that_is_sent_once(
    helpdesk_project: Project, system: Helpdesk, shell: Cli, server: Server
) -> None:
    arrived, go_on = threading.Event(), threading.Event()

    class Slow(dict[str, str]):
        def get(self, *_: Any) -> str:
            arrived.set()
            go_on.wait(60)
            return "250 OK"

    server.handler.rcpt = Slow()
    reply(system, "Hello")
    worker = start(shell)
    assert arrived.wait(60)
    worker.kill()
    worker.wait(30)
    go_on.set()
    leases_end(helpdesk_project)
    shell("worker", "--deliver", "--once")
    assert [row["state"] for row in rows(helpdesk_project)] == ["sent"]
    assert len(server.handler.envelopes) == 1


def test_a_worker_killed_while_the_server_has_the_mail_leaves_it_unknown(
    helpdesk_project: Project, system: Helpdesk, shell: Cli, server: Server
) -> None:
    arrived, go_on = threading.Event(), threading.Event()

    def slow(_: Any) -> str:
        arrived.set()
        go_on.wait(60)
        return "250 OK"

    server.handler.data = slow
    reply(system, "Hello")
    worker = start(shell)
    assert arrived.wait(60)
    worker.kill()
    worker.wait(30)
    go_on.set()
    leases_end(helpdesk_project)
    done = json.loads(shell("worker", "--deliver", "--once", "--json").out.splitlines()[-1])
    assert done["done"] == 0
    (row,) = rows(helpdesk_project)
    assert row["state"] == "unknown"
    assert len(server.handler.envelopes) == 1
    # A person decides: the same mail under the same id.
    (waiting,) = system.outbox.list(kind="email", state="unknown").all()
    system.outbox.replay([waiting])
    shell("worker", "--deliver", "--once")
    first, second = (_mail(one) for one in server.handler.envelopes)
    assert first["Message-ID"] == second["Message-ID"]


def test_a_worker_that_is_stopped_does_not_wait_for_a_mail_server(
    helpdesk_project: Project, system: Helpdesk, shell: Cli, server: Server
) -> None:
    arrived, go_on = threading.Event(), threading.Event()

    def slow(_: Any) -> str:
        arrived.set()
        go_on.wait(120)
        return "250 OK"

    server.handler.data = slow
    reply(system, "Hello")
    worker = start(shell)
    try:
        assert arrived.wait(60)
        worker.terminate()
        # The server would answer in two minutes.
        assert worker.wait(40) == 0
    finally:
        go_on.set()
        worker.kill()
    leases_end(helpdesk_project)
    shell("worker", "--deliver", "--once")
    assert [row["state"] for row in rows(helpdesk_project)] == ["unknown"]


def test_a_mailbox_that_does_not_exist_is_suppressed(
    helpdesk_project: Project, system: Helpdesk, shell: Cli, server: Server
) -> None:
    server.handler.rcpt = {CUSTOMER: "550 5.1.1 no such user"}
    reply(system, "Hello")
    done = json.loads(shell("worker", "--deliver", "--once", "--json").out.splitlines()[-1])
    assert done["refused"] == 1
    (row,) = rows(helpdesk_project)
    assert row["state"] == "failed"
    assert rows(helpdesk_project, "select address, reason from helpdesk.email_suppressions") == [
        {"address": CUSTOMER, "reason": "bounce"}
    ]


def test_a_server_that_is_busy_is_asked_again(
    helpdesk_project: Project, system: Helpdesk, shell: Cli, server: Server
) -> None:
    server.handler.data = lambda _: "451 4.3.2 later"
    reply(system, "Hello")
    assert json.loads(shell("worker", "--deliver", "--once", "--json").out.splitlines()[-1])["retry"] == 1
    (row,) = rows(helpdesk_project)
    assert (row["state"], row["problem"]) == ("queued", "The server does not take the mail")
