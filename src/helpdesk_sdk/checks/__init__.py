"""The check of attachments in Python: the same as the edge function `check-attachment`, for `helpdesk worker`."""

from .scanner import ScannerUnavailableError, parse_address
from .worker import CheckReport, check_waiting

__all__ = ["CheckReport", "ScannerUnavailableError", "check_waiting", "parse_address"]
