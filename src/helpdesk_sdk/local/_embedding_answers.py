"""What `POST /v1/embeddings` answers, in the shape of OpenAI's API."""

from __future__ import annotations

import base64
import json
from array import array
from http import HTTPStatus
from sys import byteorder
from typing import Any

from helpdesk_sdk.embedding_models import DIMENSIONS, Model

MAX_BODY = 8 * 1024 * 1024
_MAX_TEXTS = 2048


class RefusalError(Exception):
    """A request that is refused, with its status and OpenAI's words for it."""

    def __init__(self, status: HTTPStatus, message: str, *, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        kind = "invalid_request_error" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "server_error"
        self.body = {"error": {"message": message, "type": kind, "param": param, "code": code}}


def embeddings(model: Model, body: bytes) -> dict[str, Any]:
    """The answer to a request.

    Raises:
        RefusalError: The request is not valid.
    """
    request = _read(body)
    _check_model(model.name, request.get("model"))
    texts = _texts(request.get("input"))
    as_base64 = _is_base64(request.get("encoding_format"))
    if request.get("dimensions") not in (None, DIMENSIONS):
        raise _invalid(f"The model {model.name} has {DIMENSIONS} dimensions.", "dimensions")
    vectors, tokens = model.embed(texts)
    data = [
        {"object": "embedding", "index": index, "embedding": _base64(vector) if as_base64 else vector}
        for index, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": model.name, "usage": usage}


def models(name: str) -> dict[str, Any]:
    """The answer to a request for the list of models."""
    return {"object": "list", "data": [{"id": name, "object": "model", "created": 0, "owned_by": "helpdesk"}]}


def _read(body: bytes) -> dict[str, Any]:
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        request = None
    if not isinstance(request, dict):
        raise _invalid("The body must be a JSON object.")
    return request


def _check_model(ours: str, model: object) -> None:
    if not isinstance(model, str) or not model:
        raise _invalid("You must provide a model.", "model")
    if model != ours:
        shown = model.encode("utf-8", "replace").decode()[:100]
        raise RefusalError(
            HTTPStatus.NOT_FOUND,
            f"The model {shown} does not exist: this endpoint serves {ours}.",
            param="model",
            code="model_not_found",
        )


def _texts(value: object) -> list[str]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts:
        raise _invalid("input must be a text or an array of texts.", "input")
    if len(texts) > _MAX_TEXTS:
        raise _invalid(f"input may have at most {_MAX_TEXTS} texts.", "input")
    for text in texts:
        if not isinstance(text, str):
            raise _invalid("input must be a text or an array of texts; arrays of tokens are not read.", "input")
        if not text:
            raise _invalid("input must hold no empty text.", "input")
    # Half a surrogate pair is no character.
    return [text.encode("utf-8", "replace").decode() for text in texts]


def _is_base64(value: object) -> bool:
    if value not in (None, "float", "base64"):
        raise _invalid("encoding_format must be float or base64.", "encoding_format")
    return value == "base64"


def _base64(vector: list[float]) -> str:
    numbers = array("f", vector)
    if byteorder == "big":
        numbers.byteswap()
    return base64.b64encode(numbers.tobytes()).decode()


def _invalid(message: str, param: str | None = None) -> RefusalError:
    return RefusalError(HTTPStatus.BAD_REQUEST, message, param=param)
