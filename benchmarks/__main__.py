"""`python -m benchmarks`: load the data unless they are loaded, measure, print, write results/."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from benchmarks import (
    adoption,
    articles,
    assistant,
    browser,
    bulk,
    claims,
    cli,
    counters,
    data,
    deliveries,
    embedding,
    events,
    fields,
    files,
    herd,
    imports,
    labels,
    lists,
    live,
    mails,
    outside,
    paging,
    peer,
    people,
    report,
    retrieval,
    sdk,
    search,
    start,
    unscoped,
    vote,
    writes,
)
from benchmarks.measure import Effort, Section
from helpdesk_sdk.local.errors import StackError

_READS = ("rls", "fields", "paging", "events", "unscoped")
_WRITES = ("claims", "writes", "counters")
_STACK = ("sdk", "bulk", "files", "adoption", "assistant", "embedding", "cli", "start")
PARTS = (*_READS, *_WRITES, "people", *_STACK, "live")
# Only when named: the peer is installed from the package index, search, vote and articles load data of their own (half
# an hour, five minutes each), labels and retrieval need a file, imports has a stack and an account of its own.
_ON_REQUEST = (
    "peer",
    "search",
    "vote",
    "articles",
    "labels",
    "retrieval",
    "imports",
    "console",
    "herd",
    "deliveries",
    "mails",
    "outside",
)
_PARTS_HELP = f"of {', '.join(PARTS)}; all these by default. On request: {', '.join(_ON_REQUEST)}"


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks and return the exit code."""
    options = _parser().parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 130)
    sections = []
    try:
        for section in _run(options):
            report.show(section, console)
            sections.append(section)
    except StackError as error:
        console.print(f"[red]{error}[/]")
        return 1
    settings = {name: getattr(options, name) for name in ("tickets", "rounds", "calls", "quick", "parts")}
    console.print(report.summary(sections))
    console.print(f"Written to {report.write(sections, settings, options.results)}", soft_wrap=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the helpdesk.")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, *_ON_REQUEST, []], metavar="part", help=_PARTS_HELP)
    parser.add_argument("--tickets", type=int, default=1_000_000, help="the size of the helpdesk (1,000,000)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each comparison is repeated (5)")
    parser.add_argument("--calls", type=int, default=120, help="how many calls a repetition has (120)")
    parser.add_argument("--claims", type=int, default=2000, help="how many tickets are claimed in each run (2000)")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="live: few subscribers for a short time; files, bulk, adoption: few of them; only to see that it runs",
    )
    parser.add_argument("--imported", type=int, default=imports.TICKETS, help="imports: how many tickets (20,000)")
    parser.add_argument("--passages", type=int, default=articles.PASSAGES, help="articles: how many (200,000)")
    labels.add_options(parser)
    retrieval.add_options(parser)
    parser.add_argument("--data", type=Path, default=Path(__file__).parent / ".cache", help="where the data are kept")
    parser.add_argument("--results", type=Path, default=Path(__file__).parent / "results", help="where the file goes")
    parser.add_argument("--postgres", type=Path, help="the programs of another PostgreSQL (a bin directory)")
    return parser


def _run(options: argparse.Namespace) -> Iterator[Section]:
    parts = set(options.parts or PARTS)
    effort = Effort(options.rounds, options.calls)
    scale = live.QUICK if options.quick else live.FULL
    if parts & {*_READS, *_WRITES, "live"}:
        with data.server(options.data, options.tickets, bin_dir=options.postgres) as server:
            url = data.prepare(server, options.tickets)
            for part, module in zip(_READS, (lists, fields, paging, events, unscoped), strict=True):
                if part in parts:
                    yield module.run(url, effort)
            for part in _WRITES:
                if part in parts:
                    with data.scratch(server) as scratch:
                        if part == "counters":
                            yield counters.run(scratch, effort)
                        else:
                            yield claims.run(scratch, options.claims) if part == "claims" else writes.run(scratch, 300)
            if "live" in parts:
                yield from live.on_database(url, effort)
                with data.scratch(server) as scratch:
                    yield live.on_scratch(scratch, effort, scale)
    if "people" in parts:
        size = min(people.TICKETS, options.tickets), min(people.CUSTOMERS, options.tickets)
        with data.server(options.data, size[0], customers=size[1], bin_dir=options.postgres) as server:
            yield people.run(data.prepare(server, *size), effort)
    if "live" in parts:
        yield from live.on_stack(scale)
    if "sdk" in parts:
        yield sdk.run(effort)
    if "bulk" in parts:
        yield bulk.run(bulk.TICKETS_QUICK if options.quick else bulk.TICKETS)
    if "deliveries" in parts:
        sizes = (deliveries.DELIVERIES_QUICK, deliveries.FAILING_QUICK)
        yield deliveries.run(*(sizes if options.quick else (deliveries.DELIVERIES, deliveries.FAILING)))
    if "outside" in parts:
        size = min(outside.TICKETS, options.tickets)
        with data.server(options.data, size, bin_dir=options.postgres) as server:
            data.prepare(server, size)
            with data.scratch(server) as scratch:
                amount = (
                    (outside.ROUNDS_QUICK, outside.CALLS_QUICK) if options.quick else (outside.ROUNDS, outside.CALLS)
                )
                yield outside.run(scratch, *amount)
    if "mails" in parts:
        yield mails.run(mails.MAILS_QUICK if options.quick else mails.MAILS)
    if "files" in parts:
        yield files.run(files.FILES_QUICK if options.quick else files.FILES)
    if "adoption" in parts:
        yield adoption.run(adoption.TICKETS_QUICK if options.quick else adoption.TICKETS)
    if "assistant" in parts:
        yield assistant.run(assistant.RUNS_QUICK if options.quick else assistant.RUNS)
    if "embedding" in parts:
        yield embedding.run()
    if "cli" in parts:
        yield cli.run()
    if "console" in parts:
        yield browser.run(quick=options.quick)
    if "herd" in parts:
        yield herd.run(quick=options.quick)
    if "start" in parts:
        yield start.run()
    if "search" in parts:
        with search.server(options.data, options.tickets, bin_dir=options.postgres) as server:
            yield search.run(search.prepare(server, options.tickets), effort)
    if "vote" in parts:
        with vote.server(options.data, bin_dir=options.postgres) as server:
            yield vote.run(vote.prepare(server), effort)
    if "labels" in parts:
        with labels.server(options.data, bin_dir=options.postgres) as server:
            yield labels.run(data.fresh_database(server), labels.options_of(options))
    if "imports" in parts:
        yield imports.run(options.imported)
    if "articles" in parts:
        with articles.server(options.data, options.passages, bin_dir=options.postgres) as server:
            yield articles.run(articles.prepare(server, options.passages), effort)
    if "retrieval" in parts:
        with retrieval.server(options.data, bin_dir=options.postgres) as server:
            yield retrieval.run(data.fresh_database(server), retrieval.options_of(options))
    if "peer" in parts:
        yield peer.run(options.data, min(options.tickets, peer.TICKETS), effort)


if __name__ == "__main__":
    sys.exit(main())
