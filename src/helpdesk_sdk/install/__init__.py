"""What puts the helpdesk into a database, and what takes it out."""

from typing import TYPE_CHECKING

from helpdesk_sdk._lazy import lazy_names

if TYPE_CHECKING:
    from .project import project_dir
    from .uninstall import NotInstalledError, UninstallBlockedError, UninstallPlan, plan, run

__all__ = ["NotInstalledError", "UninstallBlockedError", "UninstallPlan", "plan", "project_dir", "run"]

__getattr__ = lazy_names(
    globals(),
    {
        "project": ("project_dir",),
        "uninstall": ("NotInstalledError", "UninstallBlockedError", "UninstallPlan", "plan", "run"),
    },
)


def __dir__() -> list[str]:
    return __all__
