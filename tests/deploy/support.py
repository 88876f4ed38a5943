"""A host in production: its directory, its database, its project on the platform; and the program that deploys."""

from __future__ import annotations

import importlib.metadata
import os
import stat
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.deploy.platform import REF, TOKEN, Platform

from helpdesk_sdk import deploy
from helpdesk_sdk.deploy import Target, _planning
from helpdesk_sdk.deploy.errors import DeploymentRefusedError
from helpdesk_sdk.install import environments, files

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
    first: dict[str, bytes] = field(default_factory=dict)
    """The functions of its first release, as they were sent."""

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
            "OPENAI_API_KEY": "sk-a$b\"c'd",
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


THIS = importlib.metadata.version("helpdesk-sdk")
EXPAND = "migrations/20990101000200_helpdesk_telepathy.sql"
CONTRACT = "migrations/20990101000100_helpdesk_contract_moods.sql"
_NEXT = {
    EXPAND: """\
-- Telepathy: what a requester thinks, beside what they write.

insert into helpdesk_private.concepts (version, concept) values ('20990101000200', 'telepathy');

alter table helpdesk.tickets add column thought text;
alter table helpdesk.tickets add constraint tickets_thought_length check (length(thought) <= 100) not valid;
alter table helpdesk.tickets validate constraint tickets_thought_length;

create function helpdesk.read_thought(ticket_id uuid)
returns text
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $$
  select thought from helpdesk.tickets where tickets.ticket_id = read_thought.ticket_id;
$$;
revoke all on function helpdesk.read_thought from public, anon, authenticated, service_role;
grant execute on function helpdesk.read_thought to authenticated;
""",
    CONTRACT: """\
-- Contract: after 0.90.0 is everywhere.

insert into helpdesk_private.concepts (version, concept) values ('20990101000100', 'contract_moods');
comment on table helpdesk_private.deployments is 'Without moods.';
""",
}


def release(host: Host, monkeypatch: pytest.MonkeyPatch, version: str, changes: dict[str, str | None]) -> None:
    """Make the host run `helpdesk upgrade` of a later version of this package, which has these files, or not (None)."""
    contents = files.package_files()
    for path, text in changes.items():
        if text is None:
            contents.pop(path)
        else:
            contents[path] = text.encode()
    with monkeypatch.context() as patch:
        patch.setattr(files, "package_files", lambda *, functions=True: dict(contents))
        patch.setattr(importlib.metadata, "version", lambda name: version)
        files.write(files.plan(host.supabase))
    monkeypatch.setattr(_planning, "version_of", lambda name: version)


def next_release(
    host: Host, monkeypatch: pytest.MonkeyPatch, version: str = "0.90.0", *, contract: bool = False
) -> None:
    """A made-up release after this one: an expand migration, a changed function; perhaps a contract migration."""
    report = "functions/health/report.ts"
    changed = files.package_files()[report].decode() + f"// {version}\n"
    changes: dict[str, str | None] = {EXPAND: _NEXT[EXPAND], report: changed}
    if contract:
        changes[CONTRACT] = _NEXT[CONTRACT]
    release(host, monkeypatch, version, changes)


def execute(host: Host, *statements: str) -> None:
    with psycopg.connect(host.db_url, autocommit=True) as db:
        for statement in statements:
            db.execute(statement.encode())


def refused(host: Host, kind: str) -> deploy.Problem:
    """The only reason why a deployment is refused, which has changed nothing; the plan has it too."""
    platform = host.platform
    before = (dict(platform.functions), dict(platform.postgrest), _deployments(host))
    (problem,) = deploy.plan(host.target()).problems
    with pytest.raises(DeploymentRefusedError) as caught:
        deploy.run(host.target())
    assert caught.value.problems == (problem,)
    assert problem.kind == kind
    assert problem.way_out
    assert (dict(platform.functions), dict(platform.postgrest), _deployments(host)) == before
    return problem


def _deployments(host: Host) -> int | None:
    there = host.value("select to_regclass('helpdesk_private.deployments')")
    return host.value("select count(*) from helpdesk_private.deployments") if there else None
