"""Where a webhook may go: which URLs, and which addresses. ``_helpdesk/webhook_target.ts`` has the same rules.

A name is resolved once, and the request goes to the address that was looked at: a name that leads elsewhere a moment
later leads nowhere.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

# What the registries of special addresses list as not global, and multicast. Of IPv6 only what is given to the public,
# without the ranges that carry an IPv4 address or that lead nowhere. The database has the same lists.
_CLOSED_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/3"),
    )
)
_OPEN_V6 = ipaddress.IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    ipaddress.IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)

_URL = re.compile(
    r"(https?)://(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::([0-9]{1,5}))?([/?][\]!$%&'()*+,./0-9:;=?@A-Z\[_a-z~-]*)?",
    re.IGNORECASE | re.ASCII,
)
_USER = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]*@", re.IGNORECASE)
_ADDRESS = re.compile(r"\[.*\]|[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_NOT_PUBLIC = re.compile(r"(?:.*\.)?(?:local|internal|localhost)")
_LOOPBACK = {"localhost": ("127.0.0.1", "::1"), "127.0.0.1": ("127.0.0.1",), "[::1]": ("::1",)}
# Of a name with many addresses only the first are tried.
_ADDRESSES_MAX = 4

Resolve = Callable[[str, int], Sequence[str]]


class TargetError(Exception):
    """A webhook may not go there. The sentence names no address: the inside of a network is nobody's business."""


@dataclass(frozen=True)
class Target:
    """Where a request goes, in parts."""

    scheme: str
    """https; http only on this computer."""
    host: str
    """The name in the certificate, or an address without brackets."""
    port: int
    """443 or 8443; any on this computer."""
    path: str
    """Path and query."""
    authority: str
    """What the header ``Host`` says."""
    is_loopback: bool
    """Whether it is on this computer, which somebody has permitted."""


def parse(url: str, *, allow_loopback: bool = False) -> Target:
    """Look at a URL.

    Args:
        url: The URL of a webhook.
        allow_loopback: Whether a webhook may go to this computer, for local development.

    Raises:
        TargetError: No webhook may go to such a URL.
    """
    if _USER.match(url):
        raise TargetError("The URL must not contain a user name or a password")
    parts = _URL.fullmatch(url)
    if parts is None or len(url) > 2000:
        raise TargetError("The URL must be a plain address like https://example.com/hooks")
    scheme, host, given = parts[1].lower(), parts[2].lower(), parts[3]
    port = int(given) if given else {"https": 443, "http": 80}[scheme]
    path = parts[4] or "/"
    authority = host if given is None else f"{host}:{port}"
    target = Target(
        scheme, host.strip("[]"), port, path if path.startswith("/") else f"/{path}", authority, host in _LOOPBACK
    )
    if target.is_loopback and allow_loopback:
        if not 1 <= port <= 65535:
            raise TargetError("The URL must have a port between 1 and 65535")
        return target
    if scheme != "https":
        raise TargetError("The URL must begin with https://")
    if port not in (443, 8443):
        raise TargetError("The URL must use port 443 or 8443")
    if _ADDRESS.fullmatch(host):
        if not is_public(target.host):
            raise TargetError("The URL must not lead to a private or reserved address")
    elif _NOT_PUBLIC.fullmatch(host):
        raise TargetError("The URL must not lead to a name that is not public")
    elif len(host) > 253 or not _NAME.fullmatch(host):
        # The last part begins with a letter: other ways to write an IPv4 address do not.
        raise TargetError("The URL must have a full host name like hooks.example.com")
    return target


def addresses(target: Target, resolve: Resolve | None = None) -> Sequence[str]:
    """The addresses to connect to, after a look at each of them.

    Args:
        target: The target, as ``parse`` gave it.
        resolve: What finds the addresses of a name; by default the system.

    Raises:
        TargetError: The name has no address, or one that is not public.
    """
    if target.is_loopback:
        return _LOOPBACK.get(target.host) or _LOOPBACK[f"[{target.host}]"]
    if _ADDRESS.fullmatch(target.host) or ":" in target.host:
        return (target.host,)
    try:
        found = (resolve or resolve_name)(target.host, target.port)
    except (OSError, UnicodeError):
        found = ()
    if not found:
        raise TargetError(f"The name {target.host} has no address")
    if not all(is_public(address) for address in found):
        raise TargetError(f"The name {target.host} leads to a private or reserved address")
    return list(dict.fromkeys(found))[:_ADDRESSES_MAX]


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet.

    Args:
        address: An IPv4 or IPv6 address; anything else is not public.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return not any(parsed in network for network in _CLOSED_V4)
    return parsed.scope_id is None and parsed in _OPEN_V6 and not any(parsed in network for network in _CLOSED_V6)


def resolve_name(host: str, port: int) -> Sequence[str]:
    """The addresses that the system has for a name, IPv4 first.

    Args:
        host: The name.
        port: The port to connect to.

    Raises:
        OSError: There are none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(info[4][0]) for info in sorted(found, key=lambda info: info[0] != socket.AF_INET)]
