"""`helpdesk verify`: a project that keeps its promises passes, and each broken promise is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import LiteralString

import httpx
import psycopg
import pytest
from psycopg import sql
from tests.db.channels import OPEN

from helpdesk_sdk.errors import ConfigurationError
from helpdesk_sdk.testing import Project as Helpdesk
from helpdesk_sdk.verification import VerificationError, remove_leftovers, verify
from helpdesk_sdk.verification.cleaning import clean_up
from helpdesk_sdk.verification.data import try_matrix
from helpdesk_sdk.verification.files import try_files
from helpdesk_sdk.verification.furnishing import Furnisher
from helpdesk_sdk.verification.live import try_topics
from helpdesk_sdk.verification.project import Project
from helpdesk_sdk.verification.report import BrokenPromise

pytestmark = pytest.mark.sample(3)


@dataclass
class Furnished:
    """A helpdesk that also has people and tickets of its own, and the throw-away people of a verification."""

    helpdesk: Helpdesk
    project: Project
    furnisher: Furnisher

    @contextmanager
    def with_fault(self, statement: LiteralString, back: LiteralString) -> Iterator[None]:
        """Something is wrong with the database, and right again at the end."""
        with psycopg.connect(self.helpdesk.db_url, autocommit=True) as db:
            db.execute(statement)
            try:
                yield
            finally:
                db.execute(back)

    @contextmanager
    def with_open_policy(self, table: LiteralString, policy: LiteralString) -> Iterator[None]:
        """A policy lets everything through, and is itself again at the end."""
        name = sql.Identifier(policy)
        change = sql.SQL("alter policy {} on {} using ({})")
        place = sql.Identifier(*table.split("."))
        with psycopg.connect(self.helpdesk.db_url, autocommit=True) as db:
            row = db.execute(
                "select qual from pg_policies where schemaname || '.' || tablename = %s and policyname = %s",
                (table, policy),
            ).fetchone()
            assert row is not None
            db.execute(change.format(name, place, sql.SQL("true")))
            try:
                yield
            finally:
                db.execute(change.format(name, place, sql.SQL(row[0])))

    def broken(self, area: Callable[..., tuple[int, list[BrokenPromise]]], *targets: str) -> list[str]:
        """The broken promises of an area, as sentences."""
        more = {"targets": targets} if targets else {}
        tried, found = area(self.project, self.furnisher, **more)
        assert tried > 0
        return [str(one) for one in found]


@pytest.fixture(scope="module")
def helpdesk(helpdesk_project_module: Helpdesk) -> Helpdesk:
    """With people and tickets of its own."""
    for name in ("Ana", "Ben"):
        person = helpdesk_project_module.add_person("customer", name=name)
        with psycopg.connect(helpdesk_project_module.db_url) as db:
            db.execute("select helpdesk.create_ticket('Real', 'words', requester_id => %s)", (person.user_id,))
    return helpdesk_project_module


@pytest.fixture
def furnished(helpdesk: Helpdesk) -> Iterator[Furnished]:
    """Furnished anew."""
    with httpx.Client(timeout=60) as http:
        project = Project(helpdesk.url, helpdesk.publishable_key, helpdesk.secret_key, http)
        furnisher = Furnisher(project)
        furnisher.furnish()
        yield Furnished(helpdesk, project, furnisher)
        clean_up(project)


FAULTS: dict[str, tuple[LiteralString, LiteralString, tuple[str, ...], str]] = {
    "row-level security is off": (
        "alter table helpdesk.notes disable row level security",
        "alter table helpdesk.notes enable row level security",
        ("notes",),
        "read the internal notes on one's own ticket",
    ),
    "a policy opens tickets": (
        "create policy oops on helpdesk.tickets for select to authenticated using (true)",
        "drop policy oops on helpdesk.tickets",
        ("tickets",),
        "rows of tickets that are not theirs",
    ),
    "deactivated people are let in": (
        'alter policy "only active people" on helpdesk.messages using (true); '
        "create policy oops on helpdesk.messages for select to authenticated using (true)",
        'alter policy "only active people" on helpdesk.messages using ((select helpdesk_private.is_active())); '
        "drop policy oops on helpdesk.messages",
        ("messages",),
        "a deactivated customer: expected nothing",
    ),
    "people may be read without a login": (
        "grant select on helpdesk.users to anon; grant usage on schema helpdesk to anon; "
        "create policy oops on helpdesk.users for select to anon using (true)",
        "revoke select on helpdesk.users from anon; drop policy oops on helpdesk.users",
        ("users",),
        "somebody without a login: expected a refusal, got success",
    ),
    "messages may be deleted": (
        "grant delete on helpdesk.messages to authenticated; "
        "create policy oops on helpdesk.messages for delete to authenticated using (true)",
        "revoke delete on helpdesk.messages from authenticated; drop policy oops on helpdesk.messages",
        ("messages",),
        "it was carried out",
    ),
    "everybody is an admin": (
        "alter function helpdesk_private.require_role rename to was_require_role; "
        "create function helpdesk_private.require_role(variadic p_roles text[]) returns uuid language sql "
        "security definer as 'select helpdesk_private.me()'",
        "drop function helpdesk_private.require_role; "
        "alter function helpdesk_private.was_require_role rename to require_role",
        ("metrics",),
        "a customer: expected the refusal forbidden, got success",
    ),
    "customers cannot reply": (
        "revoke execute on function helpdesk.send_reply from authenticated",
        "grant execute on function helpdesk.send_reply to authenticated",
        ("send_reply",),
        "reply to a ticket [call send_reply] · a customer: expected 1 rows, got 403",
    ),
}


def test_without_a_fault_nothing_is_broken(furnished: Furnished) -> None:
    targets = {target for _, _, about, _ in FAULTS.values() for target in about}
    assert "\n".join(furnished.broken(try_matrix, *targets)) == ""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_database_is_named(furnished: Furnished, fault: str) -> None:
    statement, back, targets, said = FAULTS[fault]
    with furnished.with_fault(statement, back):
        found = furnished.broken(try_matrix, *targets)
    assert any(said in sentence for sentence in found), found


def test_faults_of_realtime_are_named(furnished: Furnished) -> None:
    with (
        furnished.with_open_policy("realtime.messages", "helpdesk: nobody listens to more"),
        furnished.with_fault(OPEN, "drop policy everything on realtime.messages"),
    ):
        found = furnished.broken(try_topics)
    assert any("[helpdesk:admin] · a customer: expected a refusal, got success" in one for one in found), found
    assert furnished.broken(try_topics) == []


def test_announcements_on_a_public_channel_are_named(furnished: Furnished) -> None:
    with psycopg.connect(furnished.helpdesk.db_url, autocommit=True) as db:
        [source] = db.execute(
            "select pg_get_functiondef(oid) from pg_proc "
            "where pronamespace = 'helpdesk_private'::regnamespace and prosrc like '%realtime.send(%'"
        ).fetchone() or [""]
        head, call, tail = str(source).partition("realtime.send(")
        assert call
        # Its last argument is whether the channel is private.
        assert "true" in tail
        db.execute(sql.SQL(f"{head}{call}{tail.replace('true', 'false', 1)}"))
        try:
            found = furnished.broken(try_topics)
        finally:
            db.execute(sql.SQL(source))
    assert any(one.startswith("Nothing is announced on a public channel") for one in found), found
    assert any(one.startswith("What happens on a ticket is announced to its requester") for one in found), found


def test_a_public_bucket_is_named(furnished: Furnished) -> None:
    with furnished.with_fault(
        "update storage.buckets set public = true where id = 'helpdesk-attachments'",
        "update storage.buckets set public = false where id = 'helpdesk-attachments'",
    ):
        found = furnished.broken(try_files)
    assert any("The bucket of the attachments is private" in sentence for sentence in found), found


def test_open_policies_of_storage_are_named(furnished: Furnished) -> None:
    with (
        furnished.with_open_policy("storage.objects", "helpdesk: nobody downloads more"),
        furnished.with_open_policy("storage.objects", "helpdesk: people download the checked files they see"),
    ):
        found = furnished.broken(try_files)
    for said in ("Nobody downloads a file before its check", "Only those who see the message", "Nobody lists files"):
        assert any(sentence.startswith(said) for sentence in found), found
    assert furnished.broken(try_files) == []


def test_a_project_that_refuses_what_must_be_possible_is_not_verified(helpdesk: Helpdesk) -> None:
    with psycopg.connect(helpdesk.db_url, autocommit=True) as db:
        db.execute("revoke execute on function helpdesk.add_note from authenticated")
        try:
            with pytest.raises(VerificationError, match=r"agent: POST /rpc/add_note.*42501"):
                verify(helpdesk.url, helpdesk.publishable_key, helpdesk.secret_key)
        finally:
            db.execute("grant execute on function helpdesk.add_note to authenticated")
        left = db.execute("select count(*) from helpdesk.users where email like '%throwaway%'").fetchone()
    assert left == (0,)


@pytest.mark.parametrize(("table", "left"), [("teams", "throw-away teams"), ("users", "files of throw-away people")])
def test_what_cannot_be_looked_up_is_named_as_left(furnished: Furnished, table: str, left: str) -> None:
    place = sql.Identifier("helpdesk", table)
    with psycopg.connect(furnished.helpdesk.db_url, autocommit=True) as db:
        db.execute(sql.SQL("revoke select on {} from service_role").format(place))
        try:
            done = clean_up(furnished.project)
        finally:
            db.execute(sql.SQL("grant select on {} to service_role").format(place))
    assert any(one.startswith(f"{left}, which cannot be looked up: 403") for one in done.left), done.left


@pytest.mark.parametrize("url", ["https://abc.supabase.co", "https://localhost.example.com", "http://127.0.0.1.nip.io"])
def test_a_project_elsewhere_may_be_production(url: str) -> None:
    with pytest.raises(VerificationError, match="may be production"):
        verify(url, "sb_publishable_x", "sb_secret_x")
    with pytest.raises(VerificationError, match="may be production"):
        remove_leftovers(url, "sb_secret_x")


def test_keys_are_not_mixed_up() -> None:
    for publishable, secret in (("sb_secret_x", "sb_secret_y"), ("sb_publishable_x", "sb_publishable_y")):
        with pytest.raises(ConfigurationError):
            verify("http://127.0.0.1:1", publishable, secret)
