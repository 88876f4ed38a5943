"""A stand-in for the platform: the management API of one project, and the functions of its API."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg

REF = "abcdefghijklmnopqrst"
TOKEN = "sbp_" + "0123456789" * 4


class Platform(ThreadingHTTPServer):
    """What a project has; tests look at it and change it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.db_url = ""
        self.token = TOKEN
        self.functions: dict[str, dict[str, Any]] = {}
        self.sources: dict[str, bytes] = {}
        """What was deployed of each function, as it was sent."""
        self.postgrest: dict[str, Any] = {
            "db_schema": "public,graphql_public",
            "max_rows": 1000,
            "db_extra_search_path": "public",
        }
        self.auth: dict[str, Any] = {"mailer_autoconfirm": False}
        self.realtime: dict[str, Any] = {"private_only": None}
        self.secrets: dict[str, str] = {}
        self.backups: dict[str, Any] = {
            "pitr_enabled": False,
            "backups": [{"status": "COMPLETED", "inserted_at": "2026-11-28T03:00:00Z"}],
        }
        self.requests: list[str] = []
        self.answers: dict[str, int] = {}
        """Statuses to answer certain requests with, e.g. ``{"GET /functions": 403}``."""
        self.repeats = False
        """Whether such an answer repeats the request's body."""
        self.health: object = None
        """What the function health answers, instead of the truth."""

    @property
    def url(self) -> str:
        """The address."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Platform
    protocol_version = "HTTP/1.1"

    def _go(self) -> None:
        body = self._body()
        parts = urlsplit(self.path)
        if parts.path.startswith("/functions/v1/"):
            return self._function(parts.path.rpartition("/")[2])
        path = parts.path.removeprefix(f"/v1/projects/{REF}")
        self.server.requests.append(f"{self.command} {path}")
        if self.headers.get("Authorization") != f"Bearer {self.server.token}":
            return self._answer(401, {"message": "Unauthorized"})
        if path == parts.path:
            return self._answer(404, {"message": "Project not found"})
        if status := self.server.answers.get(f"{self.command} {path}"):
            return self._answer(status, {"message": f"no {body.decode()}" if self.server.repeats else "no"})
        return self._manage(path, parse_qs(parts.query), body)

    do_GET = do_POST = do_PUT = do_PATCH = _go

    def _manage(self, path: str, query: dict[str, list[str]], body: bytes) -> None:
        has = self.server
        if path == "":
            return self._answer(200, {"ref": REF, "name": "concerts"})
        if path == "/functions/deploy":
            return self._answer(201, self._bundle(query, body))
        if path == "/functions" and self.command == "PUT":
            for each in json.loads(body):
                has.functions[each["slug"]] = each
            return self._answer(200, {"functions": list(has.functions.values())})
        if path == "/functions":
            return self._answer(200, list(has.functions.values()))
        if path == "/secrets":
            if self.command == "POST":
                has.secrets |= {each["name"]: each["value"] for each in json.loads(body)}
                return self._answer(201, {})
            return self._answer(200, [{"name": name, "value": "digest"} for name in has.secrets])
        if path == "/database/backups":
            return self._answer(200, has.backups)
        settings = {"/postgrest": has.postgrest, "/config/auth": has.auth, "/config/realtime": has.realtime}
        if path not in settings:
            return self._answer(404, {"message": f"no {path}"})
        if self.command == "PATCH":
            settings[path].update(json.loads(body))
        return self._answer(200, settings[path])

    def _bundle(self, query: dict[str, list[str]], body: bytes) -> dict[str, Any]:
        name = query["slug"][0]
        match = re.search(rb'\{"entrypoint_path"[^\r\n]*\}', body)
        assert match is not None
        described = json.loads(match[0])
        # Without the boundary, which is another one each time.
        self.server.sources[name] = re.sub(rb"-+WebKitFormBoundary\w+", b"", body)
        version = self.server.functions.get(name, {}).get("version", 0) + 1
        made = {"id": name, "slug": name, "name": name, "version": version, "status": "ACTIVE"}
        made |= {"created_at": 1, "updated_at": 1, "verify_jwt": described.get("verify_jwt", True)}
        if "bundleOnly" not in query:
            self.server.functions[name] = made
        return made

    def _function(self, name: str) -> None:
        function = self.server.functions.get(name)
        if function is None:
            return self._answer(404, {"code": "NOT_FOUND"})
        if function["verify_jwt"]:
            return self._answer(401, {"code": "UNAUTHORIZED_NO_AUTH_HEADER"})
        if self.server.health is not None:
            return self._answer(200, self.server.health)
        with psycopg.connect(self.server.db_url) as db:
            row = db.execute("select helpdesk.schema_version()").fetchone()
        return self._answer(200, {"status": "ok", "schema_version": row[0] if row else None})

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
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


def serve(platform: Platform) -> threading.Thread:
    """Answer requests from now on."""
    thread = threading.Thread(target=platform.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    return thread
