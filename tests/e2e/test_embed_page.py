"""examples/embed_page.html: a page that stays live for as long as it can, and says when it cannot."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from deno import find_deno_bin  # type: ignore[import-untyped]
from tests.e2e.programs import EXAMPLES, run

BROWSER = Path(__file__).with_name("embed_page_browser.js")
EVENT = "id: 1.2\nda", 'ta: {"type": "message.created"}\n\n'


def shown(*answers: Any) -> Any:
    """What the page does when its stream is answered so, time after time."""
    page = EXAMPLES / "embed_page.html"
    deno = os.fsdecode(find_deno_bin())
    command = [deno, "run", "-q", f"--allow-read={page}", str(BROWSER), str(page), json.dumps(answers)]
    return json.loads(run(command, {"NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1"}))


def test_what_passes_is_waited_for_in_pauses_that_grow() -> None:
    told = shown(503, 502, "broken", "429 5", ["retry: 1000\n\n", *EVENT, ": quiet\n\n"], 503)
    assert told["states"][:3] == ["", "told 503", "told 502"]
    assert told["states"][3:5] == ["reconnecting", "told 429"]
    assert "live" in told["states"][5:]
    pauses = told["pauses"][:5]
    assert all(full / 2 <= pause <= full for pause, full in zip(pauses, (1, 2, 4, 8, 1), strict=True)), pauses
    # On the connection, and for the event, whose line came in two parts; not for what says nothing.
    assert told["reads"] == 2
    assert told["asked"].count("/tickets/7/events") == 7
    assert not told["login"]


@pytest.mark.parametrize("status", [401, 404, 429])
def test_what_does_not_pass_is_said_and_ends_it(status: int) -> None:
    told = shown(503, status, 503)
    assert told["states"][-1] == f"told {status}"
    assert told["asked"].count("/tickets/7/events") == 2
    assert told["login"] is (status == 401)
