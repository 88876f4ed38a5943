"""Questions that no article answers: alike ones are one gap, seen by those who write articles and work the tickets."""

from __future__ import annotations

from typing import Any

import pytest
from tests.db.assisting import draft, holding, publish, start
from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, SERVICE, STRANGER, Db, Person, be, one, refused, value
from tests.db.world import World, said

QUESTION = "How do I get an invoice for March?"
ALIKE = "How can I get the invoice for April?"


def opened(db: Db, world: World, text: str, team: str = "desk", requester: Person = CUSTOMER) -> str:
    """A new ticket with that text; its id."""
    with be(db, SERVICE):
        row = one(
            db,
            "select * from helpdesk.create_ticket(%s, team_id => %s, requester_id => %s)",
            *(text, world[team], world[requester.name]),
        )
    return str(row["ticket_id"])


def found_nothing(db: Db, ticket_id: str, person: Person = ADMIN, **more: Any) -> Any:
    """A run for a reply that finds no article; its proposal."""
    _, secret = start(db, ticket_id, person=person, **more)
    with holding(db, secret):
        return value(db, "select helpdesk.finish_without_model('no_model')")


def report(db: Db, person: Person, word: str = "invoice") -> list[dict[str, Any]]:
    """The gaps about something that the person sees, those asked most first."""
    with be(db, person):
        return db.execute(
            "select * from helpdesk.gap_report where question ilike %s order by tickets desc, gap_id", (f"%{word}%",)
        ).fetchall()


def test_what_no_article_answers_is_a_gap(db: Db, world: World) -> None:
    ticket = opened(db, world, QUESTION)
    proposal = found_nothing(db, ticket)
    (gap,) = report(db, AGENT)
    assert proposal["payload"]["gap_id"] == str(gap["gap_id"])
    assert (gap["question"], gap["state"], gap["tickets"], gap["nothing_found"]) == (QUESTION, "open", 1, 1)
    assert (str(gap["last_ticket_id"]), gap["rejected"], str(gap["team_id"])) == (ticket, 0, world["desk"])


def test_alike_questions_are_one_gap_and_others_are_not(db: Db, world: World) -> None:
    for text in (QUESTION, ALIKE, "Where do I see the invoice address of my neighbour's cat?", "My printer smokes"):
        found_nothing(db, opened(db, world, text))
    rows = report(db, ADMIN)
    assert [row["tickets"] for row in rows] == [2, 1]
    assert rows[0]["question"] == ALIKE
    assert rows[0]["first_at"] < rows[0]["last_at"]


def test_a_ticket_that_asks_again_counts_once(db: Db, world: World) -> None:
    ticket = opened(db, world, QUESTION)
    found_nothing(db, ticket)
    found_nothing(db, ticket, wish="Try harder.")
    (gap,) = report(db, ADMIN)
    assert (gap["tickets"], gap["nothing_found"]) == (1, 1)


def test_a_gap_says_nothing_of_another_teams_tickets(db: Db, world: World) -> None:
    found_nothing(db, opened(db, world, QUESTION))
    found_nothing(db, opened(db, world, QUESTION + " Secret!", "vault", OTHER))
    assert [len(report(db, person)) for person in (ADMIN, AGENT, STRANGER, CUSTOMER)] == [2, 1, 1, 0]
    (gap,) = report(db, STRANGER)
    assert "Secret" in gap["question"]
    with refused("gap_not_found"), be(db, AGENT):
        db.execute("select helpdesk.dismiss_gap(%s)", (gap["gap_id"],))


def test_a_ticket_that_moves_takes_its_question_along(db: Db, world: World) -> None:
    first, second = opened(db, world, QUESTION), opened(db, world, ALIKE)
    found_nothing(db, first)
    found_nothing(db, second)
    with be(db, ADMIN):
        db.execute("select helpdesk.transfer_ticket(%s, %s)", (second, world["vault"]))
    (theirs,), (ours,) = report(db, STRANGER), report(db, AGENT)
    assert (theirs["question"], theirs["tickets"]) == (ALIKE, 1)
    assert (ours["question"], ours["tickets"]) == (QUESTION, 1)


def test_only_writers_of_articles_see_gaps(db: Db, world: World) -> None:
    found_nothing(db, opened(db, world, QUESTION))
    with be(db, ADMIN):
        db.execute("update helpdesk.settings set article_writers = 'admins'")
    assert [len(report(db, person)) for person in (ADMIN, AGENT, SERVICE)] == [1, 0, 1]
    with refused("forbidden", "Only admins"), be(db, AGENT):
        db.execute("select helpdesk.dismiss_gap(%s)", (world["gap of mine"],))


def test_what_is_dismissed_stays_dismissed(db: Db, world: World) -> None:
    found_nothing(db, opened(db, world, QUESTION))
    (gap,) = report(db, AGENT)
    with be(db, AGENT):
        done = one(db, "select * from helpdesk.dismiss_gap(%s)", gap["gap_id"])
        again = one(db, "select * from helpdesk.dismiss_gap(%s)", gap["gap_id"])
    assert (done["state"], str(done["decided_by"])) == ("dismissed", world["agent"])
    assert again == done
    found_nothing(db, opened(db, world, ALIKE))
    (gap,) = report(db, AGENT)
    assert (gap["state"], gap["tickets"]) == ("dismissed", 2)
    with be(db, AGENT):
        back = one(db, "select * from helpdesk.reopen_gap(%s)", gap["gap_id"])
    assert (back["state"], back["decided_by"], back["decided_at"]) == ("open", None, None)


def test_what_is_resolved_opens_again_when_nothing_is_found(db: Db, world: World) -> None:
    found_nothing(db, opened(db, world, QUESTION))
    (gap,) = report(db, AGENT)
    with be(db, AGENT):
        unpublished = one(db, "select * from helpdesk.save_article('bills', 'Bills', 'Where they are.')")
    with refused("invalid_value", "not published"), be(db, AGENT):
        db.execute("select helpdesk.resolve_gap(%s, %s)", (gap["gap_id"], unpublished["article_id"]))
    with refused("article_not_found"), be(db, AGENT):
        db.execute("select helpdesk.resolve_gap(%s, %s)", (gap["gap_id"], world["nothing"]))
    # Of other words, so that the next question finds nothing again.
    article = publish(db, "bills", title="Bills")
    with be(db, AGENT):
        done = one(db, "select * from helpdesk.resolve_gap(%s, %s)", gap["gap_id"], article)
    assert (done["state"], str(done["article_id"])) == ("resolved", article)
    with be(db, ADMIN):
        db.execute("select helpdesk.archive_article(%s)", (article,))
    found_nothing(db, opened(db, world, ALIKE))
    (gap,) = report(db, AGENT)
    assert (gap["state"], str(gap["article_id"]), gap["decided_by"]) == ("open", article, None)


@pytest.mark.parametrize(("reason", "counted"), [("wrong", 1), ("outdated", 1), ("tone", 0), ("unsafe", 0)])
def test_quotes_that_people_reject_twice_are_a_gap(db: Db, world: World, reason: str, counted: int) -> None:
    with be(db, CUSTOMER):
        said(db, "answered", "How do I reset my router?", world)
        said(db, "mine", "How do I reset my router?", world)
    for number, ticket in enumerate(("answered", "mine"), 1):
        proposal = draft(db, world, ticket=ticket)
        with be(db, AGENT):
            db.execute("select helpdesk.reject_proposal(%s, %s)", (proposal["proposal_id"], reason))
        rows = report(db, AGENT, "router")
        # One rejection may be a matter of opinion.
        assert [row["rejected"] for row in rows] == ([2] * counted if number == 2 else [])


def test_a_redacted_question_is_not_shown(db: Db, world: World) -> None:
    with be(db, CUSTOMER):
        message = said(db, "answered", "My invoice password is hunter2", world)
    found_nothing(db, world["answered"])
    assert [row["question"] for row in report(db, AGENT)] == ["My invoice password is hunter2"]
    with be(db, ADMIN):
        db.execute("select helpdesk.redact_message(%s)", (message,))
    assert report(db, AGENT, "hunter2") == []
    assert "hunter2" not in str(db.execute("select * from helpdesk.gap_report").fetchall())


def test_a_gap_goes_with_its_last_ticket(db: Db, world: World) -> None:
    ticket = opened(db, world, QUESTION)
    found_nothing(db, ticket)
    (gap,) = report(db, ADMIN)
    db.execute("delete from helpdesk.gap_questions where ticket_id = %s", (ticket,))
    counted = "select count(*) from helpdesk.knowledge_gaps where gap_id = %s"
    assert value(db, counted, gap["gap_id"]) == 0
    assert value(db, "select count(*) from helpdesk_private.gap_words where gap_id = %s", gap["gap_id"]) == 0


def test_a_test_run_leaves_no_gap(db: Db, world: World) -> None:
    found_nothing(db, opened(db, world, QUESTION), is_test=True)
    assert report(db, ADMIN) == []


def test_a_question_that_was_redacted_before_is_not_kept(db: Db, world: World) -> None:
    ticket = opened(db, world, QUESTION)
    world["asked"] = ticket
    with be(db, CUSTOMER):
        message = said(db, "asked", "My password for invoices is hunter2", world)
    with be(db, ADMIN):
        db.execute("select helpdesk.redact_message(%s)", (message,))
    found_nothing(db, ticket)
    assert value(db, "select message_id from helpdesk.gap_questions where ticket_id = %s", ticket) is None
    (gap,) = report(db, AGENT)
    assert gap["question"] == QUESTION
