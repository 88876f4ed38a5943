"""What all models share."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A row as it was when it was read: immutable, and without the columns that a newer database may add."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


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
