"""The console's unit tests, by Vitest, and its sources and packages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import console_build


def test_the_unit_tests(packages: Path) -> None:
    done = console_build.deno("task", "--quiet", "test")
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.search(r"Tests\s+(\d+) passed", done.stdout)[1]) > 100  # type: ignore[index]


def test_every_package_is_pinned_and_comes_from_npm() -> None:
    packages = json.loads((console_build.CONSOLE / "package.json").read_text(encoding="utf-8"))
    for name, version in (packages["dependencies"] | packages["devDependencies"]).items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
    lock = (console_build.CONSOLE / "deno.lock").read_text(encoding="utf-8")
    assert "http" not in lock
    assert '"jsr"' not in lock


def test_every_package_is_used() -> None:
    folders = [console_build.CONSOLE / folder for folder in ("src", "tests")]
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in (".ts", ".tsx", ".css")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in [*files, *console_build.CONSOLE.glob("*.ts")])
    packages = json.loads((console_build.CONSOLE / "package.json").read_text(encoding="utf-8"))
    # Vitest's environment, the compiler and its types are named in no source.
    unseen = {"jsdom", "typescript", "@types/react", "@types/react-dom", "@testing-library/dom"}
    for name in packages["dependencies"] | packages["devDependencies"]:
        assert name in unseen or re.search(rf"""["']{re.escape(name)}["'/]""", text), name
