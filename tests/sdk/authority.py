"""An authority of a test, and the certificates that it signs for servers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Files = tuple[Path, Path]
"""A certificate and its key."""

WRONG = {
    "another name": "is of another name than",
    "expired": "has expired",
    "not yet valid": "is not valid yet",
    "signed by itself": "nobody whom this machine trusts",
    "another authority": "nobody whom this machine trusts",
}
"""What can be wrong with a certificate, and what is said of it."""


@dataclass(frozen=True)
class Authority:
    """Signs certificates into a folder; `file` is its own, for those who trust it."""

    directory: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def make(cls, directory: Path, name: str = "authority") -> Authority:
        """A new one."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"the {name} of a test")])
        made = (
            _builder(subject, subject, key.public_key(), -1, 1)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        found = cls(directory, key, made)
        _write(directory / f"{name}.pem", made)
        return found

    @property
    def file(self) -> Path:
        """Its certificate."""
        return self.directory / "authority.pem"

    def issue(self, host: str = "localhost", *, begins: float = -1, ends: float = 1) -> Files:
        """A certificate for a server; localhost is also 127.0.0.1 and 127.0.0.2. Its time in days from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        names: list[x509.GeneralName] = [x509.DNSName(host)]
        if host == "localhost":
            names += [x509.IPAddress(ip_address(f"127.0.0.{number}")) for number in (1, 2)]
        made = (
            _builder(subject, self.certificate.subject, key.public_key(), begins, ends)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(self.key, hashes.SHA256())
        )
        number = len(list(self.directory.iterdir()))
        pem, private = self.directory / f"{number}.pem", self.directory / f"{number}.key"
        _write(pem, made)
        private.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return pem, private

    def wrong(self, how: str) -> Files:
        """A certificate with something wrong, by the names of `WRONG`."""
        if how == "another name":
            return self.issue("other.example")
        if how == "expired":
            return self.issue(begins=-3, ends=-1)
        if how == "not yet valid":
            return self.issue(begins=1, ends=3)
        from .mail_support import make_certificate

        if how == "signed by itself":
            return make_certificate(self.directory)
        return Authority.make(self.directory, "stranger").issue()


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, begins: float, ends: float
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number())
        .not_valid_before(now + timedelta(days=begins))
        .not_valid_after(now + timedelta(days=ends))
    )


def _write(path: Path, certificate: x509.Certificate) -> None:
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
