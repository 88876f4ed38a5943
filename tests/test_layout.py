"""Layers: which part of a package may import which other, and no import circle.

Imports for type checking and imports inside functions count too: a reader follows them as well.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# For each package: layer -> the layers it may import. A layer is a folder or a module at the top of the package;
# "*" is every module at the top that has no line of its own. A layer's own modules may import each other, but not "*".
LAYERS = {
    "cli/helpdesk_cli": {
        "_base": "",
        "_connect": "_base",
        "_show": "_base",
        "_codegen": "",
        "_watch": "_base _connect _show",
        "_work": "_base _connect",
        "tickets": "_base _connect _show",
        "assistant": "_base _connect _show",
        "kb": "_base _connect _show _work",
        "mail": "_base _connect _show _work",
        "*": "_base _codegen _connect _show _watch _work",
        "main": "_base assistant kb mail tickets *",
    },
    "src/helpdesk_sdk": {
        "_limits": "",
        "_names": "",
        "_ids": "",
        "_sentinels": "",
        "_version": "",
        "_lazy": "",
        "_exports": "",
        "models": "_limits",
        "_credentials": "errors",
        "_environment": "errors",
        "_database": "",
        "errors": "models",
        "imports": "_limits _names errors",
        "bulk": "errors models",
        "_validation": "_limits _names errors models",
        "_http": "_credentials _limits _validation _version errors models",
        "_live": "_http errors models",
        "learning": "errors",
        "resources": "bulk _http _ids _limits imports learning _live _sentinels _validation errors models",
        "client": "_credentials _environment _http _live _validation _version errors models resources",
        "__init__": "bulk _exports _http _ids _lazy _live _sentinels _version client errors models resources",
        "webhooks": "errors",
        "delivery": "__init__ _http _version errors models webhooks",
        "checks": "__init__ errors models",
        "embeddings": "__init__ _http _limits errors models",
        "assistant": "__init__ _credentials _http embeddings errors models resources",
        "install": "_database _lazy errors",
        "embedding_models": "",
        "local": "_database _lazy _version embedding_models errors install",
        "deploy": "_database _lazy errors install local",
        "scripted_provider": "",
        "demo": "__init__ embeddings _database _ids _sentinels client errors install models resources",
        "compat": "__init__ resources",
        "exports": "__init__",
        "verification": "_credentials errors",
        "testing": "__init__ _database install local scripted_provider",
    },
}


@pytest.fixture(params=LAYERS)
def package(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_layer_imports_only_the_layers_below_it(package: str) -> None:
    layers = LAYERS[package]
    wrong = []
    for module, imported in _arrows(package):
        layer, other = _layer_of(module, layers), _layer_of(imported, layers)
        if other not in layers[layer].split() and (layer != other or layer == "*"):
            wrong.append(f"{module} ({layer}) imports {imported} ({other})")
    assert not wrong, "\n".join(wrong)


def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    graph = TopologicalSorter[str]()
    for module, imported in _arrows(package):
        graph.add(module, imported)
    try:
        graph.prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(reversed(error.args[1])))


def test_every_folder_is_a_layer_with_rules(package: str) -> None:
    folders = {path.parent.name for path in (ROOT / package).glob("*/__init__.py")}
    assert folders <= set(LAYERS[package])


def _layer_of(module: str, layers: dict[str, str]) -> str:
    top = module.partition(".")[0]
    return top if top in layers else "*"


def _arrows(package: str) -> Iterator[tuple[str, str]]:
    """Each import of one module of the package by another. Names are relative to the package; its own is ``__init__``.

    A folder's ``__init__`` has the folder's name.
    """
    root = ROOT / package
    files = {_name_of(path.relative_to(root)): path for path in root.rglob("*.py")}
    for module, path in files.items():
        folder = path.relative_to(root).parent.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for target in _targets(node, root.name, folder):
                # ``from .folder import name``: a module of that name, else something in the folder's __init__.
                found = next((name for name in (target, target.rpartition(".")[0]) if name in files), "__init__")
                if found != module:
                    yield module, found


def _name_of(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def _targets(node: ast.AST, package: str, folder: tuple[str, ...]) -> Iterator[str]:
    """What an import statement names inside the package, relative to it."""
    if isinstance(node, ast.Import):
        yield from (alias.name.removeprefix(f"{package}.") for alias in node.names if _is_in(alias.name, package))
    elif isinstance(node, ast.ImportFrom):
        if node.level:
            source = [*folder[: len(folder) + 1 - node.level], *(node.module or "").split(".")]
        elif node.module and _is_in(node.module, package):
            source = node.module.split(".")[1:]
        else:
            return
        yield from (".".join(part for part in [*source, alias.name] if part) for alias in node.names)


def _is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")
