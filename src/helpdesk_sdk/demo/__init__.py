"""The demo: a support story that is played on a real helpdesk and checks its own claims."""

from .stage import Check, Login, Teller, seed
from .story import Story

__all__ = ["Check", "Login", "Story", "Teller", "seed"]
