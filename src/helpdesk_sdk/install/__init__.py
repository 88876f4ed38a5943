"""What puts the helpdesk into a database, and what takes it out."""

from .project import project_dir
from .uninstall import NotInstalledError, UninstallBlockedError, UninstallPlan, plan, run

__all__ = ["NotInstalledError", "UninstallBlockedError", "UninstallPlan", "plan", "project_dir", "run"]
