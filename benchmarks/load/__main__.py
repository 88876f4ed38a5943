"""`python -m benchmarks.load`: the load scenario against a stack of its own; the SQL side alone at several sizes."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path

from benchmarks import data
from benchmarks.load import drive, sql_side
from benchmarks.load.model import PEOPLE_MAX, SECONDS_MAX, SUBSCRIBERS_MAX, BoundsError, Load
from benchmarks.load.report import Run, as_text, saturation
from benchmarks.load.subscribers import Deliveries

_CACHE = Path(__file__).parents[1] / ".cache"
_RESULTS = Path(__file__).parents[1] / "results"
_SIZES = (10_000, 100_000, 1_000_000)


def main(arguments: list[str] | None = None) -> int:
    """Run it and return the exit code."""
    options = _parser().parse_args(arguments)
    cores = os.cpu_count() or 1
    try:
        runs = _scenario(options, cores) if options.what == "scenario" else _growth(options)
    except BoundsError as error:
        print(f"Out of bounds: {error}", file=sys.stderr)
        return 2
    options.results.mkdir(parents=True, exist_ok=True)
    path = options.results / f"load-{options.what}-{time.strftime('%Y%m%d-%H%M%S')}.json"
    path.write_text(json.dumps([_as_json(name, run, cores) for name, run in runs], indent=1))
    print(f"Written to {path}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("what", choices=["scenario", "growth"])
    parser.add_argument("--people", type=int, default=50, help=f"how many are signed in (50; at most {PEOPLE_MAX})")
    parser.add_argument("--seconds", type=int, default=20, help=f"for each step (20; at most {SECONDS_MAX})")
    parser.add_argument("--rates", type=float, nargs="*", default=[10, 20, 40, 80, 160], help="requests a second")
    parser.add_argument("--closed", action="store_true", help="the closed model too, as the last step")
    followers = f"how many follow their events (10, or all people; at most {SUBSCRIBERS_MAX})"
    parser.add_argument("--subscribers", type=int, help=followers)
    parser.add_argument("--connections", type=int, default=8, help="of the SQL side (8)")
    parser.add_argument("--sizes", type=int, nargs="*", default=list(_SIZES), help="of growth, in tickets")
    parser.add_argument("--cache", type=Path, default=_CACHE, help="where the data of growth stay")
    parser.add_argument("--results", type=Path, default=_RESULTS, help="where the numbers go")
    return parser


def _scenario(options: argparse.Namespace, cores: int) -> list[tuple[str, Run]]:
    """A ramp in the open model until it saturates, then the SQL side at the same rates."""
    found: list[tuple[str, Run]] = []
    subscribers = min(10, options.people) if options.subscribers is None else options.subscribers
    loads = [Load(options.people, options.seconds, rate, subscribers) for rate in sorted(options.rates)]
    loads += [Load(options.people, options.seconds, None, subscribers)] if options.closed or not loads else []
    with drive.stack_with_model() as stack:
        for load in loads:
            load.check(stack.info.api_url)
        people = drive.sign_in(stack, options.people)
        ramp: list[Run] = []
        for load in loads:
            done = drive.run(stack, load, people)
            print(as_text(done, cores), flush=True)
            found.append(("gateway", done))
            if load.rate is not None:
                ramp.append(done)
                if saturation(ramp) is not None:
                    print(f"Saturated at {load.rate:g} requests a second: {done.busiest(cores)}", flush=True)
                    break
        for load in loads:
            done = sql_side.run(stack.info.db_url, load, options.connections)
            print("SQL alone: " + as_text(done, cores), flush=True)
            found.append(("sql", done))
    return found


def _growth(options: argparse.Namespace) -> list[tuple[str, Run]]:
    """The SQL side at several sizes, in the closed model."""
    found: list[tuple[str, Run]] = []
    load = Load(options.people, options.seconds)
    load.check("http://127.0.0.1")
    for tickets in options.sizes:
        postgres = data.server(options.cache, tickets)
        with postgres:
            url = data.prepare(postgres, tickets)
            # The caches are filled before anything is counted.
            sql_side.run(url, Load(options.people, min(5, options.seconds)), options.connections)
            done = sql_side.run(url, load, options.connections)
        print(f"{tickets:,} tickets: " + as_text(done, os.cpu_count() or 1), flush=True)
        found.append((f"sql {tickets}", done))
    return found


def _events_as_json(found: Deliveries) -> dict[str, object]:
    times = dict(zip(("p50", "p95", "p99"), found.quantiles(), strict=True))
    numbers = {"subscribers": found.subscribers, "received": len(found.delays), "lost": found.lost}
    return {**numbers, "doubled": found.doubled, "polled": found.unpushed, "delay": times}


def _as_json(name: str, run: Run, cores: int) -> dict[str, object]:
    acts = {act: dict(zip(("p50", "p95", "p99"), run.quantiles(act), strict=True)) for act in run.times}
    return {
        "name": name,
        "load": asdict(run.load),
        "per_second": run.done,
        "all": dict(zip(("p50", "p95", "p99"), run.quantiles(), strict=True)),
        "acts": acts,
        "errors": dict(run.errors),
        "events": None if run.deliveries is None else _events_as_json(run.deliveries),
        "limited_by": run.busiest(cores),
        "samples": [asdict(one) for one in run.samples],
    }


if __name__ == "__main__":
    sys.exit(main())
