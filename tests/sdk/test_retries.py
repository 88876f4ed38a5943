"""What is repeated, how often, after how long; and what is not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.sdk.support import Scenario, Server, both, ok, refused, ticket_row, user_row

from helpdesk_sdk import (
    Backoff,
    ConfigurationError,
    ConnectionFailedError,
    RateLimitedError,
    ReadOnlyError,
    RequestTimeoutError,
    ServerError,
    UnexpectedResponseError,
    UnknownOutcomeError,
)
from helpdesk_sdk._http.error_mapping import retry_after
from helpdesk_sdk._http.retry import Outcome, equal_jitter, outcome_of_error, outcome_of_response, retry_delay

LOST = httpx.ReadError("the connection broke")
NEVER_SENT = httpx.ConnectError("refused")
SLOW = httpx.ReadTimeout("too slow")


def wait(fate: Outcome, **more: Any) -> float | None:
    given: dict[str, Any] = {"repeatable": True, "attempt": 1, "max_retries": 3, "retry_after": None, "jitter": 1.0}
    return retry_delay(Backoff(base=0.25, cap=8, retry_after_cap=30), fate, **given | more)


def test_the_wait_doubles_up_to_a_cap_and_is_jittered() -> None:
    bounds = [wait(Outcome.NOT_EXECUTED, attempt=attempt, max_retries=99) for attempt in range(1, 9)]
    assert bounds == [0.25, 0.5, 1, 2, 4, 8, 8, 8]
    assert wait(Outcome.NOT_EXECUTED, jitter=0) == 0
    assert wait(Outcome.NOT_EXECUTED, attempt=2, jitter=0.5) == 0.25
    assert wait(Outcome.NOT_EXECUTED, attempt=10_000, max_retries=10_001) == 8


def test_an_equal_jitter_is_at_least_half_of_the_wait() -> None:
    factors = [equal_jitter() for _ in range(100)]
    assert all(0.5 <= factor <= 1 for factor in factors)
    assert len(set(factors)) > 1


def test_retry_after_is_honoured_up_to_a_cap() -> None:
    assert wait(Outcome.NOT_EXECUTED, retry_after=5, jitter=0) == 5
    assert wait(Outcome.NOT_EXECUTED, retry_after=31) is None


def test_only_what_is_safe_is_repeated() -> None:
    assert wait(Outcome.UNKNOWN, repeatable=False) is None
    assert wait(Outcome.NOT_EXECUTED, repeatable=False) is not None
    assert wait(Outcome.FINAL) is None
    assert wait(Outcome.NOT_EXECUTED, attempt=4) is None
    assert wait(Outcome.NOT_EXECUTED, max_retries=0) is None


@pytest.mark.parametrize(
    ("status", "code", "fate"),
    [
        (429, None, Outcome.NOT_EXECUTED),
        (503, "PGRST000", Outcome.NOT_EXECUTED),
        (503, "53300", Outcome.NOT_EXECUTED),
        (503, "PGRST001", Outcome.UNKNOWN),
        (503, "57P01", Outcome.UNKNOWN),
        (503, None, Outcome.UNKNOWN),
        (502, None, Outcome.UNKNOWN),
        (504, "PGRST003", Outcome.UNKNOWN),
        (500, "40001", Outcome.NOT_EXECUTED),
        (500, "40P01", Outcome.NOT_EXECUTED),
        # A migration changed the table under the request.
        (400, "42804", Outcome.NOT_EXECUTED),
        (500, "57P01", Outcome.UNKNOWN),
        (500, "57014", Outcome.FINAL),
        (500, "XX000", Outcome.FINAL),
        (405, "25006", Outcome.FINAL),
        (409, "PT409", Outcome.FINAL),
        (404, None, Outcome.FINAL),
        (400, "", Outcome.UNKNOWN),
    ],
)
def test_the_fate_of_an_answer(status: int, code: str | None, fate: Outcome) -> None:
    assert outcome_of_response(status, code) is fate


def test_a_plan_that_a_migration_outdated_is_made_again() -> None:
    message = "cached plan must not change result type"
    assert outcome_of_response(400, "0A000", message) is Outcome.NOT_EXECUTED
    assert outcome_of_response(400, "0A000", "cannot do that") is Outcome.FINAL
    assert outcome_of_response(400, "0A000") is Outcome.FINAL


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        (NEVER_SENT, Outcome.NOT_EXECUTED),
        (httpx.ConnectTimeout(""), Outcome.NOT_EXECUTED),
        (httpx.PoolTimeout(""), Outcome.NOT_EXECUTED),
        (LOST, Outcome.UNKNOWN),
        (SLOW, Outcome.UNKNOWN),
        (httpx.RemoteProtocolError(""), Outcome.UNKNOWN),
        (httpx.UnsupportedProtocol(""), Outcome.FINAL),
    ],
)
def test_the_fate_of_a_failure(error: httpx.TransportError, fate: Outcome) -> None:
    assert outcome_of_error(error) is fate


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("nan", None),
        ("soon", None),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
    ],
)
def test_retry_after_holds_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, datetime(2026, 11, 22, 12, tzinfo=UTC)) == seconds


@both
def test_a_create_whose_answer_is_lost_is_repeated_with_the_same_id(hd: Any, server: Server) -> Scenario:
    server.answers(LOST, SLOW, ok(ticket_row()))
    ticket = yield hd.tickets.create("Cannot log in")
    assert ticket.number == 42
    assert len({request.content for request in server.requests}) == 1
    assert len(server.requests) == 3


@both
def test_a_create_that_never_gets_an_answer_names_its_id(hd: Any, server: Server) -> Scenario:
    server.answers(*[LOST] * 4)
    with pytest.raises(UnknownOutcomeError) as caught:
        yield hd.tickets.create("Cannot log in")
    assert len(server.requests) == 4
    assert caught.value.id == UUID(server.body()["ticket_id"])
    assert str(caught.value.id) in str(caught.value)


@both
def test_a_write_that_may_not_be_repeated_is_sent_once(connect: Any, server: Server) -> Scenario:
    server.answers(LOST)
    with pytest.raises(UnknownOutcomeError) as caught:
        yield connect("sb_secret_test").users.bootstrap_admin("ada@example.com")
    assert len(server.requests) == 1
    assert caught.value.id is None


@both
def test_a_write_that_was_never_sent_may_always_be_repeated(connect: Any, server: Server) -> Scenario:
    server.answers(NEVER_SENT, refused(429), ok(user_row(role="admin")))
    admin = yield connect("sb_secret_test").users.bootstrap_admin("ada@example.com")
    assert admin.role == "admin"


@both
def test_reads_are_repeated_and_fail_as_what_they_are(hd: Any, server: Server) -> Scenario:
    server.answers(LOST, refused(503), refused(502), ok([ticket_row()]))
    assert (yield hd.tickets.get(42)).number == 42
    server.answers(*[NEVER_SENT] * 4)
    with pytest.raises(ConnectionFailedError, match=r"Cannot reach http://helpdesk\.test"):
        yield hd.tickets.get(42)
    server.answers(*[SLOW] * 4)
    with pytest.raises(RequestTimeoutError):
        yield hd.tickets.get(42)
    server.answers(*[refused(503, code="PGRST001", headers={"sb-request-id": "abc"})] * 4)
    with pytest.raises(ServerError) as caught:
        yield hd.tickets.get(42)
    assert (caught.value.status, caught.value.code, caught.value.request_id) == (503, "PGRST001", "abc")


@both
def test_an_empty_refusal_may_hide_a_committed_write(hd: Any, server: Server) -> Scenario:
    """PostgREST answers so when its database ends during a request, also after the commit."""
    empty = refused(400, code="", message="")
    server.answers(empty, ok([ticket_row()]))
    assert (yield hd.tickets.get(42)).number == 42
    server.answers(*[empty] * 4)
    with pytest.raises(ServerError, match="HTTP status 400"):
        yield hd.tickets.get(42)
    server.answers(*[empty] * 4)
    with pytest.raises(UnknownOutcomeError):
        yield hd.tickets.create("Cannot log in")
    server.answers(empty, ok([]), ok([ticket_row(title="New", revision=2)]))
    assert (yield hd.tickets.update(42, title="New", revision=1)).revision == 2


@both
def test_too_many_requests_waits_as_long_as_it_is_told(hd: Any, server: Server) -> Scenario:
    server.answers(refused(429, headers={"Retry-After": "0.01"}), ok([ticket_row()]))
    assert (yield hd.tickets.get(42)).number == 42
    server.answers(refused(429, headers={"Retry-After": "3600"}))
    with pytest.raises(RateLimitedError) as caught:
        yield hd.tickets.get(42)
    assert caught.value.retry_after == 3600
    assert len(server.requests) == 3


@both
def test_a_read_only_database_is_not_stormed(hd: Any, server: Server) -> Scenario:
    server.answers(refused(405, message="cannot execute UPDATE in a read-only transaction", code="25006"))
    with pytest.raises(ReadOnlyError) as caught:
        yield hd.tickets.update(42, title="New", revision=1)
    assert caught.value.code == "25006"
    assert len(server.requests) == 1


@both
def test_retries_can_be_turned_off(connect: Any, server: Server) -> Scenario:
    server.answers(LOST)
    with pytest.raises(UnknownOutcomeError):
        yield connect(max_retries=0).tickets.create("Cannot log in")


@both
def test_a_repeated_update_finds_its_own_work(hd: Any, server: Server) -> Scenario:
    server.answers(LOST, ok([]), ok([ticket_row(title="New", revision=2)]))
    assert (yield hd.tickets.update(42, title="New", revision=1)).revision == 2


@both
def test_a_repeated_transfer_out_of_sight_is_not_called_lost(hd: Any, server: Server) -> Scenario:
    row = ticket_row()
    server.answers(LOST, refused(404, "ticket_not_found"), ok([]))
    with pytest.raises(UnknownOutcomeError, match="now you may not see the ticket"):
        yield hd.tickets.transfer(UUID(row["ticket_id"]), UUID(row["team_id"]))


@both
def test_answers_that_no_helpdesk_gives(hd: Any, server: Server) -> Scenario:
    server.answers(httpx.Response(200, text="<html>Welcome to the hotel</html>"))
    with pytest.raises(UnexpectedResponseError, match="cannot be read"):
        yield hd.tickets.get(42)
    server.answers(httpx.Response(302, headers={"Location": "https://elsewhere.test"}))
    with pytest.raises(UnexpectedResponseError, match="302"):
        yield hd.tickets.get(42)
    server.answers(refused(404, message="Could not find the function helpdesk.claim_ticket", code="PGRST202"))
    with pytest.raises(UnexpectedResponseError, match="helpdesk doctor"):
        yield hd.tickets.claim(UUID(ticket_row()["ticket_id"]))


@both
def test_a_closed_client_says_so(connect: Any, server: Server) -> Scenario:
    for hd in (connect(access_token="t"), connect(email="ada@example.com", password="horse")):
        yield hd.close()
        yield hd.close()
        with pytest.raises(ConfigurationError, match="client is closed"):
            yield hd.tickets.get(42)
    assert server.requests == []
