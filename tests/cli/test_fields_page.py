"""docs/fields.md: its first commands and its program run in the order of the page."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

from tests.cli.support import Cli

from helpdesk_sdk import by_field
from helpdesk_sdk.testing import Project

PAGE = (Path(__file__).parents[2] / "docs" / "fields.md").read_text()


def test_the_examples_run_in_their_order(helpdesk_project: Project, tmp_path: Path) -> None:
    commands, program = (block(language) for language in ("sh", "python"))
    with helpdesk_project.client("admin", name="Ada") as hd:
        hd.teams.create("Billing")
        number = hd.tickets.create("Cannot print").number
        system = {"HELPDESK_URL": helpdesk_project.url, "HELPDESK_KEY": helpdesk_project.secret_key}
        cli = Cli(tmp_path / "config", system)
        for line in commands.splitlines():
            done = cli(*shlex.split(line.replace("update 42", f"update {number}"))[1:])
        assert "Cannot print" in done.out
        names: dict[str, Any] = {"hd": hd, "by_field": by_field}
        exec(program, names)  # the program of our own page
        assert hd.tickets.get(names["ticket"]).custom_fields == {"order_no": "A-1", "seats": 6}


def block(language: str) -> str:
    """The page's first block in a language."""
    found = re.search(rf"^```{language}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]
