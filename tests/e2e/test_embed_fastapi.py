"""examples/embed_fastapi.py: customers watch their tickets live, and nobody else's."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest
from tests.e2e.programs import environment, python, read_until, running, soon

from embed_errors import status_of
from embed_fastapi import COOKIE
from helpdesk_sdk import LATEST, Helpdesk, errors, new_id

if TYPE_CHECKING:
    from helpdesk_sdk.testing import Person, Project


@pytest.fixture
def shop(helpdesk_project: Project) -> Iterator[Shop]:
    """The host application, as a program of its own."""
    env = environment(helpdesk_project)
    env["HELPDESK_KEY"] = helpdesk_project.publishable_key
    with running(python("embed_fastapi.py", "--port", "0"), env) as process:
        url = read_until(process.stdout, r"running on (http://127\.0\.0\.1:\d+)")[1]
        with ExitStack() as browsers:
            yield Shop(helpdesk_project, url, process, browsers)
        process.send_signal(signal.SIGINT)
        left, _ = process.communicate(timeout=60)
        assert "Traceback" not in left


class Shop:
    """The host application, and how to be somebody there."""

    def __init__(self, project: Project, url: str, process: subprocess.Popen[str], browsers: ExitStack) -> None:
        self.project, self.url, self.process, self._browsers = project, url, process, browsers

    def visitor(self, person: Person | None = None) -> httpx.Client:
        """A browser; signed in, if it is somebody's."""
        client = self._browsers.enter_context(httpx.Client(base_url=self.url, timeout=60))
        if person is not None:
            credentials = {"email": person.email, "password": person.password}
            answer = client.post("/login", json=credentials)
            assert answer.status_code == 204
            assert "HttpOnly" in answer.headers["set-cookie"]
            assert "SameSite=strict" in answer.headers["set-cookie"]
        return client


class Watching:
    """An EventSource: what arrives, with its id, and when."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.last_id = ""

    def next(self) -> Any:
        """What the next event says; ids are remembered as browsers do."""
        data = None
        for line in self.lines:
            name, _, value = line.partition(": ")
            if name == "id":
                self.last_id = value
            elif name == "data":
                data = json.loads(value)
            elif not line and data is not None:
                return data
        raise AssertionError("the stream has ended")


@contextmanager
def watching(visitor: httpx.Client, number: int, since: str = "") -> Iterator[Watching]:
    """A browser that watches a ticket."""
    headers = {"Last-Event-ID": since} if since else {}
    with visitor.stream("GET", f"/tickets/{number}/events", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Watching(answer.iter_lines())


def test_a_customer_sees_their_ticket_change_at_once_and_nothing_of_staff(shop: Shop, system: Helpdesk) -> None:
    mei, agent = shop.project.add_person("customer", name="Mei"), shop.project.client("agent", name="Cem")
    ticket = shop.project.sign_in(mei).tickets.create("Parcel is lost")
    browser = shop.visitor(mei)
    assert [one["number"] for one in browser.get("/tickets").json()] == [ticket.number]
    with watching(browser, ticket.number) as page:
        agent.notes.add(ticket, "The third one on this route.")
        agent.tickets.tag(ticket, "carrier")
        agent.tickets.claim(ticket)
        agent.messages.reply(ticket, "We have asked the carrier.")
        said = page.next()
        assert (said["type"], said["by"]) == ("message.created", "Cem")
        agent.tickets.resolve(ticket.ticket_id)
        while said["type"] != "ticket.status_changed":
            said = page.next()
    shown = browser.get(f"/tickets/{ticket.number}").json()
    assert (shown["status"], [one["body"] for one in shown["messages"]]) == (
        "resolved",
        ["We have asked the carrier."],
    )
    seen = [event.type for event in shop.project.sign_in(mei).events.since(None)]
    assert "note.created" not in seen


def test_a_browser_that_comes_back_misses_nothing(shop: Shop) -> None:
    mei, agent = shop.project.add_person("customer", name="Mei"), shop.project.client("agent", name="Cem")
    customer = shop.project.sign_in(mei)
    ticket = customer.tickets.create("Parcel is lost")
    browser = shop.visitor(mei)
    with watching(browser, ticket.number) as page:
        first = customer.messages.reply(ticket.number, "Hello?")
        assert page.next()["data"]["message_id"] == str(first.message_id)
        left_at = page.last_id
    bodies = [agent.messages.reply(ticket.number, f"Answer {n}", expected_last_message=LATEST) for n in range(3)]
    with watching(browser, ticket.number, since=left_at) as page:
        now = customer.messages.reply(ticket.number, "Thank you", expected_last_message=LATEST)
        ids = [page.next() for _ in range(5)]
    told = [one["data"]["message_id"] for one in ids if one["type"] == "message.created"]
    assert told == [str(message.message_id) for message in (*bodies, now)]
    # Without an event before the connection broke there is a place to come back to all the same.
    with watching(browser, ticket.number) as page:
        assert next(line for line in page.lines if line.startswith("id: "))


def test_nobody_watches_a_ticket_of_somebody_else(shop: Shop, system: Helpdesk) -> None:
    mei, tom = (shop.project.add_person("customer", name=name) for name in ("Mei", "Tom"))
    ticket = shop.project.sign_in(mei).tickets.create("Parcel is lost")
    agent = shop.project.add_person("agent", name="Cem")
    for stranger in (tom, agent):
        browser = shop.visitor(stranger)
        for path in (f"/tickets/{ticket.number}", f"/tickets/{ticket.number}/events", "/tickets/99999999/events"):
            assert browser.get(path).status_code == 404
        assert browser.get("/tickets").json() == []
    # Two customers at once: each is told of their own ticket alone.
    other = shop.project.sign_in(tom).tickets.create("Wrong colour")
    with watching(shop.visitor(mei), ticket.number) as mine, watching(shop.visitor(tom), other.number) as theirs:
        for number, body in ((other.number, "For Tom"), (ticket.number, "For Mei")):
            system.messages.reply(number, body, expected_last_message=LATEST)
        said = {"Mei": mine.next(), "Tom": theirs.next()}
    for name, number in (("Mei", ticket.number), ("Tom", other.number)):
        [message] = system.messages.list(number)
        assert message.body == f"For {name}"
        assert said[name]["data"]["message_id"] == str(message.message_id)


def test_who_may_not_is_told_so_before_the_stream_begins(shop: Shop) -> None:
    mei = shop.project.add_person("customer", name="Mei")
    client = shop.project.sign_in(mei)
    number = client.tickets.create("Parcel is lost").number
    assert client.auth.session is not None
    token = client.auth.session.access_token.get_secret_value()
    visitor, path = shop.visitor(), f"/tickets/{number}/events"
    for said in ("", "Basic x", "Bearer ä", "Bearer x", f"Bearer {token[:-8]}{'A' * 8}"):
        answer = visitor.get(path, headers=[(b"Authorization", said.encode())] if said else None)
        assert answer.status_code == 401, said
    assert visitor.post("/login", json={"email": mei.email, "password": "wrong"}).status_code == 401
    for since, status in (("nonsense", 400), ("99999999999.1", 409), ("x" * 41, 422)):
        assert visitor.get(path, headers=bearer(token) | {"Last-Event-ID": since}).status_code == status
    assert visitor.get(f"/tickets/{number}", headers=bearer(token)).json()["title"] == "Parcel is lost"
    assert visitor.get("/").text.startswith("<!doctype html>")


def test_a_helpdesk_that_is_away_is_told_without_its_address(helpdesk_project: Project) -> None:
    session = helpdesk_project.client("customer").auth.session
    assert session is not None
    env = environment(helpdesk_project) | {"HELPDESK_KEY": helpdesk_project.publishable_key}
    env["HELPDESK_URL"] = "http://127.0.0.1:9"
    with running(python("embed_fastapi.py", "--port", "0"), env) as process:
        url = read_until(process.stdout, r"running on (http://127\.0\.0\.1:\d+)")[1]
        answer = httpx.get(
            f"{url}/tickets/1/events", headers=bearer(session.access_token.get_secret_value()), timeout=60
        )
        assert (answer.status_code, answer.json()) == (
            503,
            {"detail": "The helpdesk does not answer just now. Try again in a moment."},
        )
        read_until(process.stdout, r"the helpdesk failed: .*127\.0\.0\.1:9")


def bearer(token: str) -> dict[str, str]:
    """The header that says who one is."""
    return {"Authorization": f"Bearer {token}"}


def test_a_browser_that_goes_away_leaves_nothing_open(shop: Shop) -> None:
    mei = shop.project.add_person("customer", name="Mei")
    ticket = shop.project.sign_in(mei).tickets.create("Parcel is lost")
    process, upstream = psutil.Process(shop.process.pid), int(shop.project.url.rpartition(":")[2])

    def upwards() -> int:
        found = process.net_connections(kind="tcp")
        return sum(bool(one.raddr) and one.raddr.port == upstream and one.status == "ESTABLISHED" for one in found)

    browser = shop.visitor(mei)
    for _ in range(3):
        with watching(browser, ticket.number):
            soon(lambda: upwards() > 0)
    soon(lambda: upwards() == 0)


def test_one_customer_does_not_take_all_connections(shop: Shop) -> None:
    mei, tom = (shop.project.add_person("customer", name=name) for name in ("Mei", "Tom"))
    tickets = {person: shop.project.sign_in(person).tickets.create("Parcel is lost") for person in (mei, tom)}
    browser, path = shop.visitor(mei), f"/tickets/{tickets[mei].number}/events"
    with ExitStack() as pages:
        for _ in range(6):
            pages.enter_context(watching(browser, tickets[mei].number))
        refused = browser.get(path)
        assert (refused.status_code, "close another" in refused.json()["detail"]) == (429, True)
        pages.enter_context(watching(shop.visitor(tom), tickets[tom].number))

    def room_again() -> bool:
        with browser.stream("GET", path) as answer:
            return answer.status_code == 200

    soon(room_again)


def test_the_program_ends_while_somebody_watches(shop: Shop) -> None:
    mei = shop.project.add_person("customer", name="Mei")
    ticket = shop.project.sign_in(mei).tickets.create("Parcel is lost")
    with watching(shop.visitor(mei), ticket.number) as page:
        assert next(line for line in page.lines if line.startswith("id: "))
        shop.process.send_signal(signal.SIGINT)
        # The stream is ended, and not cut: it has no event any more, and no error.
        assert not any(line.startswith("data:") for line in page.lines)
    assert shop.process.wait(timeout=60) == 0


def test_a_customer_opens_a_ticket_and_replies(shop: Shop, system: Helpdesk) -> None:
    mei, agent = shop.project.add_person("customer", name="Mei"), shop.project.client("agent", name="Cem")
    browser = shop.visitor(mei)
    new = {"title": "Parcel is lost", "description": "It says delivered.", "id": str(new_id())}
    # Sent twice, as after a lost connection: one ticket.
    first, again = (browser.post("/tickets", json=new) for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    number = first.json()["number"]
    ticket = system.tickets.get(number)
    assert (ticket.created_by, ticket.title, ticket.channel) == (mei.user_id, "Parcel is lost", "web")
    replied = browser.post(f"/tickets/{number}/messages", json={"body": "Hello?"})
    assert replied.status_code == 201
    (message,) = system.messages.list(number)
    assert (message.body, message.author_id, str(message.message_id)) == ("Hello?", mei.user_id, replied.json()["id"])
    # The customer has not read the answer yet.
    answer = agent.messages.reply(agent.tickets.get(number), "We have asked the carrier.")
    late = {"body": "Any news?", "last_message": replied.json()["id"]}
    assert browser.post(f"/tickets/{number}/messages", json=late).status_code == 409
    late["last_message"] = browser.get(f"/tickets/{number}").json()["messages"][-1]["id"]
    assert late["last_message"] == str(answer.message_id)
    assert browser.post(f"/tickets/{number}/messages", json=late).status_code == 201


def test_what_is_not_possible_has_the_status_that_says_why(shop: Shop) -> None:
    mei, tom = (shop.project.add_person("customer", name=name) for name in ("Mei", "Tom"))
    browser, stranger = shop.visitor(mei), shop.visitor(tom)
    number = browser.post("/tickets", json={"title": "Parcel is lost"}).json()["number"]
    taken = str(new_id())
    assert stranger.post("/tickets", json={"title": "Wrong colour", "id": taken}).status_code == 201
    refused = {
        400: browser.post("/tickets", json={"title": "x" * 301}),
        401: shop.visitor().post("/tickets", json={"title": "Parcel is lost"}),
        404: stranger.post(f"/tickets/{number}/messages", json={"body": "Not mine"}),
        409: browser.post("/tickets", json={"title": "Another one", "id": taken}),
        422: browser.post("/tickets", json={}),
    }
    assert {answer.status_code for answer in refused.values()} == set(refused)
    for status, answer in refused.items():
        assert answer.status_code == status, answer.text
        assert answer.json()["detail"]


def test_every_error_has_a_status_of_its_kind() -> None:
    statuses = {name: status_of(getattr(errors, name)()) for name in errors.__all__}
    assert {name for name, status in statuses.items() if status == 502} == {
        "ApiError",
        "ConfigurationError",
        "HelpdeskError",
        "LocalFileError",
        "UnexpectedResponseError",
        "WebhookVerificationError",
    }
    assert statuses["StaleRevisionError"] == statuses["TicketClosedError"] == statuses["CursorAheadError"] == 409
    assert statuses["RequestTimeoutError"] == statuses["UnknownOutcomeError"] == statuses["ServerError"] == 503
    assert (statuses["TransitionNotAllowedError"], statuses["InactiveUserError"]) == (422, 403)


def test_after_sign_out_the_cookie_is_worth_nothing(shop: Shop) -> None:
    browser = shop.visitor(shop.project.add_person("customer", name="Mei"))
    cookie = browser.cookies[COOKIE]
    assert browser.get("/tickets").status_code == 200
    assert browser.post("/logout").status_code == 204
    thief = shop.visitor()
    thief.cookies.set(COOKIE, cookie)
    assert thief.get("/tickets").status_code == 401
