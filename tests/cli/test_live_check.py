"""What the doctor advises when no live channel can be joined."""

from __future__ import annotations

import sys

import pytest
from tests.cli.conftest import People

from helpdesk_sdk._live import transport

HTTPS = "https://abc.supabase.co"


@pytest.mark.parametrize("fault", ["absent", "untested"])
def test_a_package_that_is_missing_or_untested_is_named(
    people: People, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    if fault == "absent":
        monkeypatch.setitem(sys.modules, "realtime", None)
    else:
        monkeypatch.setattr(transport, "_CLIENT_MEMBERS", ("_no_such_member",))
    findings = {one["check"]: one for one in people.agent("doctor", "--json").json["findings"]}
    assert findings["live"]["ok"] is None
    assert "Enable Realtime" not in findings["live"]["fix"]
    state = {"absent": "is missing", "untested": "was not tested with this program"}[fault]
    assert findings["live"]["fix"] == f"The package realtime {state}: pip install 'realtime{transport.TESTED_VERSIONS}'"


def test_a_proxy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from helpdesk_cli._connect.live_check import _fix

    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@proxy.example:3128")
    assert _fix(HTTPS, "timed out").startswith("Does the proxy http://proxy.example:3128 let WebSockets through?")
    monkeypatch.setenv("NO_PROXY", "supabase.co")
    assert _fix(HTTPS, "timed out").startswith("Enable Realtime")
