"""Whether mail arrives and is decided on, for admins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from .durations import duration

if TYPE_CHECKING:
    from helpdesk_sdk import MailHealth

Result = tuple[str, bool | None, str, str | None]

# Longer waits, in seconds, are worth a look.
UNPARSED_MAX = 900
QUARANTINE_MAX = 86_400
# So many mails that a limit holds back are an attack, or a limit that is too low.
OVER_LIMIT_MAX = 20


def mail_findings(health: MailHealth, now: datetime | None = None) -> Iterator[Result]:
    """The checks of mailboxes and of mail that arrives; nothing for a helpdesk without any.

    Args:
        health: What the helpdesk says.
        now: The present time.

    Returns:
        Name; True, or None as a warning; a message; and a fix.
    """
    yield from _mailboxes(health)
    channels = [one for one in health.channels if one.is_active]
    if not channels and not health.unparsed and not health.quarantined:
        return
    at = now or datetime.now(UTC)
    said = [f"{one.address}: {_last(one.last_received_at, at)}" for one in channels[:5]]
    said += [f"{health.unparsed:,} not parsed"] if health.unparsed else []
    said += [f"{health.quarantined:,} in quarantine"] if health.quarantined else []
    said += [f"{health.suppressed:,} addresses suppressed"] if health.suppressed else []
    message = "; ".join(said)
    if _seconds(health.oldest_unparsed_at, at) > UNPARSED_MAX:
        late = f"mails wait to be parsed, the oldest for {duration(_seconds(health.oldest_unparsed_at, at))}; {message}"
        yield "mail in", None, late, "Deploy the function email-in, or start helpdesk worker."
    elif health.over_limit > OVER_LIMIT_MAX:
        many = f"{health.over_limit:,} mails were too many within an hour and wait; {message}"
        yield "mail in", None, many, "See them: helpdesk mail quarantine list. Then helpdesk mail quarantine all"
    elif _seconds(health.oldest_quarantined_at, at) > QUARANTINE_MAX:
        late = f"quarantine waits for {duration(_seconds(health.oldest_quarantined_at, at))}; {message}"
        yield "mail in", None, late, "Decide: helpdesk mail quarantine list"
    else:
        yield "mail in", True, message, None


def _mailboxes(health: MailHealth) -> Iterator[Result]:
    unread = [f"{one.mailbox}, {one.folder}: {one.problem}" for one in health.mailboxes if one.problem]
    failing = [f"{one.mailbox}, {one.folder}: {one.last_failure}" for one in health.mailboxes if one.failed]
    if unread:
        fix = "Try it where it is read: helpdesk mail fetch --once"
        yield "mailbox", None, f"cannot be read: {'; '.join(unread[:5])}", fix
    elif failing:
        fix = "They are tried again, and stay in the mailbox."
        yield "mailbox", None, f"mails could not be received: {'; '.join(failing[:5])}", fix
    elif health.mailboxes:
        yield "mailbox", True, f"{len(health.mailboxes)} read", None


def _last(received_at: datetime | None, now: datetime) -> str:
    return "no mail yet" if received_at is None else f"last mail {duration(_seconds(received_at, now))} ago"


def _seconds(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
