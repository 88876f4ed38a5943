"""The assistant's settings, prompts and exclusions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Reply
from ..._http.resource import Driver, Resource, call
from ..._sentinels import UNSET, Unset
from ...errors import ForbiddenError
from ...models.assistant import RunKind, RunKindName
from ...models.assistant_settings import AssistantSettings, Exclusion, Prompt
from .._references import TeamRef, TicketRef, UserRef, find_team_id, find_ticket_id, find_user_id

PromptRef = Prompt | UUID | str
"""A prompt: a Prompt, or its id."""

_PRICE_MAX = 100_000


class Administration(Resource[Driver]):
    """The part of ``hd.assistant`` that admins use."""

    @call
    def settings(self) -> Flow[AssistantSettings]:
        """Staff: the settings of the assistant.

        Raises:
            ForbiddenError: You are not staff.
        """
        query = self._rest.from_("ai_settings").select("*").limit(1)
        found = yield from self._first_row(self._read(query), AssistantSettings)
        if found is None:
            raise ForbiddenError("Only staff see the settings of the assistant")
        return found

    @call
    def update_settings(
        self,
        *,
        is_enabled: bool | Unset = UNSET,
        chat_model: str | Unset | None = UNSET,
        price_in: float | Unset | None = UNSET,
        price_out: float | Unset | None = UNSET,
        daily_tokens_project: int | Unset | None = UNSET,
        daily_tokens_team: int | Unset | None = UNSET,
        daily_tokens_person: int | Unset | None = UNSET,
        triage_new_tickets: bool | Unset = UNSET,
        notes_in_context: bool | Unset = UNSET,
        internal_articles_in_context: bool | Unset = UNSET,
        tone: str | Unset = UNSET,
        signature: str | Unset = UNSET,
        reply_language: str | Unset | None = UNSET,
        similarity_floor: float | Unset | None = UNSET,
        proposal_hours: int | Unset = UNSET,
    ) -> Flow[AssistantSettings]:
        """Admins: change settings of the assistant. What is not given stays as it is.

        Args:
            is_enabled: Whether the assistant does anything at all.
            chat_model: The language model, up to 200 characters; None: that in the environment of the functions.
            price_in: The price of a million tokens of prompts, 0 to 100,000; None: costs are not counted.
            price_out: The price of a million tokens of answers, 0 to 100,000; None: costs are not counted.
            daily_tokens_project: Tokens a day (UTC) for everybody; None for no limit.
            daily_tokens_team: Tokens a day for the tickets of one team; None for no limit.
            daily_tokens_person: Tokens a day for the requests of one person; None for no limit.
            triage_new_tickets: Whether each new ticket is classified by itself.
            notes_in_context: Whether a model sees internal notes, except for replies.
            internal_articles_in_context: Whether a model sees internal articles, except for replies.
            tone: How replies should sound, up to 500 characters.
            signature: What replies end with, up to 500 characters.
            reply_language: The language of replies, e.g. ``de``; None: the customer's.
            similarity_floor: The likeness, 0 to 1, below which no article is an answer; None: the model's default.
            proposal_hours: How many hours a proposal can be accepted, 1 to 720.

        Raises:
            InvalidValueError: A value is not valid, or none is given.
            ForbiddenError: You are not an admin.
        """
        given = {name: value for name, value in locals().items() if name != "self" and value is not UNSET}
        if not given:
            raise check.invalid("settings", "has nothing to change")
        changes = {name: None if value is None else _checked(name, value) for name, value in given.items()}
        query = self._rest.from_("ai_settings").update(changes).eq("singleton", True)
        done = yield from self._first_row(self._write(query), AssistantSettings)
        if done is None:
            raise ForbiddenError("Only admins change the settings of the assistant", hint="Ask an admin.")
        return done

    @call
    def prompts(self, task: RunKind | RunKindName | None = None) -> Flow[Sequence[Prompt]]:
        """Staff: the prompts, by task, the newest version first. Customers see none.

        Args:
            task: Only for this task, e.g. ``reply``.
        """
        query = self._rest.from_("ai_prompts").select("*").order("task").order("version", desc=True).limit(1000)
        if task is not None:
            query = query.eq("task", check.choice("task", task, RunKind))
        reply: Reply = yield self._read(query)
        return tuple(reply.rows(Prompt))

    @call
    def create_prompt(self, task: RunKind | RunKindName, body: str, *, comment: str = "") -> Flow[Prompt]:
        """Admins: add a version of the instructions for a task. It is used after ``activate_prompt``.

        Args:
            task: The task, e.g. ``reply``.
            body: The instructions, 1 to 3,500 characters.
            comment: What is different in this version, up to 500 characters.

        Raises:
            InvalidValueError: A value is not valid.
            ForbiddenError: You are not an admin.
        """
        arguments = {
            "task": check.choice("task", task, RunKind),
            "body": check.text("body", body, 1, limits.PROMPT_MAX),
            "note": check.text("comment", comment, 0, limits.TONE_MAX),
        }
        # A version has no id of the caller's: a repetition could add another one.
        request = self._rpc_write("create_prompt", arguments, repeatable=False)
        return (yield from self._call_one(request, Prompt))

    @call
    def activate_prompt(self, prompt: PromptRef) -> Flow[Prompt]:
        """Admins: use a version from the next run on. To activate an older version goes back to it.

        Args:
            prompt: The prompt, or its id.

        Raises:
            PromptNotFoundError: There is no such prompt.
            ForbiddenError: You are not an admin.
        """
        request = self._rpc_write("activate_prompt", {"prompt_id": str(prompt_key(prompt))})
        return (yield from self._call_one(request, Prompt))

    @call
    def exclude(
        self, *, ticket: TicketRef | None = None, team: TeamRef | None = None, customer: UserRef | None = None
    ) -> Flow[None]:
        """Let the assistant do nothing for a ticket, a team or a customer. Repeated, it changes nothing.

        Args:
            ticket: The ticket; whoever works it decides.
            team: The team; admins decide.
            customer: The customer; they themselves and admins decide.

        Raises:
            InvalidValueError: None of them is given, or more than one.
            TicketNotFoundError: There is no such ticket, or you may not see it.
            TeamNotFoundError: There is no such team.
            UserNotFoundError: There is no such person.
            ForbiddenError: You may not decide that.
        """
        row = yield from self._target(ticket, team, customer)
        yield self._write(self._rest.from_("ai_exclusions").upsert(row, ignore_duplicates=True))

    @call
    def include(
        self, *, ticket: TicketRef | None = None, team: TeamRef | None = None, customer: UserRef | None = None
    ) -> Flow[None]:
        """End an exclusion. Repeated, it changes nothing.

        Args:
            ticket: The ticket; whoever works it decides.
            team: The team; admins decide.
            customer: The customer; they themselves and admins decide.

        Raises:
            InvalidValueError: None of them is given, or more than one.
            TicketNotFoundError: There is no such ticket, or you may not see it.
            TeamNotFoundError: There is no such team.
            UserNotFoundError: There is no such person.
        """
        row = yield from self._target(ticket, team, customer)
        query = self._rest.from_("ai_exclusions").delete().eq("scope", row["scope"]).eq("target_id", row["target_id"])
        yield self._write(query)

    @call
    def exclusions(self) -> Flow[Sequence[Exclusion]]:
        """Where the assistant does nothing, as far as you may change it; the newest 1,000."""
        query = self._rest.from_("ai_exclusions").select("*").order("created_at", desc=True).limit(limits.PAGE_MAX)
        reply: Reply = yield self._read(query)
        return tuple(reply.rows(Exclusion))

    def _target(self, ticket: TicketRef | None, team: TeamRef | None, customer: UserRef | None) -> Flow[dict[str, str]]:
        if sum(one is not None for one in (ticket, team, customer)) != 1:
            raise check.invalid("ticket", "or team or customer must be given: one of them")
        if ticket is not None:
            return {"scope": "ticket", "target_id": str((yield from find_ticket_id(self, ticket)))}
        if team is not None:
            return {"scope": "team", "target_id": str((yield from find_team_id(self, "team", team)))}
        assert customer is not None
        return {"scope": "customer", "target_id": str((yield from find_user_id(self, "customer", customer)))}


def prompt_key(prompt: PromptRef) -> UUID:
    """The id of a prompt."""
    return prompt.prompt_id if isinstance(prompt, Prompt) else check.identifier("prompt", prompt, "the id of a prompt")


def _checked(name: str, value: Any) -> Any:
    if name in {"is_enabled", "triage_new_tickets", "notes_in_context", "internal_articles_in_context"}:
        return check.boolean(name, value)
    if name.startswith("daily_tokens"):
        return check.integer(name, value, 0, limits.DAILY_TOKENS_MAX)
    if name == "proposal_hours":
        return check.integer(name, value, 1, limits.PROPOSAL_HOURS_MAX)
    if name in {"price_in", "price_out", "similarity_floor"}:
        most = 1 if name == "similarity_floor" else _PRICE_MAX
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            raise check.invalid(name, f"must be a number from 0 to {most:,}")
        return value
    least, most = {"chat_model": (1, limits.MODEL_MAX), "reply_language": (2, limits.LOCALE_MAX)}.get(
        name, (0, limits.TONE_MAX)
    )
    return check.text(name, value, least, most)
