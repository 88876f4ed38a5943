"""The group of commands."""

from __future__ import annotations

from .._base.app import Commands

app = Commands(name="mail", help="E-mail: how it is sent, and what the DNS says about its domain.")
