"""Merges of tickets."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from .base import Model
from .tickets import Status


class Merge(Model):
    """A ticket that was merged into another one, and what that changed."""

    merge_id: UUID
    """The merge's id."""
    source_id: UUID
    """The ticket that was merged; it is closed while the merge lasts."""
    target_id: UUID
    """The ticket that it was merged into."""
    source_status: Status
    """The status that the merged ticket had, and has again when the merge is undone."""
    added_tags: tuple[str, ...] = ()
    """The tags that the merge added to the target."""
    merged_by: UUID | None = None
    """The person who merged; None for the system."""
    merged_at: datetime
    """The time of the merge."""
    unmerged_by: UUID | None = None
    """The person who undid the merge; None for the system, and while the merge lasts."""
    unmerged_at: datetime | None = None
    """The time when the merge was undone; None while the merge lasts."""

    @property
    def is_undone(self) -> bool:
        """Whether the merge was undone."""
        return self.unmerged_at is not None
