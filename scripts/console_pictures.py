"""Take the pictures of docs/console.md anew, in docs/images/console: `python scripts/console_pictures.py`."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

from deno import find_deno_bin  # type: ignore[import-untyped]

import chromium
from console import Silent
from console_build import CONSOLE, build, install
from helpdesk_sdk.demo import Story, seed
from helpdesk_sdk.local import Stack

FOLDER = Path(__file__).parents[1] / "docs" / "images" / "console"


def main() -> int:
    install()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as name,
        Stack.start(ephemeral=True) as stack,
        chromium.start() as browser,
    ):
        dist = build(
            Path(name) / "dist", {"HELPDESK_URL": stack.info.api_url, "HELPDESK_KEY": stack.info.publishable_key}
        )
        seed(stack.info.db_url)
        story = Story(stack.info.api_url, stack.info.publishable_key, stack.info.secret_key, Silent())
        story.play()
        people = {login.role: vars(login) for login in reversed(story.logins)}
        pictures = {
            "url": stack.info.api_url,
            "key": stack.info.publishable_key,
            "secret_key": stack.info.secret_key,
            "people": people,
            "folder": str(FOLDER),
        }
        variables = {
            "HELPDESK_PICTURES": json.dumps(pictures),
            "HELPDESK_BROWSER": browser,
            "HELPDESK_DIST": str(dist),
        }
        command = [find_deno_bin(), "run", "-A", "--quiet", "--no-check", "pictures.ts"]
        done = subprocess.run(command, cwd=CONSOLE / "tests" / "e2e", env=os.environ | variables, check=False)
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main())
