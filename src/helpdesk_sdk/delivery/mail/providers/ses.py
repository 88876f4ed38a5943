"""Amazon SES, version 2 of its API."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx

from ..composing import compose
from ..payload import OutgoingMail
from ..results import MailResult
from ..smtp import ses_id
from .base import Answer, HttpTransport, fields, text_of

_PATH = "/v2/email/outbound-emails"
# Answers 400 that blame the account and not the mail.
_ACCOUNT_TYPES = {
    "AccountSuspendedException",
    "SendingPausedException",
    "MailFromDomainNotVerifiedException",
    "LimitExceededException",
    "TooManyRequestsException",
}


class SesTransport(HttpTransport):
    """Sends through Amazon SES, which receives the finished bytes and replaces Message-ID."""

    name = "ses"

    def __init__(
        self,
        access_key: str,
        secret_key: str,
        region: str,
        *,
        session_token: str | None = None,
        configuration_set: str | None = None,
        url: str | None = None,
        **options: Any,
    ):
        """Make it; nothing is sent.

        Args:
            access_key: The id of the access key.
            secret_key: Its secret.
            region: The region, such as ``eu-central-1``.
            session_token: The token of temporary credentials.
            configuration_set: The configuration set.
            url: The address of the API, instead of the region's.
            options: As of every HTTP transport.
        """
        super().__init__(**options)
        self._access_key, self._secret_key, self._region = access_key, secret_key, region
        self._token, self._set = session_token, configuration_set
        self._url = f"{url or f'https://email.{region}.amazonaws.com'}{_PATH}"

    def _request(self, mail: OutgoingMail) -> httpx.Request:
        body: dict[str, Any] = {
            "Destination": {
                "ToAddresses": [box.address for box in mail.to],
                "CcAddresses": [box.address for box in mail.cc],
            },
            "Content": {"Raw": {"Data": base64.b64encode(compose(mail)).decode()}},
        }
        if self._set:
            body["ConfigurationSetName"] = self._set
        content = json.dumps(body).encode()
        headers = {"content-type": "application/json", "host": httpx.URL(self._url).netloc.decode()}
        if self._token:
            headers["x-amz-security-token"] = self._token
        key = (self._access_key, self._secret_key)
        signed = signature_v4("POST", _PATH, headers, content, key, self._region, "ses", datetime.now(UTC))
        return self._http.build_request("POST", self._url, content=content, headers=signed)

    def _accepted(self, answer: Answer) -> MailResult:
        found = text_of(fields(answer.body).get("MessageId"))
        return answer.result("done", stamped_id=ses_id(found, self._region) if found else None, provider_id=found)

    def _is_final(self, answer: Answer) -> bool:
        # The type stands in a header, perhaps with an address after a colon; the body has only the message.
        kind = answer.headers.get("x-amzn-errortype", "").partition(":")[0]
        return super()._is_final(answer) and kind not in _ACCOUNT_TYPES


def signature_v4(
    method: str,
    path: str,
    headers: Mapping[str, str],
    content: bytes,
    key: tuple[str, str],
    region: str,
    service: str,
    at: datetime,
) -> dict[str, str]:
    """The headers with the signature of version 4, for a request without a query.

    Args:
        method: The method.
        path: The path.
        headers: The headers to sign, ``host`` among them, in lower case.
        content: The body.
        key: The id of the access key, and its secret.
        region: The region.
        service: The name of the service.
        at: The time in UTC.
    """
    stamp = at.strftime("%Y%m%dT%H%M%SZ")
    signed = {**headers, "x-amz-date": stamp}
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{' '.join(signed[name].split())}\n" for name in sorted(signed))
    digest = hashlib.sha256(content).hexdigest()
    canonical = "\n".join([method, quote(path, safe="/-_.~"), "", lines, names, digest])
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    asked = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    secret = f"AWS4{key[1]}".encode()
    for part in scope.split("/"):
        secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(secret, asked.encode(), hashlib.sha256).hexdigest()
    credential = f"Credential={key[0]}/{scope}, SignedHeaders={names}, Signature={signature}"
    return signed | {"authorization": f"AWS4-HMAC-SHA256 {credential}"}
