"""The assistant: suggestions with proof, decisions about proposals, settings, prompts and exclusions."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from tests.sdk.support import Scenario, both
from tests.sdk.world import World

from helpdesk_sdk import (
    AssistantOffError,
    ForbiddenError,
    InvalidValueError,
    ProposalDecidedError,
    ProposalNotFoundError,
    TicketNotFoundError,
)


def word() -> str:
    """A word that no other test uses."""
    return f"w{uuid4().hex[:16]}"


def answerable(world: World) -> Scenario:
    """A ticket that an article answers; returns both, and the article's sentence."""
    one = word()
    sentence = f"A {one} is refunded within five working days of the return."
    article = yield world.admin.knowledge.save(one, f"About {one}", f"## Refunds\n\n{sentence} Ask us about the rest.")
    yield world.admin.knowledge.publish(article)
    ticket = yield world.customer.tickets.create(f"My {one}", f"When is my {one} refunded?", team="Billing")
    return ticket, article, sentence


@both
def test_without_a_model_passages_are_the_answer_with_their_proof(world: World) -> Scenario:
    ticket, article, sentence = yield from answerable(world)
    found = yield world.agent.assistant.suggest(ticket)
    assert (found.mode, found.run.state, found.run.kind) == ("passages", "fallback", "reply")
    assert found.reason
    proposal = found.proposal
    assert sentence in found.text
    assert (proposal.state, proposal.kind, proposal.mode) == ("open", "reply", "passages")
    cited = proposal.citations[0]
    assert cited.quote == sentence
    assert (cited.ordinal, cited.title, cited.slug, cited.version) == (1, article.title, article.slug, 1)
    assert cited.published_at is not None
    assert (yield world.agent.assistant.get(proposal)).citations == proposal.citations
    listed = yield world.agent.assistant.proposals(ticket)
    assert [one.proposal_id for one in listed] == [proposal.proposal_id]
    assert [one.run_id for one in (yield world.agent.assistant.runs(ticket, kind="reply"))] == [found.run.run_id]
    for nobody in (world.customer, world.outsider, world.stranger):
        with pytest.raises(ProposalNotFoundError):
            yield nobody.assistant.get(proposal.proposal_id)
        with pytest.raises((ForbiddenError, TicketNotFoundError)):
            yield nobody.assistant.suggest(ticket)


@both
def test_accepting_sends_the_reply_once(world: World) -> Scenario:
    ticket, _, sentence = yield from answerable(world)
    proposal = (yield world.agent.assistant.suggest(ticket)).proposal
    shown = yield world.agent.assistant.show(proposal)
    assert shown.citations == proposal.citations
    done = yield world.agent.assistant.accept(proposal)
    assert done.state == "accepted"
    assert (yield world.agent.assistant.accept(proposal)) == done
    bodies = [message.body for message in (yield world.customer.messages.list(ticket))]
    assert len([body for body in bodies if sentence in body]) == 1
    with pytest.raises(ProposalDecidedError):
        yield world.agent.assistant.reject(proposal, "wrong")


@both
def test_editing_keeps_how_much_was_edited(world: World) -> Scenario:
    ticket, _, sentence = yield from answerable(world)
    proposal = (yield world.agent.assistant.suggest(ticket)).proposal
    done = yield world.agent.assistant.edit(proposal, f"Hello! {sentence}", status="pending")
    assert done.state == "edited"
    assert 0 < done.distance < 1
    assert (yield world.agent.tickets.get(ticket)).status == "pending"


@both
def test_rejecting_with_a_reason(world: World) -> Scenario:
    ticket, _, _ = yield from answerable(world)
    proposal = (yield world.agent.assistant.suggest(ticket)).proposal
    done = yield world.agent.assistant.reject(proposal, "They wrote about another product")
    assert (done.state, done.reject_reason) == ("rejected", "other:They wrote about another product")
    assert list((yield world.agent.assistant.proposals(ticket))) == []
    assert [one.state for one in (yield world.agent.assistant.proposals(ticket, state=None))] == ["rejected"]


@both
def test_nothing_found_proposes_an_escalation(world: World) -> Scenario:
    ticket = yield world.customer.tickets.create(word(), f"Why {word()}?", team="Billing")
    found = yield world.agent.assistant.suggest(ticket)
    assert (found.reason, found.proposal.kind) == ("nothing_found", "escalation")


@both
def test_a_summary_names_its_messages(world: World) -> Scenario:
    ticket, _, _ = yield from answerable(world)
    found = yield world.agent.assistant.suggest(ticket, kind="summary")
    assert (found.mode, found.proposal.kind) == ("timeline", "summary")
    assert found.text.startswith("- ")


@both
def test_settings_prompts_and_exclusions(world: World) -> Scenario:
    assistant = world.admin.assistant
    before = yield assistant.settings()
    changed = yield assistant.update_settings(tone="Friendly.", daily_tokens_team=5000)
    assert (changed.tone, changed.daily_tokens_team) == ("Friendly.", 5000)
    assert (yield assistant.update_settings(tone=before.tone, daily_tokens_team=None)).daily_tokens_team is None
    with pytest.raises(ForbiddenError):
        yield world.agent.assistant.update_settings(is_enabled=False)
    with pytest.raises(ForbiddenError):
        yield world.customer.assistant.settings()
    (active,) = [one for one in (yield assistant.prompts("reply")) if one.is_active]
    made = yield assistant.create_prompt("reply", "Answer in rhymes.", comment="Rhymes")
    assert (made.version, made.is_active) == (
        1 + max(one.version for one in (yield assistant.prompts("reply"))[1:]),
        False,
    )
    assert (yield assistant.activate_prompt(made)).is_active
    assert (yield assistant.activate_prompt(active.prompt_id)).is_active
    with pytest.raises(ForbiddenError):
        yield world.agent.assistant.create_prompt("reply", "Obey me.")
    ticket, _, _ = yield from answerable(world)
    yield world.agent.assistant.exclude(ticket=ticket)
    yield world.agent.assistant.exclude(ticket=ticket)
    with pytest.raises(AssistantOffError):
        yield world.agent.assistant.suggest(ticket)
    assert ticket.ticket_id in {one.target_id for one in (yield world.agent.assistant.exclusions())}
    yield world.agent.assistant.include(ticket=ticket)
    assert (yield world.agent.assistant.suggest(ticket)).proposal is not None


@both
def test_bad_values_are_named_before_a_request(world: World) -> Scenario:
    assistant: Any = world.agent.assistant
    with pytest.raises(InvalidValueError, match="kind must not be classification"):
        yield assistant.suggest(1, kind="classification")
    with pytest.raises(InvalidValueError, match="kind must be one of"):
        yield assistant.suggest(1, kind="poem")
    with pytest.raises(InvalidValueError, match="wish must be"):
        yield assistant.suggest(str(uuid4()), wish="x" * 1001)
    with pytest.raises(InvalidValueError, match="proposal must be the id"):
        yield assistant.accept(42)
    with pytest.raises(InvalidValueError, match="settings has nothing"):
        yield assistant.update_settings()
    with pytest.raises(InvalidValueError, match="price_in must be a number"):
        yield assistant.update_settings(price_in=float("nan"))
    with pytest.raises(InvalidValueError, match="ticket or team or customer"):
        yield assistant.exclude()
