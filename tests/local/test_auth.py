"""Auth as our code and supabase-py use it: sign-up, sign-in, and the admin API."""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import jwt
import psycopg
import pytest
from supabase import Client
from supabase_auth.errors import AuthApiError
from tests.local.support import PROJECT

from helpdesk_sdk.testing import Project

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def project(helpdesk_project_module: Project) -> Project:
    return helpdesk_project_module


@pytest.fixture
def visitor(project: Project, supabase_client: Callable[[str, str], Client]) -> Client:
    """A client that has not signed in."""
    return supabase_client(project.url, project.publishable_key)


@pytest.fixture
def admin(project: Project, supabase_client: Callable[[str, str], Client]) -> Client:
    """A client with the secret key."""
    return supabase_client(project.url, project.secret_key)


def address() -> str:
    return f"{secrets.token_hex(6)}@example.com"


def test_sign_up_sign_in_refresh_and_sign_out(visitor: Client) -> None:
    email = address()
    made = visitor.auth.sign_up({"email": email, "password": PASSWORD, "options": {"data": {"name": "Ada"}}})
    assert made.user
    assert made.user.user_metadata["name"] == "Ada"
    session = visitor.auth.sign_in_with_password({"email": email, "password": PASSWORD}).session
    assert session
    renewed = visitor.auth.refresh_session(session.refresh_token).session
    assert renewed
    user = visitor.auth.get_user(renewed.access_token)
    assert user
    assert user.user.email == email
    visitor.auth.sign_out()


def test_hosted_projects_confirm_addresses_and_the_local_stack_does_so_at_once(
    project: Project, visitor: Client
) -> None:
    config = tomllib.loads((PROJECT / "config.toml").read_text())
    assert config["auth"]["email"]["enable_confirmations"] is True
    settings = httpx.get(f"{project.url}/auth/v1/settings", headers={"apikey": project.publishable_key}).json()
    assert settings["mailer_autoconfirm"] is True
    made = visitor.auth.sign_up({"email": address(), "password": PASSWORD})
    assert made.session
    assert made.user
    assert made.user.email_confirmed_at


def test_a_wrong_password_is_refused(visitor: Client, admin: Client) -> None:
    email = address()
    admin.auth.admin.create_user({"email": email, "password": PASSWORD, "email_confirm": True})
    with pytest.raises(AuthApiError) as caught:
        visitor.auth.sign_in_with_password({"email": email, "password": "guessed guessed"})
    assert (caught.value.status, caught.value.code) == (400, "invalid_credentials")


def test_a_login_made_by_an_admin_can_sign_in_and_has_a_profile(
    visitor: Client, admin: Client, project: Project
) -> None:
    email = address()
    made = admin.auth.admin.create_user(
        {
            "email": email.upper(),
            "password": PASSWORD,
            "email_confirm": True,
            "user_metadata": {"name": "Grace"},
            "app_metadata": {"plan": "free"},
        }
    ).user
    assert made.email == email
    assert made.email_confirmed_at
    assert made.app_metadata["provider"] == "email"
    assert made.app_metadata["plan"] == "free"
    assert visitor.auth.sign_in_with_password({"email": email, "password": PASSWORD}).session
    with psycopg.connect(project.db_url) as db:
        row = db.execute("select role, name from helpdesk.users where auth_user_id = %s", (made.id,)).fetchone()
    assert row == ("customer", "Grace")


def test_logins_are_listed_in_pages(admin: Client) -> None:
    made = {admin.auth.admin.create_user({"email": address(), "password": PASSWORD}).user.id for _ in range(3)}
    pages = [admin.auth.admin.list_users(page=page, per_page=2) for page in (1, 2)]
    assert [len(page) for page in pages] == [2, 2]
    listed = [user.id for page in pages for user in page]
    assert len(set(listed)) == 4
    assert made <= set(listed)


def test_a_login_is_read_changed_and_deleted(visitor: Client, admin: Client) -> None:
    email, new_email = address(), address()
    user = admin.auth.admin.create_user({"email": email, "password": PASSWORD, "email_confirm": True}).user
    assert admin.auth.admin.get_user_by_id(user.id).user.email == email
    changes = {"email": new_email, "password": "another long password", "user_metadata": {"a": 1}}
    changed = admin.auth.admin.update_user_by_id(user.id, changes).user  # type: ignore[arg-type]
    assert (changed.email, changed.user_metadata["a"]) == (new_email, 1)
    assert visitor.auth.sign_in_with_password({"email": new_email, "password": "another long password"}).session
    admin.auth.admin.delete_user(user.id)
    with pytest.raises(AuthApiError) as caught:
        admin.auth.admin.get_user_by_id(user.id)
    assert (caught.value.status, caught.value.code) == (404, "user_not_found")


def test_a_banned_login_cannot_sign_in_until_the_ban_is_lifted(visitor: Client, admin: Client) -> None:
    email = address()
    user = admin.auth.admin.create_user({"email": email, "password": PASSWORD, "email_confirm": True}).user
    admin.auth.admin.update_user_by_id(user.id, {"ban_duration": "24h"})
    with pytest.raises(AuthApiError) as caught:
        visitor.auth.sign_in_with_password({"email": email, "password": PASSWORD})
    assert caught.value.code == "user_banned"
    admin.auth.admin.update_user_by_id(user.id, {"ban_duration": "none"})
    assert visitor.auth.sign_in_with_password({"email": email, "password": PASSWORD}).session


def test_only_the_secret_key_may_administer(project: Project) -> None:
    url = f"{project.url}/auth/v1/admin/users"
    session = project.client("admin").auth.session
    assert session
    person = {"apikey": project.publishable_key, "authorization": f"Bearer {session.access_token.get_secret_value()}"}
    for headers, status in (
        ({}, 401),
        ({"apikey": "sb_secret_guessed"}, 401),
        ({"apikey": project.publishable_key}, 403),
        (person, 403),
        (person | {"authorization": "Bearer a.b.c"}, 401),
    ):
        assert httpx.get(url, headers=headers).status_code == status, headers
        assert httpx.delete(f"{url}/{uuid4()}", headers=headers).status_code == status, headers


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"password": PASSWORD}, 400, "validation_failed"),
        ({"email": "no address", "password": PASSWORD}, 400, "validation_failed"),
        ({"email": "a@example.com", "ban_duration": "forever"}, 400, "validation_failed"),
        ({"email": "a@example.com", "id": "one"}, 400, "validation_failed"),
        ([], 400, "bad_json"),
    ],
)
def test_a_bad_login_is_refused_by_name(project: Project, body: object, status: int, code: str) -> None:
    answer = httpx.post(f"{project.url}/auth/v1/admin/users", headers={"apikey": project.secret_key}, json=body)
    assert (answer.status_code, answer.json()["error_code"]) == (status, code)


def test_an_address_has_one_login(admin: Client) -> None:
    email = address()
    admin.auth.admin.create_user({"email": email, "password": PASSWORD})
    with pytest.raises(AuthApiError) as caught:
        admin.auth.admin.create_user({"email": email, "password": PASSWORD})
    assert (caught.value.status, caught.value.code) == (422, "email_exists")


def test_a_refresh_token_used_eight_times_at_once_has_one_successor(project: Project) -> None:
    session = project.client("customer").auth.session
    assert session
    assert session.refresh_token
    body = {"refresh_token": session.refresh_token.get_secret_value()}

    def refresh(_: int) -> httpx.Response:
        url = f"{project.url}/auth/v1/token?grant_type=refresh_token"
        return httpx.post(url, headers={"apikey": project.publishable_key}, json=body, timeout=60)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(refresh, range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


def test_a_code_by_mail_says_who_exists_only_where_hosted_does(project: Project, admin: Client) -> None:
    """Hosted Auth refuses an unknown address that must not sign up, and answers all others alike."""
    known = address()
    admin.auth.admin.create_user({"email": known, "password": PASSWORD, "email_confirm": True})

    def send(email: str, path: str, **more: bool) -> tuple[int, str | None]:
        url = f"{project.url}/auth/v1/{path}"
        answer = httpx.post(url, headers={"apikey": project.publishable_key}, json={"email": email} | more)
        return answer.status_code, answer.json().get("error_code")

    for path in ("otp", "magiclink", "recover"):
        assert send(known, path) == send(address(), path) == (200, None), path
    assert send(known, "otp", create_user=False) == (200, None)
    assert send(address(), "otp", create_user=False) == (422, "otp_disabled")


def test_a_token_outlives_its_session_and_its_login_in_the_data_api(project: Project, admin: Client) -> None:
    """As in PostgREST, which verifies a token and asks nobody. The helpdesk then knows no person behind it."""
    client = project.client("customer")
    client.tickets.create("Parcel is lost")
    session = client.auth.session
    assert session
    headers = {"apikey": project.publishable_key, "authorization": f"Bearer {session.access_token.get_secret_value()}"}

    def numbers() -> list[int]:
        answer = httpx.get(
            f"{project.url}/rest/v1/my_tickets?select=number", headers=headers | {"accept-profile": "helpdesk"}
        )
        assert answer.status_code == 200
        return [row["number"] for row in answer.json()]

    login = jwt.decode(session.access_token.get_secret_value(), options={"verify_signature": False})["sub"]
    httpx.post(f"{project.url}/auth/v1/logout?scope=global", headers=headers).raise_for_status()
    assert len(numbers()) == 1
    admin.auth.admin.delete_user(login)
    assert numbers() == []
    assert httpx.get(f"{project.url}/auth/v1/user", headers=headers).status_code == 403


def test_a_token_is_read_as_postgrest_reads_it(project: Project) -> None:
    """`bearer` in any letters; a token that names a key which is not there is refused."""
    client = project.client("customer")
    number = client.tickets.create("Parcel is lost").number
    assert client.auth.session
    token = client.auth.session.access_token.get_secret_value()

    def read(authorization: str) -> httpx.Response:
        headers = {"apikey": project.publishable_key, "authorization": authorization, "accept-profile": "helpdesk"}
        return httpx.get(f"{project.url}/rest/v1/my_tickets?select=number", headers=headers)

    for word in ("Bearer", "bearer", "BEARER"):
        assert read(f"{word} {token}").json() == [{"number": number}]
    claims = jwt.decode(token, options={"verify_signature": False})
    named = jwt.encode(claims, "x" * 48, "HS256", {"kid": "another"})
    assert (read(f"bearer {named}").status_code, read(f"Bearer {named}").json()["code"]) == (401, "PGRST301")
