"""The vectors of texts: which model makes them, how far it is, and the work of making them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import httpx

from ... import _limits as limits
from ... import _validation as check
from ..._http.flow import Flow, Reply, Request
from ..._http.resource import Driver, Resource, call
from ...errors import ConfigurationError, NotFoundError, UnexpectedResponseError
from ...models.knowledge import EmbeddingCounts, EmbeddingJob, EmbeddingProgress
from .searching import vector_of

_LEASE_MAX = 1000
_SECONDS_MAX = 3600
# The function works for at most 100 seconds.
_EMBED_TIMEOUT = httpx.Timeout(130, connect=10)


class KnowledgeEmbedding(Resource[Driver]):
    """The part of ``hd.knowledge`` for vectors. ``helpdesk_sdk.embeddings`` makes them with it."""

    @call
    def embedding_progress(self) -> Flow[Sequence[EmbeddingProgress]]:
        """Staff: how many passages have a vector, for each model.

        Raises:
            ForbiddenError: You are not staff.
        """
        reply: Reply = yield self._read(self._rest.rpc("embedding_progress", {}))
        return tuple(reply.rows(EmbeddingProgress))

    @call
    def active_embedding_model(self) -> Flow[str | None]:
        """The model with which a question must be embedded; None while no model is complete."""
        reply: Reply = yield self._read(self._rest.rpc("active_embedding_model", {}))
        return reply.value(cast("type[str | None]", str | None))

    @call
    def use_embedding_model(self, model: str) -> Flow[bool]:
        """Admins: fill another model beside the active one; workers make its vectors. Then ``switch_embedding_model``.

        It takes the place of another model that is being filled. Of a model that is here already, what failed too often
        is tried again.

        Args:
            model: The name of the model, up to 200 characters.

        Returns:
            Whether it is the active model.

        Raises:
            ForbiddenError: You are no admin.
        """
        arguments = {"model": check.text("model", model, 1, limits.MODEL_MAX)}
        reply: Reply = yield self._rpc_write("use_embedding_model", arguments)
        return reply.value(bool)

    @call
    def switch_embedding_model(self, model: str) -> Flow[bool]:
        """Admins: search compares the vectors of this model from now on; those of the other one are deleted.

        Args:
            model: The name of the model.

        Returns:
            False if it is the active model already.

        Raises:
            EmbeddingIncompleteError: A text has no vector of it yet.
            ForbiddenError: You are no admin.
        """
        arguments = {"model": check.text("model", model, 1, limits.MODEL_MAX)}
        reply: Reply = yield self._rpc_write("switch_embedding_model", arguments)
        return reply.value(bool)

    @call
    def embed(self) -> Flow[EmbeddingCounts]:
        """Staff: let the edge function ``embed-articles`` make vectors that wait. Repeat it while ``more`` is true.

        Raises:
            ConfigurationError: The function is not deployed.
            ForbiddenError: You are not staff.
            UnexpectedResponseError: The function answered something that cannot be read.
        """
        http = self._platform("POST", "/functions/v1/embed-articles", json={})
        http.extensions["timeout"] = _EMBED_TIMEOUT.as_dict()
        reply: Reply = yield Request(
            http, repeatable=True, write=True, accepts=(NotFoundError, UnexpectedResponseError)
        )
        if reply.error is not None:
            if reply.error.status != 404:
                reply.raise_error()
            raise ConfigurationError(
                "The function embed-articles is not deployed",
                hint="Deploy it: supabase functions deploy embed-articles; or run helpdesk worker --embed.",
            )
        return reply.value(EmbeddingCounts)

    @call
    def lease_embedding_jobs(
        self, *, max_rows: int = 10, lease_seconds: int = 120, model: str | None = None
    ) -> Flow[tuple[EmbeddingJob, ...]]:
        """With the secret key: texts that wait for their vector. No other worker receives them meanwhile.

        Args:
            max_rows: How many at most, 1 to 1000.
            lease_seconds: How long nobody else receives them, 1 to 3600 seconds.
            model: Only jobs of this model. The first worker of a helpdesk decides by it which model is used.

        Raises:
            ForbiddenError: The client has no secret key.
            EmbeddingModelMismatchError: The helpdesk does not use this model.
        """
        arguments: dict[str, Any] = {
            "max_rows": check.integer("max_rows", max_rows, 1, _LEASE_MAX),
            "lease_seconds": check.integer("lease_seconds", lease_seconds, 1, _SECONDS_MAX),
        }
        if model is not None:
            arguments["model"] = check.text("model", model, 1, limits.MODEL_MAX)
        # Repeated after a lost answer, it leases others; the first ones wait until their lease ends.
        reply: Reply = yield self._rpc_write("lease_embedding_jobs", arguments)
        return tuple(reply.rows(EmbeddingJob))

    @call
    def store_embedding(
        self, job: EmbeddingJob, embedding: Sequence[float], title_embedding: Sequence[float] | None = None
    ) -> Flow[bool]:
        """With the secret key: the vector of a leased text, and that of its title.

        Args:
            job: The job.
            embedding: 384 numbers, of any length.
            title_embedding: The vector of the job's title; None for a job without one.

        Returns:
            False if it was stored already, or the text is no longer published.

        Raises:
            ForbiddenError: The client has no secret key.
            EmbeddingModelMismatchError: The job is for another model.
            InvalidValueError: The job has a title, and its vector is not given.
        """
        arguments: dict[str, Any] = {
            "job_id": str(job.job_id),
            "model": job.model,
            "embedding": vector_of(embedding),
        }
        if title_embedding is not None:
            arguments["title_embedding"] = vector_of(title_embedding, "title_embedding")
        reply: Reply = yield self._rpc_write("store_embedding", arguments)
        return reply.value(bool)

    @call
    def postpone_embedding_job(self, job: EmbeddingJob, problem: str) -> Flow[datetime | None]:
        """With the secret key: the vector could not be made. The text waits, longer after each attempt.

        Args:
            job: The job.
            problem: Why, for ``embedding_progress``.

        Returns:
            When it is tried again; None if it no longer waits.

        Raises:
            ForbiddenError: The client has no secret key.
        """
        arguments = {"job_id": str(job.job_id), "problem": problem[:500]}
        reply: Reply = yield self._rpc_write("postpone_embedding_job", arguments)
        return reply.value(cast("type[datetime | None]", datetime | None))
