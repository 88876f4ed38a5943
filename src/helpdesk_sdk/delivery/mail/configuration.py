"""Which transport the environment names.

HELPDESK_MAIL_URL says where mails go, and holds no secret. HELPDESK_MAIL_USER and HELPDESK_MAIL_PASSWORD have the name
and the password, or the key of a provider; HELPDESK_MAIL_PASSWORD_FILE names a file with it instead.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlsplit

from ...errors import ConfigurationError
from .providers import MailgunTransport, PostmarkTransport, ResendTransport, SendgridTransport, SesTransport
from .results import MailTransport
from .secret_files import secret_of
from .smtp import Security, SmtpTransport
from .tls import LOOPBACK, mail_context

FORMS = (
    "smtps://host:465, smtp://host:587, postmark:, resend:, sendgrid:, mailgun://domain or ses://region "
    "(options: postmark:?stream=NAME, sendgrid:?region=eu, mailgun://domain?region=eu, ses://region?configuration_set=NAME)"
)
_OPTIONS = {
    "smtp": set(),
    "smtps": set(),
    "postmark": {"stream"},
    "resend": set(),
    "sendgrid": {"region"},
    "mailgun": {"region"},
    "ses": {"configuration_set"},
}


def transport_from_env(environ: Mapping[str, str] | None = None, *, timeout: float = 60.0) -> MailTransport | None:
    """The transport that the environment names; None when it names none.

    Args:
        environ: Variables to read instead of the process's own.
        timeout: Seconds for each answer.

    Raises:
        ConfigurationError: A variable is missing or not valid.
    """
    given = os.environ if environ is None else environ
    url = given.get("HELPDESK_MAIL_URL", "").strip()
    if not url:
        return None
    try:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query, strict_parsing=True) if parts.query else ())
        host, port, secret = parts.hostname or "", parts.port, parts.username or parts.password
    except ValueError:
        raise ConfigurationError("HELPDESK_MAIL_URL is no address", hint=f"Use {FORMS}.") from None
    if secret:
        raise ConfigurationError(
            "HELPDESK_MAIL_URL must not have a name or password", hint="Set HELPDESK_MAIL_USER and _PASSWORD."
        )
    if parts.scheme not in _OPTIONS or not set(options) <= _OPTIONS[parts.scheme] or parts.path.strip("/"):
        raise ConfigurationError("HELPDESK_MAIL_URL names no way to send mails", hint=f"Use {FORMS}.")
    if options.get("region", "us") not in {"us", "eu"}:
        raise ConfigurationError("HELPDESK_MAIL_URL: the region is us or eu")
    if parts.scheme in {"smtp", "smtps", "mailgun", "ses"} and not host:
        raise ConfigurationError(f"HELPDESK_MAIL_URL needs a name after {parts.scheme}://", hint=f"Use {FORMS}.")
    if not re.fullmatch(r"[a-z0-9.:-]*", host):
        raise ConfigurationError("HELPDESK_MAIL_URL: the name after :// is not valid", hint=f"Use {FORMS}.")
    user, password = given.get("HELPDESK_MAIL_USER", "").strip(), secret_of(given, "HELPDESK_MAIL_PASSWORD")
    if parts.scheme in {"smtp", "smtps"}:
        return _smtp(given, parts.scheme, host, port, user, password, timeout)
    if parts.scheme == "ses":
        return _ses(given, host, user, password, options, timeout)
    if not password:
        raise ConfigurationError("HELPDESK_MAIL_PASSWORD is not set", hint=f"It is the API key of {parts.scheme}.")
    europe = options.get("region") == "eu"
    made: dict[str, Callable[[], MailTransport]] = {
        "postmark": lambda: PostmarkTransport(password, stream=options.get("stream", "outbound"), timeout=timeout),
        "resend": lambda: ResendTransport(password, timeout=timeout),
        "sendgrid": lambda: SendgridTransport(
            password, url=f"https://api.{'eu.' if europe else ''}sendgrid.com", timeout=timeout
        ),
        "mailgun": lambda: MailgunTransport(
            password, host, url=f"https://api.{'eu.' if europe else ''}mailgun.net", timeout=timeout
        ),
    }
    return made[parts.scheme]()


def _smtp(
    given: Mapping[str, str], scheme: str, host: str, port: int | None, user: str, password: str, timeout: float
) -> SmtpTransport:
    if bool(user) != bool(password):
        raise ConfigurationError("HELPDESK_MAIL_USER and HELPDESK_MAIL_PASSWORD go together")
    starttls: Security = "none" if host in LOOPBACK else "starttls"
    security: Security = "tls" if scheme == "smtps" else starttls
    ca_file = given.get("HELPDESK_MAIL_CA_FILE", "").strip()
    return SmtpTransport(
        host,
        port or (465 if scheme == "smtps" else 587),
        security=security,
        user=user or None,
        password=password,
        timeout=timeout,
        context=mail_context(ca_file, "HELPDESK_MAIL_CA_FILE") if ca_file and security != "none" else None,
    )


def _ses(
    given: Mapping[str, str], region: str, user: str, password: str, options: Mapping[str, str], timeout: float
) -> SesTransport:
    token = None
    if not user and not password:
        # What Amazon's own machines put into the environment.
        user, password = given.get("AWS_ACCESS_KEY_ID", ""), given.get("AWS_SECRET_ACCESS_KEY", "")
        token = given.get("AWS_SESSION_TOKEN") or None
    if not user or not password:
        raise ConfigurationError(
            "Amazon SES needs HELPDESK_MAIL_USER and HELPDESK_MAIL_PASSWORD",
            hint="They are the id of an access key and its secret. AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY do too.",
        )
    chosen = options.get("configuration_set")
    return SesTransport(user, password, region, session_token=token, configuration_set=chosen, timeout=timeout)
