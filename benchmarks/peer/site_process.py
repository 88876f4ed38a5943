"""The peer's own environment and its server: installed apart, so that nothing of it reaches the project's."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import httpx

_HERE = Path(__file__).parent
_REQUIREMENTS = _HERE / "requirements.txt"
_SITE = _HERE / "site"


def environment(directory: Path) -> Path:
    """The directory with the programs of the peer's environment; created, with the packages, when it is absent."""
    digest = hashlib.sha256(_REQUIREMENTS.read_bytes()).hexdigest()[:12]
    home = directory / f"peer-{digest}"
    if not (home / "complete").exists():
        print("Installing the peer (kept for the next run) …", flush=True)
        venv.create(home, with_pip=True, clear=True)
        pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
        subprocess.run([*pip, "-r", str(_REQUIREMENTS)], check=True)
        (home / "complete").touch()
    return home / "bin"


def settings(db_url: str, media: Path, *, patched: bool) -> dict[str, str]:
    """The environment variables of a process of the peer."""
    url = urlsplit(db_url)
    return {
        **os.environ,
        "PEER_HOST": url.hostname or "",
        "PEER_PORT": str(url.port),
        "PEER_USER": url.username or "",
        "PEER_PASSWORD": url.password or "",
        "PEER_DATABASE": url.path.lstrip("/"),
        "PEER_MEDIA": str(media),
        "PEER_PATCHED": str(int(patched)),
        "PYTHONPATH": str(_SITE),
    }


def prepare(programs: Path, variables: Mapping[str, str]) -> str:
    """Create the peer's tables and an agent, and return the key of the agent's session."""
    command = [str(programs / "python"), "prepare.py"]
    done = subprocess.run(command, cwd=_SITE, env=variables, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.split()[-1]


@contextlib.contextmanager
def serving(programs: Path, variables: Mapping[str, str], session: str, port: int) -> Iterator[httpx.Client]:
    """The peer's server and a signed-in client of it, which waits ten minutes for an answer."""
    # The server that its documentation names, with as many workers as processors and one more.
    command = [str(programs / "gunicorn"), "--workers=3", "--threads=4", "--timeout=600", f"--bind=127.0.0.1:{port}"]
    server = subprocess.Popen(
        [*command, "--log-level=error", "wsgi:application"], cwd=_SITE, env=variables, stdout=sys.stderr
    )
    token = "a" * 32
    try:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            cookies={"sessionid": session, "csrftoken": token},
            headers={"X-CSRFToken": token, "Accept": "application/json"},
            timeout=600,
        ) as client:
            _wait_for(client)
            yield client
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(client: httpx.Client) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            client.get("/api/").raise_for_status()
            return
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
