"""E-mail addresses: one canonical form, and who a verified address proves somebody to be."""

from __future__ import annotations

import unicodedata

import pytest
from tests.db.people import ADMIN, SERVICE, Db, be, refused, value
from tests.db.test_users import invite, role_of, sign_up
from tests.db.world import World

KELVIN, ANGSTROM = "\u212a", "\u212b"

FOLDED = {
    "e with an accent": (unicodedata.normalize("NFD", "josé@example.com"), "josé@example.com"),
    "the Kelvin sign": (f"{KELVIN}im@example.com", "kim@example.com"),
    "in the domain": (f"kim@ban{KELVIN}.example", "kim@bank.example"),
    "the Ångström sign": (f"{ANGSTROM}sa@example.com", "\u00e5sa@example.com"),
    "two marks in another order": (
        "a\u0301\u0323@example.com",
        unicodedata.normalize("NFC", "a\u0323\u0301@example.com"),
    ),
    "a Greek accent": ("\u03b1\u1f71@example.com", "\u03b1\u03ac@example.com"),
    "a Hangul syllable in parts": (unicodedata.normalize("NFD", "한@example.com"), "한@example.com"),
    "a blank in front": (" kim@example.com", "kim@example.com"),
}
"""An address that somebody can verify, and another address, of somebody else, that looks the same."""


@pytest.mark.parametrize("case", FOLDED)
def test_a_login_is_not_linked_by_an_address_that_only_looks_the_same(db: Db, world: World, case: str) -> None:
    verified, invited = FOLDED[case]
    invite(db, invited, "admin")
    login = sign_up(db, verified)
    assert value(db, "select auth_user_id from helpdesk.users where email = %s", invited) is None
    assert value(db, "select role from helpdesk.users where auth_user_id = %s", login) == "customer"
    assert value(db, "select email from helpdesk.users where auth_user_id = %s", login) is None
    # Nor by a change of address.
    db.execute("delete from auth.users where id = %s", (login,))
    other = sign_up(db, "somebody@example.com")
    db.execute("update auth.users set email = %s where id = %s", (verified, other))
    assert value(db, "select email from helpdesk.users where auth_user_id = %s", other) is None


@pytest.mark.parametrize("case", FOLDED)
def test_an_address_is_one_person_however_staff_type_it(db: Db, world: World, case: str) -> None:
    typed, canonical = FOLDED[case]
    with be(db, SERVICE):
        first = value(db, "select user_id from helpdesk.create_customer(%s)", typed)
        assert value(db, "select user_id from helpdesk.create_customer(%s)", canonical) == first
    with be(db, ADMIN):
        assert value(db, "select user_id from helpdesk.invite_user(%s, 'agent')", typed) == first
    assert value(db, "select email from helpdesk.users where user_id = %s", first) == canonical


@pytest.mark.parametrize("verified", ["José@Example.com", "JOSé@EXAMPLE.COM"])
def test_a_login_is_linked_by_its_canonical_address_in_ascii_capitals_or_not(
    db: Db, world: World, verified: str
) -> None:
    invite(db, "josé@example.com", "agent")
    sign_up(db, verified)
    assert role_of(db, "josé@example.com") == "agent"


def test_only_canonical_addresses_are_stored(db: Db) -> None:
    with refused("invalid_value", "email"):
        db.execute("insert into helpdesk.users (email) values (%s)", (FOLDED["e with an accent"][0],))


@pytest.mark.parametrize("new", ["caller@example.com", "a,b@example.com", FOLDED["e with an accent"][0], None])
def test_a_change_to_an_address_that_is_not_theirs_here_frees_the_former_one(
    db: Db, world: World, new: str | None
) -> None:
    first = sign_up(db, "former@example.com")
    db.execute("update auth.users set email = %s where id = %s", (new, first))
    assert value(db, "select email from helpdesk.users where auth_user_id = %s", first) is None
    assert value(db, "select auth_user_id from helpdesk.users where user_id = %s", world["caller"]) is None
    second = sign_up(db, "former@example.com")
    assert str(value(db, "select auth_user_id from helpdesk.users where email = 'former@example.com'")) == second


def test_an_address_that_nobody_has_verified_changes_nothing(db: Db, world: World) -> None:
    login = sign_up(db, "former@example.com")
    db.execute("update auth.users set email = 'next@example.com', email_confirmed_at = null where id = %s", (login,))
    assert value(db, "select email from helpdesk.users where auth_user_id = %s", login) == "former@example.com"


def test_only_a_holder_of_the_secret_key_makes_a_login_at_helpdesk_invalid(db: Db) -> None:
    def sign_up(email: str, mark: bool) -> None:
        with db.transaction():
            login = value(
                db,
                "insert into auth.users (id, email, email_confirmed_at, raw_app_meta_data) "
                'values (gen_random_uuid(), %s, now(), \'{"provider": "email"}\') returning id',
                email,
            )
            if mark:
                # As the auth server does: after the row, in the same transaction.
                query = 'update auth.users set raw_app_meta_data = \'{"helpdesk": "assistant"}\' where id = %s'
                db.execute(query, (login,))
            db.execute("set constraints all immediate")
            db.execute("set constraints all deferred")

    for email in ("assistant@helpdesk.invalid", "Assistant@Helpdesk.Invalid", "other@helpdesk.invalid"):
        with refused("forbidden", "helpdesk.invalid"):
            sign_up(email, mark=False)
    sign_up("assistant@helpdesk.invalid", mark=True)
    assert value(db, "select role from helpdesk.users where email = 'assistant@helpdesk.invalid'") == "customer"
    for email in ("a@helpdesk.invalid.example", "a@nothelpdesk.invalid", "helpdesk.invalid@example.com"):
        sign_up(email, mark=False)
    with refused("forbidden"), db.transaction():
        db.execute("update auth.users set email = 'b@helpdesk.invalid' where email = 'a@nothelpdesk.invalid'")
        db.execute("set constraints all immediate")
    # Its own later changes need nothing: a sign-in, a new password.
    db.execute("update auth.users set last_sign_in_at = now() where email = 'assistant@helpdesk.invalid'")
    db.execute("set constraints all immediate")
    assert value(db, "select count(*) from helpdesk_private.reserved_logins") == 0
