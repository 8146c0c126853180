"""Two browsers and two products: each browser has one session of its own, and it ends alone, everywhere."""

import sqlite3
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.examples.toolbox.conftest import Stage
from tests.examples.toolbox.desk import Desk, of_two_organizations
from tests.examples.toolbox.products import Product
from tests.support.chromium import walking


@pytest.fixture(params=["one person twice", "two people"])
def desks(request: pytest.FixtureRequest, stage: Stage, browser: Browser) -> Iterator[tuple[Desk, Desk]]:
    """Two browser contexts at the same time."""
    anna = of_two_organizations(stage, "of Anna")
    other = (
        anna.elsewhere() if request.param == "one person twice" else of_two_organizations(stage, "of Bert")
    )
    friends = (stage.server.issuer, stage.analytics.origin)
    with (
        walking(browser, stage.toolbox.origin, "light", friends=friends) as first,
        walking(browser, stage.toolbox.origin, "dark", friends=friends) as second,
    ):
        yield Desk(anna, first, stage), Desk(other, second, stage)


def _sids(product: Product) -> set[str]:
    with sqlite3.connect(product.log.with_suffix(".db")) as database:
        found = {row[0] for row in database.execute("SELECT session FROM sign_ins")}
    database.close()
    return found


def test_a_sign_out_in_one_browser_ends_its_session_in_both_products_and_none_of_the_other(
    desks: tuple[Desk, Desk], stage: Stage
) -> None:
    toolbox, analytics = stage.toolbox.origin, stage.analytics.origin
    before = _sids(stage.toolbox) | _sids(stage.analytics)
    for desk in desks:
        desk.goes_to(toolbox)
        # A session at the server in one browser is none in the other.
        desk.walk.sees("login-page")
        desk.signs_in()
        desk.goes_to(analytics)
        # No second sign-in: no page of the server in between.
        assert desk.walk.page.url == f"{analytics}/trade-platforms/"
    first, second = desks
    sids = _sids(stage.toolbox) - before
    assert len(sids) == 2
    assert _sids(stage.analytics) - before == sids
    for desk in desks:
        own = {cookie["name"]: cookie["value"] for cookie in desk.walk.page.context.cookies(toolbox)}
        assert {"toolbox", "analytics"} <= own.keys()
        assert desk.is_in(toolbox)
        desk.moves()
    moved_to = second.organization

    # Out of one is out of both, in this browser.
    assert first.is_in(analytics)
    first.walk.click("sign-out")
    first.walk.sees("home-page")
    assert first.is_out(toolbox)
    assert first.is_out(analytics)
    # The other browser goes on where it was.
    assert second.is_in(analytics)
    assert second.is_in(toolbox)
    assert second.organization == moved_to
    (left,) = _sids(stage.toolbox) - before
    assert _sids(stage.analytics) - before == {left} < sids

    # And now from the other product.
    second.walk.click("sign-out")
    second.walk.sees("home-page")
    assert second.is_out(analytics)
    assert second.is_out(toolbox)
    assert (_sids(stage.toolbox) | _sids(stage.analytics)) - before == set()
