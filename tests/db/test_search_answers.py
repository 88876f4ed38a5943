"""Search: which words find what, how it is shown, pages; nothing tells a customer of a note."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.db.people import ADMIN, AGENT, CUSTOMER, OTHER, STRANGER, Db, as_person, be, one, refused, value
from tests.db.searching import found, names, open_ticket, search
from tests.db.world import World, said

FINDABLE = (
    "The invoice ERR-1234 of Jörg Müller was charged twice",
    "Please write to a.b+c@example.co.uk about INV/2024-001. 请问发票号码. Rückerstattung für Häuser! Ёлка.",
)


@pytest.mark.parametrize(
    "query",
    [
        *("charge", "charging", "CHARGED", "invoices", "müller", "Mueller", "muller", "jorg", "haus", "Haeuser"),
        *("ERR-1234", "err1234", "1234", "INV/2024-001", "inv2024001", "INV-2024-001", "2024"),
        *("a.b+c@example.co.uk", "A.B+C@Example.co.uk", "example", "发票", "发票号码", "票", "ёлка", "ЕЛКА"),
        *("rueckerstattung", "Rückerstattungen", "rücker*", "invo*", "ERR-12*", '"charged twice"', '"invoice err"'),
        *(
            "invoice müller twice",
            "title:charge",
            "description:write",
            "invoice OR nothing",
            '"the invoice"',
            "the",
            "%invoice%",
        ),
    ],
)
def test_what_words_find(db: Db, world: World, query: str) -> None:
    open_ticket(db, *FINDABLE)
    with as_person(db, CUSTOMER):
        assert found(db, world, query) == {"new"}


@pytest.mark.parametrize(
    "query",
    [
        *("charm", '"twice charged"', "title:write", "description:twice", "invoice -müller"),
        *("票发", "ERR-1235", "invo", "in*", "-invoice title:invoice", "invoice nothing"),
        # Patterns of other languages are words.
        *("voi.*", "%invoi%", "voi_", "(in|out)voice", "invoice & !x | y:*", "'; drop table tickets;--"),
    ],
)
def test_what_words_do_not_find(db: Db, world: World, query: str) -> None:
    open_ticket(db, *FINDABLE)
    with as_person(db, CUSTOMER):
        assert found(db, world, query) == set()


def test_an_answer_says_where_it_matched_and_marks_the_words(db: Db, world: World) -> None:
    body = "😀 " * 50 + "Then they CHARGED us, wow: charges & <b>charging</b>. " + "And so on. " * 40
    ticket = open_ticket(db, "Charge of ½ €", "No match here")
    world = {**world, "new": ticket}
    with be(db, CUSTOMER):
        message = said(db, "new", body, world)
    with be(db, ADMIN):
        note = str(one(db, "select * from helpdesk.add_note(%s, 'Overcharged? charge!')", ticket)["note_id"])
    with as_person(db, ADMIN):
        hit = search(db, "charge")["hits"][0]
    assert hit["matched_in"] == [{"part": "title"}, {"part": "message", "id": message}, {"part": "note", "id": note}]
    texts = {"title": "Charge of ½ €", "message": body, "note": "Overcharged? charge!"}
    marked: dict[str, list[str]] = {}
    for snippet in hit["snippets"]:
        text = snippet["text"]
        assert texts[snippet["part"]][snippet["start"] :].startswith(text)
        assert len(text) <= 240
        marked[snippet["part"]] = [text[begin:end] for begin, end in snippet["marks"]]
    assert marked == {"title": ["Charge"], "message": ["CHARGED", "charges", "charging"], "note": ["charge"]}
    with as_person(db, CUSTOMER):
        answer = search(db, "charge")
    assert [part["part"] for part in answer["hits"][0]["matched_in"]] == ["title", "message"]
    assert note not in json.dumps(answer)
    assert "Overcharged" not in json.dumps(answer)


def test_a_note_changes_nothing_that_a_customer_gets(db: Db, world: World) -> None:
    queries = ("words", "between", "answered -between", "us", "answered OR between", "")

    def answers() -> list[Any]:
        with as_person(db, CUSTOMER):
            found = []
            for query in queries:
                answer = search(db, query)
                # They fall as time passes.
                answer["hits"] = [{**hit, "score": None} for hit in answer["hits"]]
                found += [{**answer, "as_of": None}, value(db, "select helpdesk.count_tickets(%s)", query)]
            return found

    before = answers()
    with be(db, AGENT):
        for ticket in ("mine", "answered", "closed"):
            db.execute("select helpdesk.add_note(%s, 'words between us answered')", (world[ticket],))
        db.execute("insert into helpdesk.ticket_tags (ticket_id, tag) values (%s, 'words')", (world["mine"],))
    assert answers() == before


@pytest.mark.parametrize(("text", "query"), [("He is dying to know", "die"), ("happiness", "happy")])
def test_a_word_in_another_form_is_marked(db: Db, world: World, text: str, query: str) -> None:
    open_ticket(db, "Hello", text)
    with as_person(db, CUSTOMER):
        hit = search(db, query)["hits"][0]
    assert hit["matched_in"] == [{"part": "description"}]
    assert len(hit["snippets"][0]["marks"]) == 1


def test_tags_are_shown_to_those_who_work_the_ticket(db: Db, world: World) -> None:
    for person, tags in ((CUSTOMER, []), (AGENT, ["tag-mine"]), (ADMIN, ["tag-mine"])):
        with as_person(db, person):
            assert search(db, "title:mine")["hits"][0]["ticket"]["tags"] == tags
            assert search(db, "number:1")["hits"][0]["ticket"]["tags"] == tags
            assert value(db, "select helpdesk.query_tickets('title:mine')")["tickets"][0]["tags"] == tags


def test_exact_things_are_a_group_of_their_own(db: Db, world: World) -> None:
    ticket = open_ticket(db, "A ticket", external_id="ORD-77")
    number = str(value(db, "select number from helpdesk.tickets where ticket_id = %s", ticket))
    for query in (number, f"#{number}", ticket, ticket.upper(), "ORD-77", f" {number} "):
        for person, exact in (
            (CUSTOMER, {"new"}),
            (AGENT, {"new"}),
            (OTHER, set()),
            (STRANGER, set()),
            (ADMIN, {"new"}),
        ):
            with as_person(db, person):
                assert names(world, search(db, query)["exact"]) == exact, (query, person)
    for person, exact in (
        (CUSTOMER, set()),
        (OTHER, {"theirs", "lent"}),
        (AGENT, {"lent"}),
        (ADMIN, {"theirs", "lent"}),
    ):
        with as_person(db, person):
            assert names(world, search(db, "other@example.com")["exact"]) == exact
            assert search(db, f"{number} ticket")["exact"] == []


def test_pages_are_cut_from_one_ranking(db: Db, world: World) -> None:
    for n in range(7):
        open_ticket(db, "Marzipan" if n % 2 else "Sweets", "marzipan " * n)
    with as_person(db, CUSTOMER):
        everything = [hit["ticket"]["ticket_id"] for hit in search(db, "marzipan")["hits"]]
        assert len(everything) == 6
        paged: list[str] = []
        cursor: str | None = None
        while True:
            page = search(db, "marzipan", rows=2, cursor=cursor)
            paged += [hit["ticket"]["ticket_id"] for hit in page["hits"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert paged == everything
        scores = [hit["score"] for hit in search(db, "marzipan")["hits"]]
        assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("sort", ["created_at", "-created_at", "updated_at", "-updated_at", "priority", "-priority"])
def test_lists_are_paged_in_every_order(db: Db, world: World, sort: str) -> None:
    with be(db, ADMIN):
        for ticket, priority in (("mine", "urgent"), ("theirs", "low"), ("agents", "urgent")):
            db.execute("update helpdesk.tickets set priority = %s where ticket_id = %s", (priority, world[ticket]))
    column = sort.lstrip("-")
    down = "desc" if sort.startswith("-") else ""
    order = f"{'priority_rank ' + down + ', created_at' if column == 'priority' else column} {down}, ticket_id {down}"
    expected = [
        str(row["ticket_id"]) for row in db.execute(f"select * from helpdesk.tickets order by {order}".encode())
    ]
    for query in ("", "words", "-marzipan", "words -marzipan OR status:open,closed,pending,resolved"):
        paged: list[str] = []
        cursor: str | None = None
        with as_person(db, ADMIN):
            for _ in range(10):
                page = value(
                    db,
                    "select helpdesk.query_tickets(query => %s, sort => %s, max_rows => 2, cursor => %s)",
                    query,
                    sort,
                    cursor,
                )
                paged += [ticket["ticket_id"] for ticket in page["tickets"]]
                cursor = page["next"]
                if cursor is None:
                    break
        assert paged == expected, query


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("search_tickets(max_rows => 0)", "max_rows: must be 1 to 100"),
        ("search_tickets(max_rows => 101)", "max_rows: must be 1 to 100"),
        ("search_tickets(query => 'a', cursor => 'x')", "cursor: is not from a page of this search"),
        ("search_tickets(query => 'a', cursor => '1~2~3')", "cursor: is not from a page of this search"),
        ("search_tickets(cursor => 'x')", "cursor: is not from a page of this list"),
        ("query_tickets(cursor => '1~~~')", "cursor: is not from a page of this list"),
        ("query_tickets(sort => 'title')", "sort: must be created_at, updated_at or priority"),
        ("query_tickets(max_rows => 1001)", "max_rows must be 1 to 1000"),
        ("query_tickets(query => 'a', tree => '{\"all\": []}')", "query: give a text or a tree, not both"),
        ("count_tickets(tree => '[]')", "query: condition at tree: must be a JSON object"),
    ],
)
def test_bad_arguments_are_named(db: Db, call: str, message: str) -> None:
    with refused("invalid_value", message), as_person(db, CUSTOMER):
        db.execute(f"select helpdesk.{call}".encode())


def test_more_matches_than_are_ranked_are_said(db: Db, world: World) -> None:
    db.execute("set local session_replication_role = replica")
    db.execute(
        "insert into helpdesk.tickets (number, title, team_id, created_by, created_at) overriding system value "
        "select 1000000 + n, 'Marzipan ' || n, %s, %s, now() - n * interval '1 second' "
        "from generate_series(1, 2100) as n",
        (world["desk"], world["customer"]),
    )
    db.execute("reset session_replication_role")
    db.execute("select helpdesk_private.index_ticket(t) from helpdesk.tickets as t where t.title like 'Marzipan%'")
    with as_person(db, CUSTOMER):
        answer = search(db, "marzipan")
        assert answer["capped"]
        assert len(answer["hits"]) == 20
        assert not search(db, "marzipan 7")["capped"]
        assert value(db, "select helpdesk.count_tickets('marzipan')") == {"count": 1000, "more": True}
        assert value(db, "select helpdesk.count_tickets('-almond')") == {"count": 1000, "more": True}


def test_where_a_hit_matched_is_looked_for_in_a_bounded_part_of_its_text(db: Db, world: World) -> None:
    ticket = open_ticket(db, "Long", "so on " * 2000 + "marzipan")
    with as_person(db, CUSTOMER):
        for most, parts in ((10, ["description"]), (100, [])):
            (hit,) = search(db, "marzipan", rows=most)["hits"]
            assert hit["ticket"]["ticket_id"] == str(ticket)
            assert [part["part"] for part in hit["matched_in"]] == parts
