"""Userinfo: how it is called, and what it says for each scope."""

import json

from tests.conformance.checks import ALLOWED_IN_ID_TOKENS, CLAIMS_OF_SCOPES
from tests.conformance.provider import Claims
from tests.conformance.rp import RelyingParty


def learned(rp: RelyingParty, *scopes: str) -> Claims:
    """Ask for scopes; return what userinfo says besides `sub`, which is what the person is and no more."""
    tokens = rp.sign_in(scope=" ".join(("openid", *scopes)))
    # Where there is an access token the claims of the scopes belong to userinfo (Core section 5.4).
    assert tokens.claims.keys() <= ALLOWED_IN_ID_TOKENS
    claims = rp.userinfo(tokens)
    assert claims.keys() == {"sub"}.union(*(CLAIMS_OF_SCOPES[scope] for scope in scopes))
    if "address" in claims:
        claims["address"].pop("formatted", None)
    assert (
        claims.items() >= {name: rp.person.claims[name] for name in claims.keys() & rp.person.claims}.items()
    )
    return claims


def test_oidcc_userinfo_get(rp: RelyingParty) -> None:
    tokens = rp.sign_in()
    rp.checked_userinfo(rp.call(tokens.access_token), tokens)


def test_oidcc_userinfo_post_header(rp: RelyingParty) -> None:
    tokens = rp.sign_in()
    rp.checked_userinfo(rp.call(tokens.access_token, "POST"), tokens)


def test_oidcc_userinfo_post_body(rp: RelyingParty) -> None:
    tokens = rp.sign_in()
    rp.checked_userinfo(rp.call_by_form(tokens.access_token), tokens)


def test_oidcc_scope_profile(rp: RelyingParty) -> None:
    assert learned(rp, "profile")["updated_at"] > 0


def test_oidcc_scope_email(rp: RelyingParty) -> None:
    assert learned(rp, "email")["email_verified"] is True


def test_oidcc_scope_address(rp: RelyingParty) -> None:
    assert learned(rp, "address")["address"] == rp.person.claims["address"]


def test_oidcc_scope_phone(rp: RelyingParty) -> None:
    assert learned(rp, "phone")["phone_number_verified"] is False


def test_oidcc_scope_all(rp: RelyingParty) -> None:
    assert learned(rp, "profile", "email", "address", "phone")


def test_oidcc_claims_essential(rp: RelyingParty) -> None:
    tokens = rp.sign_in(claims=json.dumps({"userinfo": {"name": {"essential": True}}}))
    assert rp.userinfo(tokens)["name"] == rp.person.claims["name"]
    assert "name" not in tokens.claims
