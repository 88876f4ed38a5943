"""Try the topics of Realtime: who is let in, who is not, and that nothing is announced where everybody may listen."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from ..errors import ConfigurationError, ConnectionFailedError
from .channels import NONE_OF_OURS, OURS, expected, named
from .furnishing import Furnisher
from .people import ANONYMOUS, CUSTOMER, Person, who
from .project import Project
from .report import BrokenPromise

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

AREA = "live"
_JOIN = "People join the topics that are theirs, and no others"
_PRIVATE = "Nothing is announced on a public channel, where everybody may listen"
_ANNOUNCED_TO_REQUESTER = "What happens on a ticket is announced to its requester"
# Hosted projects answer a refused join after five seconds.
_ANSWER = 20.0
_ANNOUNCED = 10.0
_QUIET = 2.0
# Topics of a great length are refused by the socket itself.
_LONGEST = 200


def try_topics(project: Project, furnisher: Furnisher) -> tuple[int, list[BrokenPromise]]:
    """Join every topic as everybody; how many tries, and what is broken.

    Args:
        project: The project, with everybody's token.
        furnisher: Who has furnished it.

    Raises:
        ConfigurationError: The package ``websockets`` is not installed.
        ConnectionFailedError: Realtime does not answer.
    """
    with _failures(project):
        return asyncio.run(_try_all(project, furnisher))


@contextmanager
def _failures(project: Project) -> Iterator[None]:
    try:
        import websockets
    except ImportError:
        raise ConfigurationError(
            "Realtime cannot be tried without the package websockets", hint="pip install websockets"
        ) from None
    try:
        yield
    except (OSError, websockets.WebSocketException, TimeoutError) as error:
        why = str(error) or type(error).__name__
        raise ConnectionFailedError(
            f"Realtime of {project.url} does not answer: {why}", hint="Is Realtime enabled in the project's settings?"
        ) from None


async def _try_all(project: Project, furnisher: Furnisher) -> tuple[int, list[BrokenPromise]]:
    world = furnisher.world
    topics = {named(topic, world): expected(row) for topic, row in OURS.items()}
    topics |= {named(topic, world): dict.fromkeys((p.name for p in project.tokens), "") for topic in NONE_OF_OURS}
    topics = {topic: rights for topic, rights in topics.items() if len(topic) <= _LONGEST and topic.isprintable()}
    people = [*project.tokens, ANONYMOUS]
    found = await asyncio.gather(*(_try_person(project, person, topics) for person in people))
    broken = [one for part in found for one in part]
    broken += await _try_announcements(project, furnisher)
    return len(people) * len(topics) + 2, broken


async def _try_person(project: Project, person: Person, topics: dict[str, dict[str, str]]) -> list[BrokenPromise]:
    token = project.publishable_key if person == ANONYMOUS else project.tokens[person]
    async with _Socket(project) as socket:
        refs = {await socket.join(topic, token): topic for topic in topics}
        answers: dict[str, dict[str, Any]] = {}
        async with asyncio.timeout(_ANSWER):
            while len(answers) < len(refs):
                frame = await socket.receive()
                if frame["event"] == "phx_reply" and frame["ref"] in refs:
                    answers[refs[frame["ref"]]] = frame["payload"]
    found = []
    for topic, rights in topics.items():
        let_in, may = answers[topic]["status"] == "ok", bool(rights.get(person.name))
        if let_in != may:
            got = "success" if let_in else f"a refusal: {answers[topic]['response'].get('reason')}"
            wanted = "success" if may else "a refusal"
            found.append(BrokenPromise(AREA, f"{_JOIN} [{topic}]", who(person), wanted, got))
    return found


async def _try_announcements(project: Project, furnisher: Furnisher) -> list[BrokenPromise]:
    """Listen on public channels of our names, and on the requester's own; then let something happen."""
    world, found = furnisher.world, []
    ours = ("helpdesk:admin", f"helpdesk:ticket:{world['mine']}", f"helpdesk:user:{world['customer']}")
    async with _Socket(project) as public, _Socket(project) as private:
        for topic in ours:
            await public.joined(await public.join(topic, None))
        await private.joined(await private.join(ours[1], project.tokens[CUSTOMER]))
        said = {"ticket_id": world["mine"], "body": "Is it announced?"}
        await asyncio.to_thread(project.data, CUSTOMER, "POST", "/rpc/send_reply", json=said)
        if await private.broadcast(_ANNOUNCED) is None:
            got = f"nothing within {_ANNOUNCED:.0f} s"
            found.append(BrokenPromise(AREA, _ANNOUNCED_TO_REQUESTER, who(CUSTOMER), "an announcement", got))
        if (frame := await public.broadcast(_QUIET)) is not None:
            topic = frame["topic"].removeprefix("realtime:")
            found.append(BrokenPromise(AREA, _PRIVATE, who(ANONYMOUS), "nothing", f"an announcement on {topic}"))
    return found


class _Socket:
    """One connection to Realtime, version 1.0.0 of its protocol."""

    def __init__(self, project: Project) -> None:
        parts = urlsplit(project.url)
        scheme = "wss" if parts.scheme == "https" else "ws"
        key = quote(project.publishable_key)
        self._url = f"{scheme}://{parts.netloc}{parts.path}/realtime/v1/websocket?apikey={key}&vsn=1.0.0"
        self._refs = map(str, itertools.count(1))
        self._connection: ClientConnection | None = None

    async def __aenter__(self) -> _Socket:
        from websockets.asyncio.client import connect

        self._connection = await connect(self._url, open_timeout=_ANSWER)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def join(self, topic: str, token: str | None) -> str:
        """Ask to join; with a token a private channel. The ref of the answer."""
        assert self._connection is not None
        ref = next(self._refs)
        payload: dict[str, Any] = {"config": {"private": token is not None}}
        if token is not None:
            payload["access_token"] = token
        frame = {"topic": f"realtime:{topic}", "event": "phx_join", "payload": payload, "ref": ref, "join_ref": ref}
        await self._connection.send(json.dumps(frame))
        return ref

    async def joined(self, ref: str) -> None:
        """Wait for the answer to a join, whatever it is: a project may allow private channels only."""
        async with asyncio.timeout(_ANSWER):
            while (frame := await self.receive())["event"] != "phx_reply" or frame["ref"] != ref:
                continue

    async def broadcast(self, seconds: float) -> dict[str, Any] | None:
        """The next announcement; None when none comes within so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                while (frame := await self.receive())["event"] != "broadcast":
                    continue
        except TimeoutError:
            return None
        return frame

    async def receive(self) -> dict[str, Any]:
        """The next frame."""
        assert self._connection is not None
        frame: dict[str, Any] = json.loads(await self._connection.recv())
        return frame
