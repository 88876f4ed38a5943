"""What all models share."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A row as it was when it was read: it cannot be changed, and ignores columns that a newer database may add."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class OpenEnum(StrEnum):
    """An enum of text that also takes values it does not know, from a newer database; they are not in its list."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value.upper()
        member._value_ = value
        return member
