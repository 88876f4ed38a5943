"""The function `slack` and the sending to Slack, against a double that checks shapes and signs as Slack does."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import psycopg
import pytest
from tests.local.support import eventually
from tests.sdk.slack_double import BOT, CHANNEL, SECRET, TOKEN, WORKSPACE, App, SlackDouble, slack_double

from helpdesk_sdk import Helpdesk, Ticket
from helpdesk_sdk.testing import Person, Project

AGENT, CUSTOMER, NOBODY, GUEST = "U0AGENT", "U0CUSTOMER", "U0NOBODY", "U0GUEST"
after_the_answer = partial(eventually, what="what the function does after its answer", seconds=10)


@pytest.fixture
def system(helpdesk_project: Project) -> Iterator[Helpdesk]:
    with Helpdesk(helpdesk_project.url, helpdesk_project.secret_key) as client:
        yield client


@pytest.fixture
def double(helpdesk_project: Project) -> Iterator[SlackDouble]:
    with slack_double() as made:
        with psycopg.connect(helpdesk_project.db_url, autocommit=True) as db:
            db.execute("update helpdesk_private.delivery_settings set slack_api_url = %s", (made.url,))
        yield made


def rpc(project: Project, name: str, **args: Any) -> Any:
    key = project.secret_key
    headers = {"apikey": key, "authorization": f"Bearer {key}", "content-profile": "helpdesk"}
    answer = httpx.post(f"{project.url}/rest/v1/rpc/{name}", json=args, headers=headers, timeout=30, trust_env=False)
    assert answer.is_success, answer.text
    return answer.json()


def deliver(project: Project) -> Any:
    headers = {"apikey": project.secret_key, "authorization": f"Bearer {project.secret_key}"}
    return httpx.post(f"{project.url}/functions/v1/deliver", headers=headers, timeout=60, trust_env=False).json()


@pytest.fixture
def agent(helpdesk_project: Project) -> Person:
    return helpdesk_project.add_person("agent", name="Ada")


@pytest.fixture
def customer(helpdesk_project: Project) -> Person:
    return helpdesk_project.add_person("customer", name="Carl")


@pytest.fixture
def app(helpdesk_project: Project, double: SlackDouble, agent: Person, customer: Person) -> App:
    """The app, connected, in a channel for all tickets; with an agent and a customer who are in Slack, too."""
    connection = rpc(
        helpdesk_project,
        "connect_slack",
        workspace_id=WORKSPACE,
        bot_user_id=BOT,
        bot_token=TOKEN,
        signing_secret=SECRET,
    )
    rpc(helpdesk_project, "add_slack_channel", connection_id=connection["connection_id"], channel_id=CHANNEL)
    double.add(AGENT, agent.email)
    double.add(CUSTOMER, customer.email)
    double.add(NOBODY, "nobody@elsewhere.example")
    double.add(GUEST, agent.email, team_id="T0ELSEWHERE", is_stranger=True)
    return App(f"{helpdesk_project.url}/functions/v1/slack", double)


@pytest.fixture
def ticket(helpdesk_project: Project, app: App, double: SlackDouble, customer: Person) -> Ticket:
    """A ticket of the customer, with its thread."""
    made = helpdesk_project.sign_in(customer).tickets.create("The printer <!channel>", "It is on fire.")
    assert deliver(helpdesk_project)["done"] == 1
    return made


def thread(double: SlackDouble) -> str:
    """The first message of the thread, as the double numbers messages."""
    place = next(place for place, call in enumerate(double.calls, 1) if call["method"] == "chat.postMessage")
    return f"{1700000000 + place}.000100"


def test_the_address_is_checked_with_a_signature(app: App) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CYv"})
    answer = app.post(body, "application/json")
    assert (answer.status_code, answer.text) == (200, "3eZbrw1aBm2rZgRNFdxV2595E9CYv")
    forged = app.post(body, "application/json", signature="v0=" + "0" * 64)
    assert (forged.status_code, forged.text) == (401, "")


def test_what_slack_has_not_signed_does_nothing(
    app: App, double: SlackDouble, ticket: Ticket, system: Helpdesk
) -> None:
    event = {"thread_ts": thread(double), "ts": "1", "user": AGENT, "text": "forged"}
    for forged in (
        {"signature": "v0=" + "0" * 64},
        {"signature": ""},
        {"timestamp": str(int(time.time()) - 400)},
        {"timestamp": str(int(time.time()) + 900)},
        {"timestamp": "yesterday"},
    ):
        assert app.event(event, **forged).status_code == 401, forged
    app.secret = "0" * 32
    assert app.event(event).status_code == 401
    app.secret = SECRET
    assert app.event(event, workspace="T0OTHER").status_code == 401
    assert list(system.notes.list(ticket)) == []


def test_an_empty_and_an_odd_body_are_no_errors(app: App) -> None:
    for body, kind in (("", "text/plain"), ("{", "application/json"), ("[]", "application/json"), ("a=b", "")):
        assert app.post(body, kind).status_code == 200, body
    for body in ("x" * 300_000, "\0"):
        refused = app.post(body, "application/json")
        assert (refused.status_code, refused.text) == (401, "")
    assert httpx.post(app.url, timeout=30, trust_env=False).status_code == 401


def test_a_thread_becomes_notes_and_public_replies(
    app: App, double: SlackDouble, ticket: Ticket, system: Helpdesk, helpdesk_project: Project, agent: Person
) -> None:
    place = {"thread_ts": thread(double), "ts": "1700009999.000100", "user": AGENT}
    assert app.event(place | {"text": "Ask <@U0BOT|ada> &amp; see <https://x.example|the page>"}).status_code == 200
    after_the_answer(lambda: list(system.notes.list(ticket)))
    (note,) = system.notes.list(ticket)
    assert (note.body, note.author_name) == ("Ask ada & see the page (https://x.example)", "Ada")
    assert app.event(place | {"text": "!reply Is it still burning?"}).status_code == 200
    after_the_answer(lambda: list(system.messages.list(ticket)))
    (message,) = system.messages.list(ticket)
    assert (message.body, message.author_name) == ("Is it still burning?", "Ada")
    # The first message follows, and what was written in the thread does not come back.
    assert deliver(helpdesk_project)["done"] == 1
    assert [call["method"] for call in double.calls if call["method"].startswith("chat.")] == [
        "chat.postMessage",
        "chat.update",
    ]


def test_a_request_that_comes_again_is_done_once(
    app: App, double: SlackDouble, ticket: Ticket, system: Helpdesk
) -> None:
    event = {"thread_ts": thread(double), "ts": "1700009999.000100", "user": AGENT, "text": "once"}
    for attempt in range(3):
        assert app.event(event, id="Ev0SAME", **{"x-slack-retry-num": str(attempt)}).status_code == 200
    app.event(event | {"text": "twice"})
    after_the_answer(lambda: len(list(system.notes.list(ticket))) == 2)
    assert [note.body for note in system.notes.list(ticket)] == ["once", "twice"]


def test_other_talk_bots_and_strangers_do_nothing(
    app: App, double: SlackDouble, ticket: Ticket, system: Helpdesk
) -> None:
    place = {"thread_ts": thread(double), "ts": "1700009999.000100", "text": "no"}
    for event in (
        place | {"user": BOT},
        place | {"user": AGENT, "bot_id": "B1"},
        place | {"user": AGENT, "subtype": "message_changed"},
        place | {"user": AGENT, "thread_ts": "1600000000.000100"},
        place | {"user": AGENT, "thread_ts": None},
        place | {"user": AGENT, "ts": place["thread_ts"]},
        place | {"user": AGENT, "channel": "C0OTHER"},
        place | {"user": AGENT, "team": "T0ELSEWHERE"},
        place | {"user": AGENT, "text": ""},
        place | {"user": AGENT, "type": "reaction_added"},
    ):
        assert app.event(event).status_code == 200
    # A guest of another workspace with an agent's address is nobody.
    app.event(place | {"user": GUEST})
    after_the_answer(lambda: double.of("chat.postEphemeral"))
    assert [call["user"] for call in double.of("users.info")] == [GUEST]
    assert list(system.notes.list(ticket)) == []
    assert list(system.messages.list(ticket)) == []


def test_an_address_that_is_not_confirmed_there_is_nobodys(
    app: App, double: SlackDouble, ticket: Ticket, system: Helpdesk
) -> None:
    member = double.people[AGENT]
    odds: list[dict[str, Any]] = [
        {"is_email_confirmed": False},
        {"deleted": True},
        {"is_bot": True},
        {"profile": {}},
        {"team_id": "T0ELSEWHERE"},
    ]
    for number, odd in enumerate(odds):
        # The function remembers for a minute who somebody is.
        user = f"U0ODD{number}"
        double.people[user] = member | {"id": user} | odd
        double.told.clear()
        app.button("claim", ticket.ticket_id, user)
        after_the_answer(lambda: double.told)
        assert "does not know you" in double.told[0]["text"], odd
    assert system.tickets.get(ticket.number).assigned_to is None


def test_buttons_act_with_the_rights_of_the_person(
    app: App, double: SlackDouble, ticket: Ticket, system: Helpdesk
) -> None:
    for user, words in ((CUSTOMER, "may not"), (NOBODY, "Sign in to the helpdesk once")):
        double.told.clear()
        assert app.button("claim", ticket.ticket_id, user).status_code == 200
        after_the_answer(lambda: double.told)
        assert words in double.told[0]["text"]
        assert double.told[0]["response_type"] == "ephemeral"
    assert system.tickets.get(ticket.number).assigned_to is None
    for action in ("claim", "resolve", "open"):
        assert app.button(action, ticket.ticket_id, AGENT).status_code == 200
    after_the_answer(lambda: system.tickets.get(ticket.number).status == "resolved")
    found = system.tickets.get(ticket.number)
    assert found.assigned_to is not None


def test_everybody_finds_what_they_may_see(app: App, ticket: Ticket) -> None:
    answer = app.command(f"#{ticket.number}", AGENT).json()
    assert answer == {
        "response_type": "ephemeral",
        "text": f"#{ticket.number} The printer &lt;!channel&gt; (open)",
    }
    assert app.command("printer", CUSTOMER).json()["text"] == answer["text"]
    assert app.command("zebra", AGENT).json()["text"] == "You see no ticket like that."
    assert "does not know you" in app.command("printer", NOBODY).json()["text"]
    assert "<!channel>" not in app.command("nofield:<!channel>", AGENT).text


def test_each_refusal_of_slack_is_settled(
    helpdesk_project: Project, app: App, double: SlackDouble, customer: Person, system: Helpdesk
) -> None:
    made = helpdesk_project.sign_in(customer).tickets
    double.faults = [(429, {"retry-after": "600"}, b"")]
    made.create("One")
    assert deliver(helpdesk_project)["retry"] == 1
    (delivery,) = system.outbox.list(kind="slack")
    assert (delivery.last_status, delivery.last_problem) == (429, "Slack answered ratelimited")
    assert delivery.next_at is not None
    assert (delivery.next_at - delivery.created_at).total_seconds() > 590
    double.faults = ["msg_too_long"]
    made.create("Two")
    assert deliver(helpdesk_project)["refused"] == 1
    double.faults = ["is_archived"]
    made.create("Three")
    assert deliver(helpdesk_project)["gone"] == 1
    made.create("Four")
    assert deliver(helpdesk_project)["done"] == 0
