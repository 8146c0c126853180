"""What one measurement hands over: a document for build/bench.json, lines for people, expectations."""

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from benchmarks.load import Load

Document = dict[str, object]


@dataclass(frozen=True, slots=True)
class Expectation:
    """A figure that was aimed at. Reported, never enforced: machines differ."""

    text: str
    measured: str
    met: bool
    disturbed: bool = False

    @property
    def verdict(self) -> str:
        """Return whether it was met, and whether the figure can be trusted."""
        return ("met" if self.met else "NOT met") + (", but disturbed" if self.disturbed else "")

    def document(self) -> Document:
        """Return all of it for build/bench.json."""
        return {
            "expected": self.text,
            "measured": self.measured,
            "met": self.met,
            "disturbed": self.disturbed,
        }


@dataclass(slots=True)
class Section:
    """The outcome of one measurement."""

    name: str
    title: str
    lines: list[str] = field(default_factory=list)
    document: Document = field(default_factory=dict)
    expectations: list[Expectation] = field(default_factory=list)

    def expect(
        self,
        text: str,
        value: float | None,
        holds: Callable[[float], bool],
        shown: str,
        *,
        disturbed: bool = False,
    ) -> None:
        """Note an expectation and the figure it met, unless that figure is missing."""
        if value is not None:
            self.expectations.append(Expectation(text, shown.format(value), holds(value), disturbed))


def ratio(over: list[Load], under: list[Load], figure: Callable[[Load], float | None]) -> float | None:
    """Return the median over the rounds of one figure divided by another of the same round.

    Medians, here and below: one round that somebody disturbed does not move them.
    """
    pairs = [(figure(a), figure(b)) for a, b in zip(over, under, strict=True)]
    quotients = [a / b for a, b in pairs if a is not None and b]
    return median(quotients) if quotients else None


def rate(load: Load) -> float | None:
    """Return the answers a second of a burst."""
    return load.per_second


def per_cpu(load: Load) -> float | None:
    """Return the answers for each second of processor time."""
    return load.per_cpu_second


def p99(load: Load) -> float | None:
    """Return the latency that one request of a hundred exceeds (milliseconds)."""
    return load.p99_ms


def summary(loads: list[Load]) -> Document:
    """Return the medians of several rounds, and the rounds."""
    latencies = [(load.p50_ms, load.p99_ms) for load in loads]
    return {
        "per_second": round(median([load.per_second for load in loads]), 1),
        "per_cpu_second": _middle([load.per_cpu_second for load in loads]),
        "busy": _middle([load.busy for load in loads]),
        "idle": _middle([load.idle for load in loads]),
        "p50_ms": _middle([p50 for p50, _ in latencies]),
        "p99_ms": _middle([p99 for _, p99 in latencies]),
        "errors": sum(load.errors for load in loads),
        "rounds": [load.document() for load in loads],
    }


def _middle(values: list[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return round(median(present), 3) if present else None


BUSY = 0.9
"""Below this share of its core a server was not measured at its limit."""


def is_disturbed(row: Document) -> bool:
    """Return whether a summary is of a server that others kept from its core, or that too few asked."""
    busy = row["busy"]
    return isinstance(busy, float) and busy < BUSY
