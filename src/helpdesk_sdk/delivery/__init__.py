"""Sending to the outside: where a webhook may go, and (in ``mail``) e-mail."""

from .targets import Target, TargetError

__all__ = ["Target", "TargetError"]
