"""`helpdesk settings`: what this helpdesk allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ._base.app import Commands
from ._base.output import print_fields
from ._connect.connection import connect

if TYPE_CHECKING:
    from helpdesk_sdk import Settings

app = Commands(name="settings", help="What this helpdesk allows. Everybody reads it, admins change it.")


@app.command()
def show() -> None:
    """Show the settings."""
    with connect() as hd:
        found = hd.settings.get()
    _print(found)


@app.command("set")
def set_(
    attachment_type: Annotated[
        list[str] | None,
        typer.Option(metavar="TYPE", help="A content type that files may have; repeat it for all of them."),
    ] = None,
    attachment_max_bytes: Annotated[
        int | None, typer.Option(metavar="BYTES", help="The greatest size of a file.")
    ] = None,
    attachment_max_per_message: Annotated[
        int | None, typer.Option(metavar="N", help="The greatest number of files of a message or note.")
    ] = None,
    attachment_max_per_ticket: Annotated[
        int | None, typer.Option(metavar="N", help="The greatest number of files of a ticket.")
    ] = None,
    attachment_max_bytes_per_ticket: Annotated[
        int | None, typer.Option(metavar="BYTES", help="The greatest size of all files of a ticket.")
    ] = None,
    attachment_require_check: Annotated[
        bool | None,
        typer.Option(
            "--attachment-require-check/--no-attachment-require-check",
            help="Whether files can be downloaded only after their check. Without it, only images, PDF, plain text "
            "and CSV are accepted, and whatever is in them can be downloaded.",
            show_default=False,
        ),
    ] = None,
    article_writers: Annotated[
        Literal["staff", "admins"] | None, typer.Option(help="Who drafts and edits articles.")
    ] = None,
    article_publishers: Annotated[
        Literal["staff", "admins"] | None, typer.Option(help="Who publishes and archives articles.")
    ] = None,
    email_reopen_days: Annotated[
        int | None,
        typer.Option(metavar="DAYS", help="A mail opens a ticket again that was closed within so many days."),
    ] = None,
    console_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Where staff open the console, for links in mails; an empty text removes it."),
    ] = None,
    email_locale: Annotated[
        str | None,
        typer.Option(metavar="LANGUAGE", help="The language of mails that the helpdesk writes by itself: en, de."),
    ] = None,
    email_acknowledgements: Annotated[
        Literal["none", "email", "all"] | None,
        typer.Option(help="Which new tickets are acknowledged by mail: email is those that came by mail."),
    ] = None,
    email_notification: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND",
            help="What staff are notified of who have not chosen: assigned, customer_replied, team_customer_replied, "
            "mentioned, bounced, or none; repeat it for all of them.",
        ),
    ] = None,
    email_batch_minutes: Annotated[
        int | None, typer.Option(metavar="N", help="Replies within so many minutes are one notification.")
    ] = None,
    email_max_per_minute: Annotated[
        int | None, typer.Option(metavar="N", help="How many mails the helpdesk writes by itself in a minute.")
    ] = None,
    email_tickets_per_sender: Annotated[
        int | None, typer.Option(metavar="N", help="How many tickets an address opens by mail in an hour.")
    ] = None,
    email_tickets_per_known_sender: Annotated[
        int | None, typer.Option(metavar="N", help="The same of known people whose domain vouches for the mail.")
    ] = None,
    email_tickets_per_domain: Annotated[
        int | None, typer.Option(metavar="N", help="How many tickets unknown senders of a domain open in an hour.")
    ] = None,
    email_tickets_per_channel: Annotated[
        int | None, typer.Option(metavar="N", help="How many tickets unknown senders open at an address in an hour.")
    ] = None,
    email_reply_line: Annotated[
        bool | None,
        typer.Option(
            "--email-reply-line/--no-email-reply-line",
            help="Whether mails begin with a line above which people are asked to reply.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Admins: change settings. What is not named stays as it is."""
    given: dict[str, Any] = {} if console_url is None else {"console_url": console_url or None}
    if email_notification:
        given["email_notifications"] = [kind for kind in email_notification if kind != "none"]
    with connect() as hd:
        done = hd.settings.update(
            attachment_types=attachment_type or None,
            attachment_max_bytes=attachment_max_bytes,
            attachment_max_per_message=attachment_max_per_message,
            attachment_max_per_ticket=attachment_max_per_ticket,
            attachment_max_bytes_per_ticket=attachment_max_bytes_per_ticket,
            attachment_require_check=attachment_require_check,
            article_writers=article_writers,
            article_publishers=article_publishers,
            email_reopen_days=email_reopen_days,
            email_locale=email_locale,
            email_acknowledgements=email_acknowledgements,
            email_batch_minutes=email_batch_minutes,
            email_max_per_minute=email_max_per_minute,
            email_tickets_per_sender=email_tickets_per_sender,
            email_tickets_per_known_sender=email_tickets_per_known_sender,
            email_tickets_per_domain=email_tickets_per_domain,
            email_tickets_per_channel=email_tickets_per_channel,
            email_reply_line=email_reply_line,
            **given,
        )
    _print(done)


def _print(found: Settings) -> None:
    fields: list[tuple[str, object]] = [
        ("attachment-type", ", ".join(found.attachment_types) or "none"),
        ("attachment-max-bytes", f"{found.attachment_max_bytes:,}"),
        ("attachment-max-per-message", found.attachment_max_per_message),
        ("attachment-max-per-ticket", found.attachment_max_per_ticket),
        ("attachment-max-bytes-per-ticket", f"{found.attachment_max_bytes_per_ticket:,}"),
        ("attachment-require-check", "yes" if found.attachment_require_check else "no"),
        ("article-writers", found.article_writers),
        ("article-publishers", found.article_publishers),
        ("email-reopen-days", found.email_reopen_days),
        ("console-url", found.console_url),
        ("email-locale", found.email_locale),
        ("email-acknowledgements", found.email_acknowledgements),
        ("email-notification", ", ".join(found.email_notifications) or "none"),
        ("email-batch-minutes", found.email_batch_minutes),
        ("email-max-per-minute", found.email_max_per_minute),
        ("email-tickets-per-sender", found.email_tickets_per_sender),
        ("email-tickets-per-known-sender", found.email_tickets_per_known_sender),
        ("email-tickets-per-domain", found.email_tickets_per_domain),
        ("email-tickets-per-channel", found.email_tickets_per_channel),
        ("email-reply-line", "yes" if found.email_reply_line else "no"),
    ]
    print_fields("Settings", fields, json=found)
