"""Standard streams that the caller closed, like ``helpdesk … >&-`` or a daemon's."""

from __future__ import annotations

import os
import sys


def replace_closed_streams() -> None:
    """Open the null device in place of closed standard streams: input is then empty, output is discarded.

    Left closed, the next file or connection would get the stream's number, and receive what is printed.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(_null_device(number), mode, encoding="utf-8"))


def _null_device(number: int) -> int:
    """A descriptor of the null device: this number, unless something else has it already."""
    opened = os.open(os.devnull, os.O_RDWR)
    try:
        os.fstat(number)
    except OSError:
        os.dup2(opened, number)
        os.close(opened)
        return number
    return opened
