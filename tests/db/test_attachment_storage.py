"""The objects of Storage, as Storage asks the database about them: every person, every state, every verb, whatever the
policies of the host say."""

from __future__ import annotations

from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest
from tests.db.people import (
    ADMIN,
    AGENT,
    ANONYMOUS,
    CUSTOMER,
    GONE,
    LEFT,
    NOBODY,
    OTHER,
    STRANGER,
    Db,
    Person,
    as_person,
    be,
    one,
    value,
)
from tests.db.world import World, filed

EVERYBODY = (ANONYMOUS, NOBODY, GONE, LEFT, CUSTOMER, OTHER, AGENT, STRANGER, ADMIN)
OPEN: LiteralString = """
create policy everything on storage.objects for all to public using (true) with check (true);
create policy everything on storage.buckets for all to public using (true) with check (true);
"""
"""What a host may have done: open every bucket to everybody."""
INSERT: LiteralString = (
    "insert into storage.objects (bucket_id, name, owner_id) values ('helpdesk-attachments', %s, auth.uid()::text)"
)
STATES = ("reserved", "uploaded", "clean", "rejected", "expired", "deleted", "unchecked")


HOSTS: dict[str, LiteralString] = {"own": "select", "open": OPEN}
"""The policies of the host: its own, or some that open everything."""
everywhere = pytest.mark.parametrize("host", HOSTS)


def key(world: World, ticket: str, file: str) -> str:
    """The name of a file's object."""
    return f"tickets/{world[ticket]}/{world[file]}"


def sees(db: Db, person: Person, name: str) -> bool:
    """Whether Storage would download, sign or list the object for the person."""
    with as_person(db, person):
        found = db.execute("select from storage.objects where name = %s", (name,)).fetchall()
        listed = db.execute("select from storage.objects where bucket_id = 'helpdesk-attachments'").fetchall()
        assert len(listed) >= len(found)
        return bool(found)


def uploads(db: Db, person: Person, name: str) -> bool:
    """Whether Storage would take a new object from the person."""
    try:
        with as_person(db, person):
            db.execute(INSERT, (name,))
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def changes(db: Db, person: Person, statement: LiteralString, *args: object) -> bool:
    """Whether a statement of the person changes any row."""
    try:
        with as_person(db, person):
            db.execute("select set_config('storage.allow_delete_query', 'true', true)")
            return db.execute(statement, args).rowcount > 0
    except psycopg.errors.InsufficientPrivilege:
        return False


READERS = {
    # ticket, file: who downloads it
    ("answered", "answer file"): {CUSTOMER, AGENT, ADMIN},
    ("theirs", "their file"): {OTHER, STRANGER, ADMIN},
    ("answered", "note file"): {AGENT, ADMIN},
    ("agents", "agents file"): {STRANGER, ADMIN},
    ("mine", "draft file"): set(),
    ("lent", "lent file"): set(),
}


@everywhere
def test_clean_files_are_for_those_who_see_them(db: Db, world: World, host: str) -> None:
    db.execute(HOSTS[host])
    for (ticket, file), readers in READERS.items():
        found = {person for person in EVERYBODY if sees(db, person, key(world, ticket, file))}
        assert found == readers, file


def given(db: Db, file: str, state: str) -> None:
    """Put the file into a state, however it may have come there."""
    db.execute(
        "update helpdesk.attachments set state = %s, expires_at = now() + interval '1 day' where attachment_id = %s",
        (state, file),
    )


@everywhere
@pytest.mark.parametrize("state", STATES)
def test_nobody_downloads_a_file_that_is_not_clean(db: Db, world: World, host: str, state: str) -> None:
    db.execute(HOSTS[host])
    given(db, world["answer file"], state)
    name = key(world, "answered", "answer file")
    expected = {CUSTOMER, AGENT, ADMIN} if state == "clean" else set()
    assert {person for person in EVERYBODY if sees(db, person, name)} == expected


def test_without_a_check_unchecked_files_are_downloaded(db: Db, world: World) -> None:
    given(db, world["answer file"], "unchecked")
    db.execute("update helpdesk.settings set attachment_require_check = false")
    name = key(world, "answered", "answer file")
    assert {person for person in EVERYBODY if sees(db, person, name)} == {CUSTOMER, AGENT, ADMIN}
    given(db, world["answer file"], "uploaded")
    assert not any(sees(db, person, name) for person in EVERYBODY)


@everywhere
def test_a_file_that_was_not_sent_is_its_uploaders(db: Db, world: World, host: str) -> None:
    db.execute(HOSTS[host])
    for placement in ("message", "note"):
        name = f"tickets/{world['mine']}/{filed(db, world['mine'], AGENT, placement, 'clean')}"
        assert {person for person in EVERYBODY if sees(db, person, name)} == {AGENT}


@everywhere
def test_another_object_under_the_key_of_a_clean_file_is_not_downloaded(db: Db, world: World, host: str) -> None:
    db.execute(HOSTS[host])
    name = key(world, "answered", "answer file")
    db.execute("update storage.objects set id = gen_random_uuid() where name = %s", (name,))
    assert not any(sees(db, person, name) for person in EVERYBODY)


@everywhere
def test_a_right_that_ends_takes_the_files_along(db: Db, world: World, host: str) -> None:
    db.execute(HOSTS[host])
    name = key(world, "answered", "answer file")
    for statement, gone in (
        ("select helpdesk.transfer_ticket({answered}, {vault})", AGENT),
        ("select helpdesk.deactivate_user({customer})", CUSTOMER),
        ("select helpdesk.set_user_role({agent}, 'customer')", AGENT),
        ("delete from helpdesk.team_members where user_id = {agent}", None),
    ):
        with db.transaction(force_rollback=True):
            with be(db, ADMIN):
                db.execute(statement.format(**{name: f"'{id}'" for name, id in world.items()}).encode())
            readers = {person for person in EVERYBODY if sees(db, person, name)}
            # The agent is the ticket's assignee, whatever their teams.
            assert readers & {CUSTOMER, AGENT, ADMIN} == {CUSTOMER, AGENT, ADMIN} - {gone}


@everywhere
def test_the_assistant_sees_no_files(db: Db, world: World, host: str) -> None:
    db.execute(HOSTS[host])
    db.execute(
        "update helpdesk.users set role = 'assistant' where user_id = any(%s)", ([world["agent"], world["admin"]],)
    )
    for ticket, file in READERS:
        for person in (AGENT, ADMIN):
            assert not sees(db, person, key(world, ticket, file)), file
            with as_person(db, person):
                assert db.execute("select from helpdesk.attachments").fetchall() == []


@everywhere
@pytest.mark.parametrize("state", STATES)
def test_who_has_reserved_a_key_uploads_to_it_once(db: Db, world: World, host: str, state: str) -> None:
    db.execute(HOSTS[host])
    given(db, world["reserved file"], state)
    name = key(world, "mine", "reserved file")
    assert {person for person in EVERYBODY if uploads(db, person, name)} == (
        {CUSTOMER} if state == "reserved" else set()
    )
    if state == "reserved":
        with be(db, CUSTOMER):
            db.execute(INSERT, (name,))
            with pytest.raises(psycopg.errors.UniqueViolation), db.transaction():
                db.execute(INSERT, (name,))


@everywhere
def test_a_reservation_ends(db: Db, world: World, host: str) -> None:
    db.execute(HOSTS[host])
    name = key(world, "mine", "reserved file")
    db.execute("update helpdesk.attachments set expires_at = now() where expires_at is not null")
    assert not uploads(db, CUSTOMER, name)


@everywhere
def test_who_loses_the_ticket_cannot_upload_any_more(db: Db, world: World, host: str) -> None:
    db.execute(HOSTS[host])
    file = filed(db, world["answered"], AGENT, "message", "reserved")
    name = f"tickets/{world['answered']}/{file}"
    assert uploads(db, AGENT, name)
    with be(db, ADMIN):
        db.execute("select helpdesk.transfer_ticket(%s, %s)", (world["answered"], world["vault"]))
    assert not uploads(db, AGENT, name)


@everywhere
def test_no_other_key_is_taken(db: Db, world: World, host: str) -> None:
    db.execute(HOSTS[host])
    right = key(world, "mine", "reserved file")
    wrong = (
        *(f"{right}/x", f"/{right}", f"{right}\n", f"x\n{right}", f"{right} ", right.upper(), f"./{right}", ""),
        *(f"tickets/{world['theirs']}/{world['reserved file']}", f"tickets/../{right}", right.replace("-", "")),
        *(f"tickets/{world['mine']}/{uuid4()}", f"tickets/{world['mine']}", "x" * 10_000, "tickets/%/%"),
    )
    for name in wrong:
        assert not uploads(db, CUSTOMER, name), name


@everywhere
@pytest.mark.parametrize("state", STATES)
def test_nobody_overwrites_moves_or_removes_a_file(db: Db, world: World, host: str, state: str) -> None:
    db.execute(HOSTS[host])
    given(db, world["answer file"], state)
    name = key(world, "answered", "answer file")
    db.execute("insert into storage.buckets (id, name) values ('theirs', 'theirs')")
    db.execute("insert into storage.objects (bucket_id, name) values ('theirs', 'a.png')")
    for person in EVERYBODY:
        assert not changes(db, person, "update storage.objects set metadata = '{}' where name = %s", name)
        assert not changes(db, person, "update storage.objects set name = 'x' where name = %s", name)
        assert not changes(db, person, "update storage.objects set bucket_id = 'theirs' where name = %s", name)
        assert not changes(db, person, "delete from storage.objects where name = %s", name)
        # Nor is one brought in from elsewhere.
        assert not changes(
            db,
            person,
            "update storage.objects set bucket_id = 'helpdesk-attachments', name = %s where name = 'a.png'",
            key(world, "mine", "reserved file"),
        )
        assert not changes(db, person, "update storage.buckets set public = true where id = 'helpdesk-attachments'")
        assert not changes(db, person, "delete from storage.buckets where id = 'helpdesk-attachments'")


def test_what_is_the_hosts_is_the_hosts(db: Db) -> None:
    before = value(db, "select count(*) from storage.objects where bucket_id = 'theirs'")
    db.execute(OPEN)
    db.execute("insert into storage.buckets (id, name) values ('theirs', 'theirs')")
    mine: LiteralString = "insert into storage.objects (bucket_id, name) values ('theirs', %s)"
    db.execute(mine, ("tickets/1",))
    for person in EVERYBODY:
        assert changes(db, person, mine, f"of {person}")
        assert changes(db, person, "update storage.objects set name = 'x' where name = 'tickets/1'")
        assert changes(db, person, "delete from storage.objects where name = 'tickets/1'")
        assert changes(db, person, "update storage.buckets set public = true where id = 'theirs'")
        with as_person(db, person):
            row = one(db, "select count(*) as n from storage.objects where bucket_id = 'theirs'")
            assert row["n"] == before + 1
