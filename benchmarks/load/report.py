"""What a run has measured: times by act, errors by reason, what was busy; the step at which a ramp saturates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import mean

from benchmarks.load.model import Load, percentile
from benchmarks.load.subscribers import Deliveries

_BUSY = 0.85
_DOUBLED = 2.0


@dataclass(frozen=True)
class Sample:
    """What was busy in one moment: shares of one processor, and the database's own numbers.

    `machine` is all that ran, so also the subscribers, the kernel and other programs.
    """

    gateway: float
    database: float
    generator: float
    connections: int
    active: int
    lock_waits: int
    machine: float = 0.0


@dataclass
class Run:
    """One run.

    Attributes:
        load: what was asked.
        seconds: how long it took.
        times: milliseconds from the scheduled start, by act.
        errors: how often each act met each reason.
        samples: what was busy, once a second.
        deliveries: what the subscribers received; None without them.
    """

    load: Load
    seconds: float
    times: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)
    deliveries: Deliveries | None = None

    @property
    def all_times(self) -> list[float]:
        """The times of all acts."""
        return [one for many in self.times.values() for one in many]

    @property
    def done(self) -> float:
        """Answered requests a second."""
        return len(self.all_times) / self.seconds if self.seconds else 0.0

    def quantiles(self, act: str | None = None) -> tuple[float, float, float]:
        """p50, p95 and p99 of an act, or of all."""
        values = self.all_times if act is None else self.times.get(act, [])
        return percentile(values, 0.5), percentile(values, 0.95), percentile(values, 0.99)

    def busiest(self, cores: int) -> str:
        """What limits: the gateway (one process), the pool, locks, all processors, or nothing that was seen."""
        if not self.samples:
            return "not seen"
        gateway, database = mean(one.gateway for one in self.samples), mean(one.database for one in self.samples)
        generator = mean(one.generator for one in self.samples)
        if mean(one.lock_waits for one in self.samples) >= 1:
            return "locks"
        machine = max(gateway + database + generator, mean(one.machine for one in self.samples))
        shares = f"gateway {gateway:.0%}, database {database:.0%}, load generator {generator:.0%}, all {machine:.0%}"
        if machine >= _BUSY * cores:
            return f"CPU ({shares} of a core)"
        if gateway >= _BUSY:
            return f"gateway ({gateway:.0%} of a core)"
        pool = [one for one in self.samples if one.connections and one.active >= one.connections]
        return "pool" if len(pool) > len(self.samples) / 2 else f"nothing that was seen ({shares} of a core)"


def saturation(ramp: Sequence[Run]) -> Run | None:
    """The first step of a ramp whose p95 is twice that of the first, or that has errors, or answers less than 80 %."""
    if not ramp:
        return None
    first = ramp[0].quantiles()[1]
    for run in ramp:
        asked = run.load.rate or 0.0
        if run.errors or run.quantiles()[1] > _DOUBLED * first or run.done < 0.8 * asked:
            return run
    return None


def as_text(run: Run, cores: int) -> str:
    """A run as a table."""
    model = "closed" if run.load.rate is None else f"open, {run.load.rate:g}/s"
    lines = [f"{run.load.people} people, {model}: {run.done:.1f} answered a second in {run.seconds:.0f} s"]
    lines.append(f"  {'act':<14}{'n':>7}{'p50':>9}{'p95':>9}{'p99':>9}  ms from the scheduled start")
    for act in (None, *sorted(run.times)):
        values = run.all_times if act is None else run.times[act]
        p50, p95, p99 = run.quantiles(act)
        lines.append(f"  {act or 'all':<14}{len(values):>7}{p50:>9.1f}{p95:>9.1f}{p99:>9.1f}")
    lines.append("  errors: " + (", ".join(f"{why} {n}" for why, n in run.errors.most_common()) or "none"))
    if run.deliveries is not None:
        lines.append(f"  events: {run.deliveries.as_text()}")
    lines.append(f"  limited by: {run.busiest(cores)}")
    return "\n".join(lines)
