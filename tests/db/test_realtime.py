"""Live channels: who may join ours and who may speak, whatever the host's policies; and the host's work as ever."""

from __future__ import annotations

from typing import LiteralString

import psycopg
import pytest
from tests.db.channels import (
    NONE_OF_OURS,
    OURS,
    ROBOT,
    THEIRS,
    expected,
    found,
    let_in,
    named,
    rights,
    speak_as,
)
from tests.db.people import ADMIN, AGENT, ANONYMOUS, CUSTOMER, OTHER, STRANGER, Db, Person, as_person, be, value
from tests.db.world import World

NOBODY_BUT_THE_SERVER = expected("- - - - | - - | - - | - | * -")


def label(topic: str) -> str:
    return repr(topic)[1:60]


@pytest.mark.parametrize("everything", [False, True], ids=["", "though the host opens everything"])
@pytest.mark.parametrize("topic", OURS, ids=label)
def test_a59_a60_who_may_join_a_channel_of_ours(db: Db, world: World, topic: str, everything: bool) -> None:
    let_in(db, everything=everything)
    assert found(db, named(topic, world)) == expected(OURS[topic])


@pytest.mark.parametrize("topic", NONE_OF_OURS, ids=label)
def test_a59_what_only_begins_like_ours_is_shut_though_the_host_opens_everything(
    db: Db, world: World, topic: str
) -> None:
    let_in(db, everything=True)
    assert found(db, named(topic, world)) == NOBODY_BUT_THE_SERVER


@pytest.mark.parametrize("topic", THEIRS, ids=label)
def test_a_hosts_channels_are_as_shut_as_before(db: Db, world: World, topic: str) -> None:
    let_in(db, everything=False)
    assert found(db, named(topic, world)) == NOBODY_BUT_THE_SERVER


@pytest.mark.parametrize("topic", THEIRS, ids=label)
def test_a_hosts_channels_are_as_open_as_before(db: Db, world: World, topic: str) -> None:
    let_in(db, everything=True)
    assert found(db, named(topic, world)) == expected("* * * * | * * | * * | * | * *")


def test_a_hosts_finer_policies_say_what_they_said(db: Db, world: World) -> None:
    let_in(db, everything=False)
    db.execute(
        "create policy hear on realtime.messages for select to anon, authenticated using (realtime.topic() = 'room:1')"
    )
    db.execute(
        "create policy speak on realtime.messages for insert to host_robot "
        "with check (topic = 'room:1' and extension = 'broadcast')"
    )
    assert found(db, "room:1") == expected("bpc bpc bpc bpc | bpc bpc | bpc bpc | bpc | * B")
    assert found(db, "room:2") == NOBODY_BUT_THE_SERVER


DIFFERENT = (
    # The topic of the row, and the one that realtime.topic() gives.
    ("helpdesk:ticket:{mine}", "helpdesk:ticket:{theirs}"),
    ("helpdesk:ticket:{theirs}", "helpdesk:ticket:{mine}"),
    ("helpdesk:ticket:{mine}:staff", "helpdesk:ticket:{mine}"),
    ("helpdesk:ticket:{mine}", "helpdesk:ticket:{mine}:staff"),
    ("helpdesk:ticket:{mine}:staff", "helpdesk:ticket:{theirs}:staff"),
    ("helpdesk:ticket:{mine}", "room:1"),
    ("room:1", "helpdesk:ticket:{mine}"),
    ("helpdesk:ticket:{mine}:staff", "room:1"),
    ("room:1", "helpdesk:ticket:{mine}:staff"),
    ("room:1", "helpdesk:ticket:{theirs}"),
    ("helpdesk:ticket:{theirs}", "room:1"),
    ("helpdesk:ticket:{mine}", ""),
    ("helpdesk:ticket:{mine}:staff", ""),
    ("", "helpdesk:admin"),
    ("room:1", "helpdesk:nothing of ours"),
)


@pytest.mark.parametrize("person", [CUSTOMER, AGENT, ADMIN, ANONYMOUS, ROBOT], ids=str)
@pytest.mark.parametrize(("topic", "channel"), DIFFERENT)
def test_a_row_that_is_not_of_the_channel_opens_nothing(
    db: Db, world: World, topic: str, channel: str, person: Person
) -> None:
    let_in(db, everything=True)
    assert rights(db, person, named(topic, world), named(channel, world)) == ""


def test_a_role_of_the_hosts_with_the_rights_of_people_who_are_signed_in_is_none_of_them(db: Db, world: World) -> None:
    let_in(db, everything=True)
    db.execute("grant authenticated to host_robot")
    login = value(db, "select id::text from auth.users where email = %s", AGENT.email)
    topic = named("helpdesk:ticket:{mine}", world)
    db.execute("insert into realtime.messages (topic, extension) values (%s, 'broadcast')", (topic,))
    for person, heard in ((AGENT, True), (ROBOT, False)):
        with db.transaction(force_rollback=True):
            speak_as(db, person, topic, sub=login)
            assert value(db, "select count(*) > 0 from realtime.messages where topic = %s", topic) is heard


CHANGES: dict[str, LiteralString] = {
    "say something else": "update realtime.messages set payload = '{}' where topic = %s",
    "say it elsewhere": "update realtime.messages set topic = 'room:1' where topic = %s",
    "take it back": "delete from realtime.messages where topic = %s",
}


@pytest.mark.parametrize("person", [CUSTOMER, AGENT, ADMIN, ANONYMOUS, ROBOT], ids=str)
@pytest.mark.parametrize("what", CHANGES)
def test_nobody_changes_what_was_said(db: Db, world: World, what: str, person: Person) -> None:
    let_in(db, everything=True)
    ours = named("helpdesk:ticket:{mine}", world)
    tries = ((ours, ours, 0), (ours, "room:2", 0), (ours, "", 0), ("room:2", ours, 0), ("room:2", "room:2", 1))
    for topic, channel, changed in tries:
        with db.transaction(force_rollback=True):
            db.execute("insert into realtime.messages (topic, extension) values (%s, 'broadcast')", (topic,))
            speak_as(db, person, channel)
            assert db.execute(CHANGES[what], (topic,)).rowcount == changed


@pytest.mark.parametrize("person", [CUSTOMER, AGENT, ADMIN, ANONYMOUS, ROBOT], ids=str)
@pytest.mark.parametrize("channel", ["room:1", "helpdesk:admin"])
def test_nobody_slips_a_message_of_theirs_into_our_channel(db: Db, person: Person, channel: str) -> None:
    let_in(db, everything=True)
    db.execute("insert into realtime.messages (topic, extension) values ('room:1', 'broadcast')")
    before = value(db, "select count(*) from realtime.messages where topic = 'helpdesk:admin'")
    with db.transaction(force_rollback=True):
        speak_as(db, person, channel)
        try:
            with db.transaction():
                db.execute("update realtime.messages set topic = 'helpdesk:admin' where topic = 'room:1'")
        except psycopg.errors.InsufficientPrivilege:
            pass
        db.execute("reset role")
        assert value(db, "select count(*) from realtime.messages where topic = 'helpdesk:admin'") == before


@pytest.mark.parametrize("person", [AGENT, ADMIN], ids=str)
def test_who_may_be_present_may_not_speak_as_somebody_who_is(db: Db, world: World, person: Person) -> None:
    # Realtime delivers every row that has an event, whatever its extension.
    let_in(db, everything=True)
    topic = named("helpdesk:ticket:{mine}:staff", world)
    speak_as(db, person, topic)
    db.execute("insert into realtime.messages (topic, extension) values (%s, 'presence')", (topic,))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(
            "insert into realtime.messages (topic, extension, private, event, payload) "
            "values (%s, 'presence', true, 'note.created', '{}')",
            (topic,),
        )


@pytest.mark.parametrize("person", [CUSTOMER, AGENT, ADMIN, ANONYMOUS, ROBOT], ids=str)
def test_a60_nobody_speaks_through_the_functions_of_realtime(db: Db, world: World, person: Person) -> None:
    let_in(db, everything=True)
    before = value(db, "select count(*) from realtime.messages")
    for topic in ("helpdesk:ticket:{mine}", "helpdesk:ticket:{mine}:staff", "helpdesk:admin", "helpdesk:user:{admin}"):
        with be(db, person):
            db.execute("select realtime.send('{}', 'ticket.created', %s)", (named(topic, world),))
    assert value(db, "select count(*) from realtime.messages") == before
    with be(db, person):
        db.execute("select realtime.send('{}', 'hello', 'room:1')")
    assert value(db, "select count(*) from realtime.messages") == before + 1


def test_a61_who_left_a_team_or_was_deactivated_may_not_join_again(db: Db, world: World) -> None:
    let_in(db, everything=False)
    topics = [named(topic, world) for topic in ("helpdesk:team:{vault}", "helpdesk:ticket:{theirs}:staff")]
    assert [rights(db, STRANGER, topic) for topic in topics] == ["b", "bpP"]
    db.execute("delete from helpdesk.team_members where user_id = %s", (world["stranger"],))
    assert [rights(db, STRANGER, topic) for topic in topics] == ["", ""]
    db.execute("select helpdesk.deactivate_user(%s)", (world["other"],))
    topics = [named(topic, world) for topic in ("helpdesk:ticket:{theirs}", "helpdesk:user:{other}")]
    assert [rights(db, OTHER, topic) for topic in topics] == ["", ""]


def test_what_is_no_topic_is_no_channel(db: Db, world: World) -> None:
    with as_person(db, ADMIN):
        assert value(db, "select helpdesk_private.may_listen(null, 'broadcast')") is False
        topic = named("helpdesk:ticket:{mine}", world)
        assert not value(db, "select helpdesk_private.may_listen(%s, null)", topic)


def test_a62_nothing_of_ours_is_published(db: Db) -> None:
    rows = db.execute("select * from pg_publication_tables where schemaname like 'helpdesk%'").fetchall()
    assert rows == []
