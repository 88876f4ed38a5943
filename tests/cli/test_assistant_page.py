"""docs/assistant.md names every setting and every reason that the command line has a sentence for."""

from __future__ import annotations

import re
from pathlib import Path

from helpdesk_cli._show.proposals import REASONS
from helpdesk_sdk import AssistantSettings

PAGE = (Path(__file__).parents[2] / "docs" / "assistant.md").read_text(encoding="utf-8")


def first_cells(heading: str) -> set[str]:
    """The words in back-ticks of the first column of a section's table."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {word for row in rows for word in re.findall(r"`(\w+)`", row)}


def test_every_setting_is_on_the_page() -> None:
    assert first_cells("Settings") == set(AssistantSettings.model_fields)


def test_every_reason_is_on_the_page() -> None:
    assert first_cells("Reasons of runs") == set(REASONS)
