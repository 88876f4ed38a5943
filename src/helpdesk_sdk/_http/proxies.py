"""The proxy between the client and its helpdesk, from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY.

A client talks to one host, so one proxy is chosen when the client is made. httpx would load every proxy of the
environment, also one that it never uses, and would send requests for a stack on this machine to it.
"""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from ..errors import ConfigurationError


def proxy_for(url: str) -> str | None:
    """The URL of the proxy for requests to this URL; None for a direct connection.

    Loopback addresses are always connected to directly.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if _is_loopback(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all")
    if not found:
        return None
    return found if "://" in found else f"http://{found}"


def proxy_options(url: str) -> dict[str, Any]:
    """The arguments of an httpx client that make it use this proxy, and no other.

    Raises:
        ConfigurationError: The environment names a proxy that cannot be used.
    """
    proxy = proxy_for(url)
    if proxy is None:
        return {"trust_env": False}
    try:
        httpx.HTTPTransport(proxy=proxy).close()
    except ImportError:
        problem = f"The environment names the SOCKS proxy {shown(proxy)}, which needs another package"
        hint = "pip install 'httpx[socks]', or name the helpdesk's host in NO_PROXY."
        raise ConfigurationError(problem, hint=hint) from None
    except ValueError:
        problem = f"The environment names the proxy {shown(proxy)}, which is not valid"
        hint = "Correct HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, or name the helpdesk's host in NO_PROXY."
        raise ConfigurationError(problem, hint=hint) from None
    return {"trust_env": False, "proxy": proxy}


def shown(proxy: str) -> str:
    """A proxy's URL without user name and password."""
    try:
        parts = urlsplit(proxy)
        return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
    except ValueError:
        return "(malformed)"


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
