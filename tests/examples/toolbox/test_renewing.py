"""Tokens are renewed, given back when nobody needs them, and nobody is signed out by chance."""

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.examples.toolbox.answers import SIGNED_IN, begin, signed_in
from tests.examples.toolbox.products import Product, Visitor
from tests.examples.toolbox.standin import SUBJECT, Standin

PAGE = "/trade-platforms/"
NOT_NOW = 503
ENDED = (400, {"error": "invalid_grant"})


def _with_an_old_token(toolbox: Product, standin: Standin) -> Visitor:
    standin.first_lifetime = 1
    begun = begin(toolbox, standin.issuer)
    assert begun.answered().status == SIGNED_IN
    standin.first_lifetime = 600
    return begun.visitor


def _execute(toolbox: Product, statement: str, *values: Any) -> None:
    with sqlite3.connect(toolbox.log.with_suffix(".db")) as database:
        database.execute(statement, values)
    database.close()


def test_many_requests_renew_an_old_token_once(toolbox: Product, standin: Standin) -> None:
    visitor = _with_an_old_token(toolbox, standin)
    with ThreadPoolExecutor(4) as several:
        pages = list(several.map(visitor.open, [PAGE] * 4))
    assert [page.status for page in pages] == [200] * 4
    assert [form["grant_type"] for form in standin.forms("/token")] == ["authorization_code", "refresh_token"]


def test_a_lost_answer_is_asked_for_once_more_with_the_same_token(toolbox: Product, standin: Standin) -> None:
    visitor = _with_an_old_token(toolbox, standin)
    standin.answers_lost = 1
    assert visitor.signed_in
    first, second = _refresh_tokens(standin)
    assert first == second


def test_an_answer_that_does_not_come_is_asked_for_again_while_the_provider_still_gives_it(
    toolbox: Product, standin: Standin
) -> None:
    visitor = _with_an_old_token(toolbox, standin)
    standin.holding = threading.Event()
    with ThreadPoolExecutor(1) as at_work:
        page = at_work.submit(visitor.open, PAGE)
        try:
            # The stand-in holds an answer for eight seconds: the second question comes while it still does.
            while len(standin.forms("/token")) < 3:
                assert not page.done()
                time.sleep(0.01)
            assert standin.gave_up is False
        finally:
            standin.holding.set()
        assert page.result().status == 200
    first, second = _refresh_tokens(standin)
    assert first == second


def test_a_second_lost_answer_signs_nobody_out_and_is_not_asked_for_a_third_time(
    toolbox: Product, standin: Standin
) -> None:
    visitor = _with_an_old_token(toolbox, standin)
    standin.answers_lost = 2
    assert visitor.open(PAGE).status == NOT_NOW
    assert len(_refresh_tokens(standin)) == 2


def _refresh_tokens(standin: Standin) -> list[str]:
    return [form["refresh_token"] for form in standin.forms("/token") if "refresh_token" in form]


def test_who_gets_no_new_token_signs_in_again_and_comes_back_to_the_page(
    toolbox: Product, standin: Standin
) -> None:
    visitor = _with_an_old_token(toolbox, standin)
    standin.refreshes = ENDED
    begun = begin(toolbox, standin.issuer, visitor, "/members/?cursor=abc")
    assert begun.answered().location == "/members/?cursor=abc"


@pytest.mark.parametrize(
    "answer",
    [
        (429, {"error": "temporarily_unavailable"}),
        (429, "Too many requests"),
        (500, "Oops"),
        (503, {"error": "server_error"}),
        (400, {"error": "temporarily_unavailable"}),
        (401, {"error": "invalid_client"}),
        (200, {}),
        (200, []),
        (200, {"access_token": "half an answer"}),
        (200, "no JSON"),
    ],
    ids=str,
)
def test_a_provider_that_can_not_renew_now_signs_nobody_out(
    toolbox: Product, standin: Standin, answer: tuple[int, Any]
) -> None:
    visitor = _with_an_old_token(toolbox, standin)
    standin.refreshes = answer
    page = visitor.open("/members/?cursor=abc")
    assert page.status == NOT_NOW
    assert 'id="try-again" href="/members/?cursor=abc"' in page.text
    assert "You are still signed in" in page.text
    assert standin.forms("/revocation") == []
    standin.refreshes = None
    assert visitor.signed_in


def test_a_form_that_came_at_a_bad_time_is_not_offered_twice(toolbox: Product, standin: Standin) -> None:
    visitor = signed_in(toolbox, standin.issuer)
    fields = visitor.open(PAGE).hidden
    _execute(toolbox, "UPDATE sign_ins SET token_ends = 1 WHERE session = ?", standin.session)
    standin.refreshes = (503, {})
    page = visitor.browser.post(toolbox.origin + PAGE, name="Live", type="MT4", **fields)
    assert page.status == NOT_NOW
    assert 'id="try-again" href="/"' in page.text


def test_signing_out_gives_the_token_back_and_does_not_wait_for_it(
    toolbox: Product, standin: Standin
) -> None:
    standin.holding = threading.Event()
    visitor = signed_in(toolbox, standin.issuer)
    assert visitor.send(PAGE, "/sign-out").location.startswith(f"{standin.issuer}/endsession?")
    assert not visitor.signed_in
    assert len(standin.given_back(1)) == 1
    assert not standin.gave_up
    standin.holding.set()


def test_a_token_that_comes_after_the_sign_out_is_given_back_and_used_by_nobody(
    toolbox: Product, standin: Standin
) -> None:
    visitor = _with_an_old_token(toolbox, standin)
    standin.holding = threading.Event()
    with ThreadPoolExecutor(1) as at_work:
        page = at_work.submit(visitor.open, PAGE)
        while len(standin.forms("/token")) < 2:
            assert not page.done()
            time.sleep(0.01)
        assert _told_that_it_ended(toolbox, standin) == 200
        standin.holding.set()
        assert page.result().location.startswith("/sign-in?")
    assert len(set(standin.given_back(2))) == 2
    assert [path for path, _ in standin.asked if path == "/userinfo"] == []


def _told_that_it_ended(toolbox: Product, standin: Standin) -> int:
    address = f"{toolbox.origin}/backchannel-logout"
    return toolbox.visitor().browser.post(address, logout_token=standin.logout_token()).status


def test_who_is_not_known_to_the_provider_any_more_is_out_and_the_token_given_back(
    toolbox: Product, standin: Standin
) -> None:
    visitor = signed_in(toolbox, standin.issuer)
    standin.said_of_person = {"sub": SUBJECT[::-1]}
    assert not visitor.signed_in
    assert len(standin.given_back(1)) == 1


def test_what_nobody_came_back_to_is_given_back_at_the_next_sign_in(
    toolbox: Product, standin: Standin
) -> None:
    gone = signed_in(toolbox, standin.issuer)
    _execute(toolbox, "UPDATE sign_ins SET ends = 1 WHERE session = ?", standin.session)
    assert not gone.signed_in
    other = signed_in(toolbox, standin.issuer)
    assert len(standin.given_back(1)) == 1
    assert other.signed_in


def test_a_sign_in_that_is_not_made_gives_its_token_back(toolbox: Product, standin: Standin) -> None:
    begun = begin(toolbox, standin.issuer)
    assert _told_that_it_ended(toolbox, standin) == 200
    assert begun.answered().status == 400
    assert len(standin.given_back(1)) == 1
