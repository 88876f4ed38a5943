"""Locks and horizons taken away, on a copy of the world, and the tests with several connections that must notice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import psycopg
import pytest
from tests.db import (
    test_attacks_races,
    test_email_limits_races,
    test_links,
    test_mail_assignments,
    test_races,
    test_same_keys,
)
from tests.db.conftest import Server
from tests.db.mailing import add_channels
from tests.db.people import AGENT, Db
from tests.db.world import World


class Test(Protocol):
    """A test that works in a database of its own."""

    __name__: str

    def __call__(self, pg: Server, own: str, world: World) -> None:
        """Try."""


@dataclass(frozen=True)
class Mutation:
    """A piece of a function's source replaced.

    Attributes:
        name: what is done, in words.
        function: in the private schema.
        old, new: what is replaced, everywhere in the source, and by what.
        test: what must fail.
    """

    name: str
    function: str
    old: str
    new: str
    test: Test


def _links_at_once(pg: Server, own: str, world: World) -> None:
    test_links.test_two_links_at_once_close_no_circle(pg, own, world, "child_of")


def _edits_late(pg: Server, own: str, world: World) -> None:
    test_attacks_races.test_an_edit_that_waited_through_the_deactivation_of_its_author_changes_nothing(
        pg, own, world, "priority = 'urgent'"
    )


def _creates_in_a_team_that_goes(pg: Server, own: str, world: World) -> None:
    test_attacks_races.test_a_team_that_is_deleted_meanwhile_is_not_found(
        pg, own, world, AGENT, "select helpdesk.create_ticket('x', team_id => '{team}')"
    )


def _tags_late(pg: Server, own: str, world: World) -> None:
    test_attacks_races.test_a_tag_that_waited_until_the_right_was_lost_stays_as_it_was(
        pg,
        own,
        world,
        "insert into helpdesk.ticket_tags (ticket_id, tag) values ('{lent}', 'late')",
        "transfer_ticket('{lent}', '{empty}')",
    )


def _two_workers(limit: str, *senders: str) -> Test:
    """Two mails of strangers at once, of which the limit permits one."""

    def test(pg: Server, own: str, world: World) -> None:
        with pg.connect(own) as first, pg.connect(own) as second:
            add_channels(first, world)
            first.commit()
            test_email_limits_races.test_of_two_workers_the_second_counts_what_the_first_has_opened(
                (first, second), limit, (senders[0], senders[1])
            )

    test.__name__ = f"test_email_limits_races: {limit}"
    return test


def _a_key_is_not_awaited(function: str, call: str, case: str) -> Mutation:
    """The test of this case must see that a guard looks for a key without waiting for whoever writes it."""

    def test(pg: Server, own: str, world: World) -> None:
        if case in test_same_keys.REFUSED:
            test_same_keys.test_the_second_of_two_is_refused_with_our_reason(pg, own, world, case)
        else:
            test_same_keys.test_the_second_of_two_changes_nothing_where_a_repetition_does(pg, own, world, case)

    test.__name__ = f"test_same_keys: {case}"
    # A call of several lines stays a call: of something that does nothing.
    new = "" if call.endswith(";") else call.replace("helpdesk_private.await_key(", "concat(").replace("variadic", "")
    return Mutation(f"{case}: nobody waits for whoever writes the same", function, call, new, test)


MUTATIONS = [
    Mutation(
        "two mails of one stranger at once are not counted",
        "judge_amount",
        "perform helpdesk_private.await_key('email_openings_of', v_mailbox);",
        "",
        _two_workers("sender", "p@bomb.example", "p+1@bomb.example"),
    ),
    Mutation(
        "two mails of one domain at once are not counted",
        "judge_amount",
        "perform helpdesk_private.await_key('email_openings_of', '@' || v_domain);",
        "",
        _two_workers("domain", "p@bomb.example", "q@bomb.example"),
    ),
    Mutation(
        "two mails at one address at once are not counted",
        "judge_amount",
        "perform helpdesk_private.await_key('email_openings_at', v_id::text);",
        "null;",
        _two_workers("channel", "p@bomb.example", "p@other.example"),
    ),
    Mutation(
        "an assignment joins the mail of another request",
        "joins_assignment",
        "and e.details ->> 'operation' = pg_current_xact_id()::text",
        "or e.user_id = p_user.user_id",
        test_mail_assignments.test_two_requests_are_two_mails,
    ),
    _a_key_is_not_awaited(
        "await_key", "insert into helpdesk_private.awaited_keys (key) values (v_key);", "an article of a source"
    ),
    _a_key_is_not_awaited(
        "guard_article", "perform helpdesk_private.await_key('article', new.slug, new.locale);", "an article"
    ),
    _a_key_is_not_awaited(
        "guard_article",
        "perform helpdesk_private.await_key('article', new.external_id);",
        "an article of a source",
    ),
    _a_key_is_not_awaited(
        "guard_external_id", "perform helpdesk_private.await_key('ticket', p_external_id);", "a ticket of a source"
    ),
    _a_key_is_not_awaited(
        "guard_member",
        "perform helpdesk_private.await_key('member', new.user_id::text, new.team_id::text);",
        "a member",
    ),
    _a_key_is_not_awaited("guard_view", "perform helpdesk_private.await_key(\n    'view',", "a view of a team"),
    *(
        _a_key_is_not_awaited("await_key_of_row", "perform helpdesk_private.await_key(variadic", case)
        for case in ("a team", "a tag", "an exclusion")
    ),
    Mutation(
        "a creation does not wait for the ticket with its external id",
        "create_ticket",
        "perform helpdesk_private.await_key('ticket', p_new.external_id);",
        "",
        test_same_keys.test_of_two_tickets_of_a_source_with_the_same_content_there_is_one,
    ),
    Mutation(
        "a tag that waited for its ticket is not checked again",
        "lock_then_check",
        "if row_security_active(tg_relid) then",
        "if false then",
        _tags_late,
    ),
    Mutation(
        "a team may go while something is put into it",
        "lock_team",
        " for key share",
        "",
        _creates_in_a_team_that_goes,
    ),
    Mutation(
        "claims do not lock",
        "lock_next_ticket",
        "for update skip locked",
        "",
        test_races.test_f7_fifty_claims_at_once_never_give_a_ticket_twice,
    ),
    Mutation(
        "repeated claims do not wait for each other",
        "claim_next_ticket",
        "for update;",
        ";",
        test_races.test_repetitions_of_one_claim_at_once_give_one_ticket,
    ),
    Mutation(
        "answers do not lock the ticket",
        "lock_ticket",
        "for no key update",
        "",
        test_races.test_of_agents_who_answer_at_once_one_does,
    ),
    Mutation(
        "a ticket is locked before it is seen to be one's own",
        "lock_ticket",
        "perform helpdesk_private.find_ticket(p_ticket_id);",
        "",
        test_races.test_who_cannot_see_a_ticket_is_told_so_without_waiting_for_whoever_works_it,
    ),
    Mutation(
        "who loses a ticket while they wait for its lock goes on",
        "lock_ticket",
        "perform helpdesk_private.fail('ticket_not_found')",
        "null",
        test_attacks_races.test_who_loses_a_ticket_while_they_wait_for_it_writes_nothing_on_it,
    ),
    Mutation(
        "roles change at the same time",
        "take_lock",
        " for no key update",
        "",
        test_races.test_two_admins_cannot_demote_each_other_at_once,
    ),
    Mutation(
        "first admins are made at the same time",
        "take_lock",
        " for no key update",
        "",
        test_races.test_of_first_admins_at_once_there_is_one,
    ),
    Mutation(
        "who claims does not stay active",
        "lock_staff",
        "for share",
        "",
        test_races.test_who_is_deactivated_while_claiming_keeps_nothing,
    ),
    Mutation(
        "who is deactivated goes on claiming",
        "require_worker",
        "perform helpdesk_private.fail('inactive_user')",
        "null",
        test_races.test_who_is_deactivated_while_claiming_keeps_nothing,
    ),
    Mutation(
        "an edit goes on though its author was deactivated meanwhile",
        "guard_ticket_update",
        "perform helpdesk_private.fail('ticket_not_found')",
        "null",
        _edits_late,
    ),
    Mutation(
        "two links at once close a circle",
        "add_link",
        "perform helpdesk_private.take_lock('links');",
        "",
        _links_at_once,
    ),
    Mutation(
        "one id for two messages at once is an error of PostgreSQL's",
        "send_reply",
        "on conflict do nothing",
        "",
        test_attacks_races.test_one_message_id_on_two_tickets_at_once_is_our_error,
    ),
    Mutation(
        "one id for two notes at once is an error of PostgreSQL's",
        "add_note",
        "on conflict do nothing",
        "",
        test_races.test_one_note_id_on_two_tickets_at_once_is_our_error,
    ),
    Mutation(
        "the second of two creations does not look again",
        "remember_request",
        "on conflict do nothing",
        "",
        test_races.test_f4_fifty_creations_with_one_id_are_one_ticket,
    ),
]


def who_notices(pg: Server, mutation: Mutation, attempts: int = 5) -> str | None:
    """What the test says; None when it passes, however often it is tried: a race is not lost every time."""
    for _ in range(attempts):
        name = pg.copy("world")
        try:
            with pg.connect(name) as db:
                db.execute(source_with(db, mutation).encode())
            mutation.test(pg, name, dict(pg.world))
        except (AssertionError, LookupError, TypeError, AttributeError, psycopg.Error, pytest.fail.Exception) as error:
            return f"{mutation.test.__name__}: {(str(error) or type(error).__name__).splitlines()[0]}"
        finally:
            pg.drop(name)
    return None


def source_with(db: Db, mutation: Mutation) -> str:
    """The function's source with that piece replaced."""
    row = db.execute(
        "select pg_get_functiondef(oid) as source from pg_proc "
        "where pronamespace = 'helpdesk_private'::regnamespace and proname = %s",
        (mutation.function,),
    ).fetchone()
    source = str(row["source"]) if row else ""
    if mutation.old not in source:
        raise ValueError(f"{mutation.function}() no longer says {mutation.old!r}: change this list with it")
    return source.replace(mutation.old, mutation.new)
