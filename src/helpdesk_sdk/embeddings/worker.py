"""Makes the vectors that wait, as the edge function ``embed-articles`` does: lease texts, embed, store or postpone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .. import Helpdesk
from ..errors import ApiError
from ..models.knowledge import EmbeddingJob
from .endpoint import EmbeddingEndpoint, EmbeddingError

_BATCH = 32
_LEASE_SECONDS = 180


@dataclass
class EmbeddingReport:
    """What became of the texts that waited."""

    stored: int = 0
    """Vectors that were stored."""
    postponed: int = 0
    """Texts whose vector could not be made; they are tried again later."""
    problem: str | None = None
    """Why the last one could not be made."""
    has_failed: bool = False
    """Whether the endpoint failed, so that other texts were left waiting."""


def embed_waiting(
    hd: Helpdesk,
    endpoint: EmbeddingEndpoint,
    *,
    is_stopping: Callable[[], bool] = lambda: False,
    on_batch: Callable[[EmbeddingReport], None] = lambda _: None,
) -> EmbeddingReport:
    """Make the vectors that wait, until none is left that nobody else has, or the endpoint fails.

    Args:
        hd: A client with the secret key.
        endpoint: What makes the vectors. The first worker of a helpdesk decides by its model which one is used.
        is_stopping: Asked before each batch of texts; when true, the work ends.
        on_batch: Called after each batch with the report so far.

    Raises:
        ForbiddenError: The client has no secret key.
        EmbeddingModelMismatchError: The helpdesk does not use this model.
        HelpdeskError: The helpdesk cannot be reached.
    """
    report = EmbeddingReport()
    while not is_stopping() and not report.has_failed:
        jobs = hd.knowledge.lease_embedding_jobs(max_rows=_BATCH, lease_seconds=_LEASE_SECONDS, model=endpoint.model)
        if not jobs:
            break
        _embed(hd, endpoint, jobs, report)
        on_batch(report)
    return report


def _embed(hd: Helpdesk, endpoint: EmbeddingEndpoint, jobs: Sequence[EmbeddingJob], report: EmbeddingReport) -> None:
    try:
        # Passages of one article share their title.
        texts = list(dict.fromkeys(text for job in jobs for text in (job.text, job.title) if text is not None))
        vectors = dict(zip(texts, endpoint.embed(texts), strict=True))
    except EmbeddingError as error:
        if error.is_refusal and len(jobs) > 1:
            # One of the texts is to blame: the others get their vectors.
            middle = len(jobs) // 2
            for part in (jobs[:middle], jobs[middle:]):
                if report.has_failed:
                    _postpone(hd, part, report.problem or "", report)
                else:
                    _embed(hd, endpoint, part, report)
            return
        report.has_failed = not error.is_refusal
        _postpone(hd, jobs, str(error), report)
        return
    for job in jobs:
        title = None if job.title is None else vectors[job.title]
        try:
            report.stored += hd.knowledge.store_embedding(job, vectors[job.text], title)
        except ApiError as error:
            if error.is_transient:
                raise
            _postpone(hd, [job], error.message, report)


def _postpone(hd: Helpdesk, jobs: Sequence[EmbeddingJob], problem: str, report: EmbeddingReport) -> None:
    for job in jobs:
        hd.knowledge.postpone_embedding_job(job, problem)
    report.postponed += len(jobs)
    report.problem = problem
