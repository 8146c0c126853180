"""Metrics for Prometheus, right with several workers: each writes its own file, the reader adds them up."""

import os
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    values,
)
from prometheus_client.multiprocess import MultiProcessCollector

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
"""The variable with the folder of the workers' files; `authserver serve` sets it when there are several."""

CONTENT_TYPE = CONTENT_TYPE_LATEST

_BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

_requests = Histogram(
    "authserver_request_seconds", "Time to answer, in seconds.", ["endpoint", "status"], buckets=_BUCKETS
)
_failures = Counter(
    "authserver_client_authentication_failures", "Failed client authentications.", ["throttled"]
)
_logouts = Counter("authserver_logouts", "Attempts to tell applications of ended sessions.", ["result"])


class RequestMeter:
    """Counts requests; keeps the labelled children, because looking one up costs more than counting."""

    def __init__(self) -> None:
        """Start without children; they are made at first use."""
        self._children: dict[tuple[str, int], Histogram] = {}

    def observe(self, endpoint: str, status: int, seconds: float) -> None:
        """Count one answer and the time it took."""
        child = self._children.get((endpoint, status))
        if child is None:
            child = self._children[endpoint, status] = _requests.labels(endpoint, str(status))
        child.observe(seconds)


def count_failure(*, throttled: bool) -> None:
    """Count a failed client authentication."""
    _failures.labels("yes" if throttled else "no").inc()


def count_logout(result: str) -> None:
    """Count an attempt to tell an application of an ended session: told, again, or failed."""
    _logouts.labels(result).inc()


def share(folder: Path) -> None:
    """Let the workers forked from this process count into files of a folder, where each can add them up.

    Before the first count: the library chooses where it counts when it is loaded.
    """
    os.environ[MULTIPROCESS] = str(folder)
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call] # no types here


def exposition() -> bytes:
    """Return all metrics in the text format of Prometheus, of all workers when there are several."""
    if os.environ.get(MULTIPROCESS):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # the library has no types here
        return generate_latest(registry)
    return generate_latest()
