"""Where a webhook may go, as the database decides: the cases are those of the senders in Python and TypeScript."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.db.delivering import add_webhook
from tests.db.people import Db, refused, value
from tests.db.world import World

# PostgreSQL has no text with a NUL: no client can send such a URL.
CASES = json.loads((Path(__file__).parents[1] / "functions" / "webhook_targets.json").read_text("utf-8"))


@pytest.mark.parametrize(
    "case", [one for one in CASES["urls"] if "\0" not in one["url"]], ids=lambda case: repr(case["url"])[:60]
)
def test_a_url_is_accepted_or_refused_as_senders_do(db: Db, world: World, case: dict[str, Any]) -> None:
    if case.get("allow_loopback"):
        db.execute("update helpdesk_private.delivery_settings set allow_loopback = true")
    if case["ok"]:
        add_webhook(db, url=case["url"])
        return
    with refused("invalid_value", "url "), db.transaction():
        add_webhook(db, url=case["url"])


@pytest.mark.parametrize("case", CASES["addresses"], ids=lambda case: str(case["address"]))
def test_an_address_is_public_or_not(db: Db, case: dict[str, Any]) -> None:
    assert value(db, "select helpdesk_private.is_public_address(%s::inet)", case["address"]) is case["public"]
