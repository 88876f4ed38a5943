"""The layers of the gateway: which folder may import which, types included, and no file in a circle."""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from pathlib import Path

from helpdesk_sdk.local._gateway import SOURCES

_IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*"(\.{1,2}/[^"]+)\"""")

# The files on top of the folders are of two kinds: those that everybody may use, and those that assemble the parts.
_SHARED = {"settings.ts", "lines.ts", "testing.ts"}

_MAY_IMPORT = {
    "shared": set(),
    "api": {"shared"},
    "lite": {"shared", "api", "mailbox"},
    "mailbox": {"shared", "api"},
    "functions": {"shared", "api"},
    "realtime": {"shared", "api"},
    "storage": {"shared", "api"},
    "top": {"shared", "api", "lite", "mailbox", "functions", "realtime", "storage"},
}


def _imports() -> dict[Path, set[Path]]:
    """Every TypeScript file, and the files of ours that it imports or exports from."""
    files = [path for path in SOURCES.rglob("*.ts") if "node_modules" not in path.parts]
    return {
        path: {(path.parent / target).resolve() for target in _IMPORT.findall(path.read_text("utf-8"))}
        for path in (file.resolve() for file in files)
    }


def _layer(path: Path) -> str:
    inside = path.relative_to(SOURCES.resolve())
    if len(inside.parts) > 1:
        return inside.parts[0]
    return "shared" if inside.name in _SHARED else "top"


def test_every_import_names_a_file() -> None:
    graph = _imports()
    assert sum(len(targets) for targets in graph.values()) > 100
    assert {target for targets in graph.values() for target in targets} <= set(graph)


def test_no_file_imports_itself_through_others() -> None:
    # Raises CycleError with the files of a circle.
    TopologicalSorter(_imports()).prepare()


def test_a_folder_imports_only_the_layers_below() -> None:
    wrong = [
        f"{path.name} imports {target.name}"
        for path, targets in _imports().items()
        for target in targets
        if _layer(path) != _layer(target) and _layer(target) not in _MAY_IMPORT[_layer(path)]
    ]
    assert wrong == []
