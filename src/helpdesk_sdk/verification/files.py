"""Try the files of tickets at Storage: who downloads, lists, uploads and deletes, and that the bucket is private."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from .furnishing import CONTENT, Furnisher
from .people import ADMIN, AGENT, ANONYMOUS, CUSTOMER, GONE, LEFT, NOBODY, OTHER, SERVICE, STRANGER, Person, who
from .project import BUCKET, Project, answered
from .report import BrokenPromise

AREA = "files"
_EVERYBODY = (ANONYMOUS, NOBODY, GONE, LEFT, CUSTOMER, OTHER, AGENT, STRANGER, ADMIN)
# Each file with those who may download it; nobody may before its check has ended.
_READERS: dict[str, tuple[Person, ...]] = {
    "their file": (OTHER, STRANGER, ADMIN),
    "answer file": (CUSTOMER, AGENT, ADMIN),
    "note file": (AGENT, ADMIN),
    "agents file": (STRANGER, ADMIN),
    "draft file": (),
    "lent file": (),
}
_DOWNLOAD = "Only those who see the message or note download its file"
_UNCHECKED = "Nobody downloads a file before its check has ended"
_PUBLIC = "The bucket of the attachments is private"
_LIST = "Nobody lists files that they may not download"
_UPLOAD = "Nobody uploads a file that was not reserved, or reserved by somebody else"
_REPLACE = "Nobody replaces or deletes a file at Storage"


def try_files(project: Project, furnisher: Furnisher) -> tuple[int, list[BrokenPromise]]:
    """Try every file as everybody; how many tries, and what is broken.

    Args:
        project: The project, with everybody's token.
        furnisher: Who has furnished it.
    """
    results = list(_all(project, furnisher))
    return len(results), [one for one in results if one is not None]


def _all(project: Project, furnisher: Furnisher) -> Iterator[BrokenPromise | None]:
    keys = furnisher.keys
    yield from _bucket(project, keys["their file"])
    for name, readers in _READERS.items():
        promise = f"{_DOWNLOAD if readers else _UNCHECKED} [{name}]"
        for person in _EVERYBODY:
            answer = _ask(project, person, "GET", f"/object/authenticated/{BUCKET}/{keys[name]}")
            yield _compare(promise, person, person in readers, answer)
    for person in _EVERYBODY:
        folder = {"prefix": keys["their file"].rpartition("/")[0], "limit": 10, "offset": 0}
        answer = project.ask(person, "POST", f"/storage/v1/object/list/{BUCKET}", json=folder)
        rows = answer.json() if answer.is_success else []
        found = [row["name"] for row in rows if row["name"] in keys["their file"]]
        if found and person not in _READERS["their file"]:
            yield BrokenPromise(AREA, _LIST, who(person), "an empty list", f"{len(found)} files")
        else:
            yield None
    for person in _EVERYBODY:
        for key in (f"tickets/{furnisher.world['theirs']}/{furnisher.world['nothing']}", f"stray-{furnisher.run}.txt"):
            answer = _upload(project, person, "POST", key)
            yield _compare(_UPLOAD, person, False, answer)
            if answer.is_success:
                project.ask(SERVICE, "DELETE", f"/storage/v1/object/{BUCKET}", json={"prefixes": [key]})
        yield _compare(_REPLACE, person, False, _upload(project, person, "PUT", keys["answer file"]))
        project.ask(person, "DELETE", f"/storage/v1/object/{BUCKET}", json={"prefixes": [keys["answer file"]]})
        after = _ask(project, SERVICE, "GET", f"/object/authenticated/{BUCKET}/{keys['answer file']}")
        if after.is_success:
            yield None
        else:
            yield BrokenPromise(AREA, _REPLACE, who(person), "a refusal", "the file is gone")


def _bucket(project: Project, key: str) -> Iterator[BrokenPromise | None]:
    answer = _ask(project, SERVICE, "GET", f"/bucket/{BUCKET}")
    if not answer.is_success:
        yield BrokenPromise(AREA, _PUBLIC, who(SERVICE), "the bucket", answered(answer))
    elif answer.json().get("public") is not False:
        yield BrokenPromise(AREA, _PUBLIC, who(SERVICE), "public: false", "public: true")
    else:
        yield None
    answer = project.ask(None, "GET", f"/storage/v1/object/public/{BUCKET}/{key}")
    yield _compare(_PUBLIC, ANONYMOUS, False, answer)


def _compare(promise: str, person: Person, may: bool, answer: httpx.Response) -> BrokenPromise | None:
    if answer.is_success == may:
        return None
    got = f"{answer.status_code}" if answer.is_success else answered(answer)
    return BrokenPromise(AREA, promise, who(person), "success" if may else "a refusal", got)


def _ask(project: Project, person: Person, method: str, path: str) -> httpx.Response:
    return project.ask(person, method, f"/storage/v1{path}")


def _upload(project: Project, person: Person, method: str, key: str) -> httpx.Response:
    path, kind = f"/storage/v1/object/{BUCKET}/{key}", {"content-type": "text/plain"}
    return project.ask(person, method, path, headers=kind, content=CONTENT)
