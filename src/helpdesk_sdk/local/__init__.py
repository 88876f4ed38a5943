"""The local stack: PostgreSQL, Data API, Auth, Storage and edge functions on this machine, without Docker.

For development, tests and demos; production is a hosted Supabase project.
"""

from typing import TYPE_CHECKING

from helpdesk_sdk._lazy import lazy_names

if TYPE_CHECKING:
    from helpdesk_sdk.local.errors import (
        AlreadyRunningError,
        MigrationError,
        MissingPartError,
        NotRunningError,
        PortTakenError,
        StackError,
    )
    from helpdesk_sdk.local.stack import Stack, StackInfo

__all__ = [
    "AlreadyRunningError",
    "MigrationError",
    "MissingPartError",
    "NotRunningError",
    "PortTakenError",
    "Stack",
    "StackError",
    "StackInfo",
]

# A deployment uses the migrations of this package also where no stack can run, for example on Windows.
__getattr__ = lazy_names(
    globals(),
    {
        "errors": (
            "AlreadyRunningError",
            "MigrationError",
            "MissingPartError",
            "NotRunningError",
            "PortTakenError",
            "StackError",
        ),
        "stack": ("Stack", "StackInfo"),
    },
)


def __dir__() -> list[str]:
    return __all__
