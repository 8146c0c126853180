"""Who is asked what, and when: prompt, max_age, hints."""

from authlib.common.security import generate_token

from tests.conformance.rp import RelyingParty
from tests.conformance.waiting import let_a_second_pass


def test_oidcc_prompt_login(rp: RelyingParty) -> None:
    first = rp.sign_in()
    let_a_second_pass()
    visit = rp.authorize(prompt="login")
    assert visit.shows("login-page")
    second = rp.redeem(visit.complete()).tokens
    assert second.claims["auth_time"] > first.claims["auth_time"]
    assert second.claims["sub"] == first.claims["sub"]


def test_oidcc_prompt_none_not_logged_in(rp: RelyingParty) -> None:
    rp.authorize(prompt="none", state=generate_token(128)).refused("login_required")


def test_oidcc_prompt_none_logged_in(rp: RelyingParty) -> None:
    first = rp.sign_in()
    let_a_second_pass()
    second = rp.redeem(rp.authorize(prompt="none").answer).tokens
    assert second.claims["sub"] == first.claims["sub"]
    assert second.claims["auth_time"] == first.claims["auth_time"]


def test_oidcc_max_age_1(rp: RelyingParty) -> None:
    first = rp.sign_in()
    let_a_second_pass()
    let_a_second_pass()
    visit = rp.authorize(max_age="1")
    assert visit.shows("login-page")
    second = rp.redeem(visit.complete()).tokens
    assert second.claims["auth_time"] > first.claims["auth_time"]


def test_oidcc_max_age_10000(rp: RelyingParty) -> None:
    first = rp.sign_in(max_age="15000")
    let_a_second_pass()
    second = rp.redeem(rp.authorize(max_age="10000").answer).tokens
    assert second.claims["auth_time"] == first.claims["auth_time"]
    assert second.claims["sub"] == first.claims["sub"]


def test_oidcc_id_token_hint(rp: RelyingParty) -> None:
    first = rp.sign_in()
    second = rp.redeem(rp.authorize(prompt="none", id_token_hint=first.id_token).answer).tokens
    assert second.claims["sub"] == first.claims["sub"]


def test_oidcc_login_hint(rp: RelyingParty) -> None:
    assert rp.sign_in(login_hint="buffy@rp.test")
