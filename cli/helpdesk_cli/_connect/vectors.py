"""What makes vectors for the configured helpdesk: the endpoint in the environment, or the local stack's own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .._base.secrets import register_secret
from . import known_stacks
from .target import Target

if TYPE_CHECKING:
    from helpdesk_sdk.embeddings import EmbeddingEndpoint


_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def embedding_endpoint(found: Target, model: str | None = None) -> EmbeddingEndpoint | None:
    """The endpoint for a helpdesk; None where nothing makes vectors.

    Args:
        found: The helpdesk.
        model: A model other than that of the environment.

    Raises:
        ConfigurationError: A variable is missing or not valid.
    """
    from helpdesk_sdk.embeddings import EmbeddingEndpoint

    register_secret(os.environ.get("EMBEDDINGS_API_KEY"))
    made = EmbeddingEndpoint.from_env(model=model)
    if made is not None:
        return made
    if urlsplit(found.url).hostname not in _LOOPBACK:
        return None
    # A stack's model is for its own helpdesk alone.
    local = next((info.embeddings for info in known_stacks.running_here() if info.api_url == found.url), {})
    url, name = local.get("url"), local.get("model")
    return EmbeddingEndpoint(url, model or name) if url and name else None
