"""What is said to staff who ask for a queue that they may see in the list of teams, but do not work."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ._errors import CliError, ExitCode

if TYPE_CHECKING:
    from helpdesk_sdk import Team, User
    from helpdesk_sdk.errors import TeamNotFound


def refused(team: Team, me: User | None, error: TeamNotFound) -> Exception:
    """The error to raise when a team's queue is refused though the team is there: it names the way in."""
    if me is None or not me.is_staff:
        return error
    name, email = shlex.quote(team.name), me.email or me.user_id
    hint = f"An admin can let you: helpdesk teams add-member {name} {email}"
    return CliError(f"You do not work the queue of {team.name}", hint, ExitCode.NOT_FOUND)
