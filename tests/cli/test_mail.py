"""`helpdesk mail`: a test mail, and the DNS of its domain."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.cli.support import Cli
from tests.sdk.mail_support import Server, read, smtp_server

from helpdesk_cli._connect import mail_check

FROM = "Acme Support <support@acme.example>"


@pytest.fixture
def server() -> Iterator[Server]:
    with smtp_server() as made:
        yield made


@pytest.fixture
def shell(tmp_path: Path, server: Server) -> Cli:
    return Cli(tmp_path, {"HELPDESK_MAIL_URL": f"smtp://127.0.0.1:{server.port}", "HELPDESK_MAIL_FROM": FROM})


def test_a_mail_arrives(shell: Cli, server: Server) -> None:
    done = shell("mail", "test", "anna@customer.example")
    assert done.out == f"The mail to anna@customer.example was accepted (smtp 127.0.0.1:{server.port}).\n"
    [envelope] = server.handler.envelopes
    assert isinstance(envelope.content, bytes)
    found = read(envelope.content)
    assert found["From"] == "Acme Support <support@acme.example>"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["Message-ID"] in done.err


def test_the_answer_for_programs(shell: Cli, server: Server) -> None:
    server.handler.rcpt["gone@customer.example"] = "550 5.1.1 no such user"
    refused = shell("mail", "test", "gone@customer.example", "--json", code=1).json
    assert (refused["outcome"], refused["status"]) == ("refused", 550)
    assert refused["answer"] == "5.1.1 no such user"
    sent = shell("mail", "test", "anna@customer.example", "--from", "x@acme.example", "--json").json
    assert sent["outcome"] == "done"
    assert sent["message_id"].endswith("@acme.example>")


def test_nobody_answers(shell: Cli) -> None:
    done = shell("mail", "test", "anna@customer.example", code=1, HELPDESK_MAIL_URL="smtp://127.0.0.1:1")
    assert "was not accepted; a later try may succeed" in done.out


@pytest.mark.parametrize(
    ("arguments", "env", "says"),
    [
        (["anna@customer.example"], {"HELPDESK_MAIL_URL": ""}, "HELPDESK_MAIL_URL is not set"),
        (["anna@customer.example"], {"HELPDESK_MAIL_FROM": ""}, "Who sends the mail?"),
        (["anna"], {}, "'anna' is no e-mail address"),
        (["anna@x.example, evil@y.example"], {}, "no e-mail address"),
        (["anna@x.example\r\nBcc: evil@y.example"], {}, "no e-mail address"),
        (["anna@customer.example", "--from", "nobody"], {}, "no e-mail address"),
    ],
)
def test_what_is_missing_or_wrong(
    shell: Cli, server: Server, arguments: list[str], env: dict[str, str], says: str
) -> None:
    assert says in shell("mail", "test", *arguments, code=2, **env).err
    assert not server.handler.envelopes


def test_a_key_is_never_shown(shell: Cli, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("top-secret-key\n")
    env = {"HELPDESK_MAIL_URL": "postmark:?region=eu", "HELPDESK_MAIL_PASSWORD_FILE": str(file)}
    refused = shell("mail", "test", "a@customer.example", code=2, **env)
    assert "top-secret-key" not in refused.err + refused.out


RECORDS = {
    ("acme.example", "TXT"): '"v=spf1 include:spf.provider.example ~all"',
    ("pm._domainkey.acme.example", "TXT"): '"k=rsa; p=MIGf"',
    ("_dmarc.acme.example", "TXT"): '"v=DMARC1; p=none"',
    ("acme.example", "MX"): "10 mx.provider.example.",
}


class _Dns(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        data = RECORDS.get((asked["name"][0], asked["type"][0]))
        kind = 16 if asked["type"] == ["TXT"] else 15
        found = {"Status": 0, "Answer": [{"type": kind, "data": data}]} if data else {"Status": 3}
        body = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def dns() -> Iterator[str]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), _Dns)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}/dns-query"
    made.shutdown()
    made.server_close()


def test_the_dns_of_a_domain(shell: Cli, dns: str) -> None:
    good = shell("mail", "check", "acme.example", HELPDESK_DNS_URL=dns)
    assert [line.split()[:2] for line in good.out.splitlines()] == [
        ["ok", "SPF:"],
        ["ok", "DKIM:"],
        ["ok", "DMARC:"],
        ["ok", "MX:"],
    ]
    bad = shell("mail", "check", "other.example", "--json", code=1, HELPDESK_DNS_URL=dns).json
    assert bad["ok"] is False
    assert [(row["check"], row["ok"]) for row in bad["findings"]] == [
        ("SPF", False),
        ("DKIM", None),
        ("DMARC", False),
        ("MX", None),
    ]


def test_without_the_dns_nothing_is_claimed(shell: Cli) -> None:
    done = shell("mail", "check", "acme.example", HELPDESK_DNS_URL="http://127.0.0.1:1/")
    assert done.out.startswith("warning DNS: SPF, DKIM, DMARC and MX of acme.example were not checked")


def test_no_domain(shell: Cli) -> None:
    assert "is no domain" in shell("mail", "check", "a@b.example", code=2).err


def doctor(shell: Cli, **env: str) -> dict[str, tuple[bool | None, str]]:
    """What doctor says about mail. There is no helpdesk here, which is a problem of its own."""
    found = shell("doctor", "--json", code=1, **env).json["findings"]
    return {row["check"]: (row["ok"], row["message"]) for row in found if row["check"].startswith("mail")}


def test_doctor_looks_at_the_way_out_and_the_dns(shell: Cli, server: Server, dns: str) -> None:
    found = doctor(shell, HELPDESK_DNS_URL=dns)
    assert {check: ok for check, (ok, _) in found.items()} == {
        "mail": True,
        "mail SPF": True,
        "mail DKIM": True,
        "mail DMARC": True,
        "mail MX": True,
    }
    assert str(server.port) in found["mail"][1]
    assert not server.handler.envelopes


@pytest.mark.parametrize(
    ("env", "ok", "says"),
    [
        ({"HELPDESK_MAIL_URL": ""}, None, "no mail is sent"),
        ({"HELPDESK_MAIL_URL": "postmark:"}, False, "HELPDESK_MAIL_PASSWORD is not set"),
        ({"HELPDESK_MAIL_FROM": "nobody"}, False, "no e-mail address"),
    ],
)
def test_doctor_says_what_is_wrong(shell: Cli, dns: str, env: dict[str, str], ok: bool | None, says: str) -> None:
    found = doctor(shell, HELPDESK_DNS_URL=dns, **env)
    assert found["mail"][0] is ok
    assert says in found["mail"][1]


def test_doctor_names_the_mailbox_of_the_local_stack(dns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = "http://127.0.0.1:54321/_stack/mails"
    url = "http://127.0.0.1:54321"
    stack = SimpleNamespace(api_url=url, mails={"page": page, "smtp_url": "smtp://127.0.0.1:2525"})
    monkeypatch.setattr(mail_check, "running_stacks", lambda: [stack])
    for name, value in {"HELPDESK_MAIL_FROM": FROM, "HELPDESK_MAIL_URL": "", "HELPDESK_DNS_URL": dns}.items():
        monkeypatch.setenv(name, value)
    said = f"HELPDESK_MAIL_URL is not set: the local stack keeps the mails, see {page}"
    assert next(mail_check.check_mail()) == next(mail_check.check_mail(url)) == ("mail", True, said, None)
    # The stack is not the helpdesk that is looked at.
    elsewhere = next(mail_check.check_mail("https://desk.supabase.co"))
    assert elsewhere[:3] == ("mail", None, "HELPDESK_MAIL_URL is not set: no mail is sent")


def test_doctor_is_silent_where_no_mail_is_meant_to_leave(shell: Cli) -> None:
    assert doctor(shell, HELPDESK_MAIL_FROM="") == {}
