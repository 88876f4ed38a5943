"""`helpdesk fields`: custom fields of tickets, and their options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ._base.app import Commands
from ._base.choices import FieldAudience, FieldType, RequiredFor
from ._base.errors import CliError, ExitCode
from ._base.output import Column, local_time, print_fields, print_result, print_rows
from ._connect.connection import connect
from ._show.name_cache import NameCache

if TYPE_CHECKING:
    from helpdesk_sdk import CustomField, FieldOption, Helpdesk

app = Commands(name="fields", help="Custom fields of tickets.")
options = Commands(name="options", help="The options of fields of the types select and multi_select.")
app.add_typer(options)

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="The field's key.", show_default=False)]
ValueArgument = Annotated[str, typer.Argument(metavar="VALUE", help="The option's value.", show_default=False)]
CustomerLabelOption = Annotated[
    str | None, typer.Option(metavar="TEXT", help="The name for requesters, if it is another one.", show_default=False)
]
TeamOption = Annotated[
    list[str] | None,
    typer.Option("--team", metavar="TEAM", help="Only for tickets of this team; may be repeated.", show_default=False),
]
PositionOption = Annotated[
    int | None, typer.Option(min=0, max=1_000_000, help="The place in the order: smallest first.", show_default=False)
]


@app.command("list")
def list_(
    retired: Annotated[bool, typer.Option("--retired", help="Retired fields too.")] = False,
) -> None:
    """List the custom fields you may see."""
    with connect() as hd:
        found = hd.fields.list(include_retired=retired).all()
    columns: list[Column[CustomField]] = [
        Column("Key", lambda field: field.key),
        Column("Type", lambda field: field.type),
        Column("Label", lambda field: field.label, flexible=True),
        Column("Audience", lambda field: field.audience.replace("_", " "), from_width=60),
        Column("Required", lambda field: "" if field.required_for == "none" else f"to {field.required_for}"),
        Column("Options", lambda field: _values(field.options), flexible=True, from_width=90),
    ]
    if retired:
        columns.append(Column("Retired", lambda field: "yes" if field.retired_at else ""))
    print_rows(found, columns, empty="No custom fields.")


@app.command()
def show(key: KeyArgument) -> None:
    """Show a custom field and its options."""
    with connect() as hd:
        field = hd.fields.get(key)
        names = NameCache()
        if field.team_ids:
            names.load_teams(hd)
    teams = ", ".join(names.label(str(team_id)) for team_id in field.team_ids)
    rows: list[tuple[str, object]] = [
        ("key", field.key),
        ("type", field.type),
        ("for requesters", field.customer_label),
        ("help", field.help_text),
        ("audience", field.audience),
        ("required for", field.required_for),
        ("teams", "all" if field.for_all_teams else teams or "none"),
        ("position", field.position),
        ("retired", local_time(field.retired_at) if field.retired_at else None),
        *((f"option {option.value}", _described(option)) for option in field.options),
    ]
    print_fields(field.label, rows, json=field)


@app.command()
def create(
    key: Annotated[
        str,
        typer.Argument(help="The name in custom_fields, for good: small letters, digits and _.", show_default=False),
    ],
    type_: Annotated[FieldType, typer.Option("--type", help="The type of the values, for good.", show_default=False)],
    label: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The name that people see. Default: the key.", show_default=False)
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(
            metavar="VALUE[=LABEL]", help="An option of a select or multi_select; may be repeated.", show_default=False
        ),
    ] = None,
    audience: Annotated[
        FieldAudience, typer.Option(help="Who sees it, and who sets it besides staff.")
    ] = "customer_visible",
    required_for: Annotated[RequiredFor, typer.Option(help="Opening, or resolving, needs a value.")] = "none",
    customer_label: CustomerLabelOption = None,
    help_text: Annotated[str, typer.Option("--help-text", metavar="TEXT", help="What to fill in.")] = "",
    team: TeamOption = None,
    position: PositionOption = None,
) -> None:
    """Create a custom field. Repeated unchanged, the command acts once.

    For example: helpdesk fields create plan --type select --option free --option pro=Professional
    """
    pairs = [one.partition("=") for one in option or ()]
    with connect() as hd:
        made = hd.fields.create(
            key,
            type_,
            key.replace("_", " ").capitalize() if label is None else label,
            options={value: shown if equals else value for value, equals, shown in pairs},
            customer_label=customer_label,
            help_text=help_text,
            audience=audience,
            required_for=required_for,
            teams=team or None,
            position=position,
        )
    print_result(f"Created the field {made.key} ({made.type}): {made.label}", json=made)


@app.command()
def update(
    key: KeyArgument,
    label: Annotated[str | None, typer.Option(metavar="TEXT", help="The new name.", show_default=False)] = None,
    customer_label: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="The new name for requesters; '' for the label.", show_default=False),
    ] = None,
    help_text: Annotated[
        str | None, typer.Option("--help-text", metavar="TEXT", help="What to fill in.", show_default=False)
    ] = None,
    audience: Annotated[FieldAudience | None, typer.Option(help="Who sees it, and who sets it.")] = None,
    required_for: Annotated[RequiredFor | None, typer.Option(help="When it must have a value.")] = None,
    team: TeamOption = None,
    all_teams: Annotated[bool, typer.Option("--all-teams", help="For tickets of all teams.")] = False,
    position: PositionOption = None,
) -> None:
    """Change a custom field. Its key and its type stay; so does every value on tickets."""
    given = {"label": label, "help_text": help_text, "audience": audience, "required_for": required_for}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if position is not None:
        changes["position"] = position
    if customer_label is not None:
        changes["customer_label"] = customer_label or None
    if team and all_teams:
        raise CliError("--team and --all-teams are alternatives: give one", None, ExitCode.USAGE)
    if not changes and not team and not all_teams:
        raise CliError("Name at least one value to change", "See: helpdesk fields update --help", ExitCode.USAGE)
    with connect() as hd:
        done = hd.fields.update(key, **changes) if changes else hd.fields.get(key)
        if team or all_teams:
            done = hd.fields.set_teams(key, None if all_teams else team)
    print_result(f"Changed the field {done.key}: {done.label}", json=done)


@app.command()
def retire(key: KeyArgument) -> None:
    """Retire a custom field.

    It takes no new values, and old values stay readable.
    """
    _change(lambda hd: hd.fields.retire(key), "The field {} takes no new values from now on.")


@app.command()
def restore(key: KeyArgument) -> None:
    """Take a retired custom field into use again."""
    _change(lambda hd: hd.fields.restore(key), "The field {} is in use again.")


@options.command("add")
def add_option(
    key: KeyArgument,
    value: Annotated[str, typer.Argument(help="The value in custom_fields, for good.", show_default=False)],
    label: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The name that people see. Default: the value.")
    ] = None,
    position: PositionOption = None,
    retired: Annotated[bool, typer.Option("--retired", help="Only imports may use it.")] = False,
) -> None:
    """Add an option to a field."""
    _change(
        lambda hd: hd.fields.add_option(key, value, label, position=position, retired=retired),
        f"The field {{}} has the option {value}.",
    )


@options.command("update")
def update_option(
    key: KeyArgument,
    value: ValueArgument,
    label: Annotated[str | None, typer.Option(metavar="TEXT", help="The new name.", show_default=False)] = None,
    position: PositionOption = None,
) -> None:
    """Change an option's name or place. Its value stays, and so do the tickets that have it."""
    given: dict[str, Any] = {"label": label, "position": position}
    changes = {name: one for name, one in given.items() if one is not None}
    if not changes:
        raise CliError("Name at least one value to change", "Give --label or --position.", ExitCode.USAGE)
    _change(lambda hd: hd.fields.update_option(key, value, **changes), f"Changed the option {value} of {{}}.")


@options.command("retire")
def retire_option(key: KeyArgument, value: ValueArgument) -> None:
    """Retire an option.

    Nobody can choose it any more, and tickets that have it keep it.
    """
    _change(lambda hd: hd.fields.retire_option(key, value), f"The option {value} of {{}} cannot be chosen any more.")


@options.command("restore")
def restore_option(key: KeyArgument, value: ValueArgument) -> None:
    """Take a retired option into use again."""
    _change(lambda hd: hd.fields.restore_option(key, value), f"The option {value} of {{}} can be chosen again.")


def _change(change: Callable[[Helpdesk], CustomField], sentence: str) -> None:
    with connect() as hd:
        done = change(hd)
    print_result(sentence.replace("{}", done.key), json=done)


def _values(found: Sequence[FieldOption]) -> str:
    return ", ".join(option.value for option in found if option.retired_at is None)


def _described(option: FieldOption) -> str:
    return option.label + (" (retired)" if option.retired_at else "")
