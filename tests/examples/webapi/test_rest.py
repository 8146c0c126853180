"""What an organization sees of itself, and nothing of others."""

import subprocess
import sys

import pytest

from tests.examples.webapi.conftest import FOREIGN, MT4, MT5
from tests.examples.webapi.issuer import ORGANIZATION, Issuer
from tests.examples.webapi.process import WebApi, serving
from tests.support.server import ROOT


def test_the_root_says_whose_tokens_are_trusted(strict: WebApi, issuer: Issuer) -> None:
    assert issuer.url in strict.get("/").text


def test_trade_platforms_are_those_of_the_organization_in_the_token(strict: WebApi, issuer: Issuer) -> None:
    answer = strict.get("/api/TradePlatforms", issuer.token())
    assert answer.json() == [
        {
            "id": identity,
            "name": name,
            "type": kind,
            "organizationId": ORGANIZATION,
            "created": "2026-11-21T02:33:46.000Z",
        }
        for identity, name, kind in ((MT4, "Demo MT4", "MT4"), (MT5, "Demo MT5", "MT5"))
    ]
    assert answer.headers["Cache-Control"] == "no-store"
    assert strict.get("/api/TradePlatforms", issuer.token(org_id="nobody")).json() == []


def test_the_organization_is_the_one_in_the_token(strict: WebApi, issuer: Issuer) -> None:
    organizations = "/api/Organizations"
    assert strict.get(organizations, issuer.token()).json() == [{"id": ORGANIZATION, "name": None}]
    named = issuer.token(org_name="Acme")
    assert strict.get(organizations, named).json() == [{"id": ORGANIZATION, "name": "Acme"}]


def test_a_platform_answers_a_ping_of_its_own_organization_only(strict: WebApi, issuer: Issuer) -> None:
    token = issuer.token()
    assert strict.get(f"/api/TradePlatforms/{MT5.upper()}/Ping", token).json() == {"connected": True}
    for identity in (FOREIGN, "nothing", "%27%20OR%201=1"):
        answer = strict.get(f"/api/TradePlatforms/{identity}/Ping", token)
        assert (answer.status_code, answer.json()) == (404, {"error": "There is no such trade platform."})


@pytest.mark.parametrize(("kind", "platform"), [("MT4", MT4), ("MT5", MT5)])
def test_server_time_comes_in_the_envelope_of_version_2(
    strict: WebApi, issuer: Issuer, kind: str, platform: str
) -> None:
    envelope = strict.get(f"/api/v2/{kind}/{platform}/ServerTime", issuer.token()).json()
    assert envelope["data"].endswith("Z")
    assert envelope["error"] is None
    assert len(envelope["meta"]["activityId"]) == 32


@pytest.mark.parametrize("path", [f"MT4/{MT5}", f"MT5/{MT4}", f"MT4/{FOREIGN}"])
def test_server_time_of_a_platform_that_is_foreign_or_of_another_type_is_not_found(
    strict: WebApi, issuer: Issuer, path: str
) -> None:
    answer = strict.get(f"/api/v2/{path}/ServerTime", issuer.token())
    assert (answer.status_code, answer.json()["error"]["code"]) == (200, "NotFound")


def test_without_a_file_or_table_of_trade_platforms_there_are_none(
    issuer: Issuer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("empty")
    with serving(folder, issuer.url, TRADE_PLATFORMS_DB=str(folder / "missing.db")) as webapi:
        assert webapi.get("/api/TradePlatforms", issuer.token()).json() == []
        assert not (folder / "missing.db").exists()
        (folder / "missing.db").touch()
        assert webapi.get("/api/TradePlatforms", issuer.token()).json() == []


def test_browsers_may_call_from_the_origins_that_are_configured(strict: WebApi, issuer: Issuer) -> None:
    preflight = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    preflight["Access-Control-Request-Headers"] = "authorization,x-requested-with,x-signalr-user-agent"
    allowed = strict.ask("OPTIONS", "/hubs/mt4/v2/negotiate", headers=preflight)
    assert (allowed.status_code, allowed.headers["Access-Control-Allow-Origin"]) == (
        200,
        "https://app.example",
    )
    # Also a refusal can be read by the application.
    refused = strict.get("/api/TradePlatforms", headers={"Origin": "https://app.example"})
    assert refused.status_code == 401
    assert refused.headers["Access-Control-Allow-Origin"] == "https://app.example"
    foreign = strict.get("/api/TradePlatforms", issuer.token(), headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in foreign.headers


def test_without_an_issuer_it_does_not_start_and_says_what_is_missing() -> None:
    command = [sys.executable, "-m", "examples.webapi"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert done.stderr.endswith("the variable 'WEBAPI_ISSUER' is not set\n")
