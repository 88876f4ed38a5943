"""Who may do what: webhooks, the outbox, and sending."""

from __future__ import annotations

from ..people import ADMIN, AGENT, CUSTOMER, SERVICE
from .operations import Call, Delete, Insert, Read, Update
from .outcomes import DENY, NOT_IN, Case

_URL = "https://example.com/hooks"
_ADMINS = f"{NOT_IN} | forbidden forbidden | forbidden forbidden"
_SYSTEM = "deny deny deny deny | deny deny | deny deny | deny"
_SEEN = "deny 0 0 0 | 0 0 | 0 0 |"
_WEBHOOK = {"webhook_id": "{webhook}"}

REFUSED_URLS = (
    "http://example.com/hooks",
    "ftp://example.com",
    "file:///etc/passwd",
    "//example.com",
    "example.com",
    "https://",
    "https:///hooks",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://127.0.0.0x1/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[fd00::1]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[ff02::1]/",
    "https://10.0.0.8/",
    "https://172.16.3.4/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://0.0.0.0/",
    "https://256.1.1.1/",
    "https://localhost/",
    "https://localhost./",
    "https://x.localhost/",
    "https://metadata.google.internal/",
    "https://printer.local/",
    "https://intranet/",
    "https://example.com:22/",
    "https://example.com:80/",
    "https://example.com:99999/",
    "https://user@example.com/",
    "https://user:secret@example.com/",
    "https://example.com@127.0.0.1/",
    "https://example.com\\@127.0.0.1/",
    "https://example.com#@127.0.0.1/",
    "https://example.com/#part",
    "https://example.com/a b",
    "https://example.com/\r\nx: y",
    "https://exa\u043cple.com/",
    "https://example..com/",
    "https://-example.com/",
    "https://example.com/" + "x" * 2000,
    "javascript:alert(1)",
    "",
)
"""Where no webhook may go."""
ACCEPTED_URLS = (
    _URL,
    "HTTPS://Example.COM/Hooks",
    "https://example.com",
    "https://example.com?a=b&c=%20d",
    "https://example.com:443/",
    "https://example.com:8443/a/b;c?d=[1]",
    "https://xn--bcher-kva.example.com/",
    "https://1.1.1.1/",
    "https://[2606:4700:4700::1111]/",
    "https://a.b.c.d.example.museum/~x",
    "https://internal.example.com/",
)


def _create(**more: object) -> Call:
    return Call("create_webhook", {"url": _URL, **more})


WEBHOOKS = [
    # anonymous nobody gone left | customer other | agent stranger | admin | service
    Case("A53 read webhooks", Read("webhooks"), f"{_SEEN} 1 | 1", says="See webhooks"),
    Case("create a webhook", _create(), f"{_ADMINS} | 1 | 1", says="Make a webhook"),
    Case("a webhook by POST", Insert("webhooks", {"url": _URL}), DENY),
    Case("a webhook of no team", _create(team_id="{nothing}"), {ADMIN: "team_not_found", CUSTOMER: "forbidden"}),
    Case("a webhook for nobody", _create(audience="all"), {ADMIN: "invalid_value", SERVICE: "invalid_value"}),
    Case("a webhook for no event", _create(event_types=[]), {ADMIN: "invalid_value"}),
    Case("a webhook for an unknown event", _create(event_types=["ticket.create"]), {ADMIN: "invalid_value"}),
    Case("a webhook for an unknown group", _create(event_types=["tickets.*"]), {ADMIN: "invalid_value"}),
    Case("a webhook for imported tickets", _create(event_types=["ticket.imported"]), {ADMIN: "invalid_value"}),
    Case("a webhook for too many events", _create(event_types=["*"] * 101), {ADMIN: "invalid_value"}),
    Case("a webhook for some events", _create(event_types=["ticket.*", "note.created"]), {ADMIN: "1"}),
    *(
        Case(f"A50 a webhook to {url[:60]!r}", Call("create_webhook", {"url": url}), {ADMIN: "invalid_value"})
        for url in REFUSED_URLS
    ),
    Case("a webhook to nowhere", Call("create_webhook", {"url": None}), {ADMIN: "invalid_value"}),
    *(Case(f"a webhook to {url[:60]!r}", Call("create_webhook", {"url": url}), {ADMIN: "1"}) for url in ACCEPTED_URLS),
    Case(
        "change a webhook",
        Update("webhooks", _WEBHOOK, {"url": f"{_URL}/2", "event_types": ["ticket.*"], "audience": "customer"}),
        f"{_SEEN} 1 | 1",
        gives={"url": f"{_URL}/2", "audience": "customer"},
        says="Change a webhook",
    ),
    Case(
        "A50 a webhook that leads elsewhere later",
        Update("webhooks", _WEBHOOK, {"url": "https://169.254.169.254/"}),
        {ADMIN: "invalid_value", SERVICE: "invalid_value", AGENT: "0"},
    ),
    Case("with a novel", Update("webhooks", _WEBHOOK, {"description": "x" * 1001}), {ADMIN: "invalid_value"}),
    Case("for nobody later", Update("webhooks", _WEBHOOK, {"audience": "all"}), {ADMIN: "invalid_value"}),
    Case("to the end", Update("webhooks", _WEBHOOK, {"url": f"{_URL}/{'x' * 2000}"}), {ADMIN: "invalid_value"}),
    Case("to no event later", Update("webhooks", _WEBHOOK, {"event_types": ["x.y"]}), {ADMIN: "invalid_value"}),
    Case("to no team later", Update("webhooks", _WEBHOOK, {"team_id": "{nothing}"}), {ADMIN: "team_not_found"}),
    Case(
        "switch a webhook on",
        Update("webhooks", _WEBHOOK, {"is_active": True}),
        f"{_SEEN} 1 | 1",
        gives={"is_active": True, "disabled_reason": None, "disabled_at": None},
        says="Change a webhook",
    ),
    *(
        Case(f"A35 forge webhooks.{name}", Update("webhooks", _WEBHOOK, {name: forged}), DENY)
        for name, forged in {
            "webhook_id": "{nothing}",
            "disabled_reason": None,
            "disabled_at": None,
            "failing_since": None,
            "created_by": "{customer}",
            "created_at": "2001-01-01",
            "updated_at": "2001-01-01",
        }.items()
    ),
    Case("delete a webhook", Delete("webhooks", _WEBHOOK), f"{_SEEN} 1 | 1", says="Delete a webhook"),
    Case(
        "A53 rotate a secret",
        Call("rotate_webhook_secret", _WEBHOOK),
        f"{_ADMINS} | 1 | 1",
        says="Replace a webhook's secret",
    ),
    Case(
        "rotate a secret of no webhook",
        Call("rotate_webhook_secret", {"webhook_id": "{nothing}"}),
        f"{_ADMINS} | webhook_not_found | webhook_not_found",
    ),
    Case(
        "keep a secret for a year",
        Call("rotate_webhook_secret", _WEBHOOK | {"keep_seconds": 31536000}),
        {ADMIN: "invalid_value"},
    ),
    Case("test a webhook", Call("test_webhook", _WEBHOOK), f"{_ADMINS} | 1 | 1", says="Send a test event"),
    Case(
        "test no webhook",
        Call("test_webhook", {"webhook_id": "{nothing}"}),
        f"{_ADMINS} | webhook_not_found | webhook_not_found",
    ),
]

OUTBOX = [
    Case("A53 read the outbox", Read("outbox"), f"{_SEEN} 2 | 2", says="See the outbox"),
    Case("A53 read the attempts", Read("delivery_attempts"), f"{_SEEN} 1 | 1", says="See each attempt to deliver"),
    *(
        case
        for table, column in {"outbox": "delivery_id", "delivery_attempts": "delivery_id"}.items()
        for case in (
            Case(f"A34 write to {table}", Insert(table, {column: "{new}"}), DENY),
            Case(f"A34 change {table}", Update(table, {column: "{delivery}"}, {column: "{new}"}), DENY),
            Case(f"A34 remove from {table}", Delete(table, {column: "{delivery}"}), DENY),
        )
    ),
    Case(
        "replay a delivery",
        Call("replay_deliveries", {"delivery_ids": ["{sent delivery}"]}),
        f"{_ADMINS} | 1 | 1",
        says="Send deliveries again",
    ),
    Case("replay what is dead", Call("replay_deliveries", {"dead": True}), f"{_ADMINS} | 1 | 1"),
    Case(
        "replay a time",
        Call("replay_deliveries", _WEBHOOK | {"since": "2026-01-01T00:00:00Z"}),
        f"{_ADMINS} | 1 | 1",
        says="Send deliveries again",
    ),
    Case("replay nothing", Call("replay_deliveries"), f"{_ADMINS} | invalid_value | invalid_value"),
    Case("replay a time of all", Call("replay_deliveries", {"since": "2026-01-01"}), {ADMIN: "invalid_value"}),
    Case(
        "replay what is not there",
        Call("replay_deliveries", {"delivery_ids": ["{nothing}"]}),
        f"{_ADMINS} | delivery_not_found | delivery_not_found",
    ),
    Case(
        "replay for no webhook",
        Call("replay_deliveries", {"webhook_id": "{nothing}", "dead": True}),
        f"{_ADMINS} | webhook_not_found | webhook_not_found",
    ),
    Case(
        "replay too many at once",
        Call("replay_deliveries", {"delivery_ids": ["{delivery}"] * 1001}),
        {ADMIN: "too_many"},
    ),
    Case(
        "replay since the year one",
        Call("replay_deliveries", _WEBHOOK | {"since": "0001-01-01T00:00:00Z"}),
        {ADMIN: "invalid_value"},
    ),
    Case(
        "replay until the end of days",
        Call("replay_deliveries", _WEBHOOK | {"since": "2026-01-01", "until": "infinity"}),
        {ADMIN: "invalid_value"},
    ),
    Case("read the outbox's health", Call("outbox_health"), f"{_ADMINS} | 1 | 1", says="See how much waits"),
]

SENDING = [
    Case(
        "A55 lease deliveries",
        Call("lease_deliveries", {"kind": "webhook"}),
        f"{_SYSTEM} | 0",
        says="Lease deliveries with what is to be sent",
    ),
    Case("lease nothing that exists", Call("lease_deliveries", {"kind": "fax"}), {SERVICE: "invalid_value"}),
    Case("lease no kind", Call("lease_deliveries", {"kind": None}), {SERVICE: "invalid_value"}),
    Case(
        "A55 settle a delivery",
        Call("settle_delivery", {"delivery_id": "{delivery}", "lease": "{nothing}", "outcome": "done"}),
        f"{_SYSTEM} | lease_lost",
        says="Settle a leased delivery",
    ),
    Case(
        "A55 settle with the lease",
        Call("settle_delivery", {"delivery_id": "{delivery}", "lease": "{lease}", "outcome": "done"}),
        f"{_SYSTEM} | 1",
        gives={"state": "done"},
    ),
    Case(
        "settle as something else",
        Call("settle_delivery", {"delivery_id": "{delivery}", "lease": "{nothing}", "outcome": "lost"}),
        {SERVICE: "invalid_value"},
    ),
    Case(
        "settle as nothing",
        Call("settle_delivery", {"delivery_id": "{delivery}", "lease": "{nothing}", "outcome": None}),
        {SERVICE: "invalid_value"},
    ),
    Case(
        "A55 begin to send",
        Call("begin_sending", {"delivery_id": "{delivery}", "lease": "{nothing}"}),
        f"{_SYSTEM} | lease_lost",
        says="Begin to send a leased mail",
    ),
    Case(
        "A55 begin to send with the lease",
        Call("begin_sending", {"delivery_id": "{delivery}", "lease": "{lease}"}),
        f"{_SYSTEM} | 1",
    ),
]

CLOCK = [
    Case(
        "A55 have senders woken",
        Call("set_delivery_clock", {"project_url": None}),
        f"{_SYSTEM} | 1",
        says="Have the database wake senders",
    ),
    Case("A50 have others woken", Call("set_delivery_clock", {"project_url": "ftp://x"}), {SERVICE: "invalid_value"}),
    Case("A55 accept a wake", Call("accept_wake", {"word": "x"}), f"{_SYSTEM} | 1", says="Accept a wake"),
]

CASES = [*WEBHOOKS, *OUTBOX, *SENDING, *CLOCK]
