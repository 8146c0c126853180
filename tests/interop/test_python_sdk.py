"""The published Python SDK of the WebAPI (`mywebapi-sdk`), unchanged, against this server."""

import asyncio

import pytest
from cplugin_webapi_sdk import CPluginWebApiAsyncClient, CPluginWebApiClient, OAuth2TokenError

from tests.interop.resource_server import SERVER_TIME, TRADE_PLATFORM, ResourceServer
from tests.support.server import ApiClientCredentials, Server


def sdk(
    server: Server,
    webapi: ResourceServer,
    client: ApiClientCredentials,
    secret: str = "",
    scopes: tuple[str, ...] = (),
) -> CPluginWebApiClient:
    """Return the SDK's client as its README shows it."""
    return CPluginWebApiClient(
        env="custom",
        api_base_url=webapi.url,
        authority=server.issuer,
        client_id=client.client_id,
        client_secret=secret or client.client_secret,
        scopes=list(scopes),
    )


def test_the_published_python_sdk_gets_a_token_and_its_call_is_accepted(
    live_server: Server, webapi: ResourceServer, api_client: ApiClientCredentials
) -> None:
    with sdk(live_server, webapi, api_client) as client:
        platforms = client.list_trade_platforms()
        assert [platform["id"] for platform in platforms] == [TRADE_PLATFORM]
        assert client.mt4.get_server_time(TRADE_PLATFORM) == SERVER_TIME
    assert not webapi.refused
    assert {claims["client_id"] for claims in webapi.accepted} == {api_client.client_id}
    assert {claims["org_id"] for claims in webapi.accepted} == {api_client.organization_id}


def test_the_python_sdk_uses_one_token_for_many_calls(
    live_server: Server, webapi: ResourceServer, api_client: ApiClientCredentials
) -> None:
    with sdk(live_server, webapi, api_client) as client:
        for _ in range(3):
            client.list_trade_platforms()
    assert len(webapi.accepted) == 3
    assert len({claims["jti"] for claims in webapi.accepted}) == 1


def test_the_python_sdk_may_name_the_scope(
    live_server: Server, webapi: ResourceServer, api_client: ApiClientCredentials
) -> None:
    with sdk(live_server, webapi, api_client, scopes=("webapi",)) as client:
        client.list_trade_platforms()
    assert webapi.accepted[0]["scope"] == "webapi"


def test_the_python_sdk_fetches_a_new_token_when_the_api_refuses_its_first(
    live_server: Server, webapi: ResourceServer, api_client: ApiClientCredentials
) -> None:
    webapi.refuse_next = True
    with sdk(live_server, webapi, api_client) as client:
        assert client.list_trade_platforms()
    assert (len(webapi.refused), len(webapi.accepted)) == (1, 1)


def test_the_asynchronous_python_sdk_gets_a_token_and_its_call_is_accepted(
    live_server: Server, webapi: ResourceServer, api_client: ApiClientCredentials
) -> None:
    async def server_time() -> object:
        async with CPluginWebApiAsyncClient(
            env="custom",
            api_base_url=webapi.url,
            authority=live_server.issuer,
            client_id=api_client.client_id,
            client_secret=api_client.client_secret,
        ) as client:
            return await client.mt4.get_server_time(TRADE_PLATFORM)

    assert asyncio.run(server_time()) == SERVER_TIME
    assert webapi.accepted[0]["sub"] == api_client.client_id


def test_a_wrong_secret_gives_the_error_of_the_python_sdk_and_reaches_no_api(
    live_server: Server, webapi: ResourceServer, api_client: ApiClientCredentials
) -> None:
    wrong = sdk(live_server, webapi, api_client, secret="wrong")
    with wrong as client, pytest.raises(OAuth2TokenError) as caught:
        client.list_trade_platforms()
    assert (caught.value.status_code, caught.value.error) == (401, "invalid_client")
    assert caught.value.error_description == "Client authentication failed."
    assert not webapi.accepted
    assert not webapi.refused
