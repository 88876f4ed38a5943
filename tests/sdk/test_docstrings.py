"""Every public thing says what it is: in an editor, in ``help()`` and in the reference."""

from __future__ import annotations

import pytest

from helpdesk_sdk import models
from helpdesk_sdk.models.base import Model

MODELS = [
    kind for name in models.__all__ if isinstance(kind := getattr(models, name), type) and issubclass(kind, Model)
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_of_a_model_says_what_it_holds(model: type[Model]) -> None:
    for name, field in model.model_fields.items():
        assert field.description, f"{model.__name__}.{name}"
        assert field.description.endswith("."), f"{model.__name__}.{name}"
    assert "Attributes:" not in (model.__doc__ or "")
