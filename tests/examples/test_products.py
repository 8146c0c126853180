"""Both products beside the server: what Toolbox makes opens WebAPI, and what ends in Toolbox ends there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
import requests
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from cplugin_webapi_sdk import CPluginWebApiClient

from tests.examples.toolbox.conftest import Stage, stage
from tests.examples.toolbox.products import Visitor, mailed_link
from tests.examples.webapi.process import WebApi, serving
from tests.examples.webapi.python_realtime import heard_of_mt4, heard_of_mt5
from tests.examples.webapi.websocket import WebSocket
from tests.interop.applications import new_application
from tests.interop.conftest import node
from tests.interop.people import Person, newcomer, query
from tests.support.node import Node
from tests.support.people import PASSWORD

__all__ = ["node", "stage"]

READ, MANAGE = "trade_platforms:read", "trade_platforms:manage"
HUB = "/hubs/mt4/v1"
HOME = "http://127.0.0.1:1/callback"
VERIFIER = "of-these-tests-0123456789-0123456789-0123456789"
CHALLENGE = create_s256_code_challenge(VERIFIER)


@dataclass(frozen=True)
class Team:
    """Anna administers an organization in Toolbox, Bert was invited to it."""

    anna: Visitor
    bert: Person
    organization: str


@dataclass(frozen=True)
class Robot:
    """What Toolbox showed once of an API client."""

    client_id: str
    secret: str


@pytest.fixture(scope="module")
def webapi(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebApi]:
    """WebAPI over Toolbox's file, following the feed."""
    secret = stage.server.json("resources", "secrets", "add", "webapi")["secret"]
    platforms = str(stage.toolbox.log.parent / "trade-platforms.db")
    folder = tmp_path_factory.mktemp("webapi")
    with serving(folder, stage.server.issuer, WEBAPI_SECRET=secret, TRADE_PLATFORMS_DB=platforms) as running:
        yield running


@pytest.fixture(scope="module")
def team(stage: Stage) -> Team:
    """Their organization has two trade platforms."""
    anna = stage.toolbox.opened_by(newcomer(stage.server))
    bert = Person(stage.server, "bert@products.example", PASSWORD)
    assert anna.send("/invitations/", email=bert.email, permissions=READ).status == 303
    bert.browser.submit(mailed_link(bert), new_password=PASSWORD)
    for name, kind in (("Live", "MT4"), ("New", "MT5")):
        assert anna.send("/trade-platforms/", name=name, type=kind).status == 303
    active = re.search(
        r'name="organization" value="([^"]+)" aria-current', anna.open("/trade-platforms/").text
    )
    assert active
    return Team(anna, bert, active[1])


def robot_of(team: Team, name: str) -> Robot:
    """Let Anna make an API client in Toolbox, and copy what the page shows."""
    form = {"name": name, "scopes": "webapi", "permissions": READ, "once": name.replace(" ", "-")}
    page = team.anna.send("/api-clients/", **form)
    shown = {key: re.search(rf'id="{key}">([^<]+)<', page.text) for key in ("client-id", "client-secret")}
    assert page.status == 200
    return Robot(*(found[1] for found in shown.values() if found))


def token_of(team: Team, stage: Stage) -> str:
    """Let Bert sign in to an application that calls WebAPI for him, in the team's organization."""
    scopes = ("openid", "organization", "webapi")
    shop = new_application(stage.server, "--first-party", redirect_uri=HOME, scopes=scopes, name="Trader")
    asked = {
        "response_type": "code", "client_id": shop.client_id, "redirect_uri": HOME, "scope": " ".join(scopes),
        "organization": team.organization, "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    }  # fmt: skip
    address = f"{stage.server.issuer}/connect/authorize?{urlencode(asked)}"
    code = query(team.bert.goes(address, HOME))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": HOME, "code_verifier": VERIFIER}
    basic = (shop.client_id, shop.client_secret or "")
    answer = requests.post(f"{stage.server.issuer}/connect/token", data=form, auth=basic, timeout=10)
    return str(answer.json()["access_token"])


def test_an_api_client_of_toolbox_opens_webapi_by_the_published_sdks(
    team: Team, stage: Stage, webapi: WebApi, node: Node
) -> None:
    robot = robot_of(team, "Order import")
    with python_sdk(stage, webapi, robot) as sdk:
        live, new = sdk.list_trade_platforms()
        assert [(each["name"], each["type"]) for each in (live, new)] == [("Live", "MT4"), ("New", "MT5")]
        assert sdk.mt4.get_server_time(live["id"])
    told = node.run("sdk.mjs", **variables(stage, webapi, robot))
    assert (told["platforms"], told["serverTime"][-1]) == ([live["id"], new["id"]], "Z")


def test_an_api_client_of_toolbox_follows_hubs_by_the_published_sdks(
    team: Team, stage: Stage, webapi: WebApi, node: Node
) -> None:
    robot = robot_of(team, "Price watch")
    present = {"connected": True}
    with python_sdk(stage, webapi, robot) as sdk:
        live, new = (each["id"] for each in sdk.list_trade_platforms())
        heard = heard_of_mt4(sdk, live)
        assert (heard["status"], heard["tick"], heard["streamed"]["symbol"]) == (present, "EURUSD", "XAUUSD")
        assert heard_of_mt5(sdk, new) == present
    told = node.run("realtime-sdk.mjs", **variables(stage, webapi, robot))
    assert (told["status"], told["mt5"], told["tick"]["symbol"]) == (present, present, "EURUSD")
    assert (told["streamed"], len(told["every"])) == (["XAUUSD"] * 2, 4)


def test_an_api_client_of_toolbox_calls_the_hubs_of_version_1_by_signalr(
    team: Team, stage: Stage, webapi: WebApi, node: Node
) -> None:
    good = token_of_robot(stage, robot_of(team, "Old watch"))
    hubs = {"HUB": f"{webapi.url}/hubs/test/v1", "MT4_HUB": f"{webapi.url}{HUB}"}
    told = node.run("signalr.mjs", TOKEN=good, **hubs)
    assert (told["count"], told["straight"], told["tick"]) == ([1, 2, 3], 1, "EURUSD")


def python_sdk(stage: Stage, webapi: WebApi, robot: Robot) -> CPluginWebApiClient:
    """Return the SDK's client as its README shows it."""
    return CPluginWebApiClient(
        env="custom",
        api_base_url=webapi.url,
        authority=stage.server.issuer,
        client_id=robot.client_id,
        client_secret=robot.secret,
    )


def variables(stage: Stage, webapi: WebApi, robot: Robot) -> dict[str, str]:
    """Return what scripts are told."""
    client = {"CLIENT_ID": robot.client_id, "CLIENT_SECRET": robot.secret}
    return {"ISSUER": stage.server.issuer, "API": webapi.url} | client


def token_of_robot(stage: Stage, robot: Robot) -> str:
    """Return a token for all that it may do."""
    form, basic = {"grant_type": "client_credentials"}, (robot.client_id, robot.secret)
    answer = requests.post(f"{stage.server.issuer}/connect/token", data=form, auth=basic, timeout=10)
    return str(answer.json()["access_token"])


def test_an_api_client_that_is_deleted_in_toolbox_is_cut_off_by_webapi(
    team: Team, stage: Stage, webapi: WebApi
) -> None:
    robot = robot_of(team, "Short lived")
    token = token_of_robot(stage, robot)
    with WebSocket(webapi.port, HUB, token) as hub:
        hub.shakes_hands()
        assert webapi.get("/api/TradePlatforms", token).status_code == 200
        team.anna.send("/api-clients/", f"/api-clients/{robot.client_id}/delete")
        (words,) = hub.messages()
    assert words["error"] == "The token was revoked."
    assert webapi.get("/api/TradePlatforms", token).status_code == 401


def test_a_member_who_is_removed_in_toolbox_is_cut_off_by_webapi(
    team: Team, stage: Stage, webapi: WebApi
) -> None:
    token = token_of(team, stage)
    with WebSocket(webapi.port, HUB, token) as hub:
        hub.shakes_hands()
        assert [each["name"] for each in webapi.get("/api/TradePlatforms", token).json()] == ["Live", "New"]
        member = re.search(r'href="(/members/[^"]+)"', team.anna.open("/members/").text)
        assert member
        assert team.anna.send(member[1], f"{member[1]}/remove").status == 303
        (words,) = hub.messages()
    assert words["error"] == "The token was revoked."
    assert webapi.get("/api/TradePlatforms", token).status_code == 401
