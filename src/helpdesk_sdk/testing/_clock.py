"""The time of a test's helpdesk, which a test can stop and move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

CLOCK_SQL = Path(__file__).with_name("clock.sql")


class Clock:
    """The time that the helpdesk of one test sees: the machine's, until the test stops it.

    The database's functions and the defaults of its columns follow it. Logins, sessions and your own program do not:
    tokens live in the machine's time.
    """

    def __init__(self, db_url: str) -> None:
        self._db_url = db_url

    @property
    def now(self) -> datetime:
        """What the helpdesk takes for the present."""
        return self._frozen_at() or datetime.now(UTC)

    def freeze(self, at: datetime | None = None) -> datetime:
        """Stop the clock.

        Args:
            at: The time to stop at, with a time zone; by default the present.

        Returns:
            The time at which it stands.

        Raises:
            ValueError: ``at`` has no time zone.
        """
        moment = self.now if at is None else at
        if moment.tzinfo is None:
            raise ValueError("at must have a time zone, e.g. datetime(2027, 3, 1, 9, tzinfo=timezone.utc)")
        self._set(moment)
        return moment

    def advance(self, by: timedelta) -> datetime:
        """Let time pass on a stopped clock; a clock that runs is stopped first.

        Args:
            by: How much, at least nothing.

        Returns:
            The time at which it stands now.

        Raises:
            ValueError: ``by`` is negative: `freeze` sets any time.
        """
        if by < timedelta():
            raise ValueError("by must not be negative: freeze() sets an earlier time")
        return self.freeze(self.now + by)

    def unfreeze(self) -> None:
        """Return to the machine's time."""
        self._set(None)

    def _frozen_at(self) -> datetime | None:
        from helpdesk_sdk._database import connect

        with connect(self._db_url) as db:
            row = db.execute("select frozen_at from helpdesk_testing.clock").fetchone()
        assert row is not None
        frozen_at: datetime | None = row[0]
        return frozen_at

    def _set(self, moment: datetime | None) -> None:
        from helpdesk_sdk._database import connect

        with connect(self._db_url) as db:
            db.execute("update helpdesk_testing.clock set frozen_at = %s", (moment,))
