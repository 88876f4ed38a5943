"""The addresses at which the helpdesk receives mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from .._base.app import Commands
from .._base.errors import CliError, ExitCode
from .._base.input import confirm
from .._base.output import Column, age, print_note, print_result, print_rows
from .._connect.connection import connect
from .._show.name_cache import NameCache
from .app import app

if TYPE_CHECKING:
    from helpdesk_sdk import EmailChannel

channels = Commands(name="channels", help="The addresses at which the helpdesk receives mail.")
app.add_typer(channels)

ProviderName = Literal["raw", "imap", "postmark", "sendgrid", "mailgun", "resend", "ses", "cloudflare"]
ChannelArgument = Annotated[
    str, typer.Argument(metavar="ADDRESS", help="The address, like support@acme.example.", show_default=False)
]
NameOption = Annotated[str | None, typer.Option(metavar="NAME", help="The name that customers see beside it.")]
TeamOption = Annotated[str | None, typer.Option(metavar="TEAM", help="New tickets go to this team, by name or id.")]
ProviderOption = Annotated[ProviderName | None, typer.Option(help="How its mails come in.", show_default=False)]
DomainOption = Annotated[
    str | None,
    typer.Option("--reply-domain", metavar="DOMAIN", help="The domain of reply addresses, if it is another one."),
]
TrustOption = Annotated[
    list[str] | None,
    typer.Option(
        "--trust-server",
        metavar="HOST",
        help="A server of yours whose Authentication-Results are believed; may be repeated.",
    ),
]
ListOption = Annotated[
    list[str] | None,
    typer.Option(
        "--trust-list", metavar="DOMAIN", help="A mailing list whose X-Original-Sender is believed; may be repeated."
    ),
]
FormOption = Annotated[
    list[str] | None,
    typer.Option(
        "--trust-form", metavar="ADDRESS", help="The address of a web form, whose Reply-To writes; may be repeated."
    ),
]


@channels.command("list")
def list_() -> None:
    """List the addresses."""
    with connect() as hd:
        found = hd.mail.channels.list(page_size=500).all()
        names = NameCache()
        names.load_events(hd, [{"team_id": str(row.team_id)} for row in found if row.team_id])
    columns: list[Column[EmailChannel]] = [
        Column("Address", lambda row: row.address, flexible=True),
        Column("Name", lambda row: row.name, flexible=True, from_width=90),
        Column("Team", lambda row: names.team(row.team_id) or "default team", flexible=True),
        Column("Comes by", lambda row: row.provider, from_width=70),
        Column("State", lambda row: "on" if row.is_active else "off", style=lambda text: "" if text == "on" else "dim"),
        Column("Since", lambda row: age(row.created_at), right=True, from_width=80),
    ]
    print_rows(found, columns, empty="No addresses. To add one: helpdesk mail channels create support@acme.example")


@channels.command()
def create(
    address: ChannelArgument,
    name: NameOption = None,
    team: TeamOption = None,
    provider: ProviderOption = None,
    reply_domain: DomainOption = None,
    trust_server: TrustOption = None,
    trust_list: ListOption = None,
    trust_form: FormOption = None,
) -> None:
    """Add an address at which the helpdesk receives mail."""
    with connect() as hd:
        made = hd.mail.channels.create(
            address,
            name=name or "",
            team=team,
            provider=provider or "raw",
            reply_domain=reply_domain,
            trusted_authserv_ids=trust_server or (),
            trusted_rewriters=trust_list or (),
            trusted_forms=trust_form or (),
        )
    print_result(f"Mail to {made.address} opens tickets {_where(team)}.", json=made)
    print_note(f"The DNS of its domain: helpdesk mail check {made.address.partition('@')[2]}")


@channels.command()
def update(
    channel: ChannelArgument,
    address: Annotated[str | None, typer.Option("--address", metavar="ADDRESS", help="The new address.")] = None,
    name: NameOption = None,
    team: TeamOption = None,
    default_team: Annotated[bool, typer.Option("--default-team", help="New tickets go to the default team.")] = False,
    provider: ProviderOption = None,
    reply_domain: DomainOption = None,
    trust_server: TrustOption = None,
    trust_list: ListOption = None,
    trust_form: FormOption = None,
    active: Annotated[bool | None, typer.Option("--on/--off", help="Switch it on or off.", show_default=False)] = None,
) -> None:
    """Change an address, or switch it off or on.

    What is not named stays as it is. Names after --trust-… replace the former; "" leaves none.
    """
    if team is not None and default_team:
        raise CliError("--team goes without --default-team", "Leave one of them out.", ExitCode.USAGE)
    given: dict[str, Any] = {} if team is None and not default_team else {"team": team}
    if reply_domain is not None:
        given["reply_domain"] = reply_domain or None
    with connect() as hd:
        done = hd.mail.channels.update(
            channel,
            address=address,
            name=name,
            provider=provider,
            trusted_authserv_ids=_named(trust_server),
            trusted_rewriters=_named(trust_list),
            trusted_forms=_named(trust_form),
            is_active=active,
            **given,
        )
    print_result(f"Changed {done.address}; it is {'on' if done.is_active else 'off'}.", json=done)


@channels.command()
def delete(
    channel: ChannelArgument, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False
) -> None:
    """Delete an address; asks first. Its mails stay."""
    with connect() as hd:
        found = hd.mail.channels.get(channel)
        question = f"Delete {found.address}? Mails that come to it open no tickets of its team any more."
        confirm(question, yes, "Mails to this address would open no tickets of its team any more")
        hd.mail.channels.delete(found)
    print_result(f"Deleted {found.address}.", json=found)


def _where(team: str | None) -> str:
    return "in the default team" if team is None else f"in {team}"


def _named(given: list[str] | None) -> list[str] | None:
    """The values of a repeated option; "" alone stands for none."""
    return given if given is None else [one for one in given if one]
