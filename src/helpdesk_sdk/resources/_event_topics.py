"""Which live topics announce which events, and who may join them: `docs/http.md` has the table."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from .._http.flow import Flow, Reply
from .._http.resource import Resource
from .._live.subscriptions import Topic
from ..models.base import Model
from ..models.users import Role, User
from ._references import ask_me

_TEAMS_MAX = 1_000


class _Membership(Model):
    team_id: UUID


def staff_topic(ticket_id: UUID, me: User | None) -> Topic:
    """The topic of a ticket for those who work it: it announces notes, tags and the like, and carries presence."""
    return Topic(f"helpdesk:ticket:{ticket_id}:staff", str(me.user_id) if me else None)


def find_topics(resource: Resource[Any], ticket_id: UUID | None, team_id: UUID | None) -> Flow[frozenset[Topic]]:
    """The topics that announce every event which the caller may read, of a ticket, of a team or of the whole log."""
    me = None if resource._session_store.is_system else (yield from ask_me(resource))
    if ticket_id is not None:
        topics = {Topic(f"helpdesk:ticket:{ticket_id}")}
        return frozenset(topics | {staff_topic(ticket_id, me)} if me is None or me.is_staff else topics)
    if team_id is not None:
        return frozenset({Topic(f"helpdesk:team:{team_id}")})
    if me is None or me.role == Role.ADMIN:
        return frozenset({Topic("helpdesk:admin")})
    own = {Topic(f"helpdesk:user:{me.user_id}")}
    if not me.is_staff:
        return frozenset(own)
    query = resource._rest.from_("team_members").select("team_id").eq("user_id", me.user_id).limit(_TEAMS_MAX)
    reply: Reply = yield resource._read(query)
    return frozenset(own | {Topic(f"helpdesk:team:{row.team_id}") for row in reply.rows(_Membership)})
