"""Who may do what: Slack, and what people do from there."""

from __future__ import annotations

from ..people import ADMIN, AGENT, CUSTOMER, LEFT, OTHER, SERVICE, STRANGER, Person
from .operations import Call, Delete, Insert, Read, Update
from .outcomes import DENY, NOT_IN, Case

_ADMINS = f"{NOT_IN} | forbidden forbidden | forbidden forbidden"
_SYSTEM = "deny deny deny deny | deny deny | deny deny | deny"
_SEEN = "deny 0 0 0 | 0 0 | 0 0 |"
_WORKSPACE = {"connection_id": "{slack workspace}"}
_CHANNEL = {"slack_channel_id": "{slack channel}"}
_SECRETS = {"bot_token": "xoxb-1234567890-abcdef", "signing_secret": "8f742231b10e8888abcd99yyyzzz85a5"}
_NEW = {"workspace_id": "T0NEW", "bot_user_id": "U0BOT", **_SECRETS}
_IN_THREAD = {"channel_id": "C0WORLD", "thread_ts": "1700000000.000001", "text": "It is the blue printer."}


def _add(**more: object) -> Call:
    return Call("add_slack_channel", {**_WORKSPACE, "channel_id": "C0NEW", **more})


def _act(person: Person | None, act: str, **args: object) -> Call:
    email = person.email if person else "elsewhere@example.org"
    return Call("slack_act", {**_WORKSPACE, "request_key": "Ev1", "email": email, "act": act, "args": args})


WORKSPACES = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case("A53 read Slack workspaces", Read("slack_connections"), f"{_SEEN} 1 | 1", says="See Slack workspaces"),
    Case(
        "connect a Slack workspace", Call("connect_slack", _NEW), f"{_ADMINS} | 1 | 1", says="Connect a Slack workspace"
    ),
    Case("a Slack workspace by POST", Insert("slack_connections", {"workspace_id": "T0NEW"}), DENY),
    *(
        Case(
            f"connect Slack with {name} {given!r:.40}",
            Call("connect_slack", _NEW | {name: given}),
            {ADMIN: "invalid_value", SERVICE: "invalid_value", AGENT: "forbidden"},
        )
        for name, given in (
            ("workspace_id", "example"),
            ("workspace_id", None),
            ("bot_user_id", "@bot"),
            ("bot_token", "xoxp-1234567890-abcdef"),
            ("bot_token", None),
            ("signing_secret", "short"),
            ("signing_secret", None),
            ("workspace_name", "x" * 201),
        )
    ),
    Case(
        "change a Slack workspace",
        Update("slack_connections", _WORKSPACE, {"is_active": False}),
        f"{_SEEN} 1 | 1",
        gives={"disabled_reason": "switched_off"},
        says="Change a Slack workspace",
    ),
    *(
        Case(f"A35 forge slack_connections.{name}", Update("slack_connections", _WORKSPACE, {name: forged}), DENY)
        for name, forged in {
            "connection_id": "{nothing}",
            "workspace_id": "T0OTHER",
            "workspace_name": "x",
            "bot_user_id": "U0ME",
            "disabled_reason": None,
            "disabled_at": None,
            "created_by": "{customer}",
            "created_at": "2001-01-01",
            "updated_at": "2001-01-01",
        }.items()
    ),
    Case(
        "remove a Slack workspace",
        Delete("slack_connections", _WORKSPACE),
        f"{_SEEN} 1 | 1",
        says="Remove a Slack workspace",
    ),
]

CHANNELS = [
    Case("A53 read Slack channels", Read("slack_channels"), f"{_SEEN} 1 | 1", says="See Slack channels"),
    Case("add a Slack channel", _add(), f"{_ADMINS} | 1 | 1", says="Add a Slack channel"),
    Case("a Slack channel by POST", Insert("slack_channels", {**_WORKSPACE, "channel_id": "C0NEW"}), DENY),
    Case("a Slack channel by its name", _add(channel_id="#support"), {ADMIN: "invalid_value", AGENT: "forbidden"}),
    Case("a Slack channel without an id", _add(channel_id=None), {ADMIN: "invalid_value"}),
    Case("a Slack channel with a novel", _add(channel_name="x" * 81), {ADMIN: "invalid_value"}),
    Case("a Slack channel for nothing", _add(events=[]), {ADMIN: "invalid_value"}),
    Case("a Slack channel for notes", _add(events=["noted"]), {ADMIN: "invalid_value", SERVICE: "invalid_value"}),
    Case("a Slack channel of no team", _add(team_id="{nothing}"), {ADMIN: "team_not_found", CUSTOMER: "forbidden"}),
    Case("a Slack channel of no workspace", _add(connection_id="{nothing}"), {ADMIN: "slack_connection_not_found"}),
    Case("a Slack channel twice", _add(channel_id="C0WORLD", team_id="{empty}"), {ADMIN: "slack_channel_taken"}),
    Case(
        "change a Slack channel",
        Update("slack_channels", _CHANNEL, {"events": ["opened"], "team_id": None, "is_active": False}),
        f"{_SEEN} 1 | 1",
        gives={"events": ["opened"], "disabled_reason": "switched_off"},
        says="Change a Slack channel",
    ),
    Case("a channel for notes later", Update("slack_channels", _CHANNEL, {"events": ["x"]}), {ADMIN: "invalid_value"}),
    Case("to no team", Update("slack_channels", _CHANNEL, {"team_id": "{nothing}"}), {ADMIN: "team_not_found"}),
    *(
        Case(f"A35 forge slack_channels.{name}", Update("slack_channels", _CHANNEL, {name: forged}), DENY)
        for name, forged in {
            "slack_channel_id": "{nothing}",
            "connection_id": "{nothing}",
            "channel_id": "C0OTHER",
            "disabled_reason": None,
            "disabled_at": None,
            "created_by": "{customer}",
            "created_at": "2001-01-01",
            "updated_at": "2001-01-01",
        }.items()
    ),
    Case(
        "test a Slack channel", Call("test_slack_channel", _CHANNEL), f"{_ADMINS} | 1 | 1", says="Try a Slack channel"
    ),
    Case(
        "test no Slack channel",
        Call("test_slack_channel", {"slack_channel_id": "{nothing}"}),
        f"{_ADMINS} | slack_channel_not_found | slack_channel_not_found",
    ),
    Case("remove a Slack channel", Delete("slack_channels", _CHANNEL), f"{_SEEN} 1 | 1", says="Remove a Slack channel"),
]

ACTS = [
    Case(
        "A55 accept a request of Slack",
        Call("accept_slack", {"sent_at": "1", "signature": "v0=x", "body": "x"}),
        f"{_SYSTEM} | 1",
        says="Check the signature of a request of Slack",
    ),
    Case(
        "A55 ask for a thread of Slack",
        Call("is_slack_thread", {**_WORKSPACE, "channel_id": "C0WORLD", "thread_ts": "1700000000.000001"}),
        f"{_SYSTEM} | 1",
        says="Ask whether a thread of Slack is a ticket's",
    ),
    Case(
        "A55 act as somebody from Slack",
        _act(AGENT, "claim", ticket_id="{mine}"),
        f"{_SYSTEM} | 1",
        says="Do what a person asks for in Slack, with that person's rights",
    ),
    *(
        Case(f"A66 {act} from Slack as {person}", _act(person, act, **args), {SERVICE: reason})
        for act, args in (("claim", {"ticket_id": "{mine}"}), ("note", _IN_THREAD), ("reply", _IN_THREAD))
        for person, reason in {
            CUSTOMER: "1" if act == "reply" else "forbidden",
            OTHER: "forbidden" if act == "claim" else "ticket_not_found",
            AGENT: "1",
            STRANGER: "ticket_not_found",
            LEFT: "inactive_user",
            None: "slack_person_unknown",
        }.items()
    ),
    *(
        Case(
            f"A66 resolve from Slack as {person}",
            _act(person, "resolve", ticket_id="{mine}"),
            {SERVICE: reason},
        )
        for person, reason in {
            CUSTOMER: "transition_not_allowed",
            OTHER: "ticket_not_found",
            AGENT: "1",
            STRANGER: "ticket_not_found",
            LEFT: "inactive_user",
            ADMIN: "1",
        }.items()
    ),
    Case("A66 claim what is elsewhere", _act(AGENT, "claim", ticket_id="{theirs}"), {SERVICE: "ticket_not_found"}),
    Case("claim nothing", _act(AGENT, "claim", ticket_id="{nothing}"), {SERVICE: "ticket_not_found"}),
    Case("claim without a ticket", _act(AGENT, "claim"), {SERVICE: "ticket_not_found"}),
    Case("find from Slack while deactivated", _act(LEFT, "find", query="x"), {SERVICE: "inactive_user"}),
    Case("find from Slack", _act(AGENT, "find", query="printer"), {SERVICE: "1"}),
    Case("delete from Slack", _act(ADMIN, "delete", ticket_id="{mine}"), {SERVICE: "invalid_value"}),
    Case(
        "a note from Slack on another thread",
        _act(AGENT, "note", **_IN_THREAD | {"thread_ts": "1700000000.000002"}),
        {SERVICE: "ticket_not_found"},
    ),
    Case("an empty note from Slack", _act(AGENT, "note", **_IN_THREAD | {"text": " "}), {SERVICE: "invalid_value"}),
]

CASES = [*WORKSPACES, *CHANNELS, *ACTS]
