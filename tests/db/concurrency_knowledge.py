"""Locks and horizons of articles and their vectors taken away: see concurrency."""

from __future__ import annotations

from tests.db import test_article_saving
from tests.db.concurrency import Mutation

MUTATIONS = [
    Mutation(
        "whoever never sees the other article is told that theirs was saved",
        "save_article",
        "perform helpdesk_private.fail('slug_taken', 'Somebody else has just written this article.', 'Save it again.')",
        "null",
        test_article_saving.test_a_transaction_that_never_sees_the_other_article_is_refused,
    ),
]
