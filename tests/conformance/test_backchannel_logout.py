"""The plan Back-Channel Logout, begun by the relying party."""

import time
from urllib.parse import urlsplit

from tests.conformance.checks import is_random
from tests.conformance.conftest import Party, Register
from tests.conformance.discovery import is_verified
from tests.conformance.exchange import CLOCK_SKEW
from tests.conformance.provider import Provider
from tests.conformance.receiver import receiver
from tests.conformance.rp import LOGGED_OUT

EVENT = "http://schemas.openid.net/event/backchannel-logout"


def test_oidcc_backchannel_logout_discovery_endpoint_verification(provider: Provider) -> None:
    assert is_verified(provider)
    assert provider.metadata["backchannel_logout_supported"] is True
    assert provider.metadata["backchannel_logout_session_supported"] is True
    assert provider.metadata["end_session_endpoint"].startswith(provider.issuer)


def test_oidcc_backchannel_rp_initiated_logout(party: Party, register: Register, provider: Provider) -> None:
    with receiver() as told:
        rp = party(register(backchannel_logout_uri=told.address))
        tokens = rp.sign_in()
        stand = rp.log_out(id_token_hint=tokens.id_token, post_logout_redirect_uri=LOGGED_OUT, state="bye")
        assert urlsplit(stand.left_to).query == "state=bye"
        heard = told.next()
        assert heard.content_type.partition(";")[0] == "application/x-www-form-urlencoded"
        ((name, logout_token),) = heard.fields
        assert name == "logout_token"
        token = provider.verified(logout_token, tokens.header["alg"])
        # Back-Channel Logout section 2.4; RFC 8725 section 3.11 gives the type.
        assert token.header["typ"] == "logout+jwt"
        claims = token.claims
        assert claims.keys() == {"iss", "aud", "iat", "exp", "jti", "events", "sub", "sid"}
        assert claims["iss"] == provider.issuer
        assert claims["aud"] == rp.registration.client_id
        assert abs(claims["iat"] - time.time()) < CLOCK_SKEW
        assert claims["iat"] < claims["exp"]
        assert is_random(claims["jti"])
        assert claims["events"] == {EVENT: {}}
        assert (claims["sub"], claims["sid"]) == (tokens.claims["sub"], tokens.claims["sid"])
        rp.authorize(prompt="none").refused("login_required")
        assert told.heard_nothing_more
