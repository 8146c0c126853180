"""Sign-ins at the real server: renewed while they last, and ended wherever somebody ends them."""

import sqlite3
import time

from tests.examples.toolbox.conftest import Stage
from tests.examples.toolbox.products import Visitor
from tests.interop.people import newcomer, query


def _soon_out(visitor: Visitor) -> bool:
    """Return whether somebody is out within five seconds: the server tells it behind the browser's back."""
    for _ in range(50):
        if not visitor.signed_in:
            return True
        time.sleep(0.1)
    return False


def _kept(stage: Stage) -> list[tuple[str, int]]:
    with sqlite3.connect(stage.toolbox.log.with_suffix(".db")) as database:
        found = database.execute("SELECT refresh_token, token_ends FROM sign_ins").fetchall()
    database.close()
    return found


def _age(stage: Stage) -> None:
    with sqlite3.connect(stage.toolbox.log.with_suffix(".db")) as database:
        database.execute("UPDATE sign_ins SET token_ends = 1")
    database.close()


def test_an_access_token_that_ended_is_renewed_again_and_again(stage: Stage) -> None:
    visitor = stage.toolbox.opened_by(newcomer(stage.server))
    seen = set()
    for _ in range(3):
        _age(stage)
        assert visitor.signed_in
        # Also the management API takes the new one.
        assert visitor.open("/members/").status == 200
        seen |= {token for token, ends in _kept(stage) if ends > time.time()}
    assert len(seen) == 3


def test_signing_out_at_the_server_ends_both_products(stage: Stage) -> None:
    person = newcomer(stage.server)
    toolbox, analytics = stage.toolbox.opened_by(person), stage.analytics.opened_by(person)
    elsewhere = stage.toolbox.opened_by(person.elsewhere())
    assert toolbox.signed_in
    assert analytics.signed_in
    person.browser.go("/logout")
    assert _soon_out(toolbox)
    assert _soon_out(analytics)
    # Another session of the same person is none of its business.
    assert elsewhere.signed_in


def test_signing_out_of_a_product_goes_by_the_server_and_comes_back(stage: Stage) -> None:
    person = newcomer(stage.server)
    toolbox, analytics = stage.toolbox.opened_by(person), stage.analytics.opened_by(person)
    page = toolbox.send("/trade-platforms/", "/sign-out")
    # Here it is over at once, whatever becomes of the way.
    assert not toolbox.signed_in
    assert page.location.startswith(f"{stage.server.issuer}/connect/endsession?id_token_hint=")
    back = person.goes(page.location, f"{stage.toolbox.origin}/signed-out")
    assert query(back).keys() == {"state"}
    assert toolbox.open(back).location == "/"
    assert "You are signed out" in toolbox.open("/").text
    assert _soon_out(analytics)


def test_coming_back_from_a_sign_out_that_was_not_begun_here_says_nothing(stage: Stage) -> None:
    visitor = stage.toolbox.visitor()
    assert visitor.open("/signed-out?state=made-up").location == "/"
    assert "You are signed out" not in visitor.open("/").text


def test_a_disabled_account_is_out_at_its_next_request(stage: Stage) -> None:
    person = newcomer(stage.server)
    visitor = stage.toolbox.opened_by(person)
    assert visitor.signed_in
    stage.server.run("accounts", "disable", person.email)
    assert not visitor.signed_in
