"""The local stack: PostgreSQL, Data API, Auth, Storage and edge functions on this machine, without Docker.

For development, tests and demos; production is a hosted Supabase project.
"""

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
