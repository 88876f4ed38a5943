"""The same requests of an agent to django-helpdesk and to the helpdesk's local stack, on one PostgreSQL server."""

from benchmarks.peer.compare import TICKETS, run

__all__ = ["TICKETS", "run"]
