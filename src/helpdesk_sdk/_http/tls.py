"""The TLS context that clients share."""

from __future__ import annotations

import os
import ssl
from functools import cache

import httpx


def tls_context(url: str) -> ssl.SSLContext:
    """The TLS context for requests to this URL, shared by all clients: loading the CA bundle is slow and large."""
    if url.startswith("http:"):
        return _without_authorities()
    return _with_authorities(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@cache
def _without_authorities() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@cache
def _with_authorities(_file: str | None, _directory: str | None) -> ssl.SSLContext:
    """httpx's own context; it reads SSL_CERT_FILE and SSL_CERT_DIR, hence the cache key."""
    return httpx.create_ssl_context()
