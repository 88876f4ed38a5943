"""The endpoint for embeddings of the stack, with the real model: its answers, its refusals, its process."""

from __future__ import annotations

import base64
import math
import os
import signal
import struct
from typing import Any

import httpx
import openai
import psutil
import pytest
from tests.local.support import eventually

from helpdesk_sdk.local import Stack

MODEL = "all-MiniLM-L6-v2-int8"


@pytest.fixture
def url(stack: Stack) -> str:
    assert stack.info.embeddings["model"] == MODEL
    assert stack.info.embeddings["url"]
    return f"{stack.info.embeddings['url']}/embeddings"


def ask(url: str, **body: Any) -> httpx.Response:
    return httpx.post(url, json={"model": MODEL} | body, timeout=60)


def vectors(answer: httpx.Response) -> list[list[float]]:
    assert answer.status_code == 200, answer.text
    return [row["embedding"] for row in answer.json()["data"]]


def cosine(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_a_text_has_a_vector_of_length_one_that_is_near_to_texts_of_like_meaning(url: str) -> None:
    answer = ask(url, input=["My parcel has not arrived", "Where is my order?", "The oven is too hot"])
    parcel, order, oven = vectors(answer)
    assert {len(parcel), len(order), len(oven)} == {384}
    assert all(math.isclose(cosine(one, one), 1, abs_tol=1e-5) for one in (parcel, order, oven))
    assert cosine(parcel, order) > cosine(parcel, oven) + 0.2
    body = answer.json()
    assert (body["object"], body["model"]) == ("list", MODEL)
    assert [row["index"] for row in body["data"]] == [0, 1, 2]
    assert body["usage"]["prompt_tokens"] == body["usage"]["total_tokens"] == 7 + 7 + 7


def test_the_vectors_are_those_of_the_model(url: str) -> None:
    # Computed once; another processor may round the last digits otherwise.
    assert [round(number, 2) for number in vectors(ask(url, input="hello"))[0][:4]] == [-0.07, 0.05, 0.06, 0.08]


def test_order_and_company_change_nothing(url: str) -> None:
    texts = [("word " * length).strip() + f" {length}" for length in (90, 1, 200, 30, 2, 2, 150)] * 6
    together = vectors(ask(url, input=texts))
    for index in (0, 1, 2, 9, 41):
        alone = vectors(ask(url, input=texts[index]))[0]
        assert max(abs(a - b) for a, b in zip(alone, together[index], strict=True)) < 1e-4


def test_base64_holds_the_same_numbers(url: str) -> None:
    row = ask(url, input="a text", encoding_format="base64").json()["data"][0]
    numbers = struct.unpack("<384f", base64.b64decode(row["embedding"]))
    assert list(numbers) == pytest.approx(vectors(ask(url, input="a text"))[0], abs=1e-6)


def test_the_package_openai_is_understood(stack: Stack) -> None:
    with openai.OpenAI(base_url=stack.info.embeddings["url"], api_key="none") as client:
        found = client.embeddings.create(model=MODEL, input=["one", "two"])
        assert [len(row.embedding) for row in found.data] == [384, 384]
        assert [model.id for model in client.models.list()] == [MODEL]
        with pytest.raises(openai.NotFoundError) as refused:
            client.embeddings.create(model="gte-small", input="one")
    assert refused.value.code == "model_not_found"
    assert MODEL in refused.value.message


def test_only_the_first_256_tokens_count(url: str) -> None:
    text = "order " * 254
    cut = ask(url, input=text + "elephant " * 5000)
    assert vectors(cut) == vectors(ask(url, input=text))
    assert cut.json()["usage"]["total_tokens"] == 256


def test_any_text_has_a_vector(url: str) -> None:
    texts = [" ", "\u0000", "x" * 300_000, "表が壊れた", "😀" * 50, "\ud800", "[CLS] [SEP] [MASK]", "\n" * 100_000]
    found = vectors(httpx.post(url, content=_json({"model": MODEL, "input": texts}), timeout=60))
    assert all(math.isclose(cosine(one, one), 1, abs_tol=1e-5) for one in found)


def _json(body: object) -> bytes:
    import json

    return json.dumps(body).encode()


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({"input": "a", "model": "gte-small"}, 404, "model"),
        ({"input": "a", "model": None}, 400, "model"),
        ({"input": "a", "model": 7}, 400, "model"),
        ({}, 400, "input"),
        ({"input": []}, 400, "input"),
        ({"input": ""}, 400, "input"),
        ({"input": ["a", ""]}, 400, "input"),
        ({"input": [1, 2]}, 400, "input"),
        ({"input": [["a"]]}, 400, "input"),
        ({"input": {"a": 1}}, 400, "input"),
        ({"input": ["a"] * 2049}, 400, "input"),
        ({"input": "a", "encoding_format": "hex"}, 400, "encoding_format"),
        ({"input": "a", "dimensions": 256}, 400, "dimensions"),
    ],
)
def test_a_wrong_request_is_refused_in_openais_shape(url: str, body: dict[str, Any], status: int, param: str) -> None:
    answer = ask(url, **body)
    error = answer.json()["error"]
    assert (answer.status_code, error["param"], error["type"]) == (status, param, "invalid_request_error")
    assert error["message"].endswith(".")


def test_384_dimensions_may_be_asked_for(url: str) -> None:
    assert len(vectors(ask(url, input="a", dimensions=384, user="u"))[0]) == 384


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"[1]", {}, 400),
        (b"\xff\xfe", {}, 400),
        (b"[" * 100_000, {}, 400),
        (b"x" * (8 * 1024 * 1024 + 1), {}, 413),
        (b"{}", {"host": "evil.example"}, 421),
        (iter([b"{}"]), {}, 411),
    ],
)
def test_a_body_or_a_head_that_is_wrong_is_refused(
    url: str, content: Any, headers: dict[str, str], status: int
) -> None:
    answer = httpx.post(url, content=content, headers=headers, timeout=60)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "", 404), ("POST", "/more", 404), ("DELETE", "", 501), ("PATCH", "", 501)]
)
def test_there_is_nothing_else(url: str, method: str, path: str, status: int) -> None:
    answer = httpx.request(method, url + path, timeout=60)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])


def test_a_process_that_was_killed_is_there_again_at_the_next_request(stack: Stack, url: str) -> None:
    before = vectors(ask(url, input="the same"))
    pid = stack.refresh().pids["embeddings"]
    os.kill(pid, signal.SIGKILL)
    assert vectors(ask(url, input="the same")) == before
    eventually(lambda: stack.refresh().pids.get("embeddings") not in (None, pid), "another process")
    # The stack's other processes are those of before.
    assert psutil.pid_exists(stack.info.pids["gateway"])
