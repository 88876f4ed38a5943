"""Mails of the function `deliver` beside those of the SDK: TLS, and what a mail is made of."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.sdk.authority import WRONG, Authority
from tests.sdk.mail_support import make_certificate, read, smtp_server

from helpdesk_sdk.delivery.mail import MailFile, OutgoingMail
from helpdesk_sdk.delivery.mail.providers import PostmarkTransport, ResendTransport, SendgridTransport
from helpdesk_sdk.local import _gateway

FUNCTION = Path(__file__).parents[2] / "supabase" / "functions" / "deliver"
PAYLOAD: dict[str, Any] = {
    "message_id": "<m.0123@desk.example>",
    "from": {"name": 'Änna "A", (Acme)\r\nBcc: x', "address": "support@bücher.example"},
    "to": [{"name": "Carla \u202e=?utf-8?q?x?=", "address": "carla@Customer.example"}],
    "cc": [{"name": "", "address": "boss@customer.example"}, {"name": "", "address": "carla@customer.example"}],
    "reply_to": {"name": "Acme", "address": "reply+abc@desk.example"},
    "envelope_from": "bounce+abc@desk.example",
    "subject": "Re: Grüße 👋 " + "und eine lange Zeile " * 8,
    "text": "Hello,\r\n.\nit\0 works.\n",
    "html": "<p>Hällo</p>",
    "in_reply_to": "<q1@customer.example>",
    "references": [f"<{number}.{'x' * 60}@customer.example>" for number in range(30)],
    "automatic": "auto-generated",
    "installation": "d1241a722bf2",
    "headers": {"List-Id": "<desk.example>"},
}
NAME = "..\\Schritt für Schritt\r\n.pdf"
CONTENT = bytes(range(256)) * 20

SEND = """
import { SmtpTransport } from "FUNCTION/mail_smtp.ts";
import { mailOf } from "FUNCTION/mail_payload.ts";
const { payload, server, ca } = JSON.parse(Deno.args[0]);
let begun = false;
const result = await new SmtpTransport(server, 5_000, ca).send(mailOf(payload, []), async () => { begun = true; });
console.log(JSON.stringify({ ...result, begun }));
"""

WRITE = """
import { PostmarkTransport, ResendTransport, SendgridTransport } from "FUNCTION/mail_json_providers.ts";
import { composed } from "FUNCTION/mail_compose.ts";
import { mailOf } from "FUNCTION/mail_payload.ts";
const { payload, name, content } = JSON.parse(Deno.args[0]);
const file = { name, type: "application/pdf; x=y", content: Uint8Array.fromBase64(content) };
const mail = mailOf(payload, [file]);
const bodies = [];
const fetchIt = (_, init) => { bodies.push(JSON.parse(init.body)); return Promise.resolve(Response.json({})); };
for (const transport of [
  new PostmarkTransport("key", "outbound", { fetchIt }),
  new ResendTransport("key", { fetchIt }),
  new SendgridTransport("key", "https://api.sendgrid.com", { fetchIt }),
]) await transport.send(mail, () => Promise.resolve());
console.log(JSON.stringify({ raw: (await composed(mail)).toBase64(), bodies }));
"""


def run(folder: Path, script: str, given: dict[str, Any]) -> Any:
    """What a script prints that uses the function's modules, with no more rights than a function has here."""
    file = folder / "script.ts"
    file.write_text(script.replace("FUNCTION", FUNCTION.as_uri()))
    config = f"--config={FUNCTION / 'deno.json'}"
    words = [
        "run",
        "--quiet",
        "--no-prompt",
        "--no-check",
        config,
        "--frozen",
        "--allow-net",
        str(file),
        json.dumps(given),
    ]
    done = subprocess.run(
        [_gateway.deno_program(), *words],
        capture_output=True,
        text=True,
        env=os.environ | {"NO_COLOR": "1"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_mail_goes_over_tls_to_a_server_whose_certificate_is_trusted(tmp_path: Path, security: str) -> None:
    made = make_certificate(tmp_path)
    with smtp_server(made, security) as server:
        given: dict[str, Any] = {"payload": PAYLOAD | {"cc": []}}
        given["server"] = {"host": "localhost", "port": server.port, "security": security}
        # Only STARTTLS: the server does not offer to sign in over what it does not know to be TLS.
        secret = {"user": "anna", "password": "secret"} if security == "starttls" else {"user": "", "password": ""}
        given["server"] |= secret
        stranger = run(tmp_path, SEND, given)
        assert (stranger["outcome"], stranger["begun"], server.handler.envelopes) == ("retry", False, [])
        found = run(tmp_path, SEND, given | {"ca": made[0].read_text()})
        assert (found["outcome"], found["status"]) == ("done", 250)
        (envelope,) = server.handler.envelopes
        assert (envelope.mail_from, envelope.rcpt_tos) == ("bounce+abc@desk.example", ["carla@customer.example"])
        if security == "starttls":
            given["server"]["password"] = "wrong"
            refused = run(tmp_path, SEND, given | {"ca": made[0].read_text()})
            assert (refused["outcome"], refused["status"], refused["begun"]) == ("retry", 535, False)
            assert len(server.handler.envelopes) == 1


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("how", WRONG)
def test_a_server_that_is_not_trusted_receives_nothing(tmp_path: Path, how: str, security: str) -> None:
    folder = tmp_path / "authority"
    folder.mkdir()
    authority = Authority.make(folder)
    with smtp_server(authority.wrong(how), security) as server:
        given: dict[str, Any] = {"payload": PAYLOAD | {"cc": []}, "ca": authority.file.read_text()}
        given["server"] = {"host": "localhost", "port": server.port, "security": security}
        given["server"] |= {"user": "anna", "password": "secret"}
        found = run(tmp_path, SEND, given)
    assert (found["outcome"], found["begun"], server.handler.envelopes) == ("retry", False, [])
    # The platform tells no more of the others apart.
    named = {"another name": "is of another name than localhost: HELPDESK_MAIL_URL"}
    assert named.get(how, "HELPDESK_MAIL_CA") in found["problem"]


def test_a_mail_is_what_the_sdk_makes_of_the_same_payload(tmp_path: Path) -> None:
    found = run(tmp_path, WRITE, {"payload": PAYLOAD, "name": NAME, "content": base64.b64encode(CONTENT).decode()})
    mail = OutgoingMail.from_payload(PAYLOAD, [MailFile(NAME, CONTENT, "application/pdf; x=y")])
    received: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        received.append(json.loads(request.content))
        return httpx.Response(200, json={})

    for transport in (
        PostmarkTransport("key", http=httpx.Client(transport=httpx.MockTransport(answer))),
        ResendTransport("key", http=httpx.Client(transport=httpx.MockTransport(answer))),
        SendgridTransport("key", http=httpx.Client(transport=httpx.MockTransport(answer))),
    ):
        transport.send(mail)
    assert found["bodies"] == received

    raw = base64.b64decode(found["raw"])
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    message = read(raw)
    for name, boxes in {"From": [mail.sender], "To": mail.to, "Cc": mail.cc, "Reply-To": [mail.reply_to]}.items():
        shown = [(box.addr_spec, box.display_name.replace("= ?", "=?")) for box in message[name].addresses]
        assert shown == [(box.address, box.name) for box in boxes if box]
    assert message["Subject"] == mail.subject
    assert message["References"].split() == list(mail.references)
    assert (message["Message-ID"], message["List-Id"]) == (mail.message_id, "<desk.example>")
    assert "Bcc" not in message
    text, html = message.get_body(["plain"]), message.get_body(["html"])
    assert text
    assert html
    assert text.get_content().rstrip("\n") == "Hello,\n.\nit works."
    assert html.get_content().strip() == "<p>Hällo</p>"
    (file,) = message.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("Schritt für Schritt .pdf", CONTENT)
