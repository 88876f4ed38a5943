"""What a mail server says, where people read it."""

from __future__ import annotations

import base64
import imaplib

import pytest

from helpdesk_sdk.delivery.mail.fetching import MailboxError, fetch_mailbox
from helpdesk_sdk.delivery.mail.mailboxes import Mailbox, server_words

SECRET = 'pass "word" \\ 1'


def test_the_words_of_a_server_are_one_line_of_bounded_length_and_marked() -> None:
    assert server_words(b"[AUTHENTICATIONFAILED] No.") == "the server's words: «[AUTHENTICATIONFAILED] No.»"
    said = server_words("Call\r\n\x1b[31m us\u202e at » 555")
    assert said == "the server's words: «Call [31m us at \" 555»"
    assert len(server_words("x" * 100_000)) < 230
    assert server_words("") == server_words(b"") == ""


@pytest.mark.parametrize(
    "form",
    [SECRET, 'pass \\"word\\" \\\\ 1', base64.b64encode(SECRET.encode()).decode()],
    ids=["plain", "quoted", "encoded"],
)
def test_no_server_repeats_a_secret(form: str) -> None:
    said = server_words(f"I do not know LOGIN carla {form} here", "", SECRET)
    assert "word" not in said.replace("words", "")
    assert said == "the server's words: «I do not know LOGIN carla … here»"


def test_a_mailbox_that_refuses_says_so_in_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Mailbox) -> None:
        raise imaplib.IMAP4.error(f"LOGIN {SECRET}\r\nrefused " + "x" * 1000)

    monkeypatch.setattr(Mailbox, "connect", refuse)
    with pytest.raises(MailboxError) as caught:
        fetch_mailbox(_Desk(), Mailbox("imap.example", 993, "carla", SECRET))  # type: ignore[arg-type]
    message = caught.value.message
    assert message.startswith(
        "The mailbox carla@imap.example:993 cannot be read; the server's words: «LOGIN … refused xxx"
    )
    assert "\n" not in message
    assert len(message) < 300


class _Desk:
    """It is told of the problem."""

    def __init__(self) -> None:
        self.mail = self.receiving = self

    def report(self, mailbox: str, folder: str, *, problem: str | None = None) -> None:
        assert problem
