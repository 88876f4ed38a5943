"""The secrets of this run, to be blanked out in everything it prints."""

from __future__ import annotations

# Shorter secrets are not registered: they could be ordinary words.
_SHORTEST = 8
_known: set[str] = set()


def register_secret(value: str | None) -> None:
    """Blank out this text in errors and notes from now on."""
    if value and len(value) >= _SHORTEST:
        _known.add(value)


def redact(text: str) -> str:
    """The text with every registered secret blanked out."""
    for value in sorted(_known, key=len, reverse=True):
        text = text.replace(value, "********")
    return text


def masked(value: str) -> str:
    """The kind and the last four characters of a secret: enough to recognize it, too little to use it."""
    prefix = next((kind for kind in ("sb_secret_", "sb_publishable_", "eyJ") if value.startswith(kind)), "")
    tail = value[-4:] if len(value) >= 24 else ""
    return f"{prefix}…{tail}"
