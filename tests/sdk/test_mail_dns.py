"""What the DNS says about a domain that mails come from."""

from __future__ import annotations

from collections.abc import Mapping

import httpx
import pytest

from helpdesk_sdk.delivery.mail import InvalidMailError
from helpdesk_sdk.delivery.mail.dns import DomainFinding, HttpsResolver, LookupFailedError, check_domain
from helpdesk_sdk.errors import ConfigurationError

DOMAIN = "acme.example"
GOOD = {
    (DOMAIN, "TXT"): ["google-site-verification=x", "v=spf1 include:spf.provider.example ~all"],
    ("spf.provider.example", "TXT"): ["v=spf1 ip4:192.0.2.0/24 -all"],
    (f"pm._domainkey.{DOMAIN}", "TXT"): ["k=rsa; p=MIGf"],
    (f"_dmarc.{DOMAIN}", "TXT"): ["v=DMARC1; p=quarantine"],
    (DOMAIN, "MX"): ["10 mx.provider.example."],
}


class Fixed:
    """A resolver with these records."""

    def __init__(self, records: Mapping[tuple[str, str], list[str]], broken: str = "") -> None:
        self._records, self._broken = records, broken

    def records(self, name: str, kind: str) -> list[str]:
        if name == self._broken:
            raise LookupFailedError(f"no answer for {name}")
        return self._records.get((name, kind), [])


def check(
    changes: Mapping[tuple[str, str], list[str]] = {}, domain: str = DOMAIN, selectors: tuple[str, ...] = ()
) -> dict[str, DomainFinding]:
    found = check_domain(domain, Fixed(GOOD | dict(changes)), selectors=selectors)
    return {finding.check: finding for finding in found}


def test_all_is_there() -> None:
    assert {name: finding.ok for name, finding in check().items()} == {
        "SPF": True,
        "DKIM": True,
        "DMARC": True,
        "MX": True,
    }
    assert "pm" in check()["DKIM"].message


@pytest.mark.parametrize(
    ("records", "ok", "says"),
    [
        ([], False, "no SPF record"),
        (["v=spf1 -all", "v=spf1 ~all"], False, "2 SPF records"),
        (["v=spf10 -all"], False, "no SPF record"),
        (["v=spf1 +all"], False, "every server may send"),
        (["v=spf1 all"], False, "every server may send"),
        (["v=spf1 a mx"], None, "does not say who may not"),
        (["V=SPF1 A -ALL"], True, "V=SPF1"),
        (["v=spf1 redirect=spf.provider.example"], True, "redirect"),
        (["v=spf1 " + " ".join(f"include:s{number}.example" for number in range(11)) + " ~all"], False, "lookups"),
        ([f"v=spf1 include:{DOMAIN} ~all"], True, DOMAIN),
    ],
)
def test_spf(records: list[str], ok: bool | None, says: str) -> None:
    found = check({(DOMAIN, "TXT"): records})["SPF"]
    assert found.ok is ok
    assert says in found.message
    assert (found.fix is None) == (ok is True)


def test_lookups_of_includes_count_too() -> None:
    chain: dict[tuple[str, str], list[str]] = {
        (f"s{number}.example", "TXT"): [f"v=spf1 a mx include:s{number + 1}.example -all"] for number in range(9)
    }
    found = check(chain | {(DOMAIN, "TXT"): ["v=spf1 include:s0.example ~all"]})["SPF"]
    assert found.ok is False


@pytest.mark.parametrize(
    ("changes", "selectors", "ok", "says"),
    [
        ({}, ("pm",), True, "pm"),
        ({}, ("pm", "other"), False, "other"),
        ({(f"pm._domainkey.{DOMAIN}", "TXT"): []}, (), None, "usual selectors"),
        ({(f"pm._domainkey.{DOMAIN}", "TXT"): ["v=DKIM1; p="]}, (), False, "pm"),
        ({(f"pm._domainkey.{DOMAIN}", "TXT"): ["v=DKIM1; p="]}, ("pm",), False, "pm"),
    ],
)
def test_dkim(
    changes: Mapping[tuple[str, str], list[str]], selectors: tuple[str, ...], ok: bool | None, says: str
) -> None:
    found = check(changes, selectors=selectors)["DKIM"]
    assert found.ok is ok
    assert says in found.message


@pytest.mark.parametrize(
    ("records", "ok"),
    [
        ([], False),
        (["v=DMARC1"], False),
        (["v=DMARC1; p=none", "v=DMARC1; p=none"], False),
        (["v=DMARC1;p=none"], True),
    ],
)
def test_dmarc(records: list[str], ok: bool) -> None:
    assert check({(f"_dmarc.{DOMAIN}", "TXT"): records})["DMARC"].ok is ok


def test_the_dmarc_record_of_the_domain_above_counts() -> None:
    found = check(domain=f"support.{DOMAIN}")["DMARC"]
    assert found.ok is True
    assert f"_dmarc.{DOMAIN}" in found.message


@pytest.mark.parametrize(("records", "ok"), [([], None), (["0 ."], False), (["5 a.example.", "1 b.example."], True)])
def test_mx(records: list[str], ok: bool | None) -> None:
    assert check({(DOMAIN, "MX"): records})["MX"].ok is ok


def test_without_the_dns_it_says_so_once() -> None:
    [found] = check_domain(DOMAIN, Fixed(GOOD, broken=DOMAIN))
    assert (found.check, found.ok) == ("DNS", None)
    assert "not checked" in found.message
    later = {finding.check: finding.ok for finding in check_domain(DOMAIN, Fixed(GOOD, broken=f"_dmarc.{DOMAIN}"))}
    assert later == {"SPF": True, "DKIM": True, "DMARC": None, "MX": True}


@pytest.mark.parametrize("domain", ["", "acme", "a@b.example", "acme.example\r\n", "https://acme.example"])
def test_what_is_no_domain(domain: str) -> None:
    with pytest.raises(InvalidMailError):
        check_domain(domain, Fixed(GOOD))


def over_https(answer: httpx.Response | Exception) -> HttpsResolver:
    def handle(request: httpx.Request) -> httpx.Response:
        assert request.headers["accept"] == "application/dns-json"
        assert dict(request.url.params) == {"name": DOMAIN, "type": "TXT"}
        if isinstance(answer, Exception):
            raise answer
        return answer

    return HttpsResolver("https://dns.example/dns-query", http=httpx.Client(transport=httpx.MockTransport(handle)))


@pytest.mark.parametrize(
    ("data", "expected"),
    [('"v=spf1 a" " ~all"', "v=spf1 a ~all"), ("v=spf1 ~all", "v=spf1 ~all"), (r'"a\"b\\c\059"', 'a"b\\c;')],
)
def test_texts_come_in_pieces(data: str, expected: str) -> None:
    alias = {"name": DOMAIN, "type": 5, "data": "alias.example."}
    answer = {"Status": 0, "Answer": [alias, {"name": DOMAIN, "type": 16, "data": data}]}
    assert over_https(httpx.Response(200, json=answer)).records(DOMAIN, "TXT") == [expected]


@pytest.mark.parametrize("answer", [{"Status": 3}, {"Status": 0}, {"Status": 0, "Answer": []}])
def test_no_records(answer: object) -> None:
    assert over_https(httpx.Response(200, json=answer)).records(DOMAIN, "TXT") == []


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("x"),
        httpx.ReadTimeout("x"),
        httpx.Response(500),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"Status": 2}),
        httpx.Response(200, json={"Status": 0, "Answer": [7]}),
    ],
)
def test_no_answer_is_not_no_record(answer: httpx.Response | Exception) -> None:
    with pytest.raises(LookupFailedError):
        over_https(answer).records(DOMAIN, "TXT")


def test_the_service_is_asked_over_tls() -> None:
    assert HttpsResolver.from_env({"HELPDESK_DNS_URL": "https://dns.example/q"})
    for url in ("http://dns.example/q", "dns.example", "file:///etc/passwd"):
        with pytest.raises(ConfigurationError):
            HttpsResolver.from_env({"HELPDESK_DNS_URL": url})
