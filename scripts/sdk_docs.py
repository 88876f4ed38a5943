"""Write the generated part of docs/sdk.md from the SDK: methods with arguments, results and errors; models with fields.

python scripts/sdk_docs.py           # writes
python scripts/sdk_docs.py --check   # exits 1 when the page and the code differ
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import helpdesk_sdk
from helpdesk_sdk import AsyncHelpdesk, EventType, Helpdesk, errors
from helpdesk_sdk._http.resource import Resource
from helpdesk_sdk.client import _RESOURCES
from helpdesk_sdk.models.base import Model, field_descriptions
from pages import write_or_check


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("``", "`").replace("|", "\\|").strip()


def _summary(thing: object) -> str:
    text = re.sub(r"^`+hd\.[\w.]+`+: ", "", (inspect.getdoc(thing) or "").split("\n\n")[0])
    return _plain(text[:1].upper() + text[1:])


def _arguments(signature: inspect.Signature) -> str:
    parts: list[str] = []
    starred = False
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            parts.append("*")
            starred = True
        starred = starred or parameter.kind is parameter.VAR_POSITIONAL
        name = ("*" if parameter.kind is parameter.VAR_POSITIONAL else "") + parameter.name
        default = parameter.default
        if isinstance(default, StrEnum):
            default = str(default)
        parts.append(name if default is parameter.empty else f"{name}={default!r}".replace("'", '"'))
    return ", ".join(parts)


def _raised(method: object) -> str:
    _, _, section = (inspect.getdoc(method) or "").partition("\nRaises:\n")
    return ", ".join(f"`{name}`" for name in re.findall(r"^    (\w+): ", section, re.MULTILINE))


def _type(annotation: str) -> str:
    """A type as a caller writes it: a plain client's pager; enums without their words."""
    return re.sub(r" \| \w+Name\b", "", annotation).replace("|", "\\|")


def _public(resource: Any) -> set[str]:
    return {member for member in dir(type(resource)) if not member.startswith("_")}


def _parts(resource: Any) -> dict[str, Any]:
    """The resources that a resource consists of, by name: each has a section of its own."""
    names = [name for name, member in vars(type(resource)).items() if isinstance(member, property)]
    found = {name: getattr(resource, name) for name in names}
    return {name: part for name, part in found.items() if isinstance(part, Resource)}


def _methods(resource: Any) -> Iterator[str]:
    yield from ("| method | returns | | raises |", "|---|---|---|---|")
    # `hd.search` is called itself.
    itself = ["__call__"] if "__call__" in vars(type(resource)) else []
    for name in [*itself, *sorted(_public(resource) - _parts(resource).keys())]:
        found = inspect.getattr_static(type(resource), name)
        if isinstance(found, property):
            returns = inspect.signature(found.fget).return_annotation  # type: ignore[arg-type]
            yield f"| `{name}` | `{_type(returns)}` | {_summary(found)} | |"
        else:
            method = getattr(resource, name)
            signature = inspect.signature(method)
            returns = {"StreamSource": "Stream"}.get(signature.return_annotation, signature.return_annotation)
            named = f"hd.{type(resource).__name__.lower()}" if name == "__call__" else name
            call = f"{named}({_arguments(signature)})"
            yield f"| `{call}` | `{_type(returns)}` | {_summary(method)} | {_raised(method)} |"


def _models() -> Iterator[str]:
    kinds = [getattr(helpdesk_sdk, name) for name in helpdesk_sdk.__all__]
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, Model):
            yield from (f"#### `{kind.__name__}`", "", _summary(kind), "", "| field | type | |", "|---|---|---|")
            described = field_descriptions(kind)
            annotations = dict(one for base in reversed(kind.__mro__) for one in inspect.get_annotations(base).items())
            for name in kind.model_fields:
                annotation = _type(re.sub(r"^Annotated\[(.+), \w+\(.*\)\]$", r"\1", str(annotations[name])))
                yield f"| `{name}` | `{annotation}` | {_plain(described.get(name, ''))} |"
            for name, member in vars(kind).items():
                if isinstance(member, property):
                    returns = inspect.signature(member.fget).return_annotation  # type: ignore[arg-type]
                    yield f"| `{name}` | `{_type(returns)}` | {_summary(member)} |"
            yield ""
    yield from (
        "#### Words",
        "",
        "An enum that a call takes has a `Literal` of its words too, e.g. `StatusName`, for your own annotations.",
        "",
    )
    yield from ("| enum | | words |", "|---|---|---|")
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not EventType:
            yield f"| `{kind.__name__}` | {_summary(kind)} | {', '.join(f'`{word}`' for word in kind)} |"
    yield f"| `EventType` | {_summary(EventType)} | [docs/events.md](events.md) lists them |"


def reference() -> str:
    """The generated part of the page."""
    lines = [
        "An async client's methods are awaited, and its lists are `AsyncPager`s. Any request may also raise the errors",
        "of the connection and the session, and `InvalidValueError` for a value that is not valid.",
        "",
    ]
    with Helpdesk("http://127.0.0.1:1", "sb_publishable_docs") as hd:
        live = AsyncHelpdesk("http://127.0.0.1:1", "sb_publishable_docs")
        for name in _RESOURCES:
            resource = getattr(live if name == "presence" else hd, name)
            parts = _parts(resource)
            lines += [f"### `hd.{name}`", "", _summary(type(resource)), ""]
            lines += [] if set(parts) == _public(resource) else [*_methods(resource), ""]
            for below, part in parts.items():
                lines += [f"#### `hd.{name}.{below}`", "", _summary(type(part)), "", *_methods(part), ""]
    lines += ["### Models", "", *_models(), ""]
    tree = (errors.__doc__ or "").split("\n\n")[1]
    return "\n".join([*lines, "### Errors", "", "```text", tree, "```"])


if __name__ == "__main__":
    raise SystemExit(write_or_check("sdk.md", reference(), __doc__))
