"""The command that installs the package again comes from where it was installed."""

from __future__ import annotations

import importlib.metadata
import json
from typing import Any

import pytest

from helpdesk_sdk.install.package import pip_install


@pytest.mark.parametrize(
    ("origin", "said"),
    [
        ({"url": "file:///srv/clone", "dir_info": {}}, "pip install '/srv/clone[local]'"),
        ({"url": "file:///srv/clone", "dir_info": {"editable": True}}, "pip install --editable '/srv/clone[local]'"),
        ({"url": "file:///srv/H%C3%B6st%20app", "dir_info": {}}, "pip install '/srv/Höst app[local]'"),
        ({"url": "file:///srv/x.whl", "archive_info": {}}, "pip install '/srv/x.whl[local]'"),
        ({"url": "https://example.com/x.git", "vcs_info": {}}, "pip install 'helpdesk-sdk[local]'"),
        (None, "pip install 'helpdesk-sdk[local]'"),
        ([], "pip install 'helpdesk-sdk[local]'"),
    ],
)
def test_the_extra_is_installed_from_the_same_place(monkeypatch: pytest.MonkeyPatch, origin: Any, said: str) -> None:
    class Distribution:
        def read_text(self, name: str) -> str | None:
            assert name == "direct_url.json"
            return None if origin is None else json.dumps(origin)

    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: Distribution())
    assert pip_install("local") == said
    assert pip_install(upgrade=True) == said.replace("install", "install --upgrade").replace("[local]", "").replace(
        "'", "'" if " app" in said else ""
    )


def test_a_package_that_is_not_installed_has_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    assert pip_install("local") == "pip install 'helpdesk-sdk[local]'"
