"""hd.slack: a life of a workspace and its channel on a real helpdesk, and what others get."""

from __future__ import annotations

from functools import partial

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
        off = yield slack.switch_channel(channel, False)
        assert (off.is_active, off.disabled_reason) == (False, "switched_off")
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
            yield slack.switch_channel(channel, True)
    finally:
        yield slack.disconnect(made)
    with pytest.raises(SlackConnectionNotFoundError):
        yield slack.disconnect(made)


@both
def test_no_error_repeats_a_secret(world: World) -> Scenario:
    with pytest.raises(InvalidValueError) as caught:
        yield world.admin.slack.connect("xoxp-not-a-bots-token", SECRET, workspace_id="T0X", bot_user_id=BOT)
    assert "xoxp-not" not in str(caught.value)
    assert SECRET not in str(caught.value)
