"""The prompt that asks a model once more, with the answer that was refused and why."""

from __future__ import annotations

import json
from dataclasses import replace

from .endpoints import Prompt

# As the database has it for a prompt: endpoints with a small context cut longer ones without an error.
_PROMPT_BYTES = 12_000
_ANSWER_MAX = 2000
_PROBLEM_MAX = 500
# A shorter piece of the answer tells the model nothing.
_ANSWER_MIN_BYTES = 100
_REFUSED = "\n\nYour answer was refused."
_ANSWER = " Your answer, as a JSON string: "
_WHY = "\nWhy: "
_AGAIN = "\nAnswer again, with the whole JSON object and nothing else."


def repair(prompt: Prompt, content: str, problem: str) -> Prompt | None:
    """The same prompt, with the answer that was refused and why, as far as 12,000 bytes leave room for them.

    Args:
        prompt: What the model was asked.
        content: What it answered.
        problem: Why that was refused.

    Returns:
        The prompt of the second turn; None where the first leaves no room for a second.
    """
    left = _PROMPT_BYTES - _bytes(prompt.system) - _bytes(prompt.user) - _bytes(_REFUSED + _WHY + _AGAIN)
    why = _quoted(problem[:_PROBLEM_MAX], left)
    if why is None:
        return None
    left -= _bytes(why) + _bytes(_ANSWER)
    answer = _quoted(content[:_ANSWER_MAX], left) if left >= _ANSWER_MIN_BYTES else None
    more = _REFUSED + (_ANSWER + answer if answer is not None else "") + _WHY + why + _AGAIN
    tokens = prompt.estimated_tokens + -(-_bytes(more) // 4)
    return replace(prompt, user=prompt.user + more, estimated_tokens=tokens)


def _bytes(text: str) -> int:
    # Half a pair of surrogates has three bytes.
    return len(text.encode("utf-8", "surrogatepass"))


def _quoted(text: str, most: int) -> str | None:
    """The text as a JSON string of at most so many bytes, cut at its end; None where nothing fits."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if _bytes(json.dumps(text[:middle], ensure_ascii=False)) <= most:
            low = middle
        else:
            high = middle - 1
    return json.dumps(text[:low], ensure_ascii=False) if most >= 2 else None
