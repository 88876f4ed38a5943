"""A stand-in for Amplify: runs the commands of amplify.yml, and serves what they made by its two files of rules.

It knows nothing of the console: headers come from customHttp.yml, pages from the rewrites, files from the artifacts.
"""

from __future__ import annotations

import fnmatch
import json
import mimetypes
import os
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

APP_ROOT = "examples/console"


class AmplifyError(Exception):
    """A command of the build failed; the text is its output."""


@dataclass(frozen=True)
class Site:
    """What Amplify publishes.

    Attributes:
        files: The artifacts by their path, with a slash in front.
        headers: Patterns of paths, with the headers of each.
        rewrites: Regular expressions of paths, with the file that answers them.
    """

    files: dict[str, bytes]
    headers: list[tuple[str, dict[str, str]]]
    rewrites: list[tuple[str, str]]

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body."""
        file = next((target for source, target in self.rewrites if re.search(source, path)), path)
        body = self.files.get(file)
        kind = mimetypes.guess_type(file)[0] or "application/octet-stream"
        headers = {"Content-Type": kind if body is not None else "text/plain"}
        for pattern, more in self.headers:
            if fnmatch.fnmatchcase(path, pattern if pattern.startswith("/") else f"/{pattern.removeprefix('**/')}"):
                headers |= more
        return (404, headers, b"Not found") if body is None else (200, headers, body)


def _application(path: Path) -> dict[str, Any]:
    (found,) = (one for one in yaml.safe_load(path.read_text())["applications"] if one["appRoot"] == APP_ROOT)
    made: dict[str, Any] = found
    return made


def build(checkout: Path, variables: Mapping[str, str]) -> Site:
    """Run the commands in a checkout of the repository.

    Args:
        checkout: A copy of the repository.
        variables: The environment of the commands.

    Raises:
        AmplifyError: a command failed.
    """
    frontend = _application(checkout / "amplify.yml")["frontend"]
    assert frontend["buildPath"] == "/"
    for phase in ("preBuild", "build", "postBuild"):
        for command in frontend["phases"][phase]["commands"]:
            done = subprocess.run(
                ["bash", "-c", command], cwd=checkout, env=dict(variables), capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise AmplifyError(f"{command}\n{done.stdout}{done.stderr}")
    base = checkout / frontend["artifacts"]["baseDirectory"]
    assert frontend["artifacts"]["files"] == ["**/*"]
    files = {f"/{path.relative_to(base)}": path.read_bytes() for path in base.rglob("*") if path.is_file()}
    rules = _application(checkout / "customHttp.yml")["customHeaders"]
    headers = [(rule["pattern"], {one["key"]: one["value"] for one in rule["headers"]}) for rule in rules]
    return Site(files, headers, rewrites(checkout / APP_ROOT / "rewrites.json"))


def rewrites(path: Path) -> list[tuple[str, str]]:
    """The rewrites that answer with a file; a source between `</` and `/>` is a regular expression."""
    rules = json.loads(path.read_text())
    assert all(rule["status"] == "200" for rule in rules)
    return [(rule["source"].removeprefix("</").removesuffix("/>"), rule["target"]) for rule in rules]


@contextmanager
def serve(site: Site) -> Iterator[str]:
    """The site's address, while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = site.answer(self.path.partition("?")[0])
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def environment(home: Path, python: Path, url: str, key: str) -> dict[str, str]:
    """The variables of a build at Amplify, with an interpreter of its own as `python3`."""
    kept = ("HOME", "PATH", "DENO_DIR", "NPM_CONFIG_REGISTRY", "SSL_CERT_FILE")
    base = {name: value for name, value in os.environ.items() if name in kept or name.startswith("PIP_")}
    base["PATH"] = f"{python.parent}:{base['PATH']}"
    return base | {"HELPDESK_URL": url, "HELPDESK_KEY": key, "AWS_COMMIT_ID": "0123abc", "AWS_APP_ID": home.name}
