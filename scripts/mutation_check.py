"""Remove every guard of the database, one at a time, and show which test fails; exit 1 if no test notices one of them,
or if a test fails with all of them in place, and so could notice nothing.

    python scripts/mutation_check.py [--only TEXT] [--every N] [--workers N]

Policies are dropped and opened, row-level security is switched off, triggers are dropped, privileges are granted that
nobody has, refusals are skipped, limits are dropped, the rules of the live channels are removed; then locks and
horizons, which only tests with several connections can notice.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, TypeVar

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.db import (
    concurrency,
    concurrency_events,
    concurrency_knowledge,
    mutations,
    mutations_files,
    mutations_live,
    mutations_privileges,
    mutations_rules,
    watchers,
)
from tests.db.conftest import Server

from helpdesk_sdk.local.postgres import Postgres

T = TypeVar("T")
Found: TypeAlias = tuple[str, str | None]
"""The name of a mutation, and who notices."""


@dataclass(frozen=True)
class Share:
    """The guards that one worker removes, each in turn, on a server of its own."""

    only: str
    every: int
    number: int
    workers: int

    def of(self, mutations: Sequence[T]) -> Sequence[T]:
        """This worker's part."""
        return mutations[self.number :: self.workers]


def main() -> int:
    """Run every mutation."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--only", default="", help="only guards whose name has this regular expression")
    parser.add_argument("--every", type=int, default=1, help="every Nth guard, for a sample")
    parser.add_argument("--workers", type=int, default=2, help="how many worker processes")
    options = parser.parse_args()
    began = time.monotonic()
    shares = [Share(options.only, options.every, number, options.workers) for number in range(options.workers)]
    with ProcessPoolExecutor(options.workers, multiprocessing.get_context("spawn")) as workers:
        done = list(workers.map(_run_share, shares))
    found = [pair for part, _ in done for pair in part]
    unnoticed = [name for name, noticed in found if noticed is None]
    for name in unnoticed:
        print(f"NOT NOTICED: {name}")
    complaints = {name: said for _, part in done for name, said in part.items()}
    for name, said in complaints.items():
        print(f"CANNOT WATCH: {name}: {said}")
    print(f"{len(found)} guards removed, {len(unnoticed)} not noticed, {time.monotonic() - began:.0f} s")
    return 1 if unnoticed or complaints else 0


def _run_share(share: Share) -> tuple[list[Found], dict[str, str]]:
    with (
        tempfile.TemporaryDirectory(prefix="helpdesk-mutations-") as directory,
        Postgres(Path(directory), durable=False) as postgres,
    ):
        server = Server(postgres)
        server.prepare()
        found, complaints = _single(server, share)
        return [*found, *_concurrent(server, share)], complaints


def _single(server: Server, share: Share) -> tuple[list[Found], dict[str, str]]:
    with server.connect("world") as db:
        known = [
            *mutations.all_of_them(db),
            *mutations_privileges.all_of_them(db),
            *mutations_live.all_of_them(db),
            *mutations_files.all_of_them(db),
            *mutations_rules.all_of_them(db),
        ]
        chosen = share.of([mutation for mutation in known if re.search(share.only, mutation.name)][:: share.every])
        lookouts, complaints = watchers.content(db, server.world)
        found = []
        for mutation in chosen:
            noticed = watchers.who_notices(db, server.world, lookouts, mutation)
            _show(mutation.name, noticed)
            found.append((mutation.name, noticed))
    return found, complaints


def _concurrent(server: Server, share: Share) -> list[Found]:
    found = []
    known = [*concurrency.MUTATIONS, *concurrency_events.MUTATIONS, *concurrency_knowledge.MUTATIONS]
    for mutation in share.of([mutation for mutation in known if re.search(share.only, mutation.name)]):
        noticed = concurrency.who_notices(server, mutation)
        _show(mutation.name, noticed)
        found.append((mutation.name, noticed))
    return found


def _show(name: str, noticed: str | None) -> None:
    print(f"{name[:90]:<90}  ->  {(noticed or '!!! no test fails')[:110]}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
