"""Vectors by the SDK: the client of an endpoint, the work on what waits, and the change of the model."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from helpdesk_sdk import (
    ConfigurationError,
    EmbeddingIncompleteError,
    EmbeddingModelMismatchError,
    ForbiddenError,
    Helpdesk,
)
from helpdesk_sdk.embeddings import EmbeddingEndpoint, EmbeddingError, embed_waiting
from helpdesk_sdk.scripted_provider import ScriptedProvider

if TYPE_CHECKING:
    from helpdesk_sdk.testing import Project

_VECTOR = [1.0, *[0.0] * 383]
_KEY = "sk-canary-1234567890"


def endpoint(answer: Callable[[dict[str, Any]], httpx.Response], model: str = "m") -> EmbeddingEndpoint:
    """An endpoint that answers as the function says."""
    made = EmbeddingEndpoint("http://user:secret@vectors.test/v1/", model, key=_KEY)
    made._http = httpx.Client(transport=httpx.MockTransport(lambda request: answer(json.loads(request.content))))
    return made


def rows(*vectors: list[float]) -> httpx.Response:
    return httpx.Response(200, json={"data": [{"index": n, "embedding": one} for n, one in enumerate(vectors)]})


@pytest.fixture
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider(model="words") as made:
        yield made


@pytest.fixture
def system(helpdesk_project: Project) -> Iterator[Helpdesk]:
    """A helpdesk of this test's own, with four published passages."""
    with Helpdesk(helpdesk_project.url, helpdesk_project.secret_key) as hd:
        for slug, text in {"late": "the carrier", "refund": "five days", "login": "a code", "poison": "poison"}.items():
            hd.knowledge.save(slug, slug.title(), f"All about {text} and {slug}.")
            hd.knowledge.publish(slug)
        yield hd


@pytest.fixture
def words(provider: ScriptedProvider) -> Iterator[EmbeddingEndpoint]:
    with EmbeddingEndpoint(provider.url, "words", key=_KEY) as made:
        yield made


def test_the_request_has_the_model_the_texts_and_the_key(words: EmbeddingEndpoint, provider: ScriptedProvider) -> None:
    first, second = words.embed(["late parcel", "refund"])
    assert (len(first), len(second)) == (384, 384)
    (request,) = provider.embedding_requests
    assert request.body == {"model": "words", "input": ["late parcel", "refund"]}
    assert request.headers["authorization"] == f"Bearer {_KEY}"
    assert words.question("refund") == {"embedding": second, "model": "words"}


def test_e5_receives_the_prefixes_that_it_was_trained_with() -> None:
    seen: list[str] = []

    def answer(body: dict[str, Any]) -> httpx.Response:
        seen.extend(body["input"])
        return rows(_VECTOR)

    for model in ("intfloat/multilingual-e5-small", "multilingual-e5-large-instruct"):
        with endpoint(answer, model) as e5:
            e5.question("a")
            e5.embed(["b"])
    assert seen == ["query: a", "passage: b", "a", "b"]


def test_vectors_come_in_the_order_of_the_texts_and_longer_ones_are_asked_for_shorter() -> None:
    def answer(body: dict[str, Any]) -> httpx.Response:
        size = body.get("dimensions", 1536)
        data = [{"index": n, "embedding": [float(n + 1)] * size} for n in (1, 0)]
        return httpx.Response(200, json={"data": data})

    with endpoint(answer) as found:
        assert [vector[0] for vector in found.embed(["a", "b"])] == [1.0, 2.0]


@pytest.mark.parametrize(
    ("response", "problem", "is_refusal"),
    [
        (httpx.Response(401, json={"error": {"message": f"wrong key {_KEY}"}}), "answered 401", False),
        (httpx.Response(404, json={}), "answered 404", False),
        (httpx.Response(413, text=_KEY), "answered 413", True),
        (httpx.Response(500, text=_KEY), "answered 500", False),
        (httpx.Response(302, headers={"location": "http://elsewhere.test"}), "answered 302", False),
        (httpx.Response(429, json={"error": {"code": "insufficient_quota"}}), "answered 429", False),
        (httpx.Response(429, headers={"retry-after": "3600"}), "answered 429", False),
        (httpx.Response(200, text="<html>"), "without vectors", False),
        (httpx.Response(200, text="[" * 100_000), "without vectors", False),
        (httpx.Response(200, json={"data": [7]}), "without vectors", False),
        (httpx.Response(200, json={"data": []}), "no vector for text 0", False),
        (httpx.Response(200, json={"data": [{"embedding": "AAAA"}]}), "no vector for text 0", False),
        (httpx.Response(200, json={"data": [{"index": 9, "embedding": _VECTOR}]}), "no vector for text 0", False),
        (rows([1.0, 2.0]), "gives 2 numbers; the helpdesk stores 384", False),
        (rows([0.0] * 384), "numbers that are none", True),
        (httpx.Response(200, text=json.dumps({"data": [{"embedding": [math.nan] * 384}]})), "that are none", True),
        (httpx.Response(200, json={"data": [{"embedding": ["1"] * 384}]}), "that are none", True),
        (httpx.Response(200, json={"data": [{"embedding": [10**400] * 384}]}), "that are none", True),
    ],
)
def test_an_answer_without_vectors_is_an_error_that_repeats_nothing_of_it(
    response: httpx.Response, problem: str, is_refusal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    with endpoint(lambda _: response) as found, pytest.raises(EmbeddingError, match=problem) as caught:
        found.embed(["a"])
    assert caught.value.is_refusal is is_refusal
    assert "canary" not in str(caught.value)


def test_what_passes_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    script = iter([httpx.Response(429, headers={"retry-after": "2"}), httpx.Response(503), rows(_VECTOR)])
    with endpoint(lambda _: next(script)) as found:
        assert found.embed(["a"]) == [_VECTOR]
    assert waits == [2.0, 1.0]


@pytest.mark.parametrize(("kind", "attempts"), [("query", 2), ("passage", 3)])
def test_attempts_end_with_the_time_of_a_request_and_a_question_has_ten_seconds(
    kind: Any, attempts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr("time.sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    asked: list[float] = []

    def answer(_: dict[str, Any]) -> httpx.Response:
        asked.append(now[0])
        now[0] += 4.5
        return httpx.Response(503)

    with endpoint(answer) as slow, pytest.raises(EmbeddingError, match="answered 503"):
        slow.embed(["a"], kind=kind)
    assert len(asked) == attempts


def test_a_dead_endpoint_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    with EmbeddingEndpoint("http://user:secret@127.0.0.1:9/v1", "m") as dead, pytest.raises(EmbeddingError) as caught:
        dead.embed(["a"])
    assert "ConnectError" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_the_environment_names_the_endpoint() -> None:
    assert EmbeddingEndpoint.from_env({}) is None
    given = {"EMBEDDINGS_BASE_URL": "https://vectors.test/v1", "EMBEDDINGS_MODEL": "m"}
    assert EmbeddingEndpoint.from_env(given).model == "m"  # type: ignore[union-attr]
    assert EmbeddingEndpoint.from_env(given, model="other").model == "other"  # type: ignore[union-attr]
    for wrong in (
        {"EMBEDDINGS_MODEL": ""},
        {"EMBEDDINGS_BASE_URL": "vectors.test"},
        {"EMBEDDINGS_BASE_URL": "http:///"},
    ):
        with pytest.raises(ConfigurationError):
            EmbeddingEndpoint.from_env(given | wrong)


def test_what_waits_gets_its_vectors_and_questions_are_compared(system: Helpdesk, words: EmbeddingEndpoint) -> None:
    reports: list[int] = []
    done = embed_waiting(system, words, on_batch=lambda report: reports.append(report.stored))
    assert (done.stored, done.postponed, done.problem, reports) == (4, 0, None, [4])
    assert system.knowledge.active_embedding_model() == "words"
    (progress,) = system.knowledge.embedding_progress()
    assert (progress.model, progress.embedded, progress.chunks, progress.waiting) == ("words", 4, 4, 0)
    question = "all about the carrier"
    hits = system.knowledge.search(question, **words.question(question))
    assert (hits[0].slug, hits[0].mode) == ("late", "hybrid")
    assert embed_waiting(system, words).stored == 0


def test_four_workers_at_once_embed_each_text_once(system: Helpdesk, provider: ScriptedProvider) -> None:
    for number in range(100):
        system.knowledge.save(f"more-{number}", f"More {number}", f"Text number {number}.")
        system.knowledge.publish(f"more-{number}")

    def work(_: int) -> int:
        with EmbeddingEndpoint(provider.url, "words") as made:
            return embed_waiting(system, made).stored

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 104
    texts = [text for request in provider.embedding_requests for text in request.body["input"]]
    # Each with its title.
    assert (len(texts), len(set(texts))) == (208, 208)


def test_a_text_that_is_refused_waits_alone(system: Helpdesk) -> None:
    def answer(body: dict[str, Any]) -> httpx.Response:
        if any("poison" in text for text in body["input"]):
            return httpx.Response(400)
        return rows(*[_VECTOR] * len(body["input"]))

    with endpoint(answer) as picky:
        done = embed_waiting(system, picky)
    assert (done.stored, done.postponed, done.has_failed) == (3, 1, False)
    assert system.knowledge.embedding_progress()[0].problem == "The embeddings' endpoint answered 400"


def test_an_endpoint_that_fails_ends_the_work_and_the_texts_wait(system: Helpdesk) -> None:
    with endpoint(lambda _: httpx.Response(401)) as closed:
        done = embed_waiting(system, closed)
    assert (done.stored, done.postponed, done.has_failed) == (0, 4, True)
    (progress,) = system.knowledge.embedding_progress()
    assert (progress.waiting, progress.dead) == (4, 0)
    assert progress.problem == "The embeddings' endpoint answered 401. Check EMBEDDINGS_API_KEY."


def test_nothing_is_leased_when_the_work_is_to_stop(system: Helpdesk, words: EmbeddingEndpoint) -> None:
    assert embed_waiting(system, words, is_stopping=lambda: True).stored == 0
    assert system.knowledge.embedding_progress()[0].model is None


def test_another_model_is_filled_beside_the_first_and_never_mixed_with_it(
    system: Helpdesk, words: EmbeddingEndpoint, provider: ScriptedProvider
) -> None:
    embed_waiting(system, words)
    with EmbeddingEndpoint(provider.url, "other") as other:
        with pytest.raises(EmbeddingModelMismatchError, match="does not use the model other, but words"):
            embed_waiting(system, other)
        assert system.knowledge.use_embedding_model("other") is False
        with pytest.raises(EmbeddingIncompleteError):
            system.knowledge.switch_embedding_model("other")
        with pytest.raises(EmbeddingModelMismatchError):
            system.knowledge.search("late", **other.question("late"))
        assert embed_waiting(system, other).stored == 4
        assert system.knowledge.switch_embedding_model("other") is True
        assert system.knowledge.switch_embedding_model("other") is False
        assert system.knowledge.search("late", **other.question("late"))[0].mode == "hybrid"
    with pytest.raises(EmbeddingModelMismatchError):
        embed_waiting(system, words)


def test_only_the_secret_key_leases_and_only_admins_choose_the_model(
    as_agent: Callable[..., Helpdesk], words: EmbeddingEndpoint
) -> None:
    agent = as_agent()
    for attempt in (
        lambda: embed_waiting(agent, words),
        lambda: agent.knowledge.use_embedding_model("other"),
        lambda: agent.knowledge.switch_embedding_model("other"),
    ):
        with pytest.raises(ForbiddenError):
            attempt()


def test_the_edge_function_is_asked_by_staff(as_agent: Callable[..., Helpdesk]) -> None:
    agent = as_agent()
    assert (agent.knowledge.embed().stored, agent.knowledge.embed().more) == (0, False)


def test_without_the_edge_function_the_way_out_is_named() -> None:
    nothing = httpx.MockTransport(lambda _: httpx.Response(404, json={"message": "no such function"}))
    with (
        Helpdesk("http://helpdesk.test", "sb_publishable_test", access_token="a", transport=nothing) as hd,
        pytest.raises(ConfigurationError, match="helpdesk worker --embed"),
    ):
        hd.knowledge.embed()
