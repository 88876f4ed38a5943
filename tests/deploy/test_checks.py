"""The checks of what deploys: each finds a fault of its kind, and nothing in the repository's own files."""

from __future__ import annotations

from pathlib import Path

import pytest

import check_deployment

WORKFLOW = """\
name: release
on:
  push:
    branches: [main]
permissions: {}
concurrency:
  group: release
  cancel-in-progress: false
jobs:
  release:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: echo "$NAME"
        env:
          NAME: ${{ github.ref_name }}
"""
AMPLIFY = """\
version: 1
applications:
  - appRoot: examples/console
    frontend:
      phases:
        build:
          commands: [make]
      artifacts:
        baseDirectory: dist
        files: ["**/*"]
"""
CUSTOM_HTTP = """\
applications:
  - appRoot: examples/console
    customHeaders:
      - pattern: "**/*"
        headers:
          - key: X-Content-Type-Options
            value: nosniff
"""
REWRITES = '[{"source": "/<*>", "target": "/index.html", "status": "200"}]'
DOCKERFILE = f"""\
FROM python:3.13.15-slim-trixie@sha256:{"0" * 64}
WORKDIR /app
COPY program.py /app/
USER 10001
ENTRYPOINT ["python", "program.py"]
"""
COMPOSE = """\
services:
  worker:
    build: .
    read_only: true
"""
DEPENDABOT = """\
version: 2
updates:
  - package-ecosystem: github-actions
    directory: /
    schedule:
      interval: weekly
"""
GOOD = {
    "workflow.yml": WORKFLOW,
    "amplify.yml": AMPLIFY,
    "customHttp.yml": CUSTOM_HTTP,
    "rewrites.json": REWRITES,
    "Dockerfile": DOCKERFILE,
    "compose.yml": COMPOSE,
    "dependabot.yml": DEPENDABOT,
}
# File, a text in it, what stands there instead, and what the check says.
FAULTS = [
    ("workflow.yml", "    steps:", "    stepps:", "stepps"),
    ("workflow.yml", "    timeout-minutes: 10\n", "", "is not valid under any of the given schemas"),
    ("workflow.yml", "@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7", "unpinned-uses"),
    ("workflow.yml", 'echo "$NAME"', "echo ${{ github.head_ref }}", "template-injection"),
    ("workflow.yml", 'echo "$NAME"', "echo ${{ github.head_ref }}", "potentially untrusted"),
    ("workflow.yml", "          persist-credentials: false", "          fetch-depth: 1", "artipacked"),
    ("workflow.yml", "    permissions:\n      contents: read", "    permissions: write-all", "excessive-permissions"),
    ("workflow.yml", "  push:\n    branches: [main]", "  pull_request_target:", "dangerous-triggers"),
    ("workflow.yml", "${{ github.ref_name }}", "${{ steps.none.outputs.x }}", 'property "none" is not defined'),
    ("workflow.yml", "ubuntu-24.04", "ubuntu-24.40", "ubuntu-24.40"),
    ("amplify.yml", "commands: [make]", "comands: [make]", "comands"),
    ("amplify.yml", "          commands: [make]", "          {}", "commands"),
    ("amplify.yml", "        baseDirectory: dist\n", "", "baseDirectory"),
    ("amplify.yml", 'files: ["**/*"]', 'files: "**/*"', "array"),
    ("amplify.yml", "  - appRoot: examples/console\n    frontend", "  - frontend", "appRoot"),
    ("amplify.yml", "appRoot: examples/console", "appRoot: /examples/console", "does not match"),
    ("customHttp.yml", "customHeaders", "customHeader", "customHeader"),
    ("customHttp.yml", "key: X-Content-Type-Options", "key: 'X-Content-Type-Options:'", "does not match"),
    ("customHttp.yml", "value: nosniff", "valeu: nosniff", "valeu"),
    ("customHttp.yml", 'pattern: "**/*"', 'pattern: "assets/*"', "does not match"),
    ("rewrites.json", '"200"', "200", "200"),
    ("rewrites.json", '"/<*>"', '"</^x$/"', "does not match"),
    ("Dockerfile", "COPY program.py", "ADD program.py", "DL3020"),
    ("Dockerfile", 'ENTRYPOINT ["python", "program.py"]', "ENTRYPOINT python program.py", "DL3025"),
    ("Dockerfile", "USER 10001", "USER root", "DL3002"),
    ("Dockerfile", f"python:3.13.15-slim-trixie@sha256:{'0' * 64}", "python:latest", "DL3007"),
    ("Dockerfile", "WORKDIR /app", "RUN apt-get update && apt-get install curl", "DL3008"),
    ("compose.yml", "read_only", "readonly", "readonly"),
    ("dependabot.yml", "weekly", "sometimes", "sometimes"),
]


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_good_files_pass(tmp_path: Path) -> None:
    assert check_deployment.check([write(tmp_path, name, text) for name, text in GOOD.items()]) == []


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the checks say about all faulty files at once, in pieces that name their file."""
    base = tmp_path_factory.mktemp("faults")
    paths = []
    for number, (name, before, after, _) in enumerate(FAULTS):
        (base / f"fault-{number}").mkdir()
        paths.append(write(base / f"fault-{number}", name, GOOD[name].replace(before, after)))
    texts = check_deployment.check(paths)
    return [piece for text in texts for piece in (*text.split("\n\n"), *text.splitlines())]


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=[f"{name}: {says}" for name, _, _, says in FAULTS])
def test_a_fault_is_found(number: int, findings: list[str]) -> None:
    name, before, _, says = FAULTS[number]
    assert before in GOOD[name]
    about = [piece for piece in findings if f"fault-{number}/{name}" in piece]
    assert any(says in piece for piece in about), about


def test_all_files_of_the_repository_are_checked() -> None:
    names = {str(path.relative_to(check_deployment.ROOT)) for path in check_deployment.files()}
    expected = ["ci.yml", "nightly.yml", "release.yml"]
    assert {f".github/workflows/{name}" for name in expected} <= names
    assert {"Dockerfile", "amplify.yml", "compose.yml", "customHttp.yml", "examples/console/rewrites.json"} <= names
    assert sum(name.startswith("src/helpdesk_sdk/install/github/") for name in names) == 4
    makefile = (check_deployment.ROOT / "Makefile").read_text(encoding="utf-8")
    assert "check-deployment" in makefile.partition("\ncheck:")[2].partition("\n\n")[0]
    assert "check_deployment.py" in makefile.partition("\ncheck-deployment:")[2].partition("\n\n")[0]
