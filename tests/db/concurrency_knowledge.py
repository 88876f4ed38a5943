"""Locks of articles, merges and of the assistant taken away: see concurrency."""

from __future__ import annotations

from tests.db import test_article_saving, test_assistant_budgets, test_merging_races, test_proposals_races
from tests.db.concurrency import Mutation

MUTATIONS = [
    Mutation(
        "whoever never sees the other article is told that theirs was saved",
        "save_article",
        "perform helpdesk_private.fail('slug_taken', 'Somebody else has just written this article.', 'Save it again.')",
        "null",
        test_article_saving.test_a_transaction_that_never_sees_the_other_article_is_refused,
    ),
    Mutation(
        "calls at the same time do not wait for each other's reservation",
        "begin_model_call",
        "u.scope_id = v_scope.scope_id for update;",
        "u.scope_id = v_scope.scope_id;",
        test_assistant_budgets.test_calls_at_the_same_time_never_exceed_a_budget,
    ),
    Mutation(
        "a target that was merged meanwhile is merged into",
        "merge_tickets",
        "elsif v_target.merged_into is not null then",
        "elsif false then",
        test_merging_races.test_a_target_that_is_merged_meanwhile_is_refused,
    ),
    Mutation(
        "of two who decide a proposal, the second does not look again",
        "lock_proposal",
        "select * into v_proposal from helpdesk.proposals as p where p.proposal_id = p_proposal_id;",
        "",
        test_proposals_races.test_of_two_people_one_wins,
    ),
]
