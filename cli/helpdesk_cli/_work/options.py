"""Options that programs have which go on working: a sign of life, and a log for a collector."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

HeartbeatOption = Annotated[
    Path | None,
    typer.Option(
        "--heartbeat",
        metavar="FILE",
        envvar="HELPDESK_HEARTBEAT",
        show_envvar=True,
        help="Touch this file every 5 seconds while the program is alive.",
        show_default=False,
    ),
]
LogJsonOption = Annotated[
    bool,
    typer.Option("--log-json", envvar="HELPDESK_LOG_JSON", show_envvar=True, help="Write the log as lines of JSON."),
]
