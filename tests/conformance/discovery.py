"""What each plan's discovery module checks first: the document is complete, true and of known members."""

import requests
from authlib.oauth2 import rfc8414, rfc9207
from authlib.oidc import discovery, rpinitiated

from tests.conformance.provider import Provider

EXTENSIONS = [
    rfc8414.AuthorizationServerMetadata,
    rfc9207.AuthorizationServerMetadata,
    rpinitiated.OpenIDProviderMetadata,
]
KNOWN = frozenset(
    {
        "userinfo_endpoint",
        "backchannel_logout_supported",
        "backchannel_logout_session_supported",
        "prompt_values_supported",
        # The server's own (OpenID Connect Discovery section 3: additional parameters MAY be used).
        "security_events_endpoint",
    }
).union(discovery.OpenIDProviderMetadata.REGISTRY_KEYS, *(each.REGISTRY_KEYS for each in EXTENSIONS))
"""The registered members of the specifications that the server speaks, and one of its own."""

PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


def is_verified(provider: Provider) -> bool:
    """Return whether the discovery document and the key set are as the suite wants them."""
    said = provider.metadata
    # Authlib judges the types, the required members, language tags, and https (or loopback) of addresses.
    discovery.OpenIDProviderMetadata(said).validate(metadata_classes=EXTENSIONS)
    assert said.keys() <= KNOWN
    assert not any(value in ("", None, []) for value in said.values())
    endpoints = [value for name, value in said.items() if name.endswith("_endpoint") or name == "jwks_uri"]
    assert all(address.startswith(f"{provider.issuer}/") for address in endpoints)
    return _is_served_as_json(provider) and _has_usable_keys(provider)


def _is_served_as_json(provider: Provider) -> bool:
    for address in (f"{provider.issuer}/.well-known/openid-configuration", provider.metadata["jwks_uri"]):
        answer = requests.get(address, timeout=10, allow_redirects=False)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].partition(";")[0] == "application/json"
    return True


def _has_usable_keys(provider: Provider) -> bool:
    keys = requests.get(provider.metadata["jwks_uri"], timeout=10).json()["keys"]
    kids = [key["kid"] for key in keys]
    assert len(set(kids)) == len(kids) > 0
    assert {key["kty"] for key in keys} <= {"RSA", "EC", "OKP"}
    return not any(key.keys() & PRIVATE for key in keys)
