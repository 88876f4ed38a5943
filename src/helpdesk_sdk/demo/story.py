"""A support story, played through the SDK under row-level security; every claim it makes is checked as it is made.

`helpdesk demo` tells it on a local stack with the people and tickets of `supabase/seed.sql`.
"""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx

from .._ids import new_id
from .._sentinels import LATEST
from ..client import Helpdesk
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
from .audience import Audience, also, seen_beside
from .stage import Stage

_ADMIN = ("Nora Lind", "nora.lind@kestrel.example")
_KNOWN_AGENT = ("Chiara Rossi", "chiara.rossi@kestrel.example")
_NEW_AGENT = ("Ines Moreau", "ines.moreau@kestrel.example")
_CUSTOMERS = (("Mara Holt", "mara.holt@example.com"), ("Theo Brandt", "theo.brandt@example.com"))
_QUEUE = "Repairs"


class Story(Stage):
    """A ticket from first word to closed, between two customers, two agents and an admin."""

    def play(self) -> None:
        """Play it from beginning to end.

        Raises:
            HelpdeskError: Something was refused that should not be; the story cannot go on.
        """
        with self._clients, Helpdesk(self._url, self._secret_key) as self._system:
            self._beginning = self._system.events.head()
            self._gather_people()
            listeners = {"Nora": self._nora, "Mara": self._mara}
            with Audience(self._url, self._publishable_key, listeners, self._beginning) as audience:
                self._open_tickets()
                self._claim()
                self._answer()
                self._collide()
                self._resolve_and_reopen()
                self._refuse()
                self._hear(audience)
            self._look_back()

    def _gather_people(self) -> None:
        self._teller.scene("The people")
        people = list(self._system.users.list())
        waiting = sum(1 for _ in self._system.tickets.list(status="open"))
        self._say(f"Kestrel Coffee's helpdesk: {len(people)} people, {waiting} open tickets.")
        try:
            self._system.users.bootstrap_admin(_ADMIN[1])
        except AdminExistsError:
            if not any(user.role == Role.ADMIN for user in self._system.users.list(email=_ADMIN[1])):
                hint = "Play the story on another one: --data DIR"
                raise HelpdeskError("This helpdesk has an admin of its own", hint=hint) from None
            self._say("Nora is the admin, from an earlier time.")
        else:
            self._say("Nora becomes the first admin. That works once, and with the secret key only.")
        self._nora = self._sign_in(*_ADMIN, role="admin")
        self._refused(
            "another first admin", AdminExistsError, lambda: self._system.users.bootstrap_admin(_CUSTOMERS[0][1])
        )
        known = self._system.users.get(_KNOWN_AGENT[1])
        self._chiara = self._sign_in(*_KNOWN_AGENT, role="agent")
        self._say("Chiara has worked here without a login. Hers has a verified e-mail address, so she is who she was.")
        me = self._chiara.users.me()
        self._check("the same person, still an agent", me.user_id == known.user_id and me.role == Role.AGENT)
        try:
            self._nora.users.invite(_NEW_AGENT[1], "agent", _NEW_AGENT[0])
            self._say("Nora invites Ines, who signs in and works the queue with Chiara.")
        except UserExistsError:
            self._say("Ines was invited at an earlier time, and works the queue with Chiara.")
        self._ines = self._sign_in(*_NEW_AGENT, role="agent")
        self._check("the invitation made her an agent", self._ines.users.me().role == Role.AGENT)
        self._mara, self._theo = (self._sign_in(name, email, role="customer") for name, email in _CUSTOMERS)
        self._queue = self._empty_queue()
        for agent in (_KNOWN_AGENT[1], _NEW_AGENT[1]):
            self._nora.teams.add_member(self._queue, agent)

    def _open_tickets(self) -> None:
        self._teller.scene("Customers open tickets")
        title, text = "Grinder stops in the middle", "It hums, then nothing. Two times out of three."
        self._maras = self._mara.tickets.create(title, text, team=self._queue)
        self._say(f"Mara opens #{self._maras.number}: {title}. Her network fails, her program sends it again.")
        again = self._mara.tickets.create(title, text, team=self._queue, id=self._maras.ticket_id)
        self._check("sent twice, it is one ticket", again == self._maras)
        self._theos = self._theo.tickets.create(
            "Steam wand is blocked", "No steam since this morning.", team=self._queue
        )
        self._say(f"Theo opens #{self._theos.number}: {self._theos.title}.")
        for name, hd, ticket in (("Mara", self._mara, self._maras), ("Theo", self._theo, self._theos)):
            seen = list(hd.tickets.list())
            mine = all(other.created_by == ticket.created_by for other in seen)
            self._check(f"{name} lists own tickets only", mine and ticket.number in {other.number for other in seen})

    def _claim(self) -> None:
        self._teller.scene("Agents take the next one")
        self._chiara.tickets.update(self._chiara.tickets.get(self._theos.number), priority="urgent")
        self._say("Chiara makes Theo's ticket urgent.")
        first, second = self._ines.tickets.claim_next(self._queue), self._chiara.tickets.claim_next(self._queue)
        self._check("Ines gets the urgent one, though the other is older", _is(first, self._theos))
        self._check("Chiara gets the next, never the same", _is(second, self._maras))
        self._check("then nothing waits", self._ines.tickets.claim_next(self._queue) is None)

    def _answer(self) -> None:
        self._teller.scene("An answer, and a note that the customer never sees")
        number = self._maras.number
        self._chiara.messages.reply(
            self._chiara.tickets.get(number), "Sorry to hear that, Mara. Does it smell of plastic?"
        )
        self._say('Chiara: "Sorry to hear that, Mara. Does it smell of plastic?"')
        before = self._mara.tickets.get(number)
        answered = before.status == "pending" and before.first_response_at is not None
        self._check("the ticket is pending, the first response has its time", answered)
        self._chiara.notes.add(number, "Batch 41 had weak capacitors. If it smells, send a new one at once.")
        self._chiara.tickets.tag(number, "batch-41")
        self._say("Chiara leaves a note for her colleagues, and a tag.")
        self._check("her colleague reads the note", len(list(self._ines.notes.list(number))) == 1)
        self._check("Mara sees no note", not list(self._mara.notes.list(number)))
        self._check("not even that anything changed", self._mara.tickets.get(number) == before)
        self._mara.messages.reply(number, "A little, yes.")
        self._say('Mara: "A little, yes."')
        self._check("her reply opens the ticket again", self._mara.tickets.get(number).status == "open")

    def _collide(self) -> None:
        self._teller.scene("Two agents answer at the same time")
        chiara, ines = (also(hd, self._url, self._publishable_key) for hd in (self._chiara, self._ines))
        beside = [(viewer.name, viewer.state) for viewer in seen_beside(chiara, ines, self._maras)]
        self._check("Chiara, who has the ticket open, sees Ines typing", beside == [(_NEW_AGENT[0], "typing")])
        texts = {
            "Chiara": "Then it is the capacitor. A new grinder leaves today.",
            "Ines": "Please send us a photo of the label.",
        }
        results = self._at_once({"Chiara": self._chiara, "Ines": self._ines}, texts)
        sent = {name: result for name, result in results.items() if isinstance(result, Message)}
        told = {name: result for name, result in results.items() if isinstance(result, ConversationMovedError)}
        if not (self._check("one answer is sent, one is refused", len(sent) == len(told) == 1)):
            raise HelpdeskError("The send guard failed: the story cannot go on")
        [(winner, message)], [(loser, moved)] = sent.items(), told.items()
        self._say(f'{winner} was faster: "{message.body}"')
        self._say(f"{loser} is told: {moved.message} (HTTP {moved.status}, {moved.reason})")
        self._say(f"{loser} reads: " + " ".join(f'"{new.body}"' for new in moved.new_messages))
        shown = [new.message_id for new in moved.new_messages] == [message.message_id]
        self._check(f"{loser} is shown exactly what {winner} wrote", shown)
        heard = [message.body for message in self._mara.messages.list(self._maras.number)]
        self._check("Mara got one answer", sum(body in heard for body in texts.values()) == 1 and len(heard) == 3)

    def _at_once(self, clients: dict[str, Helpdesk], texts: dict[str, str]) -> dict[str, Message | HelpdeskError]:
        barrier = Barrier(len(clients))

        def answer(name: str) -> Message | HelpdeskError:
            ticket = clients[name].tickets.get(self._maras.number)
            barrier.wait(10)
            try:
                return clients[name].messages.reply(ticket, texts[name])
            except HelpdeskError as error:
                return error

        with ThreadPoolExecutor(len(clients)) as pool:
            return dict(zip(clients, pool.map(answer, clients), strict=True))

    def _resolve_and_reopen(self) -> None:
        self._teller.scene("Resolved, reopened, closed")
        number = self._maras.number
        resolved = self._chiara.tickets.resolve(self._chiara.tickets.get(number))
        self._say("Chiara resolves the ticket.")
        self._check("it is resolved, with its time", resolved.status == "resolved" and resolved.resolved_at is not None)
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
        self._teller.scene("What is forbidden is refused, whoever asks and however")
        foreign, absent = (
            self._refused(what, TicketNotFoundError, lambda id=id: list(self._theo.tickets.timeline(id)))  # type: ignore[misc]
            for what, id in (("Theo opens Mara's ticket", self._maras.ticket_id), ("and one that never was", new_id()))
        )
        if foreign and absent:
            same = (foreign.message, foreign.code, foreign.hint) == (absent.message, absent.code, absent.hint)
            self._check("the two answers are the same to the letter", same)
        own = self._theo.tickets.get(self._theos.number)
        self._refused(
            "Theo makes his own ticket urgent",
            ForbiddenError,
            lambda: self._theo.tickets.update(own, priority="high"),
        )
        self._refused("Theo writes an internal note", ForbiddenError, lambda: self._theo.notes.add(own, "psst"))
        status, code = self._forge()
        self._say(f"Theo forges the author with plain HTTP: {status} {code}")
        self._check("the database refuses it, without any SDK", (status, code) == (403, "42501"))
        self._nora.users.deactivate(_NEW_AGENT[1])
        self._say("Nora deactivates Ines, whose token is good for another hour.")
        try:
            self._check("from the next request on she sees nothing", not list(self._ines.tickets.list()))
        finally:
            self._nora.users.reactivate(_NEW_AGENT[1])

    def _hear(self, audience: Audience) -> None:
        self._teller.scene("Who listened all the while")
        for name, hd in (("Nora", self._nora), ("Mara", self._mara)):
            log = self._log(hd, self._beginning)
            heard = audience.heard(name, log[-1].cursor)
            self._check(
                f"{name}'s live stream brought {len(log)} events, each once, in the order of the log", heard == log
            )
        self._say(f"Each arrived by itself, half of them within {audience.median_delay * 1000:.0f} ms.")

    def _look_back(self) -> None:
        self._teller.scene(f"Ticket #{self._maras.number}, by those who may see it")
        staff = list(self._chiara.tickets.timeline(self._maras.number))
        customer = list(self._mara.tickets.timeline(self._maras.number))
        self._teller.timeline("Chiara sees", staff)
        self._teller.timeline("Mara sees", customer)
        hidden = {entry.type or entry.kind for entry in staff} - {entry.type or entry.kind for entry in customer}
        self._check(
            "Mara sees no note, no tag, nobody's assignment", hidden >= {"note", "ticket.tagged", "ticket.assigned"}
        )
        self._check(
            "and nothing that Chiara does not", {entry.id for entry in customer} < {entry.id for entry in staff}
        )
        said = [message.message_id for message in self._chiara.messages.list(self._maras.number)]
        logged = [
            event.message_id for event in self._log(self._nora, self._beginning) if event.type == "message.created"
        ]
        self._check("the event log has each message once", all(logged.count(message) == 1 for message in said))
        hers = {event.audience for event in self._log(self._mara, self._beginning)}
        self._check("Mara's part of the log is hers alone", hers == {"customer"})

    def _empty_queue(self) -> str:
        """A queue where nothing waits, so that the story knows what comes next."""
        waiting = self._nora.tickets.list(team=_QUEUE, status="open", assigned_to="nobody")
        if waiting.first() is None:
            return _QUEUE
        return self._nora.teams.create(f"{_QUEUE} {secrets.token_hex(3)}", is_public=True).name

    def _forge(self) -> tuple[int, str]:
        session = self._theo.auth.session
        token = session.access_token.get_secret_value() if session else ""
        answer = httpx.post(
            f"{self._url}/rest/v1/tickets",
            headers={
                "apikey": self._publishable_key,
                "Authorization": f"Bearer {token}",
                "Content-Profile": "helpdesk",
            },
            json={"title": "Refund me", "created_by": str(self._maras.created_by)},
            timeout=30,
        )
        return answer.status_code, answer.json().get("code", "")


def _is(found: Ticket | None, wanted: Ticket) -> bool:
    return found is not None and found.ticket_id == wanted.ticket_id
