"""The code of the guides runs; the tests of the example product pass as a suite of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.e2e.programs import EXAMPLES

from helpdesk_sdk.testing import Clock, Factory, Project

_GUIDES = Path(__file__).parents[2] / "docs/guides"


def _code(page: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", (_GUIDES / page).read_text(), flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, helpdesk_project: Project) -> Path:
    """The directory of a script, and its variables."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HELPDESK_URL", helpdesk_project.url)
    monkeypatch.setenv("HELPDESK_KEY", helpdesk_project.secret_key)
    return tmp_path


def test_every_guide_with_code_was_tried_here() -> None:
    with_code = {page.name for page in _GUIDES.glob("*.md") if _code(page.name)}
    assert with_code == {"django.md", "fastapi.md", "scripts.md"}


def test_old_tickets_are_closed_and_reopened_tickets_are_left(
    place: Path, helpdesk_clock: Clock, helpdesk_factory: Factory, helpdesk_project: Project
) -> None:
    helpdesk_clock.freeze(helpdesk_clock.now - timedelta(days=8))
    old = helpdesk_factory.ticket(status="resolved")
    helpdesk_clock.unfreeze()
    new, open_ = helpdesk_factory.ticket(status="resolved"), helpdesk_factory.ticket()
    exec(_code("scripts.md")[0], {})
    found = {ticket.number: str(ticket.status) for ticket in helpdesk_project.system.tickets.list()}
    assert found == {old.number: "closed", new.number: "resolved", open_.number: "open"}


def test_a_script_goes_on_at_its_cursor(place: Path, helpdesk_factory: Factory, helpdesk_project: Project) -> None:
    script = _code("scripts.md")[1]
    before = helpdesk_factory.ticket("An old invoice")
    exec(script, {})
    invoice, other = helpdesk_factory.ticket("My invoice"), helpdesk_factory.ticket("My parcel")
    for _ in range(2):
        exec(script, {})
        tags = {number: helpdesk_project.system.tickets.tags(number) for number in (before.number, invoice.number)}
        assert tags == {before.number: (), invoice.number: ("billing",)}
    assert helpdesk_project.system.tickets.tags(other) == ()


async def test_the_page_of_the_guide_shows_each_customer_their_tickets(
    place: Path, helpdesk_factory: Factory, helpdesk_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELPDESK_KEY", helpdesk_project.publishable_key)
    mei = helpdesk_factory.person()
    session = helpdesk_project.sign_in(mei).auth.session
    assert session is not None
    theirs = helpdesk_factory.ticket()
    names: dict[str, Any] = {}
    exec(_code("fastapi.md")[0], names)
    headers = {"authorization": f"Bearer {session.access_token.get_secret_value()}"}
    transport = httpx.ASGITransport(names["app"])
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test", headers=headers) as browser:
        opened = (await browser.post("/tickets", params={"title": "Lost"})).json()["number"]
        helpdesk_project.system.messages.reply(opened, "Found.")
        assert [ticket["number"] for ticket in (await browser.get("/tickets")).json()] == [opened]
        assert (await browser.get(f"/tickets/{opened}")).json() == {"title": "Lost", "messages": ["Found."]}
        assert (await browser.get(f"/tickets/{theirs.number}")).status_code == 404
        assert (await browser.get("/tickets", headers={"authorization": ""})).status_code == 401


_DJANGO = """
import os, sys, types
import django
from django.conf import settings

settings.configure(
    SECRET_KEY="for a test", ALLOWED_HOSTS=["testserver"], ROOT_URLCONF="shop", USE_TZ=True, DATABASES={},
    SESSION_ENGINE="django.contrib.sessions.backends.cache", INSTALLED_APPS=["django.contrib.sessions"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
)
django.setup()
shop = types.ModuleType("shop")
sys.modules["shop"] = shop
exec(open(sys.argv[1]).read(), vars(shop))

from django.test import Client

browser = Client()
assert browser.post("/sign-in", {"email": sys.argv[2], "password": sys.argv[3]}).json() == {"signed_in": True}
number = browser.post("/tickets", {"title": "Lost"}).json()["number"]
assert browser.get("/tickets").json() == {"tickets": [{"number": number, "title": "Lost"}]}
assert browser.get(f"/tickets/{number}").json() == {"title": "Lost", "messages": []}
assert browser.get(f"/tickets/{sys.argv[4]}").status_code == 404
print("all is well")
"""


def test_the_views_of_the_guide_show_each_customer_their_tickets(
    place: Path, helpdesk_factory: Factory, helpdesk_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELPDESK_KEY", helpdesk_project.publishable_key)
    mei, theirs = helpdesk_factory.person(), helpdesk_factory.ticket()
    (place / "shop.py").write_text(_code("django.md")[0])
    # Django is set up once in a process.
    command: list[str | Path] = [
        sys.executable,
        "-c",
        _DJANGO,
        place / "shop.py",
        mei.email,
        mei.password,
        str(theirs.number),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout == "all is well\n", done.stderr


def test_the_suite_of_the_example_product_passes() -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull),
            *("-o", "asyncio_mode=auto", "-o", "asyncio_default_fixture_loop_scope=function"),
            *("-o", "pythonpath=.", "--rootdir", EXAMPLES, EXAMPLES / "host_suite"),
        ],
        capture_output=True,
        text=True,
        cwd=EXAMPLES,
        timeout=200,
    )
    assert "4 passed" in done.stdout, done.stdout + done.stderr
