"""Whether a host publishes the console as it should: types, headers, and pages that are no files."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping

import httpx

# What each answer must have. The policy of the console itself is checked besides.
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "SAMEORIGIN",
    "cross-origin-opener-policy": "same-origin",
}
# Caches of a host may serve the version before for a moment.
PATIENCE = 60.0
_STYLES = "style-src 'self' 'unsafe-inline'"


class PublishedError(Exception):
    """What is published is not as it should be; the text names all of it."""


def check_published(url: str, *, build: str | None = None, patience: float | None = None, pause: float = 3.0) -> None:
    """Look at a published console until it is as it should be.

    Args:
        url: Its address.
        build: The build that version.json must name.
        patience: How long to look, in seconds; None: a minute.
        pause: The pause between two looks, in seconds.

    Raises:
        PublishedError: something is wrong at the end of that time.
    """
    end = time.monotonic() + (PATIENCE if patience is None else patience)
    while True:
        with httpx.Client(base_url=url, timeout=20) as client:
            found = list(_faults(client, build))
        if not found:
            return
        if time.monotonic() + pause > end:
            raise PublishedError(f"{url} is not as it should be: {'; '.join(found)}.")
        time.sleep(pause)


def _faults(client: httpx.Client, build: str | None) -> Iterator[str]:
    try:
        page = client.get("/")
        yield from _page_faults("/", page)
        yield from _header_faults(page.headers)
        script = re.search(r'<script[^>]+src="(/assets/[^"]+\.js)"', page.text)
        if script is None:
            yield "the page names no script in /assets/"
        else:
            answer = client.get(script[1])
            if answer.status_code != 200 or _type(answer) not in ("text/javascript", "application/javascript"):
                yield f"{script[1]} is {answer.status_code} {_type(answer)}, not a script"
            elif "immutable" not in answer.headers.get("cache-control", ""):
                yield f"{script[1]} may be kept for ever, and Cache-Control does not say so"
        yield from _page_faults("/tickets/42", client.get("/tickets/42"))
        missing = client.get("/assets/there-is-no-such-file.js")
        if missing.status_code != 404 or _type(missing) == "text/html":
            yield f"a script that is not there is {missing.status_code} {_type(missing)}, not 404: see the rewrites"
        if build is not None:
            yield from _build_faults(client.get("/version.json"), build)
    except httpx.HTTPError as error:
        yield f"it does not answer ({type(error).__name__}: {error})"


def _type(answer: httpx.Response) -> str:
    kind: str = answer.headers.get("content-type", "of no type").partition(";")[0]
    return kind


def _page_faults(path: str, answer: httpx.Response) -> Iterator[str]:
    if answer.status_code != 200 or _type(answer) != "text/html":
        yield f"{path} is {answer.status_code} {_type(answer)}, not the page: see the rewrites"


def _header_faults(headers: Mapping[str, str]) -> Iterator[str]:
    for name, value in HEADERS.items():
        if headers.get(name) != value:
            yield f"the header {name} is {headers.get(name, 'missing')}, not {value}"
    if "max-age=" not in headers.get("strict-transport-security", ""):
        yield "the header strict-transport-security is missing"
    policy = headers.get("content-security-policy", "")
    # Styles within a document are for the frame of a mail; the page forbids them by itself.
    if not policy.startswith("default-src 'none'") or "unsafe" in policy.replace(_STYLES, ""):
        yield "the header content-security-policy is not the console's"


def _build_faults(answer: httpx.Response, build: str) -> Iterator[str]:
    try:
        found = answer.json()["build"]
    except (ValueError, KeyError, TypeError):
        found = "none"
    if found != build:
        yield f"version.json names the build {found}, not {build}"
