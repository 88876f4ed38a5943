"""SMTP against a real server: TLS, sign-in, refusals, and a server that is silent after the mail."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from helpdesk_sdk.delivery.mail import InvalidMailError, Mailbox, SmtpTransport
from helpdesk_sdk.delivery.mail.smtp import ses_id

from .mail_support import ID, mail, make_certificate, read, smtp_server

PAGE = Path(__file__).parents[2] / "docs/email.md"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def plain() -> Iterator[Any]:
    with smtp_server() as server:
        yield server


def local(server: Any, **options: Any) -> SmtpTransport:
    return SmtpTransport("127.0.0.1", server.port, security="none", timeout=5, **options)


def trusting(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate[0]))


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_mail_arrives_over_tls_with_a_sign_in(certificate: tuple[Path, Path], security: Any) -> None:
    with smtp_server(certificate, security) as server:
        sent = SmtpTransport(
            "localhost",
            server.port,
            security=security,
            user="anna",
            password="secret",
            timeout=5,
            context=trusting(certificate),
        ).send(mail(envelope_from="bounce+x@in.acme.example", text=".\n.dots\nGrüße\n"))
    assert (sent.outcome, sent.status, sent.stamped_id) == ("done", 250, None)
    assert "ABC123" in sent.answer
    [envelope] = server.handler.envelopes
    assert envelope.mail_from == "bounce+x@in.acme.example"
    assert envelope.rcpt_tos == ["carla@customer.example"]
    assert isinstance(envelope.content, bytes)
    found = read(envelope.content)
    assert found["Message-ID"] == ID
    assert found.get_content() == ".\n.dots\nGrüße\n"


def test_the_example_of_the_page(
    plain: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    (block,) = [block for block in blocks if "transport_from_env" in block]
    monkeypatch.setenv("HELPDESK_MAIL_URL", f"smtp://127.0.0.1:{plain.port}")
    exec(block, {})
    assert capsys.readouterr().out.startswith("done ")
    assert read(plain.handler.envelopes[0].content)["In-Reply-To"] == "<q1@customer.example>"


def test_nothing_is_said_in_the_clear_when_starttls_is_missing(plain: Any) -> None:
    transport = SmtpTransport("localhost", plain.port, security="starttls", user="anna", password="secret", timeout=5)
    sent = transport.send(mail())
    assert sent.outcome == "retry"
    assert "STARTTLS" in sent.problem
    assert not plain.handler.envelopes
    with pytest.raises(ValueError, match="TLS"):
        SmtpTransport("mail.example", 25, security="none")


def test_a_wrong_password_is_no_refusal_of_the_mail(certificate: tuple[Path, Path]) -> None:
    with smtp_server(certificate, "tls") as server:
        for password in ("wrong", "wröng"):
            transport = SmtpTransport(
                "localhost",
                server.port,
                security="tls",
                user="anna",
                password=password,
                timeout=5,
                context=trusting(certificate),
            )
            sent = transport.send(mail())
            assert sent.outcome == "retry"
            assert "password" in sent.problem
            assert password not in f"{sent}"


def test_no_server() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        transport = SmtpTransport("127.0.0.1", taken.getsockname()[1], security="none", timeout=2)
        assert transport.send(mail()).outcome == "retry"


@pytest.mark.parametrize(
    ("answer", "outcome"), [("550 5.1.1 no such user", "refused"), ("451 4.7.1 greylisted, come back", "retry")]
)
def test_a_recipient_that_is_refused(plain: Any, answer: str, outcome: str) -> None:
    plain.handler.rcpt["carla@customer.example"] = answer
    sent = local(plain).send(mail())
    assert (sent.outcome, sent.status) == (outcome, int(answer[:3]))
    assert answer[4:] in sent.answer
    assert not plain.handler.envelopes


def test_of_two_recipients_the_refused_one_is_named_and_the_other_receives_the_mail(plain: Any) -> None:
    plain.handler.rcpt["gone@customer.example"] = "550 5.1.1 no such user"
    sent = local(plain).send(mail(cc=[Mailbox("gone@customer.example")]))
    assert sent.outcome == "done"
    assert sent.refused_recipients == {"gone@customer.example": "550 5.1.1 no such user"}
    assert plain.handler.envelopes[0].rcpt_tos == ["carla@customer.example"]


def test_a_recipient_for_later_stops_the_mail_to_all(plain: Any) -> None:
    plain.handler.rcpt["dora@customer.example"] = "450 busy"
    assert local(plain).send(mail(cc=[Mailbox("dora@customer.example")])).outcome == "retry"
    assert not plain.handler.envelopes


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("552 5.3.4 too large", "refused"), ("554 spam", "refused"), ("451 try again", "retry"), ("421 closing", "retry")],
)
def test_a_mail_that_is_refused_after_data(plain: Any, answer: str, outcome: str) -> None:
    plain.handler.data = lambda _: answer
    sent = local(plain).send(mail())
    assert (sent.outcome, sent.status) == (outcome, int(answer[:3]))


def test_a_mail_larger_than_the_server_says_is_refused_before_it_is_sent() -> None:
    with smtp_server(data_size_limit=1000) as server:
        sent = local(server).send(mail(text="x" * 5000))
    assert (sent.outcome, sent.status) == ("refused", 552)
    assert not server.handler.envelopes


@contextmanager
def silent_server(answers: dict[bytes, bytes | None]) -> Iterator[int]:
    """A server with fixed answers by the beginning of a line; at None it closes; at a dot it is silent."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 hello\r\n")
            for line in lines:
                answer = next((answers[word] for word in answers if line.startswith(word)), b"")
                if answer is None:
                    return
                connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
        thread.join(5)


OK = {b"ehlo": b"250 ok\r\n", b"mail": b"250 ok\r\n", b"rcpt": b"250 ok\r\n", b"DATA": b"354 go\r\n"}


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        (OK, "unknown"),
        (OK | {b".\r\n": None}, "unknown"),
        (OK | {b".\r\n": b"gibberish\r\n"}, "unknown"),
        (OK | {b"DATA": None}, "retry"),
        (OK | {b"DATA": b""}, "retry"),
        (OK | {b"rcpt": None}, "retry"),
        (OK | {b"mail": b""}, "retry"),
        ({b"ehlo": None}, "retry"),
    ],
    ids=["silent after the mail", "closed after the mail", "gibberish", "data", "no data", "rcpt", "mail", "ehlo"],
)
def test_only_what_happens_after_the_mail_is_unknown(answers: dict[bytes, bytes | None], outcome: str) -> None:
    with silent_server(answers) as port:
        sent = SmtpTransport("127.0.0.1", port, security="none", timeout=0.5).send(mail())
    assert sent.outcome == outcome
    assert sent.problem


def test_what_begins_is_known_just_before_the_mail(plain: Any) -> None:
    begun: list[int] = []
    sent = local(plain).send(mail(), begins=lambda: begun.append(len(plain.handler.envelopes)))
    assert (sent.outcome, begun) == ("done", [0])
    plain.handler.rcpt["carla@customer.example"] = "450 later"
    local(plain).send(mail(), begins=lambda: begun.append(-1))
    assert begun == [0]


@pytest.mark.parametrize("error", [OSError("lease lost"), InvalidMailError("lease lost")])
def test_a_lost_lease_stops_the_mail(plain: Any, error: Exception) -> None:
    def stop() -> None:
        raise error

    with pytest.raises(type(error), match="lease lost"):
        local(plain).send(mail(), begins=stop)
    assert not plain.handler.envelopes


@pytest.mark.parametrize(
    ("host", "answer", "expected"),
    [
        ("127.0.0.1", f"250 2.6.0 {ID} [InternalId=1] Queued", None),
        (
            "127.0.0.1",
            "250 2.0.0 OK <AM9P1@eurprd04.prod.outlook.com> [Hostname=x]",
            "<AM9P1@eurprd04.prod.outlook.com>",
        ),
        ("127.0.0.1", "250 2.0.0 Ok: queued as 4XYZ", None),
    ],
)
def test_the_id_that_the_server_stamped(plain: Any, host: str, answer: str, expected: str | None) -> None:
    plain.handler.data = lambda _: answer
    assert local(plain).send(mail()).stamped_id == expected


def test_amazon_names_the_id_without_its_host() -> None:
    transport = SmtpTransport("email-smtp.eu-central-1.amazonaws.com", 465, security="tls")
    answer = "Ok 010701870c4a5b2e-6f0f2a9c-1111-2222-3333-444455556666-000000"
    assert transport._stamped(answer, mail()) == f"<{answer[3:]}@eu-central-1.amazonses.com>"
    assert ses_id("abc", "us-east-1") == "<abc@email.amazonses.com>"


def test_several_threads_each_with_a_transport(plain: Any) -> None:
    results: list[str] = []

    def send(number: int) -> None:
        results.append(local(plain).send(mail(to=[Mailbox(f"a{number}@x.example")])).outcome)

    threads = [threading.Thread(target=send, args=[number]) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == ["done"] * 5
    received = {tuple(envelope.rcpt_tos) for envelope in plain.handler.envelopes}
    assert received == {(f"a{number}@x.example",) for number in range(5)}
