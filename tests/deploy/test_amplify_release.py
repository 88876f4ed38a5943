"""The step of a release that publishes the front end: in order, waited for, looked at, and taken back."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from helpdesk_sdk.install import amplify, published

# Answers as the AWS CLI does, from a file that holds what Amplify knows; each call is kept there.
_AWS = """\
import json, pathlib, sys
place = pathlib.Path(__file__).with_name("state.json")
state = json.loads(place.read_text())
words = sys.argv[1:]
assert words[0] == "amplify"
command, options = words[1], dict(zip(words[2::2], words[3::2]))
state["calls"].append(words[1:])
answer = {}
if command in state["refuses"]:
    place.write_text(json.dumps(state))
    sys.exit("An error occurred (AccessDenied)")
if command == "get-branch":
    answer = {"branch": {"enableAutoBuild": state["builds_on_push"]}}
elif command == "list-jobs":
    answer = {"jobSummaries": state["jobs"]}
elif command == "start-job":
    state["jobs"].insert(0, {"jobId": str(len(state["jobs"]) + 1), "status": "PENDING", "type": options["--job-type"]})
    answer = {"jobSummary": state["jobs"][0]}
elif command == "get-job":
    (job,) = [one for one in state["jobs"] if one["jobId"] == options["--job-id"]]
    job["status"] = state["ends"].get(job["type"], ["RUNNING"]).pop(0) if state["ends"].get(job["type"]) else "RUNNING"
    answer = {"job": {"summary": job}}
place.write_text(json.dumps(state))
print(json.dumps(answer))
"""
_PAGE = b'<!doctype html><script type="module" src="/assets/index-1.js"></script>'
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=63072000",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'",
}


@dataclass
class Amplify:
    """Amplify, as far as the step sees it."""

    folder: Path
    state: dict[str, Any] = field(default_factory=dict)

    def knows(self, **more: Any) -> None:
        before = [{"jobId": "2", "status": "FAILED"}, {"jobId": "1", "status": "SUCCEED"}]
        state = {"builds_on_push": False, "jobs": before, "refuses": [], "calls": []}
        state["ends"] = {"RELEASE": ["RUNNING", "SUCCEED"], "RETRY": ["SUCCEED"]}
        (self.folder / "state.json").write_text(json.dumps(state | more))

    @property
    def calls(self) -> list[list[str]]:
        made: list[list[str]] = json.loads((self.folder / "state.json").read_text())["calls"]
        return made

    def started(self) -> list[list[str]]:
        return [call[call.index("--job-type") + 1 :] for call in self.calls if call[0] == "start-job"]


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Amplify:
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "aws"
    program.write_text(f"#!{sys.executable}\n{_AWS}")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    made = Amplify(folder)
    made.knows()
    return made


BRANCH = amplify.Branch("d123", "main", timeout=2, interval=0.01)


def release(branch: amplify.Branch = BRANCH, **options: Any) -> str:
    return amplify.release(branch, "0123abc", **{"rewrites": None, "url": None, **options})


def test_the_commit_is_built_and_waited_for(service: Amplify, tmp_path: Path) -> None:
    assert release(rewrites=tmp_path / "rewrites.json") == "3"
    assert [call[0] for call in service.calls] == [
        "get-branch", "list-jobs", "update-app", "start-job", "get-job", "get-job",
    ]  # fmt: skip
    assert service.started() == [["RELEASE", "--commit-id", "0123abc"]]
    (update,) = (call for call in service.calls if call[0] == "update-app")
    assert update[-2:] == ["--custom-rules", f"file://{tmp_path / 'rewrites.json'}"]
    assert "--branch-name" not in update


def test_a_branch_that_builds_on_push_is_refused_before_anything_is_done(service: Amplify) -> None:
    service.knows(builds_on_push=True)
    with pytest.raises(amplify.AmplifyError, match="--no-enable-auto-build"):
        release()
    assert [call[0] for call in service.calls] == ["get-branch"]


@pytest.mark.parametrize("end", ["FAILED", "CANCELLED"])
def test_the_version_before_is_published_again(end: str, service: Amplify) -> None:
    service.knows(ends={"RELEASE": [end], "RETRY": ["SUCCEED"]})
    with pytest.raises(amplify.AmplifyError, match=rf"3 ended with {end}.*The version before \(build 1\) is published"):
        release()
    assert service.started()[1] == ["RETRY", "--job-id", "1"]


def test_a_build_that_takes_too_long_is_stopped(service: Amplify) -> None:
    service.knows(ends={"RETRY": ["SUCCEED"]})
    with pytest.raises(amplify.AmplifyError, match=r"took longer than 0.1 s and was stopped.*published again"):
        release(amplify.Branch("d123", "main", timeout=0.1, interval=0.01))
    assert [
        "stop-job",
        "--app-id",
        "d123",
        "--branch-name",
        "main",
        "--output",
        "json",
        "--job-id",
        "3",
    ] in service.calls


def test_without_a_version_before_it_says_so(service: Amplify) -> None:
    service.knows(jobs=[], ends={"RELEASE": ["FAILED"]})
    with pytest.raises(amplify.AmplifyError, match="There is no version before it"):
        release()


def test_when_going_back_fails_too_both_are_named(service: Amplify) -> None:
    service.knows(ends={"RELEASE": ["FAILED"], "RETRY": ["FAILED"]})
    with pytest.raises(amplify.AmplifyError, match=r"build 3 ended.*could not be published again.*build 4 ended"):
        release()


def test_what_aws_refuses_is_told(service: Amplify, capsys: pytest.CaptureFixture[str]) -> None:
    service.knows(refuses=["start-job"])
    assert amplify.main(["--app-id", "d123", "--branch", "main", "--commit", "0123abc"]) == 1
    assert "aws amplify start-job failed: An error occurred (AccessDenied)" in capsys.readouterr().err


def test_without_the_aws_cli_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(amplify.AmplifyError, match="AWS CLI is not installed"):
        release()


@dataclass
class Host:
    """A host of static files, which a test may spoil."""

    url: str = ""
    headers: dict[str, str] = field(default_factory=lambda: dict(_HEADERS))
    answers: dict[str, tuple[int, str, bytes]] = field(
        default_factory=lambda: {
            "/": (200, "text/html", _PAGE),
            "/tickets/42": (200, "text/html", _PAGE),
            "/assets/index-1.js": (200, "text/javascript", b""),
            "/version.json": (200, "application/json", b'{"build": "0123abc"}'),
        }
    )
    cache: str = "public, max-age=31536000, immutable"


@pytest.fixture
def host() -> Iterator[Host]:
    made = Host()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = made.answers.get(self.path, (404, "text/plain", b"Not found"))
            self.send_response(status)
            more = {"Cache-Control": made.cache} if self.path.startswith("/assets/") else {}
            for name, value in {**made.headers, **more, "Content-Type": kind, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield made
        server.shutdown()


def look(host: Host) -> None:
    published.check_published(host.url, build="0123abc", patience=0)


def test_a_console_as_it_should_be_passes(host: Host) -> None:
    look(host)


MISSING_SCRIPT = "/assets/there-is-no-such-file.js"


@pytest.mark.parametrize(
    ("path", "answer", "says"),
    [
        (MISSING_SCRIPT, (200, "text/html", _PAGE), "a script that is not there is 200 text/html"),
        ("/tickets/42", (404, "text/plain", b""), "/tickets/42 is 404 text/plain"),
        ("/assets/index-1.js", (200, "text/html", _PAGE), "index-1.js is 200 text/html, not a script"),
        ("/", (200, "text/html", b"hello"), "names no script"),
        ("/version.json", (200, "application/json", b'{"build": "older"}'), "the build older, not 0123abc"),
        ("/version.json", (200, "text/html", _PAGE), "the build none"),
    ],
)
def test_a_wrong_answer_is_named(path: str, answer: tuple[int, str, bytes], says: str, host: Host) -> None:
    host.answers[path] = answer
    with pytest.raises(published.PublishedError, match=says):
        look(host)


@pytest.mark.parametrize("name", sorted(_HEADERS))
def test_a_missing_header_is_named(name: str, host: Host) -> None:
    del host.headers[name]
    with pytest.raises(published.PublishedError, match=name.lower()):
        look(host)


def test_a_weak_policy_is_named(host: Host) -> None:
    host.headers["Content-Security-Policy"] = "default-src 'none'; script-src 'unsafe-inline'"
    with pytest.raises(published.PublishedError, match="content-security-policy"):
        look(host)


def test_scripts_that_are_fetched_each_time_are_named(host: Host) -> None:
    host.cache = "no-cache"
    with pytest.raises(published.PublishedError, match="Cache-Control"):
        look(host)


def test_a_host_that_does_not_answer_is_named() -> None:
    with pytest.raises(published.PublishedError, match="does not answer"):
        published.check_published("http://127.0.0.1:9", patience=0)


def test_a_cache_has_its_time(host: Host) -> None:
    right = host.answers["/version.json"]
    host.answers["/version.json"] = (200, "application/json", b'{"build": "older"}')
    threading.Timer(0.3, lambda: host.answers.update({"/version.json": right})).start()
    published.check_published(host.url, build="0123abc", patience=20, pause=0.1)


def test_a_release_that_is_wrong_when_published_is_taken_back(
    service: Amplify, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "PATIENCE", 0)
    host.answers[MISSING_SCRIPT] = (200, "text/html", _PAGE)
    with pytest.raises(amplify.AmplifyError, match=r"see the rewrites.*The version before \(build 1\) is published"):
        release(url=host.url)
