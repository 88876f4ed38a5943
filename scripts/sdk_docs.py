"""Write the generated part of docs/sdk.md from the SDK: every method with its arguments and summary.

python scripts/sdk_docs.py           # writes
python scripts/sdk_docs.py --check   # exits 1 when the page and the code differ
"""

from __future__ import annotations

import inspect
import re

from helpdesk_sdk import AsyncHelpdesk, Helpdesk, errors
from pages import write_or_check


def _summary(thing: object) -> str:
    text = (inspect.getdoc(thing) or "").split("\n\n")[0]
    text = re.sub(r"^`+hd\.\w+`+: ", "", re.sub(r"\s+", " ", text)).replace("``", "`")
    return text[:1].upper() + text[1:]


def _arguments(method: object) -> str:
    parts: list[str] = []
    starred = False
    for parameter in inspect.signature(method).parameters.values():  # type: ignore[arg-type]
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            parts.append("*")
            starred = True
        starred = starred or parameter.kind is parameter.VAR_POSITIONAL
        name = ("*" if parameter.kind is parameter.VAR_POSITIONAL else "") + parameter.name
        parts.append(name if parameter.default is parameter.empty else f"{name}=…")
    return ", ".join(parts)


def reference() -> str:
    """The generated part of the page."""
    lines: list[str] = []
    with Helpdesk("http://127.0.0.1:1", "sb_publishable_docs") as hd:
        live = AsyncHelpdesk("http://127.0.0.1:1", "sb_publishable_docs")
        for name in ("auth", "tickets", "messages", "notes", "users", "teams", "events", "presence"):
            resource = getattr(live if name == "presence" else hd, name)
            lines += [f"### `hd.{name}`", "", _summary(type(resource)), "", "| method | |", "|---|---|"]
            for method in sorted(member for member in dir(type(resource)) if not member.startswith("_")):
                found = inspect.getattr_static(type(resource), method)
                if isinstance(found, property):
                    lines.append(f"| `{method}` | {_summary(found)} |")
                else:
                    bound = getattr(resource, method)
                    lines.append(f"| `{method}({_arguments(bound)})` | {_summary(bound)} |")
            lines.append("")
    tree = (errors.__doc__ or "").split("\n\n")[1]
    return "\n".join([*lines, "### Errors", "", "```text", tree, "```"])


if __name__ == "__main__":
    raise SystemExit(write_or_check("sdk.md", reference(), __doc__))
