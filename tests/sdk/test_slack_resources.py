"""hd.slack: a life of a workspace and its channel on a real helpdesk, and what others get."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from tests.sdk.slack_double import BOT, SECRET, TOKEN
from tests.sdk.support import Scenario, both
from tests.sdk.world import Staffed, World

from helpdesk_sdk import ForbiddenError, InvalidValueError, new_id
from helpdesk_sdk.errors import SlackChannelNotFoundError, SlackChannelTakenError, SlackConnectionNotFoundError


@both
def test_a_life_of_a_workspace(world: World, staffed: Staffed) -> Scenario:
    slack = world.admin.slack
    made = yield slack.connect(TOKEN, SECRET, workspace_id="T0LIFE", bot_user_id=BOT, workspace_name="Example")
    try:
        assert (made.workspace_id, made.workspace_name, made.is_active) == ("T0LIFE", "Example", True)
        assert TOKEN not in repr(made)
        again = yield slack.connect(TOKEN, SECRET, workspace_id="T0LIFE", bot_user_id=BOT)
        assert again.connection_id == made.connection_id
        channel = yield slack.add_channel(made, "C0LIFE", channel_name="life", team="Billing", events=["opened"])
        assert (channel.channel_name, channel.events, channel.team_id is not None) == ("life", ("opened",), True)
        with pytest.raises(SlackChannelTakenError):
            yield slack.add_channel(made.connection_id, "C0LIFE", team="Billing")
        with pytest.raises(InvalidValueError):
            yield slack.add_channel(made, "#life")
        with pytest.raises(SlackConnectionNotFoundError):
            yield slack.add_channel(new_id(), "C0LIFE")
        off = yield slack.update_channel(channel, is_active=False)
        assert (off.is_active, off.disabled_reason) == (False, "switched_off")
        wide = yield slack.update_channel(channel, channel_name="all", team=None, events=["reopened", "replied"])
        assert (wide.channel_name, wide.events, wide.team_id) == ("all", ("reopened", "replied"), None)
        assert (yield slack.update_channel(wide.slack_channel_id, events="opened")).events == ("opened",)
        other = yield slack.add_channel(made, "C0LIFE", team="Billing")
        with pytest.raises(SlackChannelTakenError):
            yield slack.update_channel(other, team=None)
        yield slack.remove_channel(other)
        paused = yield slack.update_connection(made, is_active=False)
        assert (paused.is_active, paused.disabled_reason) == (False, "switched_off")
        assert (yield slack.update_connection(made.connection_id, is_active=True)).disabled_reason is None
        assert channel.slack_channel_id in [one.slack_channel_id for one in (yield slack.channels())]
        tested = yield slack.test(channel)
        assert (tested.kind, tested.target_id) == ("slack", channel.slack_channel_id)
        assert (yield world.agent.slack.channels()) == []
        for step in (
            partial(world.agent.slack.test, channel),
            partial(world.agent.slack.connect, TOKEN, SECRET, workspace_id="T0X", bot_user_id=BOT),
        ):
            with pytest.raises(ForbiddenError):
                yield step()
        with pytest.raises(SlackChannelNotFoundError):
            yield world.agent.slack.remove_channel(channel)
        yield slack.remove_channel(channel)
        with pytest.raises(SlackChannelNotFoundError):
            yield slack.update_channel(channel, is_active=True)
    finally:
        yield slack.disconnect(made)
    for step in (partial(slack.disconnect, made), partial(slack.update_connection, made, is_active=True)):
        with pytest.raises(SlackConnectionNotFoundError):
            yield step()


@both
def test_what_is_wrong_is_named_before_a_request(world: World) -> Scenario:
    slack = world.admin.slack
    wrong: dict[str, dict[str, Any]] = {
        "events must name at least one": {"events": []},
        "events must be one of opened, reopened, replied": {"events": ["closed"]},
        "channel_name must be 0 to 80 characters": {"channel_name": "x" * 81},
        "is_active must be True or False": {"is_active": 1},
        "channel_name or team, events or is_active must be given": {},
    }
    for message, given in wrong.items():
        with pytest.raises(InvalidValueError, match=message):
            yield slack.update_channel(new_id(), **given)


@both
def test_no_error_repeats_a_secret(world: World) -> Scenario:
    with pytest.raises(InvalidValueError) as caught:
        yield world.admin.slack.connect("xoxp-not-a-bots-token", SECRET, workspace_id="T0X", bot_user_id=BOT)
    assert "xoxp-not" not in str(caught.value)
    assert SECRET not in str(caught.value)
