"""A deployment and a rollback by the real Supabase CLI, against the stand-in for the platform; what it sends of us."""

from __future__ import annotations

import json
import platform as machine
import re
import sys
from pathlib import Path

import pytest
from tests.deploy.platform import REF, TOKEN, Platform
from tests.deploy.support import REPOSITORY, Host, next_release
from tests.local.test_supabase_cli import supabase

from helpdesk_sdk import deploy
from helpdesk_sdk.deploy import _platform
from helpdesk_sdk.deploy._cli import SupabaseCli
from helpdesk_sdk.install import config, files

pytestmark = pytest.mark.skipif(
    (machine.system(), machine.machine()) != ("Linux", "x86_64"), reason="the CLI is pinned for Linux on x86-64"
)


_SHARED = ("api", "environment", "http", "principal", "request_log")
_EMBED = (*_SHARED, "completion", "embeddings", "problems")
_CHAT = (
    *("api", "assistant", "breaker", "capability", "chat", "completion", "embeddings", "environment", "http"),
    *("principal", "problems", "repair", "request_log", "run"),
)
_SEND = (*_SHARED, "aws_signature", "http_answer", "slack_api", "slack_send", "webhook_send", "webhook_target")
# All but the tests.
_MODULES = {
    name: [
        path.name
        for path in (Path(__file__).parents[2] / "supabase/functions" / name).glob("*.ts")
        if not path.stem.endswith(("_test", "_testing"))
    ]
    for name in ("deliver", "email-in")
}
_CHECK = ("archive", "check", "index", "inspection", "scanner")
"""The modules of check-attachment."""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The real program."""
    made = tmp_path / "supabase"
    script = REPOSITORY / "scripts" / "supabase_cli.py"
    made.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
    made.chmod(0o755)
    return made


@pytest.fixture
def real(deployed: Host, program: Path) -> Host:
    """The host, with the real program."""
    deployed.cli = program
    return deployed


def test_each_function_is_sent_with_its_own_import_map_and_our_shared_code(
    platform: Platform, program: Path, tmp_path: Path
) -> None:
    """Beside a host that has a shared import map, and shared code under the usual name."""
    host = tmp_path / "Höst app"
    folder = host / "supabase"
    (folder / "functions" / "_shared").mkdir(parents=True)
    (folder / "functions" / "deno.json").write_text('{"imports": {}}')
    (folder / "functions" / "_shared" / "environment.ts").write_text("export const theirs = 1;")
    (folder / "config.toml").write_text('project_id = "host"\n')
    files.write(files.plan(folder))
    settings = [f"[{one.section}]\n" + "\n".join(one.lines) for one in config.missing_settings(folder)]
    (folder / "config.toml").write_text("\n".join(['project_id = "host"', *settings]))

    SupabaseCli(str(program)).deploy_functions(
        host, config.function_names(), _platform.Platform(REF, TOKEN, platform.url)
    )

    files_of = {
        name: {file.decode() for file in re.findall(rb'filename="(supabase/[^"]+)"', body)}
        for name, body in platform.sources.items()
    }
    assert files_of == {
        "check-attachment": {
            *(f"supabase/functions/check-attachment/{file}.ts" for file in _CHECK),
            "supabase/functions/check-attachment/deno.json",
            *(f"supabase/functions/_helpdesk/{file}.ts" for file in (*_SHARED, "empty_environment")),
        },
        "deliver": {
            "supabase/functions/deliver/deno.json",
            *(f"supabase/functions/deliver/{name}" for name in _MODULES["deliver"]),
            *(f"supabase/functions/_helpdesk/{file}.ts" for file in _SEND),
        },
        "email-in": {
            "supabase/functions/email-in/deno.json",
            *(f"supabase/functions/email-in/{name}" for name in _MODULES["email-in"]),
            *(f"supabase/functions/_helpdesk/{file}.ts" for file in (*_SHARED, "aws_signature", "empty_environment")),
        },
        "embed-articles": {
            "supabase/functions/embed-articles/deno.json",
            "supabase/functions/embed-articles/index.ts",
            "supabase/functions/embed-articles/embedding_jobs.ts",
            *(f"supabase/functions/_helpdesk/{file}.ts" for file in _EMBED),
        },
        "health": {
            "supabase/functions/health/deno.json",
            "supabase/functions/health/index.ts",
            "supabase/functions/health/report.ts",
            *(f"supabase/functions/_helpdesk/{file}.ts" for file in ("environment", "request_log")),
        },
        "slack": {
            *(f"supabase/functions/slack/{file}" for file in ("deno.json", "index.ts", "desk.ts", "requests.ts")),
            *(f"supabase/functions/_helpdesk/{file}.ts" for file in (*_SHARED, "http_answer", "slack_api")),
        },
        "suggest-reply": {
            *(f"supabase/functions/suggest-reply/{file}" for file in ("deno.json", "index.ts", "suggest.ts")),
            *(f"supabase/functions/_helpdesk/{file}.ts" for file in (*_CHAT, "draft_text")),
        },
        "triage-ticket": {
            *(f"supabase/functions/triage-ticket/{file}" for file in ("deno.json", "index.ts", "triage.ts")),
            *(f"supabase/functions/_helpdesk/{file}.ts" for file in _CHAT),
        },
    }
    for name, body in platform.sources.items():
        described = json.loads(re.findall(rb'\{"entrypoint_path"[^\r\n]*\}', body)[0])
        assert described["entrypoint_path"] == f"supabase/functions/{name}/index.ts"
        assert described["import_map_path"] == f"supabase/functions/{name}/deno.json"
        assert platform.functions[name]["verify_jwt"] is (name not in ("email-in", "health", "slack"))


def test_functions_are_deployed_and_go_back(real: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy.run(real.target())
    first = dict(real.platform.sources)
    assert sorted(first) == config.function_names()
    assert [name for name, each in real.platform.functions.items() if not each["verify_jwt"]] == [
        "email-in",
        "health",
        "slack",
    ]
    assert all(b"_helpdesk/" in source for source in first.values())
    next_release(real, monkeypatch)
    deploy.run(real.target())
    assert {name for name in first if real.platform.sources[name] != first[name]} == {"health"}
    assert deploy.plan(real.target()).pending == ()
    deploy.rollback(real.target())
    assert real.platform.sources == first


def test_what_it_answers_when_the_platform_refuses(real: Host) -> None:
    real.platform.answers = {"POST /functions/deploy": 403}
    with pytest.raises(deploy.DeploymentFailedError, match="step functions failed: supabase functions deploy failed"):
        deploy.run(real.target())


def test_its_own_push_finds_nothing_left(real: Host) -> None:
    deploy.run(real.target())
    assert "up to date" in supabase(real.db_url, "db", "push", "--include-all", "--yes", cwd=real.directory)
