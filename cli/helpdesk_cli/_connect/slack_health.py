"""Whether Slack receives what it should, for admins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpdesk_sdk import Metric, SlackChannel, SlackConnection

Result = tuple[str, bool | None, str, str | None]

# What an admin has switched off is no trouble.
_SWITCHED_OFF = "switched_off"
_DEAD = {"kind": "slack", "state": "dead"}
_SHOWN_MAX = 5


def slack_findings(
    connections: Iterable[SlackConnection], channels: Iterable[SlackChannel], metrics: Iterable[Metric]
) -> Iterator[Result]:
    """The check of Slack; nothing for a helpdesk without a workspace.

    Args:
        connections: The workspaces.
        channels: The channels that receive tickets.
        metrics: All numbers of the helpdesk.

    Returns:
        Name; True, or None as a warning; a message; and a fix.
    """
    workspaces, rows = list(connections), list(channels)
    if not workspaces:
        return
    refused = [
        f"workspace {one.workspace_name or one.workspace_id} ({_reason(one)})"
        for one in workspaces
        if not one.is_active and one.disabled_reason != _SWITCHED_OFF
    ]
    gone = [
        f"channel {one.channel_name or one.channel_id} ({_reason(one)})"
        for one in rows
        if not one.is_active and one.disabled_reason != _SWITCHED_OFF
    ]
    dead = sum(row.value for row in metrics if row.name == "outbox" and row.labels == _DEAD)
    ended = [f"{dead:,.0f} deliveries are dead"] if dead else []
    if refused or gone:
        off = [*refused, *gone]
        more = f" and {len(off) - _SHOWN_MAX} more" if len(off) > _SHOWN_MAX else ""
        fix = (
            "With a token that Slack accepts: helpdesk slack connect CHANNEL"
            if refused
            else "Invite the app to the channel in Slack, then: helpdesk slack update CHANNEL --on"
        )
        yield "slack", None, "; ".join([f"switched off: {', '.join(off[:_SHOWN_MAX])}{more}", *ended]), fix
    elif dead:
        yield (
            "slack",
            None,
            ended[0],
            "See why: helpdesk outbox list --kind slack --state dead. Send again: helpdesk outbox replay --dead",
        )
    else:
        working = {one.connection_id for one in workspaces if one.is_active}
        receiving = sum(one.is_active and one.connection_id in working for one in rows)
        yield "slack", True, f"{receiving} of {len(rows)} channels receive tickets", None


def _reason(one: SlackConnection | SlackChannel) -> str:
    return one.disabled_reason or "no reason"
