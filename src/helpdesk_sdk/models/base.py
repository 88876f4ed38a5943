"""What all models share."""

from __future__ import annotations

import ast
import inspect
import textwrap
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler


class Model(BaseModel):
    """A row as it was when it was read: immutable, and without the columns that a newer database may add."""

    # Built at first use, and without `use_attribute_docstrings`: to read the source of every model took a third of the
    # time that the import of this package takes.
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The JSON schema with the fields' descriptions, e.g. for an OpenAPI page of yours."""
        made = handler(core_schema)
        properties = handler.resolve_ref_schema(made).get("properties", {})
        for name, text in field_descriptions(cls).items():
            if name in properties:
                properties[name].setdefault("description", text)
        return made


def field_descriptions(kind: type[Model]) -> dict[str, str]:
    """The docstring under each field of a model, by name, from the source. Without a source: none."""
    found: dict[str, str] = {}
    for base in kind.__mro__:
        if not issubclass(base, Model) or base is Model:
            continue
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        except OSError:
            continue
        (definition,) = tree.body
        assert isinstance(definition, ast.ClassDef)
        for field, below in zip(definition.body, definition.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
                text = ast.literal_eval(below.value)
                found.setdefault(field.target.id, inspect.cleandoc(text))
    return found


class OpenEnum(StrEnum):
    """A text enum that also accepts values from a newer database; those are not in its list of members."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value.upper()
        member._value_ = value
        return member
