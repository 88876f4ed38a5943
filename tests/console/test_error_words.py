"""The console's words for errors: of codes that the database has, and of each of them unless it says more itself."""

from __future__ import annotations

from tests.console.test_messages import texts

from helpdesk_sdk.errors import BY_REASON

# Their messages name what is wrong, or nobody meets them in the console.
WITHOUT = {
    *("invalid_value", "field_required", "confirmation_needed", "id_conflict", "other_requester"),
    *("admin_exists", "answer_invalid", "citation_invalid", "cursor_ahead", "email_removed", "gap_not_found"),
    *("embedding_incomplete", "embedding_model_mismatch", "import_finished", "import_not_found", "lease_lost"),
    *("log_restored", "proposal_not_undoable", "slack_person_unknown", "slack_thread_silent"),
}


def test_each_error_has_words() -> None:
    shared = {key.removeprefix("errors.") for key in texts("en", "shared") if key.startswith("errors.")}
    problems = texts("en", "problems").keys()
    assert not shared & problems
    assert shared | problems == BY_REASON.keys() - WITHOUT
