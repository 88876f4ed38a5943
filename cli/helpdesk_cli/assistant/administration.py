"""Settings, prompts, and where the assistant does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from .._base.app import Commands
from .._base.choices import RunKind
from .._base.errors import CliError, ExitCode
from .._base.input import FileOption, read_text
from .._base.output import Column, age, local_time, print_fields, print_json, print_note, print_result, print_rows
from .._base.settings import settings as options
from .._base.text import printable
from .._connect.connection import connect
from .app import TicketArgument, WishOption, app

if TYPE_CHECKING:
    from helpdesk_sdk import AssistantSettings, Exclusion, Prompt

prompts = Commands(name="prompts", help="The instructions for the model, versioned.")
settings = Commands(name="settings", help="What the assistant may do and use.")
app.add_typer(settings)
app.add_typer(prompts)

PromptArgument = Annotated[str, typer.Argument(metavar="PROMPT", help="The prompt's id.", show_default=False)]
# The word that takes a value away.
_NONE = "none"


@settings.command("show")
def show_settings() -> None:
    """Staff: show the settings of the assistant."""
    with connect() as hd:
        found = hd.assistant.settings()
    _print_settings(found)


@settings.command("set")
def set_settings(
    enabled: Annotated[
        bool | None, typer.Option("--enabled/--disabled", help="Whether the assistant does anything at all.")
    ] = None,
    chat_model: Annotated[
        str | None, typer.Option(metavar="NAME", help="The language model; none: that of the functions.")
    ] = None,
    price_in: Annotated[
        str | None, typer.Option(metavar="PRICE", help="Of a million tokens of prompts; none: not counted.")
    ] = None,
    price_out: Annotated[
        str | None, typer.Option(metavar="PRICE", help="Of a million tokens of answers; none: not counted.")
    ] = None,
    daily_tokens_project: Annotated[
        str | None, typer.Option(metavar="N", help="Tokens a day for everybody; none: no limit.")
    ] = None,
    daily_tokens_team: Annotated[
        str | None, typer.Option(metavar="N", help="Tokens a day for one team's tickets; none: no limit.")
    ] = None,
    daily_tokens_person: Annotated[
        str | None, typer.Option(metavar="N", help="Tokens a day for one person; none: no limit.")
    ] = None,
    triage_new_tickets: Annotated[
        bool | None,
        typer.Option("--triage-new-tickets/--no-triage-new-tickets", help="Classify each new ticket by itself."),
    ] = None,
    notes_in_context: Annotated[
        bool | None,
        typer.Option("--notes-in-context/--no-notes-in-context", help="Models see notes, except for replies."),
    ] = None,
    internal_articles_in_context: Annotated[
        bool | None,
        typer.Option(
            "--internal-articles-in-context/--no-internal-articles-in-context",
            help="Models see internal articles, except for replies.",
        ),
    ] = None,
    tone: Annotated[str | None, typer.Option(metavar="TEXT", help="How replies should sound.")] = None,
    signature: Annotated[str | None, typer.Option(metavar="TEXT", help="What replies end with.")] = None,
    reply_language: Annotated[
        str | None, typer.Option(metavar="LOCALE", help="The language of replies; none: the customer's.")
    ] = None,
    similarity_floor: Annotated[
        str | None, typer.Option(metavar="0..1", help="What is less alike is no answer; none: the model's default.")
    ] = None,
    proposal_hours: Annotated[int | None, typer.Option(metavar="N", help="How long proposals are valid.")] = None,
) -> None:
    """Admins: change settings of the assistant.

    What is not named stays as it is. The word none takes a value away.
    """
    given: dict[str, Any] = {
        "is_enabled": enabled,
        "chat_model": chat_model,
        "price_in": _number("--price-in", price_in, float),
        "price_out": _number("--price-out", price_out, float),
        "daily_tokens_project": _number("--daily-tokens-project", daily_tokens_project, int),
        "daily_tokens_team": _number("--daily-tokens-team", daily_tokens_team, int),
        "daily_tokens_person": _number("--daily-tokens-person", daily_tokens_person, int),
        "triage_new_tickets": triage_new_tickets,
        "notes_in_context": notes_in_context,
        "internal_articles_in_context": internal_articles_in_context,
        "tone": tone,
        "signature": signature,
        "reply_language": reply_language,
        "similarity_floor": _number("--similarity-floor", similarity_floor, float),
        "proposal_hours": proposal_hours,
    }
    changes: dict[str, Any] = {
        name: None if value == _NONE else value for name, value in given.items() if value is not None
    }
    if not changes:
        raise CliError(
            "Name at least one setting to change", "See: helpdesk assistant settings set --help", ExitCode.USAGE
        )
    with connect() as hd:
        done = hd.assistant.update_settings(**changes)
    _print_settings(done)


def _number(option: str, text: str | None, kind: type[int] | type[float]) -> int | float | str | None:
    if text is None or text == _NONE:
        return text
    try:
        return kind(text.replace("_", ""))
    except ValueError:
        raise typer.BadParameter("must be a number, or none", param_hint=option) from None


def _print_settings(found: AssistantSettings) -> None:
    shown: list[tuple[str, object]] = []
    for name, value in found.model_dump().items():
        if name == "capability":
            continue
        text: object = _NONE if value is None else f"{value:,}" if type(value) is int else value
        if isinstance(value, bool):
            text = "yes" if value else "no"
        shown.append((name.removeprefix("is_").replace("_", "-"), text))
    print_fields("Assistant", shown, json=found)


@prompts.command("list")
def list_prompts(task: Annotated[RunKind | None, typer.Option(help="Only for this task.")] = None) -> None:
    """Staff: list the prompts, the newest version first."""
    with connect() as hd:
        found = hd.assistant.prompts(task)
    columns: list[Column[Prompt]] = [
        Column("Prompt", lambda prompt: prompt.prompt_id),
        Column("Task", lambda prompt: prompt.task.replace("_", " ")),
        Column("Version", lambda prompt: prompt.version, right=True),
        Column("Used", lambda prompt: "yes" if prompt.is_active else "no"),
        Column("Note", lambda prompt: prompt.note, flexible=True, from_width=80),
        Column("Age", lambda prompt: age(prompt.created_at), right=True),
    ]
    print_rows(found, columns, empty="No prompts.")


@prompts.command("show")
def show_prompt(prompt: PromptArgument) -> None:
    """Staff: show the text of a prompt."""
    with connect() as hd:
        found = next((one for one in hd.assistant.prompts() if str(one.prompt_id) == prompt.lower()), None)
    if found is None:
        raise CliError(f"There is no prompt {prompt}", "List them: helpdesk assistant prompts list", ExitCode.NOT_FOUND)
    if options().json:
        print_json(found)
    else:
        typer.echo(printable(found.body))


@prompts.command("create")
def create_prompt(
    task: Annotated[RunKind, typer.Argument(help="The task.", show_default=False)],
    body: Annotated[
        str | None, typer.Argument(help="The text; - reads standard input. Default: opens $EDITOR.", show_default=False)
    ] = None,
    file: FileOption = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="What is different in this version.")] = "",
) -> None:
    """Admins: add a version of the instructions for a task."""
    text = read_text("body", body, file)
    with connect() as hd:
        made = hd.assistant.create_prompt(task, text, comment=note)
    print_result(f"Added version {made.version} for {made.task}.", json=made)
    print_note(f"To use it: helpdesk assistant prompts activate {made.prompt_id}")


@prompts.command("activate")
def activate_prompt(prompt: PromptArgument) -> None:
    """Admins: use a prompt from the next run on."""
    with connect() as hd:
        done = hd.assistant.activate_prompt(prompt)
    print_result(f"Version {done.version} is used for {done.task} from now on.", json=done)


@prompts.command("try")
def try_prompt(prompt: PromptArgument, ticket: TicketArgument, wish: WishOption = None) -> None:
    """Try a prompt on a ticket; no proposal is made."""
    from .._show.proposals import show_test

    with connect() as hd:
        found = hd.assistant.try_prompt(prompt, ticket, wish=wish)
    show_test(found)


TicketOption = Annotated[
    str | None, typer.Option("--ticket", metavar="TICKET", help="This ticket; whoever works it decides.")
]
TeamOption = Annotated[str | None, typer.Option("--team", metavar="TEAM", help="This team's tickets; admins decide.")]
CustomerOption = Annotated[
    str | None, typer.Option("--customer", metavar="WHO", help="This customer's tickets: themselves and admins decide.")
]


@app.command()
def exclude(ticket: TicketOption = None, team: TeamOption = None, customer: CustomerOption = None) -> None:
    """Let the assistant do nothing for a ticket, team or customer."""
    with connect() as hd:
        hd.assistant.exclude(ticket=ticket, team=team, customer=customer)
    print_result("The assistant does nothing there from now on.", json={"excluded": True})


@app.command()
def include(ticket: TicketOption = None, team: TeamOption = None, customer: CustomerOption = None) -> None:
    """End an exclusion."""
    with connect() as hd:
        hd.assistant.include(ticket=ticket, team=team, customer=customer)
    print_result("The assistant may work there again.", json={"excluded": False})


@app.command()
def exclusions() -> None:
    """List where the assistant does nothing, as you decide it."""
    with connect() as hd:
        found = hd.assistant.exclusions()
    columns: list[Column[Exclusion]] = [
        Column("For", lambda one: one.scope),
        Column("Id", lambda one: one.target_id),
        Column("Since", lambda one: local_time(one.created_at)),
    ]
    print_rows(found, columns, empty="Nothing is excluded.")
