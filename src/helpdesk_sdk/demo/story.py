"""A support story, played through the SDK under row-level security. Every claim is checked when it is made.

`helpdesk demo` plays it on a local stack with the people and tickets of `supabase/seed.sql`.
"""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx

from .._ids import new_id
from .._sentinels import LATEST
from ..client import Helpdesk
from ..embeddings import EmbeddingEndpoint
from ..errors import (
    AdminExistsError,
    ConversationMovedError,
    ForbiddenError,
    HelpdeskError,
    TicketNotFoundError,
    UserExistsError,
)
from ..models.messages import Message
from ..models.tickets import Ticket
from ..models.users import Role
from .audience import Audience, async_client, viewers_seen
from .knowledge import KnowledgeScene

_ADMIN = ("Nora Lind", "nora.lind@kestrel.example")
_KNOWN_AGENT = ("Chiara Rossi", "chiara.rossi@kestrel.example")
_NEW_AGENT = ("Ines Moreau", "ines.moreau@kestrel.example")
_CUSTOMERS = (("Mara Holt", "mara.holt@example.com"), ("Theo Brandt", "theo.brandt@example.com"))
_QUEUE = "Repairs"


class Story(KnowledgeScene):
    """A ticket from its first message to its end, with two customers, two agents and an admin."""

    def play(self, embeddings: EmbeddingEndpoint | None = None) -> None:
        """Play the story from beginning to end.

        Args:
            embeddings: What makes vectors; None compares words alone.

        Raises:
            HelpdeskError: A request was refused that should be accepted; the story cannot continue.
        """
        with self._clients, Helpdesk(self._url, self._secret_key) as self._system:
            self._begin_to_embed(embeddings)
            self._beginning = self._system.events.head()
            self._gather_people()
            followers = {"Nora": self._nora, "Mara": self._mara}
            with Audience(self._url, self._publishable_key, followers, self._beginning) as audience:
                self._open_tickets()
                self._claim()
                self._answer()
                self._collide()
                self._resolve_and_reopen()
                self._refuse()
                self._compare_streams(audience)
            self._ask_the_assistant(embeddings)
            self._look_back()

    def _gather_people(self) -> None:
        self._reporter.scene("The people")
        people = list(self._system.users.list())
        open_tickets = sum(1 for _ in self._system.tickets.list(status="open"))
        self._say(f"Kestrel Coffee's helpdesk: {len(people)} people, {open_tickets} open tickets.")
        try:
            self._system.users.bootstrap_admin(_ADMIN[1])
        except AdminExistsError:
            if not any(user.role == Role.ADMIN for user in self._system.users.list(email=_ADMIN[1])):
                hint = "Play the story on another helpdesk: --data DIR"
                raise HelpdeskError("This helpdesk has an admin of its own", hint=hint) from None
            self._say("Nora is the admin already: the story was played before.")
        else:
            self._say("Nora becomes the first admin. That works once, and with the secret key only.")
        self._nora = self._sign_in(*_ADMIN, role="admin")
        self._check_refused(
            "another first admin", AdminExistsError, lambda: self._system.users.bootstrap_admin(_CUSTOMERS[0][1])
        )
        known = self._system.users.get(_KNOWN_AGENT[1])
        self._chiara = self._sign_in(*_KNOWN_AGENT, role="agent")
        self._say("Chiara was an agent without a login. She gets one with her e-mail address, verified.")
        me = self._chiara.users.me()
        self._check("it is the same person, still an agent", me.user_id == known.user_id and me.role == Role.AGENT)
        try:
            self._nora.users.invite(_NEW_AGENT[1], "agent", _NEW_AGENT[0])
            self._say("Nora invites Ines, who signs in and works the queue with Chiara.")
        except UserExistsError:
            self._say("Ines was invited before, and works the queue with Chiara.")
        self._ines = self._sign_in(*_NEW_AGENT, role="agent")
        self._check("the invitation made her an agent", self._ines.users.me().role == Role.AGENT)
        self._mara, self._theo = (self._sign_in(name, email, role="customer") for name, email in _CUSTOMERS)
        self._queue = self._team_without_waiting_tickets()
        for agent in (_KNOWN_AGENT[1], _NEW_AGENT[1]):
            self._nora.teams.add_member(self._queue, agent)

    def _open_tickets(self) -> None:
        self._reporter.scene("Customers open tickets")
        title, text = "Grinder stops in the middle", "It hums, then nothing. Two times out of three."
        self._maras = self._mara.tickets.create(title, text, team=self._queue)
        self._say(f"Mara opens #{self._maras.number}: {title}. Her network fails, her program sends it again.")
        again = self._mara.tickets.create(title, text, team=self._queue, id=self._maras.ticket_id)
        self._check("sent twice, it is still one ticket", again == self._maras)
        self._theos = self._theo.tickets.create(
            "Steam wand is blocked", "No steam since this morning.", team=self._queue
        )
        self._say(f"Theo opens #{self._theos.number}: {self._theos.title}.")
        for name, hd, ticket in (("Mara", self._mara, self._maras), ("Theo", self._theo, self._theos)):
            seen = list(hd.tickets.list())
            mine = all(other.created_by == ticket.created_by for other in seen)
            self._check(
                f"{name}'s list has no ticket of others", mine and ticket.number in {other.number for other in seen}
            )

    def _claim(self) -> None:
        self._reporter.scene("Agents claim the next ticket")
        self._chiara.tickets.update(self._chiara.tickets.get(self._theos.number), priority="urgent")
        self._say("Chiara makes Theo's ticket urgent.")
        first, second = self._ines.tickets.claim_next(self._queue), self._chiara.tickets.claim_next(self._queue)
        self._check("Ines gets the urgent ticket, though the other is older", _is_same(first, self._theos))
        self._check("Chiara gets the next ticket, never the same", _is_same(second, self._maras))
        self._check("then no ticket waits", self._ines.tickets.claim_next(self._queue) is None)

    def _answer(self) -> None:
        self._reporter.scene("A reply, and a note that the customer never sees")
        number = self._maras.number
        self._chiara.messages.reply(
            self._chiara.tickets.get(number), "Sorry to hear that, Mara. Does it smell of plastic?"
        )
        self._say('Chiara: "Sorry to hear that, Mara. Does it smell of plastic?"')
        before = self._mara.tickets.get(number)
        is_pending = before.status == "pending" and before.first_response_at is not None
        self._check("the ticket is pending, and the time of the first response is recorded", is_pending)
        self._chiara.notes.add(number, "Batch 41 had weak capacitors. If it smells, send a new one at once.")
        self._chiara.tickets.tag(number, "batch-41")
        self._say("Chiara adds a note for her colleagues, and a tag.")
        self._check("her colleague reads the note", len(list(self._ines.notes.list(number))) == 1)
        self._check("Mara sees no note", not list(self._mara.notes.list(number)))
        self._check("nor that the ticket changed", self._mara.tickets.get(number) == before)
        self._mara.messages.reply(number, "A little, yes.")
        self._say('Mara: "A little, yes."')
        self._check("her reply reopens the ticket", self._mara.tickets.get(number).status == "open")

    def _collide(self) -> None:
        self._reporter.scene("Two agents reply at the same time")
        chiara, ines = (async_client(hd, self._url, self._publishable_key) for hd in (self._chiara, self._ines))
        viewers = [(viewer.name, viewer.state) for viewer in viewers_seen(chiara, ines, self._maras)]
        self._check("Chiara, who has the ticket open, sees Ines typing", viewers == [(_NEW_AGENT[0], "typing")])
        texts = {
            "Chiara": "Then it is the capacitor. A new grinder leaves today.",
            "Ines": "Please send us a photo of the label.",
        }
        results = self._reply_at_once({"Chiara": self._chiara, "Ines": self._ines}, texts)
        sent = {name: result for name, result in results.items() if isinstance(result, Message)}
        refused = {name: result for name, result in results.items() if isinstance(result, ConversationMovedError)}
        if not (self._check("one reply is sent, one is refused", len(sent) == len(refused) == 1)):
            raise HelpdeskError("The send guard failed: the story cannot continue")
        [(winner, message)], [(loser, moved)] = sent.items(), refused.items()
        self._say(f'{winner} was faster: "{message.body}"')
        self._say(f"{loser} gets an error: {moved.message} (HTTP {moved.status}, {moved.reason})")
        self._say("The error has the new messages: " + " ".join(f'"{new.body}"' for new in moved.new_messages))
        same = [new.message_id for new in moved.new_messages] == [message.message_id]
        self._check(f"that is exactly what {winner} wrote", same)
        bodies = [message.body for message in self._mara.messages.list(self._maras.number)]
        self._check("Mara got one reply", sum(body in bodies for body in texts.values()) == 1 and len(bodies) == 3)

    def _reply_at_once(self, clients: dict[str, Helpdesk], texts: dict[str, str]) -> dict[str, Message | HelpdeskError]:
        barrier = Barrier(len(clients))

        def reply(name: str) -> Message | HelpdeskError:
            ticket = clients[name].tickets.get(self._maras.number)
            barrier.wait(10)
            try:
                return clients[name].messages.reply(ticket, texts[name])
            except HelpdeskError as error:
                return error

        with ThreadPoolExecutor(len(clients)) as pool:
            return dict(zip(clients, pool.map(reply, clients), strict=True))

    def _resolve_and_reopen(self) -> None:
        self._reporter.scene("Resolved, reopened, closed")
        number = self._maras.number
        resolved = self._chiara.tickets.resolve(self._chiara.tickets.get(number))
        self._say("Chiara resolves the ticket.")
        self._check(
            "it is resolved, and the time is recorded",
            resolved.status == "resolved" and resolved.resolved_at is not None,
        )
        reopened = self._mara.tickets.reopen(number)
        self._mara.messages.reply(number, "It came, but with the wrong plug.")
        self._say('Mara reopens it: "It came, but with the wrong plug."')
        self._check("it is open again", reopened.status == "open" and reopened.resolved_at is None)
        self._chiara.messages.reply(number, "An adapter is on its way.", expected_last_message=LATEST)
        self._say('Chiara: "An adapter is on its way." And Mara closes the ticket.')
        self._check("it is closed", self._mara.tickets.close(number).status == "closed")
        self._ines.messages.reply(
            self._ines.tickets.get(self._theos.number), "The nozzle unscrews by hand: soak it in warm water."
        )
        self._check("Theo's is resolved too", self._ines.tickets.resolve(self._theos.number).status == "resolved")

    def _refuse(self) -> None:
        self._reporter.scene("What is forbidden is refused, with and without the SDK")
        foreign, absent = (
            self._check_refused(what, TicketNotFoundError, lambda id=id: list(self._theo.tickets.timeline(id)))  # type: ignore[misc]
            for what, id in (
                ("Theo opens Mara's ticket", self._maras.ticket_id),
                ("and one that does not exist", new_id()),
            )
        )
        if foreign and absent:
            same = (foreign.message, foreign.code, foreign.hint) == (absent.message, absent.code, absent.hint)
            self._check("the two errors are identical", same)
        own = self._theo.tickets.get(self._theos.number)
        self._check_refused(
            "Theo makes his own ticket urgent",
            ForbiddenError,
            lambda: self._theo.tickets.update(own, priority="high"),
        )
        self._check_refused("Theo writes an internal note", ForbiddenError, lambda: self._theo.notes.add(own, "psst"))
        status, code = self._forge_author()
        self._say(f"Theo forges the author with plain HTTP: {status} {code}")
        self._check("the database refuses it", (status, code) == (403, "42501"))
        self._nora.users.deactivate(_NEW_AGENT[1])
        self._say("Nora deactivates Ines, whose token is valid for another hour.")
        try:
            self._check("from her next request on, she sees nothing", not list(self._ines.tickets.list()))
        finally:
            self._nora.users.reactivate(_NEW_AGENT[1])

    def _compare_streams(self, audience: Audience) -> None:
        self._reporter.scene("The live streams")
        for name, hd in (("Nora", self._nora), ("Mara", self._mara)):
            log = self._events_since(hd, self._beginning)
            received = audience.received(name, log[-1].cursor)
            self._check(
                f"{name}'s live stream returned {len(log)} events, each once, in the order of the log", received == log
            )
        self._say(f"All were pushed, half of them within {audience.median_delay * 1000:.0f} ms.")

    def _look_back(self) -> None:
        self._reporter.scene(f"Ticket #{self._maras.number}, as Chiara and Mara see it")
        staff = list(self._chiara.tickets.timeline(self._maras.number))
        customer = list(self._mara.tickets.timeline(self._maras.number))
        self._reporter.timeline("Chiara sees", staff)
        self._reporter.timeline("Mara sees", customer)
        hidden = {entry.type or entry.kind for entry in staff} - {entry.type or entry.kind for entry in customer}
        self._check(
            "Mara sees no note, no tag and no assignment", hidden >= {"note", "ticket.tagged", "ticket.assigned"}
        )
        self._check(
            "and nothing that Chiara does not see", {entry.id for entry in customer} < {entry.id for entry in staff}
        )
        messages = [message.message_id for message in self._chiara.messages.list(self._maras.number)]
        logged = [
            event.message_id
            for event in self._events_since(self._nora, self._beginning)
            if event.type == "message.created"
        ]
        self._check("the event log has each message once", all(logged.count(message) == 1 for message in messages))
        audiences = {event.audience for event in self._events_since(self._mara, self._beginning)}
        self._check("Mara sees only events for customers", audiences == {"customer"})

    def _team_without_waiting_tickets(self) -> str:
        """A team without waiting tickets, so that the story knows which ticket is claimed next."""
        waiting = self._nora.tickets.list(team=_QUEUE, status="open", assigned_to="nobody")
        if waiting.first() is None:
            return _QUEUE
        return self._nora.teams.create(f"{_QUEUE} {secrets.token_hex(3)}", is_public=True).name

    def _forge_author(self) -> tuple[int, str]:
        session = self._theo.auth.session
        token = session.access_token.get_secret_value() if session else ""
        response = httpx.post(
            f"{self._url}/rest/v1/tickets",
            headers={
                "apikey": self._publishable_key,
                "Authorization": f"Bearer {token}",
                "Content-Profile": "helpdesk",
            },
            json={"title": "Refund me", "created_by": str(self._maras.created_by)},
            timeout=30,
        )
        return response.status_code, response.json().get("code", "")


def _is_same(found: Ticket | None, wanted: Ticket) -> bool:
    return found is not None and found.ticket_id == wanted.ticket_id
