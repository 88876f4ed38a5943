"""Who may join which channel, as a table; and how to ask the database that, the way Supabase Realtime does."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import LiteralString
from uuid import uuid4

from psycopg import sql
from tests.db.matrix import ORDER
from tests.db.people import Db, Person, value
from tests.db.world import World

ROBOT = Person("robot", "host_robot", None)
"""A database role of the host's own, which it lets use Realtime."""
EVERYBODY = (*ORDER, ROBOT)

OPEN: LiteralString = "create policy everything on realtime.messages for all to public using (true) with check (true)"
"""What a host may have done: open every channel to everybody."""

_ABSENT = "- - - - | - - | - - | - | * -"
_ADMIN = "- - - - | - - | - - | b | * -"
OURS: dict[str, str] = {
    # topic: rights of anonymous, nobody, gone, left | customer, other | agent, stranger | admin | service, robot
    "helpdesk:ticket:{mine}": "- - - - | b - | b - | b | * -",
    "helpdesk:ticket:{mine}:staff": "- - - - | - - | s - | s | * -",
    "helpdesk:ticket:{theirs}": "- - - - | - b | - b | b | * -",
    "helpdesk:ticket:{theirs}:staff": "- - - - | - - | - s | s | * -",
    "helpdesk:ticket:{lent}": "- - - - | - b | b b | b | * -",
    "helpdesk:ticket:{lent}:staff": "- - - - | - - | s s | s | * -",
    "helpdesk:ticket:{agents}": "- - - - | - - | b b | b | * -",
    "helpdesk:ticket:{agents}:staff": "- - - - | - - | - s | s | * -",
    "helpdesk:ticket:{gones}": "- - - - | - - | - b | b | * -",
    "helpdesk:ticket:{nothing}": _ABSENT,
    "helpdesk:ticket:{nothing}:staff": _ABSENT,
    "helpdesk:team:{desk}": "- - - - | - - | b - | b | * -",
    "helpdesk:team:{vault}": "- - - - | - - | - b | b | * -",
    "helpdesk:team:{empty}": _ADMIN,
    "helpdesk:team:{nothing}": _ABSENT,
    "helpdesk:user:{customer}": "- - - - | b - | - - | - | * -",
    "helpdesk:user:{agent}": "- - - - | - - | b - | - | * -",
    "helpdesk:user:{admin}": _ADMIN,
    "helpdesk:user:{gone}": _ABSENT,
    "helpdesk:user:{left}": _ABSENT,
    "helpdesk:user:{nothing}": _ABSENT,
    "helpdesk:staff": "- - - - | - - | b b | b | * -",
    "helpdesk:admin": _ADMIN,
}
NONE_OF_OURS = (
    "helpdesk:",
    "helpdesk:ticket:",
    "helpdesk:ticket:*",
    "helpdesk:ticket:%",
    "helpdesk:*",
    "helpdesk:ticket:{MINE}",
    "helpdesk:ticket:{mine}\n",
    "helpdesk:ticket:{mine}\nhelpdesk:admin",
    "helpdesk:ticket:{mine} ",
    "helpdesk:ticket:{mine}:staff:staff",
    "helpdesk:ticket:{mine}:STAFF",
    "helpdesk:ticket:{mine}:other",
    "helpdesk:ticket:{mine},{theirs}",
    "helpdesk:ticket:{{{mine}}}",
    "helpdesk:ticket:1",
    "helpdesk:ticket:{mine}' or true --",
    "helpdesk:ticket:{theirs}'; drop table realtime.messages; --",
    "helpdesk:ticket:" + "0" * 10_000,
    "helpdesk:team:{desk}:staff",
    "helpdesk:user:{agent}:staff",
    "helpdesk:user:{customer}:staff",
    "helpdesk:admin:staff",
    "helpdesk:staff:staff",
    "helpdesk:staff\n",
    "helpdesk:staff:{agent}",
    "helpdesk:admin\n",
    "helpdesk:event:{mine}",
)
"""Topics that begin like ours and are none: shut to everybody, whatever the host says."""
THEIRS = (
    *("room:1", "", " ", "helpdesk", "Helpdesk:admin", "\nhelpdesk:admin", "ticket:{mine}", "*", "x" * 10_000),
    *("xhelpdesk:ticket:{mine}", "xhelpdesk:admin", " helpdesk:ticket:{mine}:staff"),
)
"""Topics of the host, however much they look like ours."""

_EXTENSIONS = {"broadcast": "b", "presence": "p", "postgres_changes": "c"}
_WORDS = {"-": "", "s": "bpP", "*": "bpcBPC"}


def expected(row: str) -> dict[str, str]:
    """A row of the table: to each person the rights that `rights` would find."""
    tokens = row.replace("|", " ").split()
    return {person.name: _WORDS.get(token, token) for person, token in zip(EVERYBODY, tokens, strict=True)}


def named(topic: str, world: World) -> str:
    """The topic with ids for the names in it; a name in capitals stands for an id in capitals."""
    return topic.format_map(world | {"MINE": world["mine"].upper()})


def let_in(db: Db, *, everything: bool) -> None:
    """Make the host's own role, and, if so wanted, its policy that opens every channel."""
    db.execute("create role host_robot nologin; grant host_robot to authenticator")
    db.execute("grant usage on schema realtime to host_robot")
    db.execute("grant all on realtime.messages to host_robot, anon, authenticated, service_role")
    if everything:
        db.execute(OPEN)


def found(db: Db, topic: str, people: Iterable[Person] = EVERYBODY) -> dict[str, str]:
    """To each person what they may do on the channel."""
    return {person.name: rights(db, person, topic) for person in people}


def rights(db: Db, person: Person, topic: str, channel: str | None = None) -> str:
    """What Realtime finds that somebody may do: hear `b`roadcasts, `p`resence, `c`hanges; in capitals: send them.

    Args:
        topic: that of the rows tried.
        channel: what `realtime.topic()` says, where that is something else.
    """
    with db.transaction(force_rollback=True):
        probes = {str(uuid4()): extension for extension in _EXTENSIONS}
        rows = [sql.SQL("({}, {}, {})").format(id, topic, extension) for id, extension in probes.items()]
        # Rows to read are there before the role is taken on; those to write are tried after, each undone if refused.
        db.execute(sql.SQL("insert into realtime.messages (id, topic, extension) values ") + sql.SQL(", ").join(rows))
        speak_as(db, person, topic if channel is None else channel)
        read = db.execute(
            "select id::text from realtime.messages where id = any(%s::uuid[])", (list(probes),)
        ).fetchall()
        db.execute(sql.SQL(_WRITE).format(topic=topic))
        said = set(value(db, "select current_setting('probe.wrote')").split())
    heard = {probes[row["id"]] for row in read}
    return "".join(letter for name, letter in _EXTENSIONS.items() if name in heard) + "".join(
        letter.upper() for name, letter in _EXTENSIONS.items() if name in said
    )


def speak_as(db: Db, person: Person, channel: str | None, **claims: object) -> None:
    """Take on role, claims and channel for the transaction, as Realtime does before it asks."""
    token = json.dumps({"role": person.database_role, "exp": 4102444800, **claims})
    db.execute(
        sql.SQL(
            "select set_config('request.jwt.claims', ({}::jsonb || coalesce("
            "(select jsonb_build_object('sub', id) from auth.users where email = {}), '{{}}'))::text, true); "
            "select set_config('request.jwt.claim.sub', current_setting('request.jwt.claims')::jsonb ->> 'sub', true), "
            "set_config('request.jwt.claim.role', {}, true), set_config('request.headers', '{{}}', true), "
            "set_config('realtime.topic', {}, true), set_config('role', {}, true)"
        ).format(token, person.email, person.database_role, channel, person.database_role)
    )


_WRITE: LiteralString = """
do $probe$
declare
  v_extension text;
  v_wrote text := '';
begin
  foreach v_extension in array array['broadcast', 'presence', 'postgres_changes'] loop
    begin
      insert into realtime.messages (id, topic, extension) values (gen_random_uuid(), {topic}, v_extension);
      v_wrote := v_wrote || ' ' || v_extension;
    exception when insufficient_privilege then
      null;
    end;
  end loop;
  perform set_config('probe.wrote', v_wrote, true);
end
$probe$"""
