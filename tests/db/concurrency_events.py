"""Locks and horizons of events, announcements and counters taken away: see concurrency."""

from __future__ import annotations

from tests.db import (
    test_announcing_trouble,
    test_counters_concurrency,
    test_events_filtered,
    test_events_following,
)
from tests.db.concurrency import Mutation
from tests.db.conftest import Server
from tests.db.people import ADMIN
from tests.db.world import World


def _follows(pg: Server, own: str, world: World) -> None:
    test_events_following.test_f13_a_reader_misses_nothing_while_writers_commit_out_of_order(pg, own, world, ADMIN)


def _waits_in_a_ticket(pg: Server, own: str, world: World) -> None:
    test_events_filtered.test_an_event_of_one_ticket_or_team_waits_for_every_older_transaction(
        pg, own, world, {"only_ticket": "mine"}
    )


def _waits_in_a_team(pg: Server, own: str, world: World) -> None:
    test_events_filtered.test_an_event_of_one_ticket_or_team_waits_for_every_older_transaction(
        pg, own, world, {"only_team": "desk"}
    )


def _recounts_late(pg: Server, own: str, world: World) -> None:
    test_counters_concurrency.test_a_recount_with_an_old_snapshot_is_refused(pg, own, world, "repeatable read")


MUTATIONS = [
    Mutation(
        "a ticket's events stand where their transactions began",
        "log_event",
        "greatest(",
        "coalesce(",
        test_events_following.test_a_ticket_that_two_transactions_change_keeps_its_order,
    ),
    Mutation(
        "a follower does not wait for older transactions", "visible_events", "e.xid < v_horizon", "true", _follows
    ),
    Mutation(
        "an event does not wait for older transactions",
        "visible_events",
        "e.xid < v_horizon",
        "true",
        test_events_following.test_an_event_waits_for_every_older_transaction,
    ),
    Mutation(
        "an event of one ticket does not wait for older transactions",
        "ticket_events",
        "t.xid < v_horizon",
        "true",
        _waits_in_a_ticket,
    ),
    Mutation(
        "an event of one team does not wait for older transactions",
        "team_events",
        "e.xid < v_horizon",
        "true",
        _waits_in_a_team,
    ),
    Mutation(
        "a tag does not wait for an edit under way",
        "lock_then_check",
        " for no key update",
        "",
        test_events_following.test_a_tag_waits_for_an_edit_under_way_and_stands_behind_it,
    ),
    Mutation(
        "announcing goes on though the messages are locked",
        "announce_event",
        "set_config('helpdesk.announcing', 'off ' || pg_current_xact_id()::text, true)",
        "null",
        test_announcing_trouble.test_a_write_hardly_waits_for_messages_that_are_locked,
    ),
    Mutation(
        "announcing waits for messages that are locked",
        "announce_event",
        " SET lock_timeout TO '100ms'\n",
        "",
        test_announcing_trouble.test_a_write_hardly_waits_for_messages_that_are_locked,
    ),
    Mutation(
        "writers wait for a counter",
        "count_tickets_written",
        " skip locked",
        "",
        test_counters_concurrency.test_nobody_waits_for_a_counter_however_many_write,
    ),
    Mutation(
        "a counter is changed under an old snapshot",
        "count_tickets_written",
        "if current_setting('transaction_isolation') = 'read committed' then",
        "if true then",
        test_counters_concurrency.test_writers_with_old_snapshots_are_counted,
    ),
    Mutation(
        "a recount waits for open writes",
        "recount_tickets",
        " skip locked",
        "",
        test_counters_concurrency.test_a_recount_and_an_open_write_do_not_wait_for_each_other,
    ),
    Mutation(
        "a recount reads an old snapshot",
        "recount_tickets",
        "if current_setting('transaction_isolation') <> 'read committed' then",
        "if false then",
        _recounts_late,
    ),
    Mutation(
        "two recounts at once",
        "recount_tickets",
        "helpdesk_private.take_lock('recount')",
        "1",
        test_counters_concurrency.test_two_recounts_correct_a_difference_once,
    ),
]
