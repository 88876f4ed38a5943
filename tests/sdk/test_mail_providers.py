"""The HTTP APIs: the shape of each request, and what each answer means."""

from __future__ import annotations

import base64
import email.message
import email.parser
import email.policy
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from helpdesk_sdk.delivery.mail import (
    Mailbox,
    MailFile,
    MailgunTransport,
    MailResult,
    OutgoingMail,
    PostmarkTransport,
    ResendTransport,
    SendgridTransport,
    SesTransport,
)
from helpdesk_sdk.delivery.mail.providers.base import HttpTransport
from helpdesk_sdk.delivery.mail.providers.ses import signature_v4

from .mail_support import ID, mail, read

Answer = Callable[[httpx.Request], httpx.Response]
PROVIDERS: dict[str, Callable[[httpx.Client], HttpTransport]] = {
    "postmark": lambda http: PostmarkTransport("key-1", http=http),
    "resend": lambda http: ResendTransport("key-1", http=http),
    "sendgrid": lambda http: SendgridTransport("key-1", http=http),
    "mailgun": lambda http: MailgunTransport("key-1", "mg.acme.example", http=http),
    "ses": lambda http: SesTransport("AKID", "key-1", "eu-central-1", http=http),
}
# What each answers to a mail that it takes: status, body, headers.
ACCEPTED: dict[str, tuple[int, Any, dict[str, str]]] = {
    "postmark": (200, {"To": "x", "MessageID": "b7bc2f4a", "ErrorCode": 0, "Message": "OK"}, {}),
    "resend": (200, {"id": "49a3999c"}, {}),
    "sendgrid": (202, None, {"X-Message-Id": "14c5d75ce93"}),
    "mailgun": (200, {"id": ID, "message": "Queued. Thank you."}, {}),
    "ses": (200, {"MessageId": "010701870c4a5b2e-6f0f2a9c-000000"}, {}),
}


def full() -> OutgoingMail:
    """A mail with everything, and with a name that tries to be an address."""
    return mail(
        sender=Mailbox("support@acme.example", 'Anna" <evil@x.example>, "Müller'),
        cc=[Mailbox("dora@customer.example", "Dora")],
        reply_to=Mailbox("reply+abc@in.acme.example", "Acme"),
        html='<p>Hi</p><img src="cid:logo">',
        in_reply_to="<q@customer.example>",
        references=["<a@x.example>", "<q@customer.example>"],
        automatic="auto-replied",
        installation="f00d",
        files=[MailFile("a.txt", b"text", "text/plain"), MailFile("l.png", b"png", "image/png", "logo")],
    )


def send(provider: str, answer: Answer, made: OutgoingMail | None = None) -> tuple[MailResult, list[httpx.Request]]:
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer(request)

    with httpx.Client(transport=httpx.MockTransport(handle)) as http:
        return PROVIDERS[provider](http).send(made or full()), asked


def accepting(provider: str) -> Answer:
    status, body, headers = ACCEPTED[provider]
    return lambda _: httpx.Response(status, json=body, headers=headers)


def asked_of(provider: str) -> httpx.Request:
    result, [request] = send(provider, accepting(provider))
    assert result.outcome == "done"
    return request


HEADERS = {
    "Message-ID": ID,
    "In-Reply-To": "<q@customer.example>",
    "References": "<a@x.example> <q@customer.example>",
    "Auto-Submitted": "auto-replied",
    "X-Auto-Response-Suppress": "All",
    "X-Helpdesk-Installation": "f00d",
}
# Without what would end the quotes.
FROM = '"Anna evil@x.example , Müller" <support@acme.example>'


def test_the_request_of_postmark() -> None:
    request = asked_of("postmark")
    assert (request.method, str(request.url)) == ("POST", "https://api.postmarkapp.com/email")
    assert request.headers["X-Postmark-Server-Token"] == "key-1"
    body = json.loads(request.content)
    assert body["From"] == FROM
    assert (body["To"], body["Cc"]) == ('"Carla" <carla@customer.example>', '"Dora" <dora@customer.example>')
    assert body["ReplyTo"] == '"Acme" <reply+abc@in.acme.example>'
    assert {header["Name"]: header["Value"] for header in body["Headers"]} == HEADERS | {"X-PM-KeepID": "true"}
    assert body["MessageStream"] == "outbound"
    assert body["Attachments"] == [
        {"Name": "a.txt", "ContentType": "text/plain", "Content": "dGV4dA=="},
        {"Name": "l.png", "ContentType": "image/png", "Content": "cG5n", "ContentID": "cid:logo"},
    ]


def test_the_request_of_resend() -> None:
    request = asked_of("resend")
    assert (request.method, str(request.url)) == ("POST", "https://api.resend.com/emails")
    assert request.headers["Authorization"] == "Bearer key-1"
    assert request.headers["Idempotency-Key"] == ID[1:-1]
    body = json.loads(request.content)
    assert (body["from"], body["to"]) == (FROM, ['"Carla" <carla@customer.example>'])
    assert body["headers"] == HEADERS
    assert body["attachments"][1]["content_id"] == "logo"


def test_the_request_of_sendgrid() -> None:
    request = asked_of("sendgrid")
    assert (request.method, str(request.url)) == ("POST", "https://api.sendgrid.com/v3/mail/send")
    body = json.loads(request.content)
    assert body["personalizations"] == [
        {
            "to": [{"email": "carla@customer.example", "name": "Carla"}],
            "cc": [{"email": "dora@customer.example", "name": "Dora"}],
        }
    ]
    assert body["from"]["email"] == "support@acme.example"
    assert [part["type"] for part in body["content"]] == ["text/plain", "text/html"]
    assert body["headers"] == HEADERS
    assert [file["disposition"] for file in body["attachments"]] == ["attachment", "inline"]
    assert body["tracking_settings"]["open_tracking"] == {"enable": False}


def test_the_request_of_mailgun_has_the_bytes_of_smtp() -> None:
    request = asked_of("mailgun")
    assert str(request.url) == "https://api.mailgun.net/v3/mg.acme.example/messages.mime"
    assert request.headers["Authorization"] == f"Basic {base64.b64encode(b'api:key-1').decode()}"
    head = b"Content-Type: " + request.headers["Content-Type"].encode() + b"\r\n\r\n"
    form = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + request.content)
    assert isinstance(form, email.message.EmailMessage)
    parts = [
        (part.get_param("name", header="content-disposition"), part.get_payload(decode=True))
        for part in form.iter_parts()
        if not part.get_content_type().startswith("message/")
    ]
    assert parts == [("to", b"carla@customer.example"), ("to", b"dora@customer.example"), ("o:tracking", b"no")]
    assert f"Message-ID: {ID}".encode() in request.content


def test_the_request_of_ses_has_the_bytes_and_a_signature() -> None:
    request = asked_of("ses")
    assert str(request.url) == "https://email.eu-central-1.amazonaws.com/v2/email/outbound-emails"
    body = json.loads(request.content)
    assert body["Destination"] == {
        "ToAddresses": ["carla@customer.example"],
        "CcAddresses": ["dora@customer.example"],
    }
    found = read(base64.b64decode(body["Content"]["Raw"]["Data"]))
    assert found["Message-ID"] == ID
    assert found["From"].addresses[0].addr_spec == "support@acme.example"
    signed = request.headers["Authorization"]
    assert signed.startswith("AWS4-HMAC-SHA256 Credential=AKID/")
    assert "SignedHeaders=content-type;host;x-amz-date," in signed


def test_the_signature_of_amazon() -> None:
    """The case "get-vanilla" of Amazon's public tests of signature version 4."""
    found = signature_v4(
        "GET",
        "/",
        {"host": "example.amazonaws.com"},
        b"",
        ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        "us-east-1",
        "service",
        datetime(2015, 8, 30, 12, 36, tzinfo=UTC),
    )
    assert found["authorization"].endswith("Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")


@pytest.mark.parametrize(
    ("provider", "provider_id", "stamped"),
    [
        ("postmark", "b7bc2f4a", None),
        ("resend", "49a3999c", None),
        ("sendgrid", "14c5d75ce93", None),
        ("mailgun", ID, None),
        (
            "ses",
            "010701870c4a5b2e-6f0f2a9c-000000",
            "<010701870c4a5b2e-6f0f2a9c-000000@eu-central-1.amazonses.com>",
        ),
    ],
)
def test_the_ids_of_a_mail_that_was_taken(provider: str, provider_id: str, stamped: str | None) -> None:
    result, _ = send(provider, accepting(provider))
    assert (result.outcome, result.provider_id, result.stamped_id) == ("done", provider_id, stamped)


def test_mailgun_replaced_the_id() -> None:
    result, _ = send("mailgun", lambda _: httpx.Response(200, json={"id": "<2026@mg.acme.example>"}))
    assert result.stamped_id == "<2026@mg.acme.example>"


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, "refused"),
        (413, "refused"),
        (422, "refused"),
        (401, "retry"),
        (403, "retry"),
        (404, "retry"),
        (429, "retry"),
        (500, "retry"),
        (503, "retry"),
        (302, "retry"),
    ],
)
def test_what_a_status_means(provider: str, status: int, outcome: str) -> None:
    result, _ = send(provider, lambda _: httpx.Response(status, text="why", headers={"Location": "https://x.example"}))
    assert (result.outcome, result.status, result.answer) == (outcome, status, "why")
    assert provider in result.problem


@pytest.mark.parametrize("provider", PROVIDERS)
def test_too_much_at_once_says_when_to_come_back(provider: str) -> None:
    result, _ = send(provider, lambda _: httpx.Response(429, headers={"Retry-After": "17"}))
    assert (result.outcome, result.retry_after) == ("retry", 17)


@pytest.mark.parametrize(("given", "seconds"), [("inf", None), ("1e300", None), ("9" * 30, 86_400), ("-1", None)])
def test_what_no_database_takes_as_seconds_is_not_handed_on(given: str, seconds: int | None) -> None:
    result, _ = send("postmark", lambda _: httpx.Response(429, headers={"Retry-After": given}))
    assert (result.outcome, result.retry_after) == ("retry", seconds)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (httpx.ConnectError("key-1"), "retry"),
        (httpx.ConnectTimeout("key-1"), "retry"),
        (httpx.ReadTimeout("key-1"), "unknown"),
        (httpx.WriteError("key-1"), "unknown"),
        (httpx.RemoteProtocolError("key-1"), "unknown"),
        (502, "unknown"),
        (504, "unknown"),
    ],
)
def test_a_lost_answer_is_unknown_unless_the_provider_sends_once(
    provider: str, error: Exception | int, outcome: str
) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        if isinstance(error, int):
            return httpx.Response(error)
        raise error

    result, _ = send(provider, fail)
    assert result.outcome == ("retry" if provider == "resend" else outcome)
    assert "key-1" not in f"{result}"


@pytest.mark.parametrize(
    ("provider", "status", "body", "headers", "outcome"),
    [
        ("postmark", 422, {"ErrorCode": 406, "Message": "inactive"}, {}, "refused"),
        ("postmark", 422, {"ErrorCode": 300, "Message": "invalid"}, {}, "refused"),
        ("postmark", 422, {"ErrorCode": 400, "Message": "no signature"}, {}, "retry"),
        ("postmark", 422, {"ErrorCode": 405, "Message": "no credit"}, {}, "retry"),
        ("postmark", 422, {"ErrorCode": 412, "Message": "pending"}, {}, "retry"),
        ("resend", 409, {"name": "concurrent_idempotent_requests"}, {}, "retry"),
        ("resend", 409, {"name": "invalid_idempotent_request"}, {}, "refused"),
        ("resend", 400, {"name": "validation_error", "message": "API key is invalid"}, {}, "retry"),
        ("ses", 400, {"message": "x"}, {"x-amzn-ErrorType": "MessageRejected"}, "refused"),
        ("ses", 400, {"message": "x"}, {"x-amzn-ErrorType": "SendingPausedException:http://x"}, "retry"),
        ("ses", 400, {"message": "x"}, {"x-amzn-ErrorType": "MailFromDomainNotVerifiedException"}, "retry"),
    ],
)
def test_refusals_of_their_own(provider: str, status: int, body: Any, headers: Mapping[str, str], outcome: str) -> None:
    result, _ = send(provider, lambda _: httpx.Response(status, json=body, headers=dict(headers)))
    assert result.outcome == outcome


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"[" * 50_000, b'{"id": 7, "MessageID": {}, "MessageId": []}'])
def test_an_answer_without_an_id_is_still_an_answer(provider: str, body: bytes) -> None:
    result, _ = send(provider, lambda _: httpx.Response(200, content=body))
    assert (result.outcome, result.provider_id) == ("done", None)
    assert len(result.answer) <= 1000


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_lost_lease_stops_the_request(provider: str) -> None:
    def stop() -> None:
        raise RuntimeError("lease lost")

    def handle(_: httpx.Request) -> httpx.Response:
        raise AssertionError("a request was sent")

    with httpx.Client(transport=httpx.MockTransport(handle)) as http, pytest.raises(RuntimeError, match="lease lost"):
        PROVIDERS[provider](http).send(full(), begins=stop)
