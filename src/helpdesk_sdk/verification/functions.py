"""Try the edge functions: which of them ask for a token, and that they do nothing for those who may not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx

from .furnishing import Furnisher
from .people import ADMIN, ANONYMOUS, CUSTOMER, GONE, LEFT, NOBODY, SERVICE, STRANGER, Person, who
from .project import Project, answered
from .report import BrokenPromise

AREA = "functions"
_TOKEN = "A function asks for a token"
_FORGED = "A function refuses a token that this project has not signed"
_STAFF = "Only those who work the ticket ask the assistant about it"
_EMBED = "Only staff and the secret key make vectors"
_SIGNED = "Only who signs hands over mails"
_READER = "The HTML of a mail is for those who may read the mail"
_SECRET = "Only the secret key sends what waits"
_HEALTH = "The function health reports the schema, and nothing else, to everybody"
_LATE = {404: "it is not deployed", 503: "it does not start"}
_KEYS = {"status", "database", "schema_version", "latency_ms"}
# The signature is of another secret.
_FORGED_TOKEN = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    "eyJyb2xlIjoic2VydmljZV9yb2xlIiwiZXhwIjo0MTAyNDQ0ODAwfQ."
    "c2lnbmVkIGJ5IHNvbWVib2R5IGVsc2UgLSBub3QgdmFsaWQ"
)


def try_functions(project: Project, furnisher: Furnisher) -> tuple[int, list[BrokenPromise]]:
    """Call every function as those who may not; how many tries, and what is broken.

    Args:
        project: The project, with everybody's token.
        furnisher: Who has furnished it.
    """
    results = [*_health(project), *_without_token(project), *_refused(project, furnisher)]
    return len(results), [one for one in results if one is not None]


def _health(project: Project) -> Iterator[BrokenPromise | None]:
    answer = project.ask(None, "GET", "/functions/v1/health")
    version = project.data(SERVICE, "POST", "/rpc/schema_version", json={})
    wanted = version.json() if version.is_success else None
    try:
        body: Any = answer.json()
    except ValueError:
        body = {}
    if answer.is_success and isinstance(body, dict) and body.get("schema_version") == wanted and set(body) <= _KEYS:
        yield None
    else:
        yield BrokenPromise(AREA, _HEALTH, who(ANONYMOUS), f"schema version {wanted}", _said(answer))


def _without_token(project: Project) -> Iterator[BrokenPromise | None]:
    for name in ("check-attachment", "deliver", "embed-articles", "suggest-reply", "triage-ticket"):
        path = f"/functions/v1/{name}"
        answer = project.ask(None, "POST", path, json={})
        yield _must_be(answer, (401,), f"{_TOKEN} [{name}]", ANONYMOUS)
        forged = {"apikey": project.publishable_key, "Authorization": f"Bearer {_FORGED_TOKEN}"}
        answer = project.ask(None, "POST", path, json={}, headers=forged)
        yield _must_be(answer, (401,), f"{_FORGED} [{name}]", ANONYMOUS)


def _refused(project: Project, furnisher: Furnisher) -> Iterator[BrokenPromise | None]:
    mine = {"ticket_id": furnisher.world["mine"], "kind": "reply"}
    for person in (NOBODY, GONE, LEFT, CUSTOMER, STRANGER):
        for name in ("suggest-reply", "triage-ticket"):
            answer = project.ask(person, "POST", f"/functions/v1/{name}", json=mine)
            yield _must_be(answer, (401, 403, 404), f"{_STAFF} [{name}]", person)
    for person in (ANONYMOUS, NOBODY, GONE, LEFT, CUSTOMER):
        answer = project.ask(person, "POST", "/functions/v1/embed-articles", json={})
        yield _must_be(answer, (401, 403), f"{_EMBED} [embed-articles]", person)
    for person in (ANONYMOUS, NOBODY, GONE, LEFT, CUSTOMER, STRANGER):
        answer = project.ask(person, "GET", f"/functions/v1/email-in/html?email={furnisher.world['nothing']}")
        yield _must_be(answer, (401, 403, 404), f"{_READER} [email-in]", person)
    for person in (ANONYMOUS, NOBODY, CUSTOMER, ADMIN):
        answer = project.ask(person, "POST", "/functions/v1/deliver", json={})
        yield _must_be(answer, (401, 403), f"{_SECRET} [deliver]", person)
        # Without a secret of its own it is not set up, and takes nothing.
        answer = project.ask(person, "POST", "/functions/v1/email-in", json={})
        yield _must_be(answer, (401, 503), f"{_SIGNED} [email-in]", person)
        answer = project.ask(person, "POST", "/functions/v1/email-in/sweep", json={})
        yield _must_be(answer, (401,), f"{_SECRET} [email-in]", person)
    # The control: an admin is let in; without a model nothing waits.
    missing = {"attachment_id": furnisher.world["nothing"]}
    answer = project.ask(ADMIN, "POST", "/functions/v1/check-attachment", json=missing)
    ok = answer.is_success
    promise = "Somebody who is signed in may have a file checked [check-attachment]"
    yield None if ok else BrokenPromise(AREA, promise, who(ADMIN), "success", _said(answer))


def _must_be(answer: httpx.Response, statuses: tuple[int, ...], promise: str, person: Person) -> BrokenPromise | None:
    # A function that is missing answers 404 to everybody; the platform's own word says which it is.
    missing = answer.headers.get("sb-error-code", "").startswith(("NOT_FOUND", "BOOT"))
    if answer.status_code in statuses and not missing:
        return None
    return BrokenPromise(AREA, promise, who(person), "a refusal", _said(answer))


def _said(answer: httpx.Response) -> str:
    late = _LATE.get(answer.status_code)
    return answered(answer) + (f" ({late})" if late else "")
