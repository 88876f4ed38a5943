"""Errors of a deployment.

HelpdeskError
└── DeploymentError
    ├── DeploymentRefusedError  nothing was changed; every reason has a way out
    ├── DeploymentRunningError  another one deploys to this database
    ├── DeploymentFailedError   a step failed; the same command goes on from there
    ├── PlatformRefusedError    the platform's management API refused
    └── SupabaseCliError        the Supabase CLI is missing, too old, or failed
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import HelpdeskError

if TYPE_CHECKING:
    from .model import Problem


class DeploymentError(HelpdeskError):
    """The deployment did not come to its end."""


class DeploymentRefusedError(DeploymentError):
    """Something speaks against the deployment; nothing was changed."""

    problems: tuple[Problem, ...]
    """Each reason, with a way out."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        listed = "; ".join(problem.message for problem in problems)
        super().__init__(f"Nothing was deployed: {listed}", hint=" ".join(problem.way_out for problem in problems))
        self.problems = tuple(problems)


class DeploymentRunningError(DeploymentError):
    """Another deployment to this database has not ended; nothing was changed."""


class DeploymentFailedError(DeploymentError):
    """A step of the deployment failed; the steps before it are done."""

    step: str
    """The name of the step."""

    def __init__(self, step: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(f"The step {step} failed: {message}", hint=hint)
        self.step = step


class PlatformRefusedError(DeploymentError):
    """The platform's management API refused a request."""

    status: int
    """The HTTP status."""

    def __init__(self, status: int, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class SupabaseCliError(DeploymentError):
    """The Supabase CLI is missing, too old, or failed."""
