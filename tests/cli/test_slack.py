"""`helpdesk slack`, the app's manifest, and the example for Discord."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import yaml
from tests.cli.conftest import TEAM, People
from tests.sdk.slack_double import SECRET, TOKEN, WORKSPACE, slack_double

EXAMPLES = Path(__file__).parents[2] / "examples" / "slack"


def test_a_channel_is_connected_listed_tried_and_removed(people: People) -> None:
    with slack_double() as double:
        options = ("--team", TEAM, "--event", "opened", "--name", "support", "--api-url", double.url)
        # Once more is how a token is replaced.
        made, again = (
            people.admin(
                *("slack", "connect", "C0CLI", *options, "--json"),
                HELPDESK_SLACK_TOKEN=TOKEN,
                HELPDESK_SLACK_SIGNING_SECRET=SECRET,
            )
            for _ in range(2)
        )
    assert TOKEN not in made.out + made.err
    assert again.json["slack_channel_id"] == made.json["slack_channel_id"]
    channel = made.json["slack_channel_id"]
    (row,) = people.admin("slack", "list", "--json").json
    assert (row["channel_name"], row["events"]) == ("support", ["opened"])
    listed = people.admin("slack", "list").out
    assert "Example" in listed
    assert TEAM in listed
    assert "queued" in people.admin("slack", "test", channel).out
    assert "is switched off" in people.admin("slack", "update", channel, "--off").out
    assert "switched off" in people.admin("slack", "list").out
    changed = people.admin("slack", "update", channel, "--on", "--all-teams", "--event", "replied", "--json").json
    assert (changed["is_active"], changed["team_id"], changed["events"]) == (True, None, ["replied"])
    people.admin("slack", "update", channel, "--all-teams", "--team", TEAM, code=2)
    people.admin("slack", "update", channel, "--event", "closed", code=2)
    assert people.admin("slack", "update", channel, code=2).err.startswith("Error: channel_name or team")
    assert "Removed" in people.admin("slack", "remove", channel).out
    assert people.admin("slack", "remove", channel, code=3).err.startswith("Error: There is no such")
    assert people.admin("slack", "list", "--json").json == []
    # The workspace and its secrets are still there.
    assert "Example" in people.admin("slack", "workspaces").out
    assert "Confirm it with --yes." in people.admin("slack", "disconnect", WORKSPACE, code=2).err
    people.admin("slack", "disconnect", WORKSPACE, "--yes")
    assert people.admin("slack", "workspaces").out == "No Slack workspaces.\n"
    assert "helpdesk slack workspaces" in people.admin("slack", "disconnect", WORKSPACE, "--yes", code=3).err


def test_secrets_come_from_standard_input_and_from_files(people: People, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text(f"{TOKEN}\n")
    with slack_double() as double:
        connect = ("slack", "connect", "C0CLI", "--api-url", double.url)
        people.admin(*connect, input=f"{TOKEN}\n{SECRET}\n")
        people.admin(*connect, input=f"{SECRET}\n", HELPDESK_SLACK_TOKEN_FILE=str(token))
        short = people.admin(*connect, input=f"{TOKEN}\n", code=2)
        empty = people.admin(*connect, input="", code=2)
        unknown = people.admin(*connect, "--team", "Nowhere", input=f"{TOKEN}\n{SECRET}\n", code=3)
    assert short.err.startswith("Error: Bot token (xoxb-…) and Signing secret: standard input has 1 line\n")
    assert empty.err.endswith(
        "2 lines, in this order. Or set HELPDESK_SLACK_TOKEN and HELPDESK_SLACK_SIGNING_SECRET.\n"
    )
    assert "Nowhere" in unknown.err
    people.admin("slack", "disconnect", WORKSPACE, "--yes")


def test_a_token_that_slack_refuses_is_not_shown(people: People) -> None:
    wrong = "xoxb-0000000000-wrong"
    secrets = {"HELPDESK_SLACK_TOKEN": wrong, "HELPDESK_SLACK_SIGNING_SECRET": SECRET}
    with slack_double() as double:
        refused = people.admin("slack", "connect", "C0CLI", "--api-url", double.url, code=2, **secrets)
    assert "invalid_auth" in refused.err
    assert wrong not in refused.err


def test_the_manifest_asks_for_no_more_than_is_used() -> None:
    manifest = yaml.safe_load((EXAMPLES / "manifest.yaml").read_text())
    assert set(manifest["oauth_config"]["scopes"]) == {"bot"}
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == {
        *("chat:write", "commands", "users:read", "users:read.email", "channels:history", "groups:history"),
    }
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == ["message.channels", "message.groups"]
    urls = {
        manifest["features"]["slash_commands"][0]["url"],
        manifest["settings"]["event_subscriptions"]["request_url"],
        manifest["settings"]["interactivity"]["request_url"],
    }
    assert urls == {"https://YOUR-PROJECT.supabase.co/functions/v1/slack"}


def test_the_example_for_discord_calls_nobody() -> None:
    spec = importlib.util.spec_from_file_location("to_discord", EXAMPLES / "to_discord.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    data = {"ticket_number": 7, "data": {"title": "@everyone"}}
    event = SimpleNamespace(id="msg_1", type="ticket.created", timestamp=datetime.now(UTC), data=data)
    assert module.message(event) == {
        "content": "#7 ticket.created: @everyone",
        "allowed_mentions": {"parse": []},
    }
    tried = SimpleNamespace(
        id="msg_2", type="webhook.test", timestamp=datetime.now(UTC), data={"ticket_number": None, "data": {}}
    )
    assert module.message(tried)["content"] == "webhook.test"
