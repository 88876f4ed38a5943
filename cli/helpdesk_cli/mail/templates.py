"""The texts of mails that the helpdesk writes by itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .._base.app import Commands
from .._base.errors import CliError, ExitCode
from .._base.input import FileOption, read_text
from .._base.output import Column, age, print_fields, print_result, print_rows
from .._connect.connection import connect
from .app import app

if TYPE_CHECKING:
    from helpdesk_sdk import EmailTemplate

templates = Commands(name="templates", help="The texts of mails that the helpdesk writes by itself; for admins.")
app.add_typer(templates)

KindName = Literal["acknowledgement", "assigned", "customer_replied", "mentioned", "bounced", "reply_line"]
KindArgument = Annotated[KindName, typer.Argument(metavar="KIND", help="What the mail is for.", show_default=False)]
LocaleArgument = Annotated[
    str, typer.Argument(metavar="LANGUAGE", help="The language, like en, de or pt-BR.", show_default=False)
]
HtmlOption = Annotated[
    Path | None,
    typer.Option("--html-file", metavar="PATH", help="A file with the HTML; without, it is made from the text."),
]


@templates.command("list")
def list_() -> None:
    """List the templates: what is built in, and what admins wrote."""
    with connect() as hd:
        found = hd.mail.templates.list()
    columns: list[Column[EmailTemplate]] = [
        Column("Kind", lambda row: row.kind),
        Column("Language", lambda row: row.locale),
        Column("Subject", lambda row: row.subject, flexible=True),
        Column("Written", lambda row: age(row.updated_at) if row.updated_at else "built in", right=True, from_width=80),
    ]
    print_rows(found, columns, empty="No templates.")


@templates.command()
def show(kind: KindArgument, locale: LocaleArgument) -> None:
    """Show a template, with its placeholders."""
    with connect() as hd:
        found = [one for one in hd.mail.templates.list() if (one.kind, one.locale) == (kind, locale)]
    if not found:
        raise CliError(
            f"There is no template of {kind} in {locale}.", "See: helpdesk mail templates list", ExitCode.NOT_FOUND
        )
    one = found[0]
    fields: list[tuple[str, object]] = [
        ("subject", one.subject),
        ("text", one.text),
        ("html", one.html or "made from the text"),
        ("written", age(one.updated_at) if one.updated_at else "built in"),
    ]
    print_fields(f"{one.kind} in {one.locale}", fields, json=one)


@templates.command("set")
def set_(
    kind: KindArgument,
    locale: LocaleArgument,
    subject: Annotated[
        str, typer.Option("--subject", "-s", metavar="TEXT", help="The subject, with placeholders.", show_default=False)
    ],
    text: Annotated[str | None, typer.Argument(metavar="[TEXT]", help="The plain text.", show_default=False)] = None,
    file: FileOption = None,
    html_file: HtmlOption = None,
) -> None:
    """Write a template. Mails have it from now on.

    The placeholders are in docs/email.md, e.g. {{ticket.number}} and {{message.text}}. An unknown one is an error.
    """
    body = read_text("text", text, file)
    html = read_text("html", None, html_file) if html_file else None
    with connect() as hd:
        done = hd.mail.templates.set(kind, locale, subject=subject, text=body, html=html)
    print_result(f"Wrote the template of {done.kind} in {done.locale}.", json=done)


@templates.command()
def reset(kind: KindArgument, locale: LocaleArgument) -> None:
    """Remove what an admin wrote: the built-in text is back."""
    with connect() as hd:
        was_there = hd.mail.templates.reset(kind, locale)
    said = f"The template of {kind} in {locale} is built in again." if was_there else "There was nothing to remove."
    print_result(said, json={"removed": was_there})


@templates.command()
def preview(
    kind: KindArgument,
    locale: Annotated[
        str | None, typer.Option("--locale", metavar="LANGUAGE", help="The language of the recipient.")
    ] = None,
    ticket: Annotated[
        str | None, typer.Option(metavar="TICKET", help="The ticket that the mail is about, by number or id.")
    ] = None,
    html: Annotated[bool, typer.Option("--html", help="Show the HTML instead of the text.")] = False,
) -> None:
    """Show a mail as a recipient would receive it. Nothing is sent."""
    with connect() as hd:
        seen = hd.mail.templates.preview(kind, locale=locale, ticket=ticket)
    print_fields(seen.subject, [("html", seen.html) if html else ("text", seen.text)], json=seen)
