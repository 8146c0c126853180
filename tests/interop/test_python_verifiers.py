"""Independent Python libraries: PyJWT verifies our tokens, Authlib gets them and checks our metadata."""

from typing import Any

import jwt
import pytest
import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.discovery import OpenIDProviderMetadata
from jwt.exceptions import InvalidSubjectError

from tests.interop.apis import Api, Apis
from tests.interop.resource_server import ResourceServer
from tests.support.server import ApiClientCredentials, Server

ALGORITHMS = ("ES256", "RS256", "EdDSA")
REQUIRED = ["iss", "aud", "exp", "iat", "nbf", "jti", "client_id", "org_id", "scope"]
METHODS = ("client_secret_basic", "client_secret_post")
OAUTH_METADATA = "/.well-known/oauth-authorization-server"


def metadata(server: Server, path: str = OAUTH_METADATA) -> Any:
    return requests.get(server.issuer + path, timeout=10).json()


def verified(server: Server, api: Api, token: str, **demands: Any) -> dict[str, Any]:
    """Let PyJWT fetch the key and check everything; demands replace what the API would ask."""
    key = jwt.PyJWKClient(metadata(server)["jwks_uri"]).get_signing_key_from_jwt(token)
    asked = {"algorithms": [api.algorithm], "audience": api.name, "issuer": server.issuer} | demands
    return jwt.decode(token, key, options={"require": REQUIRED, "strict_aud": True}, **asked)


def session(client: ApiClientCredentials, method: str, secret: str = "") -> OAuth2Session:
    return OAuth2Session(
        client.client_id,
        secret or client.client_secret,
        token_endpoint_auth_method=method,
        scope="webapi",
        default_timeout=10,
    )


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_pyjwt_verifies_a_token_with_the_key_set(live_server: Server, apis: Apis, algorithm: str) -> None:
    api = apis.signed_with(algorithm)
    token = api.token()
    header = jwt.get_unverified_header(token)
    assert (header["alg"], header["typ"]) == (algorithm, "at+jwt")
    claims = verified(live_server, api, token)
    assert claims["sub"] == claims["client_id"] == api.client.client_id
    assert claims["org_id"] == api.client.organization_id
    assert claims["scope"] == api.name
    assert claims["nbf"] == claims["iat"]
    assert claims["exp"] - claims["iat"] == 3600


@pytest.mark.parametrize(
    ("demand", "error"),
    [
        ({"audience": "another"}, jwt.InvalidAudienceError),
        ({"issuer": "https://another.example"}, jwt.InvalidIssuerError),
        ({"algorithms": ["RS256"]}, jwt.InvalidAlgorithmError),
        ({"subject": "another"}, InvalidSubjectError),
    ],
)
def test_pyjwt_refuses_a_token_that_is_not_meant_for_it(
    live_server: Server, apis: Apis, demand: dict[str, Any], error: type[Exception]
) -> None:
    api = apis.webapi()
    with pytest.raises(error):
        verified(live_server, api, api.token(), **demand)


def test_the_key_set_has_one_public_key_of_each_algorithm_and_pyjwt_can_use_all(live_server: Server) -> None:
    keys = jwt.PyJWKClient(metadata(live_server)["jwks_uri"]).get_signing_keys()
    assert {key.algorithm_name for key in keys} == set(ALGORITHMS)
    published = requests.get(metadata(live_server)["jwks_uri"], timeout=10).json()["keys"]
    assert not any({"d", "p", "q", "dp", "dq", "qi", "k"} & key.keys() for key in published)


def test_the_identityserver_style_has_scope_as_an_array_and_no_subject(
    live_server: Server, apis: Apis
) -> None:
    api = apis.new("interop-identityserver", claim_style="identityserver")
    token = api.token()
    claims = verified(live_server, api, token)
    assert claims["scope"] == [api.name]
    assert claims["client_id"] == api.client.client_id
    assert "sub" not in claims
    assert jwt.get_unverified_header(token)["typ"] == "at+jwt"


@pytest.mark.parametrize("method", METHODS)
def test_authlib_gets_a_token_and_its_call_is_accepted(
    live_server: Server, webapi: ResourceServer, api_client: ApiClientCredentials, method: str
) -> None:
    with session(api_client, method) as client:
        token = client.fetch_token(metadata(live_server)["token_endpoint"], grant_type="client_credentials")
        assert (token["token_type"], token["expires_in"], token["scope"]) == ("Bearer", 3600, "webapi")
        assert client.get(f"{webapi.url}/api/TradePlatforms").status_code == 200
    assert webapi.accepted[0]["client_id"] == api_client.client_id


@pytest.mark.parametrize("method", METHODS)
def test_a_wrong_secret_gives_the_error_of_authlib(
    live_server: Server, api_client: ApiClientCredentials, method: str
) -> None:
    with session(api_client, method, "wrong") as client, pytest.raises(OAuthError) as caught:
        client.fetch_token(metadata(live_server)["token_endpoint"], grant_type="client_credentials")
    assert caught.value.error == "invalid_client"


def test_authlib_finds_our_metadata_valid(live_server: Server) -> None:
    # Plain http is no fault on loopback (RFC 8252 section 7.3).
    AuthorizationServerMetadata(metadata(live_server)).validate()
    OpenIDProviderMetadata(metadata(live_server)).validate()


def test_both_discovery_documents_are_the_same(live_server: Server) -> None:
    assert metadata(live_server) == metadata(live_server, "/.well-known/openid-configuration")
