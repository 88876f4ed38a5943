"""The SQL that makes an empty database look like a hosted project's database."""

from __future__ import annotations

from pathlib import Path

from helpdesk_sdk._database import connect

#: Run before, and after, the gateway creates the tables of Auth and Storage.
BEFORE_GATEWAY = ("baseline.sql", "realtime.sql")
AFTER_GATEWAY = ("auth_stub.sql", "storage_grants.sql")
#: Run after the migrations: settings of the helpdesk that only a local stack has.
AFTER_MIGRATIONS = ("helpdesk_settings.sql",)
#: A hosted project's database as migrations see it, without a gateway.
WITHOUT_GATEWAY = (*BEFORE_GATEWAY, "auth_stub.sql", "storage_stub.sql")


def run(db_url: str, files: tuple[str, ...]) -> None:
    """Run SQL files of this package. Each may be run again."""
    with connect(db_url, autocommit=True) as connection:
        for file in files:
            connection.execute(Path(__file__).with_name(file).read_bytes())
