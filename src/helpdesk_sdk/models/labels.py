"""Labels of tickets, and from which share on they are proposed and applied."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from .base import Model, OpenEnum


class LabelKind(OpenEnum):
    """What classification decides about a ticket. Spam is the tag ``spam``."""

    TEAM = "team"
    PRIORITY = "priority"
    TAG = "tag"
    ASSIGNEE = "assignee"
    SPAM = "spam"


LabelKindName = Literal["team", "priority", "tag", "assignee", "spam"]
TrainedKindName = Literal["team", "priority"]


class LabelThresholds(Model):
    """From which share on labels of a kind are proposed, and applied."""

    kind: LabelKind
    """The kind of label."""
    suggest_share: float
    """From this share on, a label is proposed. Training sets one for each label instead."""
    min_similarity: float
    """How similar the nearest example must be by vector, 0 to 1; by words alone, always 0.3."""
    apply_share: float | None = None
    """From this share on, the assistant applies a sure label itself; None: never, a person decides."""
    target_precision: float
    """How often proposed labels are to be right: training and calibration choose thresholds by it."""
    updated_at: datetime
    """When it was changed."""
