"""The code flow as it is, and its variations."""

from authlib.common.security import generate_token

from tests.conformance.checks import ALLOWED_IN_ID_TOKENS
from tests.conformance.conftest import Party, Register
from tests.conformance.rp import RelyingParty


def test_oidcc_server(rp: RelyingParty) -> None:
    visit = rp.authorize()
    assert visit.shows("login-page")
    tokens = rp.redeem(visit.complete()).tokens
    assert tokens.claims.keys() <= ALLOWED_IN_ID_TOKENS
    assert rp.userinfo(tokens)["sub"] == tokens.claims["sub"]


def test_oidcc_response_type_missing(rp: RelyingParty) -> None:
    rp.authorize(response_type=None).refused("invalid_request")


def test_oidcc_idtoken_signature(rp: RelyingParty) -> None:
    tokens = rp.sign_in()
    assert tokens.header["alg"] == "RS256"
    key = rp.provider.keys.get_by_kid(tokens.header["kid"])
    assert key.key_type == "RSA"


def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(rp: RelyingParty) -> None:
    assert "nonce" not in rp.sign_in(nonce=None).claims


def test_oidcc_alternate_happy_flow(rp: RelyingParty) -> None:
    request = rp.request(scope="email profile openid")
    tokens = rp.redeem(rp.send(request[::-1]).complete()).tokens
    assert {"name", "email"} <= rp.userinfo(tokens).keys()


def test_oidcc_ensure_post_request_succeeds(rp: RelyingParty) -> None:
    visit = rp.send_by_post(rp.request())
    assert visit.shows("login-page")
    rp.userinfo(rp.redeem(visit.complete()).tokens)


def test_oidcc_server_client_secret_post(party: Party, register: Register) -> None:
    rp = party(register("client_secret_post"))
    rp.userinfo(rp.sign_in())


def test_oidcc_ensure_request_with_valid_pkce_succeeds(rp: RelyingParty) -> None:
    verifier = generate_token(64)
    answer = rp.authorize(code_verifier=verifier).complete()
    assert answer.asked["code_challenge_method"] == "S256"
    assert rp.redeem(answer, code_verifier=verifier).tokens


def test_oidcc_ensure_registered_redirect_uri(rp: RelyingParty) -> None:
    assert rp.authorize(redirect_uri="https://rp.test/cb/unregistered").ends_at_an_error_page()
