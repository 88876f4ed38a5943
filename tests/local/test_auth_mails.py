"""Mails of Auth: who reads them, where their links lead, and what they sign in to."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest
from supabase import Client
from supabase_auth.errors import AuthApiError

from helpdesk_sdk.testing import Project

PASSWORD = "correct horse battery"
PAGE = "http://127.0.0.1:5999/set-password"


@pytest.fixture(scope="module")
def project(helpdesk_project_module: Project) -> Project:
    return helpdesk_project_module


@pytest.fixture
def visitor(project: Project, supabase_client: Callable[[str, str], Client]) -> Client:
    """A client that has not signed in."""
    return supabase_client(project.url, project.publishable_key)


@pytest.fixture
def email(visitor: Client) -> str:
    """The address of a new login."""
    address = f"{secrets.token_hex(6)}@example.com"
    visitor.auth.sign_up({"email": address, "password": PASSWORD})
    visitor.auth.sign_out()
    return address


def mails(project: Project, to: str) -> list[dict[str, Any]]:
    """The mails to an address, oldest first."""
    answer = httpx.get(f"{project.url}/_stack/mails", headers={"apikey": project.secret_key})
    return [mail for mail in answer.raise_for_status().json() if mail["to"] == to]


def opened(link: str) -> tuple[str, dict[str, str]]:
    """Open a link: where it leads, and the fragment of that address."""
    target = urlsplit(httpx.get(link, follow_redirects=False).headers["location"])
    fragment = {name: value for name, [value] in parse_qs(target.fragment).items()}
    return target._replace(fragment="").geturl(), fragment


def test_a_link_for_a_new_password_leads_to_the_page_and_works_once(
    project: Project, visitor: Client, email: str
) -> None:
    visitor.auth.reset_password_for_email(email, {"redirect_to": PAGE})
    [mail] = mails(project, email)
    assert mail["link"].startswith(project.url)
    page, found = opened(mail["link"])
    assert page == PAGE
    assert found["type"] == "recovery"
    visitor.auth.set_session(found["access_token"], found["refresh_token"])
    visitor.auth.update_user({"password": "another good password"})
    assert visitor.auth.sign_in_with_password({"email": email, "password": "another good password"}).session
    _, again = opened(mail["link"])
    assert again["error"] == "access_denied"
    assert "access_token" not in again


def test_a_link_leads_to_no_foreign_site(project: Project, visitor: Client, email: str) -> None:
    visitor.auth.reset_password_for_email(email, {"redirect_to": "https://evil.example/"})
    page, _ = opened(mails(project, email)[0]["link"])
    assert urlsplit(page).hostname == "127.0.0.1"


@pytest.mark.parametrize("kind", ["email", "magiclink"])
def test_a_code_signs_in_once(project: Project, visitor: Client, email: str, kind: Any) -> None:
    visitor.auth.sign_in_with_otp({"email": email, "options": {"should_create_user": False}})
    code = re.search(r"\b\d{6}\b", mails(project, email)[0]["text"])
    assert code
    signed_in = visitor.auth.verify_otp({"email": email, "token": code[0], "type": kind})
    assert signed_in.user
    assert signed_in.user.email == email
    with pytest.raises(AuthApiError):
        visitor.auth.verify_otp({"email": email, "token": code[0], "type": kind})


def test_no_mail_goes_to_an_address_without_a_login(project: Project, visitor: Client) -> None:
    unknown = f"{secrets.token_hex(6)}@example.com"
    visitor.auth.reset_password_for_email(unknown)
    with pytest.raises(AuthApiError):
        visitor.auth.sign_in_with_otp({"email": unknown, "options": {"should_create_user": False}})
    assert mails(project, unknown) == []


def test_a_code_signs_in_nobody_who_is_banned(project: Project, visitor: Client, email: str) -> None:
    visitor.auth.sign_in_with_otp({"email": email, "options": {"should_create_user": False}})
    code = re.search(r"\b\d{6}\b", mails(project, email)[0]["text"])
    assert code
    with psycopg.connect(project.db_url) as database:
        database.execute("update auth.users set banned_until = now() + interval '1 hour' where email = %s", [email])
    with pytest.raises(AuthApiError) as refused:
        visitor.auth.verify_otp({"email": email, "token": code[0], "type": "email"})
    assert refused.value.code == "user_banned"


@pytest.mark.parametrize("key", ["publishable", "none"])
def test_only_the_secret_key_reads_the_mails(project: Project, key: str) -> None:
    headers = {"apikey": project.publishable_key} if key == "publishable" else {}
    assert httpx.get(f"{project.url}/_stack/mails", headers=headers).status_code == 401
