"""What a run measures, and for how long."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent
BUILD = ROOT / "build"

CONNECTIONS = 16
"""Connections that the generator keeps busy."""

WARM_UP = 2.0
"""Seconds of load that nobody counts, however short a run is: caches fill, pools grow."""

PEER_WARM_UP = 8.0
"""The peer's compiler needs longer: measured too early it is half as fast as it can be, which flatters us."""

TEN = 10
"""Clients that ask wherever the number of stored ones is what is measured."""


@dataclass(frozen=True, slots=True)
class Options:
    """How long, how often, how many."""

    seconds: float
    rounds: int
    requests: int
    clients: int
