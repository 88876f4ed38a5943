"""Vectors of texts, from any endpoint with OpenAI's ``/v1/embeddings``: for questions, and for all texts that wait.

from helpdesk_sdk.embeddings import EmbeddingEndpoint, embed_waiting

with EmbeddingEndpoint("http://127.0.0.1:8080/v1", "all-MiniLM-L6-v2-int8") as endpoint:
    embed_waiting(system, endpoint)                             # with the secret key
    hd.knowledge.search(question, **endpoint.question(question))
"""

from .endpoint import EmbeddingEndpoint, EmbeddingError, QuestionVector
from .worker import EmbeddingReport, embed_waiting

__all__ = ["EmbeddingEndpoint", "EmbeddingError", "EmbeddingReport", "QuestionVector", "embed_waiting"]
