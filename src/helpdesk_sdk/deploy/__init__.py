"""Bring the helpdesk of a host's repository into a Supabase project: look, apply, go back.

    target = Target.find("staging")     # supabase/helpdesk.toml and the environment variables that it names
    found = plan(target)                # as it is and as it should be; changes nothing
    run(target)                         # checks, migrations, functions, settings, smoke test, contract migrations
    rollback(target)                    # the functions of the deployment before, on the newer schema

It needs psycopg and pglast: the extra ``deploy``.
"""

from typing import TYPE_CHECKING

from helpdesk_sdk._lazy import lazy_names

if TYPE_CHECKING:
    from ._planning import plan
    from ._rollback import Rollback, rollback
    from ._running import Result, run
    from .errors import (
        DeploymentError,
        DeploymentFailedError,
        DeploymentRefusedError,
        DeploymentRunningError,
        PlatformRefusedError,
        SupabaseCliError,
    )
    from .model import Item, Plan, Problem, Step
    from .target import Target

__all__ = [
    "DeploymentError",
    "DeploymentFailedError",
    "DeploymentRefusedError",
    "DeploymentRunningError",
    "Item",
    "Plan",
    "PlatformRefusedError",
    "Problem",
    "Result",
    "Rollback",
    "Step",
    "SupabaseCliError",
    "Target",
    "plan",
    "rollback",
    "run",
]

__getattr__ = lazy_names(
    globals(),
    {
        "_planning": ("plan",),
        "_rollback": ("Rollback", "rollback"),
        "_running": ("Result", "run"),
        "errors": (
            "DeploymentError",
            "DeploymentFailedError",
            "DeploymentRefusedError",
            "DeploymentRunningError",
            "PlatformRefusedError",
            "SupabaseCliError",
        ),
        "model": ("Item", "Plan", "Problem", "Step"),
        "target": ("Target",),
    },
)


def __dir__() -> list[str]:
    return __all__
