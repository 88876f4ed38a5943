"""Asking for suggestions, and deciding about proposals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .._base.choices import ProposalState, RunKind, Status, SuggestKind
from .._base.errors import CliError, ExitCode
from .._base.input import FileOption, edit_text, read_text
from .._base.options import LimitOption
from .._base.output import print_note, print_result, with_progress
from .._connect.connection import connect
from .app import TicketArgument, WishOption, app

if TYPE_CHECKING:
    from helpdesk_sdk import Proposal

ProposalArgument = Annotated[str, typer.Argument(metavar="PROPOSAL", help="The proposal's id.", show_default=False)]


@app.command()
def suggest(
    ticket: TicketArgument,
    kind: Annotated[SuggestKind, typer.Option(help="What to ask for.")] = "reply",
    wish: WishOption = None,
    wait: Annotated[
        float,
        typer.Option(
            min=0, max=600, metavar="SECONDS", help="Where no edge function is: how long to wait for a worker."
        ),
    ] = 0,
) -> None:
    """Ask for a draft of a reply, a summary, or next steps.

    Nothing is sent. The draft comes with the sentences of articles that support it. Without a language model, the best
    passages of the articles are the answer, and the command says so.

    For example: helpdesk assistant suggest 42 --wish 'shorter, and offer a call'
    """
    from .._show.proposals import show_suggestion

    with connect() as hd:
        found = hd.assistant.suggest(ticket, kind=kind, wish=wish, wait=wait)
    show_suggestion(found)
    if found.proposal is not None and found.proposal.kind == "reply":
        key = found.proposal.proposal_id
        print_note(f"To send it: helpdesk assistant accept {key}; edited: helpdesk assistant accept {key} --edit")


@app.command()
def triage(ticket: TicketArgument) -> None:
    """Classify a ticket: team, priority, tags, spam."""
    from .._show.proposals import names_in, show_triage

    with connect() as hd:
        found = hd.assistant.triage(ticket)
        names = names_in(hd, found.proposals)
    show_triage(found, names)


@app.command()
def proposals(
    ticket: Annotated[
        str | None, typer.Argument(metavar="TICKET", help="Only for this ticket: its number or id.", show_default=False)
    ] = None,
    state: Annotated[
        list[ProposalState] | None, typer.Option(help="Only this state; may be repeated. Default: open.")
    ] = None,
    all: Annotated[bool, typer.Option("--all", help="Whatever the state.")] = False,
    limit: LimitOption = 50,
) -> None:
    """List the proposals for the tickets you work, newest first."""
    from .._show.proposals import list_proposals, names_in

    with connect() as hd:
        pager = hd.assistant.proposals(ticket, state=None if all else state or "open")
        found = list(with_progress(pager.limit(limit) if limit else pager, "proposals"))
        names = names_in(hd, found)
    list_proposals(found, names)


@app.command()
def show(proposal: ProposalArgument) -> None:
    """Show a proposal with its citations."""
    from .._base.output import print_json
    from .._base.settings import settings
    from .._show.proposals import names_in, show_proposal

    with connect() as hd:
        found = hd.assistant.show(proposal)
        names = names_in(hd, [found])
    if settings().json:
        print_json(found)
    else:
        show_proposal(found, names)


@app.command()
def accept(
    proposal: ProposalArgument,
    edit: Annotated[bool, typer.Option("--edit", help="Edit the text in $EDITOR first.")] = False,
    file: FileOption = None,
    status: Annotated[Status | None, typer.Option(help="The ticket's new status, with a reply.")] = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="You have looked at what the proposal warns of.")] = False,
) -> None:
    """Do what a proposal proposes: send the reply, apply the labels."""
    if edit and file is not None:
        raise CliError("--edit and --file are alternatives: give one", None, ExitCode.USAGE)
    with connect() as hd:
        body = None if file is None else read_text("body", None, file)
        if edit:
            found = hd.assistant.show(proposal)
            body = edit_text("body", found.text, hint=_sources(found))
        done = hd.assistant.accept(proposal, body=body, status=status, confirm=confirm)
    _print_done(done)


def _sources(proposal: Proposal) -> str:
    return "\n".join(f"# [{one.ordinal}] {one.title or ''}: {one.quote}" for one in proposal.citations)


@app.command()
def edit(
    proposal: ProposalArgument,
    body: Annotated[str, typer.Argument(help="The text to send; - reads standard input.", show_default=False)],
    status: Annotated[Status | None, typer.Option(help="The ticket's new status, with a reply.")] = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="You have looked at what the proposal warns of.")] = False,
) -> None:
    """Accept a proposal with another text."""
    with connect() as hd:
        done = hd.assistant.edit(proposal, read_text("body", body, None), status=status, confirm=confirm)
    _print_done(done)


@app.command()
def reject(
    proposal: ProposalArgument,
    reason: Annotated[
        str, typer.Argument(help="wrong, unclear, tone, outdated, unsafe, or a text of yours.", show_default=False)
    ],
) -> None:
    """Reject a proposal with a reason.

    The reasons are counted for each version of a prompt.
    """
    with connect() as hd:
        done = hd.assistant.reject(proposal, reason)
    _print_done(done)


@app.command()
def undo(proposal: ProposalArgument) -> None:
    """Restore what an accepted classification has changed."""
    with connect() as hd:
        done = hd.assistant.undo(proposal)
    kept = (done.final or {}).get("kept")
    _print_done(done)
    if kept:
        print_note(f"Somebody has changed these since; they stay: {kept}")


def _print_done(done: Proposal) -> None:
    changed = f", {done.distance:.0%} of the text edited" if done.distance else ""
    print_result(f"The {done.kind.replace('_', ' ')} is {done.state}{changed}.", json=done)


@app.command()
def runs(
    ticket: Annotated[
        str | None,
        typer.Argument(metavar="TICKET", help="Only about this ticket: its number or id.", show_default=False),
    ] = None,
    kind: Annotated[RunKind | None, typer.Option(help="Only of this kind.")] = None,
    limit: LimitOption = 50,
) -> None:
    """List what the assistant was asked, and what became of it."""
    from .._show.proposals import list_runs

    with connect() as hd:
        pager = hd.assistant.runs(ticket, kind=kind)
        found = list(with_progress(pager.limit(limit) if limit else pager, "runs"))
    list_runs(found)
