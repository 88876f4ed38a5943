"""Options that many commands have."""

from __future__ import annotations

from typing import Annotated

import typer

LimitOption = Annotated[int, typer.Option(min=0, help="How many at most; 0 for all.")]
