"""The assistant: suggestions for tickets, with proof."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import httpx
from pydantic import ValidationError

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Page, Reply, Request
from ..._http.keyset import Keyset, keyset_page
from ..._http.resource import Driver, call, paged
from ..._ids import new_id
from ...errors import ConfigurationError, NotFoundError, UnexpectedResponseError
from ...models.assistant import Proposal, Run, RunKind, RunKindName, RunState, Suggestion, Triage
from ...models.base import Model
from .._references import TicketRef, find_ticket_id
from .administration import Administration, PromptRef, prompt_key
from .evaluation import Measuring
from .events import EventSink, OnText
from .learning import Learning
from .proposals import ProposalRef, Proposals, with_citations
from .reports import AssistantReports
from .waiting import wait_for_worker

__all__ = ["Assistant", "OnText", "PromptRef", "ProposalRef", "RunRef"]

RunRef = Run | UUID | str
"""A run: a Run, or its id."""

_NEWEST = Keyset("created_at", "run_id", descending=True)
# A stream shows every ten seconds that it is alive; a classification answers once, after at most a minute and a half.
_STREAM_TIMEOUT = httpx.Timeout(45, connect=10)
_TRIAGE_TIMEOUT = httpx.Timeout(100, connect=10)
_WAIT_MAX = 600.0
_NOT_DEPLOYED = "The function {} is not deployed"
_DEPLOY = "Deploy it: supabase functions deploy {}"


class _Runs(Model):
    runs: tuple[Run, ...]


class Assistant(
    Proposals[Driver], Learning[Driver], Measuring[Driver], AssistantReports[Driver], Administration[Driver]
):
    """``hd.assistant``: it proposes, with proof; people decide. Those who work a ticket use it."""

    @call
    def suggest(
        self,
        ticket: TicketRef,
        *,
        kind: RunKind | RunKindName = "reply",
        wish: str | None = None,
        on_text: OnText | None = None,
        wait: float = 0,
        id: UUID | None = None,
    ) -> Flow[Suggestion]:
        """Ask for a draft of a reply, a summary, next steps, or an article made from the ticket.

        Nothing is sent: the answer is a proposal, which ``accept`` or ``edit`` carries out. Without a model, or without
        the edge function ``suggest-reply``, the best passages of articles are the answer: see ``mode`` and ``reason``.

        Args:
            ticket: The ticket; you must work it.
            kind: ``reply``, ``summary``, ``next_steps`` or ``article``.
            wish: What the answer should be like, in your words, up to 1,000 characters.
            on_text: Called with each piece of the draft while the model writes, in a thread of its own if the client is
                async; with None, what came so far is void. What counts is the proposal.
            wait: Without the edge function: seconds to wait for ``helpdesk worker --assistant``, 0 to 600, before the
                best passages are the answer.
            id: A UUID of your own for the run: repeated with it, the call acts once.

        Raises:
            TicketNotFoundError: There is no such ticket, or you may not see it.
            ForbiddenError: You do not work the ticket.
            AssistantOffError: The assistant is switched off, for all or for this ticket, its team or its customer.
            IdConflictError: The id belongs to a run for something else.
            TicketMergedError: The ticket was merged into another one.
            UnexpectedResponseError: The edge function answered something that cannot be read.
            UnknownOutcomeError: No response came: repeat the call with ``id=error.id``.
        """
        chosen = check.choice("kind", kind, RunKind)
        if chosen == RunKind.CLASSIFICATION:
            raise check.invalid("kind", "must not be classification: use triage")
        ticket_id = yield from find_ticket_id(self, ticket)
        run_id = new_id() if id is None else check.identifier("id", id)
        body: dict[str, Any] = {"ticket_id": str(ticket_id), "kind": chosen, "run_id": str(run_id)}
        if wish is not None:
            body["wish"] = check.text("wish", wish, 1, limits.WISH_MAX)
        seconds = check.seconds("wait", wait, 0.0, _WAIT_MAX)
        found = yield from self._ask_function(body, run_id, on_text)
        if found is None and seconds:
            found = yield from wait_for_worker(self, body, run_id, seconds)
        if found is None:
            request = self._rpc_write("suggest_without_model", {"ticket_id": str(ticket_id), "kind": chosen}, id=run_id)
            found = yield from self._call_one(request, Suggestion)
            why = f"no worker answered within {seconds:g} seconds" if seconds else "no model was asked"
            problem = f"{_NOT_DEPLOYED.format('suggest-reply')}: {why}"
            found = found.model_copy(update={"problem": problem})
        return (yield from self._proved(found))

    @call
    def try_prompt(
        self, prompt: PromptRef, ticket: TicketRef, *, wish: str | None = None, on_text: OnText | None = None
    ) -> Flow[Suggestion]:
        """Try a prompt on a ticket: its task is done, and no proposal is made. ``run.answer`` has the answer.

        Args:
            prompt: The prompt, active or not, or its id.
            ticket: The ticket; you must work it.
            wish: What the answer should be like, in your words, up to 1,000 characters.
            on_text: Called with each piece of the draft while the model writes; see ``suggest``.

        Raises:
            PromptNotFoundError: There is no such prompt.
            TicketNotFoundError: There is no such ticket, or you may not see it.
            ForbiddenError: You do not work the ticket.
            AssistantOffError: The assistant is switched off.
            ConfigurationError: The edge function ``suggest-reply`` is not deployed.
            UnexpectedResponseError: The edge function answered something that cannot be read.
        """
        key = prompt_key(prompt)
        task = prompt.task if not isinstance(prompt, UUID | str) else (yield from self._task_of(key))
        ticket_id = yield from find_ticket_id(self, ticket)
        run_id = new_id()
        body: dict[str, Any] = {"ticket_id": str(ticket_id), "kind": str(task), "run_id": str(run_id)}
        body |= {"prompt_id": str(key), "is_test": True}
        if wish is not None:
            body["wish"] = check.text("wish", wish, 1, limits.WISH_MAX)
        found = yield from self._ask_function(body, run_id, on_text)
        if found is None:
            raise ConfigurationError(_NOT_DEPLOYED.format("suggest-reply"), hint=_DEPLOY.format("suggest-reply"))
        return found

    @call
    def triage(self, ticket: TicketRef, *, id: UUID | None = None) -> Flow[Triage]:
        """Classify a ticket: team, priority, tags, spam. From past tickets where they are alike, else by a model.

        Without the edge function ``triage-ticket`` the run waits for a worker: ``helpdesk worker --assistant``.

        Args:
            ticket: The ticket; you must work it.
            id: A UUID of your own for the run: repeated with it, the call acts once.

        Raises:
            TicketNotFoundError: There is no such ticket, or you may not see it.
            ForbiddenError: You do not work the ticket.
            AssistantOffError: The assistant is switched off, for all or for this ticket, its team or its customer.
            IdConflictError: The id belongs to a run for something else.
            TicketMergedError: The ticket was merged into another one.
            UnexpectedResponseError: The edge function answered something that cannot be read.
            UnknownOutcomeError: No response came: repeat the call with ``id=error.id``.
        """
        ticket_id = yield from find_ticket_id(self, ticket)
        run_id = new_id() if id is None else check.identifier("id", id)
        body = {"ticket_id": str(ticket_id), "run_id": str(run_id)}
        http = self._platform("POST", "/functions/v1/triage-ticket", json=body)
        http.extensions["timeout"] = _TRIAGE_TIMEOUT.as_dict()
        reply: Reply = yield Request(
            http, repeatable=True, write=True, id=run_id, accepts=(NotFoundError, UnexpectedResponseError)
        )
        problem = None
        if reply.error is None:
            (run,) = reply.value(_Runs).runs
        else:
            if not _is_not_deployed(reply):
                reply.raise_error()
            problem = f"{_NOT_DEPLOYED.format('triage-ticket')}: the run waits for helpdesk worker --assistant"
            request = self._rpc_write("request_run", {**body, "kind": "classification"}, id=run_id)
            run = yield from self._call_one(request, Run)
        query = self._rest.from_("proposals").select("*").eq("run_id", run.cached_from or run.run_id)
        reply = yield self._read(query.order("created_at"))
        return Triage(run=run, proposals=tuple(reply.rows(Proposal)), problem=problem)

    @paged
    def runs(
        self,
        ticket: TicketRef | None = None,
        *,
        kind: RunKind | RunKindName | None = None,
        state: RunState | str | Iterable[str] | None = None,
        page_size: int = 50,
    ) -> Flow[Page[Run]]:
        """What the assistant was asked about the tickets that you work, and what became of it; newest first.

        Args:
            ticket: Only about this ticket.
            kind: Only of this kind, e.g. ``reply``.
            state: One state, e.g. ``failed``, or several.
            page_size: Runs per request, 1 to 1000.

        Raises:
            TicketNotFoundError: There is no such ticket, or you may not see it.
        """
        states = None if state is None else check.choices("state", state, RunState)
        chosen = None if kind is None else check.choice("kind", kind, RunKind)
        return self._runs(ticket, chosen, states, check.integer("page_size", page_size, 1, limits.PAGE_MAX))

    def _runs(
        self, ticket: TicketRef | None, kind: str | None, states: Sequence[str] | None, size: int
    ) -> Flow[Page[Run]]:
        ticket_id = None if ticket is None else (yield from find_ticket_id(self, ticket))

        def query() -> Any:
            made = self._rest.from_("ai_runs").select("*")
            if ticket_id is not None:
                made = made.eq("ticket_id", ticket_id)
            if kind is not None:
                made = made.eq("kind", kind)
            return made if states is None else made.in_("state", states)

        return (yield from keyset_page(self._read, query, Run, _NEWEST, size))

    def _ask_function(self, body: dict[str, Any], run_id: UUID, on_text: OnText | None) -> Flow[Suggestion | None]:
        """The answer of the edge function; None where it is not deployed."""
        sink = EventSink(on_text)
        headers = {"Accept": "text/event-stream"}
        http = self._platform("POST", "/functions/v1/suggest-reply", json=body, headers=headers)
        http.extensions["timeout"] = _STREAM_TIMEOUT.as_dict()
        reply: Reply = yield Request(
            http, repeatable=True, write=True, id=run_id, sink=sink, accepts=(NotFoundError, UnexpectedResponseError)
        )
        if reply.error is not None:
            if not _is_not_deployed(reply):
                reply.raise_error()
            return None
        if sink.error is not None:
            raise sink.error
        try:
            return Suggestion.model_validate(sink.result)
        except ValidationError:
            raise UnexpectedResponseError(
                "The answer of the function suggest-reply cannot be read",
                hint="Deploy the function of this version.",
            ) from None

    def _proved(self, suggestion: Suggestion) -> Flow[Suggestion]:
        if suggestion.proposal is None:
            return suggestion
        proposal = yield from with_citations(self, suggestion.proposal)
        return suggestion.model_copy(update={"proposal": proposal})

    def _task_of(self, prompt_id: UUID) -> Flow[RunKind]:
        from ...errors import PromptNotFoundError
        from ...models.assistant_settings import Prompt

        query = self._rest.from_("ai_prompts").select("*").eq("prompt_id", prompt_id)
        found = yield from self._first_row(self._read(query), Prompt)
        if found is None:
            raise PromptNotFoundError("There is no such prompt", hint="List the prompts.")
        return found.task


def _is_not_deployed(reply: Reply) -> bool:
    """Whether the platform knows no such function. A refusal of the helpdesk's own names its rule."""
    return reply.error is not None and reply.error.status == 404 and reply.error.reason is None
