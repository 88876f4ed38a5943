"""Assistant: from the question to the proposal with a model that answers at once, and where the time goes."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import httpx
import psycopg

from benchmarks.measure import Result, Section, percentile
from helpdesk_sdk import Helpdesk, Ticket
from helpdesk_sdk.local import Stack, StackInfo
from helpdesk_sdk.scripted_provider import ScriptedProvider
from helpdesk_sdk.testing import Person, Project

_T = TypeVar("_T")
_AIM_MS = 300
RUNS, RUNS_QUICK = 40, 5
_ARTICLES = 60
_SUPABASE = Path(__file__).parents[1] / "supabase"
_SUBJECTS = ("parcel", "invoice", "password", "router", "printer", "refund")
# What the functions call, in this order; the time of each includes what it calls.
_STEPS = {
    "request_run": "the run is requested",
    "lease_runs": "the run is leased",
    "read_leased_run": "the ticket is read",
    "retrieve_passages": "passages are found",
    "run_prompt": "the prompt is built",
    "begin_model_call": "tokens are reserved",
    "submit_answer": "the answer is checked and becomes a proposal",
}


def run(runs: int = RUNS) -> Section:
    """Measure suggestions on a small helpdesk with sixty articles, through the SDK, the gateway and the function."""
    section = Section(
        "Assistant",
        "A suggestion through the SDK and the edge function, on the local stack with its embeddings and a model that "
        "answers at once: from the question to the proposal. Medians; the parts of a reply are means.",
    )
    with ScriptedProvider() as provider, _stack(provider) as stack:
        info = stack.info
        project = Project(info.api_url, info.publishable_key, info.secret_key, info.db_url)
        try:
            ana = project.add_person("agent", name="Ana")
            client = project.sign_in(ana)
            _publish(project.system)
            tickets = [_ticket(client, number) for number in range(2 * runs + 3)]
            for kind in ("reply", "summary", "next_steps"):
                client.assistant.suggest(tickets.pop(), kind=kind)
            with httpx.Client(headers=_headers(info, ana), timeout=60) as http:
                section.results += _measured(client, http, tickets, info)
        finally:
            project.close()
    return section


@contextmanager
def _stack(provider: ScriptedProvider) -> Iterator[Stack]:
    """A stack whose functions ask the scripted model. The database counts the time of functions."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-bench-") as name:
        project = Path(name)
        # The server may run as another user.
        project.chmod(0o711)
        for part in ("migrations", "functions"):
            shutil.copytree(_SUPABASE / part, project / part)
        shutil.copy(_SUPABASE / "config.toml", project)
        variables = "".join(f"{key}={value}\n" for key, value in provider.environment.items())
        (project / "functions" / ".env").write_text(variables)
        with Stack.start(project=project, ephemeral=True) as stack:
            with psycopg.connect(stack.info.db_url, autocommit=True) as db:
                db.execute("alter system set track_functions = 'all'")
                db.execute("select pg_reload_conf()")
            yield stack


def _publish(client: Helpdesk) -> None:
    for number in range(_ARTICLES):
        subject = _SUBJECTS[number % len(_SUBJECTS)]
        body = (
            f"A {subject} of kind {number} is looked after within {number + 1} days. Ask for its number first. "
            f"If the {subject} is lost, the shop sends another one. Nobody pays twice for a {subject}."
        )
        article = client.knowledge.save(f"article-{number}", f"About {subject} {number}", body)
        client.knowledge.publish(article)


def _ticket(client: Helpdesk, number: int) -> Ticket:
    subject = _SUBJECTS[number % len(_SUBJECTS)]
    text = f"Where is my {subject}, number {number}? Is it sent again when it is lost, and who pays for it?"
    return client.tickets.create(f"My {subject} {number}", description=text)


def _measured(client: Helpdesk, http: httpx.Client, tickets: list[Ticket], info: StackInfo) -> Iterator[Result]:
    first, second = tickets[::2], tickets[1::2]
    reply = _times(lambda ticket: client.assistant.suggest(ticket), first)
    yield _whole("a reply with citations", reply)
    yield _whole("a summary", _times(lambda ticket: client.assistant.suggest(ticket, kind="summary"), first))
    yield _whole("next steps", _times(lambda ticket: client.assistant.suggest(ticket, kind="next_steps"), first))
    again = _times(lambda ticket: client.assistant.suggest(ticket), first)
    yield Result("the same reply again: no call of the model", _numbers(again))
    url = f"{info.api_url}/functions/v1/suggest-reply"
    before = _step_times(info.db_url)
    alone = _times(lambda ticket: http.post(url, json={"ticket_id": str(ticket.ticket_id)}).raise_for_status(), second)
    yield Result("a reply by HTTP: the edge function alone", _numbers(alone))
    steps = {name: spent - before.get(name, 0) for name, spent in _step_times(info.db_url, before).items()}
    whole = statistics.mean(alone)
    parts = {f"in the database: {says}": steps.get(name, 0) / len(second) for name, says in _STEPS.items()}
    parts["the vector of the question"] = statistics.mean(_vector_times(info))
    parts["the rest: the function and the ways of its eleven requests"] = whole - sum(parts.values())
    for says, spent in parts.items():
        yield Result(f"of it, {says}", {"ms": spent, "share": f"{spent / whole:.0%}"})


def _headers(info: StackInfo, person: Person) -> dict[str, str]:
    """Those of a request by that person."""
    headers = {"apikey": info.publishable_key}
    login = {"email": person.email, "password": person.password}
    answer = httpx.post(f"{info.api_url}/auth/v1/token?grant_type=password", headers=headers, json=login)
    return headers | {"authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}


def _vector_times(info: StackInfo) -> list[float]:
    """Milliseconds for each vector of a question; nothing where the stack has no embeddings."""
    embeddings = info.embeddings or {}
    if not embeddings.get("url"):
        return [0.0]
    with httpx.Client() as http:

        def embed(number: int) -> None:
            body = {"model": embeddings["model"], "input": [f"Where is my parcel {number}, and who pays for it?"]}
            http.post(f"{embeddings['url']}/embeddings", json=body).raise_for_status()

        embed(0)
        return _times(embed, range(1, 11))


def _whole(name: str, times: list[float]) -> Result:
    median = statistics.median(times)
    return Result(name, _numbers(times), f"≤ {_AIM_MS} ms", median <= _AIM_MS)


def _numbers(times: list[float]) -> dict[str, float | str]:
    return {"ms": statistics.median(times), "p90, ms": percentile(times, 0.9)}


def _times(work: Callable[[_T], object], subjects: Iterable[_T]) -> list[float]:
    """Milliseconds for each subject."""
    times = []
    for subject in subjects:
        begun = time.perf_counter()
        work(subject)
        times.append((time.perf_counter() - begun) * 1000)
    return times


def _step_times(db_url: str, before: dict[str, float] | None = None) -> dict[str, float]:
    """Milliseconds that the database has spent in each step so far: in each of them more than ``before``."""
    # A backend reports what it counted after a second, when it is idle after two; a busy machine needs longer.
    deadline = time.monotonic() + 20
    while True:
        time.sleep(2.5)
        found = _reported_times(db_url)
        if before is None or time.monotonic() > deadline or all(found.get(n, 0) > before.get(n, 0) for n in _STEPS):
            return found


def _reported_times(db_url: str) -> dict[str, float]:
    query = (
        "select funcname, sum(total_time)::float from pg_stat_user_functions "
        "where schemaname = 'helpdesk_private' and funcname = any(%s) group by funcname"
    )
    with psycopg.connect(db_url) as db:
        return dict(db.execute(query, (list(_STEPS),)).fetchall())
