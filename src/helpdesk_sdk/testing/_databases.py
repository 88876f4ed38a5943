"""Databases of a running stack, one for each project: cloned from a template in which the helpdesk is installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ._clock import CLOCK_SQL
from ._project import Project, no_certificates

if TYPE_CHECKING:
    from helpdesk_sdk.local import Stack

_TEMPLATE = "helpdesk_template"
_TEMPLATE_WITH_CLOCK = "helpdesk_template_clock"


class Databases:
    """Makes databases like the migrated template, and serves them."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._count = 0

    def prepare(self) -> None:
        """Make the template: a project in which the helpdesk is installed."""
        from helpdesk_sdk.install.project import project_dir
        from helpdesk_sdk.local import _sql, migrations

        url = self._url(_TEMPLATE)
        self._admin("create database {}", _TEMPLATE)
        _sql.run(url, _sql.BEFORE_GATEWAY)
        self._gateway("PUT", f"{_TEMPLATE}?prepare")
        _sql.run(url, _sql.AFTER_GATEWAY)
        migrations.apply(url, project_dir() / "migrations")
        _sql.run(url, _sql.AFTER_MIGRATIONS)

    @contextmanager
    def project(self, *, with_clock: bool = False) -> Iterator[Project]:
        """A fresh project, gone afterwards; with the clock, a test can stop its time."""
        template = self._template_with_clock if with_clock else _TEMPLATE
        self._count += 1
        name = f"helpdesk_test_{self._count}"
        # A copy of files: the other strategy writes the whole template to the log.
        self._admin("create database {} template {} strategy file_copy", name, template)
        info = self._stack.info
        try:
            ports = self._gateway("PUT", f"{name}?like={_TEMPLATE}")
            url, mail_url = f"http://127.0.0.1:{ports['port']}", f"smtp://127.0.0.1:{ports['mail_port']}"
            project = Project(url, info.publishable_key, info.secret_key, self._url(name), mail_url)
            try:
                yield project
            finally:
                project.close()
                self._gateway("DELETE", name)
        finally:
            self._admin("drop database {} with (force)", name)

    @cached_property
    def _template_with_clock(self) -> str:
        from helpdesk_sdk._database import connect

        self._admin("create database {} template {}", _TEMPLATE_WITH_CLOCK, _TEMPLATE)
        with connect(self._url(_TEMPLATE_WITH_CLOCK)) as db:
            db.execute(CLOCK_SQL.read_bytes())
        return _TEMPLATE_WITH_CLOCK

    def _url(self, database: str) -> str:
        return self._stack.info.db_url.rpartition("/")[0] + f"/{database}"

    def _admin(self, statement: str, *names: str) -> None:
        from psycopg import sql

        from helpdesk_sdk._database import connect

        with connect(self._stack.info.db_url, autocommit=True) as db:
            db.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _gateway(self, method: str, path: str) -> dict[str, Any]:
        import httpx

        info = self._stack.info
        address = f"{info.api_url}/_stack/databases/{path}"
        headers = {"apikey": info.secret_key}
        answer = httpx.request(method, address, headers=headers, timeout=30, trust_env=False, verify=no_certificates())
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told
