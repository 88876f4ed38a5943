"""Whom a connection to a mail server trusts, and what is wrong with a server's certificate, as a person mends it."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx

from ...errors import ConfigurationError

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

# Of OpenSSL: X509_V_ERR_…
_NOT_YET_VALID, _EXPIRED = 9, 10
_OTHER_NAMES = {62, 64}
_UNKNOWN_AUTHORITIES = {2, 18, 19, 20, 21, 24, 27}


def mail_context(ca_file: str = "", setting: str = "") -> ssl.SSLContext:
    """The TLS context for a mail server: it trusts whom every request of the SDK trusts.

    Args:
        ca_file: A file of certificates (PEM) of further authorities, for this server alone; empty: none.
        setting: The variable that names the file, for the error.

    Raises:
        ConfigurationError: The file cannot be read, or has no certificate.
    """
    # Not the context of HTTP, which offers HTTP as the protocol inside TLS.
    context = httpx.create_ssl_context()
    if ca_file:
        try:
            context.load_verify_locations(cadata=Path(ca_file).read_text(encoding="ascii"))
        except OSError as error:
            # An SSLError is an OSError, too.
            why = "has no certificate" if isinstance(error, ssl.SSLError) else "cannot be read"
            raise ConfigurationError(f"The file of {setting} {why}", hint="It has certificates in PEM.") from None
        except ValueError:
            raise ConfigurationError(f"The file of {setting} has no certificate in PEM") from None
    return context


def why_not_trusted(error: ssl.SSLError, host: str, url: str, ca_file: str) -> str:
    """What is wrong with TLS to a server, and which setting mends it, as a sentence without a period.

    Args:
        error: What the handshake says.
        host: The server's name, as it is set.
        url: The variable that names the server.
        ca_file: The variable that names a file of authorities.
    """
    if not isinstance(error, ssl.SSLCertVerificationError):
        return f"TLS fails: {error.reason or type(error).__name__}. Compare scheme and port of {url}"
    code = error.verify_code
    if code in _OTHER_NAMES:
        return f"its certificate is of another name than {host}: {url} must name the server as its certificate does"
    if code == _EXPIRED:
        return "its certificate has expired: whoever runs the server must renew it"
    if code == _NOT_YET_VALID:
        return "its certificate is not valid yet: compare the clock of this machine"
    if code in _UNKNOWN_AUTHORITIES:
        return (
            f"nobody whom this machine trusts has signed its certificate ({error.verify_message}): "
            f"{ca_file} may name a file with the authority's certificate"
        )
    return f"its certificate is not valid: {error.verify_message}"
