"""Teams: their queues of tickets, and their members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from .. import _limits as limits
from .. import _validation as check
from .._http.flow import Flow, Page, Reply
from .._http.keyset import Keyset, keyset_page
from .._http.resource import Driver, Resource, call, paged
from .._ids import new_id
from ..errors import ConflictError, ForbiddenError, IdConflictError, NameTakenError, TeamNotFoundError
from ..models.teams import Team, TeamMember
from ..models.users import User
from ._references import TeamRef, UserRef, _find_team, find_team_id, find_user_id

# Every column by name: the local stack's Data API takes no * here.
_PERSON = f"user:users({','.join(User.model_fields)})"
_OLDEST = Keyset("created_at", "team_id", descending=False)
_OLDEST_MEMBER = Keyset("created_at", "user_id", descending=False)


class Teams(Resource[Driver]):
    """``hd.teams``: teams. Staff see all teams, customers the public ones; admins change them."""

    @paged
    def list(self, *, page_size: int = 50) -> Flow[Page[Team]]:
        """All teams that you may see, oldest first.

        Args:
            page_size: Teams per request, 1 to 1000.
        """
        size = check.integer("page_size", page_size, 1, limits.PAGE_MAX)
        teams = self._rest.from_("teams")
        return keyset_page(self._read, lambda: teams.select("*"), Team, _OLDEST, size)

    @call
    def get(self, team: TeamRef) -> Flow[Team]:
        """One team.

        Args:
            team: Its name, whatever its case, its id, or a Team to read again.

        Raises:
            TeamNotFoundError: There is no such team, or you may not see it.
        """
        return (yield from _find_team(self, "team", team))

    @call
    def create(
        self, name: str, description: str = "", is_public: bool = False, *, id: UUID | None = None
    ) -> Flow[Team]:
        """Admins: make a team.

        Args:
            name: The name, 1 to 100 characters; unique, whatever its case.
            description: What the team is for, up to 1,000 characters.
            is_public: Whether customers see the team and may open tickets in its queue.
            id: A UUID of your own. Repeating the call with the same id and content returns the same team.

        Raises:
            NameTakenError: Another team has this name.
            IdConflictError: The id belongs to a team with other content.
            ForbiddenError: You are not an admin.
            UnknownOutcomeError: No response came: repeat the call with ``id=error.id``.
        """
        team_id = new_id() if id is None else check.identifier("id", id)
        row = _changes(name=name, description=description, is_public=is_public)
        query = self._rest.from_("teams").insert({"team_id": str(team_id), **row})
        reply: Reply = yield self._write(query, id=team_id, accepts=(ConflictError,))
        if reply.error is None:
            return reply.rows(Team)[0]
        # It may be our own row, from an attempt whose response was lost.
        known = self._rest.from_("teams").select("*").eq("team_id", team_id)
        found = yield from self._first_row(self._read(known), Team)
        if found is None:
            raise NameTakenError(status=409, code=reply.error.code, request_id=reply.error.request_id)
        if any(getattr(found, field) != value for field, value in row.items()):
            raise IdConflictError(status=409, code=reply.error.code, request_id=reply.error.request_id)
        return found

    @call
    def update(
        self, team: TeamRef, *, name: str | None = None, description: str | None = None, is_public: bool | None = None
    ) -> Flow[Team]:
        """Admins: change a team's name, description or visibility. None leaves a value as it is.

        Args:
            team: The team: its name, its id, or a Team.
            name: The new name, 1 to 100 characters.
            description: The new description, up to 1,000 characters.
            is_public: Whether customers see the team and may open tickets in its queue.

        Raises:
            NameTakenError: Another team has this name.
            TeamNotFoundError: There is no such team, or you may not see it.
            ForbiddenError: You are not an admin.
        """
        row = _changes(name=name, description=description, is_public=is_public)
        if not row:
            raise check.invalid("name", "or description or is_public must be given")
        team_id = yield from find_team_id(self, "team", team)
        query = self._rest.from_("teams").update(row).eq("team_id", team_id)
        reply: Reply = yield self._write(query, accepts=(ConflictError,))
        if reply.error is not None:
            raise NameTakenError(status=409, code=reply.error.code, request_id=reply.error.request_id)
        changed = reply.first_row(Team)
        if changed is None:
            raise (yield from self._why_not(team_id))
        self._session_store.forget_teams()
        return changed

    @call
    def delete(self, team: TeamRef) -> Flow[None]:
        """Admins: delete a team that has no tickets.

        Args:
            team: The team: its name, its id, or a Team.

        Raises:
            TeamInUseError: The team has tickets: transfer them first.
            DefaultTeamError: This is the default team: make another team the default first.
            TeamNotFoundError: There is no such team, or you may not see it.
            ForbiddenError: You are not an admin.
        """
        team_id = yield from find_team_id(self, "team", team)
        reply: Reply = yield self._write(self._rest.from_("teams").delete().eq("team_id", team_id))
        self._session_store.forget_teams()
        # After a repeated attempt it is deleted, whichever attempt did it.
        if not reply.rows(Team) and reply.attempts == 1:
            raise (yield from self._why_not(team_id))

    @paged
    def members(self, team: TeamRef, *, page_size: int = 50) -> Flow[Page[TeamMember]]:
        """Staff: the members of a team, in the order in which they joined.

        Args:
            team: The team: its name, its id, or a Team.
            page_size: Members per request, 1 to 1000.

        Raises:
            TeamNotFoundError: There is no team with this name, or you may not see it.
        """
        size = check.integer("page_size", page_size, 1, limits.PAGE_MAX)
        return self._members(team, size)

    def _members(self, team: TeamRef, size: int) -> Flow[Page[TeamMember]]:
        team_id = yield from find_team_id(self, "team", team)
        members = self._rest.from_("team_members")

        def query() -> Any:
            return members.select("*", _PERSON).eq("team_id", team_id)

        return (yield from keyset_page(self._read, query, TeamMember, _OLDEST_MEMBER, size))

    @call
    def add_member(self, team: TeamRef, user: UserRef) -> Flow[None]:
        """Admins: make a person a member of a team. Adding a member again changes nothing.

        Args:
            team: The team: its name, its id, or a Team.
            user: The person: an e-mail address, an id, a User, or "me".

        Raises:
            TeamNotFoundError: There is no team with this name.
            UserNotFoundError: There is nobody with this e-mail address.
            ConflictError: There is no team, or no person, with this id.
            ForbiddenError: You are not an admin.
        """
        team_id = yield from find_team_id(self, "team", team)
        user_id = yield from find_user_id(self, "user", user)
        row = {"team_id": str(team_id), "user_id": str(user_id)}
        yield self._write(self._rest.from_("team_members").upsert(row, ignore_duplicates=True))

    @call
    def remove_member(self, team: TeamRef, user: UserRef) -> Flow[None]:
        """Admins: end a person's membership in a team. It changes nothing when they are not a member.

        Args:
            team: The team: its name, its id, or a Team.
            user: The person: an e-mail address, an id, a User, or "me".

        Raises:
            TeamNotFoundError: There is no team with this name.
            UserNotFoundError: There is nobody with this e-mail address.
        """
        team_id = yield from find_team_id(self, "team", team)
        user_id = yield from find_user_id(self, "user", user)
        yield self._write(self._rest.from_("team_members").delete().eq("team_id", team_id).eq("user_id", user_id))

    @call
    def set_default(self, team: TeamRef) -> Flow[Team]:
        """Admins: make a team the default team. New tickets without a team go to its queue.

        Args:
            team: The team: its name, its id, or a Team.

        Raises:
            TeamNotFoundError: There is no such team.
            ForbiddenError: You are not an admin.
        """
        team_id = yield from find_team_id(self, "team", team)
        return (yield from self._call_one(self._rpc_write("set_default_team", {"team_id": team_id}), Team))

    def _why_not(self, team_id: UUID) -> Flow[Exception]:
        """The error when no row was changed: there is no such team, or the caller may not change it."""
        query = self._rest.from_("teams").select("*").eq("team_id", team_id)
        found = yield from self._first_row(self._read(query), Team)
        return TeamNotFoundError() if found is None else ForbiddenError("Only admins change teams")


def _changes(name: str | None, description: str | None, is_public: bool | None) -> Mapping[str, Any]:
    row: dict[str, Any] = {}
    if name is not None:
        row["name"] = check.name("name", name, 1, limits.TEAM_NAME_MAX)
    if description is not None:
        row["description"] = check.text("description", description, 0, limits.TEAM_DESCRIPTION_MAX)
    if is_public is not None:
        row["is_public"] = check.boolean("is_public", is_public)
    return row
