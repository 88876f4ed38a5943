"""Text whose lines may be joined again (RFC 3676)."""

from __future__ import annotations


def unflowed(text: str, *, delsp: bool) -> str:
    """The text with its paragraphs in one line each.

    Args:
        text: The text of a part with ``format=flowed``.
        delsp: Whether the blank at a soft line end is not part of the text.
    """
    found: list[str] = []
    is_open, level = False, 0
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:]
        if content.startswith(" "):
            content = content[1:]
        is_soft = content.endswith(" ") and content != "-- "
        if is_open and depth == level and content != "-- ":
            found[-1] += content[:-1] if is_soft and delsp else content
        else:
            found.append((">" * depth + " " if depth else "") + (content[:-1] if is_soft and delsp else content))
        is_open, level = is_soft, depth
    return "\n".join(found)
