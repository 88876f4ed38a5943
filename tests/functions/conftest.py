"""A stack whose functions misbehave in every way that the platform has an answer for."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.functions.desk import Desk, desk_with

from helpdesk_sdk.local import Stack
from helpdesk_sdk.testing import ScriptedProvider

_SUPABASE = Path(__file__).parents[2] / "supabase"

_CONFIG = """
[functions.open]
verify_jwt = false
[functions.off]
enabled = false
[functions.throws]
verify_jwt = false
[functions.broken]
verify_jwt = false
[functions.crashes]
verify_jwt = false
[functions.unlucky]
verify_jwt = false
[functions.slow]
verify_jwt = false
[functions.chatty]
verify_jwt = false
[functions.exits]
verify_jwt = false
[functions.curious]
verify_jwt = false
[functions.mapped]
verify_jwt = false
[functions.shared]
verify_jwt = false
[functions.vectors]
verify_jwt = false
"""

_ECHO = """
Deno.serve(async (request) => {
  const url = new URL(request.url);
  return Response.json({
    method: request.method,
    path: url.pathname + url.search,
    headers: Object.fromEntries(request.headers),
    body: await request.text(),
    environment: Deno.env.get("SUPABASE_URL") && {
      url: Deno.env.get("SUPABASE_URL"),
      anon: Deno.env.get("SUPABASE_ANON_KEY"),
      service: Deno.env.get("SUPABASE_SERVICE_ROLE_KEY"),
      publishable: JSON.parse(Deno.env.get("SUPABASE_PUBLISHABLE_KEYS") ?? "{}"),
      secret: JSON.parse(Deno.env.get("SUPABASE_SECRET_KEYS") ?? "{}"),
      database: Deno.env.get("SUPABASE_DB_URL"),
      own: Deno.env.get("MY_SECRET"),
    },
    waitUntil: typeof (globalThis as unknown as { EdgeRuntime: { waitUntil: unknown } }).EdgeRuntime.waitUntil,
  }, { status: Number(url.searchParams.get("status") ?? 200) });
});
"""

_FUNCTIONS = {
    "echo": _ECHO,
    "open": _ECHO,
    "off": _ECHO,
    "throws": 'Deno.serve(() => { throw new Error("private detail"); });',
    "broken": "this is no program",
    "mapped": 'import { text } from "text"; Deno.serve(() => new Response(text));',
    "shared": 'import { text } from "text"; Deno.serve(() => new Response(text));',
    "crashes": 'console.error("starting"); throw new TypeError("no such setting");',
    "unlucky": 'throw new Deno.errors.AddrInUse("the port of attempt " + Deno.env.get("SB_EXECUTION_ID"));',
    "slow": """
        await new Promise((done) => setTimeout(done, 2000));
        Deno.serve(() => new Response(String(Deno.pid)));""",
    "vectors": """
        const session = new Supabase.ai.Session("gte-small");
        async function problem(work: () => unknown): Promise<string> {
          try { await work(); return ""; } catch (error) { return (error as Error).message; }
        }
        Deno.serve(async (request) => Response.json({
          vector: await session.run(await request.text(), { mean_pool: true, normalize: true }),
          empty: (await session.run("")).length,
          model: Deno.env.get("HELPDESK_EMBEDDINGS_MODEL"),
          other: await problem(() => new Supabase.ai.Session("llama3")),
          raw: await problem(() => session.run("a", { mean_pool: false })),
        }));""",
    "chatty": 'Deno.serve(() => { console.log("said " + "x".repeat(200_000)); return new Response("ok"); });',
    "exits": "Deno.serve(() => Deno.exit(3));",
    "curious": """
        async function tried(action: () => unknown): Promise<string> {
          try { await action(); return "allowed"; } catch (error) { return (error as Error).name; }
        }
        Deno.serve(async () => Response.json({
          read: await tried(() => Deno.readTextFile("/etc/passwd")),
          write: await tried(() => Deno.writeTextFile("/tmp/helpdesk-was-here", "")),
          run: await tried(() => new Deno.Command("true").output()),
          home: await tried(() => Deno.env.get("HOME")),
          net: await tried(() => fetch("http://127.0.0.2:8999/")),
        }));""",
}


@pytest.fixture(scope="session")
def functions_dir() -> Iterator[Path]:
    """The functions' sources; a test may change them."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-tests-") as name:
        project = Path(name)
        project.chmod(0o711)
        shutil.copytree(_SUPABASE / "migrations", project / "migrations")
        (project / "config.toml").write_text((_SUPABASE / "config.toml").read_text() + _CONFIG)
        shutil.copytree(_SUPABASE / "functions", project / "functions")
        for function, source in _FUNCTIONS.items():
            (project / "functions" / function).mkdir()
            (project / "functions" / function / "index.ts").write_text(source)
        # The host's own shared configuration, and a function with a configuration of its own.
        for folder, text in ((project / "functions", "of all"), (project / "functions" / "mapped", "of one")):
            (folder / "deno.json").write_text('{"imports": {"text": "./text.ts"}}')
            (folder / "text.ts").write_text(f"export const text = '{text}';")
        (project / "functions" / ".env").write_text("# a comment\nMY_SECRET='of mine'\nSUPABASE_URL=forged\n")
        yield project / "functions"


@pytest.fixture(scope="session")
def functions_stack(functions_dir: Path) -> Iterator[Stack]:
    """The stack that serves them."""
    with Stack.start(project=functions_dir.parent, ephemeral=True) as stack:
        yield stack


@pytest.fixture(scope="session")
def provider() -> Iterator[ScriptedProvider]:
    """The model of the assistant's functions."""
    with ScriptedProvider() as started:
        yield started


@pytest.fixture(scope="session")
def assistant_desk(provider: ScriptedProvider) -> Iterator[Desk]:
    """The stack whose functions ask it."""
    with desk_with(provider.environment) as desk:
        yield desk


@pytest.fixture
def desk(assistant_desk: Desk, provider: ScriptedProvider) -> Desk:
    """The same stack, with a model that has not failed yet and plays good answers."""
    provider.reset()
    assistant_desk.use_new_model()
    return assistant_desk


@pytest.fixture
def ticket(desk: Desk) -> str:
    """A new ticket."""
    return desk.new_ticket()
