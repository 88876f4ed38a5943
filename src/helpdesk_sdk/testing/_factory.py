"""Tickets, messages, notes and articles for tests, each with defaults for all that a test does not care about."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from helpdesk_sdk import (
        Article,
        ArticleAudienceName,
        Helpdesk,
        Message,
        Note,
        PriorityName,
        RoleName,
        StatusName,
        Team,
        Ticket,
    )

    from ._project import Person, Project


class Factory:
    """Makes what a test needs to exist. All of it is real: each step is a call of the SDK, with events and rights."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._numbers = itertools.count(1)
        self._clients: dict[UUID, Helpdesk] = {}
        self._people: dict[UUID, Person] = {}

    def person(self, role: RoleName = "customer", *, name: str = "", teams: Iterable[str] = ()) -> Person:
        """A person with a login.

        Args:
            role: customer, agent, admin or assistant.
            name: The name that others read; by default the role.
            teams: For agents and admins: the teams to join, the default team otherwise. A team that does not exist is
                made.

        Raises:
            ValueError: There is no such role, or ``teams`` is given for somebody who is not staff.
        """
        person = self._project.add_person(role, name=name, teams=teams)
        self._people[person.user_id] = person
        return person

    def team(self, name: str = "") -> Team:
        """A team; the same one when the name is known already.

        Args:
            name: Its name; by default a new one.
        """
        return self._project.team(name or f"Team {next(self._numbers)}")

    def ticket(
        self,
        title: str = "",
        description: str = "",
        *,
        requester: Person | None = None,
        team: str | None = None,
        assignee: Person | None = None,
        status: StatusName | None = None,
        priority: PriorityName | None = None,
        tags: Iterable[str] = (),
        custom_fields: Mapping[str, Any] | None = None,
    ) -> Ticket:
        """A ticket.

        Args:
            title: The title; by default a new one.
            description: The text.
            requester: Whose ticket it is; by default a new customer.
            team: The name of its team, which is made if it does not exist; by default the default team.
            assignee: Who works it: an agent or admin.
            status: Its status; by default ``open``.
            priority: Its priority; by default what the database gives.
            tags: Its tags.
            custom_fields: The values of custom fields, by key.

        Raises:
            HelpdeskError: The helpdesk refuses what is asked, for example a customer as assignee.
        """
        system = self._project.system
        ticket = system.tickets.create(
            title or f"Ticket {next(self._numbers)}",
            description,
            requester=(requester or self.person()).user_id,
            team=None if team is None else self.team(team),
            priority=priority,
            tags=tags,
            custom_fields=custom_fields,
        )
        if assignee is not None:
            ticket = system.tickets.assign(ticket, assignee.user_id)
        if status not in (None, "open"):
            ticket = system.tickets.update(ticket, status=status)
        return ticket

    def message(self, ticket: Ticket, body: str = "", *, author: Person | None = None) -> Message:
        """A message of the ticket's conversation, after all that are there.

        Args:
            ticket: The ticket.
            body: The text; by default a new one.
            author: Who writes it: the requester, or somebody who works the ticket; by default the requester if this
                factory made them, else the system.

        Raises:
            HelpdeskError: The author may not write there, or the ticket is closed.
        """
        from helpdesk_sdk import LATEST

        client = self._client(author or self._people.get(ticket.created_by))
        return client.messages.reply(
            ticket.ticket_id, body or f"Message {next(self._numbers)}", expected_last_message=LATEST
        )

    def note(self, ticket: Ticket, body: str = "", *, author: Person | None = None) -> Note:
        """An internal note.

        Args:
            ticket: The ticket.
            body: The text; by default a new one.
            author: Who writes it, somebody who works the ticket; by default the system.

        Raises:
            HelpdeskError: The author may not write there.
        """
        return self._client(author).notes.add(ticket.ticket_id, body or f"Note {next(self._numbers)}")

    def article(
        self,
        title: str = "",
        body: str = "",
        *,
        audience: ArticleAudienceName = "public",
        is_published: bool = True,
    ) -> Article:
        """A help article.

        Args:
            title: Its title; by default a new one.
            body: Its text, Markdown; by default a sentence.
            audience: ``public``, or ``internal`` for staff alone.
            is_published: False leaves a draft.

        Raises:
            HelpdeskError: The helpdesk refuses the text.
        """
        number = next(self._numbers)
        knowledge = self._project.system.knowledge
        article = knowledge.save(
            f"article-{number}",
            title or f"Article {number}",
            body or f"The text of article {number}.",
            audience=audience,
        )
        return knowledge.publish(article) if is_published else article

    def _client(self, person: Person | None) -> Helpdesk:
        if person is None:
            return self._project.system
        if person.user_id not in self._clients:
            self._clients[person.user_id] = self._project.sign_in(person)
        return self._clients[person.user_id]
