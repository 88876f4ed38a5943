"""The memory of the gateway for a subscriber that receives nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence

from benchmarks.live.crowd import Crowd
from benchmarks.live.desk import Desk, memory_of, most_sockets
from benchmarks.measure import Result, Section

_A_TICKET = 10


def run(desk: Desk, counts: Sequence[int], settle: float) -> Section:
    """Measure a gateway that has done little else.

    Args:
        desk: The desk whose gateway is measured.
        counts: The numbers of subscribers, rising.
        settle: Seconds to wait before each reading.
    """
    section = Section(
        "Memory of idle subscribers",
        "The gateway's proportional set size; each subscriber has a socket and one private channel, ten on a ticket. "
        "It includes garbage that is not collected yet, and not the system's memory for a TCP connection.",
    )
    gateway = desk.stack.info.pids["gateway"]
    with Crowd(desk.stack.info.api_url, desk.stack.info.publishable_key) as first:
        first.join(_topics(desk, 10), desk.token)
    with Crowd(desk.stack.info.api_url, desk.stack.info.publishable_key) as crowd:
        time.sleep(settle)
        empty = memory_of(gateway)
        section.results.append(Result("none", {"MB": empty / 1024}))
        for count in (count for count in counts if count <= most_sockets()):
            new = count - len(crowd)
            took = crowd.join(_topics(desk, new), desk.token)
            crowd.reset()
            crowd.listen(settle)
            kilobytes = memory_of(gateway)
            assert not crowd.lost, f"the gateway closed {crowd.lost} idle sockets"
            numbers: dict[str, float | str] = {
                "MB": kilobytes / 1024,
                "KB a subscriber": (kilobytes - empty) / count,
                "joins/s": new / took,
            }
            section.results.append(Result(f"{count:,}", numbers))
    return section


def _topics(desk: Desk, count: int) -> list[str]:
    tickets = desk.tickets[: max(1, count // _A_TICKET)]
    return [f"helpdesk:ticket:{tickets[n % len(tickets)]}" for n in range(count)]
