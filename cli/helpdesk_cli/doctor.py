"""`helpdesk doctor`: checks configuration, connection and migrations; each problem comes with a fix."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from email.utils import parsedate_to_datetime
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import typer

from ._base.app import Commands
from ._base.errors import CliError, ExitCode
from ._base.output import print_hanging, print_json
from ._base.secrets import redact
from ._base.settings import settings
from ._base.text import one_line
from ._connect import profiles
from ._connect.connection import client, renewed
from ._connect.mail_check import check_mail
from ._connect.target import Target, target

if TYPE_CHECKING:
    import httpx

_TIMEOUT = 10.0
_SKEW_MAX = 30.0  # seconds; tokens are refused beyond it
_MIGRATE = "Apply the migrations: helpdesk init says how; for the local stack: helpdesk down, then helpdesk up."
_NOT_MIGRATED = {"PGRST202", "PGRST205", "3F000"}  # no such function, table, schema
# The Data API cannot read the schemas that it serves, and answers no request of the project.
_NO_SCHEMA_CACHE = "PGRST002"
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Attributes:
        ok: Whether the check passed; None for a warning.
        fix: What to do about a problem or a warning.
    """

    check: str
    ok: bool | None
    message: str
    fix: str | None = None


def register(app: Commands) -> None:
    """Add the command to the program."""
    app.command("doctor", profile=True)(doctor)


def doctor() -> None:
    """Check connection, migrations, assistant, events and mail.

    Each problem comes with a fix. The exit code is 1 if there is one. Mail is checked if HELPDESK_MAIL_FROM is set.
    """
    findings = []
    for finding in chain(_findings(), (Finding(*row) for row in check_mail(_url()))):
        findings.append(finding)
        if not settings().json:
            _print(finding)
    problems = sum(finding.ok is False for finding in findings)
    if settings().json:
        print_json({"ok": not problems, "findings": [asdict(finding) for finding in findings]})
    else:
        typer.echo(f"\n{problems} {'problem' if problems == 1 else 'problems'}." if problems else "\nNo problems.")
    if problems:
        raise typer.Exit(ExitCode.REFUSED)


def _print(finding: Finding) -> None:
    from rich.text import Text

    mark, style = {True: ("ok", "green"), False: ("PROBLEM", "bold red"), None: ("warning", "magenta")}[finding.ok]
    print_hanging(Text(f"{mark:<8}", style), Text(f"{finding.check}: {redact(one_line(finding.message))}"))
    if finding.fix:
        print_hanging(Text(f"{'':<8}→ "), Text(redact(one_line(finding.fix))))


def _findings() -> Iterator[Finding]:
    """All findings. Each check needs the ones before it: after a failure, checks that cannot work are left out."""
    try:
        yield from _profiles_file()
        found = target()
    except CliError as error:
        yield Finding("configuration", False, error.message, error.hint)
        return
    yield Finding("configuration", True, f"{found.url} ({found.source})")
    yield _key(found)
    answer = _request_settings(found)
    if isinstance(answer, Finding):
        yield answer
        return
    yield from _reachability(found, *answer)
    if answer[0].is_success:
        yield _sign_ups(found, answer[0])
    try:
        yield from _session(found)
    except CliError as error:
        yield Finding("session", False, error.message, error.hint)


def _url() -> str | None:
    with suppress(CliError):
        return target().url
    return None


def _profiles_file() -> Iterator[Finding]:
    path = profiles.profiles_path()
    if os.name == "posix" and path.exists() and path.stat().st_mode & 0o077:
        yield Finding(
            "profiles",
            None,
            f"{path} was readable by other users; its mode is 0600 now",
            "If other people use this machine, sign in again: helpdesk login",
        )
    known = profiles.load()
    yield Finding("profiles", True, f"{len(known.all)} in {path}")


def _key(found: Target) -> Finding:
    key = found.key
    if found.is_system:
        return Finding(
            "key",
            None,
            "a secret key: every command acts as the system, without any policy",
            "For daily work, sign in as a person: helpdesk login",
        )
    if profiles.is_secret_key(key):
        return Finding("key", False, "a secret key with a person's session", "Use the publishable key: helpdesk login")
    if key.startswith("sb_publishable_") or profiles.unverified_claims(key).get("role") == "anon":
        return Finding("key", True, "publishable" if key.startswith("sb_") else "publishable, legacy (anon JWT)")
    return Finding(
        "key", False, "neither a publishable key nor a secret key", "Copy it from the project's settings, API keys."
    )


def _request_settings(found: Target) -> tuple[httpx.Response, float] | Finding:
    """The project's Auth settings and how many seconds its clock is ahead; or why it does not answer."""
    import httpx

    try:
        sent_at = time.time()
        answer = httpx.get(f"{found.url}/auth/v1/settings", headers={"apikey": found.key}, timeout=_TIMEOUT)
        halfway = (sent_at + time.time()) / 2
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        why = one_line(error) or type(error).__name__
        fix = _start_hint(found.url) or "Check the URL and your network. A paused project must be restored first."
        return Finding("reachable", False, f"{found.url} does not answer: {why}", fix)
    try:
        theirs = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    except (KeyError, ValueError):
        return answer, 0.0
    # The header has whole seconds: half a second is the mean error.
    return answer, theirs + 0.5 - halfway


def _start_hint(url: str) -> str | None:
    """How to start the local stack on this URL's port; None when the URL is not on this machine."""
    parts = urlsplit(url)
    if parts.hostname not in _LOOPBACK:
        return None
    where = f" --port {parts.port}" if parts.port else ""
    return f"Start the local stack: helpdesk up --detach{where}"


def _reachability(found: Target, answer: httpx.Response, ahead: float) -> Iterator[Finding]:
    if answer.status_code in {401, 403}:
        yield Finding(
            "reachable",
            False,
            f"{found.url} does not accept the key",
            "Sign in to the running local stack: helpdesk login --local"
            if urlsplit(found.url).hostname in _LOOPBACK
            else "Copy it again from the project's settings, API keys.",
        )
    elif answer.status_code >= 400:
        yield Finding(
            "reachable",
            False,
            f"{found.url} answers with HTTP status {answer.status_code}",
            "Check that it is the URL of a Supabase project.",
        )
    else:
        yield Finding("reachable", True, f"{found.url} answers")
    if abs(ahead) > _SKEW_MAX:
        way = "behind" if ahead > 0 else "ahead of"
        yield Finding(
            "clock",
            False,
            f"this machine's clock is {abs(ahead):.0f} s {way} the server's",
            "Synchronize the clock (NTP): otherwise tokens are refused.",
        )
    else:
        yield Finding("clock", True, "agrees with the server's")


def _sign_ups(found: Target, answer: httpx.Response) -> Finding:
    """Whether Auth requires new logins to confirm their e-mail address."""
    try:
        body = answer.json()
    except ValueError:
        body = None
    unconfirmed = body.get("mailer_autoconfirm") if isinstance(body, dict) else None
    if unconfirmed is False:
        return Finding("sign-ups", True, "e-mail addresses must be confirmed")
    if unconfirmed and urlsplit(found.url).hostname in _LOOPBACK:
        return Finding("sign-ups", True, "e-mail addresses are not checked: on the local stack a sign-up needs no mail")
    fix = (
        "Enable Confirm email in the project's Auth settings, provider Email; "
        "in supabase/config.toml: enable_confirmations = true under [auth.email]."
    )
    if unconfirmed:
        message = "e-mail addresses are not confirmed: who signs up with somebody else's gets their tickets and role"
        return Finding("sign-ups", False, message, fix)
    return Finding("sign-ups", None, "the project does not say whether e-mail addresses must be confirmed", fix)


def _session(found: Target) -> Iterator[Finding]:
    from helpdesk_sdk.errors import HelpdeskError

    if not found.has_session and not found.is_system:
        yield Finding("session", False, "you are not signed in", "Sign in: helpdesk login")
        return
    found = renewed(found)
    token, is_admin = found.access_token, found.is_system
    if not is_admin:
        with client(found, timeout=_TIMEOUT) as hd:
            try:
                is_admin = (user := hd.users.me()).role == "admin"
                yield Finding("session", True, f"signed in as {user.name or user.email} ({user.role})")
            except HelpdeskError as error:
                # Without migrations the session may still be valid: the next finding reports the cause.
                if getattr(error, "code", None) not in {*_NOT_MIGRATED, _NO_SCHEMA_CACHE}:
                    yield Finding("session", False, error.message, error.hint or "Sign in again: helpdesk login")
            session = hd.auth.session
            token = session.access_token.get_secret_value() if session else token
    migrated = _migrations(found, token)
    yield migrated
    if migrated.ok:
        # Imported here, so that help and completion do not wait for it.
        from ._connect import assistant_check, database_check, health_check, live_check

        with client(found, timeout=_TIMEOUT) as hd:
            of_database = database_check.check_database(found.url, found.key, token, _TIMEOUT)
            of_assistant = assistant_check.check_assistant(hd, is_admin)
            for result in (*of_database, *health_check.check_health(hd), *of_assistant):
                yield Finding(*result)
        yield Finding("live", *live_check.check_live(found.url, found.key, token))


def _migrations(found: Target, token: str | None) -> Finding:
    """Whether the database has the schema version of this package."""
    import httpx

    headers = {"apikey": found.key, "Content-Profile": "helpdesk", "Authorization": f"Bearer {token or found.key}"}
    if token is None and found.key.startswith("sb_"):
        del headers["Authorization"]
    try:
        answer = httpx.post(f"{found.url}/rest/v1/rpc/schema_version", headers=headers, json={}, timeout=_TIMEOUT)
        body = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        message = f"the Data API's answer is not readable: {error}"
        return Finding("migrations", False, message, "Check that it is the URL of a Supabase project.")
    if answer.is_success:
        return _compare_versions(body if isinstance(body, str) else None)
    code = body.get("code") if isinstance(body, dict) else None
    if code == "PGRST106":
        fix = "Add helpdesk to the exposed schemas in the project's Data API settings."
        return Finding("migrations", False, "the Data API does not serve the schema helpdesk", fix)
    if code == _NO_SCHEMA_CACHE:
        message = "the Data API cannot read its schemas, and answers no request of the whole project"
        fix = (
            "If helpdesk is an exposed schema but not in the database (after an uninstall, or before the migrations): "
            "take it off the exposed schemas in the project's Data API settings. Otherwise the database is starting."
        )
        return Finding("migrations", False, message, fix)
    if code in _NOT_MIGRATED:
        message = "the schema helpdesk is exposed, but the helpdesk's migrations are not in this database"
        fix = f"{_MIGRATE} After an uninstall: take helpdesk off the exposed schemas in the Data API settings."
        return Finding("migrations", False, message, fix)
    why = f"the Data API answers with HTTP status {answer.status_code}"
    return Finding("migrations", False, why, "Sign in again: helpdesk login")


def _compare_versions(theirs: str | None) -> Finding:
    from helpdesk_sdk.install.package import pip_install
    from helpdesk_sdk.install.project import project_dir

    ours = max(path.name.partition("_")[0] for path in (project_dir() / "migrations").glob("[0-9]*_*.sql"))
    if theirs == ours:
        return Finding("migrations", True, f"schema version {ours}")
    if theirs is None or theirs < ours:
        present = f"schema version {theirs}" if theirs else "no schema version"
        return Finding("migrations", False, f"the database has {present}, this program needs {ours}", _MIGRATE)
    why = f"the database has schema version {theirs}, this program knows {ours}"
    return Finding("migrations", None, why, f"Upgrade this program: {pip_install(upgrade=True)}")
