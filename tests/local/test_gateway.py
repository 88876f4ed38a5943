"""The gateway's front door: keys, tokens, limits, and errors as a hosted project gives them."""

from __future__ import annotations

import time
from typing import Any

import httpx
import jwt
import psycopg
import pytest
from tests.local.support import eventually

from helpdesk_sdk.testing import Project

_FORGERS_SECRET = "a secret that is not the stack's, but long enough for it"


@pytest.fixture(scope="module")
def project(helpdesk_project_module: Project) -> Project:
    return helpdesk_project_module


@pytest.fixture(scope="module")
def token(project: Project) -> str:
    """The access token of a customer."""
    session = project.client("customer").auth.session
    assert session
    return session.access_token.get_secret_value()


def ask(project: Project, path: str, method: str = "GET", *, key: str | None = None, **options: Any) -> httpx.Response:
    """A request with the publishable key, unless another is given."""
    headers = {"apikey": project.publishable_key if key is None else key} | options.pop("headers", {})
    return httpx.request(method, project.url + path, headers=headers, timeout=60, **options)


def reason(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["code"]


def forged(claims: dict[str, Any]) -> str:
    return jwt.encode({"exp": int(time.time()) + 600} | claims, _FORGERS_SECRET, "HS256")


def test_without_or_with_a_wrong_key_nothing_is_answered(project: Project) -> None:
    assert httpx.get(f"{project.url}/rest/v1/tickets").status_code == 401
    assert ask(project, "/rest/v1/tickets", key="sb_publishable_guessed").status_code == 401
    assert ask(project, "/rest/v1/tickets", key=f"{project.secret_key}x").status_code == 401
    assert ask(project, "/auth/v1/settings", key="sb_secret_guessed").status_code == 401


def test_anon_has_no_rights(project: Project) -> None:
    assert reason(ask(project, "/rest/v1/tickets")) == (401, "42501")
    assert reason(ask(project, "/rest/v1/rpc/schema_version", "POST", json={})) == (401, "42501")


def test_the_secret_key_is_the_service_role(project: Project) -> None:
    answer = ask(project, "/rest/v1/rpc/schema_version", "POST", key=project.secret_key, json={})
    assert (answer.status_code, answer.json()[:4]) == (200, "2026")


def test_a_browser_cannot_use_the_secret_key(project: Project) -> None:
    headers = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64)"}
    assert ask(project, "/rest/v1/tickets", key=project.secret_key, headers=headers).status_code == 401


def test_a_persons_token_is_that_person(project: Project, token: str) -> None:
    answer = ask(project, "/rest/v1/users?select=role", headers={"authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()) == (200, [{"role": "customer"}])


@pytest.mark.parametrize(
    ("credential", "expected"),
    [
        (forged({"role": "service_role"}), (401, "PGRST301")),
        (forged({"role": "authenticated", "sub": "00000000-0000-0000-0000-000000000001"}), (401, "PGRST301")),
        (jwt.encode({"role": "service_role"}, "", "none"), (401, "PGRST301")),
        ("nonsense", (401, "PGRST301")),
        ("a.b.c", (401, "PGRST301")),
    ],
    ids=["self-signed service_role", "self-signed person", "unsigned", "no token", "no JWT"],
)
def test_a_token_that_we_did_not_sign_is_refused(project: Project, credential: str, expected: tuple[int, str]) -> None:
    headers = {"authorization": f"Bearer {credential}"}
    assert reason(ask(project, "/rest/v1/tickets", headers=headers)) == expected
    # The same beside the secret key: a bad token is never made good by it.
    assert reason(ask(project, "/rest/v1/tickets", key=project.secret_key, headers=headers)) == expected
    assert ask(project, "/auth/v1/user", headers=headers).status_code in (401, 403)


def test_a_changed_token_is_refused(project: Project, token: str) -> None:
    head, body, signature = token.split(".")
    claims = jwt.decode(token, options={"verify_signature": False}) | {"role": "service_role"}
    forgery = jwt.encode(claims, _FORGERS_SECRET, "HS256").split(".")[1]
    assert body != forgery
    headers = {"authorization": f"Bearer {head}.{forgery}.{signature}"}
    assert reason(ask(project, "/rest/v1/tickets", headers=headers)) == (401, "PGRST301")


@pytest.mark.parametrize("schema", ["public", "auth", "storage", "helpdesk_private", "pg_catalog"])
def test_only_the_helpdesks_schema_is_exposed(project: Project, token: str, schema: str) -> None:
    headers = {"authorization": f"Bearer {token}", "accept-profile": schema, "content-profile": schema}
    assert reason(ask(project, "/rest/v1/users", headers=headers)) == (406, "PGRST106")
    assert reason(ask(project, "/rest/v1/users", "POST", headers=headers, json={})) == (406, "PGRST106")


def test_a_body_of_ten_megabytes_is_too_large(project: Project, token: str) -> None:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    body = b'{"title":"' + b"x" * 10_000_000 + b'"}'
    assert ask(project, "/rest/v1/tickets", "POST", headers=headers, content=body).status_code == 413
    chunks = (body[i : i + 100_000] for i in range(0, len(body), 100_000))
    assert ask(project, "/rest/v1/tickets", "POST", headers=headers, content=chunks).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 10_000 + b"]" * 10_000,
        b'{"title":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001,
        b"{",
        b'{"title":"\xff"}',
        rb'{"title":"\u0000","description":""}',
        rb'{"title":"\ud800","description":""}',
        b'{"no_such_column":1}',
    ],
    ids=["deep array", "deep object", "no JSON", "no UTF-8", "NUL", "half a surrogate pair", "unknown column"],
)
def test_a_bad_body_is_the_callers_fault(project: Project, token: str, body: bytes) -> None:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    answer = ask(project, "/rest/v1/tickets", "POST", headers=headers, content=body)
    assert answer.status_code == 400
    assert answer.json()["message"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/rest/v1/tickets?title=eq.a%00b", 400),
        ("/rest/v1/tickets?title=eq.%ff", 400),
        ("/rest/v1/tickets?no_such_column=eq.1", 400),
        ("/rest/v1/tickets?number=eq.one", 400),
        ("/rest/v1/tickets?title=nonsense", 400),
        ("/rest/v1/no_such_table", 404),
        ("/rest/v1/rpc/no_such_function", 404),
    ],
)
def test_a_bad_url_is_the_callers_fault(project: Project, token: str, path: str, status: int) -> None:
    assert ask(project, path, headers={"authorization": f"Bearer {token}"}).status_code == status


def test_other_paths_lead_nowhere(project: Project) -> None:
    for path in ("/", "/_system/config", "/_system/introspect", "/graphql/v1", "/rest/v2/tickets", "/realtime/v2/x"):
        assert ask(project, path, key=project.secret_key).status_code == 404, path


def test_browsers_may_ask_from_anywhere(project: Project) -> None:
    asked = {"access-control-request-method": "PATCH", "access-control-request-headers": "authorization,x-client-info"}
    for path in ("/rest/v1/tickets", "/auth/v1/token", "/storage/v1/bucket", "/functions/v1/health"):
        answer = httpx.options(project.url + path, headers={"origin": "http://localhost:3000"} | asked)
        assert answer.headers["access-control-allow-origin"] == "*", path
    answer = httpx.options(project.url + "/rest/v1/tickets", headers=asked)
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert "x-client-info" in answer.headers["access-control-allow-headers"]
    refusal = httpx.get(project.url + "/rest/v1/tickets")
    assert refusal.headers["access-control-allow-origin"] == "*"
    assert "content-range" in refusal.headers["access-control-expose-headers"]


def test_a_new_table_is_seen_after_a_notification(project: Project) -> None:
    assert ask(project, "/rest/v1/novelty", key=project.secret_key).status_code == 404
    with psycopg.connect(project.db_url) as db:
        db.execute("create table helpdesk.novelty (id int); grant select on helpdesk.novelty to service_role")
        db.execute("notify pgrst, 'reload schema'")
    eventually(
        lambda: ask(project, "/rest/v1/novelty", key=project.secret_key).status_code == 200, "the table is seen", 5
    )


def test_other_databases_are_opened_with_the_secret_key_only(helpdesk_stack: Any) -> None:
    address = f"{helpdesk_stack.info.api_url}/_stack/databases/postgres"
    for key in ("", helpdesk_stack.info.publishable_key):
        assert httpx.put(address, headers={"apikey": key}).status_code == 401
    bad = f"{helpdesk_stack.info.api_url}/_stack/databases/a%2Fb"
    assert httpx.put(bad, headers={"apikey": helpdesk_stack.info.secret_key}).status_code == 400
