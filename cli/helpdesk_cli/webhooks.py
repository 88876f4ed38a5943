"""`helpdesk webhooks`: URLs that receive events."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

import typer

from ._base.app import Commands
from ._base.errors import CliError, ExitCode
from ._base.input import confirm
from ._base.json import jsonable
from ._base.output import (
    Column,
    age,
    local_time,
    one_more,
    print_fields,
    print_note,
    print_result,
    print_rows,
    print_up_to,
)
from ._base.times import time_option
from ._connect.connection import connect
from ._show.deliveries import DELIVERY_COLUMNS, StateOption
from ._watch.forward import listen

if TYPE_CHECKING:
    from helpdesk_sdk import NewWebhook, Webhook

app = Commands(name="webhooks", help="URLs that receive events; for admins.")

WebhookArgument = Annotated[UUID, typer.Argument(metavar="WEBHOOK", help="The webhook's id.", show_default=False)]
TypeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--type", metavar="TYPE", help="A type of event, ticket.* for a group, or * for all; may be repeated."
    ),
]
TeamOption = Annotated[
    str | None, typer.Option(metavar="TEAM", help="Only events of tickets in this team, by name or id.")
]
AudienceOption = Annotated[
    Literal["customer", "staff"] | None,
    typer.Option(help="customer: only events that the requester may see.", show_default=False),
]


def _state(webhook: Webhook) -> str:
    if not webhook.is_active:
        return (webhook.disabled_reason or "off").replace("_", " ")
    return "on" if webhook.failing_since is None else f"failing for {age(webhook.failing_since)}"


def _shown_once(made: NewWebhook, sentence: str) -> None:
    """Print a webhook with its new secret: the only place where it stands."""
    secret = made.secret.get_secret_value()
    fields: list[tuple[str, object]] = [
        ("id", made.webhook_id),
        ("events", ", ".join(made.event_types)),
        ("secret", secret),
        ("former secret", made.old_secret_expires_at and f"signs until {local_time(made.old_secret_expires_at)}"),
    ]
    print_fields(sentence, fields, json={**jsonable(made), "secret": secret})
    print_note("Store the secret now: it is shown only this once.")


@app.command()
def create(
    url: Annotated[str, typer.Argument(help="Where the events go: https, with a public host.", show_default=False)],
    type: TypeOption = None,
    team: TeamOption = None,
    audience: AudienceOption = None,
    description: Annotated[str, typer.Option("--description", "-d", metavar="TEXT", help="What it is for.")] = "",
) -> None:
    """Create a webhook, and show its secret once."""
    with connect() as hd:
        made = hd.webhooks.create(
            url, description=description, event_types=type or ["*"], team=team, audience=audience or "staff"
        )
    _shown_once(made, f"Events go to {made.url}.")


@app.command("list")
def list_() -> None:
    """List the webhooks."""
    with connect() as hd:
        found = hd.webhooks.list(page_size=500).all()
    columns: list[Column[Webhook]] = [
        Column("Id", lambda row: row.webhook_id),
        Column("URL", lambda row: row.url, flexible=True),
        Column("Events", lambda row: ", ".join(row.event_types), flexible=True, from_width=90),
        Column("State", _state, style=lambda text: "" if text == "on" else "magenta"),
        Column("Since", lambda row: age(row.created_at), right=True, from_width=80),
    ]
    print_rows(found, columns, empty="No webhooks.")


@app.command()
def show(webhook: WebhookArgument) -> None:
    """Show a webhook, without its secret."""
    with connect() as hd:
        found = hd.webhooks.get(webhook)
        team = hd.teams.get(found.team_id).name if found.team_id else None
    fields: list[tuple[str, object]] = [
        ("description", found.description),
        ("events", ", ".join(found.event_types)),
        ("team", team),
        ("audience", found.audience),
        ("state", _state(found)),
        ("off since", found.disabled_at and local_time(found.disabled_at)),
        ("id", found.webhook_id),
    ]
    print_fields(found.url, fields, json=found)


@app.command()
def update(
    webhook: WebhookArgument,
    url: Annotated[str | None, typer.Option(metavar="URL", help="The new URL.")] = None,
    type: TypeOption = None,
    team: TeamOption = None,
    all_teams: Annotated[bool, typer.Option("--all-teams", help="Events of all teams.")] = False,
    audience: AudienceOption = None,
    description: Annotated[
        str | None, typer.Option("--description", "-d", metavar="TEXT", help="What it is for.")
    ] = None,
    active: Annotated[bool | None, typer.Option("--on/--off", help="Switch it on or off.", show_default=False)] = None,
) -> None:
    """Change a webhook, or switch it off or on."""
    if team is not None and all_teams:
        raise CliError("--team goes without --all-teams", "Leave one of them out.", ExitCode.USAGE)
    given: dict[str, Any] = {} if team is None and not all_teams else {"team": team}
    with connect() as hd:
        before = hd.webhooks.get(webhook) if active else None
        done = hd.webhooks.update(
            webhook,
            url=url,
            description=description,
            event_types=type or None,
            audience=audience,
            is_active=active,
            **given,
        )
    print_result(f"Changed the webhook to {done.url}; it is {_state(done)}.", json=done)
    if before is not None and before.disabled_at is not None:
        since = before.disabled_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        print_note(f"What happened while it was off: helpdesk webhooks replay {webhook} --since {since}")


@app.command()
def rotate(
    webhook: WebhookArgument,
    keep: Annotated[
        int, typer.Option("--keep", metavar="SECONDS", help="How long the former secret signs, too; 0 ends it now.")
    ] = 86_400,
) -> None:
    """Make a new secret, and show it once."""
    with connect() as hd:
        made = hd.webhooks.rotate(webhook, keep_seconds=keep)
    _shown_once(made, f"The webhook to {made.url} has a new secret.")


@app.command()
def test(webhook: WebhookArgument) -> None:
    """Send a test event to a webhook, also while it is off."""
    with connect() as hd:
        queued = hd.webhooks.test(webhook)
    print_result(f"An event webhook.test is queued. How it went: helpdesk webhooks deliveries {webhook}", json=queued)


@app.command()
def deliveries(
    webhook: WebhookArgument,
    state: StateOption = None,
    limit: Annotated[int, typer.Option(min=0, help="How many at most; 0 for all.")] = 50,
) -> None:
    """List what was sent to a webhook, newest first."""
    with connect() as hd:
        found = one_more(hd.webhooks.deliveries(webhook, state=state or None, page_size=500), limit, "deliveries")
    print_up_to(found, limit, DELIVERY_COLUMNS, "deliveries", empty="No deliveries.")


@app.command()
def replay(
    webhook: WebhookArgument,
    since: Annotated[datetime | None, time_option("Every event that happened from this time on")] = None,
    until: Annotated[datetime | None, time_option("And before this time; by default now")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="Only deliveries whose attempts are used up.")] = False,
) -> None:
    """Send events again: those of a time, or what is dead."""
    if not dead and since is None:
        raise CliError("Give --since or --dead", "--since 2026-01-31 sends every event from then on.", ExitCode.USAGE)
    with connect() as hd:
        count = hd.webhooks.replay(webhook, since=since, until=until, dead=dead)
    print_result(f"Queued: {count:,}.", json={"queued": count})


@app.command()
def delete(
    webhook: WebhookArgument, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False
) -> None:
    """Delete a webhook with its deliveries; asks first."""
    with connect() as hd:
        found = hd.webhooks.get(webhook)
        confirm(f"Delete the webhook to {found.url}, with its deliveries?", yes, "This deletes what waits, too")
        hd.webhooks.delete(found)
    print_result(f"Deleted the webhook to {found.url}.", json=found)


app.command()(listen)
