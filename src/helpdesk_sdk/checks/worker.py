"""Check the files that wait: lease, read once, hash, look at start and end, scan on the way, settle."""

from __future__ import annotations

import hashlib
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from .. import Helpdesk
from ..errors import ConfigurationError, ForbiddenError, HelpdeskError
from ..models.attachments import Attachment
from .inspection import CONTROLS, HEAD_BYTES, TAIL_BYTES, TEXT_TYPES, verdict
from .scanner import Scan

logger = logging.getLogger("helpdesk_sdk")

_BATCH = 10
_STOPPED = "The checker was stopped"


class _InterruptionError(Exception):
    """The check of a file was interrupted."""


@dataclass
class CheckReport:
    """What became of the files that waited."""

    clean: int = 0
    """Files that can be downloaded now."""
    rejected: int = 0
    """Files that nobody can download."""
    postponed: int = 0
    """Files whose check could not be made; they are tried again later."""


class Inspector:
    """Receives a file a piece at a time, and judges it at the end. Each attempt begins with ``begin()``."""

    def __init__(
        self,
        content_type: str,
        scanner: tuple[str, int] | None,
        is_interrupted: Callable[[], bool] = lambda: False,
    ) -> None:
        self._content_type = content_type
        self._scanner = scanner
        self._is_interrupted = is_interrupted
        self._scan: Scan | None = None
        self.engine: str | None = None

    # Read and forgotten: the pieces need not be small.
    chunk: int | None = 256 * 1024

    def begin(self) -> None:
        """Forget what an earlier attempt has received."""
        self.close()
        self._hash = hashlib.sha256()
        self._head = b""
        self._tail: deque[bytes] = deque()
        self._tail_length = 0
        self.size = 0
        self._has_controls = False
        if self._scanner is not None:
            self._scan = Scan(self._scanner).__enter__()
            self.engine = self._scan.engine

    def write(self, chunk: bytes) -> None:
        """Receive the next bytes."""
        if self._is_interrupted():
            raise _InterruptionError
        self._hash.update(chunk)
        self.size += len(chunk)
        if len(self._head) < HEAD_BYTES:
            self._head += chunk[: HEAD_BYTES - len(self._head)]
        self._tail.append(chunk)
        self._tail_length += len(chunk)
        while self._tail_length - len(self._tail[0]) >= TAIL_BYTES:
            self._tail_length -= len(self._tail.popleft())
        if self._content_type in TEXT_TYPES and not self._has_controls:
            self._has_controls = CONTROLS.search(chunk) is not None
        if self._scan is not None:
            self._scan.send(chunk)

    def close(self) -> None:
        """End the connection to the scanner."""
        if self._scan is not None:
            self._scan.__exit__(None, None, None)
            self._scan = None

    @property
    def sha256(self) -> str:
        """The hash of the bytes, in hexadecimal."""
        return self._hash.hexdigest()

    def reason(self) -> str | None:
        """Why the file is not acceptable; None when it is."""
        malware = self._scan.result() if self._scan is not None else None
        if malware is not None:
            return f"infected: {malware}"
        tail = b"".join(self._tail)[-TAIL_BYTES:]
        return verdict(self._content_type, self._head, tail, self.size, self._has_controls)


def check_waiting(
    hd: Helpdesk,
    scanner: tuple[str, int] | None = None,
    *,
    is_stopping: Callable[[], bool] = lambda: False,
    is_interrupted: Callable[[], bool] = lambda: False,
) -> CheckReport:
    """Check the files that wait, until none is left that nobody else has.

    Args:
        hd: A client with the secret key.
        scanner: Host and port of clamd (ClamAV); None to look at types only.
        is_stopping: Asked before each file; when true, the work ends, and files that were leased wait again.
        is_interrupted: Asked while a file is read; when true, that file waits again, too.

    Returns:
        How many files were found clean, rejected and postponed.

    Raises:
        ConfigurationError: The package ``filetype`` is not installed.
        ForbiddenError: The client has no secret key.
        HelpdeskError: The helpdesk cannot be reached.
    """
    try:
        import filetype  # type: ignore[import-untyped]  # noqa: F401
    except ImportError:
        raise ConfigurationError(
            "Checking files needs filetype, which is not installed",
            hint="Install it: pip install filetype. It is the extra [worker] of the package.",
        ) from None
    report = CheckReport()
    while not is_stopping() and (leased := hd.checks.lease(max_rows=_BATCH)):
        for attachment in leased:
            if is_stopping():
                hd.checks.postpone(attachment, _STOPPED)
            else:
                _check(hd, attachment, scanner, is_interrupted, report)
    return report


def _check(
    hd: Helpdesk,
    attachment: Attachment,
    scanner: tuple[str, int] | None,
    is_interrupted: Callable[[], bool],
    report: CheckReport,
) -> None:
    inspector = Inspector(attachment.content_type, scanner, is_interrupted)
    try:
        hd.checks.receive(attachment, inspector)
        reason = inspector.reason()
    except ForbiddenError:
        raise
    except _InterruptionError:
        hd.checks.postpone(attachment, _STOPPED)
        return
    except HelpdeskError as error:
        # No verdict, so not clean: the file waits, and is tried again.
        logger.warning("the file %s could not be checked: %s", attachment.attachment_id, error)
        hd.checks.postpone(attachment, str(error))
        report.postponed += 1
        return
    finally:
        inspector.close()
    done = hd.checks.settle(
        attachment,
        "clean" if reason is None else "rejected",
        reason=reason,
        sha256=inspector.sha256,
        size=inspector.size,
        engine=inspector.engine,
    )
    if done.is_available:
        report.clean += 1
    else:
        report.rejected += 1
