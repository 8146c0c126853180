"""The plan RP-Initiated Logout."""

from urllib.parse import parse_qsl, urlsplit

from tests.conformance.discovery import is_verified
from tests.conformance.person import Stand
from tests.conformance.provider import Provider
from tests.conformance.rp import LOGGED_OUT, RelyingParty
from tests.conformance.tokens import signed_by_a_stranger, unsigned

STATE = "odd-._~!$&'()*+,;=:@/?#%20 \"<>[]{}|^`\\ and a b+c"


def led_back(stand: Stand) -> list[tuple[str, str]]:
    """Return what came to the address of the relying party after the logout."""
    address = urlsplit(stand.left_to)
    assert address._replace(query="").geturl() == LOGGED_OUT, stand.seen
    return parse_qsl(address.query, keep_blank_values=True)


def confirmed(stand: Stand) -> Stand:
    """Press the button if the provider asks first."""
    return stand.press("logout-confirm") if stand.shows("logout-page") else stand


def ends_the_session_here(rp: RelyingParty, stand: Stand) -> bool:
    """Return whether the person is told of it at the provider, and sent nowhere."""
    done = confirmed(stand)
    assert done.shows("logged-out"), done.seen
    assert "You are logged out" in done.page.text
    rp.authorize(prompt="none").refused("login_required")
    return True


def asks_first(rp: RelyingParty, stand: Stand) -> bool:
    """Return whether nothing happens before the person says so."""
    assert stand.shows("logout-page"), stand.seen
    return bool(rp.authorize(prompt="none").answer)


def ends_at_an_error_page(stand: Stand) -> bool:
    """Return whether the provider refuses."""
    page = stand.page
    return page.status == 400 and stand.shows("error-page") and "Logout error" in page.text


def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(provider: Provider) -> None:
    assert is_verified(provider)
    assert provider.metadata["end_session_endpoint"].startswith(provider.issuer)


def test_oidcc_rp_initiated_logout(rp: RelyingParty) -> None:
    hint = rp.sign_in().id_token
    stand = rp.log_out(id_token_hint=hint, post_logout_redirect_uri=LOGGED_OUT, state=STATE)
    assert led_back(stand) == [("state", STATE)]
    rp.authorize(prompt="none").refused("login_required")


def test_oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(rp: RelyingParty) -> None:
    hint = rp.sign_in().id_token
    stand = rp.log_out(id_token_hint=hint, post_logout_redirect_uri=f"{LOGGED_OUT}/bad", state=STATE)
    assert ends_at_an_error_page(stand)


def test_oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri(rp: RelyingParty) -> None:
    hint = rp.sign_in().id_token
    stand = rp.log_out(id_token_hint=hint, post_logout_redirect_uri=f"{LOGGED_OUT}?foo=bar", state=STATE)
    assert ends_at_an_error_page(stand)


def test_oidcc_rp_initiated_logout_modified_id_token_hint(rp: RelyingParty) -> None:
    hint = unsigned(rp.sign_in().claims)
    stand = rp.log_out(id_token_hint=hint, post_logout_redirect_uri=LOGGED_OUT, state=STATE)
    assert asks_first(rp, stand)
    assert ends_the_session_here(rp, stand)


def test_oidcc_rp_initiated_logout_bad_id_token_hint(rp: RelyingParty) -> None:
    tokens = rp.sign_in()
    hint = signed_by_a_stranger(tokens.header, tokens.claims)
    stand = rp.log_out(id_token_hint=hint, post_logout_redirect_uri=LOGGED_OUT, state=STATE)
    assert asks_first(rp, stand)
    assert ends_the_session_here(rp, stand)


def test_oidcc_rp_initiated_logout_no_id_token_hint(rp: RelyingParty) -> None:
    rp.sign_in()
    stand = rp.log_out(post_logout_redirect_uri=LOGGED_OUT, state=STATE)
    assert asks_first(rp, stand)
    assert ends_the_session_here(rp, stand)


def test_oidcc_rp_initiated_logout_no_params(rp: RelyingParty) -> None:
    rp.sign_in()
    stand = rp.log_out()
    assert asks_first(rp, stand)
    assert ends_the_session_here(rp, stand)


def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(rp: RelyingParty) -> None:
    hint = rp.sign_in().id_token
    assert ends_the_session_here(rp, rp.log_out(id_token_hint=hint, state=STATE))


def test_oidcc_rp_initiated_logout_only_state(rp: RelyingParty) -> None:
    rp.sign_in()
    stand = rp.log_out(state=STATE)
    assert asks_first(rp, stand)
    assert ends_the_session_here(rp, stand)


def test_oidcc_rp_initiated_logout_no_state(rp: RelyingParty) -> None:
    hint = rp.sign_in().id_token
    assert led_back(rp.log_out(id_token_hint=hint, post_logout_redirect_uri=LOGGED_OUT)) == []
    rp.authorize(prompt="none").refused("login_required")
