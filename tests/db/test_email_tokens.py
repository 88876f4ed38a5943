"""E-mail in: a token of a provider that signs no content is good for one mail, whoever asks first."""

from __future__ import annotations

import pytest
from tests.db.people import CUSTOMER, SERVICE, Db, be, denied, refused, value

SQL = "select helpdesk.use_email_token(%s, %s, %s)"


def use(db: Db, token: str = "t", content: str = "a", source: str = "mailgun") -> bool:
    with be(db, SERVICE):
        return bool(value(db, SQL, source, token, content * 64))


def test_the_first_mail_has_the_token(db: Db) -> None:
    assert use(db)
    # The provider tries again: the same mail.
    assert use(db)
    assert not use(db, content="b")
    assert use(db)
    assert use(db, token="t2", content="b")
    assert use(db, source="other", content="b")


def test_a_token_is_known_for_longer_than_the_provider_tries(db: Db) -> None:
    assert use(db)
    kept = "select kept_until - clock_timestamp() > interval '11 hours' from helpdesk_private.email_tokens"
    assert value(db, kept)


def test_a_token_is_forgotten_when_its_time_is_over(db: Db) -> None:
    assert use(db)
    db.execute("update helpdesk_private.email_tokens set kept_until = clock_timestamp() + interval '1 second'")
    assert not use(db, content="b")
    db.execute("update helpdesk_private.email_tokens set kept_until = clock_timestamp() - interval '1 second'")
    assert use(db, token="t2")
    assert value(db, "select count(*) from helpdesk_private.email_tokens") == 1


def test_the_token_itself_is_not_kept(db: Db) -> None:
    assert use(db, token="a-token-that-nobody-reads")
    found = value(db, "select string_agg(t::text, '') from helpdesk_private.email_tokens as t")
    assert "a-token" not in found


@pytest.mark.parametrize(
    ("source", "token", "content"),
    [("", "t", "a" * 64), ("mailgun", "", "a" * 64), ("mailgun", "t" * 501, "a" * 64), ("mailgun", "t", "A" * 64)],
)
def test_what_is_no_token(db: Db, source: str, token: str, content: str) -> None:
    with refused("invalid_value"), db.transaction(), be(db, SERVICE):
        value(db, SQL, source, token, content)


def test_it_is_for_the_secret_key(db: Db) -> None:
    with denied(), db.transaction(), be(db, CUSTOMER):
        value(db, SQL, "mailgun", "t", "a" * 64)
