"""The token endpoint: codes that are used twice, and refresh tokens."""

from tests.conformance.checks import is_random
from tests.conformance.exchange import Tokens
from tests.conformance.rp import RelyingParty
from tests.conformance.waiting import let_a_second_pass


def offline(rp: RelyingParty) -> Tokens:
    """Return the tokens of a flow that asks for offline access, as the suite does where it is advertised."""
    assert "offline_access" in rp.provider.metadata["scopes_supported"]
    visit = rp.authorize(scope="openid offline_access", prompt="consent")
    signed_in = visit.sign_in() if visit.shows("login-page") else visit
    assert signed_in.shows("consent-page")
    return rp.redeem(signed_in.complete()).tokens


def test_oidcc_codereuse(rp: RelyingParty) -> None:
    answer = rp.authorize().complete()
    assert rp.redeem(answer).tokens
    rp.redeem(answer).refused("invalid_grant")


def test_oidcc_codereuse_30seconds(rp: RelyingParty) -> None:
    answer = rp.authorize().complete()
    tokens = rp.redeem(answer).tokens
    assert rp.call(tokens.access_token).status_code == 200
    # The suite waits 30 s for servers that give a grace. This one gives none, and a code is remembered for
    # longer than that, so waiting would show nothing more.
    rp.redeem(answer).refused("invalid_grant")
    assert rp.call(tokens.access_token).status_code == 401


def test_oidcc_refresh_token(rp: RelyingParty, second_rp: RelyingParty) -> None:
    first = offline(rp)
    assert is_random(first.refresh_token)
    let_a_second_pass()
    second = rp.refresh(first.refresh_token).tokens
    assert second.access_token != first.access_token
    assert is_random(second.refresh_token)
    # OpenID Connect Core section 12.2.
    for claim in ("iss", "sub", "aud", "auth_time", "azp"):
        assert second.claims.get(claim) == first.claims.get(claim), claim
    assert second.claims["iat"] > first.claims["iat"]
    rp.userinfo(second)
    rp.refresh(offline(second_rp).refresh_token).refused("invalid_grant")
