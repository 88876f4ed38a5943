"""The arguments of the httpx client that a helpdesk client sends its requests with."""

from __future__ import annotations

from typing import Any

from .proxies import proxy_options
from .request_ids import CLIENT
from .tls import tls_context


def http_options(url: str, key: str, timeout: float, transport: object) -> dict[str, Any]:
    """The arguments for this helpdesk. A transport of the caller's own knows its certificates and its proxy itself."""
    headers = {"apikey": key, "X-Client-Info": CLIENT}
    options = {"headers": headers, "timeout": timeout}
    if transport is not None:
        return options | {"transport": transport}
    return options | {"verify": tls_context(url)} | proxy_options(url)
