"""Functions and workers at once: each run is carried out and each text embedded by one of them, with one login."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.functions.desk import Desk

from helpdesk_sdk import Helpdesk
from helpdesk_sdk.assistant import ModelSettings, Runner
from helpdesk_sdk.embeddings import EmbeddingEndpoint, embed_waiting
from helpdesk_sdk.scripted_provider import ScriptedProvider


def test_each_run_is_carried_out_by_a_function_or_a_worker(desk: Desk, provider: ScriptedProvider) -> None:
    model = ModelSettings(provider.url, "sk-scripted", provider.model)
    tickets = [desk.new_ticket() for _ in range(12)]
    # Nobody waits for these at a function.
    waiting = [desk.rpc("request_run", desk.agent, ticket_id=desk.new_ticket(), kind="next_steps") for _ in range(6)]
    done = threading.Event()
    provider.delay = 0.1

    def work(_: int) -> int:
        count = 0
        with Helpdesk(desk.info.api_url, desk.info.secret_key) as system, Runner(system, model=model) as runner:
            while not done.wait(0.02):
                count += len([one for one in runner.work_waiting() if one.outcome == "answered"])
        return count

    def ask(ticket: str) -> Any:
        return desk.suggest(ticket, "next_steps")

    try:
        with ThreadPoolExecutor(8) as pool:
            workers = [pool.submit(work, number) for number in range(2)]
            found = list(pool.map(ask, tickets))
            while any(_state(desk, run["run_id"]) != "done" for run in waiting):
                done.wait(0.05)
            done.set()
            by_workers = sum(worker.result() for worker in workers)
    finally:
        done.set()
        provider.delay = 0.0
    assert {(one["run"]["state"], one["run"]["mode"], one["run"]["attempts"]) for one in found} == {
        ("done", "model", 1)
    }
    assert all(one["proposal"]["kind"] == "next_steps" for one in found)
    assert len({one["run"]["run_id"] for one in found}) == 12
    assert provider.calls == 18
    assert by_workers >= 6
    (login,) = desk.sql("select count(*) as count from helpdesk.users where role = 'assistant'")
    assert login["count"] == 1


def test_each_text_is_embedded_by_a_function_or_a_worker(desk: Desk) -> None:
    before = _vectors(desk)
    for number in range(60):
        desk.publish(f"Article {number}", f"Text number {number} of sixty.")
    embeddings = desk.info.embeddings

    def function(_: int) -> int:
        stored = 0
        while made := desk.post("functions/v1/embed-articles", desk.info.secret_key, {}).json()["stored"]:
            stored += made
        return stored

    def worker(_: int) -> int:
        with (
            Helpdesk(desk.info.api_url, desk.info.secret_key) as system,
            EmbeddingEndpoint(embeddings["url"] or "", embeddings["model"] or "") as endpoint,
        ):
            return embed_waiting(system, endpoint).stored

    with ThreadPoolExecutor(4) as pool:
        parts = [pool.submit(make, number) for make in (function, worker) for number in range(2)]
        stored = sum(part.result() for part in parts)
    assert stored == _vectors(desk) - before
    assert stored >= 60
    (jobs,) = desk.sql("select count(*) as count from helpdesk_private.embedding_jobs")
    assert jobs["count"] == 0


def _state(desk: Desk, run_id: str) -> str:
    (run,) = desk.sql("select state from helpdesk.ai_runs where run_id = %s", run_id)
    return str(run["state"])


def _vectors(desk: Desk) -> int:
    (row,) = desk.sql(
        "select (select count(*) from helpdesk_private.chunk_embeddings) "
        "+ (select count(*) from helpdesk_private.example_embeddings) as count"
    )
    return int(row["count"])
