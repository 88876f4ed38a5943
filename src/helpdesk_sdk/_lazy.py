"""Names of a package that are imported when they are first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def lazy_names(package: dict[str, Any], where: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package (PEP 562).

    Args:
        package: The package's ``globals()``, which keep what was imported.
        where: The names, by the module of the package that has them.
    """
    modules = {name: module for module, names in where.items() for name in names}

    def find(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package['__name__']!r} has no attribute {name!r}")
        try:
            module = import_module(f"{package['__name__']}.{modules[name]}")
        except AttributeError as error:
            # From here it would read as if this package had no such name.
            raise ImportError(f"cannot import {modules[name]}: {error}") from error
        found = package[name] = getattr(module, name)
        return found

    return find
