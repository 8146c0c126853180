"""Comparing passwords and nothing else, on one thread: no server signs more people in on a core.

`python -m benchmarks.programs.raw_hashing SECONDS MEMORY_KIB PASSES LANES`
"""

import json
import sys
import time

from argon2 import PasswordHasher, Type

PASSWORD = "a long walk past nine quiet harbours"


def compare(seconds: float, memory_kib: int, passes: int, lanes: int) -> dict[str, float]:
    """Return how many comparisons were made, in how many seconds, and of how much processor time."""
    hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes, type=Type.ID)
    stored = hasher.hash(PASSWORD)
    made, began, used = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds:
        hasher.verify(stored, PASSWORD)
        made += 1
    return {
        "made": made,
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - used,
    }


if __name__ == "__main__":
    print(json.dumps(compare(float(sys.argv[1]), *map(int, sys.argv[2:5]))))
