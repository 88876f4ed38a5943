"""`helpdesk login`, `sign-up`, `logout` and `whoami`."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from ._base.app import Commands
from ._base.errors import CliError, ExitCode
from ._base.input import read_secret, read_secrets, read_text
from ._base.json import plain
from ._base.output import print_json, remark, tell
from ._base.secrets import keep_secret
from ._base.settings import settings
from ._connect import profiles
from ._connect.connection import (
    checked_key,
    checked_url,
    chosen_name,
    client,
    connect,
    fresh,
    of_profile,
    target,
    with_session,
)
from ._connect.profiles import Profile
from ._show.users import show_user

if TYPE_CHECKING:
    from helpdesk_sdk import User

UrlOption = Annotated[str | None, typer.Option(help="The Supabase project's URL.", show_default=False)]
KeyOption = Annotated[str | None, typer.Option(help="Its publishable key (sb_publishable_…).", show_default=False)]
EmailOption = Annotated[str | None, typer.Option(help="Your e-mail address.", show_default=False)]
PasswordOption = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]
LocalOption = Annotated[bool, typer.Option("--local", help="Take URL and key of the local stack that runs here.")]
DataOption = Annotated[Path | None, typer.Option(help="With --local: its data directory.", show_default=False)]
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


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
            "--token-stdin", help="Read an access token, and if you like a refresh token, from standard input."
        ),
    ] = False,
    access_token_file: Annotated[
        Path | None, typer.Option(metavar="PATH", help="The same from a file.", show_default=False)
    ] = None,
    secret_key_stdin: Annotated[
        bool,
        typer.Option("--secret-key-stdin", help="Be the system: read the project's secret key from standard input."),
    ] = False,
    local: LocalOption = False,
    data: DataOption = None,
) -> None:
    """Sign in, and remember the helpdesk as a profile.

    What is not given is asked for. No secret is taken from the command line, where other users of the machine could
    read it: passwords are asked for or come from standard input, as tokens do.
    """
    if sum((password_stdin, token_stdin, access_token_file is not None, secret_key_stdin)) > 1:
        raise CliError("Only one way to sign in at a time", "See: helpdesk login --help", ExitCode.USAGE)
    if secret_key_stdin:
        found_url, secret = _local(data)[0::2] if local else (_url(url), read_secret("Secret key"))
        _login_as_system(found_url, secret, local)
        return
    profile = _place(url, key, local, data)
    if token_stdin or access_token_file is not None:
        profile = _with_tokens(profile, access_token_file)
        with client(of_profile(profile)) as hd:
            user = hd.auth.whoami()
    else:
        profile, user = _with_password(profile, email, password_stdin)
    _remember(profile, user)


def sign_up(
    url: UrlOption = None,
    key: KeyOption = None,
    email: EmailOption = None,
    name: Annotated[str, typer.Option(help="Your display name.")] = "",
    password_stdin: PasswordOption = False,
    local: LocalOption = False,
    data: DataOption = None,
) -> None:
    """Make a login, where the project allows it, and sign in.

    Everybody begins as a customer; an admin, or an invitation, makes them more.
    """
    profile, user = _with_password(_place(url, key, local, data), email, password_stdin, sign_up_as=name)
    _remember(profile, user)


def logout() -> None:
    """Sign out, here and on the server; the profile stays."""
    profile = profiles.load().get(settings().profile or chosen_name())
    if profile.is_system:
        hint = f"Remove the whole profile: helpdesk profiles remove {profile.name}"
        raise CliError(f"Profile {profile.name} has no session, but the secret key", hint, ExitCode.USAGE)
    if profile.access_token:
        _end_session(profile)
        profiles.save(profile.signed_out())
    tell(f"Signed out of {profile.url}, profile {profile.name}.", json={"profile": profile.name, "signed_in": False})


def whoami() -> None:
    """Show who you are, and where."""
    found = target()
    if found.is_system:
        where = {"url": found.url, "source": found.source, "user": None, "system": True}
        tell(f"The system itself, by secret key, at {found.url} ({found.source})", json=where)
        return
    with connect() as hd:
        user = hd.auth.whoami()
    if settings().json:
        print_json({"url": found.url, "source": found.source, "user": plain(user), "system": False})
        return
    show_user(user)
    typer.echo(f"  at {found.url} ({found.source})")


def _place(url: str | None, key: str | None, local: bool, data: Path | None) -> Profile:
    """The profile of a helpdesk that nobody has signed in to yet."""
    found_url, found_key = _local(data)[:2] if local else (_url(url), None)
    name = _name_for(found_url, system=False, local=local)
    return Profile(name, found_url, found_key or _key(key, profiles.load().all.get(name), found_url))


def _remember(profile: Profile, user: User) -> None:
    profiles.save(replace(profile, email=user.email), make_current=True)
    tell(
        f"Signed in to {profile.url} as {user.name or user.email} ({user.role}), profile {profile.name}.",
        json={"profile": profile.name, "user": plain(user)},
    )


def _named() -> str | None:
    return settings().profile or os.environ.get("HELPDESK_PROFILE")


def _name_for(url: str, *, system: bool, local: bool) -> str:
    """A name for the profile, unless one was given. No profile is overwritten by that of another place or kind."""
    named, known = _named(), profiles.load()
    if named:
        return profiles.checked_name(named)
    host = re.sub(r"[^A-Za-z0-9-]", "-", (urlsplit(url).hostname or "").partition(".")[0]).strip("-") or "project"
    usual = "system" if system else "local" if local else "default"
    for name in (known.current, usual, f"{host}-system" if system else host):
        taken = known.all.get(name) if name else None
        if name and (taken is None or (taken.is_system == system and _same_place(taken.url, url))):
            return name
    raise CliError("Every name that would fit is taken", "Name the profile: --profile NAME", ExitCode.USAGE)


def _same_place(one: str, other: str) -> bool:
    # A local stack may come back on another port.
    return one == other or {urlsplit(one).hostname, urlsplit(other).hostname} <= _LOOPBACK


def _local(data: Path | None) -> tuple[str, str, str]:
    from helpdesk_sdk.local import Stack

    info = Stack.find(data).info
    keep_secret(info.secret_key)
    return info.api_url, info.publishable_key, info.secret_key


def _url(given: str | None) -> str:
    found = given or os.environ.get("HELPDESK_URL")
    if not found:
        known = profiles.load()
        used = known.all.get(_named() or known.current or "")
        found = used.url if used else _ask("URL of the Supabase project")
    made = checked_url(found)
    host = urlsplit(made).hostname
    if made.startswith("http://") and host not in _LOOPBACK:
        remark(f"Warning: {host} is asked without encryption: others on the way can read your password")
    return made


def _key(given: str | None, known: Profile | None, url: str) -> str:
    if given and profiles.is_secret_key(given):
        keep_secret(given)
        hint = "Pipe it in with --secret-key-stdin; and replace it: other users of this machine may have read it."
        raise CliError("A secret key is not taken from the command line", hint, ExitCode.USAGE)
    kept = known.key if known and known.url == url and not profiles.is_secret_key(known.key) else None
    key = given or os.environ.get("HELPDESK_KEY") or kept or _ask("Publishable key")
    if profiles.is_secret_key(key):
        raise CliError(
            "A person signs in with the publishable key", "For a system profile: --secret-key-stdin", ExitCode.USAGE
        )
    return checked_key(key)


def _ask(what: str) -> str:
    if not sys.stdin.isatty():
        raise CliError(f"{what} is missing", "See: helpdesk login --help", ExitCode.USAGE)
    return str(typer.prompt(what))


def _login_as_system(url: str, secret: str, local: bool) -> None:
    if not profiles.is_secret_key(secret):
        hint = "It begins with sb_secret_, and is in the project's settings under API keys."
        raise CliError("This is not a secret key", hint, ExitCode.USAGE)
    profile = Profile(_name_for(url, system=True, local=local), url, secret)
    with client(of_profile(profile)) as hd:
        next(iter(hd.teams.list(page_size=1)), None)
    # Not the one in use, unless it is the first: what no policy limits is to be asked for by name.
    profiles.save(profile)
    tell(
        f"With --profile {profile.name}, commands speak to {url} as the system: no policy limits them.",
        json={"profile": profile.name, "user": None},
    )


def _with_tokens(profile: Profile, file: Path | None) -> Profile:
    lines = read_text("access_token", None, file).split() if file else read_secrets("Access token")
    for token in lines:
        keep_secret(token)
    if not lines:
        raise CliError(f"access_token: {file} is empty", None, ExitCode.USAGE)
    expires = profiles.claims(lines[0]).get("exp")
    return replace(
        profile,
        access_token=lines[0],
        refresh_token=lines[1] if len(lines) > 1 else None,
        expires_at=datetime.fromtimestamp(expires, UTC) if isinstance(expires, int | float) else None,
    )


def _with_password(
    profile: Profile, email: str | None, from_stdin: bool, *, sign_up_as: str | None = None
) -> tuple[Profile, User]:
    """Sign in, or up with this name."""
    email = email or os.environ.get("HELPDESK_EMAIL") or _ask("E-mail")
    password = None if from_stdin else os.environ.get("HELPDESK_PASSWORD")
    if password is None:
        if not from_stdin and not sys.stdin.isatty():
            raise CliError("The password is missing", "Pipe it in with --password-stdin.", ExitCode.USAGE)
        password = read_secret("Password", twice=sign_up_as is not None)
    keep_secret(password)
    with client(of_profile(profile)) as hd:
        if sign_up_as is None:
            session = hd.auth.sign_in(email, password)
        else:
            made = hd.auth.sign_up(email, password, name=sign_up_as)
            if made is None:
                hint = "Open the link in the e-mail that was sent to it, then: helpdesk login"
                raise CliError("The login is made; its address is to be confirmed first", hint, ExitCode.FORBIDDEN)
            session = made
        return with_session(profile, session), hd.auth.whoami()


def _end_session(profile: Profile) -> None:
    """Tell the server; when it cannot be reached, the session ends here all the same."""
    from helpdesk_sdk.errors import HelpdeskError

    try:
        with client(fresh(of_profile(profile))) as hd:
            hd.auth.sign_out()
    except (HelpdeskError, CliError) as error:
        remark(f"The server does not know of it: {error}")
