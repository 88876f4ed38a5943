"""What must notice a mutation: the rows of the matrix, and every test of behaviour that needs one connection only."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType

from psycopg import sql
from tests.db import test_foundation, test_privileges
from tests.db.catalog import ALLOWED
from tests.db.matrix import CASES, Case
from tests.db.matrix.in_sql import attempt
from tests.db.mutations import Mutation
from tests.db.people import ANONYMOUS, CUSTOMER, SERVICE, Db, Person
from tests.db.watching_tests import runnable_tests
from tests.db.world import World

from helpdesk_sdk.verification.matrix.operations import Sql

MODULES = [
    "search",
    "search_answers",
    "search_fields",
    "search_text",
    "saved_views",
    "users",
    "addresses",
    "leaving",
    "teams",
    "tickets",
    "messages",
    "notes",
    "links",
    "splitting",
    "merging",
    "unmerging",
    "merged_files",
    "suggested_duplicates",
    "knowledge",
    "article_saving",
    "article_passages",
    "article_search",
    "hybrid_search",
    "embeddings",
    "embedding_races",
    "knowledge_gaps",
    "stale_citations",
    "assistant_reports",
    "bulk",
    "imports",
    "imports_refused",
    "import_relations",
    "import_files",
    "exports",
    "assistant_runs",
    "assistant_budgets",
    "assistant_cache",
    "assistant_prompts",
    "assistant_settings",
    "proposal_ends",
    "proposal_kinds",
    "duplicates",
    "exclusions",
    "proposals",
    "proposals_changes",
    "proposals_races",
    "citations",
    "answers",
    "answer_cleaning",
    "answers_without_model",
    "classification",
    "classification_text",
    "classification_runs",
    "classification_vectors",
    "label_vectors",
    "label_training",
    "hidden_text",
    "label_examples",
    "labels_applied",
    "assignees",
    "examples_learnt",
    "fields",
    "field_definitions",
    "attachments",
    "attachment_storage",
    "attachment_checks",
    "events",
    "routing",
    "counters",
    "throwaways",
    "outbox",
    "email_out",
    "email_composing",
    "email_bounces",
    "replays",
    "webhooks",
    "webhook_health",
    "delivery_clock",
    "slack",
    "slack_acting",
    "slack_administration",
    "slack_requests",
    "email_quarantine",
    "email_in",
    "email_strangers",
    "email_kinds",
    "email_verdicts",
    "email_forwarded",
    "email_loops",
    "email_limits",
    "email_redaction",
    "email_removal",
    "email_model_texts",
    "email_templates",
    "email_work",
    "email_tokens",
    "email_known_cases",
    "email_quotes",
    "email_originals",
    "email_health",
    "mail_bounds",
    "notification_preferences",
    "mail_notifications",
    "mail_assignments",
    "mail_acknowledgements",
    "metrics",
    "foundation",
    "attacks_values",
    "deactivated_admin",
    "names",
    "numbers",
    "events_filtered",
    "realtime",
    "announcements",
    "announcing_trouble",
]
"""The modules of tests that watch, by their names without `test_`: the slow ones last."""
_READ_THE_SOURCE = {test_foundation.test_the_list_of_errors_has_what_is_raised_and_nothing_else}
"""Tests that would notice a change of the text, whatever it does."""
_SAID_TWICE = (
    *(
        (test_privileges.ASKS_WHETHER_ACTIVE, table)
        for table in (
            *("attachments", "messages", "notes", "ticket_links", "ticket_merges", "team_members", "ticket_tags"),
            *("settings", "views"),
            *("email_channels", "user_emails", "email_blocks", "ticket_participants", "inbound_emails"),
            *("field_options", "field_teams", "ticket_staff_fields", "knowledge_gaps", "gap_questions"),
            *(
                "proposals",
                "citations",
                "run_chunks",
                "ai_runs",
                "ai_settings",
                "ai_prompts",
                "ai_exclusions",
                "ai_usage",
                "articles",
                "label_examples",
            ),
        )
    ),
    (test_privileges.OPEN_TO_NOBODY, "settings"),
    *((test_privileges.RUNS_AS_ITS_READER, view) for view in ("my_field_tickets", "team_field_tickets")),
    (test_privileges.RUNS_AS_ITS_READER, "team_tickets"),
)
"""Guards that another guard repeats, as me_if_staff() and my_team_ids() ask whether the person is active and the view's
own condition names the reader's teams: without them nothing else happens, and only a rule of the catalogue notices."""
_CALLERS = {"anon": ANONYMOUS, "authenticated": CUSTOMER, "service_role": SERVICE}


@dataclass(frozen=True)
class Watcher:
    """Something that says what is wrong, or None; leaves nothing behind.

    Attributes:
        about: the table, view or function that it tries, or the concept that it tests.
        role, verb: for a row of the matrix, the database role it is tried with, and what is tried.
    """

    name: str
    about: str
    look: Callable[[Db, World], str | None]
    role: str | None = None
    verb: str | None = None

    def can_notice(self, mutation: Mutation) -> bool:
        """Whether it is worth asking first: for a privilege, only who gets it and does that can."""
        if mutation.about and self.about not in mutation.about:
            return False
        if mutation.role is None:
            return True
        verb = {"select": "read"}.get(mutation.verb or "", mutation.verb)
        return self.role == mutation.role and (verb is None or self.verb in (verb, "sql"))


def all_of_them(db: Db) -> list[Watcher]:
    """The rows of the matrix, A39 for every function, then the tests."""
    rows = [_row(case, person) for case in CASES for person, _ in case.outcomes()]
    calls = [_row(case, person) for case in _unlisted_calls(db) for person, _ in case.outcomes()]
    modules = [importlib.import_module(f"tests.db.test_{name}") for name in MODULES]
    tests = [watcher for module in modules for watcher in _tests(module)]
    return [*rows, *calls, *tests, *(_catalogue_rule(*said) for said in _SAID_TWICE)]


def content(db: Db, world: World) -> tuple[list[Watcher], dict[str, str]]:
    """Those who find nothing wrong with the database as it is, and what each of the others finds.

    A watcher that is not content can notice nothing: it is a fault of the check.
    """
    fine: list[Watcher] = []
    complaints: dict[str, str] = {}
    for watcher in all_of_them(db):
        said = watcher.look(db, world)
        if said is None:
            fine.append(watcher)
        else:
            complaints[watcher.name] = said.partition("\n")[0]
    db.rollback()
    return fine, complaints


def who_notices(db: Db, world: World, watchers: Sequence[Watcher], mutation: Mutation) -> str | None:
    """The first watcher that sees the mutation, and what it says; None when nobody does."""
    own = [watcher for watcher in watchers if watcher.can_notice(mutation)]
    found = _notices(db, world, own, mutation.statement, None)
    if found is None and mutation.given is not None:
        found = _notices(db, world, own, mutation.statement, mutation.given)
    if found is None:
        asked = set(map(id, own))
        rest = [watcher for watcher in watchers if id(watcher) not in asked]
        return _notices(db, world, rest, mutation.statement, None)
    return found


def _notices(
    db: Db, world: World, watchers: Sequence[Watcher], statement: sql.Composed, given: sql.Composed | None
) -> str | None:
    try:
        if given is not None:
            db.execute(given)
            watchers = [watcher for watcher in watchers if watcher.look(db, world) is None]
        db.execute(statement)
        for watcher in watchers:
            said = watcher.look(db, world)
            if said is not None:
                return f"{watcher.name}: {said.splitlines()[0]}"
        return None
    finally:
        db.rollback()


def _row(case: Case, person: Person) -> Watcher:
    outcome = dict(case.outcomes())[person]

    def look(db: Db, world: World) -> str | None:
        return attempt(db, world, case, person, outcome)

    return Watcher(f"{case.name} [{person}]", case.tries.target, look, person.database_role, case.tries.verb)


def _catalogue_rule(rule: str, relation: str) -> Watcher:
    def look(db: Db, world: World) -> str | None:
        # A rule about policies names the table without its schema, and the policy.
        tables = {row["broken"].partition(":")[0].removeprefix("helpdesk.") for row in test_privileges.broken(db, rule)}
        return f"helpdesk.{relation} is an exception" if relation in tables else None

    return Watcher(rule, relation, look)


def _unlisted_calls(db: Db) -> Iterator[Case]:
    functions = db.execute(
        "select p.oid::regprocedure::text as signature, p.oid::regproc::text as name, p.provariadic <> 0 as variadic, "
        "array(select format_type(t, null) from unnest(p.proargtypes) as t) as types from pg_proc as p "
        "where p.pronamespace in ('helpdesk'::regnamespace, 'helpdesk_private'::regnamespace)"
    )
    for row in functions.fetchall():
        nulls = [f"null::{kind}" for kind in row["types"]]
        if row["variadic"]:
            nulls[-1] = f"variadic {nulls[-1]}"
        expected = {
            person: "deny"
            for role, person in _CALLERS.items()
            if f"{role}: function {row['signature']}: execute" not in ALLOWED
        }
        tries = Sql(row["signature"], f"select {row['name']}({', '.join(nulls)})")
        yield Case(f"A39 {row['signature']}", tries, expected)


def _tests(module: ModuleType) -> Iterator[Watcher]:
    """The tests of a module that the mutation check can run."""
    about = module.__name__.rpartition("test_")[2]
    for runnable in runnable_tests(module):
        if runnable.test not in _READ_THE_SOURCE:
            yield Watcher(runnable.name, about, runnable.failure)
