"""What would go wrong if a rule of the files were taken away: policies on Storage, and the functions behind them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, LiteralString

from psycopg import sql
from tests.db.mutations import Mutation
from tests.db.people import Db, value

_ABOUT = ("attachment_storage",)
_GIVEN: dict[str, LiteralString] = {
    # Another policy holds the same door: who may not see a row cannot change it, and each right is granted twice.
    "helpdesk: nobody changes a file": "helpdesk: nobody downloads more",
    "helpdesk: nobody removes a file": "helpdesk: nobody downloads more",
    "helpdesk: people download the checked files they see": "helpdesk: nobody downloads more",
    "helpdesk: people upload the files they have reserved": "helpdesk: nobody uploads more",
}

_RULES: dict[str, dict[str, tuple[LiteralString, LiteralString]]] = {
    "attachment_of_key(text)": {
        "a key may have something before it": ("'^tickets/", "'tickets/"),
        "the ticket in the key is any ticket": (" and a.ticket_id = v_parts[2]::uuid", ""),
    },
    "may_upload(text)": {
        "in any state": ("v_attachment.state = 'reserved' and", ""),
        "a reservation never ends": ("v_attachment.expires_at > now()", "true"),
        "also without the ticket": ("and helpdesk_private.sees_attachment(v_attachment)", ""),
    },
    "may_download(text, uuid)": {
        "before the check": ("v_attachment.state = 'clean'", "v_attachment.state in ('clean', 'uploaded')"),
        "after a rejection": ("v_attachment.state = 'clean'", "v_attachment.state in ('clean', 'rejected')"),
        "unchecked files, though the check is required": (
            "and not (select s.attachment_require_check from helpdesk.settings as s)",
            "",
        ),
        "another object under the same key": ("and c.object_id = p_object_id", ""),
        "files of others": ("and helpdesk_private.sees_attachment(v_attachment)", ""),
    },
    "sees_attachment(helpdesk.attachments)": {
        "requesters see the files of notes": (
            " or (v_role = 'customer' and p_attachment.placement = 'note')",
            "",
        ),
        "drafts are everybody's": ("p_attachment.placement = 'ticket' or", "true or"),
        "uploaders do not see their drafts": ("or p_attachment.uploaded_by = helpdesk_private.me() then", "then"),
    },
    "too_many_files(uuid, uuid, bigint)": {
        "a ticket has any number of files": ("if v_files >= v_settings.attachment_max_per_ticket", "if false"),
        "a ticket has any number of bytes": ("elsif v_bytes + p_size >", "elsif false and v_bytes + p_size >"),
        "a person has any number of drafts": (">= 50", ">= 5000"),
    },
    "finish_attachment(uuid)": {
        "whoever uploaded it": ("when v_object.login <> coalesce(v_login, '') then 'not_the_uploader'", ""),
        "of any size": ("when v_object.size is distinct from v_attachment.size then 'size_mismatch'", ""),
        "of any type": (
            "when v_object.content_type is distinct from v_attachment.content_type then 'type_mismatch'",
            "",
        ),
        "at any time": ("when v_attachment.expires_at < now() then 'too_late'", "when false then ''"),
    },
    "settle_attachment(uuid,text,text,text,bigint,text)": {
        "a lost file is clean": ("when not helpdesk_private.object_is_there(v_attachment) then 'file_lost'", ""),
        "a file of another size is clean": ("when p_size is distinct from v_attachment.size then 'size_mismatch'", ""),
        "what was rejected becomes clean": (
            "not in ('uploaded', 'unchecked', 'clean') then",
            "not in ('uploaded', 'unchecked', 'clean', 'rejected') then",
        ),
    },
    "clean_file_name(text, text[])": {
        "a name may be a path": ("'^.*[/\\\\]'", "'^$'"),
        "a name may have any extension": ("v_extension := p_extensions[1];", "null;"),
    },
}


def all_of_them(db: Db) -> Iterator[Mutation]:
    """Every policy of ours on Storage, and every rule in the functions behind them."""
    yield from _policies(db)
    for function, changes in _RULES.items():
        source = str(value(db, "select pg_get_functiondef(%s::regprocedure)", f"helpdesk_private.{function}"))
        for name, (old, new) in changes.items():
            if old not in source:
                raise ValueError(f"{function} no longer says {old!r}: change this list with it")
            about = (*_ABOUT, "attachments", "attachment_checks")
            yield Mutation(f"files: {function.partition('(')[0]}: {name}", about, _said(source.replace(old, new)))


def _policies(db: Db) -> Iterator[Mutation]:
    rows = db.execute(
        "select * from pg_policies where schemaname = 'storage' and policyname like 'helpdesk: %' order by policyname"
    ).fetchall()
    for row in rows:
        table, policy = sql.Identifier("storage", row["tablename"]), sql.Identifier(row["policyname"])
        drop = sql.SQL("drop policy {} on {}").format(policy, table)
        yield Mutation(f'files: drop policy "{row["policyname"]}"', _ABOUT, drop, _given(row))
        clause = "using (true)" if row["with_check"] is None else "with check (true)"
        opened = sql.SQL("alter policy {} on {} ").format(policy, table) + _said(clause)
        yield Mutation(f'files: open policy "{row["policyname"]}"', _ABOUT, opened, _given(row))


def _given(row: dict[str, Any]) -> sql.Composed | None:
    other = _GIVEN.get(row["policyname"])
    return sql.SQL("drop policy {} on storage.objects").format(sql.Identifier(other)) if other else None


def _said(text: str) -> sql.Composed:
    return sql.Composed([sql.SQL(text)])
