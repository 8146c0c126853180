"""Published JavaScript packages on Node: the SDK of the WebAPI, jose, openid-client."""

import json
from typing import Any

import pytest

from tests.interop.apis import Apis
from tests.interop.resource_server import SERVER_TIME, TRADE_PLATFORM, ResourceServer
from tests.support.node import SCRIPTS, Node
from tests.support.server import ApiClientCredentials, Server

ALGORITHMS = ("ES256", "RS256", "EdDSA")
METHODS = ("client_secret_basic", "client_secret_post")


def test_the_lock_has_a_hash_for_every_package_and_names_no_registry() -> None:
    lock = json.loads((SCRIPTS / "package-lock.json").read_text())
    declared = json.loads((SCRIPTS / "package.json").read_text())["dependencies"]
    itself = lock["packages"].pop("")
    assert itself["dependencies"] == declared
    assert {name: lock["packages"][f"node_modules/{name}"]["version"] for name in declared} == declared
    assert all(package["integrity"].startswith("sha512-") for package in lock["packages"].values())
    assert not any("resolved" in package for package in lock["packages"].values())


@pytest.mark.parametrize("scope", ["", "webapi"])
def test_the_published_javascript_sdk_gets_a_token_and_its_calls_are_accepted(
    node: Node, live_server: Server, webapi: ResourceServer, api_client: ApiClientCredentials, scope: str
) -> None:
    outcome = node.run("sdk.mjs", API=webapi.url, SCOPE=scope, **credentials(live_server, api_client))
    assert outcome == {"platforms": [TRADE_PLATFORM], "serverTime": SERVER_TIME, "tokenRequests": 1}
    assert not webapi.refused
    assert [claims["client_id"] for claims in webapi.accepted] == [api_client.client_id] * 2


def test_the_javascript_sdk_fetches_a_new_token_when_the_api_refuses_its_first(
    node: Node, live_server: Server, webapi: ResourceServer, api_client: ApiClientCredentials
) -> None:
    webapi.refuse_next = True
    outcome = node.run("sdk.mjs", API=webapi.url, **credentials(live_server, api_client))
    assert outcome["tokenRequests"] == 2
    assert (len(webapi.refused), len(webapi.accepted)) == (1, 2)


def test_a_wrong_secret_gives_the_error_of_the_javascript_sdk_with_the_request_id(
    node: Node, live_server: Server, webapi: ResourceServer
) -> None:
    # A client of its own, because failures are counted per client.
    client = live_server.new_client()
    outcome = node.run("sdk.mjs", API=webapi.url, **credentials(live_server, client, "wrong"))
    error = outcome["error"]
    request_id = error.pop("requestId")
    assert error == {
        "name": "OAuth2TokenError",
        "status": 401,
        "errorCode": "invalid_client",
        "errorDescription": "Client authentication failed.",
    }
    assert request_id in live_server.log()
    # It asks again for a safe call, so three failures in a row must not be answered with 429.
    assert outcome["tokenRequests"] == 3
    assert not webapi.accepted


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_jose_verifies_a_token_with_the_remote_key_set(
    node: Node, live_server: Server, apis: Apis, algorithm: str
) -> None:
    api = apis.signed_with(algorithm)
    verified = node.run(
        "jose.mjs", ISSUER=live_server.issuer, AUDIENCE=api.name, ALGORITHM=algorithm, TOKEN=api.token()
    )
    assert (verified["header"]["alg"], verified["header"]["typ"]) == (algorithm, "at+jwt")
    assert verified["claims"]["sub"] == verified["claims"]["client_id"] == api.client.client_id
    assert verified["claims"]["scope"] == api.name


def test_jose_refuses_a_token_for_another_audience(node: Node, live_server: Server, apis: Apis) -> None:
    token = apis.webapi().token()
    refused = node.run(
        "jose.mjs", ISSUER=live_server.issuer, AUDIENCE="another", ALGORITHM="ES256", TOKEN=token
    )
    assert refused == {"code": "ERR_JWT_CLAIM_VALIDATION_FAILED", "claim": "aud"}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("discovery", ["oidc", "oauth2"])
def test_openid_client_discovers_the_server_and_gets_a_token(
    node: Node, live_server: Server, apis: Apis, method: str, discovery: str
) -> None:
    outcome = openid_client(node, live_server, apis.webapi().client, method, discovery)
    assert outcome["issuer"] == live_server.issuer
    assert outcome["response"]["expires_in"] == 3600
    # openid-client writes the type in small letters.
    assert outcome["response"]["token_type"] == "bearer"
    assert outcome["response"]["scope"] == "webapi"


@pytest.mark.parametrize(
    ("method", "challenge"), [("client_secret_basic", "basic"), ("client_secret_post", None)]
)
def test_a_wrong_secret_gives_the_error_of_openid_client(
    node: Node, live_server: Server, api_client: ApiClientCredentials, method: str, challenge: str | None
) -> None:
    outcome = openid_client(node, live_server, api_client, method, "oidc", "wrong")
    assert outcome["status"] == 401
    assert outcome["error"] == "invalid_client"
    # A challenge is for those who used the Authorization header (RFC 6749 section 5.2).
    assert outcome["challenge"] == challenge


def openid_client(
    node: Node, server: Server, client: ApiClientCredentials, method: str, discovery: str, secret: str = ""
) -> Any:
    """Run openid-client and return what it made of the server's answers."""
    variables = credentials(server, client, secret)
    return node.run("openid-client.mjs", METHOD=method, DISCOVERY=discovery, **variables)


def credentials(server: Server, client: ApiClientCredentials, secret: str = "") -> dict[str, str]:
    """Return the variables that every script reads."""
    return {
        "ISSUER": server.issuer,
        "CLIENT_ID": client.client_id,
        "CLIENT_SECRET": secret or client.client_secret,
    }
