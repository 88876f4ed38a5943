"""A helpdesk of release 0.2.0, in use, gets the migrations of the next release and works on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.db.catalog import ALLOWED, privileges
from tests.db.conftest import MIGRATIONS, Server
from tests.db.delivering import add_webhook, change, deliveries, lease, settle, types
from tests.db.matrix import CASES
from tests.db.matrix.in_sql import failures
from tests.db.people import ADMIN, CUSTOMER, Db, be, value
from tests.db.world import World, add_logins, furnish_first_release
from tests.db.world_outside import connect_webhook

from helpdesk_sdk.local import migrations

_FIRST = "20261122"


@pytest.fixture
def upgraded(pg: Server) -> Iterator[tuple[Db, World]]:
    """A database with data of 0.2.0 and all migrations; what is in it."""
    name = pg.copy("empty")
    first = [one.version for one in migrations.available(MIGRATIONS) if one.version.startswith(_FIRST)]
    migrations.apply(pg.url(name), MIGRATIONS, only=first)
    with pg.connect(name) as db:
        add_logins(db)
        world = furnish_first_release(db)
        assert value(db, "select to_regclass('helpdesk.outbox')") is None
        db.commit()
        applied = migrations.apply(pg.url(name), MIGRATIONS)
        assert applied
        assert not any(file.startswith(_FIRST) for file in applied)
        yield db, world
    pg.drop(name)


def test_a_helpdesk_in_use_gets_webhooks(upgraded: tuple[Db, World]) -> None:
    db, world = upgraded
    assert set(privileges(db)) == ALLOWED
    before = value(db, "select count(*) from helpdesk.events")
    webhook = add_webhook(db, "*", audience="customer")
    change(db, world)
    (leased,) = lease(db)
    assert leased["payload"]["body"]["data"]["ticket_id"] == world["mine"]
    settle(db, leased)
    # Events from before the upgrade can be sent, too.
    with be(db, ADMIN):
        count = value(db, "select helpdesk.replay_deliveries(webhook_id => %s, since => '2026-01-01')", webhook)
    assert count == len(deliveries(db, webhook)) > 5
    assert types(db, webhook)[0] == "ticket.created"
    assert count < before
    with be(db, CUSTOMER):
        db.execute("select helpdesk.create_ticket('After the upgrade')")


def test_everybody_may_do_there_what_they_may_elsewhere(upgraded: tuple[Db, World]) -> None:
    db, world = upgraded
    connect_webhook(db, world)
    db.commit()
    about = {"webhooks", "outbox", "delivery_attempts", "tickets", "events", "replay_deliveries", "lease_deliveries"}
    tried = [case for case in CASES if case.tries.target in about]
    assert len(tried) > 60
    assert [found for case in tried for found in failures(db, world, case)] == []
