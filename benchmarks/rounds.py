"""Interleaved rounds: everything is measured in every round, so that a machine's mood hits all alike."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.load import Load
from benchmarks.options import WARM_UP, Options


@dataclass(frozen=True, slots=True)
class Target:
    """Something to measure for so many seconds."""

    what: str
    who: str
    measure: Callable[[float], Load]
    warm_up: float = WARM_UP


Results = dict[Target, list[Load]]


def interleaved(targets: list[Target], options: Options) -> Results:
    """Warm everything up, then measure round by round, in turned order every other time."""
    results: Results = {target: [] for target in targets}
    for target in targets:
        tell(f"warming up: {target.what}, {target.who}")
        target.measure(target.warm_up)
    for number in range(options.rounds):
        for target in targets if number % 2 == 0 else targets[::-1]:
            load = target.measure(options.seconds)
            results[target].append(load)
            where = f"round {number + 1} of {options.rounds}"
            tell(f"{where}: {target.what}, {target.who}: {load.per_second:,.0f}/s")
    return results


def tell(text: str) -> None:
    """Say how far it is; figures go to standard output, this does not."""
    print(text, file=sys.stderr, flush=True)
