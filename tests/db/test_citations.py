"""Citations: a quote stands in the article, word for word, or it is not stored."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from tests.db.assisting import BODY, citations, draft, publish, reply, retrieve, start, submit
from tests.db.people import ADMIN, AGENT, CUSTOMER, STRANGER, Db, be, one, refused, value
from tests.db.world import World

INSERT = (
    "insert into helpdesk.citations (proposal_id, ticket_id, ordinal, chunk_id, start_at, end_at, quote) "
    "values (%s, %s, 50, %s, %s, %s, %s)"
)


def cited(db: Db, world: World) -> dict[str, Any]:
    """A draft that cites the article's first sentence."""
    return draft(db, world, reply("Choose it.", (1, [1])))


def chunk(db: Db, proposal: dict[str, Any]) -> dict[str, Any]:
    return one(
        db,
        "select k.* from helpdesk.run_chunks as r join helpdesk.article_chunks as k using (chunk_id) "
        "where r.run_id = %s",
        proposal["run_id"],
    )


def cite(db: Db, proposal: dict[str, Any], quote: str, start_at: int, end_at: int, **other: Any) -> None:
    chunk_id = other.get("chunk_id") or chunk(db, proposal)["chunk_id"]
    with db.transaction():
        db.execute(INSERT, (proposal["proposal_id"], proposal["ticket_id"], chunk_id, start_at, end_at, quote))


def test_a_true_quote_is_stored(db: Db, world: World) -> None:
    proposal = cited(db, world)
    quote = "The router restarts within two minutes."
    start_at = BODY.index(quote)
    cite(db, proposal, quote, start_at, start_at + len(quote))


@pytest.mark.parametrize(
    "quote",
    [
        "The router restarts within ten minutes.",
        "The router restarts not in two minutes.",
        "The r\u043euter restarts within two minutes.",
        "the router restarts within two minutes.",
        "The router restarts within two minutes",
        "The router  restarts within two minutes.",
        "",
        "   ",
    ],
)
def test_j20_an_altered_quote_is_refused(db: Db, world: World, quote: str) -> None:
    proposal = cited(db, world)
    start_at = BODY.index("The router restarts")
    with refused("citation_invalid"):
        cite(db, proposal, quote, start_at, start_at + len("The router restarts within two minutes."))


@pytest.mark.parametrize(
    "part", ["router restarts within two minutes.", "The router restarts", "settings of your account."]
)
def test_a_quote_is_whole_sentences(db: Db, world: World, part: str) -> None:
    proposal = cited(db, world)
    start_at = BODY.index(part)
    with refused("citation_invalid", "whole sentences"):
        cite(db, proposal, part, start_at, start_at + len(part))


@pytest.mark.parametrize(("start_at", "end_at"), [(-1, 5), (5, 5), (9, 3), (0, 100_000), (100_000, 100_020)])
def test_places_outside_of_the_text_are_refused(db: Db, world: World, start_at: int, end_at: int) -> None:
    proposal = cited(db, world)
    with refused("citation_invalid"):
        cite(db, proposal, BODY[:5], start_at, end_at)


@pytest.mark.parametrize(
    ("quote", "quotable"),
    [
        ("ab", False),
        ("     .     .     ", False),
        ("Click the button", True),
        ("Click button", False),
        ("One two th.", False),
        ("... --- !!! ??? ...", False),
        ("x y " * 101, False),
        ("設定を開いて、アカウントを選択してください。", True),
        ("設定", False),
    ],
)
def test_j21_a_quote_is_long_enough_to_prove_something(db: Db, quote: str, quotable: bool) -> None:
    assert value(db, "select helpdesk_private.is_quotable(%s)", quote) is quotable


def test_j19_a_passage_of_another_run_is_refused(db: Db, world: World) -> None:
    proposal = cited(db, world)
    publish(db, "other", "Another article about bicycles has its own sentence.", title="Bicycle")
    other = one(db, "select * from helpdesk.article_chunks where title = 'Bicycle'")
    with refused("citation_invalid", "none of the run"):
        cite(db, proposal, other["body"].strip(), 0, len(other["body"].strip()), chunk_id=other["chunk_id"])
    with refused("citation_invalid"):
        cite(db, proposal, "x", 0, 1, chunk_id=uuid4())


def test_j4_an_internal_article_is_no_quote_for_a_customer(db: Db, world: World) -> None:
    with be(db, ADMIN):
        db.execute("update helpdesk.ai_settings set internal_articles_in_context = true")
    publish(db, "internal", audience="internal")
    run_id, secret = start(db, world["answered"], "next_steps")
    retrieve(db, secret)
    proposal = one(
        db,
        "select * from helpdesk_private.make_proposal(%s, 'reply', '{\"body\": \"x\"}', 'model')",
        run_id,
    )
    with refused("citation_invalid", "internal"):
        cite(db, proposal, "Open the settings of your account.", 0, 34)
    note = one(
        db,
        "select * from helpdesk_private.make_proposal(%s, 'note', '{\"body\": \"x\"}', 'model')",
        run_id,
    )
    cite(db, note, "Open the settings of your account.", 0, 34)


def test_j5_a_withdrawn_article_is_no_quote(db: Db, world: World) -> None:
    proposal = cited(db, world)
    with be(db, ADMIN):
        db.execute("select helpdesk.archive_article(%s)", (chunk(db, proposal)["article_id"],))
    with refused("citation_invalid", "not published"):
        cite(db, proposal, "Open the settings of your account.", 0, 34)


def test_a_citation_never_changes(db: Db, world: World) -> None:
    proposal = cited(db, world)
    with refused("forbidden", "never changes"):
        db.execute("update helpdesk.citations set ordinal = 9 where proposal_id = %s", (proposal["proposal_id"],))


@pytest.mark.parametrize(
    ("quote", "sentences"),
    [
        ("The router restarts within two minutes.", (3, 4)),
        ("the ROUTER  restarts\nwithin two minutes", (3, 4)),
        ("**The router** restarts within _two_ minutes.", (3, 4)),
        ("settings of your account. Choose the button", (1, 3)),
        ("The router restarts within 2 minutes.", None),
        ("The router does not restart within two minutes.", None),
        ("The router … two minutes.", None),
        ("Open the settings. The router restarts.", None),
        ("router", None),
        ("", None),
        (None, None),
    ],
)
def test_a_quote_as_text_is_found_up_to_typography(
    db: Db, world: World, quote: str | None, sentences: tuple[int, int] | None
) -> None:
    proposal = cited(db, world)
    found = value(db, "select helpdesk_private.locate_quote(%s, %s)", chunk(db, proposal)["chunk_id"], quote)
    assert (found and (found.lower, found.upper)) == sentences


def test_quotes_are_for_those_who_work_the_ticket(db: Db, world: World) -> None:
    proposal = cited(db, world)
    for person, count in ((AGENT, 1), (ADMIN, 1), (STRANGER, 0), (CUSTOMER, 0)):
        with be(db, person):
            for table in ("citations", "run_chunks", "proposals"):
                query = f"select count(*) from helpdesk.{table} where ticket_id = %s"
                assert value(db, query, proposal["ticket_id"]) == count, (person, table)


def test_a_whole_page_is_no_quote(db: Db, world: World) -> None:
    body = f"{BODY.strip()} {BODY.replace('router', 'modem')}"
    publish(db, "long", body)
    _, secret = start(db, world["answered"])
    retrieve(db, secret)
    proposal = submit(db, secret, reply("Choose it.", (1, [1])))
    assert proposal is not None
    with refused("citation_invalid", "12 to 400 characters"):
        cite(db, proposal, body.strip(), 0, len(body.strip()))


TABLE = """Plans have these prices.

| Plan name | Price each month | Seats in it |
|-----------|------------------|-------------|
| Small plan | 9 euros a month | 3 seats |
| Large plan | 49 euros a month | 25 seats |
"""


def test_a_row_of_a_table_is_cited_as_it_stands_with_its_header(db: Db, world: World) -> None:
    publish(db, "plans", TABLE, title="Plans")
    _, secret = start(db, world["answered"])
    (passage,) = retrieve(db, secret, "How much is the large plan each month?")["passages"]
    rows = [sentence["text"] for sentence in passage["sentences"]]
    assert rows == [row for row in TABLE.splitlines() if row]
    proposal = submit(db, secret, reply("The large plan is 49 euros a month.", (1, [2, 5])))
    assert proposal is not None
    assert [one["quote"] for one in citations(db, proposal)] == [rows[1], rows[4]]


def test_the_line_below_a_header_proves_nothing(db: Db, world: World) -> None:
    publish(db, "plans", TABLE, title="Plans")
    _, secret = start(db, world["answered"])
    retrieve(db, secret, "How much is the large plan each month?")
    proposal = submit(db, secret, reply("The large plan is 49 euros a month.", (1, [3])))
    assert proposal is not None
    assert (citations(db, proposal), proposal["flags"]) == ([], ["citations_dropped", "no_citation"])
