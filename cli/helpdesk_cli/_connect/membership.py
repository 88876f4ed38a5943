"""Which teams an agent is in, to explain an empty list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .target import target

if TYPE_CHECKING:
    from helpdesk_sdk import Helpdesk


def membership_problem(hd: Helpdesk, team: str | None) -> str | None:
    """Why an agent finds no tickets: they are not a member of the team, or of no team at all. None for others.

    Args:
        hd: The client.
        team: The team whose tickets were asked for; None for all.
    """
    me = None if target().is_system else hd.users.me()
    if me is None or me.role != "agent":
        return None
    teams = [team] if team is not None else [found.team_id for found in hd.teams.list()]
    if any(one.user_id == me.user_id for found in teams for one in hd.teams.members(found)):
        return None
    who = me.email or me.user_id
    way_out = f"An admin can make you a member: helpdesk teams add-member {team or 'TEAM'} {who}"
    if team is not None:
        return f"You are not a member of {team}: you see only its tickets that are assigned to you. {way_out}"
    return f"You are a member of no team: you see only tickets that are assigned to you, and can claim none. {way_out}"
