"""How this package was installed, and the command that installs it again: with an extra, or a newer version."""

from __future__ import annotations

import json
import shlex
from urllib.parse import urlsplit
from urllib.request import url2pathname

NAME = "helpdesk-sdk"


def pip_install(extra: str = "", *, upgrade: bool = False) -> str:
    """The pip command, with the place from which this package was installed: a clone, a wheel, or an index.

    Args:
        extra: An extra to install too, e.g. ``local``.
        upgrade: Whether to replace the installed version.
    """
    options, source = _source()
    if extra:
        source = f"{source}[{extra}]"
    return shlex.join(["pip", "install", *(["--upgrade"] if upgrade else []), *options, source])


def _source() -> tuple[list[str], str]:
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        # Written by pip (PEP 610) unless the package came from an index.
        origin = json.loads(distribution(NAME).read_text("direct_url.json") or "{}")
        url = urlsplit(origin["url"])
        editable = bool(origin.get("dir_info", {}).get("editable"))
    except (PackageNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return [], NAME
    if url.scheme != "file":
        return [], NAME
    return ["--editable"] if editable else [], url2pathname(url.path)
