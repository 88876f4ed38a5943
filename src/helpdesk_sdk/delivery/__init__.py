"""Sending to the outside: where a webhook may go."""

from .targets import Target, TargetError

__all__ = ["Target", "TargetError"]
