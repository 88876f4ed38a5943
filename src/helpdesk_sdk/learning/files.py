"""Files of labelled texts, and of questions whose article is known; how well the questions find it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InvalidValueError, LocalFileError


def read_labelled(path: Path) -> list[tuple[str, str]]:
    """The texts and labels of a file: JSON lines, or CSV with a header; columns text and label.

    Args:
        path: The file; one that ends in .jsonl has JSON lines.

    Raises:
        LocalFileError: There is no such file, or it cannot be read.
        InvalidValueError: The file is not UTF-8, or a row has no text or label.
    """
    return read_pairs(path, "text", "label")


def read_questions(path: Path) -> list[tuple[str, str]]:
    """The questions of a file, each with the slug of its article: JSON lines, or CSV; columns question and article.

    Args:
        path: The file; one that ends in .jsonl has JSON lines.

    Raises:
        LocalFileError: There is no such file, or it cannot be read.
        InvalidValueError: The file is not UTF-8, or a row has no question or article.
    """
    return read_pairs(path, "question", "article")


def read_pairs(path: Path, first: str, second: str) -> list[tuple[str, str]]:
    """Two columns of a file of JSON lines or CSV.

    Args:
        path: The file; one that ends in .jsonl has JSON lines.
        first: The name of a column.
        second: The name of another column.

    Raises:
        LocalFileError: There is no such file, or it cannot be read.
        InvalidValueError: The file is not UTF-8, or a row lacks a column.
    """
    rows: list[Any] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            if path.suffix in (".jsonl", ".ndjson"):
                rows = [json.loads(line) for line in file if line.strip()]
            else:
                csv.field_size_limit(10_000_000)
                rows = list(csv.DictReader(file))
    except OSError as error:
        raise LocalFileError(f"{path} cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError, csv.Error) as error:
        raise InvalidValueError(f"{path.name} cannot be read: {error}") from error
    pairs = []
    for number, row in enumerate(rows, 1):
        found = [row.get(name) if isinstance(row, dict) else None for name in (first, second)]
        if not all(isinstance(value, str) and value.strip() for value in found):
            raise InvalidValueError(f"{path.name}: row {number} must have {first} and {second}.")
        pairs.append((str(found[0]), str(found[1]).strip()))
    return pairs


@dataclass
class Retrieval:
    """How well questions find their article.

    Attributes:
        questions: how many there were.
        at_1: the share whose article came first.
        at_3: the share whose article was among the first three.
        missed: the first questions whose article was not among the first three, with it.
    """

    questions: int
    at_1: float
    at_3: float
    missed: list[tuple[str, str]]


def measured_retrieval(found: Iterable[tuple[tuple[str, str], Sequence[str]]], *, keep: int = 20) -> Retrieval:
    """How well questions whose article is known found it.

    Args:
        found: Each question with the slug of its article, and the slugs of what it found, best first; an article may
            come more than once.
        keep: How many missed questions to return.

    Raises:
        InvalidValueError: There are no questions.
    """
    first = third = count = 0
    missed: list[tuple[str, str]] = []
    for (question, slug), slugs in found:
        count += 1
        best = list(dict.fromkeys(slugs))[:3]
        first += best[:1] == [slug]
        third += slug in best
        if slug not in best and len(missed) < keep:
            missed.append((question, slug))
    if not count:
        raise InvalidValueError("There are no questions.")
    return Retrieval(count, first / count, third / count, missed)
