"""Whether somebody vouches for the senders of a mailbox's mails, for admins."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpdesk_sdk import EmailChannel, Helpdesk

Result = tuple[str, bool | None, str, str | None]

# So many of the newest mails are looked through for one of a mailbox.
MAILS_MAX = 100


def check_verdicts(hd: Helpdesk, channels: Iterable[EmailChannel]) -> Iterator[Result]:
    """Whether mails without an envelope are verified; nothing where all addresses trust the same servers.

    Args:
        hd: A client of the person.
        channels: The addresses of the helpdesk.

    Returns:
        Name; None as a warning; a message; and a fix.
    """
    lists = {one.address: frozenset(one.trusted_authserv_ids) for one in channels if one.is_active}
    trusted = {address: servers for address, servers in lists.items() if servers}
    by_all = frozenset.intersection(*trusted.values()) if trusted else frozenset[str]()
    losing = sorted(address for address, servers in trusted.items() if not servers <= by_all)
    if not losing or not _lacks_envelope(hd):
        return
    yield (
        "mail senders",
        None,
        "mails of the mailbox come without an envelope, and then only servers count that all addresses trust: "
        f"no sender is verified by the servers of {', '.join(losing[:5])}",
        "Set HELPDESK_IMAP_ADDRESS to the mailbox's address where the mailbox is read, or give all addresses the same "
        "servers: helpdesk mail channels update ADDRESS --trust-server SERVER",
    )


def _lacks_envelope(hd: Helpdesk) -> bool:
    """Whether the newest mail of a mailbox had none; before the first one, whether the settings name no address."""
    for mail in islice(hd.mail.inbound.list(page_size=MAILS_MAX), MAILS_MAX):
        if mail.source == "imap":
            envelope = hd.mail.inbound.get(mail).evidence.get("envelope") or {}
            return not envelope.get("to")
    url, address = (os.environ.get(f"HELPDESK_IMAP_{name}", "").strip() for name in ("URL", "ADDRESS"))
    return bool(url) and not address
