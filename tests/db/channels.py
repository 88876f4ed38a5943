"""Who may join which channel, as a table; and how to ask the database that, the way Supabase Realtime does."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import LiteralString
from uuid import uuid4

from psycopg import sql
from tests.db.people import Db, Person, value

from helpdesk_sdk.verification.channels import EVERYBODY, NONE_OF_OURS, OURS, ROBOT, THEIRS, expected, named

__all__ = ["EVERYBODY", "NONE_OF_OURS", "OPEN", "OURS", "ROBOT", "THEIRS", "expected", "found", "let_in", "named"]
__all__ += ["rights", "speak_as"]

OPEN: LiteralString = "create policy everything on realtime.messages for all to public using (true) with check (true)"
"""What a host may have done: open every channel to everybody."""

_EXTENSIONS = {"broadcast": "b", "presence": "p", "postgres_changes": "c"}


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
