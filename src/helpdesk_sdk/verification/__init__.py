"""The promises of the helpdesk as data, and how they are proven against a running project: `helpdesk verify`."""

from .report import BrokenPromise, Cleaning, Verification, VerificationError
from .run import AREAS, Area, is_local, remove_leftovers, verify

__all__ = [
    "AREAS",
    "Area",
    "BrokenPromise",
    "Cleaning",
    "Verification",
    "VerificationError",
    "is_local",
    "remove_leftovers",
    "verify",
]
