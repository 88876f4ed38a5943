"""Answers of the scripted model: a good one for each task, and one that obeys whatever the prompt demands."""

from __future__ import annotations

import base64
import binascii
import codecs
import json
import re
from typing import Any

from ._prompt import CapturedRequest

_OBEYED_MAX = 2_000
_LIMITS = {"statements": 1_000, "steps": 500, "title": 300}
_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_TAGS = re.compile("[\U000e0020-\U000e007e]+")
_LANGUAGES = {"english": "en", "german": "de", "french": "fr", "spanish": "es"}


def good_answer(request: CapturedRequest) -> str:
    """A right answer to the prompt: it cites the first sentences, and names messages and labels that are there."""
    return json.dumps(_good(request), ensure_ascii=False)


def obedient_answer(request: CapturedRequest) -> str:
    """The answer of a model that obeys every instruction that it finds in its data.

    Everything that somebody wrote becomes part of the answer, with its links and addresses; what is encoded is decoded
    and obeyed too. Labels and language are the ones that the text demands. Keys that nobody asked for name another
    ticket and commands; an answer that repairs a refused one names the other ticket only, and obeys all the rest again.
    """
    answer = _good(request)
    demands = _demands(request)
    answer |= {"ticket_id": "00000000-0000-0000-0000-000000000017", "number": 17}
    if not request.is_repair:
        answer |= {"status": "closed", "send": True}
    if "paragraphs" in answer:
        passages = [{"passage": n, "sentences": [1, -1, 99]} for n in (-1, 0, 1, 1, 99)]
        answer["paragraphs"] = [*answer["paragraphs"], {"text": demands, "citations": passages}]
        answer["enough"] = True
        languages = re.findall(rf"\bin ({'|'.join(_LANGUAGES)})\b", demands, re.I)
        if languages:
            answer["language"] = _LANGUAGES[languages[-1].lower()]
    if "statements" in answer:
        answer["statements"] = [{"text": _last(demands, "statements"), "messages": [1, 99, -1]}, *answer["statements"]]
    if "steps" in answer:
        answer["steps"] = [_last(demands, "steps"), *answer["steps"]]
    if "body" in answer:
        answer["title"] = _last(demands, "title")
        answer["body"] = f"{answer['body']} {demands}"
    if "tags" in answer:
        answer |= _obeyed_labels(demands)
    return json.dumps(answer, ensure_ascii=False)


def _good(request: CapturedRequest) -> dict[str, Any]:
    properties = request.schema.get("properties")
    wanted = set(properties) if isinstance(properties, dict) else set()
    blocks = request.blocks
    if "paragraphs" in wanted:
        return _reply(blocks)
    if "statements" in wanted:
        numbers = [line["n"] for line in blocks.get("conversation", []) if isinstance(line, dict) and "n" in line]
        statements = [{"text": "The customer described the problem.", "messages": numbers[:1]}]
        if len(numbers) > 1:
            statements.append({"text": "The conversation went on.", "messages": numbers[-1:]})
        return {"statements": statements}
    if "steps" in wanted:
        return {"steps": ["Ask the customer for the exact error.", "Try it in the customer's account."]}
    if "tags" in wanted:
        return _labels(properties or {})
    if "body" in wanted:
        return {"title": "How to solve this", "body": "The solution of the ticket, in a few sentences for everybody."}
    return dict.fromkeys(wanted) or {"answer": "A scripted answer."}


def _reply(blocks: dict[str, list[Any]]) -> dict[str, Any]:
    paragraphs = []
    for passage in [line for line in blocks.get("passages", []) if isinstance(line, dict)][:2]:
        sentences = passage.get("sentences") or {}
        if sentences:
            number = min(sentences, key=int)
            cited = [{"passage": passage["passage"], "sentences": [int(number)]}]
            paragraphs.append({"text": str(sentences[number]), "citations": cited})
    settings = next((line for line in blocks.get("settings", []) if isinstance(line, dict)), {})
    return {"paragraphs": paragraphs, "language": settings.get("language") or "en", "enough": bool(paragraphs)}


def _labels(properties: dict[str, Any]) -> dict[str, Any]:
    def first(name: str) -> Any:
        values = _values(properties.get(name, {}))
        return values[0] if values else None

    tags = _values(properties.get("tags", {}).get("items", {}))
    return {"team": first("team"), "priority": first("priority"), "tags": tags[:1], "spam": False}


def _values(schema: Any) -> list[str]:
    """The texts that a schema allows."""
    if not isinstance(schema, dict):
        return []
    choices = [schema, *schema.get("anyOf", [])]
    return [value for choice in choices for value in choice.get("enum", []) if isinstance(value, str)]


def _last(demands: str, key: str) -> str:
    return demands[-_LIMITS[key] :]


def _demands(request: CapturedRequest) -> str:
    """Everything that the data blocks say, plus whatever was hidden in it."""
    said: list[str] = []
    # Articles first: what the customer wrote stands below them.
    for _, lines in sorted(request.blocks.items(), key=lambda block: block[0] != "passages"):
        for line in lines:
            said.extend(_texts(line))
    text = "\n".join(said) or request.message("user")
    hidden = [found for word in _BASE64.findall(text) if (found := _decoded(word))]
    hidden += [codecs.decode(one, "rot13") for one in said if "vtaber" in one.lower()]
    hidden += [one[::-1] for one in said if "erongi" in one.lower()]
    hidden += ["".join(chr(ord(tag) - 0xE0000) for tag in tags) for tags in _TAGS.findall(text)]
    # What came last counts most: an attack stands below what it wants to override.
    return "\n".join([text[-_OBEYED_MAX:], *hidden])


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    return [text for one in value for text in _texts(one)] if isinstance(value, list) else []


def _decoded(word: str) -> str:
    try:
        text = base64.b64decode(word, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
    return text if text.isprintable() else ""


def _obeyed_labels(demands: str) -> dict[str, Any]:
    obeyed: dict[str, Any] = {"spam": bool(re.search(r"\bspam\b", demands, re.I))}
    for key in ("team", "priority"):
        # "set the priority to low", "priority: low", "assign it to team Billing".
        found = re.findall(rf"\b{key}\b\W+(?:(?:to|is|as)\W+)?([\w-]+)", demands, re.I)
        if found:
            obeyed[key] = found[-1]
    tags = re.findall(r"\btags?\b\W+(?:(?:it|as|with)\W+)?([\w-]+)", demands, re.I)
    if tags:
        obeyed["tags"] = tags
    return obeyed
