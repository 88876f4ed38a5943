"""The benchmarks of retrieval and of embedding, on little data: that they run, and that what they say is true of it."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import data, embedding, retrieval

_ARTICLES = [
    {"title": "Refunds", "body": "Money is back in a week.", "questions": ["When is my money back?"]},
    {"title": "Passwords", "body": "Choose a new one in the settings.", "questions": ["Where do I choose a password?"]},
    {"title": "Invoices", "body": "Each month by mail.", "questions": ["Are invoices sent by mail?"]},
]


@pytest.fixture
def directory() -> Iterator[Path]:
    """Not one of pytest's: another user, whom the server runs as when we are root, must reach it."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-tests-") as path:
        Path(path).chmod(0o755)
        yield Path(path)


def test_the_questions_of_a_file_are_asked(directory: Path) -> None:
    file = directory / "articles.jsonl"
    lines = [*_ARTICLES, {"title": "Holidays", "body": "Closed on Sunday.", "questions": ["Why is the moon round?"]}]
    file.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    parser = argparse.ArgumentParser()
    parser.add_argument("--file", type=Path)
    retrieval.add_options(parser)
    given = parser.parse_args(["--file", str(file), "--aim-first", "0.9"])
    with retrieval.server(directory) as server:
        section = retrieval.run(data.fresh_database(server), retrieval.options_of(given))
    by_name = {result.name: result for result in section.results}
    words = by_name["words alone"].numbers
    assert (words["questions"], words["first"], words["first three"]) == (4, 0.75, 0.75)
    assert by_name["search"].met is (float(by_name["search"].numbers["first"]) >= 0.9)
    identifiers = [result for name, result in by_name.items() if name.startswith("identifiers")]
    assert [(result.numbers["first"], result.met) for result in identifiers] == [(1, True)] * 3
    assert "4 articles, 4 passages" in section.explanation
    with pytest.raises(SystemExit):
        retrieval.options_of(parser.parse_args([]))


def test_both_public_layouts_are_read(tmp_path: Path) -> None:
    stack, covid = tmp_path / "stack.json", tmp_path / "covid.json"
    pair = {"question": "A title", "answer": ["One.", "Two."], "rephr": ["asked", "*", None]}
    stack.write_text(json.dumps({"root": {"qapair": [pair]}}))
    rows = [
        {"query_type": "user_query", "question": "asked", "answer": "One."},
        {"query_type": "faq", "question": "A title", "answer": "One."},
    ]
    covid.write_text(json.dumps(rows))
    assert retrieval.read(stack) == [retrieval.Article("A title", "One.\n\nTwo.", ("asked",))]
    assert retrieval.read(covid) == [retrieval.Article("A title", "One.", ("asked",))]


def test_the_rates_of_the_model_are_of_the_texts_it_was_given() -> None:
    results = {result.name: result.numbers for result in embedding.run(20).results}
    question, passage = results["questions of 14 words"], results["passages of 100 words"]
    assert 14 < float(question["tokens a text"]) < 100 < float(passage["tokens a text"]) <= 256
    for numbers in (question, passage, results["one question at a time"]):
        assert float(numbers["tokens/s"]) == pytest.approx(float(numbers["texts/s"]) * float(numbers["tokens a text"]))
    assert float(question["texts/s"]) > float(passage["texts/s"])
