"""What the DNS must say about the domain that mails come from."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import httpx

from ...errors import ConfigurationError, ConnectionFailedError, HelpdeskError
from .addresses import checked_address

Kind = Literal["TXT", "MX"]

_TYPES = {"TXT": 16, "MX": 15}
_LOOKUPS_MAX = 10
# The names that providers give, for somebody who does not know theirs.
COMMON_SELECTORS = ("pm", "resend", "s1", "s2", "mailo", "k1", "mx", "google", "selector1", "selector2", "default")


class LookupFailedError(HelpdeskError):
    """The DNS does not answer."""


class Resolver(Protocol):
    """Looks up records."""

    def records(self, name: str, kind: Kind) -> list[str]:
        """The records; none if there are none or the name does not exist.

        Args:
            name: The name.
            kind: The type of the records.

        Raises:
            LookupFailedError: There is no answer.
        """
        ...


class HttpsResolver:
    """Looks up records over HTTPS (``application/dns-json``)."""

    def __init__(self, url: str = "https://cloudflare-dns.com/dns-query", *, http: httpx.Client | None = None) -> None:
        """Make it; nothing is sent.

        Args:
            url: The address of the service.
            http: A client to use instead of one of its own.
        """
        self._url, self._http = url, http or httpx.Client(timeout=5)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> HttpsResolver:
        """The resolver at HELPDESK_DNS_URL, or the default one.

        Args:
            environ: Variables to read instead of the process's own.

        Raises:
            ConfigurationError: The variable is no address of HTTPS.
        """
        url = (os.environ if environ is None else environ).get("HELPDESK_DNS_URL", "").strip()
        if url and not re.match(r"https://[^/]|http://(?:127\.0\.0\.1|localhost)[:/]", url):
            raise ConfigurationError("HELPDESK_DNS_URL must begin with https://")
        return cls(url) if url else cls()

    def records(self, name: str, kind: Kind) -> list[str]:
        """The records; none if there are none or the name does not exist.

        Args:
            name: The name.
            kind: The type of the records.

        Raises:
            LookupFailedError: There is no answer.
        """
        try:
            asked = {"name": name, "type": kind}
            answer = self._http.get(self._url, params=asked, headers={"accept": "application/dns-json"})
            found = answer.raise_for_status().json()
            status, rows = found["Status"], found.get("Answer") or []
            data = [str(row["data"]) for row in rows if row["type"] == _TYPES[kind]]
        except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise LookupFailedError(f"The DNS does not answer for {name}: {type(error).__name__}") from None
        if status not in {0, 3}:
            raise LookupFailedError(f"The DNS does not answer for {name}: status {status}")
        return [_joined(text) for text in data] if kind == "TXT" else data


@dataclass(frozen=True, slots=True)
class DomainFinding:
    """What one check of a domain found.

    Attributes:
        check: ``SPF``, ``DKIM``, ``DMARC``, ``MX`` or ``DNS``.
        ok: Whether the check passed; None for a warning.
        message: What was found.
        fix: What to do about a problem or a warning.
    """

    check: str
    ok: bool | None
    message: str
    fix: str | None = None


def check_domain(domain: str, resolver: Resolver, *, selectors: Sequence[str] = ()) -> list[DomainFinding]:
    """Check what mail servers look up about a domain that mails come from.

    Args:
        domain: The domain in From.
        resolver: Where to look.
        selectors: The DKIM selectors; by default the usual ones of providers are tried.

    Raises:
        InvalidMailError: This is no domain.
    """
    name = checked_address(f"x@{domain}").partition("@")[2]
    try:
        found = list(_spf(name, resolver))
    except (LookupFailedError, ConnectionFailedError) as error:
        message = f"SPF, DKIM, DMARC and MX of {name} were not checked: {error.message}"
        return [DomainFinding("DNS", None, message, "Repeat this where the DNS can be asked, or set HELPDESK_DNS_URL.")]
    later: dict[str, Callable[[], DomainFinding]] = {
        "DKIM": lambda: _dkim(name, resolver, selectors),
        "DMARC": lambda: _dmarc(name, resolver),
        "MX": lambda: _mx(name, resolver),
    }
    for check, run in later.items():
        try:
            found.append(run())
        except LookupFailedError as error:
            found.append(DomainFinding(check, None, error.message, "Repeat this."))
    return found


def _spf(domain: str, resolver: Resolver) -> Iterator[DomainFinding]:
    fix = f"Add one TXT record at {domain}, as the mail provider gives it: v=spf1 include:… ~all"
    records = _spf_records(domain, resolver)
    if len(records) != 1:
        message = "no SPF record" if not records else f"{len(records)} SPF records, so receivers use none"
        yield DomainFinding("SPF", False, f"{domain} has {message}", fix if not records else "Join them to one record.")
        return
    [record] = records
    if re.search(r"(?:^|\s)\+?all(?:\s|$)", record.lower()):
        yield DomainFinding("SPF", False, f"{record}: every server may send", "End it with ~all or -all.")
        return
    lookups = _lookups(record, resolver, {domain})
    if lookups > _LOOKUPS_MAX:
        message = f"{record}: more than {_LOOKUPS_MAX} lookups, so receivers use none of it"
        yield DomainFinding("SPF", False, message, "Remove the includes of services that do not send any more.")
    elif not re.search(r"(?:^|\s)(?:[~-]all|redirect=)", record.lower()):
        yield DomainFinding("SPF", None, f"{record}: it does not say who may not send", "End it with ~all or -all.")
    else:
        yield DomainFinding("SPF", True, record)


def _spf_records(domain: str, resolver: Resolver) -> list[str]:
    return [text for text in resolver.records(domain, "TXT") if re.match(r"v=spf1(?:\s|$)", text, re.IGNORECASE)]


def _lookups(record: str, resolver: Resolver, seen: set[str]) -> int:
    """How many lookups a record costs; it stops above the limit."""
    total = 0
    for term in record.lower().split()[1:]:
        mechanism = term.lstrip("+-~?")
        if not re.match(r"(?:include:|redirect=|exists:|(?:a|mx|ptr)(?:[:/]|$))", mechanism):
            continue
        total += 1
        target = re.match(r"(?:include:|redirect=)([a-z0-9._-]+)$", mechanism)
        if target and target[1] not in seen and total <= _LOOKUPS_MAX:
            seen.add(target[1])
            total += sum(_lookups(text, resolver, seen) for text in _spf_records(target[1], resolver)[:1])
        if total > _LOOKUPS_MAX:
            break
    return total


def _dkim(domain: str, resolver: Resolver, selectors: Sequence[str]) -> DomainFinding:
    good: list[str] = []
    revoked: list[str] = []
    for selector in selectors or COMMON_SELECTORS:
        for text in resolver.records(f"{selector}._domainkey.{domain}", "TXT"):
            key = re.search(r"(?:^|;)\s*p=([^;]*)", text)
            if key:
                (good if key[1].strip() else revoked).append(selector)
    missing = [selector for selector in selectors if selector not in good]
    if missing or (revoked and not good):
        named = ", ".join(missing or revoked)
        fix = "Add the records for DKIM that the mail provider shows."
        return DomainFinding("DKIM", False, f"no key at {domain} for the selector {named}", fix)
    if not good:
        message = f"no key at {domain} for the usual selectors ({', '.join(COMMON_SELECTORS)})"
        return DomainFinding("DKIM", None, message, "Name yours: helpdesk mail check DOMAIN --selector NAME")
    return DomainFinding("DKIM", True, f"a key at {domain} for the selector {', '.join(dict.fromkeys(good))}")


def _dmarc(domain: str, resolver: Resolver) -> DomainFinding:
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        name = ".".join(labels[start:])
        texts = resolver.records(f"_dmarc.{name}", "TXT")
        records = [text for text in texts if re.match(r"v=DMARC1\s*(?:;|$)", text)]
        if len(records) > 1:
            message = f"_dmarc.{name} has {len(records)} records, so receivers use none"
            return DomainFinding("DMARC", False, message, "Remove all but one.")
        if records:
            policy = re.search(r";\s*p\s*=\s*(none|quarantine|reject)\b", records[0], re.IGNORECASE)
            if policy:
                return DomainFinding("DMARC", True, f"_dmarc.{name}: {records[0]}")
            return DomainFinding("DMARC", False, f"_dmarc.{name}: {records[0]}: no policy", "Add p=none or stricter.")
    fix = f"Add a TXT record at _dmarc.{domain}: v=DMARC1; p=none; rua=mailto:…; later p=quarantine."
    return DomainFinding("DMARC", False, f"{domain} has no DMARC record", fix)


def mail_servers(domain: str, resolver: Resolver) -> list[str]:
    """The servers that receive mail of a domain; one without a name says that nobody does.

    Args:
        domain: The domain of the addresses.
        resolver: Where to look.

    Raises:
        LookupFailedError: The DNS does not answer.
    """
    return [record.split()[-1].rstrip(".") for record in resolver.records(domain, "MX") if record.split()]


def _mx(domain: str, resolver: Resolver) -> DomainFinding:
    hosts = mail_servers(domain, resolver)
    if not hosts:
        fix = "Answers and bounces need it, unless they go to another domain."
        return DomainFinding("MX", None, f"{domain} has no MX record: it receives no mail", fix)
    if not any(hosts):
        return DomainFinding("MX", False, f"{domain} says that it receives no mail", "Remove the MX record with a dot.")
    return DomainFinding("MX", True, f"{domain} receives mail at {', '.join(sorted(filter(None, hosts)))}")


def _joined(data: str) -> str:
    """The text of a TXT record, which may come in several quoted pieces."""
    pieces = re.findall(r'"((?:[^"\\]|\\.)*)"', data)
    text = "".join(pieces) if pieces else data
    return re.sub(r"\\(\d{3}|.)", lambda found: chr(int(found[1])) if len(found[1]) == 3 else found[1], text)
