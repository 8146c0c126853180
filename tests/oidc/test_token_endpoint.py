"""The token endpoint: who asks, for what, and what comes back (checklist T6 to T13)."""

import pytest

from authserver.clients.resource import OWN, Resource
from tests.oidc.world import CLIENT, ISSUER, NOW, SECRET, WEBAPI, World, basic, form, post, request


@pytest.fixture
def world() -> World:
    return World()


def test_a_client_with_its_secret_in_the_body_gets_a_token(world: World) -> None:
    outcome = world.ask(post())
    assert outcome.body.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert (outcome.body["token_type"], outcome.body["scope"]) == ("Bearer", "webapi")


def test_a_client_with_its_secret_in_the_basic_header_gets_a_token(world: World) -> None:
    assert world.ask(basic()).body["token_type"] == "Bearer"


def test_expires_in_is_an_integer_and_equals_exp_minus_iat(world: World) -> None:
    outcome = world.ask(post())
    assert type(outcome.body["expires_in"]) is int
    assert outcome.body["expires_in"] == outcome.claims["exp"] - outcome.claims["iat"] == 3600


def test_token_responses_and_refusals_are_never_stored(world: World) -> None:
    answer = world.ask(post()).answer
    assert answer is not None
    assert ("Cache-Control", "no-store") in answer.headers


def test_the_access_token_follows_rfc_9068(world: World) -> None:
    outcome = world.ask(post())
    assert (outcome.token["alg"], outcome.token["typ"]) == ("ES256", "at+jwt")
    assert (
        outcome.claims.items()
        >= {
            "iss": ISSUER,
            "sub": CLIENT.id,
            "aud": "webapi",
            "client_id": CLIENT.id,
            "org_id": CLIENT.organization_id,
            "scope": "webapi",
            "iat": NOW,
            "nbf": NOW,
            "exp": NOW + 3600,
        }.items()
    )
    assert len(outcome.claims["jti"]) == 43


def test_two_tokens_never_have_the_same_jti(world: World) -> None:
    assert world.ask(post()).claims["jti"] != world.ask(post()).claims["jti"]


def test_the_identityserver_style_has_scopes_as_an_array_and_no_sub(world: World) -> None:
    world.resources = [Resource("webapi", "webapi", ("webapi",), "RS256", "identityserver", 600)]
    outcome = world.ask(post())
    assert outcome.token["alg"] == "RS256"
    assert outcome.claims["scope"] == ["webapi"]
    assert "sub" not in outcome.claims
    assert outcome.claims["client_id"] == CLIENT.id


def test_a_used_secret_is_noted(world: World) -> None:
    world.ask(post())
    assert world.used == [("s1", NOW, "192.0.2.7")]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "BREW"])
def test_only_post_is_taken_and_the_answer_says_so(world: World, method: str) -> None:
    refusal = world.ask(post()._replace(method=method)).refused("invalid_request", 405)
    assert ("Allow", "POST") in refusal.wire.headers


@pytest.mark.parametrize("content_type", ["application/json", "", "multipart/form-data", "text/plain"])
def test_only_a_form_is_taken(world: World, content_type: str) -> None:
    world.ask(post()._replace(content_type=content_type)).refused("invalid_request", 415)


def test_a_form_may_name_its_character_set(world: World) -> None:
    assert world.ask(post()._replace(content_type="Application/x-www-form-urlencoded; charset=UTF-8")).answer


def test_parameters_in_the_query_are_refused(world: World) -> None:
    world.ask(post()._replace(query="grant_type=client_credentials")).refused("invalid_request")


def test_a_body_that_is_too_large_is_refused(world: World) -> None:
    world.ask(post()._replace(oversized=True)).refused("invalid_request", 413)


def test_a_body_that_was_cut_off_is_refused_and_counts_as_nobodys_failure(world: World) -> None:
    world.ask(post()._replace(complete=False)).refused("invalid_request")
    assert world.failures == []


@pytest.mark.parametrize("parameter", ["grant_type", "client_id", "client_secret", "scope", "unknown"])
def test_a_repeated_parameter_is_refused(world: World, parameter: str) -> None:
    body = post(scope="webapi").body + f"&{parameter}=a&{parameter}=b".encode()
    world.ask(request(body=body)).refused("invalid_request")


def test_an_unknown_parameter_is_ignored(world: World) -> None:
    assert world.ask(post(extra="foobar")).answer


def test_an_empty_parameter_counts_as_absent(world: World) -> None:
    assert world.ask(request(body=post().body + b"&scope=")).body["scope"] == "webapi"
    world.ask(request(body=b"grant_type=&client_id=&client_secret=")).refused("invalid_client", 401)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\xff\xfe=1",
        b"scope=%ff",
        b"scope=web%00api",
        b"scope=web\x00api",
        b"&".join([b"a=b"] * 101),
        b"a=%41&" * 101,
    ],
    ids=["not ASCII", "not UTF-8", "escaped NUL", "NUL", "too many fields", "too many escaped fields"],
)
def test_a_body_that_is_no_form_is_refused(world: World, garbage: bytes) -> None:
    world.ask(request(body=post().body + b"&" + garbage)).refused("invalid_request")


def test_a_missing_grant_type_is_an_invalid_request(world: World) -> None:
    world.ask(post(grant_type="")).refused("invalid_request")


@pytest.mark.parametrize(
    "grant_type",
    [
        "password",
        "implicit",
        "authorization_code",
        "refresh_token",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "CLIENT_CREDENTIALS",
        "x" * 60_000,
    ],
)
def test_a_grant_that_is_not_implemented_is_unsupported(world: World, grant_type: str) -> None:
    world.ask(post(grant_type=grant_type)).refused("unsupported_grant_type")


def test_the_client_is_authenticated_before_anything_is_said_about_grants_or_scopes(world: World) -> None:
    world.ask(post(client_secret="wrong", grant_type="password", scope="nope")).refused("invalid_client", 401)


class TestScopes:
    def test_no_scope_means_all_that_the_client_may_have(self, world: World) -> None:
        world.change(scopes=("webapi", "webapi.read"))
        assert world.ask(post()).body["scope"] == "webapi webapi.read"

    def test_fewer_scopes_may_be_asked_for(self, world: World) -> None:
        world.change(scopes=("webapi", "webapi.read"))
        assert world.ask(post(scope="webapi.read")).claims["scope"] == "webapi.read"

    @pytest.mark.parametrize("scope", ["webapi.read", "unknown", "openid", "webapi  ", " webapi", "Webapi"])
    def test_a_scope_that_is_unknown_malformed_or_not_allowed_is_refused(
        self, world: World, scope: str
    ) -> None:
        world.ask(post(scope=scope)).refused("invalid_scope")

    def test_a_scope_named_twice_is_granted_once(self, world: World) -> None:
        assert world.ask(post(scope="webapi webapi")).claims["scope"] == "webapi"

    def test_a_scope_that_no_resource_has_any_more_is_dropped(self, world: World) -> None:
        world.change(scopes=("webapi", "gone"))
        assert world.ask(post()).body["scope"] == "webapi"
        world.ask(post(scope="gone")).refused("invalid_scope")

    def test_a_client_without_any_scope_gets_nothing(self, world: World) -> None:
        world.change(scopes=("gone",))
        world.ask(post()).refused("invalid_scope")


class TestSeveralResources:
    @pytest.fixture
    def world(self) -> World:
        world = World()
        world.resources = [
            Resource("webapi", "webapi", ("webapi",), "ES256", "rfc9068", 3600),
            Resource("billing", "https://billing.test", ("billing",), "ES256", "rfc9068", 300),
            Resource("old", "old", ("old",), "RS256", "identityserver", 600),
        ]
        world.change(scopes=("billing", "webapi", "old"))
        return world

    def test_one_token_serves_resources_of_one_kind_and_the_shortest_lifetime_wins(
        self, world: World
    ) -> None:
        outcome = world.ask(post(scope="webapi billing"))
        assert outcome.claims["aud"] == ["https://billing.test", "webapi"]
        assert outcome.body["expires_in"] == 300

    def test_resources_of_different_kinds_need_a_narrower_scope(self, world: World) -> None:
        world.ask(post()).refused("invalid_scope")
        world.ask(post(scope="webapi old")).refused("invalid_scope")

    def test_a_resource_narrows_the_audience(self, world: World) -> None:
        outcome = world.ask(post(resource="https://billing.test"))
        assert (outcome.claims["aud"], outcome.claims["scope"]) == ("https://billing.test", "billing")

    def test_several_resources_may_be_named(self, world: World) -> None:
        fields = [("resource", "webapi"), ("resource", "https://billing.test")]
        asked = form(
            [
                ("grant_type", "client_credentials"),
                ("client_id", CLIENT.id),
                ("client_secret", SECRET),
                *fields,
            ]
        )
        assert world.ask(asked).claims["aud"] == ["https://billing.test", "webapi"]

    @pytest.mark.parametrize("resource", ["unknown", "https://billing.test/", "WEBAPI"])
    def test_an_unknown_resource_is_an_invalid_target(self, world: World, resource: str) -> None:
        world.ask(post(resource=resource)).refused("invalid_target")

    def test_a_resource_out_of_reach_of_the_scope_is_an_invalid_target(self, world: World) -> None:
        world.ask(post(scope="webapi", resource="https://billing.test")).refused("invalid_target")


class TestTheManagementApi:
    @pytest.fixture
    def world(self) -> World:
        world = World()
        own = Resource(OWN, f"{ISSUER}/api", (OWN,), "ES256", "rfc9068", 600)
        world.resources = [WEBAPI, own]
        world.change(scopes=("management", "webapi"))
        return world

    def test_its_token_opens_no_other_api(self, world: World) -> None:
        assert world.ask(post(scope="management")).claims["aud"] == f"{ISSUER}/api"
        assert world.ask(post(resource=f"{ISSUER}/api")).claims["scope"] == "management"
        refusal = world.ask(post(scope="webapi management")).refused("invalid_scope")
        assert "narrow scope, or name a resource" in refusal.description
        assert world.ask(post(scope="webapi management", resource="webapi")).claims["aud"] == "webapi"

    def test_who_names_no_scope_gets_it_only_without_another(self, world: World) -> None:
        outcome = world.ask(post())
        assert (outcome.claims["aud"], outcome.claims["scope"]) == ("webapi", "webapi")
        world.change(scopes=("management",))
        assert world.ask(post()).claims["aud"] == f"{ISSUER}/api"


def test_a_quota_that_is_spent_is_told_with_when_to_come_back(world: World) -> None:
    world.quota_wait = 1800
    refusal = world.ask(post()).refused("temporarily_unavailable", 429)
    assert refusal.wire.headers == (("Retry-After", "1800"),)
    assert world.spent == [(CLIENT.id, "192.0.2.7")]


def test_a_request_that_gives_no_token_spends_nothing(world: World) -> None:
    world.ask(post(client_secret="wrong")).refused("invalid_client", 401)
    world.ask(post(scope="nothing")).refused("invalid_scope")
    world.resources.append(Resource("old", "old", ("old",), "RS256", "identityserver", 600))
    world.change(scopes=("webapi", "old"))
    world.ask(post()).refused("invalid_scope")
    assert world.spent == []
