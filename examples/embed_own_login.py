"""People who sign in to your product and not to Supabase Auth: your server vouches for them.

    pip install cryptography                     # only for an asymmetric signing key
    export HELPDESK_URL=… HELPDESK_KEY=…         # the publishable key
    export HELPDESK_SECRET_KEY=…                 # makes logins
    export HELPDESK_SIGNING_KEY=…                # signs tokens
    python examples/embed_own_login.py "Parcel is lost" --email mei@shop.example --name Mei --login 6f0c…

1. Each person of your product has a login in Supabase Auth, without a password, under a UUID that your table of users
   keeps. Your server makes the login once, with an e-mail address that your product has verified.
2. For each request your server signs a short-lived token for that login. There is nothing to renew and nothing to
   store: how long somebody stays signed in is the business of your product's own session.

Row-level security then works as for everybody else: the token says which login it is, and nothing about rights. The two
keys open everything, so they stay on the server. Switch public sign-ups off in the project if nobody should use them.

The signing key: on the local stack `jq -r .jwt_secret .helpdesk/secrets.json`. In a hosted project, a key of your own
that you import under JWT Keys (`supabase gen signing-key --algorithm ES256` makes one: give the whole JSON, its `kid`
included), or the JWT secret of a project that still uses it.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import jwt
import typer
from supabase_auth import AsyncGoTrueClient
from supabase_auth.errors import AuthApiError
from supabase_auth.types import AdminUserAttributes

from helpdesk_sdk import AsyncHelpdesk

# Seconds for which a token is valid. A stream lasts as long, and is then begun anew at its cursor.
TOKEN_LIFETIME = 600


@dataclass(frozen=True)
class ShopUser:
    """A row of your own table of users."""

    login: UUID
    """A random UUID that you make with the row: the id of the login."""
    email: str
    """The e-mail address, verified by your product: tickets that were opened for this address become theirs."""
    name: str


async def ensure_login(user: ShopUser) -> None:
    """Make the person's login, or bring its address up to date. Call it when a row is new or its address changes."""
    wanted: AdminUserAttributes = {"email": user.email, "email_confirm": True, "user_metadata": {"name": user.name}}
    key = os.environ["HELPDESK_SECRET_KEY"]
    headers = {"apikey": key, "Authorization": f"Bearer {key}"}
    async with AsyncGoTrueClient(url=f"{os.environ['HELPDESK_URL']}/auth/v1", headers=headers) as auth:
        try:
            known = (await auth.admin.get_user_by_id(str(user.login))).user
        except AuthApiError as error:
            if error.status != 404:
                raise
            # Refused when the address has a login already: then somebody signed up with it in Supabase Auth.
            await auth.admin.create_user(wanted | {"id": str(user.login)})
            return
        if known.email != user.email:
            await auth.admin.update_user_by_id(str(user.login), wanted)


def token_for(login: UUID) -> str:
    """A token with which Supabase takes the bearer for this login."""
    signing_key = os.environ["HELPDESK_SIGNING_KEY"]
    now = int(time.time())
    claims: dict[str, Any] = {
        "sub": str(login),
        "role": "authenticated",
        "aud": "authenticated",
        "iat": now,
        "exp": now + TOKEN_LIFETIME,
    }
    if not signing_key.startswith("{"):
        return jwt.encode(claims, signing_key, "HS256")
    jwk = jwt.PyJWK(json.loads(signing_key))
    return jwt.encode(claims, jwk.key, jwk.algorithm_name, {"kid": jwk.key_id})


def connect(user: ShopUser) -> AsyncHelpdesk:
    """A client that acts as the person."""
    return AsyncHelpdesk(os.environ["HELPDESK_URL"], os.environ["HELPDESK_KEY"], access_token=token_for(user.login))


async def open_ticket(user: ShopUser, title: str) -> None:
    """Open a ticket as the person, and list the person's tickets."""
    await ensure_login(user)
    async with connect(user) as hd:
        await hd.tickets.create(title)
        async for ticket in hd.tickets.list(scope="mine"):
            print(f"#{ticket.number} {ticket.title} ({ticket.status})")


def main(
    title: Annotated[str, typer.Argument(help="The title of the ticket.")],
    login: Annotated[UUID, typer.Option(help="The UUID in the person's row of your table of users.")],
    email: Annotated[str, typer.Option(help="The person's e-mail address.")],
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
) -> None:
    """Open a ticket as a person of your own product."""
    asyncio.run(open_ticket(ShopUser(login, email, name), title))


if __name__ == "__main__":
    typer.run(main)
