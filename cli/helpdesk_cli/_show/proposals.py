"""Shows what the assistant proposes, with its proof, and its runs. A model's text is cleaned for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._base import output as out
from .._base.output import Column, age, local_time
from .._base.settings import settings
from .._base.text import one_line, printable
from .name_cache import NameCache

if TYPE_CHECKING:
    from rich.text import Text

    from helpdesk_sdk import Citation, Helpdesk, Proposal, Run, Suggestion, Triage

# What a person should look at, by flag.
FLAGS = {
    "no_citation": "no sentence of an article supports it",
    "unknown_contact": "it names a telephone number or an address that is in no article and not in the ticket",
    "other_language": "its language is not the customer's",
    "links_removed": "links were removed that no cited article has",
    "markup_removed": "images or HTML were removed",
    "invisible_removed": "invisible characters were removed",
    "citations_dropped": "citations were dropped that point to nothing",
    "hidden_text": "the ticket has hidden text",
    "foreign_id": "the model named another ticket",
}
# Why there is no answer of a model, by reason.
REASONS = {
    "nothing_found": "no published article answers the question",
    "budget_exhausted": "the tokens of the day are used up",
    "too_many_calls": "three calls of the language model were not enough",
    "assistant_off": "the assistant is switched off",
    "no_model": "no language model is configured",
    "model_unreachable": "the language model cannot be reached",
    "model_timeout": "the language model took too long",
    "model_rate_limited": "the language model refused for too many requests",
    "model_quota_exhausted": "the account at the language model's provider is used up",
    "model_key_refused": "the language model refused the key",
    "model_not_found": "there is no language model of that name",
    "model_request_refused": "the language model did not take the request",
    "answer_invalid": "the language model did not answer as asked, twice",
    "answer_truncated": "the answer of the language model was cut off",
    "answer_refused": "the language model refused to answer",
    "conversation_moved": "somebody has written meanwhile",
    "prompt_cut": "the language model did not read the whole prompt",
    "lease_expired": "the assistant did not finish, three times",
    "run_failed": "the assistant gave it back three times",
    "ticket_merged": "the ticket was merged meanwhile",
    "article_withdrawn": "a quoted article was withdrawn meanwhile",
    "no_change": "the labels are those that the ticket has",
    "no_embedding": "the ticket had no vector, so its words decided",
}
# Values of a payload, as a person calls them.
_LABELS = {
    "team_id": "team",
    "assigned_to": "assignee",
    "add_tags": "tags",
    "because": "like",
    "custom_fields": "fields",
}
_INDENT = "    "


def names_in(hd: Helpdesk, proposals: Sequence[Proposal]) -> NameCache:
    """The names of the teams and people that proposals hold by their ids."""
    names = NameCache()
    names.load_events(hd, [one.payload for one in proposals if one.kind in ("classification", "assignment")])
    return names


def proposal_text(proposal: Proposal, names: NameCache) -> str:
    """What is proposed; teams and people by name, tickets by number."""
    if proposal.kind not in ("classification", "assignment", "fields", "merge"):
        return proposal.text
    payload = {name: value for name, value in proposal.payload.items() if name != "previous"}
    if proposal.kind == "merge" and payload.get("because"):
        # The number of the ticket that `into` names by its id.
        payload = {"into": [f"#{number}" for number in payload["because"]]}

    def shown(value: object) -> str:
        if isinstance(value, dict):
            return ", ".join(f"{key}={shown(one)}" for key, one in value.items())
        if isinstance(value, bool):
            return "yes" if value else "no"
        return ", ".join(map(shown, value)) if isinstance(value, list) else names.label(value)

    return "\n".join(f"{_LABELS.get(name, name)}: {shown(value)}" for name, value in payload.items())


def reason_text(reason: str | None) -> str | None:
    """Why there is no answer of a model, as a person says it."""
    return None if reason is None else REASONS.get(reason, one_line(reason).replace("_", " "))


def show_suggestion(found: Suggestion) -> None:
    """Print a draft with its proof, or why there is none."""
    if settings().json:
        out.print_json(found)
        return
    if found.proposal is not None:
        show_proposal(found.proposal, NameCache())
    else:
        out.console().print("No proposal.")
    _print_run(found.run, found.problem)


def show_test(found: Suggestion) -> None:
    """Print the answer of a prompt that is tried."""
    if settings().json:
        out.print_json(found)
        return
    from .._base.json import dumps

    answer = found.run.answer
    out.console().print("No answer." if answer is None else dumps(answer), soft_wrap=True)
    _print_run(found.run, found.problem)


def show_triage(found: Triage, names: NameCache) -> None:
    """Print what the classification of a ticket proposes."""
    if settings().json:
        out.print_json(found)
        return
    for proposal in found.proposals:
        show_proposal(proposal, names)
    if not found.proposals:
        waits = found.run.state in {"queued", "leased"}
        out.console().print("Not yet decided: the run waits." if waits else "No proposal: a person must decide.")
    _print_run(found.run, found.problem)


def _print_run(run: Run, problem: str | None) -> None:
    parts = [f"Made from: {one_line(run.mode)}." if run.mode else ""]
    why = reason_text(run.reason)
    if why:
        parts.append(f"Without a model: {why}." if run.mode != "model" else f"Note: {why}.")
    if run.cached_from is not None:
        parts.append("Nothing has changed since the last answer: it is the same.")
    for sentence in (run.problem, problem):
        if sentence:
            parts.append(one_line(sentence).rstrip(".") + ".")
    if text := " ".join(part for part in parts if part):
        out.print_note(text)


def show_proposal(proposal: Proposal, names: NameCache) -> None:
    """Print a proposal: its text, its numbered citations with article, heading and date, and what to look at."""
    from rich.text import Text

    screen = out.console()
    head = f"{one_line(proposal.kind).replace('_', ' ').capitalize()}, {proposal.state}"
    screen.print(Text(head, style="bold").append(f"  {proposal.proposal_id}", style="dim not bold"), soft_wrap=True)
    screen.print(Text(printable(proposal_text(proposal, names))), soft_wrap=True)
    for citation in proposal.citations:
        screen.print(_source(citation), soft_wrap=True)
        screen.print(Text(f"{_INDENT}“{one_line(citation.quote)}”"), soft_wrap=True)
    if proposal.kind == "reply" and not proposal.citations:
        screen.print(Text("No article supports this text.", style="yellow"))
    for flag in proposal.flags:
        if flag != "no_citation" or proposal.citations:
            screen.print(Text(f"Look at this: {FLAGS.get(flag, one_line(flag).replace('_', ' '))}.", style="yellow"))
    if proposal.confidence is not None:
        screen.print(Text(f"Sure to {proposal.confidence:.0%}.", style="dim"))
    if proposal.state == "open":
        screen.print(Text(f"It can be accepted until {local_time(proposal.expires_at)}.", style="dim"))
    elif proposal.reject_reason:
        screen.print(Text(f"Rejected: {one_line(proposal.reject_reason)}", style="dim"))


def _source(citation: Citation) -> Text:
    from rich.text import Text

    place = " \u203a ".join(part for part in (citation.title, citation.heading_path) if part)
    line = Text(f"[{citation.ordinal}] ", style="bold").append(one_line(place or "an article"), style="not bold")
    if citation.published_at is not None:
        line.append(f"  {one_line(citation.slug)}, published {local_time(citation.published_at)}", style="dim not bold")
    return line


def list_proposals(proposals: Sequence[Proposal], names: NameCache) -> None:
    """Print proposals as a table."""
    columns: list[Column[Proposal]] = [
        Column("Proposal", lambda one: one.proposal_id),
        Column("Kind", lambda one: one.kind.replace("_", " ")),
        Column("State", lambda one: one.state),
        Column("Made from", lambda one: one.mode, from_width=80),
        Column("Flags", lambda one: ", ".join(one.flags), flexible=True, from_width=110),
        Column("Text", lambda one: proposal_text(one, names), flexible=True, from_width=70),
        Column("Age", lambda one: age(one.created_at), right=True),
    ]
    out.print_rows(proposals, columns, empty="No proposals.")


def list_runs(runs: Sequence[Run]) -> None:
    """Print runs as a table."""
    columns: list[Column[Run]] = [
        Column("Run", lambda run: run.run_id),
        Column("Kind", lambda run: run.kind.replace("_", " ")),
        Column("State", lambda run: run.state.replace("_", " ")),
        Column("Made from", lambda run: run.mode),
        Column("Why no model", lambda run: reason_text(run.reason), flexible=True, from_width=90),
        Column("Model", lambda run: run.chat_model, flexible=True, from_width=110),
        Column("Tokens", lambda run: f"{run.tokens_in + run.tokens_out:,}", right=True, from_width=80),
        Column("Cost", lambda run: f"{run.cost:.4f}" if run.cost else None, right=True, from_width=100),
        Column("ms", lambda run: run.milliseconds, right=True, from_width=100),
        Column("Age", lambda run: age(run.created_at), right=True),
    ]
    out.print_rows(runs, columns, empty="No runs.")
