"""The names of the models, and what a model that is loaded does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

MINILM = "minilm"
MULTILINGUAL = "multilingual"
OFF = "off"
CHOICES = (MINILM, MULTILINGUAL, OFF)

MODEL_NAMES = {MINILM: "all-MiniLM-L6-v2-int8", MULTILINGUAL: "multilingual-e5-small-q4"}
DIMENSIONS = 384


class UnavailableError(Exception):
    """A model cannot be used on this machine."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.hint = hint


class Model(Protocol):
    """A model that is loaded."""

    name: str
    """The name under which vectors are stored."""

    def embed(self, texts: Sequence[str]) -> tuple[list[list[float]], int]:
        """The vector of each text, in their order, each of length 1; and the number of tokens that were read.

        Args:
            texts: The texts.
        """
        ...
