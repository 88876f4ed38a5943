"""The function `health`, through the gateway."""

from __future__ import annotations

import httpx
import psycopg

from helpdesk_sdk.testing import Project


def test_it_names_the_schema_version_to_everybody(helpdesk_project: Project) -> None:
    answer = httpx.get(f"{helpdesk_project.url}/functions/v1/health", timeout=60)
    report = answer.json()
    assert (answer.status_code, report["status"], report["database"]) == (200, "ok", "reachable")
    with psycopg.connect(helpdesk_project.db_url) as db:
        assert db.execute("select helpdesk.schema_version()").fetchone() == (report["schema_version"],)
    assert report["latency_ms"] > 0
    assert set(report) == {"status", "database", "schema_version", "latency_ms"}
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_database_without_the_helpdesk_is_said(helpdesk_project: Project) -> None:
    with psycopg.connect(helpdesk_project.db_url) as db:
        db.execute("drop function helpdesk.schema_version()")
        db.execute("notify pgrst, 'reload schema'")
    answer = httpx.get(f"{helpdesk_project.url}/functions/v1/health", timeout=60)
    assert (answer.status_code, answer.json()["status"]) == (503, "not_migrated")
    assert "migrations" in answer.json()["hint"]
