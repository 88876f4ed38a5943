"""Become another program that cannot outlive its parent: `_exec.py PARENT_PID UID GID SIGNAL PROGRAM ARG…`.

A separate file, run by a new interpreter: code between fork and exec is not safe in a program with threads.
UID -1 keeps the user. The kernel sends SIGNAL when the parent dies (Linux only).
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, uid, gid, signal_number = map(int, sys.argv[1:5])
    program = sys.argv[5:]
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # After setuid, which clears the setting.
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent ended before its child began")
    os.umask(0o077)
    os.execv(program[0], program)


main()
