import functools
import re

import pytest
from flask import Flask

from tests.growth import cases
from tests.growth.cases import CALLS, PAGES, Case
from tests.growth.conftest import Pair
from tests.growth.installation import Cost, Installation

MOST = 20
"""Statements of any page or call."""

_kept: dict[tuple[int, str], Cost] = {}

READING = [*cases.pages(), *cases.calls()]
each = pytest.mark.parametrize("case", READING, ids=str)


def cost(installation: Installation, case: Case) -> Cost:
    key = id(installation), case.name
    if key not in _kept:
        _kept[key] = installation.cost(lambda: case.send(installation))
    return _kept[key]


@each
def test_what_is_read_takes_as_many_statements_among_many_as_among_few(pair: Pair, case: Case) -> None:
    few, many = cost(pair.small, case), cost(pair.big, case)
    print("COUNTS", pair.big.postgresql, case.name, len(few), len(many), few.steps, many.steps)
    assert len(many) <= len(few), many.told
    assert len(many) <= MOST
