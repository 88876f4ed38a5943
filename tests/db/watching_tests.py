"""Tests of a module as functions of a database and a world, for the mutation check: it runs them without pytest."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import psycopg
import pytest
from tests.db.people import Db
from tests.db.world import World

_GIVEN = frozenset({"db", "world"})
"""The fixtures that the mutation check has itself."""
_FAILURES = (AssertionError, LookupError, TypeError, ValueError, psycopg.Error, pytest.fail.Exception)


@dataclass(frozen=True)
class RunnableTest:
    """A test, with the values of its parameters.

    Attributes:
        test: the function.
        arguments: a value for each parametrized name.
        module: where its fixtures are.
    """

    test: Callable[..., None]
    arguments: dict[str, Any]
    module: ModuleType

    @property
    def name(self) -> str:
        """The test's name, with the beginning of each value."""
        shown = ", ".join(str(value)[:30] for value in self.arguments.values())
        return f"{self.test.__name__}[{shown}]" if shown else self.test.__name__

    def failure(self, db: Db, world: World) -> str | None:
        """What the test finds wrong, or None; leaves nothing behind."""
        try:
            with db.transaction(force_rollback=True):
                made: dict[str, Any] = {"db": db, "world": dict(world)}
                for fixture in _used(self.module, self.test):
                    _make(self.module, fixture, made)
                wanted = set(inspect.signature(self.test).parameters) - set(self.arguments)
                self.test(**self.arguments, **{name: _make(self.module, name, made) for name in sorted(wanted)})
        except _FAILURES as error:
            return f"{type(error).__name__} {error}".strip()
        return None


def runnable_tests(module: ModuleType) -> Iterator[RunnableTest]:
    """The tests that need only `db`, `world` and fixtures made from these, once for each of their parameters."""
    for name, test in vars(module).items():
        if not name.startswith("test_") or not callable(test):
            continue
        for arguments in _parameters(test):
            wanted = {*_used(module, test), *inspect.signature(test).parameters} - set(arguments)
            if all(_can_make(module, fixture) for fixture in wanted):
                yield RunnableTest(test, arguments, module)


def _used(module: ModuleType, test: Callable[..., None]) -> list[str]:
    """The fixtures that `usefixtures` gives the test or its module."""
    marks = getattr(module, "pytestmark", [])
    marks = [*(marks if isinstance(marks, list) else [marks]), *getattr(test, "pytestmark", [])]
    return [name for mark in marks if mark.name == "usefixtures" for name in mark.args]


def _fixture(module: ModuleType, name: str) -> Callable[..., Any] | None:
    """The function of a fixture that the module has or imports."""
    fixture = vars(module).get(name)
    return inspect.unwrap(fixture) if fixture is not None and hasattr(fixture, "__wrapped__") else None


def _can_make(module: ModuleType, name: str) -> bool:
    if name in _GIVEN:
        return True
    function = _fixture(module, name)
    if function is None or inspect.isgeneratorfunction(function):
        return False
    return all(_can_make(module, needed) for needed in inspect.signature(function).parameters)


def _make(module: ModuleType, name: str, made: dict[str, Any]) -> Any:
    """The fixture's value, made once for each test."""
    if name not in made:
        function = _fixture(module, name)
        assert function is not None
        needed = list(inspect.signature(function).parameters)
        made[name] = function(**{other: _make(module, other, made) for other in needed})
    return made[name]


def _parameters(test: Callable[..., None]) -> list[dict[str, Any]]:
    """What @parametrize gives a test, expanded."""
    axes: list[list[dict[str, Any]]] = []
    for mark in getattr(test, "pytestmark", []):
        if mark.name == "parametrize":
            names, values = mark.args[0], list(mark.args[1])
            names = [names] if isinstance(names, str) else list(names)
            axes.append([dict(zip(names, value if len(names) > 1 else [value], strict=True)) for value in values])
    return [{key: value for part in parts for key, value in part.items()} for parts in itertools.product(*axes)]
