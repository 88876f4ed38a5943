"""Auth: sign up, sign in, sign out."""

from __future__ import annotations

from pydantic import SecretStr

from .. import _limits as limits
from .. import _validation as check
from .._http.flow import AuthCall, AuthReply, Flow
from .._http.pipeline import session_of, sign_in
from .._http.resource import Driver, Resource, call
from ..errors import AuthenticationError
from ..models.session import Session

_PASSWORD_MAX = 1_000


class Auth(Resource[Driver]):
    """``hd.auth``: the session of this client. It renews itself before it expires, and when it is refused."""

    @property
    def session(self) -> Session | None:
        """The present session, e.g. to store it; None before the first sign-in. A renewal changes its tokens."""
        return self._session_store.session

    @call
    def sign_in(self, email: str, password: str) -> Flow[Session]:
        """Sign in with a password. From then on this client acts as this person.

        Args:
            email: The e-mail address.
            password: The password.

        Raises:
            AuthenticationError: The e-mail address or the password is wrong, or the address is not confirmed.
        """
        secret = SecretStr(check.text("password", password, 1, _PASSWORD_MAX))
        session = yield from sign_in(check.email("email", email), secret)
        self._session_store.credentials = None
        self._session_store.replace(session)
        return session

    @call
    def sign_up(self, email: str, password: str, *, name: str = "") -> Flow[Session | None]:
        """Make a login. Everybody starts as a customer; an invitation takes effect when the address is verified.

        Args:
            email: The e-mail address.
            password: The password.
            name: The display name, up to 200 characters.

        Returns:
            The session; None when the project requires the e-mail address to be confirmed first.

        Raises:
            UserExistsError: The address has a login already.
            InvalidValueError: The password is too weak for the project.
            UnknownOutcomeError: No response came: the login may exist.
        """
        options = {"data": {"name": check.name("name", name, 0, limits.NAME_MAX)}} if name else {}
        body = {
            "email": check.email("email", email),
            "password": check.text("password", password, 1, _PASSWORD_MAX),
            "options": options,
        }
        reply: AuthReply = yield AuthCall(lambda auth: auth.sign_up(body), repeatable=False)
        if reply.value.session is None:
            return None
        session = session_of(reply.value)
        self._session_store.credentials = None
        self._session_store.replace(session)
        return session

    @call
    def sign_out(self) -> Flow[None]:
        """End this session, here and in Supabase Auth. The person's other sessions stay."""
        token = self._session_store.token
        self._session_store.credentials = None
        self._session_store.replace(None)
        if token is not None:
            # Refused: the session is over already.
            yield AuthCall(
                lambda auth: auth.admin.sign_out(token, "local"), repeatable=True, accepts=(AuthenticationError,)
            )
