"""`helpdesk settings`: what this helpdesk allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

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
) -> None:
    """Admins: change settings. What is not named stays as it is."""
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
    ]
    print_fields("Settings", fields, json=found)
