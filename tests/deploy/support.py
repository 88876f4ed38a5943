"""A host in production: its directory, its database, its project on the platform; and the program that deploys."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from tests.deploy.platform import REF, TOKEN, Platform

from helpdesk_sdk.deploy import Target
from helpdesk_sdk.install import environments

REPOSITORY = Path(__file__).parents[2]
ID = "0d5e7a52-3c1f-4a3e-9a55-2f7f3c2b7a11"
PROGRAM = [sys.executable, "-c", "from helpdesk_cli.main import run; run()"]
# It deploys as the real CLI does, in a fraction of the time: one POST for each function, then one PUT.
_QUICK = """
import json, re, sys, pathlib, tomllib, urllib.request, os
words = sys.argv[1:]
if words == ["--version"]:
    print(VERSION); sys.exit()
names = [w for w in words[2:words.index("--use-api")]]
ref = next(w for w in words if w.startswith("--remote=")).partition("=")[2]
folder = pathlib.Path(words[words.index("--workdir") + 1])
profile = pathlib.Path(words[words.index("--profile") + 1]).read_text()
url = re.search('api_url: "(.*)"', profile)[1]
config = tomllib.loads((folder / "supabase/config.toml").read_text())["functions"]
def ask(method, path, body):
    head = {"Authorization": "Bearer " + os.environ["SUPABASE_ACCESS_TOKEN"]}
    request = urllib.request.Request(url + "/v1/projects/" + ref + path, body, head, method=method)
    return json.load(urllib.request.urlopen(request))
made = []
for name in names:
    about = {"entrypoint_path": name, "verify_jwt": config[name]["verify_jwt"]}
    files = b"".join(p.read_bytes() for p in sorted((folder / "supabase/functions" / name).rglob("*")) if p.is_file())
    body = json.dumps(about, separators=(",", ":")).encode() + b"\\r\\n" + files
    made.append(ask("POST", "/functions/deploy?bundleOnly=true&slug=" + name, body))
ask("PUT", "/functions", json.dumps(made).encode())
"""


def quick_cli(directory: Path, version: str = "3.1.0") -> Path:
    """A program in place of the Supabase CLI. tests/deploy/test_real_cli.py has the real one."""
    path = directory / f"supabase-{version}"
    path.write_text(f"#!{sys.executable}\nVERSION = {version!r}\n{_QUICK}", "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@dataclass
class Host:
    """Somebody's project, with an environment for each name."""

    directory: Path
    db_url: str
    platform: Platform
    cli: Path | None
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def supabase(self) -> Path:
        """Its supabase folder."""
        return self.directory / "supabase"

    def configure(self, text: str | None = None) -> None:
        """Write helpdesk.toml."""
        text = text or f'project_ref = "{REF}"\nurl = "{self.platform.url}"\nsecrets_env = ["OPENAI_API_KEY"]\n'
        tables = "".join(f"[environments.{name}]\n{text}" for name in ("staging", "production"))
        (self.supabase / environments.FILE).write_text(f'id = "{ID}"\n{tables}', "utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of its deployments."""
        values = {
            "HELPDESK_DB_URL": self.db_url,
            "SUPABASE_ACCESS_TOKEN": TOKEN,
            "HELPDESK_PLATFORM_URL": self.platform.url,
            "PATH": "/nowhere",
        }
        if self.cli is not None:
            values["HELPDESK_SUPABASE_CLI"] = str(self.cli)
        return values | self.variables

    def target(self, name: str = "staging", **changes: str) -> Target:
        """Where its deployments go."""
        return Target.find(name, self.directory, variables=self.environment | changes)

    def helpdesk(self, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run the program to its end."""
        command = [*PROGRAM, *words[:1], str(self.directory), *words[1:]]
        return subprocess.run(command, env=self.process_environment, capture_output=True, text=True, timeout=300)

    @property
    def process_environment(self) -> dict[str, str]:
        """The environment variables of a process that deploys."""
        return os.environ | self.environment | {"PATH": os.environ["PATH"]}

    def value(self, query: str) -> Any:
        """The only value of a query."""
        with psycopg.connect(self.db_url) as db:
            row = db.execute(query.encode()).fetchone()
        return row[0] if row else None
