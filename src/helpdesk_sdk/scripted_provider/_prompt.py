"""What a request asks for: its texts, its schema, and the data blocks of the assistant's prompts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_BLOCK = re.compile(r"^--- (?P<mark>[0-9a-f]{16}) (?P<label>[a-z_]+)\n(?P<lines>.*?)^--- (?P=mark) end$", re.M | re.S)


@dataclass(frozen=True)
class CapturedRequest:
    """A request that the provider received."""

    path: str
    """The path, e.g. ``/v1/chat/completions``."""
    headers: Mapping[str, str]
    """The headers; names in lower case."""
    body: dict[str, Any]
    """The body, parsed; empty when it was no JSON object."""
    at: float
    """When the request arrived, in seconds of ``time.monotonic()``."""
    played: str = ""
    """The behaviour that the provider played."""
    text: str = field(default="", repr=False)
    """The body as it arrived."""

    @property
    def prompt(self) -> str:
        """All messages in one text: what the model saw."""
        return "\n".join(self.message(role) for role in ("system", "user", "assistant") if self.message(role))

    def message(self, role: str) -> str:
        """The messages of one role, in one text.

        Args:
            role: ``system``, ``user`` or ``assistant``.
        """
        messages = self.body.get("messages")
        given = messages if isinstance(messages, list) else []
        return "\n".join(str(one.get("content")) for one in given if isinstance(one, dict) and one.get("role") == role)

    @property
    def is_stream(self) -> bool:
        """Whether the answer is asked for in pieces."""
        return self.body.get("stream") is True

    @property
    def is_repair(self) -> bool:
        """Whether the prompt asks to answer again, because the first answer was refused."""
        return "Your answer was refused." in self.message("user")

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of the wanted answer: of ``response_format``, else the one that the prompt holds."""
        wanted = self.body.get("response_format")
        if isinstance(wanted, dict) and wanted.get("type") == "json_schema":
            named = wanted.get("json_schema")
            if isinstance(named, dict) and isinstance(named.get("schema"), dict):
                return dict(named["schema"])
        for line in self.message("system").split("\n"):
            if line.startswith('{"') and '"properties"' in line:
                found = _parsed(line)
                if isinstance(found, dict):
                    return found
        return {}

    @property
    def blocks(self) -> dict[str, list[Any]]:
        """The data blocks of the prompt: each label, with the JSON values of its lines."""
        return {
            found["label"]: [_parsed(line) for line in found["lines"].split("\n") if line]
            for found in _BLOCK.finditer(self.message("user"))
        }


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return line
