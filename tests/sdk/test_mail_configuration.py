"""HELPDESK_MAIL_URL: which transport it names, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpdesk_sdk.delivery.mail import SmtpTransport, transport_from_env
from helpdesk_sdk.errors import ConfigurationError

KEY = {"HELPDESK_MAIL_PASSWORD": "key-1"}
BOTH = KEY | {"HELPDESK_MAIL_USER": "anna"}


@pytest.mark.parametrize(
    ("url", "given", "name", "target"),
    [
        ("smtp://mail.example", {}, "smtp mail.example:587", None),
        ("smtps://mail.example", BOTH, "smtp mail.example:465", None),
        ("smtp://mail.example:2587", BOTH, "smtp mail.example:2587", None),
        ("postmark:", KEY, "postmark", "https://api.postmarkapp.com/email"),
        ("postmark:?stream=support", KEY, "postmark", "https://api.postmarkapp.com/email"),
        ("resend:", KEY, "resend", "https://api.resend.com/emails"),
        ("sendgrid:", KEY, "sendgrid", "https://api.sendgrid.com/v3/mail/send"),
        ("sendgrid:?region=eu", KEY, "sendgrid", "https://api.eu.sendgrid.com/v3/mail/send"),
        ("mailgun://mg.acme.example", KEY, "mailgun", "https://api.mailgun.net/v3/mg.acme.example/messages.mime"),
        (
            "mailgun://mg.acme.example?region=eu",
            KEY,
            "mailgun",
            "https://api.eu.mailgun.net/v3/mg.acme.example/messages.mime",
        ),
        ("ses://eu-west-1", BOTH, "ses", "https://email.eu-west-1.amazonaws.com/v2/email/outbound-emails"),
        (
            "ses://eu-west-1?configuration_set=desk",
            {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "c"},
            "ses",
            "https://email.eu-west-1.amazonaws.com/v2/email/outbound-emails",
        ),
    ],
)
def test_what_a_url_names(url: str, given: dict[str, str], name: str, target: str | None) -> None:
    made: Any = transport_from_env({"HELPDESK_MAIL_URL": url} | given)
    assert made.name == name
    assert target is None or made._url == target
    made.close()


@pytest.mark.parametrize(
    ("url", "security"),
    [("smtp://mail.example", "starttls"), ("smtps://mail.example", "tls"), ("smtp://127.0.0.1:2525", "none")],
)
def test_only_this_machine_is_spoken_to_in_the_clear(url: str, security: str) -> None:
    made = transport_from_env({"HELPDESK_MAIL_URL": url})
    assert isinstance(made, SmtpTransport)
    assert made._security == security


def test_the_key_may_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    given = {"HELPDESK_MAIL_URL": "postmark:", "HELPDESK_MAIL_PASSWORD_FILE": str(file)}
    with pytest.raises(ConfigurationError, match="HELPDESK_MAIL_PASSWORD_FILE cannot be read"):
        transport_from_env(given)
    file.write_text("key-1\n")
    made: Any = transport_from_env(given)
    assert made.name == "postmark"
    made.close()


def test_no_url_is_no_transport() -> None:
    assert transport_from_env({}) is None
    assert transport_from_env({"HELPDESK_MAIL_URL": " "}) is None


@pytest.mark.parametrize(
    ("url", "given"),
    [
        ("smtp://anna:hunter2@mail.example", {}),
        ("smtps://", {}),
        ("smtp://mail.example", KEY),
        ("smtp://mail.example:99999", {}),
        ("smtp://mail.example/path", {}),
        ("smtp://mail.example?tls=no", {}),
        ("postmark:", {}),
        ("postmark:?region=eu", KEY),
        ("mailgun:", KEY),
        ("mailgun://mg.example?region=mars", KEY),
        ("ses://eu-west-1", KEY),
        ("sendmail:", {}),
        ("mail.example", {}),
        ("https://mail.example", KEY),
        ("smtp://[::1", {}),
    ],
)
def test_what_is_refused(url: str, given: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as refused:
        transport_from_env({"HELPDESK_MAIL_URL": url} | given)
    assert "hunter2" not in str(refused.value)
    assert "key-1" not in str(refused.value)
