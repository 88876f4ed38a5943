"""A Chromium for the console's tests, without packages of the system: `python scripts/chromium.py` prints its path.

The browser comes from npm through Deno, pinned by `chromium.lock`, and is kept in the user's cache with the system
libraries and fonts it needs. The environment variable CHROMIUM names another one, for example /usr/bin/chromium.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs
from deno import find_deno_bin  # type: ignore[import-untyped]

from helpdesk_sdk.local import _process

PACKAGE = "@sparticuz/chromium"
VERSION = "153.0.0"
LOCK = Path(__file__).with_suffix(".lock")

_INFLATE = """
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import process from "node:process";
await pipeline(createReadStream(Deno.args[0]), createBrotliDecompress(), process.stdout);
"""

_FLAGS = [
    "--headless",
    # Only pages of the tests are opened; root, and many containers, have no sandbox.
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-renderer-backgrounding",
    "--disable-sync",
    "--font-render-hinting=none",
    "--hide-scrollbars",
    "--mute-audio",
    "--no-proxy-server",
    "--remote-debugging-port=0",
]


# The package's own fonts first, then the machine's: screenshots look alike everywhere.
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{}</cachedir>
  <alias binding="same"><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
  <alias binding="same"><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
  <alias binding="same"><family>ui-sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
</fontconfig>
"""


def install() -> Path:
    """The program; fetched and unpacked at the first call."""
    if other := os.environ.get("CHROMIUM"):
        found = shutil.which(other)
        if not found:
            sys.exit(f"CHROMIUM={other} is no program")
        return Path(found)
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        sys.exit("Chromium is pinned for Linux on x86-64; elsewhere set CHROMIUM to a Chromium or Chrome of your own")
    home = _home()
    home.mkdir(parents=True, exist_ok=True)
    with (home / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "chromium").exists():
            _unpack(home)
    return home / "chromium"


def _home() -> Path:
    return Path(platformdirs.user_cache_dir("helpdesk")) / f"chromium-{VERSION}"


def _unpack(home: Path) -> None:
    with tempfile.TemporaryDirectory(dir=home) as name:
        packed = Path(name)
        (packed / "package.json").write_text(json.dumps({"private": True, "dependencies": {PACKAGE: VERSION}}))
        (packed / "deno.json").write_text('{"nodeModulesDir": "auto"}')
        shutil.copyfile(LOCK, packed / "deno.lock")
        subprocess.run([find_deno_bin(), "install", "--quiet", "--frozen"], cwd=packed, check=True)
        files = packed / "node_modules" / PACKAGE / "bin"
        for archive in ("al2023.tar.br", "fonts.tar.br"):
            with tarfile.open(fileobj=io.BytesIO(_inflate(files / archive))) as tar:
                tar.extractall(home, filter="data")
        (home / "fonts.conf").write_text(_FONTS.format(home / "fonts", home / "font-cache"))
        # The program comes last: where it exists, everything does.
        program = packed / "chromium"
        program.write_bytes(_inflate(files / "chromium.br"))
        program.chmod(0o755)
        program.rename(home / "chromium")


def _inflate(path: Path) -> bytes:
    command = [find_deno_bin(), "eval", "--quiet", _INFLATE, str(path)]
    return subprocess.run(command, check=True, capture_output=True).stdout


def environment() -> dict[str, str]:
    """Environment variables of the browser: the libraries and fonts of its package, unless it is the machine's own."""
    if os.environ.get("CHROMIUM"):
        return {}
    home = _home()
    libraries = [os.environ.get("LD_LIBRARY_PATH", ""), str(home / "lib")]
    return {
        "FONTCONFIG_FILE": str(home / "fonts.conf"),
        "LD_LIBRARY_PATH": os.pathsep.join(filter(None, libraries)),
    }


@contextmanager
def start() -> Iterator[str]:
    """A browser without a window, for as long as the block runs; the address for Playwright's `connectOverCDP`.

    On Linux the browser ends with the program that started it, even after `kill -9`.
    """
    program = install()
    with tempfile.TemporaryDirectory(prefix="helpdesk-chromium-", ignore_cleanup_errors=True) as profile:
        with (Path(profile) / "log").open("w") as log:
            process = _process.spawn(
                [program, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
                # SIGTERM is a request that a browser under way may not receive.
                on_parent_death=signal.SIGKILL,
                env=os.environ | environment() | {"HOME": profile},
                stdout=log,
                stderr=log,
            )
        try:
            yield _address(process, Path(profile))
        finally:
            _process.stop(process, signal.SIGTERM)


def _address(process: subprocess.Popen[bytes], profile: Path) -> str:
    """Where the browser listens, once it does."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        lines = (
            (profile / "DevToolsActivePort").read_text().split() if (profile / "DevToolsActivePort").exists() else []
        )
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.02)
    raise RuntimeError("Chromium did not start:\n" + (profile / "log").read_text()[-2000:])


if __name__ == "__main__":
    print(install())
