"""The check of files: leases, verdicts that come late or twice, outages; and what the sweep finds."""

from __future__ import annotations

from typing import Any

from tests.db.people import AGENT, CUSTOMER, SERVICE, Db, be, one, value
from tests.db.world import World, filed

HASH = "0123456789abcdef" * 4


def leased(db: Db, *arguments: Any) -> set[str]:
    """The files that a checker receives now."""
    rows = db.execute(
        b"select attachment_id from helpdesk.lease_attachments(" + b", ".join([b"%s"] * len(arguments)) + b")",
        arguments,
    ).fetchall()
    return {str(row["attachment_id"]) for row in rows}


def settled(db: Db, file: str, state: str, **more: Any) -> dict[str, Any]:
    """The file after a checker's verdict."""
    given = {"reason": None, "sha256": HASH, "size": 5} | more
    return one(
        db,
        "select * from helpdesk.settle_attachment(%s, %s, %s, %s, %s, 'test 1.0')",
        *(file, state, given["reason"], given["sha256"], given["size"]),
    )


def test_a_file_is_leased_to_one_checker_until_the_lease_ends(db: Db, world: World) -> None:
    waiting = {world["draft file"], world["lent file"]}
    with be(db, SERVICE):
        first = leased(db, 1)
        assert len(first) == 1
        assert leased(db) == waiting - first
        assert leased(db) == set()
    db.execute("update helpdesk_private.attachment_checks set leased_until = now() where leased_until is not null")
    with be(db, SERVICE):
        assert leased(db) == waiting
    attempts = value(db, "select max(attempts) from helpdesk_private.attachment_checks")
    assert attempts == 2


def test_a_lease_has_bounds(db: Db, world: World) -> None:
    with be(db, SERVICE):
        assert leased(db, -1) == set()
        assert leased(db, 10, 10**6, world["draft file"]) == {world["draft file"]}
        assert leased(db, 10, -5, world["lent file"]) == {world["lent file"]}
    until = one(
        db,
        "select max(leased_until) <= clock_timestamp() + interval '1 hour' as most, min(leased_until) > now() as least "
        "from helpdesk_private.attachment_checks where leased_until is not null",
    )
    assert until == {"most": True, "least": True}


def test_a_verdict_is_kept_with_its_hash(db: Db, world: World) -> None:
    with be(db, SERVICE):
        clean = settled(db, world["draft file"], "clean")
        assert (clean["state"], clean["sha256"], clean["reason"]) == ("clean", HASH, None)
        assert clean["checked_at"] is not None
        assert clean["expires_at"] is not None
        assert leased(db, 10, 1, world["draft file"]) == set()
    engine = value(
        db, "select engine from helpdesk_private.attachment_checks where attachment_id = %s", world["draft file"]
    )
    assert engine == "test 1.0"


def test_a_rejection_stays_and_says_why(db: Db, world: World) -> None:
    with be(db, SERVICE):
        assert settled(db, world["draft file"], "rejected", reason="infected: Eicar")["reason"] == "infected: Eicar"
        late = settled(db, world["draft file"], "clean")
        assert (late["state"], late["reason"]) == ("rejected", "infected: Eicar")
        bare = settled(db, world["lent file"], "rejected", sha256=None, size=None)
        assert (bare["state"], bare["reason"]) == ("rejected", "not_acceptable")
        assert len(settled(db, world["answer file"], "rejected", reason="x" * 1000)["reason"]) == 200


def test_what_was_deleted_meanwhile_stays_deleted(db: Db, world: World) -> None:
    with be(db, CUSTOMER):
        db.execute("select helpdesk.delete_attachment(%s)", (world["draft file"],))
    with be(db, SERVICE):
        assert settled(db, world["draft file"], "clean")["state"] == "deleted"


def test_a_verdict_about_a_file_that_is_gone_or_another_is_no_verdict(db: Db, world: World) -> None:
    db.execute("update storage.objects set id = gen_random_uuid() where name like %s", ("%" + world["draft file"],))
    with be(db, SERVICE):
        lost = settled(db, world["draft file"], "clean")
        assert (lost["state"], lost["reason"]) == ("rejected", "file_lost")
        other = settled(db, world["lent file"], "clean", size=4)
        assert (other["state"], other["reason"]) == ("rejected", "size_mismatch")


def test_a_postponed_file_waits_longer_each_time(db: Db, world: World) -> None:
    file = world["draft file"]
    waits = []
    for _ in range(3):
        with be(db, SERVICE):
            assert leased(db, 10, 60, file) == {file}
            db.execute("select helpdesk.postpone_attachment(%s, 'the scanner does not answer')", (file,))
            assert leased(db, 10, 60, file) == set()
        waits.append(
            value(
                db,
                "select round(extract(epoch from leased_until - clock_timestamp())) "
                "from helpdesk_private.attachment_checks where attachment_id = %s",
                file,
            )
        )
        db.execute(
            "update helpdesk_private.attachment_checks set leased_until = now() where attachment_id = %s", (file,)
        )
    assert waits == [10, 20, 40]
    assert value(db, "select state from helpdesk.attachments where attachment_id = %s", file) == "uploaded"
    db.execute("update helpdesk_private.attachment_checks set attempts = 1000000")
    with be(db, SERVICE):
        hour = value(db, "select helpdesk.postpone_attachment(%s) <= clock_timestamp() + interval '61 minutes'", file)
    assert hour is True


def swept(db: Db, *, dry_run: bool) -> set[tuple[str, str | None, str | None]]:
    """What the sweep finds."""
    with be(db, SERVICE):
        rows = db.execute("select * from helpdesk.sweep_attachments(%s)", (dry_run,)).fetchall()
    return {(row["kind"], row["attachment_id"] and str(row["attachment_id"]), row["object_name"]) for row in rows}


def test_the_sweep_finds_what_is_left_over(db: Db, world: World) -> None:
    reserved, draft, lent = world["reserved file"], world["draft file"], world["lent file"]
    kept = filed(db, world["mine"], CUSTOMER, "message", "uploaded")
    db.execute(
        "update helpdesk.attachments set expires_at = now() - interval '1 minute' where attachment_id = any(%s)",
        ([reserved, draft],),
    )
    with be(db, AGENT):
        db.execute("select helpdesk.delete_attachment(%s)", (world["answer file"],))
    db.execute("set local storage.allow_delete_query = 'true'")
    db.execute("delete from storage.objects where name like %s", ("%" + lent,))
    strange = f"tickets/{world['mine']}/{world['nothing']}"
    db.execute(
        "insert into storage.objects (bucket_id, name, created_at) values "
        "('helpdesk-attachments', %s, now() - interval '2 hours'), ('helpdesk-attachments', 'tickets/new', now())",
        (strange,),
    )
    draft_key = f"tickets/{world['mine']}/{draft}"
    deleted_key = f"tickets/{world['answered']}/{world['answer file']}"
    found = {
        ("expired", reserved, None),
        ("expired", draft, None),
        ("file_not_needed", draft, draft_key),
        ("file_not_needed", world["answer file"], deleted_key),
        ("file_without_attachment", None, strange),
        ("attachment_without_file", lent, None),
    }
    before = db.execute("select * from helpdesk.attachments order by 1").fetchall()
    assert swept(db, dry_run=True) == found
    assert db.execute("select * from helpdesk.attachments order by 1").fetchall() == before
    assert swept(db, dry_run=False) == found
    after = {
        str(row["attachment_id"]): (row["state"], row["reason"])
        for row in db.execute("select * from helpdesk.attachments").fetchall()
    }
    assert (after[reserved], after[draft], after[kept]) == (("expired", None), ("expired", None), ("uploaded", None))
    assert after[lent] == ("rejected", "file_lost")
    # The files are still there: the Storage API deletes them.
    assert {kind for kind, _, _ in swept(db, dry_run=False)} == {"file_not_needed", "file_without_attachment"}


def test_the_sweep_has_bounds(db: Db, world: World) -> None:
    db.execute("update helpdesk.attachments set expires_at = now() - interval '1 minute' where expires_at is not null")
    with be(db, SERVICE):
        rows = db.execute("select * from helpdesk.sweep_attachments(false, 1)").fetchall()
    assert [row["kind"] for row in rows].count("expired") == 1
    assert value(db, "select count(*) from helpdesk.attachments where state = 'expired'") == 1
