"""The demo: a support story, played on a real helpdesk, that checks its own claims."""

from .stage import Check, Login, Reporter, seed
from .story import Story

__all__ = ["Check", "Login", "Reporter", "Story", "seed"]
