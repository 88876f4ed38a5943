"""The worker's image: what is sent and copied, what its commands make, and how it starts and ends as another user."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.deploy import image

import check_deployment
from helpdesk_sdk.testing import Project

ROOT = check_deployment.ROOT
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
NOBODY = 65534


def tracked() -> list[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return [name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).exists()]


@pytest.mark.parametrize(
    ("path", "is_sent"),
    [
        ("src/helpdesk_sdk/client.py", True),
        ("supabase/functions/health/index.ts", True),
        ("requirements/worker.txt", True),
        ("pyproject.toml", True),
        (".env", False),
        ("supabase/functions/.env", False),
        ("supabase/functions/.env.production", False),
        ("src/helpdesk_sdk/.env", False),
        ("supabase/.temp/pooler-url", False),
        ("src/helpdesk_sdk/local/gateway/node_modules/x/index.js", False),
        ("cli/helpdesk_cli/__pycache__/main.cpython-313.pyc", False),
        ("secrets/helpdesk-key", False),
        ("requirements/dev.txt", False),
        (".git/config", False),
        ("tests/conftest.py", False),
        (".helpdesk/data", False),
        ("supabase/.helpdesk/data", False),
    ],
)
def test_the_context_has_what_is_copied_and_no_secret(path: str, is_sent: bool) -> None:
    assert image.is_sent(path, image.rules((ROOT / ".dockerignore").read_text())) is is_sent


def test_the_base_is_one_image_by_its_digest() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)
    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+@sha256:[0-9a-f]{64}", bases[0])


def test_compose_gives_the_worker_less_than_it_could_have() -> None:
    worker: dict[str, Any] = yaml.safe_load((ROOT / "compose.yml").read_text())["services"]["worker"]
    assert (worker["read_only"], worker["cap_drop"], worker["init"]) == (True, ["ALL"], True)
    # The worker ends within 25 seconds after the signal.
    assert int(worker["stop_grace_period"].removesuffix("s")) >= 30
    mail = {"HELPDESK_MAIL_PASSWORD", "HELPDESK_IMAP_PASSWORD", "HELPDESK_IMAP_TOKEN"}
    assert not {"HELPDESK_KEY", "OPENAI_API_KEY", "EMBEDDINGS_API_KEY", *mail} & set(worker["environment"])
    # What docs/worker.md says of the worker's environment can be set, too.
    named = set(re.findall(r"HELPDESK_(?:MAIL|IMAP)_[A-Z_]*[A-Z]", (ROOT / "docs/worker.md").read_text()))
    assert {name for name in named if name.endswith(("_FILE", "_URL", "_USER"))} <= set(worker["environment"])
    assert sum(name.startswith("HELPDESK_IMAP_OAUTH_") for name in worker["environment"]) == 5


@pytest.fixture(scope="module")
def made() -> Iterator[image.Image]:
    """The image, built where another user may read it."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-image-") as name:
        home = Path(name)
        home.chmod(0o755)
        image.context(ROOT, tracked(), home / "context")
        (home / "root").mkdir()
        found = image.build(DOCKERFILE, home / "context", home / "root")
        shutil.rmtree(home / "context")
        if os.getuid() != 0:
            subprocess.run(["chmod", "-R", "a-w", found.root], check=True)
        yield found
        subprocess.run(["chmod", "-R", "u+w", found.root], check=True)


def listing(folder: Path) -> set[tuple[str, int]]:
    return {(str(path), path.lstat().st_mtime_ns) for path in folder.rglob("*")}


@pytest.mark.night
def test_the_image_has_the_worker_and_nothing_to_install_with(made: image.Image) -> None:
    assert made.user == "10001:10001"
    assert sorted(path.name for path in made.root.iterdir()) == ["opt"]
    assert sorted(path.name for path in (made.root / "opt").iterdir()) == ["helpdesk"]
    (packages,) = (made.root / "opt/helpdesk/lib").glob("python*/site-packages")
    names = {path.name.partition("-")[0] for path in packages.glob("*.dist-info")}
    assert {"helpdesk_sdk", "openai", "filetype"} <= names
    assert not names & {"pip", "hatchling", "pytest", "scikit_learn", "psycopg"}
    megabytes = sum(path.stat().st_size for path in packages.rglob("*") if path.is_file()) / 1e6
    assert megabytes < 150


@pytest.mark.night
def test_it_starts_as_another_user_is_healthy_and_ends_at_the_signal(
    made: image.Image, helpdesk_project: Project
) -> None:
    before = listing(made.root)
    with tempfile.TemporaryDirectory(prefix="helpdesk-tmp-") as name:
        temporary = Path(name)
        temporary.chmod(0o777)
        key = temporary / "helpdesk-key"
        key.write_text(helpdesk_project.secret_key)
        variables = {name: value.replace("/tmp/", f"{temporary}/") for name, value in made.variables.items()}
        variables |= {"HELPDESK_URL": helpdesk_project.url, "HELPDESK_KEY_FILE": str(key), "TMPDIR": str(temporary)}
        user: dict[str, Any] = {}
        if os.getuid() == 0 and image.is_open(image.interpreter()):
            user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        program = made.root / "opt/helpdesk/bin" / made.entrypoint[0]
        words = [str(program), *made.entrypoint[1:], *made.command]
        worker = subprocess.Popen(
            words, cwd="/", env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **user
        )
        end = time.monotonic() + 60
        while not (temporary / "heartbeat").exists():
            assert worker.poll() is None, worker.communicate()
            assert time.monotonic() < end
            time.sleep(0.1)
        health = [str(made.root / "opt/helpdesk/bin" / made.health[0]), *made.health[1:]]
        done = subprocess.run(health, env=variables, capture_output=True, text=True, check=False, **user)
        assert done.returncode == 0, done.stderr
        worker.send_signal(getattr(signal, made.stop_signal))
        _, err = worker.communicate(timeout=30)
        assert (worker.returncode, err) == (0, "")
        done = subprocess.run(health, env=variables, capture_output=True, text=True, check=False, **user)
        assert done.returncode == 1
    assert listing(made.root) == before
