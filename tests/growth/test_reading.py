import functools

import pytest

from authserver.management.views.site import ROUTES
from tests.growth import cases, checks
from tests.growth.cases import CALLS, NOT_READ, PAGES, Case
from tests.growth.conftest import Pair
from tests.growth.filling import BIG
from tests.growth.installation import Cost, Installation

each = pytest.mark.parametrize("case", [*cases.pages(), *cases.calls()], ids=str)


@functools.cache
def costs(pair: Pair, case: Case) -> tuple[Cost, Cost]:
    """Return what a request costs among few and among many; asked once for all tests."""
    few, many = (at.cost(functools.partial(case.send, at)) for at in (pair.small, pair.big))
    return few, many


def test_no_page_and_no_call_is_forgotten(pair: Pair) -> None:
    rooms = ("console.", "organizations.", "management.")
    rules = [rule for rule in pair.big.app.url_map.iter_rules() if rule.endpoint.startswith(rooms)]
    read = {rule.endpoint for rule in rules if rule.methods is None or "GET" in rule.methods}
    calls = {f"management.{route.name}" for route in ROUTES if route.method == "GET"}
    assert read == set(PAGES) | calls | set(NOT_READ)
    assert calls == {f"management.{name}" for name in CALLS}


@each
def test_what_is_read_takes_as_many_statements_among_many_as_among_few(pair: Pair, case: Case) -> None:
    checks.flat(case.name, *costs(pair, case))


@each
def test_no_statement_of_what_is_read_goes_through_a_growing_table(pair: Pair, case: Case) -> None:
    checks.by_indexes(pair.big, costs(pair, case)[1])


@each
def test_what_is_read_looks_at_few_rows_or_says_why(pair: Pair, case: Case) -> None:
    checks.over_few_rows(pair.big, case.name, costs(pair, case)[1])


def test_a_trail_in_one_file_is_read_in_pieces(pair: Pair) -> None:
    def download(at: Installation) -> Cost:
        return at.cost(lambda: at.anna.open("/audit.csv"))

    few, many = download(pair.small), download(pair.big)
    pieces = BIG.events // 4 // 500
    assert len(few) + pieces <= len(many) <= len(few) + 3 * pieces
    checks.by_indexes(pair.big, many)
    checks.over_few_rows(pair.big, "audit in one file", Cost(many.sent))
