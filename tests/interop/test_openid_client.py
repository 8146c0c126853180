"""openid-client judges every answer of the authorization code flow."""

import time

import pytest

from tests.interop.applications import PERSONAL
from tests.interop.people import NAME, Person, query
from tests.interop.relying_party import GOODBYE, HOME, SCOPES, RelyingParties
from tests.interop.resource_server import ResourceServer
from tests.support.node import Node
from tests.support.server import Server

INVALID_GRANT = {"name": "ResponseBodyError", "status": 400, "error": "invalid_grant", "iss": None}
INVALID_TOKEN = {
    "name": "WWWAuthenticateChallengeError", "status": 401, "error": "invalid_token", "iss": None
}  # fmt: skip


@pytest.fixture(scope="module")
def rps(node: Node, live_server: Server, tmp_path_factory: pytest.TempPathFactory) -> RelyingParties:
    """Relying parties at the live server."""
    return RelyingParties(node, live_server, tmp_path_factory.mktemp("keys"))


@pytest.mark.parametrize(
    ("method", "algorithm"),
    [
        ("client_secret_basic", ""),
        ("client_secret_post", ""),
        ("private_key_jwt", "ES256"),
        ("private_key_jwt", "PS256"),
        ("private_key_jwt", "RS256"),
        ("none", ""),
    ],
)
def test_a_person_signs_in_and_openid_client_finds_nothing_wrong(
    rps: RelyingParties, anna: Person, webapi: ResourceServer, method: str, algorithm: str
) -> None:
    rp = rps.using(method, algorithm=algorithm)
    seen = rp.visited_by(anna.elsewhere(), api=f"{webapi.url}/api/TradePlatforms")
    tokens, claims = seen["tokens"], seen["claims"]
    assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", 3600)
    assert sorted(tokens["scope"].split(" ")) == sorted(SCOPES)
    assert (claims["iss"], claims["aud"]) == (rp.server.issuer, rp.application.client_id)
    assert seen["userinfo"] == {
        "sub": claims["sub"],
        "name": NAME,
        "email": anna.email,
        "email_verified": True,
        "updated_at": seen["userinfo"]["updated_at"],
    }
    # The API verifies the token by itself, and knows the person by the same name as the application.
    assert seen["api"] == 200, webapi.refused
    (accepted,) = webapi.accepted
    assert (accepted["sub"], accepted["client_id"]) == (claims["sub"], rp.application.client_id)
    assert (accepted["aud"], accepted["sid"]) == ("webapi", claims["sid"])


def test_an_id_token_says_how_and_when_the_person_signed_in(rps: RelyingParties, anna: Person) -> None:
    claims = rps.using("client_secret_basic").visited_by(anna.elsewhere())["claims"]
    assert set(claims) == {
        "iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "amr", "sid", "at_hash", "nonce"
    }  # fmt: skip
    assert (claims["acr"], claims["amr"]) == ("pwd", ["pwd"])
    assert claims["iat"] - 60 <= claims["auth_time"] <= claims["iat"]


def test_the_scopes_of_a_request_limit_what_userinfo_tells(rps: RelyingParties, anna: Person) -> None:
    seen = rps.using("client_secret_basic", scopes=("openid",)).visited_by(anna.elsewhere())
    assert seen["userinfo"] == {"sub": seen["claims"]["sub"]}
    assert seen["tokens"]["scope"] == "openid"
    # Nobody asked for offline access.
    assert "refresh_token" not in seen["tokens"]


def test_one_sign_in_is_enough_for_two_applications(rps: RelyingParties, anna: Person) -> None:
    person = anna.elsewhere()
    first = rps.using("client_secret_basic").visited_by(person)["claims"]
    person.password = "not needed any more"
    second = rps.using("none").visited_by(person)["claims"]
    same = ("iss", "sub", "sid", "auth_time")
    assert [first[name] for name in same] == [second[name] for name in same]


@pytest.mark.parametrize("demand", [{"prompt": "login"}, {"max_age": "0"}])
def test_who_is_signed_in_signs_in_again_where_the_application_wants_it(
    rps: RelyingParties, anna: Person, demand: dict[str, str]
) -> None:
    rp, person = rps.using("client_secret_basic"), anna.elsewhere()
    first = rp.visited_by(person)["claims"]
    time.sleep(1.1)
    second = rp.visited_by(person, **demand)["claims"]
    assert second["sub"] == first["sub"]
    assert second["auth_time"] > first["auth_time"]


def test_consent_is_asked_for_once(rps: RelyingParties, anna: Person) -> None:
    rp, person = rps.new("client_secret_basic"), anna.elsewhere()
    rp.visited_by(person)
    url, _ = rp.asks()
    assert person.browser.open(url).location.startswith(f"{HOME}?code=")


def test_a_first_party_application_asks_for_no_consent(rps: RelyingParties, anna: Person) -> None:
    rp = rps.new("client_secret_basic", "--first-party")
    assert rp.visited_by(anna.elsewhere(), decision="deny")["claims"]["sub"]


def test_a_no_reaches_the_application_as_an_error_with_its_state_and_our_name(
    rps: RelyingParties, anna: Person
) -> None:
    rp = rps.new("client_secret_basic")
    refused = rp.visited_by(anna.elsewhere(), "refused", decision="deny")
    assert refused == {
        "name": "AuthorizationResponseError",
        "status": None,
        "error": "access_denied",
        "iss": rp.server.issuer,
    }


@pytest.mark.parametrize("method", ["client_secret_basic", "none"])
def test_a_code_that_comes_twice_kills_the_tokens_of_the_first(
    rps: RelyingParties, anna: Person, method: str
) -> None:
    seen = rps.using(method).visited_by(anna.elsewhere(), "twice")
    assert seen == {"before": None, "error": INVALID_GRANT, "after": INVALID_TOKEN}


@pytest.mark.parametrize("method", ["client_secret_basic", "none"])
def test_refresh_tokens_rotate_and_an_old_one_ends_the_family(
    rps: RelyingParties, anna: Person, method: str
) -> None:
    seen = rps.using(method).visited_by(anna.elsewhere(), "family")
    first, second, again, third = seen["chain"]
    assert second == again
    assert len({first, second, third}) == 3
    before, after = seen["claims"]
    same = ("iss", "sub", "aud", "auth_time", "sid", "acr", "amr")
    assert [before[name] for name in same] == [after[name] for name in same]
    assert after["iat"] >= before["iat"]
    assert seen["before"] is None
    assert (seen["stolen"], seen["robbed"]) == (INVALID_GRANT, INVALID_GRANT)
    assert seen["after"] == INVALID_TOKEN


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "private_key_jwt"])
def test_introspection_tells_of_tokens_until_they_are_revoked(
    rps: RelyingParties, anna: Person, method: str
) -> None:
    rp = rps.using(method, algorithm="ES256" if method == "private_key_jwt" else "")
    seen = rp.visited_by(anna.elsewhere(), "tell")
    for told in seen["alive"].values():
        assert told["active"] is True
        assert (told["sub"], told["client_id"]) == (seen["sub"], rp.application.client_id)
        assert sorted(told["scope"].split(" ")) == sorted(SCOPES)
        assert told["exp"] > told["iat"]
    assert seen["alive"]["access_token"]["token_type"] == "Bearer"
    assert seen["alive"]["access_token"]["iss"] == rp.server.issuer
    assert seen["dead"] == {"access_token": {"active": False}, "refresh_token": {"active": False}}
    assert seen["refused"] == INVALID_GRANT


def test_a_public_application_gives_its_refresh_token_back_without_a_secret(
    rps: RelyingParties, anna: Person
) -> None:
    seen = rps.using("none").visited_by(anna.elsewhere(), "giveBack")
    assert seen == {"refused": INVALID_GRANT, "after": INVALID_TOKEN}


def test_a_public_application_renews_without_offline_access_while_the_session_lasts(
    rps: RelyingParties, anna: Person
) -> None:
    rp, person = rps.using("none", scopes=PERSONAL), anna.elsewhere()
    assert rp.visited_by(person, "family")["before"] is None
    url, kept = rp.asks()
    callback = person.goes(url, HOME)
    person.browser.go("/logout")
    # The code was made out in a session that is over.
    assert rp.takes(callback, kept, "refused") == INVALID_GRANT


def test_the_end_session_url_ends_the_session_and_leads_back(rps: RelyingParties, anna: Person) -> None:
    rp, person = rps.using("client_secret_basic"), anna.elsewhere()
    seen = rp.visited_by(person)
    assert person.browser.open("/account").status == 200
    back = person.goes(seen["endSession"], GOODBYE)
    assert query(back) == {"state": "after logout"}
    assert person.browser.open("/account").status == 303
    asked = query(person.goes(rp.asks(prompt="none")[0], HOME))
    assert (asked["error"], asked["iss"]) == ("login_required", rp.server.issuer)
