"""The plan Config."""

from tests.conformance.checks import CLAIMS_OF_SCOPES
from tests.conformance.discovery import is_verified
from tests.conformance.provider import Provider


def test_oidcc_discovery_endpoint_verification(provider: Provider) -> None:
    assert is_verified(provider)
    said = provider.metadata
    assert "code" in said["response_types_supported"]
    assert said["subject_types_supported"] == ["public"]
    assert "RS256" in said["id_token_signing_alg_values_supported"]
    assert "RS256" in said.get("request_object_signing_alg_values_supported", ["RS256"])
    assert {"authorization_code", "refresh_token"} <= set(said["grant_types_supported"])
    assert {"openid", *CLAIMS_OF_SCOPES, "offline_access"} <= set(said["scopes_supported"])
    assert {name for names in CLAIMS_OF_SCOPES.values() for name in names} <= set(said["claims_supported"])
    assert {"client_secret_basic", "client_secret_post"} <= set(said["token_endpoint_auth_methods_supported"])
    assert {"query", "form_post"} <= set(said["response_modes_supported"])
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert {"authorization_endpoint", "token_endpoint", "userinfo_endpoint"} <= said.keys()
