"""What calls of a model cost that gave no answer: the most that it can be, wherever a model may have worked."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from helpdesk_sdk.assistant import Chat, Endpoint, ModelError, Prompt
from helpdesk_sdk.assistant.problems import Usage
from helpdesk_sdk.scripted_provider import Play, ScriptedProvider

_PROMPT = Prompt("Answer in JSON.", "Where is my parcel?", "next_steps", {"type": "object"}, 50, 20, 5)
_MOST = Usage(20, 50, True)
_NO_RETRY = {"x-should-retry": "false"}


@pytest.fixture
def chat() -> Iterator[Chat]:
    with Chat() as chat:
        yield chat


@pytest.mark.parametrize(
    ("play", "within", "usage"),
    [
        ("hang", 0.5, _MOST),
        ("slow", 0.5, _MOST),
        ("cut", 10, _MOST),
        ("endless", 10, _MOST),
        ("huge", 10, _MOST),
        (Play(status=504, headers=_NO_RETRY), 10, _MOST),
        (Play(status=500, headers=_NO_RETRY), 10, None),
        ("wrong_key", 10, None),
        ("insufficient_quota", 10, None),
        ("not_json", 10, None),
    ],
    ids=str,
)
def test_what_a_call_without_an_answer_costs(chat: Chat, play: Any, within: float, usage: Usage | None) -> None:
    with ScriptedProvider() as provider:
        provider.always(play)
        with pytest.raises(ModelError) as caught:
            chat.ask(Endpoint(provider.url, None, provider.model), _PROMPT, within=within)
    assert caught.value.usage == usage


def test_a_silence_between_the_pieces_costs_too() -> None:
    with ScriptedProvider() as provider, Chat(first_byte=0.3) as chat:
        provider.always("hang")
        with pytest.raises(ModelError) as caught:
            chat.ask(Endpoint(provider.url, None, provider.model), _PROMPT, within=10)
    assert (caught.value.reason, caught.value.usage) == ("model_timeout", _MOST)


def test_the_most_is_four_times_the_answer_where_thinking_counts(chat: Chat) -> None:
    with ScriptedProvider(limit_name="max_completion_tokens") as provider:
        provider.always("hang")
        with pytest.raises(ModelError) as caught:
            chat.ask(Endpoint(provider.url, None, provider.model), _PROMPT, within=0.5)
    assert caught.value.usage == Usage(20, 200, True)


def test_nothing_is_counted_when_nothing_was_sent(chat: Chat) -> None:
    with ScriptedProvider() as provider:
        with pytest.raises(ModelError) as caught:
            chat.ask(Endpoint(provider.url, None, provider.model), _PROMPT, within=0)
        assert (caught.value.reason, caught.value.usage, provider.calls) == ("model_timeout", None, 0)
        closed = provider.url
    with pytest.raises(ModelError) as caught:
        chat.ask(Endpoint(closed, None, provider.model), _PROMPT, within=5)
    assert (caught.value.reason, caught.value.usage) == ("model_unreachable", None)


def test_an_attempt_that_broke_counts_beside_the_answer_of_the_next_one(chat: Chat) -> None:
    """The first connection is closed after the request; the next one is answered."""
    choice = {"message": {"content": '{"a": 1}'}, "finish_reason": "stop"}
    body = json.dumps({"choices": [choice], "usage": {"prompt_tokens": 12, "completion_tokens": 3}})
    answer = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}"

    def play(server: socket.socket) -> None:
        for reply in (b"", answer.encode()):
            connection, _ = server.accept()
            with connection:
                request = b""
                # The body of the request is JSON, in a packet of its own.
                while not request.endswith(b"}"):
                    request += connection.recv(65_536)
                connection.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=play, args=(server,), daemon=True).start()
        endpoint = Endpoint(f"http://127.0.0.1:{server.getsockname()[1]}/v1", None, "m")
        assert chat.ask(endpoint, _PROMPT, within=10).usage == Usage(32, 53, True)
