"""The published SDKs and SignalR's own client, unchanged, against the example and a live server."""

from pathlib import Path

import pytest
from cplugin_webapi_sdk import ApiError, CPluginWebApiClient

from tests.examples.webapi.conftest import FOREIGN, MT4, MT5
from tests.examples.webapi.issuer import Issuer
from tests.examples.webapi.process import WebApi, new_client
from tests.interop.apis import token
from tests.support.node import Node
from tests.support.server import ApiClientCredentials, Server


def python_sdk(server: Server, webapi: WebApi, client: ApiClientCredentials) -> CPluginWebApiClient:
    """Return the SDK's client as its README shows it."""
    return CPluginWebApiClient(
        env="custom",
        api_base_url=webapi.url,
        authority=server.issuer,
        client_id=client.client_id,
        client_secret=client.client_secret,
    )


def test_the_javascript_sdk_reads_platforms_and_follows_ticks(
    node: Node, live_server: Server, webapi: WebApi, api_client: ApiClientCredentials
) -> None:
    outcome = node.run(
        "realtime-sdk.mjs",
        ISSUER=live_server.issuer,
        API=webapi.url,
        CLIENT_ID=api_client.client_id,
        CLIENT_SECRET=api_client.client_secret,
    )
    assert [platform["id"] for platform in outcome["platforms"]] == [MT4, MT5]
    assert {platform["organizationId"] for platform in outcome["platforms"]} == {api_client.organization_id}
    assert outcome["serverTime"].endswith("Z")
    assert outcome["status"] == outcome["mt5"] == {"connected": True}
    assert set(outcome["tick"]) == {"symbol", "bid", "ask", "lastTime"}
    assert outcome["tick"]["symbol"] == "EURUSD"
    assert 1 < outcome["tick"]["bid"] < outcome["tick"]["ask"] < 1.2
    assert outcome["streamed"] == ["XAUUSD", "XAUUSD"]
    assert outcome["every"] == ["EURUSD", "GBPUSD", "USDJPY", "XAUUSD"]
    assert outcome["error"] == "There is no such symbol."


def test_the_python_sdk_reads_platforms_and_server_time(
    live_server: Server, webapi: WebApi, api_client: ApiClientCredentials
) -> None:
    with python_sdk(live_server, webapi, api_client) as client:
        platforms = client.list_trade_platforms()
        assert [platform["name"] for platform in platforms] == ["Demo MT4", "Demo MT5"]
        assert client.mt4.get_server_time(MT4)
        assert client.mt5.get_server_time(MT5)


def test_the_python_sdk_is_told_that_a_foreign_platform_does_not_exist(
    live_server: Server, webapi: WebApi, api_client: ApiClientCredentials
) -> None:
    with python_sdk(live_server, webapi, api_client) as client, pytest.raises(ApiError) as caught:
        client.mt4.get_server_time(FOREIGN)
    assert caught.value.code == "NotFound"


def test_signalr_in_node_calls_streams_and_is_cut_off_when_its_client_is_revoked(
    node: Node, live_server: Server, webapi: WebApi
) -> None:
    client = new_client(live_server)
    outcome = node.run(
        "signalr.mjs",
        HUB=f"{webapi.url}/hubs/test/v1",
        MT4_HUB=f"{webapi.url}/hubs/mt4/v1",
        TOKEN=token(live_server.issuer, client),
        CLIENT_ID=client.client_id,
        REVOKED=str(Path(webapi.log).with_name("revoked")),
    )
    assert outcome["echo"] == {"text": "Öl für 5 €", "list": [1, None]}
    assert outcome["count"] == [1, 2, 3]
    assert outcome["unknown"] == "There is no Nothing."
    assert outcome["arguments"] == "Echo takes other arguments."
    assert outcome["stream"] == "Count takes a whole number up to 1000."
    assert outcome["straight"] == 1
    assert "Status code '401'" in outcome["without"]
    assert outcome["closed"].endswith("The token was revoked.")
    assert "Status code '401'" in outcome["again"]


def test_signalr_in_node_comes_back_with_a_new_token_when_its_first_expires(
    node: Node, strict: WebApi, issuer: Issuer
) -> None:
    outcome = node.run(
        "signalr.mjs",
        HUB=f"{strict.url}/hubs/test/v1",
        MT4_HUB=f"{strict.url}/hubs/mt4/v2?tradePlatform={MT4}",
        TOKEN=issuer.token(),
        # One minute of leeway is granted: three seconds of it are left.
        EXPIRING=issuer.token(exp=issuer.claims()["iat"] - 57),
    )
    assert outcome["expired"].endswith("The token is expired.")
    assert outcome["returned"] is True
