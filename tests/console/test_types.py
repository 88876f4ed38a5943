"""The console's types of the database are those that the migrations make."""

from __future__ import annotations

import console_types
from helpdesk_sdk.testing import Project


def test_the_types_are_those_of_the_database(helpdesk_project_module: Project) -> None:
    made = console_types.generate(helpdesk_project_module.db_url)
    assert made == console_types.TYPES.read_text(encoding="utf-8"), "run: python scripts/console_types.py"
