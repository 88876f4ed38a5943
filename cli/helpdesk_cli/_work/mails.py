"""The sending of mails."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from .._base.secrets import register_secret
from .._connect.known_stacks import running_here
from .log import note, say

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk
    from helpdesk_sdk.delivery.mail import MailTransport

_WORDS = {"done": "sent", "retry": "failed", "refused": "refused", "unknown": "unknown", "lost": "not ours any more"}


class Mails:
    """Sends the mails that are due."""

    # A large mail to a slow server.
    longest = 600.0
    # People wait for an answer.
    pause = 1.0

    def __init__(self, hd: Helpdesk, make_transport: Callable[[], MailTransport]) -> None:
        self._hd, self._make_transport = hd, make_transport
        self._is_interrupted = False
        transport = make_transport()
        note(f"Mails are sent by {transport.name}.")
        transport.close()

    def work(self, is_stopping: Callable[[], bool], *, once: bool) -> None:
        """Send what waits."""
        from helpdesk_sdk.delivery import send_waiting_mails

        done = asdict(
            send_waiting_mails(
                self._hd,
                self._make_transport,
                is_stopping=is_stopping,
                is_interrupted=lambda: self._is_interrupted,
            )
        )
        if once or any(done.values()):
            shown = ", ".join(f"{done[name]} {word}" for name, word in _WORDS.items() if once or done[name])
            say(f"Mails: {shown}", {"kind": "email", **done})

    def interrupt(self) -> None:
        """Leave what was begun: a mail that is being handed over is unknown then, and not sent twice."""
        self._is_interrupted = True


def make_transport_from_env(url: str) -> Callable[[], MailTransport] | None:
    """What makes the transport that the environment names, else that to the mailbox of a local stack; None without.

    Args:
        url: The helpdesk's. If it is a local stack that runs here, its own mailbox keeps the mails.

    Raises:
        ConfigurationError: The environment is not valid.
    """
    from helpdesk_sdk.delivery.mail import transport_from_env

    register_secret(os.environ.get("HELPDESK_MAIL_PASSWORD"))
    environ: dict[str, str] | None = None
    if transport_from_env() is None:
        here = next((info.mails for info in running_here() if info.mails and info.api_url == url), {})
        environ = {"HELPDESK_MAIL_URL": here.get("smtp_url", "")}
    if transport_from_env(environ) is None:
        return None

    def make() -> MailTransport:
        made = transport_from_env(environ)
        assert made
        return made

    return make
