"""Put the small helpdesk of the matrix into a running project, over HTTP, with throw-away people and teams of its own.

Custom fields, examples and gaps are left out: they belong to the whole project. `selection.py` leaves their rows out.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import httpx

from .people import ADMIN, AGENT, CUSTOMER, GONE, LEFT, MEMBERS, NOBODY, OTHER, SERVICE, STRANGER, WITH_LOGIN, Person
from .project import BUCKET, DOMAIN, TEAM_PREFIX, Project
from .report import VerificationError
from .world import ASSIGNEES, FILES, TEAM_MEMBERS, TICKETS, World

CONTENT = b"hello"
_SENT = {"answer file", "note file", "lent file", "their file", "agents file"}
"""Files that go with a message or note."""


class Furnisher:
    """Makes the people, teams and tickets of one run, and any ticket anew."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.run = secrets.token_hex(4)
        self.world: World = {"nothing": str(uuid4())}
        self._logins: dict[Person, str] = {}
        self._with_files = True
        self.keys: dict[str, str] = {}
        """Where each file is in Storage."""
        self.ids: set[str] = set()
        """The ids of everything that this run has made."""

    def email(self, name: str) -> str:
        """The address of one of this run's people."""
        return f"{name}-{self.run}@{DOMAIN}"

    @property
    def emails(self) -> list[str]:
        """The addresses of all of this run's people."""
        return [self.email(name) for name in (*(person.name for person in WITH_LOGIN), "newcomer", "caller")]

    def furnish(self) -> World:
        """Make everything; the ids by name.

        Raises:
            VerificationError: Something that must be possible is refused.
        """
        for person in WITH_LOGIN:
            self._sign_up(person)
        rows = self._done(SERVICE, "GET", "/users", params={"email": f"in.({','.join(self.emails)})"})
        by_email = {row["email"]: row["user_id"] for row in rows}
        for person in MEMBERS:
            self._know(person.name, by_email[self.email(person.name)])
            self._rpc(SERVICE, "set_user_role", user_id=self.world[person.name], role=person.helpdesk_role)
        # The token of a login that is gone has no profile, and none is made for it.
        path = f"/auth/v1/admin/users/{self._logins[NOBODY]}"
        _accepted(self.project.ask(SERVICE, "DELETE", path), "the secret key deletes a login")
        self._rpc(SERVICE, "remove_throwaways", emails=[self.email(NOBODY.name)])
        self._make_teams()
        for name in TICKETS:
            self.open_ticket(name)
        for person in (GONE, LEFT):
            self._rpc(ADMIN, "deactivate_user", user_id=self.world[person.name])
        invited = self._rpc(ADMIN, "invite_user", email=self.email("newcomer"), role="agent", name="Newcomer")
        self._know("invitation", invited["invitation_id"])
        self._know("newcomer", invited["user_id"])
        known = self._rpc(SERVICE, "create_customer", email=self.email("caller"), name="Caller")
        self._know("caller", known["user_id"])
        tree = {"field": "status", "op": "is", "value": "open"}
        for name, person, audience, team in (
            ("agents", AGENT, "private", None),
            ("desk", AGENT, "team", self.world["desk"]),
            ("common", ADMIN, "all", None),
        ):
            row = {"name": f"{TEAM_PREFIX}{self.run} {name}", "tree": tree, "audience": audience, "team_id": team}
            self._know(f"{name} view", self._post(person, "/views", row)["view_id"])
        return self.world

    def open_ticket(self, name: str, *, with_files: bool = True) -> None:
        """Make a ticket of the world, with its conversation and files; under this name it takes the place of another.

        Args:
            name: its name in the world.
            with_files: whether with its files; a person may have 50 that are not sent.
        """
        requester, team = TICKETS[name]
        ticket = self._rpc(
            SERVICE,
            "create_ticket",
            title=f"{name} ticket",
            description="words",
            team_id=self.world[team],
            requester_id=self.world[requester.name],
            tags=[f"tag-{name}"],
        )
        self._know(name, ticket["ticket_id"])
        self.world[f"{name} number"] = str(ticket["number"])
        if name in ASSIGNEES:
            self._rpc(ADMIN, "assign_ticket", ticket_id=self.world[name], assignee_id=self.world[ASSIGNEES[name].name])
        self._with_files = with_files
        self._talk(name)
        for file, (ticket_name, *_) in FILES.items():
            if ticket_name == name and file not in _SENT and with_files:
                self._file(file)

    def _talk(self, name: str) -> None:
        if name == "closed":
            self._done(CUSTOMER, "PATCH", f"/tickets?ticket_id=eq.{self.world[name]}", json={"status": "closed"})
        if name == "answered":
            self._say(CUSTOMER, name, "question", "Where is it?")
            self._say(AGENT, name, "answer", "Here it is.", self.world["question"], "answer file")
            self._note(AGENT, name, "note", "note file")
        if name == "lent":
            self._note(AGENT, name, "lent note", "lent file")
        if name == "theirs":
            self._say(OTHER, name, "their question", "And mine?", None, "their file")
            self._note(STRANGER, name, "their note")
        if name == "agents":
            self._note(STRANGER, name, "agents note", "agents file")

    def _say(self, person: Person, ticket: str, name: str, body: str, after: str | None = None, *files: str) -> None:
        given = {"ticket_id": self.world[ticket], "body": body, "attachments": self._attached(files)}
        if after is not None:
            given["expected_last_message"] = after
        self._know(name, self._rpc(person, "send_reply", **given)["message_id"])

    def _attached(self, files: Sequence[str]) -> list[str]:
        """Upload files to send; their ids."""
        if not self._with_files:
            return []
        for file in files:
            self._file(file)
        return [self.world[file] for file in files]

    def _note(self, person: Person, ticket: str, name: str, *files: str) -> None:
        given = {"ticket_id": self.world[ticket], "attachments": self._attached(files)}
        self._know(name, self._rpc(person, "add_note", body="between us", **given)["note_id"])

    def _file(self, name: str) -> None:
        """Upload a file of five bytes, as far as its state."""
        ticket, person, placement, state = FILES[name]
        given = {"ticket_id": self.world[ticket], "file_name": "a.txt", "content_type": "text/plain"}
        made = self._rpc(person, "reserve_attachment", size=len(CONTENT), placement=placement, **given)
        self._know(name, made["attachment_id"])
        if state == "reserved":
            return
        key = self.keys[name] = f"tickets/{self.world[ticket]}/{self.world[name]}"
        path, kind = f"/storage/v1/object/{BUCKET}/{key}", {"content-type": "text/plain"}
        _accepted(self.project.ask(person, "POST", path, headers=kind, content=CONTENT), f"{person} uploads a file")
        self._rpc(person, "finish_attachment", attachment_id=self.world[name])
        if state != "uploaded":
            found = {"state": state, "sha256": "0" * 64, "size": len(CONTENT)}
            self._rpc(SERVICE, "settle_attachment", attachment_id=self.world[name], **found)

    def _make_teams(self) -> None:
        for name, is_public in (("desk", True), ("vault", False), ("empty", True)):
            row = {"name": f"{TEAM_PREFIX}{self.run} {name}", "is_public": is_public}
            self._know(name, self._post(SERVICE, "/teams", row)["team_id"])
        for team, person in TEAM_MEMBERS:
            self._post(SERVICE, "/team_members", {"team_id": self.world[team], "user_id": self.world[person.name]})

    def _sign_up(self, person: Person) -> None:
        """A login with a verified address, and a token of it."""
        password = secrets.token_urlsafe(24)
        given: dict[str, Any] = {"email": self.email(person.name), "password": password}
        more = {"email_confirm": True, "user_metadata": {"name": person.name.title(), "role": "admin"}}
        answer = self.project.ask(SERVICE, "POST", "/auth/v1/admin/users", json=given | more)
        _accepted(answer, "the secret key makes a login")
        self._logins[person] = str(answer.json()["id"])
        key = {"apikey": self.project.publishable_key}
        answer = self.project.ask(None, "POST", "/auth/v1/token?grant_type=password", headers=key, json=given)
        _accepted(answer, f"{person} signs in by password")
        self.project.tokens[person] = str(answer.json()["access_token"])

    def _know(self, name: str, id: str) -> None:
        self.world[name] = id
        self.ids.add(id)

    def _rpc(self, person: Person, function: str, **arguments: Any) -> dict[str, Any]:
        found: dict[str, Any] = self._done(person, "POST", f"/rpc/{function}", json=arguments)
        return found

    def _post(self, person: Person, path: str, row: dict[str, Any]) -> dict[str, Any]:
        headers = {"Prefer": "return=representation"}
        rows: list[dict[str, Any]] = self._done(person, "POST", path, json=row, headers=headers)
        return rows[0]

    def _done(self, person: Person, method: str, path: str, **more: Any) -> Any:
        answer = self.project.data(person, method, path, **more)
        _accepted(answer, f"{person}: {method} {path}")
        return answer.json() if answer.content else None


def _accepted(answer: httpx.Response, what: str) -> None:
    if not answer.is_success:
        raise VerificationError(
            f"The project refuses what must be possible ({what}): {answer.status_code} {answer.text[:300]}",
            hint="Run helpdesk doctor first. Remove what is left: helpdesk verify --cleanup",
        )
