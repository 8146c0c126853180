"""Every kind of bad token is refused by programs and hubs, with the challenge of RFC 6750 and no fault."""

import base64
import contextlib
from http.client import HTTPConnection

import pytest
import requests

from tests.examples.webapi.bad_tokens import BAD
from tests.examples.webapi.conftest import MT4
from tests.examples.webapi.issuer import Issuer
from tests.examples.webapi.process import WebApi
from tests.examples.webapi.websocket import UPGRADE

HUB = f"/hubs/mt4/v2?tradePlatform={MT4}"
NEGOTIATE = f"/hubs/mt4/v2/negotiate?negotiateVersion=1&tradePlatform={MT4}"


def asked_everywhere(webapi: WebApi, token: str) -> list[requests.Response]:
    """Return the answers of REST, negotiation and WebSocket, with the token in header and address."""
    return [
        webapi.get("/api/TradePlatforms", token),
        webapi.ask("POST", NEGOTIATE, token),
        webapi.get(HUB, token, headers=UPGRADE),
        webapi.get(HUB, headers=UPGRADE, params={"access_token": token}),
        webapi.get(HUB, headers=UPGRADE, params={"signalr_token": token}),
    ]


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_token_is_refused_everywhere(strict: WebApi, issuer: Issuer, kind: str) -> None:
    for answer in asked_everywhere(strict, BAD[kind](issuer)):
        assert answer.status_code == 401, answer.text
        assert answer.json()["error"] == "invalid_token"
        challenge = answer.headers["WWW-Authenticate"]
        assert challenge.startswith('Bearer realm="webapi", error="invalid_token", error_description="')


def test_a_good_token_is_good_everywhere(strict: WebApi, issuer: Issuer) -> None:
    rest, negotiation, *_ = asked_everywhere_but_sockets(strict, issuer.token())
    assert (rest.status_code, negotiation.status_code) == (200, 200)


def asked_everywhere_but_sockets(webapi: WebApi, token: str) -> list[requests.Response]:
    """Return the answers of REST and negotiation: a socket that is accepted stays open."""
    return [webapi.get("/api/TradePlatforms", token), webapi.ask("POST", NEGOTIATE, token)]


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "application/at+jwt"},
        {"jwk": {"kty": "EC"}},
        {"jku": "http://127.0.0.1:1/jwks"},
        {"x5u": "http://127.0.0.1:1/x5u"},
    ],
)
def test_keys_in_the_header_are_not_looked_at(
    strict: WebApi, issuer: Issuer, header: dict[str, object]
) -> None:
    assert strict.get("/api/TradePlatforms", issuer.token(header)).status_code == 200


def test_an_audience_may_stand_among_others(strict: WebApi, issuer: Issuer) -> None:
    assert strict.get("/api/TradePlatforms", issuer.token(aud=["orders", "webapi"])).status_code == 200


def test_clocks_may_differ_by_less_than_a_minute(strict: WebApi, issuer: Issuer) -> None:
    now = issuer.claims()["iat"]
    for claims in ({"exp": now - 30}, {"nbf": now + 30, "iat": now + 30}, {"nbf": None}):
        assert strict.get("/api/TradePlatforms", issuer.token(**claims)).status_code == 200


@pytest.mark.parametrize(
    ("claims", "needed"),
    [
        ({"scope": "orders"}, "webapi"),
        ({"scope": "webapi2 xwebapi"}, "webapi"),
        ({"org_id": None}, "webapi organization"),
        ({"org_id": ["acme"]}, "webapi organization"),
        ({"permissions": None}, "webapi"),
        ({"permissions": []}, "webapi"),
        ({"permissions": {"trade_platforms:read": True}}, "webapi"),
        ({"permissions": ["trade_platforms:manage"]}, "webapi"),
        ({"permissions": "trade_platforms:read"}, "webapi"),
    ],
)
def test_a_genuine_token_that_allows_too_little_is_forbidden(
    strict: WebApi, issuer: Issuer, claims: dict[str, object], needed: str
) -> None:
    for answer in asked_everywhere(strict, issuer.token(**claims)):
        assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")
        assert answer.headers["WWW-Authenticate"].endswith(f', scope="{needed}"')


def test_a_token_with_the_permission_is_good(strict: WebApi, issuer: Issuer) -> None:
    token = issuer.token(permissions=["members:manage", "trade_platforms:read"])
    assert strict.get("/api/TradePlatforms", token).status_code == 200


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", f"Basic {base64.b64encode(b'a:b').decode()}", "Bearer a b"]
)
def test_without_a_token_the_challenge_names_no_error(strict: WebApi, authorization: str) -> None:
    answer = strict.get("/api/TradePlatforms", headers={"Authorization": authorization})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="webapi"')
    upgrade = strict.get(HUB, headers=UPGRADE)
    assert (upgrade.status_code, upgrade.headers["WWW-Authenticate"]) == (401, 'Bearer realm="webapi"')


@pytest.mark.parametrize(
    "places",
    [
        ["header", "access_token"],
        ["header", "signalr_token"],
        ["access_token", "signalr_token"],
        ["access_token", "access_token"],
    ],
)
def test_a_token_that_comes_twice_is_refused(strict: WebApi, issuer: Issuer, places: list[str]) -> None:
    good = issuer.token()
    query = "".join(f"&{place}={good}" for place in places if place != "header")
    in_header = good if "header" in places else ""
    for answer in (
        strict.ask("POST", NEGOTIATE + query, in_header),
        strict.get(HUB + query, in_header, headers=UPGRADE),
    ):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_two_tokens_in_two_headers_are_refused(strict: WebApi, issuer: Issuer) -> None:
    for path in ("/api/TradePlatforms", HUB):
        with contextlib.closing(HTTPConnection("127.0.0.1", strict.port, timeout=10)) as request:
            request.putrequest("GET", path)
            for _ in range(2):
                request.putheader("Authorization", f"Bearer {issuer.token()}")
            for name, value in UPGRADE.items() if path == HUB else ():
                request.putheader(name, value)
            request.endheaders()
            assert request.getresponse().status == 400


def test_programs_send_tokens_in_the_header_alone(strict: WebApi, issuer: Issuer) -> None:
    answer = strict.get("/api/TradePlatforms", params={"access_token": issuer.token()})
    assert answer.status_code == 401


def test_what_is_wrong_with_tokens_is_never_a_fault_of_the_program(strict: WebApi, issuer: Issuer) -> None:
    for forge in BAD.values():
        strict.get("/api/TradePlatforms", forge(issuer))
    assert "Traceback" not in strict.log.read_text()
