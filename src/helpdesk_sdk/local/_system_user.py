"""The system user of the PostgreSQL server when we are root: PostgreSQL refuses to run as root."""

from __future__ import annotations

import pwd
import shutil
import subprocess

import filelock

from helpdesk_sdk.local.errors import StackError

_NAME = "pgserver"
# Only root can write there.
_LOCK = "/run/helpdesk-pgserver.lock"


def ids() -> tuple[int, int]:
    """The user and group ids of the system user that the server runs as; the user is created when absent.

    Raises:
        StackError: the user cannot be created, and no other is suitable.
    """
    if not _exists(_NAME) and shutil.which("useradd"):
        # Without the lock, two programs that create the user at once would use different ids.
        with filelock.FileLock(_LOCK):
            if not _exists(_NAME):
                subprocess.run(
                    ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _NAME],
                    check=False,
                    capture_output=True,
                )
    for name in (_NAME, "postgres", "nobody"):
        if _exists(name):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    raise StackError("PostgreSQL refuses to run as root, and there is no system user to run it as: run as another user")


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
