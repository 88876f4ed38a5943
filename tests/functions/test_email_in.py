"""The function `email-in`: what a sender is answered, what is kept, and what becomes of the mail."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.functions.desk import Desk, desk_with

from helpdesk_sdk.webhooks import sign

_post = partial(httpx.post, timeout=60, trust_env=False)
_get = partial(httpx.get, timeout=60, trust_env=False)
_SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes, ok").decode()
_MAILGUN = "key-of-mailgun"
_ENVIRONMENT = {
    "HELPDESK_EMAIL_SECRET": f"whsec_{base64.b64encode(b'x' * 32).decode()},{_SECRET}",
    "HELPDESK_EMAIL_POSTMARK": "postmark:word",
    "HELPDESK_EMAIL_SENDGRID": "sendgrid:word",
    "HELPDESK_EMAIL_MAILGUN": _MAILGUN,
}


@pytest.fixture(scope="module")
def post() -> Iterator[Desk]:
    with desk_with(_ENVIRONMENT) as desk:
        desk.sql(
            "insert into helpdesk.email_channels (address, team_id) "
            "select 'support@desk.example', t.team_id from helpdesk.teams as t where t.is_default"
        )
        yield desk


def mail(text: str = "The printer is broken again.", **headers: str) -> bytes:
    """A new mail of a customer."""
    fields = {
        "From": "Carla <carla@customer.example>",
        "To": "support@desk.example",
        "Subject": "The printer",
        "Message-ID": f"<{uuid4().hex}@customer.example>",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    return (
        "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode() + b"\r\n" + text.encode() + b"\r\n"
    )


def send(
    desk: Desk,
    raw: bytes,
    *,
    secret: str = _SECRET,
    at: float | None = None,
    id: str | None = None,
    to: str = "support@desk.example",
) -> httpx.Response:
    """A signed mail."""
    envelope = {"from": "carla@customer.example", "to": [to]}
    body = json.dumps({"envelope": envelope, "mail": base64.b64encode(raw).decode()}).encode()
    signed = sign(id or uuid4().hex, int(at or time.time()), body, [secret])
    return _post(f"{desk.info.api_url}/functions/v1/email-in", headers=signed, content=body)


def row(desk: Desk, answer: httpx.Response, ready: Callable[[dict[str, Any]], bool] | None = None) -> dict[str, Any]:
    """The row of a mail, once it was decided on."""
    assert answer.status_code == 200, answer.text
    for _ in range(600):
        (found,) = desk.sql("select * from helpdesk.inbound_emails where inbound_id = %s", answer.json()["inbound_id"])
        if found["outcome"] is not None if ready is None else ready(found):
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_a_mail_opens_a_ticket_and_its_bytes_are_kept(post: Desk) -> None:
    raw = mail()
    answer = send(post, raw)
    assert answer.json()["is_new"] is True
    found = row(post, answer)
    assert (found["outcome"], found["source"], found["from_address"]) == ("created", "raw", "carla@customer.example")
    assert (found["size"], found["raw_key"]) == (len(raw), f"emails/{hashlib.sha256(raw).hexdigest()}.eml")
    path = f"{post.info.api_url}/storage/v1/object/authenticated/helpdesk-emails/{found['raw_key']}"
    assert _get(path, headers=post.headers(post.info.secret_key)).content == raw
    # Nobody but the secret key reads it, not even those who work the ticket.
    admin = post.sign_in("admin")
    for token in (post.agent, admin):
        assert _get(path, headers=post.headers(token)).status_code in (400, 403, 404)
    again = send(post, raw)
    assert again.json() == {"inbound_id": str(found["inbound_id"]), "is_new": False}
    assert len(post.sql("select 1 as n from helpdesk.inbound_emails where raw_key = %s", found["raw_key"])) == 1


def test_a_request_that_nobody_with_the_secret_has_signed_is_refused(post: Desk) -> None:
    raw = mail()
    other = "whsec_" + base64.b64encode(b"z" * 32).decode()
    now = time.time()
    assert send(post, raw, secret=other).status_code == 401
    assert send(post, raw, at=now - 400).status_code == 401
    assert send(post, raw, at=now + 400).status_code == 401
    url = f"{post.info.api_url}/functions/v1/email-in"
    assert _post(url, content=raw).status_code == 401
    signed = sign("one", int(now), raw, [_SECRET])
    # The bytes alone have no envelope that is signed.
    assert _post(url, content=raw, headers=signed).status_code == 400
    assert _post(url, content=raw + b"x", headers=signed).status_code == 401
    assert _post(url, content=raw, headers=signed | {"webhook-id": "two"}).status_code == 401
    keys = {"apikey": post.info.publishable_key}
    assert _post(url, content=raw, headers=keys).status_code == 401
    assert _post(f"{url}/sweep", headers=keys).status_code == 401
    assert _post(f"{url}/elsewhere", content=raw).status_code == 404
    assert _get(url).status_code == 405
    assert post.sql("select 1 as n from helpdesk.inbound_emails where size = %s", len(raw) + 1) == []
    # A provider that is not set up tries again later.
    assert _post(f"{url}/resend", content=b"{}").status_code == 503


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"no header at all",
        b"From: a@b.example\r\n" * 3,
        b"From: carla@customer.example\r\nSubject: x\r\x00y\r\n\r\n\x00",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 5000,
        b"From: " + b"(" * 100_000 + b"\r\n\r\nx",
        b"X: " + b"y" * 3_000_000 + b"\r\n\r\nx",
    ],
    ids=["empty", "bytes", "no-header", "three-authors", "nul", "parts", "comment", "large-header"],
)
def test_whatever_comes_has_a_row_that_says_what_happened(post: Desk, raw: bytes) -> None:
    found = row(post, send(post, raw))
    assert found["outcome"] in ("created", "quarantined", "duplicate"), found["reason"]


def test_a_large_mail_is_left_to_a_worker(post: Desk) -> None:
    raw = mail("x" * 80 + "\r\n") + b"padding line of a large mail\r\n" * 400_000
    answer = send(post, raw)
    assert (answer.status_code, len(raw) > 10 * 1024 * 1024) == (200, True)
    (found,) = post.sql("select * from helpdesk.inbound_emails where inbound_id = %s", answer.json()["inbound_id"])
    assert (found["outcome"], found["size"]) == (None, len(raw))


def test_with_the_secret_key_a_caller_may_wait(post: Desk) -> None:
    headers = post.headers(post.info.secret_key) | {"prefer": "wait", "x-envelope-to": "support@desk.example"}
    url = f"{post.info.api_url}/functions/v1/email-in"
    answer = _post(url, headers=headers, content=mail()).json()
    assert (answer["is_new"], answer["outcome"]) == (True, "created")


def _mailgun(token: str, at: float, key: str = _MAILGUN) -> dict[str, str]:
    time = str(int(at))
    signature = hmac.new(key.encode(), (time + token).encode(), hashlib.sha256).hexdigest()
    return {"timestamp": time, "token": token, "signature": signature}


def _through(desk: Desk, provider: str, raw: bytes) -> httpx.Response:
    url = f"{desk.info.api_url}/functions/v1/email-in/{provider}"
    to = "support@desk.example"
    if provider == "postmark":
        body = {"RawEmail": raw.decode("latin-1"), "OriginalRecipient": to}
        return _post(url, json=body, auth=("postmark", "word"))
    if provider == "sendgrid":
        envelope = json.dumps({"to": [to], "from": "carla@customer.example"})
        # A form of files: the client would encode texts.
        form = {"email": (None, raw), "envelope": (None, envelope.encode())}
        return _post(url, files=form, auth=("sendgrid", "word"))
    fields = _mailgun(uuid4().hex, time.time()) | {"recipient": to, "sender": "carla@customer.example"}
    parts: dict[str, Any] = {name: (None, value.encode()) for name, value in fields.items()}
    return _post(url, files=parts | {"body-mime": (None, raw)})


@pytest.mark.parametrize("provider", ["postmark", "sendgrid", "mailgun"])
def test_a_reply_lands_in_the_ticket_whoever_hands_it_over(post: Desk, provider: str) -> None:
    first = row(post, send(post, mail()))
    ref = post.sql("select message_id from helpdesk.inbound_emails where inbound_id = %s", first["inbound_id"])
    answer = _through(post, provider, mail("One thing more: it smells.", In_Reply_To=f"<{ref[0]['message_id']}>"))
    found = row(post, answer)
    assert (found["outcome"], found["ticket_id"], found["source"]) == ("appended", first["ticket_id"], provider)
    (message,) = post.sql("select * from helpdesk.messages where message_id = %s", found["post_id"])
    assert message["body"] == "One thing more: it smells."


def test_each_provider_has_to_sign(post: Desk) -> None:
    url = f"{post.info.api_url}/functions/v1/email-in"
    for provider in ("postmark", "sendgrid"):
        assert _post(f"{url}/{provider}", json={}, auth=(provider, "wrong")).status_code == 401
        assert _post(f"{url}/{provider}", json={}).status_code == 401
        assert _post(f"{url}/{provider}", content=b"[", auth=(provider, "word")).status_code == 400
    good = {"recipient": "support@desk.example", "body-mime": mail().decode()}
    for fields in (
        _mailgun("t1", time.time(), "another key"),
        _mailgun("t2", time.time() - 10 * 3600),
        _mailgun("t2", time.time() + 400),
        _mailgun("t3", time.time()) | {"token": "t4"},
    ):
        assert _post(f"{url}/mailgun", data=fields | good).status_code == 401
    once = _mailgun("t5", time.time())
    assert _post(f"{url}/mailgun", data=once | good).json()["is_new"] is True
    # The same again changes nothing; the token with another mail is a forgery.
    assert _post(f"{url}/mailgun", data=once | good).json()["is_new"] is False
    assert _post(f"{url}/mailgun", data=once | good | {"body-mime": mail().decode()}).status_code == 401
    assert _post(f"{url}/mailgun", data=once | good | {"recipient": "boss@desk.example"}).status_code == 401
    # Each instance of the function knows it, as the database does.
    elsewhere = {"source": "mailgun", "token": "t6", "content_sha256": "a" * 64}
    assert post.post("rest/v1/rpc/use_email_token", post.info.secret_key, elsewhere).json() is True
    assert _post(f"{url}/mailgun", data=_mailgun("t6", time.time()) | good).status_code == 401


def test_a_provider_reports_that_a_mail_did_not_arrive(post: Desk) -> None:
    found = row(post, send(post, mail(From="Bob <bob@customer.example>")))
    ticket = str(found["ticket_id"])
    post.rpc("send_reply", post.agent, ticket_id=ticket, body="It is on its way.")
    where = "select * from helpdesk.outbound_emails where ticket_id = %s order by created_at desc limit 1"
    (sent,) = post.sql(where, ticket)
    url = f"{post.info.api_url}/functions/v1/email-in/sendgrid"
    events = [
        {"event": "bounce", "smtp-id": f"<{sent['minted_id']}>", "status": "5.1.1", "reason": "550 no such\0 user"},
        {"event": "delivered", "smtp-id": "<somebody-elses@mail.example>"},
    ]
    assert _post(url, json=events, auth=("sendgrid", "wrong")).status_code == 401
    answer = _post(url, json=events, auth=("sendgrid", "word"))
    assert (answer.status_code, answer.json()) == (200, {"reports": 2, "known": 1})
    (after,) = post.sql(where, ticket)
    assert (after["bounced_at"] is not None, after["bounce_reason"]) == (True, "5.1.1 550 no such user")
    stopped = post.sql("select reason from helpdesk.email_suppressions where address = 'bob@customer.example'")
    assert stopped == [{"reason": "bounce"}]


def test_mailgun_tries_again_for_hours_with_the_same_fields(post: Desk) -> None:
    url = f"{post.info.api_url}/functions/v1/email-in/mailgun"
    headers = [["From", "carla@customer.example"], ["Subject", "Again"], ["Message-Id", f"<{uuid4().hex}@x.example>"]]
    fields = _mailgun(uuid4().hex, time.time() - 8 * 3600) | {
        "recipient": "support@desk.example",
        "sender": "carla@customer.example",
        "message-headers": json.dumps(headers),
        "body-plain": "It smells.",
        "body-html": "<p>It smells.</p>",
    }
    made = _post(url, data=fields).json()
    assert made["is_new"] is True
    assert _post(url, data=fields).json() == made | {"is_new": False}
    assert _post(url, data=fields | {"body-plain": "Another one"}).status_code == 401


def _with_file(name: str, content: bytes) -> bytes:
    head = mail().partition(b"\r\n\r\n")[0]
    return (
        head
        + b'\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nSee the file.\r\n--b\r\n'
        + f'Content-Type: text/plain; name="{name}"\r\nContent-Disposition: attachment\r\n'.encode()
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + base64.b64encode(content)
        + b"\r\n--b--\r\n"
    )


def test_the_files_of_a_mail_are_files_of_the_ticket(post: Desk) -> None:
    found = row(post, send(post, _with_file("log.txt", b"it smokes")), lambda one: bool(one["evidence"].get("files")))
    where = "select * from helpdesk.attachments where ticket_id = %s"
    for _ in range(200):
        (file,) = post.sql(where, found["ticket_id"])
        if file["state"] not in ("reserved", "uploaded"):
            break
        time.sleep(0.05)
    assert (file["file_name"], file["content_type"], file["size"]) == ("log.txt", "text/plain", 9)
    assert file["state"] == "clean"


def test_the_sweep_does_what_was_left(post: Desk) -> None:
    """As after a crash: the bytes and the row are there, and nothing else."""
    raw = mail("Left behind.")
    key = f"emails/{hashlib.sha256(raw).hexdigest()}.eml"
    secret = post.info.secret_key
    stored = _post(
        f"{post.info.api_url}/storage/v1/object/helpdesk-emails/{key}",
        headers=post.headers(secret) | {"content-type": "message/rfc822"},
        content=raw,
    )
    assert stored.status_code == 200, stored.text
    envelope = {"from": "carla@customer.example", "to": ["support@desk.example"]}
    made = post.rpc(
        "receive_email",
        secret,
        source="raw",
        raw_sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
        envelope=envelope,
        raw_key=key,
    )
    post.sql("update helpdesk_private.email_work set due_at = now() where inbound_id = %s", made["inbound_id"])
    counts = post.post("functions/v1/email-in/sweep", secret, {}).json()
    assert counts["done"] >= 1
    where = "select outcome, body from helpdesk.inbound_emails where inbound_id = %s"
    assert post.sql(where, made["inbound_id"]) == [{"outcome": "created", "body": "Left behind."}]


def test_the_bytes_of_a_mail_whose_message_was_redacted_are_deleted(post: Desk) -> None:
    first = row(post, send(post, mail()))
    second = row(post, send(post, mail("My card is 4711.", In_Reply_To=f"<{first['message_id']}>")))
    assert second["outcome"] == "appended"
    admin = post.sign_in("admin")
    redact = post.post("rest/v1/rpc/redact_message", admin, {"message_id": str(second["post_id"])})
    assert redact.status_code == 200, redact.text
    assert post.post("functions/v1/email-in/sweep", post.info.secret_key, {}).json()["deleted"] == 1
    for found, status in ((first, 200), (second, 400)):
        path = f"{post.info.api_url}/storage/v1/object/authenticated/helpdesk-emails/{found['raw_key']}"
        answer = _get(path, headers=post.headers(post.info.secret_key))
        assert answer.status_code == status, answer.text
