"""`supabase functions deploy`, the real one, against a stand-in for the platform: what it sends of our functions."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.local.support import REPOSITORY

from helpdesk_sdk.install import config, files

pytestmark = pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"), reason="the CLI is pinned for Linux on x86-64"
)


class Platform(ThreadingHTTPServer):
    """Takes every deployment, and keeps what was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.deployed: list[bytes] = []


_SHARED = ("api", "environment", "http", "principal", "request_log")
_EMBED = (*_SHARED, "completion", "embeddings", "problems")
_CHAT = (
    *("api", "assistant", "breaker", "capability", "chat", "completion", "embeddings", "environment", "http"),
    *("principal", "problems", "request_log", "run"),
)
_CHECK = ("archive", "check", "empty_environment", "index", "inspection", "scanner")
"""The modules of check-attachment."""


class _Handler(BaseHTTPRequestHandler):
    server: Platform

    def do_GET(self) -> None:
        self._answer(200, [] if self.path.endswith("/functions") else {})

    def do_POST(self) -> None:
        self.server.deployed.append(self._body())
        status = {"id": "1", "version": 1, "status": "ACTIVE", "created_at": 1, "updated_at": 1}
        self._answer(201, {"slug": "health", "name": "health", **status})

    def do_PUT(self) -> None:
        # Several functions at once: first each bundle, then all of them become active.
        self._body()
        self._answer(200, {"functions": []})

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers["Content-Length"]))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _answer(self, status: int, value: object) -> None:
        content = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def stand_in() -> Iterator[Platform]:
    server = Platform()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_each_function_is_sent_with_its_own_import_map_and_our_shared_code(stand_in: Platform, tmp_path: Path) -> None:
    """Beside a host that has a shared import map, and shared code under the usual name."""
    host = tmp_path / "Höst app"
    folder = host / "supabase"
    (folder / "functions" / "_shared").mkdir(parents=True)
    (folder / "functions" / "deno.json").write_text('{"imports": {}}')
    (folder / "functions" / "_shared" / "environment.ts").write_text("export const theirs = 1;")
    (folder / "config.toml").write_text('project_id = "host"\n')
    files.write(files.plan(folder))
    settings = [f"[{one.section}]\n" + "\n".join(one.lines) for one in config.missing_settings(folder)]
    (folder / "config.toml").write_text("\n".join(['project_id = "host"', *settings]))
    url = f"http://127.0.0.1:{stand_in.server_port}"
    profile = tmp_path / "profile.yaml"
    profile.write_text(f"name: test\napi_url: {url}\ndashboard_url: {url}\nproject_host: 127.0.0.1\n")

    script = [sys.executable, str(REPOSITORY / "scripts" / "supabase_cli.py")]
    words = ["functions", "deploy", *config.function_names(), "--use-api", "--yes"]
    target = ["--profile", str(profile), "--remote=abcdefghijklmnopqrst"]
    done = subprocess.run(
        [*script, *words, *target],
        cwd=host,
        env=os.environ | {"SUPABASE_ACCESS_TOKEN": "sbp_" + "0" * 40},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    sent = {name: body for body in stand_in.deployed for name in config.function_names() if _entry(name) in body}
    files_of = {
        name: {file.decode() for file in re.findall(rb'filename="([^"]+)"', body)} for name, body in sent.items()
    }
    assert files_of == {
        "check-attachment": {
            *(f"supabase/functions/check-attachment/{file}.ts" for file in _CHECK),
            "supabase/functions/check-attachment/deno.json",
            *(f"supabase/functions/_helpdesk/{file}.ts" for file in _SHARED),
        },
        "embed-articles": {
            "supabase/functions/embed-articles/deno.json",
            "supabase/functions/embed-articles/index.ts",
            "supabase/functions/embed-articles/embedding_jobs.ts",
            *(f"supabase/functions/_helpdesk/{file}.ts" for file in _EMBED),
        },
        "health": {
            "supabase/functions/health/deno.json",
            "supabase/functions/health/index.ts",
            "supabase/functions/health/report.ts",
            *(f"supabase/functions/_helpdesk/{file}.ts" for file in ("environment", "request_log")),
        },
        "suggest-reply": {
            *(f"supabase/functions/suggest-reply/{file}" for file in ("deno.json", "index.ts", "suggest.ts")),
            *(f"supabase/functions/_helpdesk/{file}.ts" for file in (*_CHAT, "draft_text")),
        },
        "triage-ticket": {
            *(f"supabase/functions/triage-ticket/{file}" for file in ("deno.json", "index.ts", "triage.ts")),
            *(f"supabase/functions/_helpdesk/{file}.ts" for file in _CHAT),
        },
    }
    for name in sent:
        asks_for_a_token = name != "health"
        described = json.loads(re.findall(rb'\{"entrypoint_path"[^\r\n]*\}', sent[name])[0])
        assert described["import_map_path"] == f"supabase/functions/{name}/deno.json"
        assert described.get("verify_jwt", True) is asks_for_a_token


def _entry(name: str) -> bytes:
    return f'"entrypoint_path":"supabase/functions/{name}/index.ts"'.encode()
