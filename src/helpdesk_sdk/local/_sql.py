"""The SQL that makes a bare database look like that of a hosted project."""

from __future__ import annotations

from pathlib import Path

from helpdesk_sdk.install.database import connect

#: Before the gateway creates Auth's and Storage's tables, and after.
BEFORE_GATEWAY = ("baseline.sql", "realtime.sql")
AFTER_GATEWAY = ("auth_stub.sql", "storage_grants.sql")
#: A hosted project's database as far as migrations can see it, without a gateway.
WITHOUT_GATEWAY = (*BEFORE_GATEWAY, "auth_stub.sql")


def run(db_url: str, files: tuple[str, ...]) -> None:
    """Run files of this package, each of which may be run again."""
    with connect(db_url, autocommit=True) as connection:
        for file in files:
            connection.execute(Path(__file__).with_name(file).read_bytes())
