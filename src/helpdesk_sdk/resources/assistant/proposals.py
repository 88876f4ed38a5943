"""What the assistant has proposed and what people decide about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, get_args
from uuid import UUID

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Page, Reply
from ..._http.keyset import Keyset, keyset_page
from ..._http.resource import Driver, Resource, call, paged
from ...errors import ProposalNotFoundError
from ...models.assistant import Citation, Proposal, ProposalKind, ProposalState, ProposalStateName, RejectReason
from ...models.base import Model
from ...models.tickets import Status, StatusName
from .._references import TicketRef, find_ticket_id

ProposalRef = Proposal | UUID | str
"""A proposal: a Proposal, or its id."""

_NEWEST = Keyset("created_at", "proposal_id", descending=True)
_REASON_MAX = 200


class _Chunk(Model):
    chunk_id: UUID
    version_id: UUID
    title: str
    heading_path: str


class _Version(Model):
    version_id: UUID
    slug: str
    version: int
    published_at: Any


class Proposals(Resource[Driver]):
    """The part of ``hd.assistant`` about proposals."""

    @paged
    def proposals(
        self,
        ticket: TicketRef | None = None,
        *,
        state: ProposalState | ProposalStateName | Iterable[str] | None = "open",
        kind: ProposalKind | str | None = None,
        page_size: int = 50,
    ) -> Flow[Page[Proposal]]:
        """The proposals for the tickets that you work, newest first, without their citations.

        Args:
            ticket: Only for this ticket.
            state: ``open``, another state, or several; None for all.
            kind: Only of this kind, e.g. ``reply``.
            page_size: Proposals per request, 1 to 1000.

        Raises:
            TicketNotFoundError: There is no such ticket, or you may not see it.
        """
        states = None if state is None else check.choices("state", state, ProposalState)
        chosen = None if kind is None else check.choice("kind", kind, ProposalKind)
        return self._proposals(ticket, states, chosen, check.integer("page_size", page_size, 1, limits.PAGE_MAX))

    def _proposals(
        self, ticket: TicketRef | None, states: Sequence[str] | None, kind: str | None, size: int
    ) -> Flow[Page[Proposal]]:
        ticket_id = None if ticket is None else (yield from find_ticket_id(self, ticket))

        def query() -> Any:
            made = self._rest.from_("proposals").select("*")
            if ticket_id is not None:
                made = made.eq("ticket_id", ticket_id)
            if kind is not None:
                made = made.eq("kind", kind)
            return made if states is None else made.in_("state", states)

        return (yield from keyset_page(self._read, query, Proposal, _NEWEST, size))

    @call
    def get(self, proposal: ProposalRef) -> Flow[Proposal]:
        """A proposal as it is now, with its citations.

        Args:
            proposal: The proposal, or its id.

        Raises:
            ProposalNotFoundError: There is no such proposal, or you do not work its ticket.
        """
        key = _key(proposal)
        query = self._rest.from_("proposals").select("*").eq("proposal_id", key)
        found = yield from self._first_row(self._read(query), Proposal)
        if found is None:
            raise ProposalNotFoundError(
                f"There is no proposal {key}, or it is not yours to see", hint="Check the proposal's id."
            )
        return (yield from with_citations(self, found))

    @call
    def show(self, proposal: ProposalRef) -> Flow[Proposal]:
        """A proposal with its citations, and the note that a person has it on the screen now.

        Reports count the time from the first call to the decision.

        Args:
            proposal: The proposal, or its id.

        Raises:
            ProposalNotFoundError: There is no such proposal, or you do not work its ticket.
            TicketNotFoundError: The ticket is not yours to see any more.
            ForbiddenError: You do not work the ticket.
        """
        found = yield from self._decide("show_proposal", proposal)
        return (yield from with_citations(self, found))

    @call
    def accept(
        self,
        proposal: ProposalRef,
        *,
        body: str | None = None,
        status: Status | StatusName | None = None,
        confirm: bool = False,
    ) -> Flow[Proposal]:
        """Do what a proposal proposes, under your own rights: a reply is sent, a classification is applied.

        Args:
            proposal: The proposal, or its id.
            body: The text to send instead of the draft; None to send it as it is.
            status: The status of the ticket after a reply; by default as for ``messages.reply``.
            confirm: Whether you have looked at what the proposal's flags name, such as an unknown telephone number.

        Raises:
            ProposalNotFoundError: There is no such proposal, or you do not work its ticket.
            ProposalDecidedError: It was decided in another way, or a newer proposal has replaced it.
            ProposalExpiredError: It is too old.
            ConversationMovedError: Somebody has written since it was made.
            ConfirmationNeededError: Its flags need ``confirm=True``.
            ForbiddenError: You may not do what it proposes.
            TicketNotFoundError: The ticket is not yours to see any more.
            TicketClosedError: The ticket is closed.
            TicketMergedError: The ticket was merged into another one.
            AlreadyAnsweredError: The customer was answered meanwhile.
            StaleRevisionError: The ticket has changed since the proposal was made.
            AlreadyAssignedError: Somebody else has the ticket.
            AssigneeNotFoundError: The person to assign is gone, or cannot have the ticket.
            TeamNotFoundError: The team to transfer to is gone.
            TransitionNotAllowedError: The status cannot follow the present one.
            FieldNotFoundError: A field to set is gone.
            FieldRequiredError: A field has no value, and the new status needs one.
        """
        arguments: dict[str, Any] = {"confirm": check.boolean("confirm", confirm)}
        if body is not None:
            arguments["body"] = check.text("body", body, 1, limits.BODY_MAX)
        if status is not None:
            arguments["status"] = check.choice("status", status, Status)
        return (yield from self._decide("accept_proposal", proposal, arguments))

    @call
    def edit(
        self,
        proposal: ProposalRef,
        body: str,
        *,
        status: Status | StatusName | None = None,
        confirm: bool = False,
    ) -> Flow[Proposal]:
        """Accept a proposal with another text: ``accept`` with ``body``. How much was edited is kept.

        Args:
            proposal: The proposal, or its id.
            body: The text to send.
            status: The status of the ticket after a reply; by default as for ``messages.reply``.
            confirm: Whether you have looked at what the proposal's flags name.

        Raises:
            ProposalNotFoundError: There is no such proposal, or you do not work its ticket.
            ProposalDecidedError: It was decided in another way, or a newer proposal has replaced it.
            ProposalExpiredError: It is too old.
            ConversationMovedError: Somebody has written since it was made.
            ConfirmationNeededError: Its flags need ``confirm=True``.
            ForbiddenError: You may not do what it proposes.
            TicketNotFoundError: The ticket is not yours to see any more.
            TicketClosedError: The ticket is closed.
            TicketMergedError: The ticket was merged into another one.
            AlreadyAnsweredError: The customer was answered meanwhile.
            StaleRevisionError: The ticket has changed since the proposal was made.
            AlreadyAssignedError: Somebody else has the ticket.
            AssigneeNotFoundError: The person to assign is gone, or cannot have the ticket.
            TeamNotFoundError: The team to transfer to is gone.
            TransitionNotAllowedError: The status cannot follow the present one.
            FieldNotFoundError: A field to set is gone.
            FieldRequiredError: A field has no value, and the new status needs one.
        """
        arguments: dict[str, Any] = {
            "body": check.text("body", body, 1, limits.BODY_MAX),
            "confirm": check.boolean("confirm", confirm),
        }
        if status is not None:
            arguments["status"] = check.choice("status", status, Status)
        return (yield from self._decide("accept_proposal", proposal, arguments))

    @call
    def reject(self, proposal: ProposalRef, reason: RejectReason | str) -> Flow[Proposal]:
        """Reject a proposal. The reasons are counted for each version of a prompt.

        Args:
            proposal: The proposal, or its id.
            reason: ``wrong``, ``unclear``, ``tone``, ``outdated`` or ``unsafe``; or a text of up to 200 characters.

        Raises:
            ProposalNotFoundError: There is no such proposal, or you do not work its ticket.
            ProposalDecidedError: It was decided in another way.
            ProposalExpiredError: It is too old.
            TicketNotFoundError: The ticket is not yours to see any more.
            ForbiddenError: You do not work the ticket.
        """
        given = check.text("reason", reason, 1, _REASON_MAX)
        if given not in get_args(RejectReason) and not given.startswith("other:"):
            given = f"other:{given}"
        return (yield from self._decide("reject_proposal", proposal, {"reason": given}))

    @call
    def undo(self, proposal: ProposalRef) -> Flow[Proposal]:
        """Restore what an accepted classification, assignment or change of fields has changed.

        What somebody has changed since stays; ``final["kept"]`` names it.

        Args:
            proposal: The proposal, or its id.

        Raises:
            ProposalNotFoundError: There is no such proposal, or you do not work its ticket.
            ProposalNotUndoableError: It is of another kind: what was sent cannot be taken back.
            ProposalDecidedError: It was not accepted.
            TicketNotFoundError: The ticket is not yours to see any more.
            ForbiddenError: You do not work the ticket.
            TicketClosedError: The ticket is closed.
            TicketMergedError: The ticket was merged into another one.
            StaleRevisionError: The ticket was changed at the same moment.
        """
        return (yield from self._decide("undo_proposal", proposal))

    def _decide(self, function: str, proposal: ProposalRef, arguments: dict[str, Any] | None = None) -> Flow[Proposal]:
        request = self._rpc_write(function, {"proposal_id": str(_key(proposal)), **(arguments or {})})
        return (yield from self._call_one(request, Proposal))


def with_citations(resource: Resource[Any], proposal: Proposal) -> Flow[Proposal]:
    """The proposal with its citations, each with its article."""
    rest = resource._rest
    query = rest.from_("citations").select("*").eq("proposal_id", proposal.proposal_id).order("ordinal")
    reply: Reply = yield resource._read(query)
    found = reply.rows(Citation)
    if not found:
        return proposal
    reply = yield resource._read(
        rest.from_("article_chunks")
        .select("chunk_id,version_id,title,heading_path")
        .in_("chunk_id", sorted({str(one.chunk_id) for one in found}))
    )
    chunks = {chunk.chunk_id: chunk for chunk in reply.rows(_Chunk)}
    reply = yield resource._read(
        rest.from_("article_versions")
        .select("version_id,slug,version,published_at")
        .in_("version_id", sorted({str(chunk.version_id) for chunk in chunks.values()}))
    )
    versions = {version.version_id: version for version in reply.rows(_Version)}
    cited = tuple(_with_article(one, chunks.get(one.chunk_id), versions) for one in found)
    return proposal.model_copy(update={"citations": cited})


def _with_article(citation: Citation, chunk: _Chunk | None, versions: dict[UUID, _Version]) -> Citation:
    if chunk is None:
        return citation
    version = versions.get(chunk.version_id)
    about: dict[str, Any] = {"title": chunk.title, "heading_path": chunk.heading_path}
    if version is not None:
        about |= {"slug": version.slug, "version": version.version, "published_at": version.published_at}
    return Citation.model_validate({**citation.model_dump(), **about})


def _key(proposal: ProposalRef) -> UUID:
    if isinstance(proposal, Proposal):
        return proposal.proposal_id
    return check.identifier("proposal", proposal, "the id of a proposal")
