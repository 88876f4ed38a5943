"""The workflows of a host, and a runner for their steps: with stand-ins for what they call."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

import check_deployment

FOLDER = check_deployment.ROOT / "src/helpdesk_sdk/install/github"
NAMES = ["helpdesk-backup.yml", "helpdesk-deploy.yml", "helpdesk-drift.yml", "helpdesk-plan.yml"]
# Answers what the test says, and keeps how it was called.
_STAND_IN = """\
import json, pathlib, sys
place = pathlib.Path(__file__).with_name("answers.json")
state = json.loads(place.read_text())
name = pathlib.Path(sys.argv[0]).name
state["calls"].append([name, *sys.argv[1:]])
place.write_text(json.dumps(state))
out, code = next((a for k, a in state["answers"].items() if " ".join([name, *sys.argv[1:]]).startswith(k)), ("", 0))
print(out, end="")
sys.exit(code)
"""


def jobs(name: str) -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))["jobs"]
    return made


def script(name: str, job: str, having: str) -> str:
    (found,) = (step["run"] for step in jobs(name)[job]["steps"] if having in step.get("run", ""))
    return str(found)


@dataclass
class Runner:
    """A runner of GitHub, as far as a step sees it."""

    folder: Path
    answers: dict[str, tuple[str, int]] = field(default_factory=dict)
    calls: list[list[str]] = field(default_factory=list)
    path: str = "/nowhere"
    helpdesk: list[str] | None = None
    """The real program, instead of a stand-in."""

    def step(self, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the script of a step as GitHub does."""
        programs = self.folder / "bin"
        programs.mkdir(exist_ok=True)
        (programs / "answers.json").write_text(json.dumps({"answers": self.answers, "calls": []}))
        for name in ("helpdesk", "gh", "python", "supabase"):
            (programs / name).write_text(f"#!{sys.executable}\n{_STAND_IN}")
            (programs / name).chmod(0o755)
        if self.helpdesk is not None:
            (programs / "helpdesk").write_text(f'#!/bin/sh\nexec {shlex.join(self.helpdesk)} "$@"\n')
        places = {name: str(self.folder / name.lower()) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        base = {
            "PATH": f"{programs}:{self.path}:/usr/bin:/bin",
            "HELPDESK_DIRECTORY": ".",
            "HELPDESK_ENVIRONMENT": "staging",
        }
        done = subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=self.folder,
            env=base | places | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        self.calls = json.loads((programs / "answers.json").read_text())["calls"]
        return done

    def wrote(self, name: str) -> str:
        """What a step wrote into a file."""
        path = self.folder / name
        return path.read_text() if path.exists() else ""
