"""The project's settings and secrets: as they are, as they should be, and those that the platform's API can set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import PlatformRefusedError
from .model import Item

if TYPE_CHECKING:
    from ._database import Db
    from ._platform import Platform
    from .target import Target

_EXPOSED = "helpdesk"
_NEVER_EXPOSED = "helpdesk_private"
_BUCKETS = {"helpdesk-attachments": "the files of all tickets", "helpdesk-emails": "all mails as they came"}
SCHEMAS = "exposed schemas"
CONFIRMATION = "e-mail confirmation"
REALTIME = "public Realtime channels"
_PLACES = {
    SCHEMAS: "Project Settings, Data API, Exposed schemas: add helpdesk, never helpdesk_private",
    CONFIRMATION: "Authentication, Sign In / Providers, Email: switch on Confirm email",
    REALTIME: "Realtime, Settings: switch off Allow public access",
}


def settings(target: Target) -> list[Item]:
    """Each setting as it is and as it should be.

    Args:
        target: Where to.

    Raises:
        PlatformRefusedError: The platform does not know the token or the project.
        ConnectionFailedError: It cannot be reached.
    """
    platform = target.platform
    return [
        _schemas(_read(platform, "/postgrest")),
        _confirmation(_read(platform, "/config/auth"), target.environment.project_settings),
        _realtime(_read(platform, "/config/realtime")),
    ]


def apply(target: Target, items: list[Item]) -> list[str]:
    """Set what is left to set; return the names.

    Args:
        target: Where to.
        items: What `settings` returned.

    Raises:
        PlatformRefusedError: The platform refused.
        ConnectionFailedError: It cannot be reached.
    """
    todo = [item.name for item in items if item.action == "set"]
    platform = target.platform
    if platform is None:
        return []
    for name in todo:
        if name == SCHEMAS:
            # Read again: only now, with the migrations there, the schema may be exposed.
            wanted = _wanted_schemas(_csv(platform.get("/postgrest").get("db_schema")))
            platform.patch("/postgrest", {"db_schema": ",".join(wanted)})
        elif name == CONFIRMATION:
            platform.patch("/config/auth", {"mailer_autoconfirm": False})
    return todo


def secrets(target: Target) -> list[Item]:
    """Each secret of the functions that the environment names. Values cannot be read, so they are not compared.

    Args:
        target: Where to.

    Raises:
        PlatformRefusedError: The platform does not know the token or the project.
        ConnectionFailedError: It cannot be reached.
    """
    if not target.environment.secrets_env:
        return []
    found = _read(target.platform, "/secrets")
    known = None if found is None else {secret.get("name") for secret in found}
    made = []
    for name in target.environment.secrets_env:
        present = "set" if known is not None and name in known else None
        has_value = name in target.secrets
        command = f"supabase secrets set --env-file FILE --remote={target.environment.project_ref or 'REF'}"
        if known is None:
            note = "without an access token the project's secrets cannot be seen"
            made.append(Item("secrets", name, None, "set", "by_hand", note, command))
        elif present:
            note = "its value is sent again" if has_value else f"{name} is not set here: its value stays"
            made.append(Item("secrets", name, present, "set", "ok", note))
        elif has_value:
            made.append(Item("secrets", name, None, "set", "set"))
        else:
            note = f"the environment variable {name} is not set here"
            made.append(Item("secrets", name, None, "set", "by_hand", note, command))
    return made


def send_secrets(target: Target) -> list[str]:
    """Send the values of the secrets that are set here; return their names.

    Args:
        target: Where to.

    Raises:
        PlatformRefusedError: The platform refused.
        ConnectionFailedError: It cannot be reached.
    """
    if not target.secrets or target.platform is None:
        return []
    target.platform.post("/secrets", [{"name": name, "value": value} for name, value in target.secrets.items()])
    return list(target.secrets)


def buckets(db: Db) -> list[Item]:
    """The buckets of attachments and of mails; the migrations make them.

    Args:
        db: A connection.
    """
    there = db.execute("select to_regclass('storage.buckets') is not null as there").fetchone()
    if not there or not there["there"]:
        note = "this project has no Storage: the helpdesk works without attachments"
        return [
            Item("buckets", next(iter(_BUCKETS)), None, "private", "advice", note, "Switch on Storage in the dashboard")
        ]
    return [_bucket(db, name, whose) for name, whose in _BUCKETS.items()]


def _bucket(db: Db, name: str, whose: str) -> Item:
    row = db.execute("select public from storage.buckets where id = %s", [name]).fetchone()
    if row is None:
        return Item("buckets", name, None, "private", "run")
    if row["public"]:
        note = f"everybody can read {whose}"
        return Item("buckets", name, "public", "private", "by_hand", note, "Storage, the bucket: make it private")
    return Item("buckets", name, "private", "private", "ok")


def backup(platform: Platform | None) -> str | None:
    """The newest backup of the platform, as a sentence; None when it is not known.

    Args:
        platform: The project.

    Raises:
        PlatformRefusedError: The platform does not know the token or the project.
        ConnectionFailedError: It cannot be reached.
    """
    found = _read(platform, "/database/backups")
    if not isinstance(found, dict):
        return None
    if found.get("pitr_enabled"):
        return "Point-in-time recovery is on."
    done = [each["inserted_at"] for each in found.get("backups", []) if each.get("status") == "COMPLETED"]
    return f"The newest backup is of {max(done)}." if done else "The platform has no backup of this project."


def _read(platform: Platform | None, path: str) -> Any:
    """Settings of the project; None when they cannot be seen."""
    if platform is None:
        return None
    try:
        return platform.get(path)
    except PlatformRefusedError as error:
        if error.status != 403:
            raise
        return None


def _csv(text: Any) -> list[str]:
    return [part.strip() for part in str(text or "").split(",") if part.strip()]


def _wanted_schemas(present: list[str]) -> list[str]:
    kept = [schema for schema in present if schema != _NEVER_EXPOSED]
    return kept if _EXPOSED in kept else [*kept, _EXPOSED]


def _schemas(found: Any) -> Item:
    if found is None:
        return _unseen(SCHEMAS, f"{_EXPOSED} among them, {_NEVER_EXPOSED} not")
    present = _csv(found.get("db_schema"))
    wanted = _wanted_schemas(present)
    action: Any = "ok" if set(wanted) == set(present) else "set"
    return Item("settings", SCHEMAS, ", ".join(present) or "none", ", ".join(wanted), action)


def _confirmation(found: Any, may_set: bool) -> Item:
    if found is None or not isinstance(found.get("mailer_autoconfirm"), bool):
        return _unseen(CONFIRMATION, "on")
    if not found["mailer_autoconfirm"]:
        return Item("settings", CONFIRMATION, "on", "on", "ok")
    note = "who signs up with somebody else's address gets their tickets and role"
    if may_set:
        return Item("settings", CONFIRMATION, "off", "on", "set", note)
    note += "; it is a setting of your whole project, which project_settings = true in helpdesk.toml lets us change"
    return Item("settings", CONFIRMATION, "off", "on", "by_hand", note, _PLACES[CONFIRMATION])


def _realtime(found: Any) -> Item:
    if found is None:
        return Item("settings", REALTIME, None, "refused", "unknown", None, _PLACES[REALTIME])
    if found.get("private_only"):
        return Item("settings", REALTIME, "refused", "refused", "ok")
    note = "the helpdesk uses private channels only; refuse public ones unless your own program needs them"
    return Item("settings", REALTIME, "allowed", "refused", "advice", note, _PLACES[REALTIME])


def _unseen(name: str, wanted: str) -> Item:
    note = "it cannot be seen from here: there is no access token with that right"
    return Item("settings", name, None, wanted, "by_hand", note, _PLACES[name])
