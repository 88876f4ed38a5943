"""The group of commands."""

from __future__ import annotations

from .._base.app import Commands

app = Commands(name="mail", help="E-mail: addresses, mails that arrived, quarantine, sending.")
