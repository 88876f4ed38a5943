"""Interfaces of other helpdesks' libraries, so that scripts for them run here."""
