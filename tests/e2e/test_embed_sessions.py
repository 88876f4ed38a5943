"""Long web sessions of examples/embed_fastapi.py, and people who sign in to the product only (embed_own_login.py)."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from pydantic import SecretStr
from supabase_auth.errors import AuthApiError
from tests.e2e.programs import environment, python, run

import embed_fastapi
import embed_own_login
from embed_own_login import ShopUser, connect, ensure_login, token_for
from embed_sessions import WebSessions
from helpdesk_sdk import LATEST, Helpdesk, Session, TicketNotFoundError
from helpdesk_sdk.local import Stack
from helpdesk_sdk.testing import MakeAsyncClient, Project


@pytest.fixture
def signing_key(helpdesk_stack: Stack) -> str:
    """The secret with which the stack signs tokens."""
    return str(json.loads((Path(helpdesk_stack.info.data_dir) / "secrets.json").read_text())["jwt_secret"])


@pytest.fixture
def shop_env(helpdesk_project: Project, signing_key: str, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The variables of the programs, in this process."""
    monkeypatch.setenv("HELPDESK_URL", helpdesk_project.url)
    monkeypatch.setenv("HELPDESK_KEY", helpdesk_project.publishable_key)
    monkeypatch.setenv("HELPDESK_SECRET_KEY", helpdesk_project.secret_key)
    monkeypatch.setenv("HELPDESK_SIGNING_KEY", signing_key)
    return helpdesk_project


@pytest.fixture
async def browser(shop_env: Project, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of Mei, signed in to the shop."""
    monkeypatch.setattr(embed_fastapi, "sessions", WebSessions())
    person = shop_env.add_person("customer", name="Mei")
    transport = httpx.ASGITransport(embed_fastapi.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        answer = await client.post("/login", json={"email": person.email, "password": person.password})
        assert answer.status_code == 204
        yield client


def stored(browser: httpx.AsyncClient) -> Session:
    """The session behind the cookie."""
    return embed_fastapi.sessions._stored[browser.cookies[embed_fastapi.COOKIE]][0]


def age(browser: httpx.AsyncClient, signing_key: str, *, refresh_token: SecretStr | None = None) -> Session:
    """Make the session's access token one that has expired. Returns the session as it was."""
    key, session = browser.cookies[embed_fastapi.COOKIE], stored(browser)
    claims = jwt.decode(session.access_token.get_secret_value(), options={"verify_signature": False})
    expired = jwt.encode(claims | {"exp": int(time.time()) - 60}, signing_key, "HS256")
    with_old_token = Helpdesk("http://x.test", "k", access_token=expired).auth.session
    assert with_old_token is not None
    aged = with_old_token.model_copy(update={"refresh_token": refresh_token or session.refresh_token})
    embed_fastapi.sessions._stored[key] = aged, time.time() + 60
    return session


async def test_a_session_outlives_its_tokens_and_the_new_ones_are_stored(
    browser: httpx.AsyncClient, signing_key: str
) -> None:
    first = age(browser, signing_key)
    # Two requests at once, each with a client of its own, renew with the same refresh token.
    answers = await asyncio.gather(*(browser.get("/tickets") for _ in range(2)))
    assert [answer.status_code for answer in answers] == [200, 200]
    second = stored(browser)
    assert second.refresh_token != first.refresh_token
    age(browser, signing_key)
    assert (await browser.post("/tickets", json={"title": "Hours later"})).status_code == 201
    assert stored(browser).refresh_token not in (first.refresh_token, second.refresh_token)


async def test_a_session_that_has_ended_is_forgotten(browser: httpx.AsyncClient, signing_key: str) -> None:
    age(browser, signing_key, refresh_token=SecretStr("never-was-one"))
    assert (await browser.get("/tickets")).status_code == 401
    assert embed_fastapi.sessions._stored == {}


async def test_a_person_of_the_product_works_with_a_token_that_the_product_signs(
    shop_env: Project, as_agent_async: MakeAsyncClient
) -> None:
    mei, tom = (ShopUser(uuid4(), f"{name}@shop.example", name) for name in ("mei", "tom"))
    # At every sign-in, for example: it changes nothing when the login is there.
    for user in (mei, mei, tom):
        await ensure_login(user)
    agent = as_agent_async("Cem")
    # The person whom an agent knew from the phone.
    caller = await agent.users.create_customer("new@shop.example")
    before = await agent.tickets.create("By phone", requester=caller)
    async with connect(mei) as hd, connect(tom) as stranger:
        ticket = await hd.tickets.create("Parcel is lost")
        await agent.messages.reply(await agent.tickets.get(ticket.number), "We have asked the carrier.")
        assert [message.author_name async for message in hd.messages.list(ticket)] == ["Cem"]
        await hd.messages.reply(await hd.tickets.get(ticket), "Thank you.")
        async with hd.events.stream("0.0", ticket=ticket) as stream:
            async for event in stream:
                if event.type == "ticket.created":
                    await agent.messages.reply(ticket.ticket_id, "It is found.", expected_last_message=LATEST)
                elif event.message_id and (await hd.messages.get(event.message_id)).body == "It is found.":
                    assert stream.live
                    break
        with pytest.raises(TicketNotFoundError):
            await stranger.tickets.get(ticket)
    me = await agent.users.get("mei@shop.example")
    assert (me.auth_user_id, me.role, me.name) == (mei.login, "customer", "mei")
    new = ShopUser(uuid4(), "new@shop.example", "New")
    await ensure_login(new)
    async with connect(new) as hd:
        assert [one.ticket_id async for one in hd.tickets.list(scope="mine")] == [before.ticket_id]


async def test_a_new_address_follows_and_a_taken_one_is_refused(shop_env: Project) -> None:
    mei = ShopUser(uuid4(), "mei@shop.example", "Mei")
    await ensure_login(mei)
    moved = ShopUser(mei.login, "mei@home.example", "Mei")
    await ensure_login(moved)
    async with connect(moved) as hd:
        assert (await hd.users.me()).email == "mei@home.example"
    with pytest.raises(AuthApiError) as refused:
        await ensure_login(ShopUser(uuid4(), "mei@home.example", "Somebody else"))
    assert refused.value.code == "email_exists"


def test_the_program_opens_a_ticket(shop_env: Project, signing_key: str) -> None:
    env = environment(shop_env) | {
        "HELPDESK_KEY": shop_env.publishable_key,
        "HELPDESK_SECRET_KEY": shop_env.secret_key,
        "HELPDESK_SIGNING_KEY": signing_key,
    }
    person = ["--login", str(uuid4()), "--email", "mei@shop.example", "--name", "Mei"]
    assert "#1 Parcel is lost (open)" in run(python("embed_own_login.py", "Parcel is lost", *person), env)
    assert "#2 Again (open)" in run(python("embed_own_login.py", "Again", *person), env)


def test_a_token_by_an_asymmetric_key_names_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    jwk: dict[str, Any] = ECAlgorithm.to_jwk(private, as_dict=True) | {"kid": "k-1", "alg": "ES256"}
    monkeypatch.setenv("HELPDESK_SIGNING_KEY", json.dumps(jwk))
    login = uuid4()
    token = token_for(login)
    claims = jwt.decode(token, private.public_key(), ["ES256"], audience="authenticated")
    assert jwt.get_unverified_header(token)["kid"] == "k-1"
    assert (claims["sub"], claims["role"]) == (str(login), "authenticated")
    assert claims["exp"] - claims["iat"] == embed_own_login.TOKEN_LIFETIME


async def test_a_token_of_somebody_elses_key_opens_nothing(shop_env: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    mei = ShopUser(uuid4(), "mei@shop.example", "Mei")
    await ensure_login(mei)
    monkeypatch.setenv("HELPDESK_SIGNING_KEY", "a secret of another project that is long enough")
    with psycopg.connect(shop_env.db_url) as db:
        assert db.execute("select count(*) from helpdesk.users").fetchone() == (1,)
    async with connect(mei) as hd:
        with pytest.raises(Exception, match="sign in again"):
            await hd.users.me()
