"""`helpdesk doctor`: what is configured, reachable and migrated; each problem with its fix."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import typer

from ._base.app import Commands
from ._base.errors import CliError, ExitCode
from ._base.output import console, print_json
from ._base.secrets import redact
from ._base.settings import settings
from ._base.text import one_line
from ._connect import profiles
from ._connect.connection import Target, client, fresh, target

if TYPE_CHECKING:
    import httpx

_TIMEOUT = 10.0
# Tokens are refused when clocks differ by more than this many seconds.
_SKEW_MAX = 30.0
_MIGRATE = "Apply the migrations: supabase db push; for the local stack: helpdesk down, then helpdesk up."
# What the Data API says where the migrations are missing: no such function, table, schema.
_NOT_MIGRATED = {"PGRST202", "PGRST205", "3F000"}
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        ok: Whether it is as it should be; None for a warning.
        fix: What to do about it, when it is not.
    """

    check: str
    ok: bool | None
    message: str
    fix: str | None = None


def register(app: Commands) -> None:
    """Add the command to the program."""
    app.command("doctor", profile=True)(doctor)


def doctor() -> None:
    """Find out what is wrong: configuration, connection, migrations, live events.

    Each problem comes with its fix. Exits with 1 if there is one.
    """
    findings = []
    for finding in _examined():
        findings.append(finding)
        if not settings().json:
            _print(finding)
    problems = sum(finding.ok is False for finding in findings)
    if settings().json:
        print_json({"ok": not problems, "findings": [asdict(finding) for finding in findings]})
    else:
        typer.echo(f"\n{problems} {'problem' if problems == 1 else 'problems'}." if problems else "\nAll is well.")
    if problems:
        raise typer.Exit(ExitCode.REFUSED)


def _print(finding: Finding) -> None:
    from rich.text import Text

    mark, style = {True: ("ok", "green"), False: ("PROBLEM", "bold red"), None: ("warning", "magenta")}[finding.ok]
    console().print(Text.assemble((f"{mark:<8}", style), f"{finding.check}: ", redact(one_line(finding.message))))
    if finding.fix:
        console().print(Text(f"{'':<8}→ {redact(one_line(finding.fix))}"))


def _examined() -> Iterator[Finding]:
    """All findings, in the order in which one thing needs the other; what cannot be asked any more is left out."""
    try:
        yield from _profiles_file()
        found = target()
    except CliError as error:
        yield Finding("configuration", False, error.message, error.hint)
        return
    yield Finding("configuration", True, f"{found.url} ({found.source})")
    yield _key_kind(found)
    answer = _asked(found)
    if isinstance(answer, Finding):
        yield answer
        return
    yield from _reached(found, *answer)
    if answer[0].is_success:
        yield _sign_ups(found, answer[0])
    try:
        yield from _session(found)
    except CliError as error:
        yield Finding("session", False, error.message, error.hint)


def _profiles_file() -> Iterator[Finding]:
    path = profiles.profiles_path()
    if os.name == "posix" and path.exists() and path.stat().st_mode & 0o077:
        yield Finding(
            "profiles",
            None,
            f"{path} was readable by other users; it is not any more",
            "Sign in anew if others use this machine.",
        )
    known = profiles.load()
    yield Finding("profiles", True, f"{len(known.all)} in {path}")


def _key_kind(found: Target) -> Finding:
    key = found.key
    if found.is_system:
        return Finding(
            "key",
            None,
            "a secret key: every command acts as the system, and no policy limits it",
            "Sign in as a person for daily work: helpdesk login",
        )
    if profiles.is_secret_key(key):
        return Finding(
            "key", False, "a secret key, and a person's session", "Give the publishable key instead: helpdesk login"
        )
    if key.startswith("sb_publishable_") or profiles.claims(key).get("role") == "anon":
        return Finding(
            "key", True, "publishable" if key.startswith("sb_") else "publishable, of the old kind (anon JWT)"
        )
    return Finding(
        "key", False, "it is neither a publishable nor a secret key", "Copy it from the project's settings, API keys."
    )


def _asked(found: Target) -> tuple[httpx.Response, float] | Finding:
    """What the project answers without a session, and by how many seconds its clock is ahead; or why it does not."""
    import httpx

    try:
        begun = time.time()
        answer = httpx.get(f"{found.url}/auth/v1/settings", headers={"apikey": found.key}, timeout=_TIMEOUT)
        halfway = (begun + time.time()) / 2
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        why = one_line(error) or type(error).__name__
        fix = _start_it(found.url) or "Check the URL and your connection; a paused project must be restored first."
        return Finding("reachable", False, f"{found.url} does not answer: {why}", fix)
    try:
        theirs = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    except (KeyError, ValueError):
        return answer, 0.0
    # The header counts whole seconds.
    return answer, theirs + 0.5 - halfway


def _start_it(url: str) -> str | None:
    """How to start the stack of this URL, when it is on this machine: on the port that the profile knows."""
    parts = urlsplit(url)
    if parts.hostname not in _LOOPBACK:
        return None
    where = f" --port {parts.port}" if parts.port else ""
    return f"Start the local stack: helpdesk up --detach{where}"


def _reached(found: Target, answer: httpx.Response, ahead: float) -> Iterator[Finding]:
    if answer.status_code in {401, 403}:
        yield Finding(
            "reachable",
            False,
            f"{found.url} does not take the key",
            "Sign in to the stack that runs here: helpdesk login --local"
            if urlsplit(found.url).hostname in _LOOPBACK
            else "Copy it anew from the project's settings, API keys.",
        )
    elif answer.status_code >= 400:
        yield Finding(
            "reachable",
            False,
            f"{found.url} answers with HTTP status {answer.status_code}",
            "Is it the URL of a Supabase project?",
        )
    else:
        yield Finding("reachable", True, f"{found.url} answers")
    if abs(ahead) > _SKEW_MAX:
        way = "behind" if ahead > 0 else "ahead of"
        yield Finding(
            "clock",
            False,
            f"this machine's clock is {abs(ahead):.0f} s {way} the server's",
            "Set it by the network (NTP): tokens are refused otherwise.",
        )
    else:
        yield Finding("clock", True, "agrees with the server's")


def _sign_ups(found: Target, answer: httpx.Response) -> Finding:
    """Whether Auth takes an address for its owner's only when they have opened a mail that was sent to it."""
    try:
        said = answer.json()
    except ValueError:
        said = None
    at_once = said.get("mailer_autoconfirm") if isinstance(said, dict) else None
    if at_once is False:
        return Finding("sign-ups", True, "confirm their e-mail address")
    if at_once and urlsplit(found.url).hostname in _LOOPBACK:
        return Finding("sign-ups", True, "confirmed at once: the local stack sends no mail")
    fix = (
        "Switch on Confirm email, in the project's settings of Auth, provider Email; "
        "in supabase/config.toml: enable_confirmations = true under [auth.email]."
    )
    if at_once:
        message = "nobody's e-mail address is confirmed: whoever signs up with another's gets their tickets and role"
        return Finding("sign-ups", False, message, fix)
    return Finding("sign-ups", None, "the project does not say whether they confirm their e-mail address", fix)


def _session(found: Target) -> Iterator[Finding]:
    from helpdesk_sdk.errors import HelpdeskError

    if not found.has_session and not found.is_system:
        yield Finding("session", False, "you are not signed in", "Sign in: helpdesk login")
        return
    found = fresh(found)
    token = found.access_token
    if not found.is_system:
        with client(found, timeout=_TIMEOUT) as hd:
            try:
                user = hd.auth.whoami()
                yield Finding("session", True, f"signed in as {user.name or user.email} ({user.role})")
            except HelpdeskError as error:
                # Where there is no helpdesk, nothing is wrong with the session: the next finding says what is.
                if getattr(error, "code", None) not in _NOT_MIGRATED:
                    yield Finding("session", False, error.message, error.hint or "Sign in again: helpdesk login")
            session = hd.auth.session
            token = session.access_token.get_secret_value() if session else token
    migrated = _migrations(found, token)
    yield migrated
    if migrated.ok:
        # Only now: help and completion need not wait for it.
        from ._connect.live_check import liveness

        yield Finding("live", *liveness(found.url, found.key, token))


def _migrations(found: Target, token: str | None) -> Finding:
    """Whether the database is at the version that this package brings along."""
    import httpx

    headers = {"apikey": found.key, "Content-Profile": "helpdesk", "Authorization": f"Bearer {token or found.key}"}
    if token is None and found.key.startswith("sb_"):
        del headers["Authorization"]
    try:
        answer = httpx.post(f"{found.url}/rest/v1/rpc/schema_version", headers=headers, json={}, timeout=_TIMEOUT)
        said = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        return Finding(
            "migrations",
            False,
            f"the Data API gives no readable answer: {error}",
            "Is it the URL of a Supabase project?",
        )
    if answer.is_success:
        return _compared(said if isinstance(said, str) else None)
    code = said.get("code") if isinstance(said, dict) else None
    if code == "PGRST106":
        fix = "Add helpdesk to the exposed schemas, in the project's Data API settings."
        return Finding("migrations", False, "the Data API does not serve the schema helpdesk", fix)
    if code in _NOT_MIGRATED:
        return Finding("migrations", False, "the helpdesk's migrations are not in this database", _MIGRATE)
    return Finding(
        "migrations",
        False,
        f"the Data API answers with HTTP status {answer.status_code}",
        "Sign in again: helpdesk login",
    )


def _compared(theirs: str | None) -> Finding:
    from helpdesk_sdk.install.project import project_dir

    ours = max(path.name.partition("_")[0] for path in (project_dir() / "migrations").glob("[0-9]*_*.sql"))
    if theirs == ours:
        return Finding("migrations", True, f"schema version {ours}")
    if theirs is None or theirs < ours:
        return Finding(
            "migrations", False, f"the database is at {theirs or 'none'}, this program needs {ours}", _MIGRATE
        )
    message = f"the database is at {theirs}, this program knows {ours}"
    return Finding("migrations", None, message, "Upgrade it: pip install --upgrade helpdesk-sdk")
