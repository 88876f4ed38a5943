"""Which notifications people of staff receive: their own choice, else the settings."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.db.people import ADMIN, AGENT, SERVICE, Db, Person, as_person, be, refused, value

_BY_SETTINGS = {
    "assigned": True,
    "customer_replied": True,
    "team_customer_replied": False,
    "mentioned": True,
    "bounced": True,
    "locale": "en",
    "chosen": [],
}


def _mine(db: Db, person: Person = AGENT) -> dict[str, Any]:
    with be(db, person):
        return dict(value(db, "select helpdesk.notification_preferences()"))


def _change(db: Db, changes: object, person: Person = AGENT) -> dict[str, Any]:
    with be(db, person):
        return dict(value(db, "select helpdesk.set_notification_preferences(%s)", json.dumps(changes)))


def test_without_a_choice_the_settings_decide(db: Db) -> None:
    assert _mine(db) == _BY_SETTINGS
    with be(db, ADMIN):
        db.execute("update helpdesk.settings set email_notifications = '{team_customer_replied}', email_locale = 'de'")
    assert _mine(db) == dict.fromkeys(_BY_SETTINGS, False) | {
        "team_customer_replied": True,
        "locale": "de",
        "chosen": [],
    }


def test_a_choice_stays_whatever_the_settings_say_and_null_takes_it_back(db: Db) -> None:
    changed = _change(db, {"assigned": False, "team_customer_replied": True, "locale": "de"})
    chosen = ["assigned", "team_customer_replied", "locale"]
    wanted = _BY_SETTINGS | {"assigned": False, "team_customer_replied": True, "locale": "de", "chosen": chosen}
    assert changed == _mine(db) == wanted
    with be(db, ADMIN):
        db.execute("update helpdesk.settings set email_notifications = '{assigned}', email_locale = 'fr'")
    assert (_mine(db)["assigned"], _mine(db)["locale"]) == (False, "de")
    assert _change(db, {"assigned": None, "locale": None}) == _mine(db)
    assert (_mine(db)["assigned"], _mine(db)["locale"]) == (True, "fr")
    assert _mine(db)["chosen"] == ["team_customer_replied"], "what is not named stays"


def test_everybody_has_their_own(db: Db) -> None:
    _change(db, {"assigned": False})
    assert _mine(db, ADMIN)["assigned"] is True


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({}, "changes must be a JSON object"),
        ([], "changes must be a JSON object"),
        ({"everything": True}, "changes must be one of"),
        ({"assigned": "yes"}, "assigned must be true, false or null"),
        ({"assigned": 1}, "assigned must be true, false or null"),
        ({"locale": True}, "locale must be a language tag"),
        ({"locale": "English"}, "locale must be a language tag"),
    ],
)
def test_what_is_wrong_is_named(db: Db, changes: object, named: str) -> None:
    with refused("invalid_value", named), as_person(db, AGENT):
        db.execute("select helpdesk.set_notification_preferences(%s)", (json.dumps(changes),))


def test_only_a_person_has_notifications(db: Db) -> None:
    for call in ("notification_preferences()", "set_notification_preferences('{\"assigned\": true}')"):
        with refused("forbidden", "Only a person"), as_person(db, SERVICE):
            db.execute(f"select helpdesk.{call}")


@pytest.mark.parametrize("kinds", ["{pigeon}", "{NULL}", "{assigned,assigned,assigned,assigned,assigned,assigned}"])
def test_the_settings_name_kinds_that_exist(db: Db, kinds: str) -> None:
    with refused("invalid_value", "email_notifications must be among assigned"), as_person(db, ADMIN):
        db.execute("update helpdesk.settings set email_notifications = %s", (kinds,))
