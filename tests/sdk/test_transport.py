"""The adapter of the realtime package: what it needs of the package, and what happens with an untested version."""

from __future__ import annotations

import logging
import re
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import realtime
from packaging.requirements import Requirement
from realtime import AsyncRealtimeChannel, AsyncRealtimeClient
from tests.sdk.fake_realtime import FakeRealtime, Recorder, fake_realtime, hub_for, until

from helpdesk_sdk._live import transport
from helpdesk_sdk.errors import ConfigurationError

ROOT = Path(__file__).parents[2]
MEMBERS = [
    "AsyncRealtimeClient._ws_connection",
    "AsyncRealtimeClient._listen_task",
    "AsyncRealtimeClient._on_connect_error",
    "AsyncRealtimeClient._set_channels_errored",
    "AsyncRealtimeChannel._handle_message",
    "realtime._async.client.logger",
    "realtime._async.channel.logger",
    "realtime._async.push.logger",
    "realtime._async.timer.logger",
]


@pytest.fixture
async def server() -> AsyncIterator[FakeRealtime]:
    async with fake_realtime() as server:
        yield server


def remove(member: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a member out of the package, as a later version may do."""
    owner, _, name = member.rpartition(".")
    if owner == "AsyncRealtimeClient":

        class Without(AsyncRealtimeClient):
            def __getattribute__(self, wanted: str) -> object:
                if wanted == name:
                    raise AttributeError(wanted)
                return super().__getattribute__(wanted)

        monkeypatch.setattr(realtime, "AsyncRealtimeClient", Without)
    elif owner == "AsyncRealtimeChannel":
        monkeypatch.delattr(AsyncRealtimeChannel, name)
    else:
        monkeypatch.delattr(member)


async def test_the_installed_version_has_every_member() -> None:
    assert transport.missing_members(AsyncRealtimeClient("http://localhost", "key")) == []


def test_the_tested_versions_are_those_of_the_package_and_the_pinned_one_is_among_them() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found = [Requirement(line) for line in project["dependencies"] if Requirement(line).name == "realtime"]
    assert found == [Requirement(f"realtime{transport.TESTED_VERSIONS}")]
    pinned = re.search(r"^realtime==(\S+)", (ROOT / "requirements/dev.txt").read_text(), re.MULTILINE)
    assert pinned
    assert pinned[1] in found[0].specifier


@pytest.mark.parametrize("member", MEMBERS)
async def test_a_version_without_a_member_is_refused_with_the_tested_versions(
    member: str, server: FakeRealtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove(member, monkeypatch)
    with pytest.raises(ConfigurationError) as caught:
        await transport.connect(server.url, "key", 1, lambda client: None)
    assert re.fullmatch(
        rf"realtime \S+ was not tested with this SDK and lacks {re.escape(member)}\. "
        r"Install a tested version: realtime>=2\.34,<2\.35\.",
        str(caught.value),
    )
    assert server.connections == 0


async def test_with_such_a_version_there_is_one_warning_and_no_live_connection(
    server: FakeRealtime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    remove(MEMBERS[0], monkeypatch)
    recorder = Recorder(hub_for(server.url))
    recorder.set_topics("a")
    await until(lambda: recorder.listener.problem)
    recorder.listener.reconnect_now()
    await until(lambda: len(recorder.signals) >= 2)
    assert recorder.listener.error is None, "streams poll instead"
    assert not recorder.listener.live
    [warning] = [record.message for record in caplog.records if record.levelno >= logging.WARNING]
    assert "Install a tested version: realtime>=2.34,<2.35." in warning
    assert "the event log is polled instead" in warning
    await recorder.listener.close()


def test_no_other_module_uses_private_members_of_the_package() -> None:
    names = {member.rpartition(".")[2] for member in MEMBERS} - {"logger"}
    private = re.compile("|".join([rf"\.{name}\b" for name in sorted(names)] + [r"realtime\._"]))
    modules = [path for folder in ("src", "cli") for path in (ROOT / folder).rglob("*.py")]
    assert [path.name for path in modules if private.search(path.read_text())] == ["transport.py"]
