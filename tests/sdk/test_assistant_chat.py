"""Answers of language models by the package openai: the ladder, limits of time and size, problems without secrets."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any, cast

import pytest

from helpdesk_sdk.assistant import Capability, Chat, Endpoint, ModelError, Prompt
from helpdesk_sdk.assistant.json_text import json_in
from helpdesk_sdk.assistant.model_call import ModelCall
from helpdesk_sdk.assistant.problems import connection_problem
from helpdesk_sdk.scripted_provider import Play, ScriptedProvider

_SCHEMA = {"type": "object", "properties": {"steps": {"type": "array"}}}
_PROMPT = Prompt(f"Answer in JSON.\n{_SCHEMA}", "Where is my canary?", "next_steps", _SCHEMA, 50, 20, 12)
_KEY = "sk-canary-1234567890"


@pytest.fixture
def provider() -> Iterator[ScriptedProvider]:
    with ScriptedProvider() as provider:
        yield provider


@pytest.fixture
def chat() -> Iterator[Chat]:
    with Chat() as chat:
        yield chat


def _endpoint(provider: ScriptedProvider) -> Endpoint:
    return Endpoint(provider.url, _KEY, provider.model)


def test_only_the_fields_that_are_needed_are_sent(chat: Chat, provider: ScriptedProvider) -> None:
    answer = chat.ask(_endpoint(provider), _PROMPT, within=10)
    assert answer.answer["steps"]
    assert (answer.usage.is_estimated, answer.is_new, answer.capability.rung) == (False, True, "json_schema")
    (request,) = provider.requests
    assert set(request.body) == {"model", "messages", "max_tokens", "response_format"}
    assert request.headers["authorization"] == f"Bearer {_KEY}"


def test_the_ladder_goes_down_and_what_is_found_is_remembered(chat: Chat) -> None:
    with ScriptedProvider(formats=["none"], limit_name="max_completion_tokens") as provider:
        provider.always("fenced")
        found = chat.ask(_endpoint(provider), _PROMPT, within=10)
        assert (found.capability.rung, found.capability.limit) == ("prompt", "max_completion_tokens")
        assert [one.played for one in provider.requests] == ["refused_field"] * 3 + ["fenced"]
        assert provider.requests[-1].body["max_completion_tokens"] == 200
        known = Capability.known(vars(found.capability))
        assert known == found.capability
        assert not chat.ask(_endpoint(provider), _PROMPT, within=10, known=known).is_new
        assert provider.calls == 5


def test_what_is_remembered_is_forgotten_after_a_week_and_when_it_is_nonsense() -> None:
    old = {"rung": "prompt", "limit": "max_tokens", "streams": True, "probed_at": "2020-01-01T00:00:00+00:00"}
    assert Capability.known(old) is None
    later = {"probed_at": "2099-01-01T00:00:00+00:00", "streams": True}
    for wrong in (
        None,
        {},
        {"probed_at": "x"},
        {**later, "rung": "x", "limit": "max_tokens"},
        {**later, "rung": "prompt", "limit": "most"},
        {**later, "rung": "prompt", "limit": None},
    ):
        assert Capability.known(wrong) is None


@pytest.mark.parametrize(
    ("behaviour", "reason", "calls"),
    [
        ("wrong_key", "model_key_refused", 1),
        ("forbidden", "model_key_refused", 1),
        ("no_such_model", "model_not_found", 1),
        ("insufficient_quota", "model_quota_exhausted", 1),
        ("server_error", "model_unreachable", 2),
        ("leaky_error", "model_unreachable", 2),
        ("not_json", "model_unreachable", 1),
        ("cut", "model_unreachable", 1),
        ("prose", "answer_invalid", 1),
        ("empty", "answer_invalid", 1),
        ("wrong_json", "answer_invalid", 1),
        ("nan", "answer_invalid", 1),
        ("huge", "answer_invalid", 1),
        ("tool_call", "answer_invalid", 1),
        ("truncated", "answer_truncated", 1),
        ("refusal", "answer_refused", 1),
        ("content_filter", "answer_refused", 1),
        ("prompt_cut", "prompt_cut", 1),
    ],
)
def test_faults_have_a_reason_and_a_problem_without_secrets(
    chat: Chat, provider: ScriptedProvider, behaviour: Any, reason: str, calls: int
) -> None:
    provider.always(behaviour)
    with pytest.raises(ModelError) as caught:
        chat.ask(_endpoint(provider), _PROMPT, within=10)
    assert (caught.value.reason, provider.calls) == (reason, calls)
    assert "canary" not in f"{caught.value} {caught.value.__cause__}"
    assert str(caught.value)


def test_a_limit_that_passes_is_waited_for_and_a_long_one_is_not(chat: Chat, provider: ScriptedProvider) -> None:
    provider.play("rate_limited", "good")
    begun = time.monotonic()
    assert chat.ask(_endpoint(provider), _PROMPT, within=10).answer
    assert time.monotonic() - begun >= 1
    provider.always(Play(status=429, error={"code": "rate_limit_exceeded"}, headers={"retry-after": "3600"}))
    with pytest.raises(ModelError) as caught:
        chat.ask(_endpoint(provider), _PROMPT, within=10)
    assert caught.value.reason == "model_rate_limited"


@pytest.mark.parametrize("behaviour", ["hang", "slow", "endless"])
def test_what_does_not_come_ends_in_time(chat: Chat, provider: ScriptedProvider, behaviour: Any) -> None:
    provider.always(behaviour)
    begun = time.monotonic()
    with pytest.raises(ModelError) as caught:
        chat.ask(_endpoint(provider), _PROMPT, within=0.5)
    assert caught.value.reason in ("model_timeout", "answer_invalid")
    assert time.monotonic() - begun < 5


def test_a_dead_endpoint_and_its_breaker(chat: Chat) -> None:
    with ScriptedProvider() as provider:
        endpoint = _endpoint(provider)
    for _ in range(5):
        with pytest.raises(ModelError, match=r"127\.0\.0\.1:\d+ cannot be reached: the connection was refused"):
            chat.ask(endpoint, _PROMPT, within=5)
    with pytest.raises(ModelError, match="it rests"):
        chat.ask(endpoint, _PROMPT, within=5)


def test_the_prompt_follows_no_redirect(chat: Chat, provider: ScriptedProvider) -> None:
    with ScriptedProvider() as other:
        provider.always(Play(status=307, headers={"location": f"{other.url}/chat/completions"}))
        with pytest.raises(ModelError) as caught:
            chat.ask(_endpoint(provider), _PROMPT, within=5)
        assert (caught.value.reason, other.calls) == ("model_unreachable", 0)


def test_an_estimate_where_the_endpoint_counts_nothing(chat: Chat, provider: ScriptedProvider) -> None:
    provider.play("no_usage")
    usage = chat.ask(_endpoint(provider), _PROMPT, within=5).usage
    assert (usage.tokens_in, usage.is_estimated) == (20, True)


@pytest.mark.parametrize(
    "content", ['{"steps": ["x\ud83dy\0"], "\ud83d": 1}', r'{"steps": ["x\ud83dy\u0000"], "\uD83D": 1}']
)
def test_half_a_character_in_an_answer_is_another_character(
    chat: Chat, provider: ScriptedProvider, content: str
) -> None:
    provider.play(Play(body=json.dumps({"choices": [{"message": {"content": content}, "finish_reason": "stop"}]})))
    found = chat.ask(_endpoint(provider), _PROMPT, within=5)
    assert found.answer == {"steps": ["x\ufffdy\ufffd"], "\ufffd": 1}
    # What is sent to the database is UTF-8.
    assert json.dumps([found.answer, found.content], ensure_ascii=False).encode()


def test_both_halves_are_a_character_and_a_body_cut_within_one_is_read(chat: Chat, provider: ScriptedProvider) -> None:
    assert json_in(r'{"a": "\ud83d\ude00 \\ud83d"}') == {"a": "\U0001f600 \\ud83d"}
    call = ModelCall(None, cast(Any, None), _endpoint(provider), _PROMPT, None, 0.0)
    body = json.dumps({"choices": [{"message": {"content": '{"a": "xé"}'}}]}, ensure_ascii=False).encode()
    assert call._read(body.replace(b"\xa9", b"")).answer == {"a": "x\ufffd"}
    assert json_in('{"a":' * 400 + '"\ud83d"' + "}" * 400) is not None


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ('{"a": 1}', {"a": 1}),
        ('Here: ```json\n{"a": {"b": "}"}}\n``` and {"c": 2}', {"a": {"b": "}"}}),
        ('<think>{"x": 1}</think>{"a": 1}', {"a": 1}),
        ('{not json} {"a": 1}', {"a": 1}),
        ('{"a": -1e999}', None),
        ('{"a": NaN}', None),
        ("[1, 2]", None),
        ("{" * 100_000, None),
        ('{"a":' * 100_000, None),
        ("", None),
        ("<think>" * 9000 + '{"a": 1}', {"a": 1}),
        ("<think>" + " " * 60_000, None),
        ('{"a": {"b": 1}} <think>{"x": 1}</think>', {"a": {"b": 1}}),
    ],
    ids=range(13),
)
def test_the_first_object_in_a_text(content: str, found: Any) -> None:
    begun = time.monotonic()
    assert json_in(content) == found
    assert time.monotonic() - begun < 2


def test_the_name_of_an_endpoint_has_no_user_in_it() -> None:
    assert Endpoint("https://user:pass@model.example/v1", None, "m").name == "https://model.example/v1 m"


def test_a_url_in_an_error_says_nothing_about_the_connection() -> None:
    error = OSError("request to https://refused.example/certificate failed")
    problem = connection_problem("https://user:secret@h.example:8443/path", error)
    assert problem == "The model's endpoint h.example:8443 cannot be reached: the connection broke"
