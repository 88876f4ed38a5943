"""Secrets that this run holds, so that whatever it prints can be searched for them."""

from __future__ import annotations

# Shorter ones would blank out ordinary words.
_SHORTEST = 8
_known: set[str] = set()


def keep_secret(value: str | None) -> None:
    """From now on this text never appears in an error."""
    if value and len(value) >= _SHORTEST:
        _known.add(value)


def redact(text: str) -> str:
    """The text with every known secret blanked out."""
    for value in sorted(_known, key=len, reverse=True):
        text = text.replace(value, "********")
    return text


def masked(value: str) -> str:
    """Enough of a secret to tell two apart, too little to use: its kind and its last four characters."""
    prefix = next((kind for kind in ("sb_secret_", "sb_publishable_", "eyJ") if value.startswith(kind)), "")
    tail = value[-4:] if len(value) >= 24 else ""
    return f"{prefix}…{tail}"
