"""`helpdesk login`, `sign-up`, `logout` and `whoami`."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ._base.app import Commands
from ._base.errors import CliError, ExitCode
from ._base.input import read_secret, read_secrets, read_text
from ._base.json import jsonable
from ._base.output import print_json, print_note, print_result
from ._base.secrets import register_secret
from ._base.settings import settings
from ._connect import profiles
from ._connect.connection import client, connect, renewed, with_session
from ._connect.profiles import Profile
from ._connect.sign_in_choice import (
    HelpdeskChoice,
    choose_helpdesk,
    given_url,
    local_stack,
    note_variables_that_win,
    profile_for,
    prompt,
)
from ._connect.target import current_profile_name, target, target_of
from ._show.users import show_user

if TYPE_CHECKING:
    from helpdesk_sdk import User

UrlOption = Annotated[str | None, typer.Option(metavar="URL", help="The Supabase project's URL.", show_default=False)]
KeyOption = Annotated[
    str | None, typer.Option(help="The project's publishable key (sb_publishable_…).", show_default=False)
]
EmailOption = Annotated[str | None, typer.Option(metavar="EMAIL", help="Your e-mail address.", show_default=False)]
PasswordOption = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]
LocalOption = Annotated[bool, typer.Option("--local", help="Use the URL and key of the running local stack.")]
DataOption = Annotated[
    Path | None, typer.Option(metavar="PATH", help="With --local: the stack's data directory.", show_default=False)
]


def register(app: Commands) -> None:
    """Add the commands to the program."""
    app.command("login", profile=True)(login)
    app.command("sign-up", profile=True)(sign_up)
    app.command("logout", profile=True)(logout)
    app.command("whoami", profile=True)(whoami)


def login(
    url: UrlOption = None,
    key: KeyOption = None,
    email: EmailOption = None,
    password_stdin: PasswordOption = False,
    token_stdin: Annotated[
        bool,
        typer.Option(
            "--token-stdin", help="Read an access token and, optionally, a refresh token from standard input."
        ),
    ] = False,
    access_token_file: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Read the tokens from a file.", show_default=False)
    ] = None,
    secret_key_stdin: Annotated[
        bool,
        typer.Option("--secret-key-stdin", help="Make a system profile: read the secret key from standard input."),
    ] = False,
    local: LocalOption = False,
    data: DataOption = None,
) -> None:
    """Sign in, and save the helpdesk and the session as a profile.

    Missing values are asked for. No secret is read from the command line, where other users of the machine could see
    it: passwords are typed at a prompt or come from standard input, tokens come from standard input or a file.
    """
    if sum((password_stdin, token_stdin, access_token_file is not None, secret_key_stdin)) > 1:
        raise CliError("These options are alternatives: give one", "See: helpdesk login --help", ExitCode.USAGE)
    if secret_key_stdin:
        found_url, secret = local_stack(data)[0::2] if local else (given_url(url), read_secret("Secret key"))
        _login_as_system(found_url, secret, local)
        return
    if token_stdin or access_token_file is not None:
        profile, user = _with_tokens(choose_helpdesk(url, key, local, data), access_token_file)
    else:
        profile, user = _with_password(choose_helpdesk(url, key, local, data), email, password_stdin)
    _save(profile, user)


def sign_up(
    url: UrlOption = None,
    key: KeyOption = None,
    email: EmailOption = None,
    name: Annotated[str, typer.Option(metavar="NAME", help="Your display name.")] = "",
    password_stdin: PasswordOption = False,
    local: LocalOption = False,
    data: DataOption = None,
) -> None:
    """Create a login, if the project allows sign-ups, and sign in.

    Everybody starts as a customer. An invitation, or an admin, gives another role.
    """
    profile, user = _with_password(choose_helpdesk(url, key, local, data), email, password_stdin, sign_up_as=name)
    _save(profile, user)


def logout() -> None:
    """Sign out, here and on the server. The profile stays."""
    profile = profiles.load().get(settings().profile or current_profile_name())
    if profile.is_system:
        hint = f"Remove the profile: helpdesk profiles remove {profile.name}"
        raise CliError(f"Profile {profile.name} holds the secret key, not a session", hint, ExitCode.USAGE)
    if profile.access_token:
        _end_session(profile)
        profiles.save(profile.signed_out())
    print_result(
        f"Signed out of {profile.url}, profile {profile.name}.", json={"profile": profile.name, "signed_in": False}
    )


def whoami() -> None:
    """Show who you are, and in which helpdesk."""
    found = target()
    if found.is_system:
        where = {"url": found.url, "source": found.source, "user": None, "system": True}
        print_result(f"The system, by secret key, at {found.url} ({found.source})", json=where)
        return
    with connect() as hd:
        user = hd.users.me()
    if settings().json:
        print_json({"url": found.url, "source": found.source, "user": jsonable(user), "system": False})
        return
    show_user(user)
    typer.echo(f"  at {found.url} ({found.source})")


def _save(profile: Profile, user: User) -> None:
    before = profiles.load().current
    profiles.save(replace(profile, email=user.email, role=str(user.role)), make_current=True)
    use = "" if before == profile.name else " Commands use this profile from now on."
    print_result(
        f"Signed in to {profile.url} as {user.name or user.email} ({user.role}), profile {profile.name}.{use}",
        json={"profile": profile.name, "current": profile.name, "user": jsonable(user)},
    )
    note_variables_that_win(profile)


def _login_as_system(url: str, secret: str, local: bool) -> None:
    if not profiles.is_secret_key(secret):
        hint = "A secret key begins with sb_secret_. Find it in the project's settings, API keys."
        raise CliError("This is not a secret key", hint, ExitCode.USAGE)
    profile = profile_for(HelpdeskChoice(url, secret, local), None, system=True)
    with client(target_of(profile)) as hd:
        # Fails when the key is not accepted.
        hd.teams.list().first()
    # Not made the profile in use, unless it is the first: no policy limits it, so it should be named each time.
    profiles.save(profile)
    print_result(
        f"With --profile {profile.name}, commands use {url} as the system: no policy limits them.",
        json={"profile": profile.name, "user": None},
    )


def _with_tokens(helpdesk: HelpdeskChoice, file: Path | None) -> tuple[Profile, User]:
    lines = read_text("access_token", None, file).split() if file else read_secrets("Access token")
    for token in lines:
        register_secret(token)
    if not lines:
        raise CliError(f"access_token: {file} is empty", None, ExitCode.USAGE)
    session = {"access_token": lines[0], "refresh_token": lines[1] if len(lines) > 1 else None}
    found = Profile("", helpdesk.url, helpdesk.key, expires_at=profiles.expiry(lines[0]), **session)
    with client(target_of(found)) as hd:
        user = hd.users.me()
    return replace(found, name=profile_for(helpdesk, user.email).name), user


def _with_password(
    helpdesk: HelpdeskChoice, email: str | None, from_stdin: bool, *, sign_up_as: str | None = None
) -> tuple[Profile, User]:
    """Sign in; with ``sign_up_as``, create a login with this display name first."""
    email = email or os.environ.get("HELPDESK_EMAIL") or prompt("E-mail")
    profile = profile_for(helpdesk, email)
    password = None if from_stdin else os.environ.get("HELPDESK_PASSWORD")
    if password is None:
        if not from_stdin and not sys.stdin.isatty():
            raise CliError("The password is missing", "Pipe it in with --password-stdin.", ExitCode.USAGE)
        password = read_secret("Password", twice=sign_up_as is not None)
    register_secret(password)
    with client(target_of(profile)) as hd:
        if sign_up_as is None:
            session = hd.auth.sign_in(email, password)
        else:
            made = hd.auth.sign_up(email, password, name=sign_up_as)
            if made is None:
                hint = "Open the link in the e-mail that was sent to you, then: helpdesk login"
                raise CliError(
                    "The login was created, but its e-mail address must be confirmed first", hint, ExitCode.FORBIDDEN
                )
            session = made
        return with_session(profile, session), hd.users.me()


def _end_session(profile: Profile) -> None:
    """End the session on the server. If that fails, a note says so and the session is still removed here."""
    from helpdesk_sdk.errors import HelpdeskError

    try:
        with client(renewed(target_of(profile))) as hd:
            hd.auth.sign_out()
    except (HelpdeskError, CliError) as error:
        print_note(f"The session could not be ended on the server: {error}")
