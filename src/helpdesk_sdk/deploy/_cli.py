"""The Supabase CLI: found, its version, and the commands that a deployment needs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import ConfigurationError
from ..install.releases import version_key
from ._platform import URL, Platform
from .errors import SupabaseCliError

PATH_VARIABLE = "HELPDESK_SUPABASE_CLI"
OLDEST = "3.0.0"
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_SECONDS = 600
_QUIET = {"SUPABASE_TELEMETRY_DISABLED": "1", "DO_NOT_TRACK": "1"}


@dataclass(frozen=True)
class SupabaseCli:
    """The program."""

    path: str
    """Where it is."""

    @classmethod
    def find(cls, variables: Mapping[str, str]) -> SupabaseCli | None:
        """The program that HELPDESK_SUPABASE_CLI names, or that on the path; None when there is none.

        Args:
            variables: The environment variables.

        Raises:
            ConfigurationError: HELPDESK_SUPABASE_CLI names no program.
        """
        if named := variables.get(PATH_VARIABLE, "").strip():
            if shutil.which(named) is None:
                raise ConfigurationError(f"{PATH_VARIABLE} names no program: {named}", hint="Correct it, or unset it.")
            return cls(named)
        found = shutil.which("supabase", path=variables.get("PATH"))
        return cls(found) if found else None

    def require_version(self) -> str:
        """The version of the program.

        Raises:
            SupabaseCliError: It is too old, or does not run.
        """
        try:
            done = subprocess.run(
                [self.path, "--version"], capture_output=True, text=True, timeout=60, env=os.environ | _QUIET
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SupabaseCliError(f"The Supabase CLI ({self.path}) does not run: {error}", hint=_install()) from None
        match = _VERSION.search(done.stdout) or _VERSION.search(done.stderr)
        if done.returncode or match is None:
            raise SupabaseCliError(f"The Supabase CLI ({self.path}) does not say its version", hint=_install())
        if version_key(match[0]) < version_key(OLDEST):
            raise SupabaseCliError(
                f"The Supabase CLI ({self.path}) has version {match[0]}, but at least {OLDEST} is needed",
                hint=_install(),
            )
        return match[0]

    def deploy_functions(self, directory: Path, names: Sequence[str], platform: Platform) -> None:
        """Deploy edge functions, without Docker.

        Args:
            directory: The directory with supabase/.
            names: Their names.
            platform: The project.

        Raises:
            SupabaseCliError: The program failed.
        """
        self._run(["functions", "deploy", *names, "--use-api", "--yes"], directory, platform)

    def _run(self, words: Sequence[str], directory: Path, platform: Platform) -> None:
        environment = os.environ | _QUIET | {"SUPABASE_ACCESS_TOKEN": platform.token}
        with tempfile.TemporaryDirectory(prefix="helpdesk-deploy-") as temporary:
            profile = []
            if platform.url != URL:
                path = Path(temporary) / "profile.yaml"
                lines = {"name": "helpdesk", "api_url": platform.url, "dashboard_url": platform.url}
                lines["project_host"] = "supabase.co"
                path.write_text("".join(f"{name}: {json.dumps(value)}\n" for name, value in lines.items()), "utf-8")
                profile = ["--profile", str(path)]
            command = [self.path, *words, f"--remote={platform.ref}", "--workdir", str(directory), *profile]
            try:
                done = subprocess.run(
                    command,
                    cwd=directory,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    encoding="utf-8",
                    errors="replace",
                    timeout=_SECONDS,
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                raise SupabaseCliError(f"supabase {' '.join(words[:2])} did not end: {error}") from None
        if done.returncode:
            told = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
            reason = "; ".join(told[-4:]).replace(platform.token, "********") or f"exit code {done.returncode}"
            raise SupabaseCliError(f"supabase {' '.join(words[:2])} failed: {reason}")


def _install() -> str:
    return "Install a newer one (supabase.com/docs/guides/cli), or name it in HELPDESK_SUPABASE_CLI."
