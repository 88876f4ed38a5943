"""What the knowledge lacks: gaps and what people decide about them, stale citations, links."""

from __future__ import annotations

from uuid import uuid4

import pytest
from tests.sdk.support import Scenario, both
from tests.sdk.world import World

from helpdesk_sdk import ArticleNotFoundError, ForbiddenError, GapNotFoundError, InvalidValueError


def name() -> str:
    """A slug that no other test uses."""
    return f"s{uuid4().hex}"


@both
def test_a_gap_is_listed_resolved_dismissed_and_reopened(world: World) -> Scenario:
    word = name()
    ticket = yield world.customer.tickets.create(f"Where is the {word}?", team="Billing")
    found = yield world.agent.assistant.suggest(ticket)
    assert (found.reason, found.proposal.kind) == ("nothing_found", "escalation")
    listed = yield world.agent.knowledge.gaps()
    (gap,) = [gap for gap in listed if word in gap.question]
    assert str(gap.gap_id) == found.proposal.payload["gap_id"]
    assert (gap.tickets, gap.nothing_found, gap.last_ticket_number) == (1, 1, ticket.number)
    assert not (yield world.customer.knowledge.gaps())
    with pytest.raises(ForbiddenError):
        yield world.customer.knowledge.dismiss_gap(gap)
    done = yield world.agent.knowledge.dismiss_gap(gap)
    assert (done.state, done.question, done.decided_at is not None) == ("dismissed", gap.question, True)
    assert gap.gap_id not in {one.gap_id for one in (yield world.agent.knowledge.gaps())}
    assert (yield world.agent.knowledge.reopen_gap(gap.gap_id)) == gap
    slug = name()
    yield world.agent.knowledge.save(slug, "Title", "Text.")
    with pytest.raises(InvalidValueError, match="not published"):
        yield world.agent.knowledge.resolve_gap(gap, slug)
    article = yield world.admin.knowledge.publish(slug)
    solved = yield world.agent.knowledge.resolve_gap(gap, slug)
    assert (solved.state, solved.article_id) == ("resolved", article.article_id)
    listed = yield world.agent.knowledge.gaps(state=["resolved", "dismissed"])
    assert gap.gap_id in {one.gap_id for one in listed}


@both
def test_wrong_gaps_and_articles_are_named(world: World) -> Scenario:
    with pytest.raises(GapNotFoundError):
        yield world.admin.knowledge.dismiss_gap(uuid4())
    with pytest.raises(ArticleNotFoundError):
        yield world.admin.knowledge.resolve_gap(uuid4(), name())
    with pytest.raises(InvalidValueError, match="gap must be"):
        yield world.admin.knowledge.reopen_gap("x")
    with pytest.raises(InvalidValueError, match="state must be one of"):
        yield world.admin.knowledge.gaps(state="gone")
    with pytest.raises(InvalidValueError, match="problem must be one of"):
        yield world.admin.knowledge.stale(problem="old")


@both
def test_quotes_of_what_has_changed_are_stale(world: World) -> Scenario:
    word, slug = name(), name()
    yield world.agent.knowledge.save(slug, f"The {word}", f"You find the {word} in the second drawer on the left.")
    yield world.admin.knowledge.publish(slug)
    ticket = yield world.customer.tickets.create(f"Where is the {word}?", team="Billing")
    found = yield world.agent.assistant.suggest(ticket)
    assert found.mode == "passages"
    yield world.agent.assistant.accept(found.proposal)
    assert not [row for row in (yield world.agent.knowledge.stale()) if row.slug == slug]
    yield world.agent.knowledge.save(slug, f"The {word}", f"You find the {word} in the second drawer on the left. Yes.")
    yield world.admin.knowledge.publish(slug)
    assert not [row for row in (yield world.agent.knowledge.stale()) if row.slug == slug]
    (row,) = [row for row in (yield world.agent.knowledge.stale(problem=None)) if row.slug == slug]
    assert (row.problem, row.cited_version, row.current_version) == ("replaced", 1, 2)
    yield world.admin.knowledge.archive(slug)
    (row,) = [row for row in (yield world.agent.knowledge.stale(problem="withdrawn")) if row.slug == slug]
    assert (row.ticket_id, row.current_version, word in row.quote) == (ticket.ticket_id, None, True)


@both
def test_links_are_checked_in_the_language_of_the_article(world: World) -> Scenario:
    here, draft, gone, staff, both_ = name(), name(), name(), name(), name()
    hd = world.admin.knowledge
    body = f"[1]({draft}) [2]({gone}.md) [3](/{staff}#a) [4]({name()}) [5]({both_}) [6](https://x.test/a) [7](a.png)"
    for slug, text, audience in ((here, body, "public"), (gone, "x", "public"), (staff, f"[b]({here})", "internal")):
        yield hd.save(slug, slug, text, audience=audience)
        yield hd.publish(slug)
    yield hd.archive(gone)
    yield hd.save(draft, draft, "Not yet.")
    yield hd.save(both_, both_, f"[a]({here})", locale="de")
    yield hd.publish(both_)
    report = yield hd.check_links()
    mine = [link for link in report.links if link.slug == here]
    assert [(link.kind, link.problem) for link in mine] == [
        ("article", "draft"),
        ("article", "archived"),
        ("article", "internal"),
        ("article", "missing"),
        ("article", None),
        ("web", None),
        ("other", None),
    ]
    assert [link for link in report.broken if link.slug == here] == mine[:4]
    assert tuple(sorted((f"{both_} (de)", f"{here} (en)", f"{staff} (en)"))) in report.circles
