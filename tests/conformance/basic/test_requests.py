"""Requests with parameters that are unknown, of little weight, or not supported here."""

import pytest

from tests.conformance.rp import CALLBACK, RelyingParty
from tests.conformance.tokens import unsigned
from tests.support.server import Server

BOGUS = f"{CALLBACK}/bogus"


def test_oidcc_display_page(rp: RelyingParty) -> None:
    assert rp.sign_in(display="page")


def test_oidcc_display_popup(rp: RelyingParty) -> None:
    assert rp.sign_in(display="popup")


def test_oidcc_ensure_request_with_unknown_parameter_succeeds(rp: RelyingParty) -> None:
    assert rp.sign_in(extra="foobar")


def test_oidcc_ui_locales(rp: RelyingParty) -> None:
    assert rp.sign_in(ui_locales="se")


def test_oidcc_claims_locales(rp: RelyingParty) -> None:
    assert rp.sign_in(claims_locales="se")


def test_oidcc_ensure_request_with_acr_values_succeeds(rp: RelyingParty) -> None:
    offered = rp.provider.metadata["acr_values_supported"]
    assert rp.sign_in(acr_values=" ".join(offered)).claims["acr"] in offered


# The suite skips the modules about unsigned tokens where they are not advertised. Not to be advertised must
# mean that they are refused, so that is what these show.


def test_oidcc_idtoken_unsigned(rp: RelyingParty, conformance_server: Server) -> None:
    assert "none" not in rp.provider.metadata["id_token_signing_alg_values_supported"]
    refusal = conformance_server.run(
        "applications", "update", rp.registration.client_id, "--id-token-algorithm", "none", check=False
    )
    assert refusal.returncode != 0
    assert rp.sign_in().header["alg"] == "RS256"


def test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(rp: RelyingParty) -> None:
    # Discovery section 3: left out, it would mean that the parameter is supported.
    assert rp.provider.metadata["request_uri_parameter_supported"] is False
    rp.authorize(request_uri="https://rp.test/request.jwt").refused("request_uri_not_supported")


@pytest.mark.parametrize("outside", ["with state and nonce", "without"])
def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(
    rp: RelyingParty, outside: str
) -> None:
    assert not rp.provider.metadata.get("request_parameter_supported")
    inner = unsigned(dict(rp.request()))
    only_inside: dict[str, str | None] = {"state": None, "nonce": None} if outside == "without" else {}
    rp.authorize(request=inner, **only_inside).refused("request_not_supported")


def test_oidcc_ensure_request_object_with_redirect_uri(rp: RelyingParty) -> None:
    inner = unsigned(dict(rp.request()))
    assert rp.authorize(redirect_uri=BOGUS, request=inner).ends_at_an_error_page()
