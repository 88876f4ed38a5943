"""The stream of a suggestion: pieces of the draft as they come, the proposal at the end, faults on the way."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.sdk.support import NOW, Scenario, Server, both, ok, refused

from helpdesk_sdk import (
    AssistantOffError,
    ConfigurationError,
    ForbiddenError,
    InvalidValueError,
    ServerError,
    TicketNotFoundError,
    UnexpectedResponseError,
)

TICKET = uuid4()
RUN: dict[str, Any] = {
    "run_id": str(uuid4()),
    "kind": "reply",
    "ticket_id": str(TICKET),
    "state": "done",
    "mode": "model",
    "created_at": NOW,
}
PROMPT = {
    "prompt_id": str(uuid4()),
    "task": "reply",
    "version": 2,
    "body": "x",
    "is_active": False,
    "created_at": NOW,
}
PROPOSAL: dict[str, Any] = {
    "proposal_id": str(uuid4()),
    "run_id": RUN["run_id"],
    "ticket_id": str(TICKET),
    "kind": "reply",
    "payload": {"body": "Grüße, it takes five days."},
    "mode": "model",
    "state": "open",
    "expires_at": NOW,
    "created_at": NOW,
}


def events(*given: tuple[str, Any], end: str = "\n", newline: str = "\n") -> httpx.Response:
    """A stream of events, in pieces that respect no boundary."""
    text = ": still working\n\n" + "".join(
        f"event: {name}{newline}data: {json.dumps(data, ensure_ascii=False)}{newline}{newline}" for name, data in given
    )
    data = text.encode() + end.encode()
    pieces = [data[begin : begin + 7] for begin in range(0, len(data), 7)]
    return httpx.Response(200, content=iter(pieces), headers={"content-type": "text/event-stream"})


class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in pieces, which breaks off with an error if there is one."""

    def __init__(self, response: httpx.Response, error: Exception | None = None) -> None:
        self._pieces = [*response.stream]  # type: ignore[misc]
        self._error = error

    def __iter__(self) -> Any:
        yield from self._pieces
        if self._error is not None:
            raise self._error

    async def __aiter__(self) -> Any:
        for piece in self:
            yield piece


def stream(*given: tuple[str, Any], error: Exception | None = None, newline: str = "\n") -> httpx.Response:
    return httpx.Response(200, stream=Pieces(events(*given, newline=newline), error))


@both
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_pieces_come_as_they_are_written(hd: Any, server: Server, newline: str) -> Scenario:
    server.answers(
        stream(
            ("run", {"run_id": RUN["run_id"]}),
            ("text", {"text": "Grüße 😀"}),
            ("discard", {}),
            ("text", {"text": "Grüße, "}),
            ("text", {"text": "it takes five days."}),
            ("unknown", {"text": "x"}),
            ("result", {"run": RUN, "proposal": PROPOSAL}),
            newline=newline,
        ),
        ok([]),
    )
    seen: list[str | None] = []
    mine = uuid4()
    found = yield hd.assistant.suggest(TICKET, wish="Be brief.", on_text=seen.append, id=mine)
    assert seen == ["Grüße 😀", None, "Grüße, ", "it takes five days."]
    assert (found.text, found.mode, found.reason, found.problem) == ("Grüße, it takes five days.", "model", None, None)
    sent = server.requests[0]
    assert sent.url.path == "/functions/v1/suggest-reply"
    assert sent.headers["authorization"] == "Bearer token-of-somebody"
    assert sent.headers["accept"] == "text/event-stream"
    assert server.body(0) == {"ticket_id": str(TICKET), "kind": "reply", "run_id": str(mine), "wish": "Be brief."}


@both
def test_a_stream_that_breaks_is_asked_for_again_with_the_same_run(hd: Any, server: Server) -> Scenario:
    server.answers(
        stream(("text", {"text": "Half"}), error=httpx.ReadError("gone")),
        stream(("text", {"text": "Whole"}), ("result", {"run": RUN, "proposal": None})),
    )
    seen: list[str | None] = []
    found = yield hd.assistant.suggest(TICKET, on_text=seen.append)
    assert (seen, found.proposal, found.text) == (["Half", None, "Whole"], None, "")
    assert server.body(0)["run_id"] == server.body(1)["run_id"]


@both
def test_a_refusal_is_an_error_before_and_within_the_stream(hd: Any, server: Server) -> Scenario:
    refusal = {"code": "PT409", "details": "helpdesk.assistant_off", "hint": None, "message": "Off."}
    server.answers(refused(404, "ticket_not_found"), refused(403, "forbidden"), stream(("error", refusal)))
    with pytest.raises(TicketNotFoundError):
        yield hd.assistant.suggest(TICKET)
    with pytest.raises(ForbiddenError):
        yield hd.assistant.suggest(TICKET)
    with pytest.raises(AssistantOffError, match="Off"):
        yield hd.assistant.suggest(TICKET)
    server.answers(stream(("error", {"code": "internal", "message": "The function failed"})))
    with pytest.raises(ServerError):
        yield hd.assistant.suggest(TICKET)


@both
@pytest.mark.parametrize(
    "answer",
    [
        lambda: stream(("text", {"text": "no end"})),
        lambda: stream(("result", {"run": {}})),
        lambda: httpx.Response(200, stream=Pieces(httpx.Response(200, content=iter([b"event: result\ndata: {\n\n"])))),
        lambda: ok({"run": RUN}),
    ],
)
def test_an_answer_that_is_no_result_is_said(hd: Any, server: Server, answer: Any) -> Scenario:
    server.answers(answer())
    with pytest.raises(UnexpectedResponseError, match=r"suggest-reply cannot be read|function cannot be read"):
        yield hd.assistant.suggest(TICKET)


@both
def test_where_the_function_is_not_deployed_the_database_answers(hd: Any, server: Server) -> Scenario:
    missing = httpx.Response(404, json={"code": "NOT_FOUND", "message": "Requested function was not found"})
    run = RUN | {"state": "fallback", "mode": "passages", "reason": "no_model"}
    server.answers(missing, ok({"run": run, "proposal": None}))
    found = yield hd.assistant.suggest(TICKET, kind="summary")
    assert (found.mode, found.reason) == ("passages", "no_model")
    assert found.problem == "The function suggest-reply is not deployed: no model was asked"
    assert server.requests[1].url.path.endswith("/rpc/suggest_without_model")
    assert server.body(1) == {"ticket_id": str(TICKET), "kind": "summary"}


@both
def test_where_the_function_is_not_deployed_a_worker_is_waited_for(hd: Any, server: Server) -> Scenario:
    missing = httpx.Response(404, json={"code": "NOT_FOUND", "message": "Requested function was not found"})
    queued = RUN | {"state": "queued", "mode": None}
    server.answers(missing, ok(queued), ok([queued | {"state": "leased"}]), ok([RUN]), ok([]))
    found = yield hd.assistant.suggest(TICKET, wish="Be brief.", wait=5)
    assert (found.run.state, found.mode, found.problem) == (RUN["state"], RUN["mode"], None)
    assert server.requests[1].url.path.endswith("/rpc/request_run")
    assert server.body(1) == server.body(0)
    fallback = ok({"run": RUN | {"state": "fallback", "mode": "passages", "reason": "no_model"}, "proposal": None})
    server.answers(missing, ok(queued), ok([queued]), ok([queued]), fallback)
    late = yield hd.assistant.suggest(TICKET, wait=0.3)
    assert (late.mode, late.problem) == (
        "passages",
        "The function suggest-reply is not deployed: no worker answered within 0.3 seconds",
    )
    for wrong in (-1, 601, True, "5"):
        with pytest.raises(InvalidValueError, match="wait must be 0 to 600 seconds"):
            yield hd.assistant.suggest(TICKET, wait=wrong)


@both
def test_where_no_function_is_deployed_a_triage_waits_and_a_trial_is_refused(hd: Any, server: Server) -> Scenario:
    missing = httpx.Response(404, json={"code": "NOT_FOUND", "message": "Requested function was not found"})
    server.answers(missing, ok(RUN | {"kind": "classification", "state": "queued", "mode": None}), ok([]))
    found = yield hd.assistant.triage(TICKET)
    assert (found.run.state, found.proposals) == ("queued", ())
    assert found.problem == "The function triage-ticket is not deployed: the run waits for helpdesk worker --assistant"
    assert server.body(1)["run_id"] == server.body(0)["run_id"]
    server.answers(ok([PROMPT]), missing)
    with pytest.raises(ConfigurationError, match="suggest-reply is not deployed"):
        yield hd.assistant.try_prompt(PROMPT["prompt_id"], TICKET)


@both
def test_a_triage_returns_what_the_run_proposes(hd: Any, server: Server) -> Scenario:
    run = RUN | {"kind": "classification", "mode": "neighbours"}
    found_one = PROPOSAL | {"kind": "classification", "payload": {"priority": "high", "because": [41]}}
    server.answers(ok({"runs": [run]}), ok([found_one]))
    found = yield hd.assistant.triage(TICKET)
    assert found.run.mode == "neighbours"
    assert [one.payload for one in found.proposals] == [{"priority": "high", "because": [41]}]
    assert found.proposals[0].text == "priority: high\nbecause: 41"
    assert UUID(server.body(0)["run_id"])
    assert f"run_id=eq.{RUN['run_id']}" in str(server.requests[1].url)
