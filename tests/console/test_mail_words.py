"""The console has words in every language for the codes that the database gives to mails."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.console.test_messages import LANGUAGES, texts
from tests.console.test_shelves import SRC

MIGRATIONS = Path(__file__).parents[2] / "supabase" / "migrations"
MAILS = "\n".join(path.read_text(encoding="utf-8") for path in sorted(MIGRATIONS.glob("20261129*_helpdesk_email*.sql")))
AUTOMATIC = next(MIGRATIONS.glob("*_helpdesk_automatic_emails.sql")).read_text(encoding="utf-8")


def cases(begin: str, end: str = "\n  end") -> set[str]:
    """The codes of a `case` in explain_email()."""
    body = MAILS[MAILS.index("create function helpdesk_private.explain_email") :]
    body = body[body.index(begin) :]
    return set(re.findall(r"when '(\w+)' then", body[: body.index(end)]))


def decided() -> set[str]:
    """The reasons that a decision on a mail can have."""
    found = set(re.findall(r"\.reason := '(\w+)'", MAILS))
    for case in re.findall(r"\.reason := (?:coalesce\(\s*p_email\.reason, )?case\b(.*?)\bend\b", MAILS, re.S):
        found |= set(re.findall(r"\b(?:then|else) '(\w+)'", case))
    return found


def quarantined() -> set[str]:
    """The reasons for which a mail waits in quarantine: where a function sets both, or judges the author."""
    author = MAILS[MAILS.index("create function helpdesk_private.judge_author") :]
    author = author[author.index("p_email.reason := case") : author.index("\n  end;")]
    amount = MAILS[MAILS.index("create function helpdesk_private.judge_amount") :]
    amount = amount[: amount.index("p_email.outcome := 'quarantined'")]
    together = re.findall(r"outcome := 'quarantined';\s+p_email\.reason := '(\w+)'", MAILS)
    return {*re.findall(r"then '(\w+)'", author), *re.findall(r"reason := '(\w+)'", amount), *together}


REASONS = cases("v_why text := case ")
OUTCOMES = cases("case coalesce(v_email.outcome, '')", "else 'waits to be parsed'")
REFUSALS = cases("v_refused text := case ")
QUARANTINED = quarantined()
_LISTED = re.search(r"'Why it was skipped: (.*?)\.';", AUTOMATIC, re.S)
assert _LISTED is not None
NOT_WRITTEN = set(re.findall(r"\w+", re.sub(r"'\s*'", "", _LISTED[1]))) - {"or"}


def test_the_codes_are_found() -> None:
    assert {"token", "names_mail_of_others", "calendar_reply"} <= REASONS
    assert {"created", "quarantined", "failed"} <= OUTCOMES
    assert "other_mailbox" in REFUSALS
    assert {"in_reply_to", "sender_blocked", "ticket_closed_before", "author_unknown"} <= decided() | {"in_reply_to"}
    assert {"automatic_mail", "loop"} <= NOT_WRITTEN
    assert {"author_unknown", "staff_not_verified", "domain_per_hour"} <= QUARANTINED <= REASONS


def test_the_database_explains_each_reason_that_it_gives() -> None:
    assert decided() - REASONS == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_decision_on_a_mail_has_words(language: str) -> None:
    words = texts(language, "mail")
    wanted = {
        *(f"why.{code}" for code in REASONS | decided()),
        *(f"outcomes.{code}" for code in OUTCOMES | {"appended", "noted", "waiting"}),
        *(f"refusals.{code}" for code in REFUSALS),
        *(f"waitsFor.{code}" for code in QUARANTINED),
    }
    assert wanted - words.keys() == set()


def test_the_quarantine_can_be_filtered_by_each_reason() -> None:
    source = (SRC / "lib" / "quarantine.ts").read_text(encoding="utf-8")
    listed = source[source.index("QUARANTINE_REASONS = [") : source.index("] as const")]
    assert set(re.findall(r'"(\w+)"', listed)) == QUARANTINED


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_reason_why_a_mail_was_not_written_has_words(language: str) -> None:
    assert {f"reasons.{code}" for code in NOT_WRITTEN} - texts(language, "automatic").keys() == set()
