"""The edge functions: an archive of our files, what the platform has, and how they get there."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ..install.project import project_dir
from .errors import DeploymentError
from .model import Item, Problem

if TYPE_CHECKING:
    from ._cli import SupabaseCli
    from ._platform import Platform
    from ._state import State
    from .target import Target

_CONFIG = "supabase/config.toml"


def archive(files: Mapping[str, bytes]) -> bytes:
    """The functions and their settings as a zip file; the same files make the same bytes.

    Args:
        files: Their files, by path below the supabase folder.
    """
    ours = {f"supabase/{path}": content.replace(b"\r\n", b"\n") for path, content in files.items()}
    settings = tomllib.loads((project_dir() / "config.toml").read_text("utf-8")).get("functions", {})
    lines = ['project_id = "helpdesk"\n']
    for name in sorted(PurePosixPath(path).parts[1] for path in files if path.endswith("/index.ts")):
        verify = json.dumps(bool(settings.get(name, {}).get("verify_jwt", True)))
        lines.append(f"\n[functions.{name}]\nenabled = true\nverify_jwt = {verify}\n")
    ours[_CONFIG] = "".join(lines).encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, content in sorted(ours.items()):
            packed.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED, 9)
    return made.getvalue()


def names(packed: bytes) -> dict[str, bool]:
    """The functions in an archive, and whether each asks for a token.

    Args:
        packed: The archive.
    """
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        settings = tomllib.loads(opened.read(_CONFIG).decode())
    return {name: table["verify_jwt"] for name, table in settings.get("functions", {}).items()}


def checksum(packed: bytes) -> str:
    """The checksum of an archive.

    Args:
        packed: The archive.
    """
    return hashlib.sha256(packed).hexdigest()


def deploy(packed: bytes, cli: SupabaseCli, platform: Platform) -> dict[str, int]:
    """Deploy the functions of an archive, all by one command. Returns the platform's version of each.

    Args:
        packed: The archive.
        cli: The Supabase CLI.
        platform: The project.

    Raises:
        DeploymentError: The Supabase CLI failed, or the platform has not what was deployed.
        ConnectionFailedError: The platform cannot be reached.
    """
    wanted = names(packed)
    with tempfile.TemporaryDirectory(prefix="helpdesk-functions-") as folder:
        with zipfile.ZipFile(io.BytesIO(packed)) as opened:
            for path in opened.namelist():
                parts = PurePosixPath(path)
                if parts.is_absolute() or ".." in parts.parts or "\\" in path or ":" in path:
                    raise DeploymentError(f"The archive of the functions has a path that leads out of it: {path}")
                target = Path(folder, *parts.parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(opened.read(path))
        cli.deploy_functions(Path(folder), sorted(wanted), platform)
    found = present(platform)
    wrong = [
        name
        for name, asks in wanted.items()
        if name not in found or bool(found[name].get("verify_jwt", True)) is not asks
    ]
    if wrong:
        raise DeploymentError(f"After the deployment the platform has not, or not as deployed: {', '.join(wrong)}")
    return {name: int(found[name].get("version", 0)) for name in wanted}


def present(platform: Platform) -> dict[str, dict[str, Any]]:
    """The functions of the project by name, the host's own too.

    Args:
        platform: The project.

    Raises:
        PlatformRefusedError: The platform refused.
        ConnectionFailedError: It cannot be reached.
    """
    return {function["slug"]: function for function in platform.get("/functions")}


def items(target: Target, state: State, packed: bytes, found: dict[str, dict[str, Any]] | None) -> list[Item]:
    """Each function as it is and as it should be.

    Args:
        target: Where to.
        state: The state of the database.
        packed: The archive of the functions.
        found: The functions of the project; None when they cannot be seen.
    """
    made = []
    done = state.unfinished or state.last
    is_recorded = done is not None and done.steps.get("functions") == checksum(packed)
    where = f" --remote={target.environment.project_ref}" if target.environment.project_ref else ""
    for name in names(packed):
        wanted = "this version"
        command = f"supabase functions deploy {name} --use-api{where}"
        if found is None:
            note = "without an access token the project's functions cannot be seen"
            made.append(Item("functions", name, None, wanted, "by_hand", note, command))
            continue
        version = found[name].get("version") if name in found else None
        told: str | None = None if version is None else f"version {version}"
        expected = done.function_versions.get(name) if done else None
        if version is not None and is_recorded and version == expected:
            made.append(Item("functions", name, told, wanted, "ok"))
        elif target.cli is None:
            note = "the Supabase CLI is not installed"
            made.append(Item("functions", name, told, wanted, "by_hand", note, command))
        else:
            by_others = version is not None and is_recorded and expected is not None
            why = f"we deployed version {expected}" if by_others else None
            made.append(Item("functions", name, told, wanted, "deploy", why))
    return made


def clashes(state: State, packed: bytes, found: dict[str, dict[str, Any]] | None) -> list[Problem]:
    """Functions of our names that we did not deploy: they may be the host's own.

    Args:
        state: The state of the database.
        packed: The archive of the functions.
        found: The functions of the project; None when they cannot be seen.
    """
    ours = state.last or state.unfinished
    taken = sorted(set(names(packed)) & set(found or ())) if ours is None else []
    if not taken:
        return []
    message = f"the project has functions of these names, which helpdesk deploy did not deploy: {', '.join(taken)}"
    way_out = (
        "If they are the helpdesk's, deployed by hand: --adopt. If they are yours: functions = false in helpdesk.toml."
    )
    return [Problem("name_clash", message, way_out)]
