"""Several tabs of one browser, and browsers that come for what is not theirs (A12, L3)."""

import re

import pytest
from flask import Flask

from tests.conformance.person import Stand, forms_in
from tests.front_channel.party import Party, Tokens, new_party, to_be_told
from tests.front_channel.visit import Visitor, answer, went_to
from tests.support.people import PASSWORD, Post, member, stranger

PATH = re.compile(r"/connect/authorize/[\w-]{43}")


@pytest.fixture
def bob(app: Flask, post: Post) -> Visitor:
    """Somebody whose browser is empty."""
    return Visitor(app, stranger(app), member(app, post).email)


def waits_at(stand: Stand) -> str:
    """Return where the request of a sign-in page waits."""
    return PATH.findall(stand.page.text)[0]


def handle_of(stand: Stand) -> str:
    """Return what the request of a consent page is called."""
    (form,) = [each for each in forms_in(stand.page) if each.action == "/consent"]
    return dict(form.hidden)["interaction"]


def test_several_tabs_sign_in_to_several_applications_each_to_its_own(app: Flask, bob: Visitor) -> None:
    parties = [new_party(app, f"Application {number}") for number in range(4)]
    stands = [bob.send(party, state=f"state {party.client_id}") for party in parties]
    assert all(f"Application {number}" in stand.page.text for number, stand in enumerate(stands))
    # The last one is signed in first; the others only have to be looked at again.
    first = bob.sign_in(stands[-1])
    done = [bob.open(waits_at(stand)) for stand in stands[:-1]]
    for party, stand in zip(parties, [*done, first], strict=True):
        assert went_to(stand) == party.callback
        assert answer(stand)["state"] == f"state {party.client_id}"
        assert party.redeem(answer(stand)["code"]).status == 200


def test_two_tabs_of_the_same_application_get_a_code_each(party: Party, bob: Visitor) -> None:
    one, other = bob.send(party, state="one"), bob.send(party, state="other")
    codes = [answer(bob.sign_in(one)), answer(bob.open(waits_at(other)))]
    assert [each["state"] for each in codes] == ["one", "other"]
    tokens = [Tokens.of(party.redeem(each["code"])) for each in codes]
    assert len({each.claims["sid"] for each in tokens}) == 1


def test_a_sign_in_page_of_before_is_sent_again_without_harm(party: Party, bob: Visitor) -> None:
    one, other = bob.send(party), bob.send(party)
    bob.sign_in(one)
    # Its form token is of before the sign-in: the person is told, and nobody is signed out.
    page = other.press("login-submit", username=bob.email, password=PASSWORD).page
    assert page.status in (400, 403)
    assert bob.signed_in
    assert answer(bob.open(waits_at(other)))["code"]


def test_all_tabs_are_bound_to_the_one_browser(party: Party, bob: Visitor) -> None:
    bob.send(party)
    first = bob.browser.line.cookie("browser")
    bob.send(party)
    bob.sign_in(bob.send(party))
    assert first
    assert bob.browser.line.cookie("browser") == first


def test_nobody_goes_on_where_somebody_else_began(
    app: Flask, party: Party, stranger_party: Party, bob: Visitor, anna: Visitor
) -> None:
    waiting = waits_at(bob.send(party, login_hint="bobs-secret@example.com"))
    for thief in (anna, Visitor(app, stranger(app), anna.email)):
        for path in (waiting, f"{waiting}/cancel", f"/consent?interaction={waiting[-43:]}"):
            stand = thief.open(path)
            assert (stand.page.status, stand.left_to) == (400, "")
            assert stand.shows("error-page")
            assert "Toolbox" not in stand.page.text
    # The sign-in page of somebody else does not even show what waits there.
    page = Visitor(app, stranger(app), "").open(f"/login?next={waiting}").page
    assert "Toolbox" not in page.text
    assert "bobs-secret" not in page.text
    assert answer(bob.sign_in(bob.open(waiting)))["code"]
    bob.browser.submit("/logout")
    asked = bob.sign_in(bob.send(stranger_party))
    page = anna.browser.open(f"/consent?interaction={handle_of(asked)}")
    assert page.status == 400


def test_nobody_agrees_to_what_another_browser_was_asked(
    stranger_party: Party, bob: Visitor, anna: Visitor
) -> None:
    asked = bob.sign_in(bob.send(stranger_party))
    (form,) = [each for each in forms_in(anna.send(stranger_party).page) if each.action == "/consent"]
    mine = dict(form.hidden) | {"interaction": handle_of(asked)}
    page = anna.browser.post("/consent", None, **mine, decision="allow")
    assert (page.status, page.location) == (400, "")
    assert answer(anna.send(stranger_party, prompt="none"))["error"] == "consent_required"
    assert answer(bob.send(stranger_party, prompt="none"))["error"] == "consent_required"


def test_a_sign_in_does_not_carry_somebody_into_a_request_of_an_attacker(
    app: Flask, party: Party, bob: Visitor
) -> None:
    attacker = Visitor(app, stranger(app), "mallory@example.com")
    path = waits_at(attacker.send(party))
    stand = bob.sign_in(bob.open(f"/login?next={path}"))
    assert (stand.page.status, stand.left_to) == (400, "")
    # Nor does it sign the attacker in.
    assert attacker.open(path).shows("login-page")


def test_a_planted_browser_cookie_gives_nobody_a_request_that_began_elsewhere(
    app: Flask, party: Party, bob: Visitor
) -> None:
    bob.send(party)
    thief = Visitor(app, stranger(app), "mallory@example.com")
    for planted in ("", "x" * 43, "x" * 500, "\x01"):
        thief.browser.line.set_cookie("browser", planted)
        assert thief.open(waits_at(bob.send(party))).page.status == 400


def test_a_handle_that_is_none_is_told_on_a_page(anna: Visitor) -> None:
    for handle in ("x", "x" * 43, "x" * 5000, "%00" * 43, "..%2f..", "%ff", "'--", "\N{SNOWMAN}"):
        for path in (f"/connect/authorize/{handle}", f"/connect/authorize/{handle}/cancel"):
            page = anna.browser.open(path)
            assert page.status in (400, 404), handle
            assert page.location == ""
        assert anna.browser.open(f"/consent?interaction={handle}").status == 400, handle


def test_requests_of_one_instance_go_on_at_the_other(twins: tuple[Flask, Flask]) -> None:
    one, other = twins
    party, person = new_party(one, first_party=False), member(one, Post(one))
    for sent_by_post in (False, True):
        bob = Visitor(one, stranger(one), person.email)
        if sent_by_post:
            path = bob.send_by_post(party).location
            bob.browser.line.move(other)
            stand = bob.open(path)
        else:
            stand = bob.send(party)
        bob.browser.line.move(other)
        stand = bob.sign_in(stand)
        bob.browser.line.move(one)
        stand = bob.through(bob.open(f"{stand.page.path}"))
        tokens = Tokens.of(party.redeem(answer(stand)["code"], other))
        assert not party.dead(tokens, one)


def test_another_person_at_the_same_browser_ends_the_session_of_the_first(
    app: Flask, post: Post, party: Party, anna: Visitor
) -> None:
    listening = new_party(app, "Listening", backchannel_logout_uri="https://listening.test/logout")
    hers = [anna.tokens(listening), anna.tokens(party, scope="openid offline_access")]
    cookie = anna.browser.line.cookie("session")
    bob = Visitor(app, anna.browser, member(app, post).email)
    his = Tokens.of(party.redeem(answer(bob.sign_in(bob.send(party, prompt="login")))["code"]))
    assert listening.dead(hers[0])
    # What was granted for while she is away stays hers.
    assert party.userinfo(hers[1].access).body["sub"] == hers[1].claims["sub"]
    assert his.claims["sub"] != hers[0].claims["sub"]
    assert his.claims["sid"] != hers[0].claims["sid"]
    replayed = visitor_with(app, cookie)
    assert not replayed.signed_in
    assert replayed.send(party).shows("login-page")
    assert to_be_told(app) == [listening.client_id]


def visitor_with(app: Flask, cookie: str | None) -> Visitor:
    """Return a browser that holds somebody's session cookie."""
    browser = stranger(app)
    browser.line.set_cookie("session", cookie or "")
    return Visitor(app, browser, "")
