"""hd.webhooks and hd.outbox: a life of a webhook on a real helpdesk, what others get, and what goes over the wire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from tests.sdk.support import NOW, Scenario, Server, both, ok, refused
from tests.sdk.world import Staffed, World

from helpdesk_sdk import (
    DeliveryNotFoundError,
    ForbiddenError,
    InvalidValueError,
    LeaseLostError,
    UnknownOutcomeError,
    WebhookNotFoundError,
    new_id,
)

URL = "https://hooks.example.com/in"
_ID = "17d90e20-8e83-45da-913c-e0fad3bde6c6"
_DELIVERY: dict[str, Any] = {
    "delivery_id": _ID,
    "kind": "webhook",
    "target_id": _ID,
    "event_id": 7,
    "sequence": 7,
    "state": "done",
    "attempts": 1,
    "created_at": NOW,
}


@both
def test_a_life_of_a_webhook(world: World, staffed: Staffed) -> Scenario:
    hooks, outbox = world.admin.webhooks, world.admin.outbox
    made = yield hooks.create(URL, description="Ours", event_types=["team.*"], team="Billing", audience="customer")
    try:
        secret = made.secret.get_secret_value()
        assert secret.startswith("whsec_")
        assert secret not in repr(made)
        assert (made.url, made.event_types, made.audience, made.is_active) == (URL, ("team.*",), "customer", True)
        assert made.webhook_id in [one.webhook_id for one in (yield hooks.list())]
        changed = yield hooks.update(made, team=None, event_types=["note.*"], is_active=False)
        assert (changed.team_id, changed.disabled_reason, changed.event_types) == (None, "switched_off", ("note.*",))
        assert (yield hooks.get(made)) == changed
        assert (yield hooks.deliveries(made)) == []
        rotated = yield hooks.rotate(made, keep_seconds=60)
        assert rotated.secret.get_secret_value() not in ("", secret)
        assert rotated.old_secret_expires_at - datetime.now(UTC) < timedelta(seconds=70)
        tested = yield hooks.test(made)
        (delivery,) = yield hooks.deliveries(made)
        assert delivery.delivery_id == tested.delivery_id
        waiting = ["queued", "leased", "done", "failed"]
        assert [one.delivery_id for one in (yield hooks.deliveries(made, state=waiting))] == [tested.delivery_id]
        assert (yield hooks.deliveries(made, state=["dead", "unknown"])) == []
        assert (yield outbox.list(kind="webhook", state="unknown")) == []
        assert (yield outbox.get(tested)).event_id == tested.event_id
        assert (yield hooks.replay(made, since=datetime.now(UTC) - timedelta(days=1))) >= 0
        assert (yield hooks.replay(made, dead=True)) == 0
        assert tested.delivery_id in [one.delivery_id for one in (yield outbox.list(kind="webhook"))]
        health = yield outbox.health()
        assert set(health.by_kind) == {"webhook", "email", "slack"}
    finally:
        yield hooks.delete(made)
    with pytest.raises(WebhookNotFoundError):
        yield hooks.get(made)
    with pytest.raises(WebhookNotFoundError):
        yield hooks.delete(made)
    with pytest.raises(DeliveryNotFoundError):
        yield outbox.get(tested)


@both
def test_the_local_stack_has_no_clock_in_the_database(world: World, staffed: Staffed) -> Scenario:
    done = yield world.system.outbox.schedule()
    assert (done.is_scheduled, done.pg_cron, done.pg_net) == (False, False, False)
    assert (yield world.system.outbox.schedule(False)).is_scheduled is False
    with pytest.raises(ForbiddenError):
        yield world.admin.outbox.schedule()


@both
def test_refusals_name_the_argument(world: World, staffed: Staffed) -> Scenario:
    hooks = world.admin.webhooks
    for url in ("http://example.com", "https://10.0.0.1/", "https://u:p@example.com", "https://x.internal/"):
        with pytest.raises(InvalidValueError, match=r"^url "):
            yield hooks.create(url)
    with pytest.raises(InvalidValueError, match=r"there is no event ticket\.create"):
        yield hooks.create(URL, event_types=["ticket.create"])
    with pytest.raises(WebhookNotFoundError):
        yield hooks.test(new_id())
    with pytest.raises(DeliveryNotFoundError):
        yield world.admin.outbox.replay([new_id()])


@both
def test_others_have_nothing_of_it(world: World, staffed: Staffed) -> Scenario:
    made = yield world.admin.webhooks.create(URL, event_types=["team.deleted"])
    try:
        yield world.admin.webhooks.update(made, is_active=False)
        for person in (world.customer, world.agent):
            assert (yield person.webhooks.list()) == []
            assert (yield person.outbox.list()) == []
            for step in (person.webhooks.get, person.webhooks.delete):
                with pytest.raises(WebhookNotFoundError):
                    yield step(made)
            with pytest.raises(WebhookNotFoundError):
                yield person.webhooks.update(made, is_active=True)
            refusals: list[Callable[[], Any]] = [
                partial(person.webhooks.create, URL),
                partial(person.webhooks.rotate, made),
                partial(person.webhooks.test, made),
                partial(person.webhooks.replay, made, dead=True),
                partial(person.outbox.replay, dead=True),
                partial(person.outbox.health),
                partial(person.outbox.lease),
            ]
            for refusal in refusals:
                with pytest.raises(ForbiddenError):
                    yield refusal()
        # Admins are no senders.
        with pytest.raises(ForbiddenError):
            yield world.admin.outbox.lease()
    finally:
        yield world.admin.webhooks.delete(made)


@both
def test_a53_a55_nobody_reads_or_sends_over_the_data_api(world: World, staffed: Staffed) -> Scenario:
    """As somebody would who has the publishable key, a customer's token and the paths of the documentation."""
    made = yield world.admin.webhooks.create(URL)
    yield world.admin.webhooks.update(made, is_active=False)
    info, token = staffed.info, staffed.tokens["customer"][0]
    profile = {"Accept-Profile": "helpdesk", "Content-Profile": "helpdesk", "apikey": info.publishable_key}
    mine = profile | {"Authorization": f"Bearer {token}"}
    rest = f"{info.api_url}/rest/v1"
    try:
        for headers, nobody in ((mine, False), (profile, True)):
            for path in (
                *("webhooks", "outbox", "delivery_attempts", "webhooks?select=*,teams(*)", "outbox?state=eq.dead"),
                "webhooks?order=url&select=url",
            ):
                answer = httpx.get(f"{rest}/{path}", headers=headers | {"Prefer": "count=exact"})
                assert (answer.status_code == 401) if nobody else (answer.json() == []), (path, answer.text)
                assert nobody or answer.headers["content-range"] == "*/0"
            for table in ("webhook_secrets", "delivery_leases", "delivery_settings", "event_types"):
                for schema in ("helpdesk", "helpdesk_private"):
                    found = httpx.get(f"{rest}/{table}", headers=headers | {"Accept-Profile": schema})
                    assert found.status_code in (401, 403, 404, 406), (table, schema, found.text)
            for function, arguments in {
                "lease_deliveries": {"kind": "webhook"},
                "settle_delivery": {"delivery_id": _ID, "lease": _ID, "outcome": "done"},
                "begin_sending": {"delivery_id": _ID, "lease": _ID},
                "replay_deliveries": {"dead": True},
                "rotate_webhook_secret": {"webhook_id": str(made.webhook_id)},
                "test_webhook": {"webhook_id": str(made.webhook_id)},
                "outbox_health": {},
                "create_webhook": {"url": URL},
                "enqueue": {"p_kind": "webhook", "p_target_id": _ID, "p_event_id": 1, "p_ticket_id": None},
                "webhook_payload": {"p_delivery": None},
            }.items():
                answer = httpx.post(f"{rest}/rpc/{function}", headers=headers, json=arguments)
                assert answer.status_code in (401, 403, 404), (function, answer.text)
            for method, path in (
                ("PATCH", f"webhooks?webhook_id=eq.{made.webhook_id}"),
                ("DELETE", f"webhooks?webhook_id=eq.{made.webhook_id}"),
            ):
                answer = httpx.request(
                    method,
                    f"{rest}/{path}",
                    headers=headers | {"Prefer": "return=representation"},
                    json={"is_active": True} if method == "PATCH" else None,
                )
                assert (answer.status_code == 401) if nobody else (answer.json() == []), answer.text
            for table, row in {
                "webhooks": {"url": URL},
                "outbox": {"delivery_id": _ID},
                "delivery_attempts": {"delivery_id": _ID},
            }.items():
                assert httpx.post(f"{rest}/{table}", headers=headers, json=row).status_code in (401, 403)
        assert (yield world.admin.webhooks.get(made)).is_active is False
    finally:
        yield world.admin.webhooks.delete(made)


@both
def test_arguments_are_checked_before_the_request(hd: Any, server: Server) -> Scenario:
    steps: list[Callable[[], Any]] = [
        lambda: hd.webhooks.create("", event_types=["*"]),
        lambda: hd.webhooks.create(URL, event_types="ticket.*"),
        lambda: hd.webhooks.create(URL, event_types=[]),
        lambda: hd.webhooks.create(URL, audience="everybody"),
        lambda: hd.webhooks.update(_ID),
        lambda: hd.webhooks.rotate(_ID, keep_seconds=-1),
        lambda: hd.webhooks.get("a name"),
        lambda: hd.webhooks.replay(_ID),
        lambda: hd.webhooks.replay(_ID, until=datetime.now(UTC)),
        lambda: hd.webhooks.replay(_ID, since=datetime(2026, 1, 1)),
        lambda: hd.outbox.replay(),
        lambda: hd.outbox.replay([]),
        lambda: hd.outbox.replay([_ID], dead=True),
        lambda: hd.outbox.lease("fax"),
        lambda: hd.outbox.lease(max_rows=0),
        lambda: hd.outbox.list(state="lost"),
    ]
    for step in steps:
        with pytest.raises(InvalidValueError):
            yield step()
    assert server.requests == []


@both
def test_a_sender_leases_and_settles(hd: Any, server: Server) -> Scenario:
    lease = new_id()
    leased = {**_DELIVERY, "lease": str(lease), "payload": {"url": URL, "secrets": ["whsec_x"]}}
    server.answers(ok([leased]), ok({}), ok(_DELIVERY), refused(409, "lease_lost"))
    (found,) = yield hd.outbox.lease(max_rows=5)
    assert found.payload["secrets"] == ["whsec_x"]
    assert "whsec_x" not in repr(found)
    yield hd.outbox.begin_sending(found)
    done = yield hd.outbox.settle(found, "done", status=200, answer="ok", milliseconds=3)
    assert done.state == "done"
    with pytest.raises(LeaseLostError):
        yield hd.outbox.settle(found, "retry", problem="late")


@both
def test_what_may_have_happened_is_not_repeated(hd: Any, server: Server) -> Scenario:
    """A second webhook, a second test, a lease whose deliveries nobody has: not without the caller's word."""
    steps: list[Callable[[], Any]] = [
        lambda: hd.webhooks.create(URL),
        lambda: hd.webhooks.rotate(_ID),
        lambda: hd.webhooks.test(_ID),
        lambda: hd.outbox.lease(),
    ]
    for step in steps:
        before = len(server.requests)
        server.answers(httpx.ReadError("gone"))
        with pytest.raises(UnknownOutcomeError):
            yield step()
        assert len(server.requests) == before + 1
