"""What is expected of a try, and how it shows in SQL and over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..people import (
    ADMIN,
    AGENT,
    ANONYMOUS,
    CUSTOMER,
    GONE,
    LEFT,
    NOBODY,
    OTHER,
    SERVICE,
    STRANGER,
    Person,
)
from .operations import Operation

ORDER = (ANONYMOUS, NOBODY, GONE, LEFT, CUSTOMER, OTHER, AGENT, STRANGER, ADMIN, SERVICE)
"""The columns of the matrix."""
DENY = "deny deny deny deny | deny deny | deny deny | deny | deny"
"""A row: nobody has the privilege."""
NOT_IN = "deny no_profile inactive_user inactive_user"
"""How a row begins for a function that asks who calls: those who may not come in."""

REASONS = {
    "invalid_value": 400,
    "forbidden": 403,
    "no_profile": 403,
    "inactive_user": 403,
    "ticket_not_found": 404,
    "message_not_found": 404,
    "team_not_found": 404,
    "user_not_found": 404,
    "assignee_not_found": 404,
    "invitation_not_found": 404,
    "attachment_not_found": 404,
    "embedding_incomplete": 409,
    "embedding_model_mismatch": 409,
    "attachment_not_ready": 409,
    "attachment_rejected": 409,
    "id_conflict": 409,
    "external_id_taken": 409,
    "stale_revision": 409,
    "conversation_moved": 409,
    "already_assigned": 409,
    "already_answered": 409,
    "ticket_closed": 409,
    "ticket_merged": 409,
    "not_merged": 409,
    "proposal_not_found": 404,
    "proposal_decided": 409,
    "proposal_expired": 409,
    "confirmation_needed": 409,
    "proposal_not_undoable": 422,
    "citation_invalid": 422,
    "answer_invalid": 422,
    "import_not_found": 404,
    "import_finished": 409,
    "article_not_found": 404,
    "slug_taken": 409,
    "stale_article": 409,
    "gap_not_found": 404,
    "assistant_off": 409,
    "prompt_not_found": 404,
    "lease_lost": 409,
    "webhook_not_found": 404,
    "delivery_not_found": 404,
    "slack_connection_not_found": 404,
    "slack_channel_not_found": 404,
    "slack_channel_taken": 409,
    "slack_thread_silent": 409,
    "slack_person_unknown": 403,
    "email_not_found": 404,
    "email_removed": 410,
    "email_taken": 409,
    "email_template_not_found": 404,
    "not_quarantined": 409,
    "other_requester": 409,
    "link_cycle": 409,
    "last_admin": 409,
    "admin_exists": 409,
    "user_exists": 409,
    "name_taken": 409,
    "team_in_use": 409,
    "default_team": 409,
    "cursor_ahead": 409,
    "log_restored": 409,
    "field_not_found": 404,
    "field_exists": 409,
    "field_retired": 409,
    "option_exists": 409,
    "field_required": 422,
    "transition_not_allowed": 422,
    "too_many": 422,
}
"""helpdesk.<reason> to its HTTP status."""

SQLSTATES = {
    "42501": (403, "42501"),
    "42703": (400, "PGRST204"),
    "42883": (404, "PGRST202"),
    "55000": (500, "55000"),
    "428C9": (400, "428C9"),
    "23502": (400, "23502"),
    "23503": (409, "23503"),
    "23505": (409, "23505"),
    "22P02": (400, "22P02"),
}
"""PostgreSQL's own errors to the HTTP status and code that the Data API gives them."""


@dataclass(frozen=True)
class Outcome:
    """One expectation.

    `rows` when it succeeds (None: any number); otherwise the SQLSTATE and, for our own rules, the reason.
    """

    token: str
    rows: int | None = None
    sqlstate: str | None = None
    reason: str | None = None

    @classmethod
    def parse(cls, token: str) -> Outcome:
        """`3` rows · `ok` · `deny` (42501) · a reason of ours · a SQLSTATE."""
        if token.isdigit() and len(token) < 5:
            return cls(token, rows=int(token))
        if token == "ok":
            return cls(token)
        if token in REASONS:
            return cls(token, sqlstate=f"PT{REASONS[token]}", reason=f"helpdesk.{token}")
        sqlstate = "42501" if token == "deny" else token
        assert sqlstate in SQLSTATES, f"unknown outcome: {token}"
        return cls(token, sqlstate=sqlstate)

    @property
    def kind(self) -> str:
        """The SQLSTATE of a refusal; otherwise whether there are rows."""
        return self.sqlstate or ("no rows" if self.rows == 0 else "rows")

    @property
    def refused(self) -> bool:
        """Whether nothing may have changed."""
        return self.sqlstate is not None or self.rows == 0

    def http_error(self, anonymous: bool) -> tuple[int, str]:
        """The status and the code of the error body."""
        assert self.sqlstate
        if self.sqlstate.startswith("PT"):
            return int(self.sqlstate[2:]), self.sqlstate
        status, code = SQLSTATES[self.sqlstate]
        return (401 if anonymous and status == 403 else status), code


@dataclass(frozen=True)
class Case:
    """A row of the matrix: somebody tries something, and this is what comes of it, for each person.

    Attributes:
        name: the try in words; the attack's number first, where it has one.
        tries: what is tried.
        expect: outcomes in the order of ORDER (bars are decoration), or by person.
        gives: what the first row of an answer must say, where it succeeds with rows.
        says: the try in the words of docs/permissions.md; rows with the same words share a line there. None: not there.
    """

    name: str
    tries: Operation
    expect: str | Mapping[Person, str]
    gives: Mapping[str, Any] = field(default_factory=dict)
    says: str | None = None

    def outcomes(self) -> Iterator[tuple[Person, Outcome]]:
        """Each person with what they must get."""
        if isinstance(self.expect, str):
            tokens = self.expect.replace("|", " ").split()
            assert len(tokens) == len(ORDER), f"{self.name}: {len(tokens)} outcomes for {len(ORDER)} people"
            pairs: list[tuple[Person, str]] = list(zip(ORDER, tokens, strict=True))
        else:
            pairs = list(self.expect.items())
        for person, token in pairs:
            if token != "-":
                yield person, Outcome.parse(token)
