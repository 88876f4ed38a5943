"""The Python of docs/ and of the README runs: each block as it stands, with the names that its page takes for known."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import pytest
from tests.e2e.programs import ROOT, environment
from tests.sdk.arriving import FAIL, arrive
from tests.sdk.files import PNG
from tests.sdk.test_learning import taught  # noqa: F401  # a fixture

from helpdesk_sdk import AsyncHelpdesk, Helpdesk, Ticket, by_field
from helpdesk_sdk.scripted_provider import ScriptedProvider
from helpdesk_sdk.testing import Factory, Person, Project
from helpdesk_sdk.webhooks import sign

# Pages whose blocks all run in a test of their own.
_ELSEWHERE = {"docs/fields.md", "docs/zenpy.md", "docs/guides/django.md", "docs/guides/fastapi.md"}
_ELSEWHERE |= {"docs/guides/scripts.md"}
_HERE = {
    "README.md": 2,
    "docs/assistant.md": 3,
    "docs/email.md": 10,
    "docs/events.md": 1,
    "docs/export.md": 1,
    "docs/knowledge.md": 3,
    "docs/operate.md": 1,
    "docs/sdk.md": 12,
    "docs/search.md": 1,
    "docs/testing.md": 4,
    "docs/webhooks.md": 2,
    "docs/worker.md": 1,
}


class _EnoughError(Exception):
    """What a block that never ends has printed is enough."""


def _blocks(page: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def test_every_page_with_python_is_tried() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    found = {str(page.relative_to(ROOT)): len(_blocks(str(page.relative_to(ROOT)))) for page in pages}
    assert {page: count for page, count in found.items() if count and page not in _ELSEWHERE} == _HERE


def _run(page: str, number: int, *changes: tuple[str, str], **names: Any) -> dict[str, Any]:
    """Run a block, after changes of what stands for the reader's own; what it has defined."""
    block = _blocks(page)[number]
    for old, new in changes:
        assert old in block, f"{page}, block {number}, has no {old}"
        block = block.replace(old, new)
    code = compile(block, f"{page}, block {number}", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    names["__name__"] = "docs"
    result = eval(code, names)
    if inspect.iscoroutine(result):
        asyncio.run(result)
    return names


def _print_until(*words: str) -> Callable[..., None]:
    """A ``print`` that ends the block once each of the words was printed."""
    wanted = set(words)

    def show(*values: object, **_: object) -> None:
        text = " ".join(map(str, values))
        wanted.difference_update({word for word in wanted if word in text})
        if not wanted:
            raise _EnoughError

    return show


@contextmanager
def _happening(what: Callable[[], object]) -> Iterator[None]:
    """Something that happens again and again while the block runs."""
    is_over = threading.Event()

    def repeat() -> None:
        while not is_over.wait(0.1):
            what()

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


@pytest.fixture
def ana(helpdesk_project: Project) -> Person:
    """An admin of the team Billing."""
    return helpdesk_project.add_person("admin", name="Ana", teams=["Billing"], password="a password of hers")


@pytest.fixture
def hd(helpdesk_project: Project, ana: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Helpdesk:
    """Her client; the environment is hers, too."""
    for name, value in environment(helpdesk_project, ana).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return helpdesk_project.sign_in(ana)


@pytest.fixture
def ticket(hd: Helpdesk, helpdesk_factory: Factory) -> Ticket:
    """An open ticket about an outage."""
    made = helpdesk_factory.ticket("Cannot log in: double charge", team="Billing", tags=["outage", "refund"])
    hd.tickets.update(made, priority="urgent")
    return hd.tickets.assign(made.number, "me")


def _happens_on(ticket: Ticket, factory: Factory, system: Helpdesk) -> Callable[[], None]:
    def change() -> None:
        factory.message(ticket, "Any news?")
        now = system.tickets.get(ticket.number)
        system.tickets.update(now, status="resolved" if now.status == "open" else "open")

    return change


def test_readme(hd: Helpdesk, helpdesk_factory: Factory) -> None:
    with _happening(lambda: helpdesk_factory.ticket()), pytest.raises(_EnoughError):
        _run("README.md", 1, print=_print_until("ticket.created"))


def test_export(hd: Helpdesk, ticket: Ticket, tmp_path: Path) -> None:
    _run("docs/export.md", 0)
    assert '"kind": "end"' in (tmp_path / "helpdesk.jsonl").read_text().splitlines()[-1]


def test_events(hd: Helpdesk, ticket: Ticket, helpdesk_factory: Factory, helpdesk_project: Project) -> None:
    what = _happens_on(ticket, helpdesk_factory, helpdesk_project.system)
    with _happening(what), pytest.raises(_EnoughError):
        _run("docs/events.md", 0, hd=hd, print=_print_until("Any news?", "→"))


def test_search(hd: Helpdesk, ticket: Ticket) -> None:
    assert _run("docs/search.md", 0, hd=hd)["view"].name == "My urgent"


def test_webhooks(hd: Helpdesk) -> None:
    made = _run("docs/webhooks.md", 0, hd=hd)
    assert made["secret"].startswith("whsec_")
    body = b'{"type": "webhook.test", "timestamp": "2026-11-29T10:15:02+00:00", "data": {}}'
    headers = sign("msg_7", int(time.time()), body, [made["secret"]])
    own = ('"whsec_…"', repr(made["secret"]))
    assert _run("docs/webhooks.md", 1, own, request=SimpleNamespace(headers=headers), body=body)["event"].id == "msg_7"
    assert "event" not in _run("docs/webhooks.md", 1, own, request=SimpleNamespace(headers=headers), body=body + b" ")
    hd.webhooks.delete(made["made"])


def test_email(hd: Helpdesk, helpdesk_project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """All but the last block, which sends: tests/sdk/test_mail_smtp.py has it."""
    helpdesk_project.add_person("customer", email="carla@customer.example")
    for _ in range(2):
        made = _run("docs/email.md", 0, hd=hd)
    assert made["channel"].address == "support@acme.example"
    receive = partial(arrive, helpdesk_project.url, helpdesk_project.secret_key, to="support@acme.example")
    first = hd.mail.inbound.get(receive("carla@home.example"))
    named = receive("evil@elsewhere.example", verdict=FAIL, in_reply_to=[first.message_id])
    spam, fresh = (receive(f"x@{domain}.example", verdict=FAIL) for domain in ("spam", "fresh"))
    _run("docs/email.md", 1, hd=hd)
    assert capsys.readouterr().out.count("waits in quarantine") == 3
    outcomes = [hd.mail.inbound.get(mail).outcome for mail in (named, spam, fresh)]
    assert outcomes == ["appended", "spam", "created"]
    assert [one.pattern for one in hd.mail.blocks.list()] == ["spam.example"]
    _run("docs/email.md", 2, hd=hd)
    assert "0 in quarantine; 0 addresses" in capsys.readouterr().out
    _run("docs/email.md", 3, hd=hd)
    assert capsys.readouterr().out == "0 tickets; 0 mails still wait\n"
    opened = hd.mail.inbound.get(fresh).ticket_id
    assert opened
    ticket = hd.tickets.get(opened)
    hd.messages.reply(ticket, "Not by mail.")
    _run("docs/email.md", 4, ("ticket=42", f"ticket={ticket.number}"), hd=hd)
    assert capsys.readouterr().out.startswith("20")
    assert hd.tickets.get(opened).description == "[redacted]"
    _run("docs/email.md", 5, ("list(42)", f"list({ticket.number})"), hd=hd)
    assert capsys.readouterr().out == ""
    _run("docs/email.md", 6, hd=hd)
    assert hd.settings.get().email_reply_line
    _run("docs/email.md", 7, hd=hd)
    assert "locale" in capsys.readouterr().out
    _run("docs/email.md", 8, hd=hd)
    assert "Your number is" in capsys.readouterr().out


def test_operate(hd: Helpdesk) -> None:
    _run("docs/operate.md", 0, hd=hd, request=SimpleNamespace(headers={"X-Request-Id": "r-1"}))
    assert [ticket.title for ticket in hd.tickets.list()] == ["Cannot log in"]


def test_worker(hd: Helpdesk, helpdesk_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    for name, value in environment(helpdesk_project).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("HELPDESK_EMAIL")
    monkeypatch.delenv("HELPDESK_PASSWORD")
    assert _run("docs/worker.md", 0)["handler"]({}, None) == {"code": 0}


def test_testing(scripted_provider: ScriptedProvider) -> None:
    """The last block; those with tests run in the suite of somebody else."""
    _run("docs/testing.md", 3)


def test_knowledge(
    hd: Helpdesk, helpdesk_project: Project, ticket: Ticket, scripted_provider: ScriptedProvider, tmp_path: Path
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "one.md").write_text("# One\n\nText.")
    hd.assistant.suggest(ticket)
    assert len(_run("docs/knowledge.md", 0, hd=hd)["report"].items) == 1
    names = {"hd": hd, "system": helpdesk_project.system, "question": "how do I get a refund"}
    _run("docs/knowledge.md", 1, ("http://127.0.0.1:8080/v1", scripted_provider.url), **names)
    _run("docs/knowledge.md", 2, hd=hd)
    assert hd.knowledge.gaps().all() == []


def test_assistant(hd: Helpdesk, ticket: Ticket, helpdesk_factory: Factory) -> None:
    helpdesk_factory.article("Double charge", "## Double charge\n\nA double charge is paid back within five days.")
    assert _run("docs/assistant.md", 0, ("42", str(ticket.number)), hd=hd)["found"].proposal is not None
    _run("docs/assistant.md", 2, hd=hd)


def test_learning(taught: Helpdesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.chdir(tmp_path)
    (tmp_path / "questions.csv").write_text("question,article\nWhat is it?,one\n")
    taught.knowledge.save("one", "One", "It is this.")
    taught.knowledge.publish("one")
    taught.assistant.collect_examples(imported=True)
    _run("docs/assistant.md", 1, hd=taught, Path=Path)


def test_sdk_first_steps(hd: Helpdesk, ana: Person, ticket: Ticket, helpdesk_project: Project) -> None:
    changes = (("https://….supabase.co", helpdesk_project.url), ("sb_publishable_…", helpdesk_project.publishable_key))
    _run("docs/sdk.md", 0, *changes, ('"ana@example.com", "…"', f'"{ana.email}", "{ana.password}"'))
    _run("docs/sdk.md", 1)
    assert [note.body for note in hd.notes.list(ticket)] == ["Still waiting for the vendor."]
    escalate = _run("docs/sdk.md", 2)["escalate"]
    assert escalate(hd, ticket.number, "Billing", ana.email).assigned_to == ana.user_id


def test_sdk_lists_and_changes(hd: Helpdesk, ticket: Ticket) -> None:
    for number in (3, 4):
        _run("docs/sdk.md", number, hd=hd)
    assert _run("docs/sdk.md", 5, hd=hd)["results"].failed == ()
    assert "apologised" in hd.tickets.tags(ticket)
    _run("docs/sdk.md", 6, ("42", str(ticket.number)), hd=hd)
    assert hd.tickets.get(ticket.number).status == "closed"


def test_sdk_streams(hd: Helpdesk, ticket: Ticket, helpdesk_factory: Factory, helpdesk_project: Project) -> None:
    saved: list[str] = []

    async def handle(event: Any) -> None:
        if len(saved) == 2:
            raise _EnoughError

    names = {"AsyncHelpdesk": AsyncHelpdesk, "load_cursor": lambda: "0.0", "save_cursor": saved.append}
    with pytest.raises(_EnoughError):
        _run("docs/sdk.md", 7, **names, handle=handle)
    what = _happens_on(ticket, helpdesk_factory, helpdesk_project.system)
    with _happening(what), pytest.raises(_EnoughError):
        _run("docs/sdk.md", 8, hd=hd, print=_print_until("Any news?", "was open"))


async def test_sdk_presence(ana: Person, ticket: Ticket, helpdesk_project: Project) -> None:
    names: dict[str, Any] = {"print": _print_until("'typing'")}
    async with helpdesk_project.sign_in_async(ana) as other:
        block = _blocks("docs/sdk.md")[9].replace("42", str(ticket.number))
        code = compile(block, "docs/sdk.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        with pytest.raises(_EnoughError):
            await eval(code, names | {"hd": other})


def test_sdk_files_and_fields(hd: Helpdesk, ticket: Ticket, tmp_path: Path) -> None:
    (tmp_path / "screenshot.png").write_bytes(PNG)
    (tmp_path / "log.txt").write_text("log")
    with ZipFile(tmp_path / "dump.zip", "w") as dump:
        dump.writestr("dump.txt", "dump")
    (tmp_path / "downloads").mkdir()
    _run("docs/sdk.md", 10, hd=hd, ticket=ticket)
    assert len(list(hd.attachments.list(ticket))) == 4
    hd.fields.create("plan", "select", "Plan", options=["pro", "free"], audience="customer_visible")
    hd.fields.create("seats", "integer", "Seats", audience="customer_visible")
    made = _run("docs/sdk.md", 11, hd=hd, by_field=by_field)["ticket"]
    assert made.custom_fields["plan"] == "pro"
