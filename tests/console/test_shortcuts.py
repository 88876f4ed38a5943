"""The console's keys: on every screen a key does one thing."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
from tests.console.test_shelves import SRC, files

# What is on the screen together with the navigation.
SCREENS = {
    "list": {"useQueueShortcuts", "useTakeNext", "BulkBar"},
    "ticket": {"TicketDetailPage", "useTicketShortcuts", "AskAssistant"},
    "ticket with a draft": {"TicketDetailPage", "useTicketShortcuts", "DraftActions"},
    "proposals": {"WaitingProposals", "ProposalCard", "DraftActions"},
    "dashboard": {"useTakeNext"},
    "quarantine": {"useQuarantineShortcuts"},
}
EVERYWHERE = "GlobalShortcuts"
# `keys: "j"`, and the first arguments of helpers: go("g q", …), open("status", "s").
_KEYS = re.compile(r'\bkeys: "([^"]+)"|\bgo\("([^"]+)"|\bopen\("\w+", "([^"]+)"')


def keys(name: str) -> list[str]:
    """The keys of a file."""
    (path,) = [path for path in files(".ts", ".tsx") if path.stem == name]
    return [next(filter(None, found)) for found in _KEYS.findall(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("screen", SCREENS)
def test_a_key_does_one_thing(screen: str) -> None:
    used = [(key, name) for name in sorted({*SCREENS[screen], EVERYWHERE}) for key in keys(name)]
    assert len(used) > 5
    for (key, name), (other, place) in combinations(used, 2):
        assert key != other, f"{key} in {name} and {place}"
        # The first key of a sequence would run by itself.
        assert not f"{other} ".startswith(f"{key} "), f"{key} in {name} begins {other} in {place}"
        assert not f"{key} ".startswith(f"{other} "), f"{other} in {place} begins {key} in {name}"


def test_every_file_with_keys_is_on_a_screen() -> None:
    registering = {
        path.stem
        for path in files(".ts", ".tsx")
        if re.search(r"\buseShortcuts\(", path.read_text(encoding="utf-8")) and ".test." not in path.name
    }
    known = {EVERYWHERE, *(name for screen in SCREENS.values() for name in screen)}
    assert registering - {"ShortcutContext"} == known, str(SRC)
