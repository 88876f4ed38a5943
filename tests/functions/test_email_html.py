"""`GET email-in/html`: the HTML of a mail, cleaned, for whoever may read the mail, and for nobody else."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.functions.desk import Desk, desk_with
from tests.local.support import eventually

_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_HTML = (
    '<style>* { background: url(https://evil.example/css) }</style><p style="color:red" onclick="x()">Hello</p>'
    '<script>x()</script><img src="cid:logo"><img src="https://evil.example/pixel"><svg onload=x()></svg>'
)


@pytest.fixture(scope="module")
def post() -> Iterator[Desk]:
    with desk_with({}) as desk:
        desk.sql(
            "insert into helpdesk.email_channels (address, team_id) "
            "select 'support@desk.example', t.team_id from helpdesk.teams as t where t.is_default"
        )
        yield desk


@pytest.fixture(scope="module")
def carla(post: Desk) -> tuple[str, str]:
    """A customer: token and address."""
    token = post.sign_in("customer")
    (row,) = post.sql("select email from helpdesk.users where role = 'customer' order by created_at desc limit 1")
    return token, row["email"]


def _mail(sender: str, html: str | None = _HTML, **headers: str) -> bytes:
    """A mail with HTML and a picture, or with text only."""
    fields = {
        "From": sender,
        "To": "support@desk.example",
        "Subject": "The printer",
        "Message-ID": f"<{uuid4().hex}@customer.example>",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    if html is None:
        return f"{head}\r\nOnly text\r\n".encode()
    return (
        f"{head}Content-Type: multipart/related; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/html\r\n\r\n{html}\r\n"
        "--b\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{base64.b64encode(_PIXEL).decode()}\r\n--b--\r\n"
    ).encode()


def _hand_in(post: Desk, raw: bytes) -> dict[str, Any]:
    """The row of a mail that the function took."""
    headers = post.headers(post.info.secret_key) | {"prefer": "wait", "x-envelope-to": "support@desk.example"}
    answer = httpx.post(f"{post.info.api_url}/functions/v1/email-in", headers=headers, content=raw, timeout=60)
    (row,) = post.sql("select * from helpdesk.inbound_emails where inbound_id = %s", answer.json()["inbound_id"])
    return row


def _see(post: Desk, token: str | None, query: str) -> httpx.Response:
    headers = {"apikey": post.info.publishable_key} if token is None else post.headers(token)
    return httpx.get(f"{post.info.api_url}/functions/v1/email-in/html?{query}", headers=headers, timeout=60)


def _status(post: Desk, token: str | None, query: str) -> tuple[int, str | None]:
    answer = _see(post, token, query)
    body = answer.json()
    return answer.status_code, body.get("details") or body.get("code")


def test_the_reader_gets_a_document_that_runs_and_loads_nothing(post: Desk, carla: tuple[str, str]) -> None:
    token, address = carla
    row = _hand_in(post, _mail(address))
    query = f"ticket={row['ticket_id']}"
    eventually(lambda: _see(post, token, query).json()["inline_images"], "the file of the picture is checked")
    answer = _see(post, token, query)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    body = answer.json()
    html = body.pop("html")
    assert body == {
        "inbound_id": str(row["inbound_id"]),
        "has_html": True,
        "remote_images": 1,
        "shows_remote_images": False,
        "inline_images": 1,
        "missing_images": 0,
        "is_cut": False,
    }
    assert '<p style="color:red">Hello</p><img src="data:image/png;base64,' in html
    assert "evil.example" not in html
    assert "x()" not in html
    assert "img-src data:;" in html
    asked = _see(post, token, f"ticket={row['ticket_id']}&images=1").json()
    assert asked["shows_remote_images"] is True
    assert '<img src="https://evil.example/pixel" />' in asked["html"]
    assert "url(" not in asked["html"]


def test_who_may_not_read_the_mail_is_told_nothing_of_it(post: Desk, carla: tuple[str, str]) -> None:
    token, address = carla
    first = _hand_in(post, _mail(address))
    (sent,) = post.sql("select message_id from helpdesk.inbound_emails where inbound_id = %s", first["inbound_id"])
    row = _hand_in(post, _mail(address, In_Reply_To=f"<{sent['message_id']}>"))
    assert row["ticket_id"] == first["ticket_id"]
    query = f"message={row['post_id']}"
    for reader in (token, post.agent, post.sign_in("admin"), post.info.secret_key):
        assert _see(post, reader, query).status_code == 200
    unknown = (404, "helpdesk.message_not_found")
    for stranger in (post.sign_in("customer"), post.sign_in("agent", team=False)):
        assert _status(post, stranger, query) == unknown
        assert _status(post, stranger, f"message={uuid4()}") == unknown
        assert _status(post, stranger, f"ticket={first['ticket_id']}") == (404, "helpdesk.ticket_not_found")
    # Only staff name a mail itself; customers do not learn whether there is one.
    assert _see(post, post.agent, f"email={row['inbound_id']}").status_code == 200
    for id in (row["inbound_id"], uuid4()):
        assert _status(post, token, f"email={id}") == (403, "helpdesk.forbidden")
    assert _status(post, None, query)[0] == 401
    assert _status(post, post.info.publishable_key, query)[0] == 401
    assert _status(post, "e30.e30.e30", query)[0] == 401
    assert _status(post, token, "message=1")[0] == 400
    url = f"{post.info.api_url}/functions/v1/email-in/html?{query}"
    assert httpx.post(url, headers=post.headers(token)).status_code != 200


def test_what_is_redacted_is_gone_and_what_has_no_html_says_so(post: Desk, carla: tuple[str, str]) -> None:
    token, address = carla
    first = _hand_in(post, _mail(address))
    reply = {"In_Reply_To": f"<{first['message_id']}>"}
    plain = _hand_in(post, _mail(address, None, **reply))
    seen = _see(post, token, f"message={plain['post_id']}").json()
    assert (seen["html"], seen["has_html"]) == (None, False)
    row = _hand_in(post, _mail(address, **reply))
    query = f"message={row['post_id']}"
    assert _see(post, token, query).status_code == 200
    post.rpc("redact_message", post.agent, message_id=str(row["post_id"]))
    assert _status(post, token, query) == (410, "helpdesk.email_removed")
    # Bytes that are missing in Storage are no failure of the server.
    storage = f"{post.info.api_url}/storage/v1/object/helpdesk-emails"
    body = {"prefixes": [first["raw_key"]]}
    httpx.request("DELETE", storage, headers=post.headers(post.info.secret_key), json=body)
    assert _status(post, token, f"ticket={first['ticket_id']}") == (410, "helpdesk.email_removed")


@pytest.mark.parametrize(
    "html",
    ["<div>" * 200_000, "<b>" * 20_000 + "</p>" * 200_000, "<p " + "a=b " * 240_000 + ">", "<!--" * 240_000],
    ids=["deep", "ends", "attributes", "comments"],
)
def test_hostile_html_is_answered(post: Desk, carla: tuple[str, str], html: str) -> None:
    row = _hand_in(post, _mail(carla[1], html))
    assert _see(post, post.agent, f"email={row['inbound_id']}").status_code == 200
