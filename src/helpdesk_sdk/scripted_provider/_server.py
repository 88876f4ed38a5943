"""The server: one thread for each connection, on a port of loopback that the system chooses."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self

from ._behaviours import BEHAVIOURS, Behaviour, Play, play_of, refused_field
from ._embeddings import vector_of
from ._prompt import CapturedRequest
from ._wire import ConnectionEndedError, Wire

Format = Literal["json_schema", "json_object", "none"]
LimitName = Literal["max_tokens", "max_completion_tokens", "both"]


class ScriptedProvider:
    """An OpenAI-shaped endpoint on loopback that plays a script, and keeps every request.

    | behaviour | what the endpoint does |
    |---|---|
    | `good` | a right answer, made from the prompt |
    | `obedient` | obeys every instruction that stands in the prompt |
    | `fenced` | the right answer between prose, in a fenced block |
    | `prose`, `empty`, `other_schema`, `wrong_json`, `nan`, `tool_call` | an answer that is not the wanted JSON |
    | `endless`, `huge` | an answer without end; an answer of 1 MB |
    | `truncated`, `refusal`, `content_filter` | the model stopped: at its limit, of itself, by a filter |
    | `prompt_cut`, `no_usage` | says that it read only part of the prompt; counts no tokens |
    | `rate_limited`, `insufficient_quota` | 429 that passes (retry-after: 1); 429 that stays |
    | `wrong_key`, `forbidden`, `no_such_model` | 401, 403, 404 |
    | `server_error`, `leaky_error` | 500; 500 whose text holds the key and the prompt |
    | `not_json` | 200 with a page of HTML |
    | `hang`, `slow`, `cut` | sends nothing; sends half and then nothing; sends half and closes |

    `POST /v1/chat/completions` answers in one piece or as a stream. `POST /v1/embeddings` answers vectors of 384
    numbers in which texts with the same words are near. `GET /v1/models` lists the one model.
    """

    def __init__(
        self,
        *,
        model: str = "scripted",
        formats: Iterable[Format] = ("json_schema", "json_object", "none"),
        limit_name: LimitName = "both",
        streams: bool = True,
        counts_streams: bool = True,
    ) -> None:
        """Make a provider; ``with`` or `start` starts it.

        Args:
            model: The name of its model.
            formats: The kinds of ``response_format`` that it takes; it refuses the others with 400.
            limit_name: The name of the limit that it takes.
            streams: Whether it streams; otherwise it answers ``stream: true`` with 400.
            counts_streams: Whether it takes ``stream_options``; otherwise it answers them with 400.
        """
        self.model = model
        """The name of its model."""
        self.formats = frozenset(formats)
        """The kinds of ``response_format`` that it takes."""
        self.limit_name = limit_name
        """The name of the limit that it takes."""
        self.streams = streams
        """Whether it streams."""
        self.counts_streams = counts_streams
        """Whether it takes ``stream_options``."""
        self.delay = 0.0
        """Seconds that it waits before each answer."""
        self._lock = threading.Lock()
        self._requests: list[CapturedRequest] = []
        self._script: list[Behaviour | Play] = []
        self._default: Behaviour | Play = "good"
        self._closing = threading.Event()
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> Self:
        """Start to listen."""
        self._server = _Server(self)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def close(self) -> None:
        """Stop; answers that wait are given up."""
        self._closing.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """The base URL, for ``OPENAI_BASE_URL``.

        Raises:
            ValueError: The provider was not started.
        """
        if self._server is None:
            raise ValueError("Start the provider first: with ScriptedProvider() as provider")
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead the assistant to this provider."""
        return {"OPENAI_BASE_URL": self.url, "OPENAI_API_KEY": "sk-scripted", "OPENAI_MODEL": self.model}

    def play(self, *behaviours: Behaviour | Play) -> None:
        """Play these for the next chat requests, one each; then what `always` says.

        Args:
            behaviours: Names of behaviours, or answers of your own.

        Raises:
            ValueError: There is no such behaviour.
        """
        for behaviour in behaviours:
            _check(behaviour)
        with self._lock:
            self._script.extend(behaviours)

    def always(self, behaviour: Behaviour | Play) -> None:
        """Play this for each chat request that no script is left for; ``good`` at the beginning.

        Args:
            behaviour: The name of a behaviour, or an answer of your own.

        Raises:
            ValueError: There is no such behaviour.
        """
        _check(behaviour)
        with self._lock:
            self._default = behaviour

    def reset(self) -> None:
        """Forget script and requests."""
        with self._lock:
            self._script, self._default, self._requests = [], "good", []

    @property
    def requests(self) -> list[CapturedRequest]:
        """The chat requests so far, those that were refused included, in the order of their arrival."""
        with self._lock:
            return [one for one in self._requests if one.path.endswith("/chat/completions")]

    @property
    def calls(self) -> int:
        """The number of chat requests so far."""
        return len(self.requests)

    @property
    def prompts(self) -> list[str]:
        """What the model saw: all messages of each chat request, in one text."""
        return [one.prompt for one in self.requests]

    @property
    def embedding_requests(self) -> list[CapturedRequest]:
        """The requests for embeddings so far."""
        with self._lock:
            return [one for one in self._requests if one.path.endswith("/embeddings")]

    def _take(self, path: str, headers: dict[str, str], text: str) -> tuple[CapturedRequest, Play]:
        """Keep a request, and choose what to answer."""
        body = _object(text)
        request = CapturedRequest(path, headers, body, time.monotonic(), "", text)
        refusal = self._refusal(request) if path.endswith("/chat/completions") else None
        with self._lock:
            chosen: Behaviour | Play = "good"
            if refusal is None and path.endswith("/chat/completions"):
                chosen = self._script.pop(0) if self._script else self._default
            name = "refused_field" if refusal else chosen if isinstance(chosen, str) else "play"
            self._requests.append(CapturedRequest(path, headers, body, request.at, name, text))
        if refusal is not None:
            return request, refusal
        return request, play_of(chosen, request) if isinstance(chosen, str) else chosen

    def _refusal(self, request: CapturedRequest) -> Play | None:
        wanted = request.body.get("response_format")
        kind = wanted.get("type") if isinstance(wanted, dict) else "none"
        if kind not in self.formats:
            message = f"Invalid parameter: 'response_format' of type '{kind}' is not supported with this model."
            return refused_field("response_format", message)
        for name in ("max_tokens", "max_completion_tokens"):
            if name in request.body and self.limit_name not in (name, "both"):
                message = f"Unsupported parameter: '{name}' is not supported. Use '{self.limit_name}' instead."
                return refused_field(name, message)
        if request.is_stream and not self.streams:
            return refused_field("stream", "Unsupported value: 'stream' does not support true with this model.")
        if "stream_options" in request.body and not self.counts_streams:
            return refused_field("stream_options", "Unrecognized request argument supplied: stream_options")
        return None


def _check(behaviour: Behaviour | Play) -> None:
    if isinstance(behaviour, str) and behaviour not in BEHAVIOURS:
        raise ValueError(f"There is no behaviour {behaviour!r}: {', '.join(BEHAVIOURS)}")


def _object(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, provider: ScriptedProvider) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.provider = provider

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are two packets: the second would wait 40 ms for the receipt of the first.
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""

    def do_GET(self) -> None:
        provider = self.server.provider
        listed = {"object": "list", "data": [{"id": provider.model, "object": "model", "owned_by": "script"}]}
        self._wire().json(200 if self.path.endswith("/models") else 404, listed)

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        text = self.rfile.read(length).decode(errors="replace")
        headers = {name.lower(): value for name, value in self.headers.items()}
        request, play = self.server.provider._take(self.path, headers, text)
        try:
            if self.path.endswith("/embeddings"):
                self._wire().json(200, _embeddings(request))
            else:
                self._wire().wait(self.server.provider.delay)
                self._wire().answer(request, play)
        except (ConnectionEndedError, OSError):
            self.close_connection = True

    def _wire(self) -> Wire:
        return Wire(self, self.server.provider._closing)


def _embeddings(request: CapturedRequest) -> dict[str, Any]:
    given = request.body.get("input")
    texts = given if isinstance(given, list) else [given]
    data = [{"object": "embedding", "index": n, "embedding": vector_of(str(text))} for n, text in enumerate(texts)]
    words = sum(len(str(text).split()) for text in texts)
    usage = {"prompt_tokens": words, "total_tokens": words}
    return {"object": "list", "model": request.body.get("model"), "data": data, "usage": usage}
