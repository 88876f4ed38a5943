"""`/functions/v1`: who may call, what a function is given, and what is answered when it fails."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import jwt
import psutil
import pytest

from helpdesk_sdk.local import Stack


@pytest.fixture
def call(functions_stack: Stack) -> Any:
    """Calls a function with the publishable key, unless told otherwise."""

    def make(path: str, method: str = "GET", headers: dict[str, str] | None = None, **options: Any) -> httpx.Response:
        given = {"apikey": functions_stack.info.publishable_key} if headers is None else headers
        url = f"{functions_stack.info.api_url}/functions/v1/{path}"
        return httpx.request(method, url, headers=given, timeout=60, **options)

    return make


def refused(answer: httpx.Response) -> tuple[int, str]:
    """Status and code, after checking that all the places that name the reason agree."""
    body = answer.json()
    assert body["code"] == answer.headers["sb-error-code"]
    assert body["message"] == body["msg"]
    return answer.status_code, body["code"]


def signed(stack: Stack, claims: dict[str, Any], secret: str | None = None, algorithm: str = "HS256") -> str:
    import json

    own = json.loads((Path(stack.info.data_dir) / "secrets.json").read_text())["jwt_secret"]
    return jwt.encode({"exp": int(time.time()) + 600} | claims, secret or own, algorithm)


def test_a_function_sees_the_request_as_on_hosted(call: Any, functions_stack: Stack) -> None:
    info = functions_stack.info
    answer = call(
        "echo/a/b?q=1&status=201", "PUT", content=b"a body", headers={"apikey": info.secret_key, "x-own": "y"}
    )
    assert answer.status_code == 201
    seen = answer.json()
    assert (seen["method"], seen["path"], seen["body"]) == ("PUT", "/echo/a/b?q=1&status=201", "a body")
    headers = seen["headers"]
    assert headers["apikey"] == info.secret_key
    assert headers["authorization"] == f"Bearer {info.secret_key}"
    assert headers["x-own"] == "y"
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-prefix"] == "/functions/v1/"
    assert headers["x-forwarded-path"] == "/functions/v1/echo/a/b"
    assert headers["x-forwarded-port"] == str(info.port)
    assert "sb-request-id" in answer.headers


def test_a_function_has_the_platforms_environment_and_its_own_secrets(call: Any, functions_stack: Stack) -> None:
    info = functions_stack.info
    assert call("echo").json()["environment"] == {
        "url": info.api_url,
        "anon": info.publishable_key,
        "service": info.secret_key,
        "publishable": {"default": info.publishable_key},
        "secret": {"default": info.secret_key},
        "database": info.db_url,
        "own": "of mine",
    }
    assert call("echo").json()["waitUntil"] == "function"


def test_an_unknown_function_is_404_before_anybody_asks_who_you_are(call: Any) -> None:
    for name in ("nothing", "off", "_helpdesk", "..%2f..%2fetc", "", "Echo"):
        assert refused(call(name, headers={})) == (404, "NOT_FOUND"), name


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "UNAUTHORIZED_NO_AUTH_HEADER"),
        ("Basic dXNlcg==", "UNAUTHORIZED_INVALID_JWT_FORMAT"),
        ("Bearer nonsense", "UNAUTHORIZED_INVALID_JWT_FORMAT"),
        ("Bearer sb_secret_guessed", "UNAUTHORIZED_INVALID_JWT_FORMAT"),
    ],
)
def test_without_a_token_nobody_gets_in(call: Any, authorization: str | None, code: str) -> None:
    answer = call("echo", headers={"authorization": authorization} if authorization else {})
    assert refused(answer) == (401, code)
    assert answer.headers["access-control-allow-origin"] == "*"


def test_only_tokens_of_ours_get_in(call: Any, functions_stack: Stack) -> None:
    person = {"role": "authenticated", "sub": "1"}
    good = signed(functions_stack, person)
    answer = call("echo", headers={"authorization": f"Bearer {good}"})
    assert answer.json()["headers"]["authorization"] == f"Bearer {good}"
    for token, code in (
        (signed(functions_stack, {"role": "service_role"}, "a forger's secret, long enough for it"), "LEGACY_JWT"),
        (signed(functions_stack, person | {"exp": 1}), "LEGACY_JWT"),
        (signed(functions_stack, person, algorithm="HS512"), "UNSUPPORTED_TOKEN_ALGORITHM"),
        (jwt.encode(person, "", "none") + "x", "UNSUPPORTED_TOKEN_ALGORITHM"),
    ):
        answer = call("echo", headers={"authorization": f"Bearer {token}"})
        assert refused(answer) == (401, f"UNAUTHORIZED_{code}")


def test_a_function_may_be_open_to_all(call: Any) -> None:
    assert call("open", headers={}).status_code == 200


def test_a_preflight_reaches_the_function_without_a_token(call: Any) -> None:
    assert call("echo", "OPTIONS", headers={}).json()["method"] == "OPTIONS"


def test_other_methods_are_refused(call: Any) -> None:
    assert call("echo", "PROPFIND").status_code == 405


@pytest.mark.parametrize(
    ("function", "reason"),
    [("broken", "Expected ';'"), ("crashes", "Uncaught (in promise) TypeError: no such setting")],
)
def test_a_function_that_does_not_start_is_503_and_the_log_has_the_reason(
    call: Any, functions_stack: Stack, function: str, reason: str
) -> None:
    assert refused(call(function)) == (503, "BOOT_ERROR")
    log = (Path(functions_stack.info.data_dir) / "gateway.log").read_text()
    (line,) = [line for line in log.splitlines() if line.startswith(f"function {function}: ended before it listened")]
    assert reason in line


def test_a_start_whose_port_was_taken_meanwhile_is_tried_three_times(call: Any, functions_stack: Stack) -> None:
    assert refused(call("unlucky")) == (503, "BOOT_ERROR")
    log = (Path(functions_stack.info.data_dir) / "gateway.log").read_text()
    assert len({line for line in log.splitlines() if line.startswith("error:") and "the port of attempt" in line}) == 3


def test_calls_during_a_slow_start_wait_for_it_and_share_the_process(call: Any) -> None:
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(call, ["slow"] * 3))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1


def test_a_function_that_throws_is_500_and_keeps_its_secrets(call: Any) -> None:
    answer = call("throws")
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    assert answer.headers["sb-error-code"] == "EDGE_FUNCTION_ERROR"


def test_a_function_that_ends_is_500_and_starts_again(call: Any) -> None:
    for _ in range(2):
        assert refused(call("exits")) == (500, "WORKER_ERROR")


def test_its_own_error_answers_pass(call: Any) -> None:
    answer = call("open?status=503", headers={})
    assert (answer.status_code, answer.headers["sb-error-code"]) == (503, "EDGE_FUNCTION_ERROR")
    assert call("open?status=404", headers={}).json()["method"] == "GET"


def test_a_function_is_locked_in(call: Any) -> None:
    seen = call("curious").json()
    assert set(seen.values()) == {"NotCapable"}, seen


def test_an_edit_takes_effect_on_the_next_call(call: Any, functions_dir: Path) -> None:
    before = call("open", headers={})
    source = functions_dir / "open" / "index.ts"
    original = source.read_text()
    try:
        source.write_text('Deno.serve(() => new Response("edited"));')
        assert call("open", headers={}).text == "edited"
    finally:
        source.write_text(original)
    assert call("open", headers={}).json()["path"] == before.json()["path"]


def test_one_process_serves_a_function(call: Any, functions_stack: Stack) -> None:
    call("echo")
    gateway = psutil.Process(functions_stack.info.pids["gateway"])
    for _ in range(5):
        call("echo")
    assert len([child for child in gateway.children() if child.cmdline()[-1].endswith("/echo/index.ts")]) == 1


def test_a_functions_own_import_map_comes_before_the_shared_one(call: Any) -> None:
    assert call("mapped").text == "of one"
    assert call("shared").text == "of all"
