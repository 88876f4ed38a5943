"""Faults F22 to F24 for custom fields, attachments, search, views and counters: nothing is lost or half done."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from tests.sdk.files import PNG, WithoutFunctions
from tests.sdk.support import FAST

from helpdesk_sdk import LATEST, Helpdesk, HelpdeskError, InvalidValueError, Ticket, new_id
from helpdesk_sdk.checks.worker import check_waiting
from helpdesk_sdk.errors import ReadOnlyError, ServerError, StatementTimeoutError
from helpdesk_sdk.testing import Project

Write = Callable[[Helpdesk, Ticket, str], Any]
WRITES: dict[str, Write] = {
    "fields": lambda hd, ticket, key: hd.fields.create(f"k{key[:20]}", "text", key),
    "values": lambda hd, ticket, key: hd.tickets.update(ticket.ticket_id, custom_fields={"story": key}),
    "attachments": lambda hd, ticket, key: hd.attachments.upload(ticket, picture(), id=id_of(key)),
    "search": lambda hd, ticket, key: hd.messages.reply(
        ticket.ticket_id, f"Says {key}", expected_last_message=LATEST, id=id_of(key)
    ),
    "views": lambda hd, ticket, key: hd.views.create(key, "status:open", id=id_of(key)),
    "counters": lambda hd, ticket, key: hd.tickets.create(key, team="Support", id=id_of(key)),
}


def id_of(key: str) -> Any:
    return type(new_id())(hex=key)


def picture() -> io.BytesIO:
    file = io.BytesIO(PNG)
    file.name = "picture.png"
    return file


def state(hd: Helpdesk, ticket: Ticket) -> tuple[Any, ...]:
    """All that the concepts show."""
    return (
        [field.key for field in hd.fields.list()],
        hd.tickets.get(ticket.ticket_id).custom_fields,
        [(file.attachment_id, file.state) for file in hd.attachments.list(ticket)],
        [message.body for message in hd.messages.list(ticket)],
        sorted(hit.ticket.number for hit in hd.search("status:open").hits),
        [(view.name, hd.views.count(view)) for view in hd.views.list()],
        hd.tickets.counts().rows,
    )


@contextmanager
def read_only(project: Project) -> Iterator[None]:
    """The database takes no writes."""
    _all_connections(project, "alter database {} set default_transaction_read_only = on")
    try:
        yield
    finally:
        _all_connections(project, "alter database {} reset default_transaction_read_only")


def _all_connections(project: Project, change: str) -> None:
    with psycopg.connect(project.db_url, autocommit=True) as db:
        db.execute("set default_transaction_read_only = off")
        db.execute(SQL(change).format(Identifier(db.info.dbname)))
        db.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'"
        )


@contextmanager
def disk_full(project: Project) -> Iterator[None]:
    """PostgreSQL can extend no table of the concepts."""
    tables = ("field_definitions", "ticket_field_values", "attachments", "messages", "views", "tickets")
    with psycopg.connect(project.db_url, autocommit=True) as db:
        db.execute(
            "create function public.disk_full() returns trigger language plpgsql as $$ begin "
            "raise exception using errcode = '53100', message = 'could not extend file: No space left on device'; "
            "end $$"
        )
        for table in tables:
            db.execute(
                SQL(
                    "create trigger zz_disk_full after insert or update on helpdesk.{} "
                    "for each row execute function public.disk_full()"
                ).format(Identifier(table))
            )
        try:
            yield
        finally:
            db.execute("drop function public.disk_full() cascade")


def admin(project: Project, **options: Any) -> Helpdesk:
    """A client of a new admin that does not wait between its attempts."""
    person = project.add_person("admin", teams=["Support"])
    client = Helpdesk(project.url, project.publishable_key, backoff=FAST, **options)
    client.auth.sign_in(person.email, person.password)
    return client


@pytest.fixture
def hd(helpdesk_project: Project) -> Iterator[Helpdesk]:
    with admin(helpdesk_project, transport=WithoutFunctions()) as client:
        client.fields.create("story", "long_text", "Story")
        yield client


@pytest.fixture
def ticket(hd: Helpdesk) -> Ticket:
    ticket = hd.tickets.create("Before the fault", team="Support", custom_fields={"story": "before"})
    hd.attachments.upload(ticket, picture())
    hd.views.create("Open", "status:open")
    return ticket


@pytest.mark.parametrize(("fault", "error"), [(read_only, ReadOnlyError), (disk_full, ServerError)])
def test_f22_reads_work_writes_are_refused_and_nothing_is_lost(
    helpdesk_project: Project,
    hd: Helpdesk,
    ticket: Ticket,
    fault: Callable[[Project], Any],
    error: type[HelpdeskError],
) -> None:
    keys = {concept: new_id().hex for concept in WRITES}
    before = state(hd, ticket)
    with fault(helpdesk_project):
        for concept, write in WRITES.items():
            with pytest.raises(error):
                write(hd, ticket, keys[concept])
            assert state(hd, ticket) == before, concept
    assert state(hd, ticket) == before
    for concept, write in WRITES.items():
        write(hd, ticket, keys[concept])
    assert hd.search(keys["search"]).hits[0].ticket.number == ticket.number
    assert hd.search(keys["counters"]).hits[0].ticket.ticket_id == id_of(keys["counters"])
    assert hd.tickets.get(ticket.ticket_id).custom_fields == {"story": keys["values"]}
    assert {id_of(keys["attachments"])} < {file.attachment_id for file in hd.attachments.list(ticket)}
    assert hd.tickets.recount(mend=False) == []


def test_f22_the_worker_leaves_the_files_of_a_read_only_database_as_they_are(
    helpdesk_project: Project, hd: Helpdesk, ticket: Ticket, system: Helpdesk
) -> None:
    with admin(helpdesk_project, transport=WithoutFunctions()) as person:
        file = person.attachments.upload(ticket, picture())
    assert file.state == "uploaded"
    with read_only(helpdesk_project):
        with pytest.raises(ReadOnlyError):
            check_waiting(system)
        assert hd.attachments.get(file).state == "uploaded"
    assert check_waiting(system).clean == 2
    assert hd.attachments.get(file).is_available


class StopsAtStorage(WithoutFunctions):
    """The gateway is gone, or the database takes no writes, when the bytes of a file come."""

    def __init__(self, fault: Any) -> None:
        super().__init__()
        self._fault = fault
        self.is_over = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.is_over or "/storage/v1/object/" not in str(request.url):
            return super().handle_request(request)
        if self._fault is None:
            raise httpx.ConnectError("the gateway has stopped", request=request)
        with self._fault():
            return super().handle_request(request)


@pytest.mark.parametrize("stopped", ["gateway", "database"])
def test_f22_an_interrupted_upload_stays_reserved_and_a_repetition_finishes_it(
    helpdesk_project: Project, hd: Helpdesk, ticket: Ticket, system: Helpdesk, stopped: str
) -> None:
    id = new_id()
    check_waiting(system)
    fault = None if stopped == "gateway" else partial(read_only, helpdesk_project)

    transport = StopsAtStorage(fault)
    with admin(helpdesk_project, transport=transport) as person:
        with pytest.raises(HelpdeskError):
            person.attachments.upload(ticket, picture(), id=id)
        assert person.attachments.get(id).state == "reserved"
        transport.is_over = True
        file = person.attachments.upload(ticket, picture(), id=id)
        assert (file.attachment_id, file.state) == (id, "uploaded")
        assert check_waiting(system).clean == 1
        assert person.attachments.read(id) == PNG
    assert [one.attachment_id for one in hd.attachments.list(ticket)].count(id) == 1


def test_f23_slow_searches_end_at_the_limit_and_creates_succeed(helpdesk_project: Project, hd: Helpdesk) -> None:
    with psycopg.connect(helpdesk_project.db_url, autocommit=True) as db:
        db.execute(
            """create or replace function helpdesk.search_tickets(
                 query text default null, tree jsonb default null, mine boolean default false,
                 max_rows integer default 20, cursor text default null)
               returns jsonb language sql stable security invoker set search_path = pg_catalog, pg_temp
               as $$ select pg_sleep(60); select '{}'::jsonb $$"""
        )
        db.execute("alter role authenticated set statement_timeout = '2s'")
        try:
            with ThreadPoolExecutor(40) as pool:
                slow = [pool.submit(hd.search, "status:open") for _ in range(40)]
                made = [hd.tickets.create(f"Meanwhile {n}", team="Support") for n in range(5)]
                errors = [one.exception(timeout=120) for one in slow]
        finally:
            db.execute("alter role authenticated set statement_timeout = '8s'")
    assert len({ticket.number for ticket in made}) == 5
    assert {type(error) for error in errors} == {StatementTimeoutError}


LONG = " ".join(f"w{n:x}" for n in range(200_000))
PAYLOADS: dict[str, tuple[str, dict[str, Any]]] = {
    "query of 200,000 words": ("search_tickets", {"query": LONG}),
    "query of 10,000 terms": ("search_tickets", {"query": " ".join(f"-w{n}" for n in range(10_000))}),
    "tree of 10,000 terms": ("search_tickets", {"tree": {"all": [{"text": f"w{n}"} for n in range(10_000)]}}),
    "text of 200,000 words": ("create_ticket", {"title": "T", "description": LONG}),
    "value of 1 MB": ("create_ticket", {"title": "T", "custom_fields": {"story": LONG[:1_000_000]}}),
    "option of 1 MB": (
        "create_field",
        {"key": "size", "type": "select", "label": "S", "options": [{"value": "s", "label": LONG[:1_000_000]}]},
    ),
    "10,000 options": (
        "create_field",
        {
            "key": "size",
            "type": "select",
            "label": "S",
            "options": [{"value": f"o{n}", "label": f"O{n}"} for n in range(10_000)],
        },
    ),
    "file name of 1 MB": (
        "reserve_attachment",
        {"file_name": LONG[:1_000_000], "content_type": "image/png", "size": 5, "placement": "ticket"},
    ),
}


@pytest.mark.parametrize("case", PAYLOADS)
def test_f24_a_huge_payload_is_refused_by_its_rule(hd: Helpdesk, ticket: Ticket, case: str) -> None:
    function, arguments = PAYLOADS[case]
    if function == "reserve_attachment":
        arguments = arguments | {"ticket_id": str(ticket.ticket_id)}
    before = state(hd, ticket)
    with pytest.raises(InvalidValueError) as caught:
        _past_the_sdk(hd, function, arguments)
    assert (caught.value.status, caught.value.reason) == (400, "invalid_value")
    assert state(hd, ticket) == before


def test_f24_texts_at_their_limits_fit_into_each_index(hd: Helpdesk) -> None:
    """Neither a vector above 1 MB nor an index row above 8191 bytes: 54000 would refuse what the rules allow."""
    chinese = "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(100_000))
    words = LONG[:100_000]
    for text, sought in ((chinese, chinese[:3]), (words, "w1")):
        ticket = hd.tickets.create(text[:300], text, team="Support", custom_fields={"story": text[:4_000]})
        for _ in range(3):
            hd.messages.reply(ticket.ticket_id, text, expected_last_message=LATEST)
        hd.notes.add(ticket, text)
        assert [hit.ticket.number for hit in hd.search(sought).hits] == [ticket.number]


def _past_the_sdk(hd: Any, function: str, arguments: dict[str, Any]) -> Any:
    """A call of a function without the SDK's checks."""

    def flow() -> Any:
        return (yield hd.tickets._rpc_write(function, arguments))

    return hd._driver.run(flow())
