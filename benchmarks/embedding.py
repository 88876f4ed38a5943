"""How fast the local stack's model makes vectors: of questions, of passages, and of one question at a time."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import Result, Section, percentile
from helpdesk_sdk import embedding_models

_DOCS = Path(__file__).parent.parent / "docs"
_TEXTS = 300
_QUESTION, _PASSAGE = 14, 100
_AT_ONCE = 50


def run(texts: int = _TEXTS) -> Section:
    """Measure on the words of this project's documentation; nothing where the model is not installed."""
    section = Section(
        "Embedding",
        f"all-MiniLM-L6-v2 with 8 bits on one thread, as the local stack has it, on {texts} texts of words from the "
        f"documentation, {_AT_ONCE} at once as a worker does it. Rates: for a second of processor time. ms: time that "
        "passed, for one text.",
    )
    began = time.process_time()
    try:
        model = embedding_models.load("minilm")
    except embedding_models.UnavailableError as error:
        section.explanation = str(error)
        return section
    section.results.append(Result("loading the model", {"ms": 1000 * (time.process_time() - began)}))
    written = " ".join(path.read_text(encoding="utf-8") for path in sorted(_DOCS.glob("*.md")))
    # Without tables, code and links, which have many tokens.
    words = re.findall(r"(?<![\w`/|-])[A-Za-z][a-z]*(?:[.,](?=\s)|(?=\s))", written)
    questions, passages = _cut(words, _QUESTION, texts), _cut(words, _PASSAGE, texts)
    model.embed(passages[:5])
    section.results.append(_rate(model, f"questions of {_QUESTION} words", questions, _AT_ONCE))
    section.results.append(_rate(model, f"passages of {_PASSAGE} words", passages, _AT_ONCE))
    section.results.append(_rate(model, "one question at a time", questions, 1))
    return section


def _cut(words: Sequence[str], length: int, count: int) -> list[str]:
    """So many texts of so many words, from places all over."""
    step = (len(words) - length) // count
    return [" ".join(words[place * step : place * step + length]) for place in range(count)]


def _rate(model: Any, name: str, texts: Sequence[str], at_once: int) -> Result:
    tokens = 0
    taken = []
    began = time.process_time()
    for start in range(0, len(texts), at_once):
        part = texts[start : start + at_once]
        sent = time.perf_counter()
        tokens += model.embed(part)[1]
        taken.append(1000 * (time.perf_counter() - sent) / len(part))
    spent = time.process_time() - began
    numbers: dict[str, float | str] = {
        "texts/s": len(texts) / spent,
        "tokens/s": tokens / spent,
        "tokens a text": tokens / len(texts),
        "ms": percentile(taken, 0.5),
        "p99, ms": percentile(taken, 0.99),
    }
    return Result(name, numbers)
