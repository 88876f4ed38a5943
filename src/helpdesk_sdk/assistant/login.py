"""The login with which runners act as the assistant; the edge functions have the same in ``_helpdesk/principal.ts``.

It has no rights of its own: with a run's secret it sees the ticket of that run, and without one nothing. Its password
follows from the project's secret key, so that every program knows it. The first sign-in makes the login; after a
rotation of the key, the first sign-in sets the new password.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from .. import Helpdesk
from .._http.drivers import SyncDriver
from .._http.flow import Flow, Reply, Request
from .._http.resource import Resource
from ..errors import ApiError, AuthenticationError, ConfigurationError, ForbiddenError, InactiveUserError
from ..models.users import Role, User

DEFAULT_EMAIL = "assistant@helpdesk.invalid"
# What marks a login as ours. Nobody but a holder of the secret key can write `app_metadata`.
_MARK = {"helpdesk": "assistant"}
_WRONG_PASSWORD = {"invalid_credentials", "invalid_grant", "email_not_confirmed"}
# Another program with another secret key may set its own password at the same moment.
_ATTEMPTS = 3


class AssistantLogin:
    """The assistant as a client. ``close`` it, or use it with ``with``."""

    def __init__(self, system: Helpdesk, *, email: str | None = None) -> None:
        """Make it; nothing is sent.

        Args:
            system: A client with the secret key.
            email: The address of the login; by default that of the edge functions.
        """
        self._system = system
        self._logins = _Logins(system._driver)
        self._email = (email or DEFAULT_EMAIL).lower()
        self._client: Helpdesk | None = None

    def client(self) -> Helpdesk:
        """A client that is signed in as the assistant.

        Raises:
            ForbiddenError: The other client has no secret key.
            ConfigurationError: The assistant cannot sign in; the message names the way out.
            HelpdeskError: The project cannot be reached.
        """
        if self._client is None:
            self._client = self._begin()
        return self._client

    def forget(self) -> None:
        """Sign in anew at the next call, e.g. because an admin has changed the login."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def close(self) -> None:
        """Close the connections."""
        self.forget()

    def __enter__(self) -> AssistantLogin:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _begin(self) -> Helpdesk:
        context = self._system._driver.context
        if not context.session_store.is_system:
            raise ForbiddenError("Carrying runs out needs the secret key", hint="Make the client with it.")
        key = context.key.get_secret_value()
        password = password_from(key)
        for _ in range(_ATTEMPTS):
            client = Helpdesk(context.url, key, email=self._email, password=password)
            me = self._whoami(client)
            if me is not None:
                if me.role != Role.ASSISTANT:
                    self._require_ours(me)
                    self._system.users.set_role(me, Role.ASSISTANT)
                return client
            client.close()
            self._make(password)
        raise ConfigurationError(
            f"The login {self._email} cannot sign in with its new password",
            hint="Does another program with another secret key use it? Give this one an address of its own: "
            "HELPDESK_ASSISTANT_EMAIL.",
        )

    def _whoami(self, client: Helpdesk) -> User | None:
        """Who signed in; None when there is no such login, or it has another password."""
        try:
            return client.users.me()
        except InactiveUserError:
            client.close()
            raise ConfigurationError(
                "An admin has deactivated the assistant's account", hint=f"Activate it: {self._email}."
            ) from None
        except AuthenticationError as error:
            if error.code in _WRONG_PASSWORD:
                return None
            client.close()
            raise
        except ApiError as error:
            client.close()
            if error.code == "email_provider_disabled" or "logins are disabled" in error.message.lower():
                raise ConfigurationError(
                    "The assistant signs in with a password, and the project does not permit that",
                    hint="Enable the e-mail provider in Supabase Auth.",
                ) from None
            raise

    def _make(self, password: str) -> None:
        """Make the login, or set its password when it is ours. Two programs may do so at once."""
        attributes = {"password": password, "email_confirm": True, "app_metadata": _MARK}
        made = {**attributes, "email": self._email, "user_metadata": {"name": "Assistant"}}
        reply = self._logins.send("POST", "", made)
        if reply.error is None:
            return
        if reply.error.status not in (400, 409, 422):
            reply.raise_error()
        user = self._system.users.list(email=self._email).first()
        if user is None or user.auth_user_id is None:
            raise ConfigurationError(
                f"Supabase Auth has a login {self._email} that the helpdesk does not know", hint="Delete it there."
            )
        self._require_ours(user)
        self._logins.send("PUT", f"/{user.auth_user_id}", attributes).raise_error()

    def _require_ours(self, user: User) -> None:
        """Refuse a login that somebody else made under this address: they may hold a session of it."""
        # An admin gave the role.
        if user.role == Role.ASSISTANT:
            return
        login: dict[str, Any] = self._logins.send("GET", f"/{user.auth_user_id}").value(dict)
        if (login.get("app_metadata") or {}).get("helpdesk") != _MARK["helpdesk"]:
            raise ConfigurationError(
                f"The login {self._email} was not made by the helpdesk",
                hint="Delete it, or set HELPDESK_ASSISTANT_EMAIL to another address.",
            )


def password_from(key: str) -> str:
    """HMAC-SHA256 of a fixed text with the secret key, in hexadecimal.

    Args:
        key: The project's secret key.
    """
    return hmac.new(key.encode(), b"helpdesk assistant", hashlib.sha256).hexdigest()


class _Logins(Resource[SyncDriver]):
    """The admin API of Supabase Auth."""

    def send(self, method: str, path: str, body: dict[str, Any] | None = None) -> Reply:
        http = self._platform(method, f"/auth/v1/admin/users{path}", json=body)

        def flow() -> Flow[Reply]:
            # A second POST finds the login of the first.
            reply: Reply = yield Request(http, repeatable=True, write=method != "GET", accepts=(ApiError,))
            return reply

        return self._driver.run(flow())
