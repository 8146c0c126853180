"""What is asked for: which answer, scopes, PKCE, single claims, how the person is met (A5, A6, A9, A14)."""

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from authserver.clients.resource import OWN, Resource
from authserver.oidc.authorization.draft import Draft
from authserver.oidc.authorization.pkce import verifies
from authserver.oidc.messages.authorization import AuthorizationRequest
from tests.oidc.people_world import BILLING, CONFIDENTIAL, LEGACY, OTHER, PERSON, PUBLIC, PeopleWorld
from tests.oidc.relying_party import CHALLENGE, NONCE, VERIFIER, RelyingParty
from tests.oidc.signing import key_of, signed
from tests.oidc.world import ISSUER, NOW


@pytest.fixture
def world() -> PeopleWorld:
    return PeopleWorld()


@pytest.fixture
def rp(world: PeopleWorld) -> RelyingParty:
    return world.party()


def checked(rp: RelyingParty, *more: tuple[str, str], **changes: str | None) -> AuthorizationRequest:
    """Return what became of a request."""
    result = rp.world.authorization.check((*rp.parameters(**changes), *more))
    assert isinstance(result[0], AuthorizationRequest), result
    return result[0]


@pytest.mark.parametrize("profile", [CONFIDENTIAL, PUBLIC, LEGACY], ids=["confidential", "public", "legacy"])
class TestWhatAnswerIsAskedFor:
    @pytest.mark.parametrize(
        "wanted", ["token", "id_token", "code token", "code id_token", "none", "CODE", "code code", " code"]
    )
    def test_a_response_type_that_is_not_code_is_unsupported(
        self, world: PeopleWorld, profile: Any, wanted: str
    ) -> None:
        world.party(profile).authorize(response_type=wanted).refused("unsupported_response_type")
        assert world.grants.rows == {}

    def test_a_missing_response_type_is_an_invalid_request(self, world: PeopleWorld, profile: Any) -> None:
        world.party(profile).authorize(response_type=None).refused("invalid_request")

    @pytest.mark.parametrize(
        ("name", "value", "error"),
        [
            ("request", "a.b.c", "request_not_supported"),
            ("request_uri", "https://evil.test/request.jwt", "request_uri_not_supported"),
            ("request_uri", "urn:ietf:params:oauth:request_uri:x", "request_uri_not_supported"),
            ("registration", "{}", "registration_not_supported"),
        ],
    )
    def test_a_request_inside_of_a_jwt_is_not_supported(
        self, world: PeopleWorld, profile: Any, name: str, value: str, error: str
    ) -> None:
        world.party(profile).authorize(**{name: value}).refused(error)


class TestScopes:
    @pytest.mark.parametrize("scope", [None, "", " ", "profile", "OPENID", "openid\tprofile", "webapi email"])
    def test_a_request_without_openid_is_refused(self, rp: RelyingParty, scope: str | None) -> None:
        rp.authorize(scope=scope).refused("invalid_scope")

    @pytest.mark.parametrize("scope", ["unknown", "Profile", "organizations", "web\u00e4pi", "*", '"'])
    def test_a_scope_that_is_unknown_or_not_this_clients_is_refused(
        self, world: PeopleWorld, rp: RelyingParty, scope: str
    ) -> None:
        rp.authorize(scope=f"openid {scope}").refused("invalid_scope")
        assert world.grants.rows == {}

    @pytest.mark.parametrize("scope", ["email", "webapi"])
    def test_a_scope_that_another_client_may_have_is_refused(self, world: PeopleWorld, scope: str) -> None:
        world.change(CONFIDENTIAL, scopes=("openid", "profile"))
        world.party().authorize(scope=f"openid {scope}").refused("invalid_scope")
        assert world.party(OTHER).authorize(scope=f"openid {scope}").code

    def test_a_scope_of_the_client_that_no_resource_has_any_more_is_refused(self, world: PeopleWorld) -> None:
        world.machine.resources = []
        world.party().authorize(scope="openid webapi").refused("invalid_scope")

    def test_each_scope_counts_once_in_the_order_of_the_request(self, rp: RelyingParty) -> None:
        assert checked(rp, scope=" webapi  openid webapi profile ").scopes == ("webapi", "openid", "profile")

    def test_resources_that_share_no_kind_of_token_are_refused_before_anybody_signs_in(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        world.visit = None
        assert "narrow scope" in rp.authorize(scope="openid webapi old").refused("invalid_scope")

    def test_the_management_api_is_asked_for_without_another(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        world.machine.resources.append(Resource(OWN, f"{ISSUER}/api", (OWN,), "ES256", "rfc9068", 600))
        world.change(CONFIDENTIAL, scopes=(*CONFIDENTIAL.scopes, OWN))
        assert checked(rp, scope="openid profile organization management").scopes[-1] == OWN
        world.visit = None
        both = "openid profile organization webapi management"
        assert "narrow scope" in rp.authorize(scope=both).refused("invalid_scope")

    def test_a_resource_narrows_the_scopes_and_leaves_those_of_the_protocol(self, rp: RelyingParty) -> None:
        request = checked(rp, ("resource", BILLING.audience), scope="openid webapi billing")
        assert request.scopes == ("openid", "billing")

    def test_several_resources_may_be_named(self, rp: RelyingParty) -> None:
        named = (("resource", "webapi"), ("resource", BILLING.audience))
        assert checked(rp, *named, scope="openid webapi billing").scopes == ("openid", "webapi", "billing")

    @pytest.mark.parametrize("resource", ["https://unknown.test", BILLING.audience + "/", "old"])
    def test_a_resource_out_of_reach_of_the_scopes_is_an_invalid_target(
        self, rp: RelyingParty, resource: str
    ) -> None:
        rp.authorize(("resource", resource), scope="openid webapi billing").refused("invalid_target")
        rp.authorize(("resource", "webapi"), ("resource", resource), scope="openid webapi").refused(
            "invalid_target"
        )


class TestPkce:
    @pytest.mark.parametrize("client", [CONFIDENTIAL, PUBLIC], ids=["confidential", "public"])
    @pytest.mark.parametrize("method", [None, "S256"])
    def test_without_a_challenge_a_standard_client_gets_no_code(
        self, world: PeopleWorld, client: Any, method: str | None
    ) -> None:
        answer = world.party(client).authorize(code_challenge=None, code_challenge_method=method)
        assert "PKCE" in answer.refused("invalid_request")
        assert world.grants.rows == {}

    @pytest.mark.parametrize(
        "client", [CONFIDENTIAL, PUBLIC, LEGACY], ids=["confidential", "public", "legacy"]
    )
    @pytest.mark.parametrize("method", [None, "", "plain", "s256", "none", "S512"])
    def test_only_s256_is_taken(self, world: PeopleWorld, client: Any, method: str | None) -> None:
        world.party(client).authorize(code_challenge_method=method).refused("invalid_request")
        assert world.grants.rows == {}

    @pytest.mark.parametrize("client", [CONFIDENTIAL, LEGACY], ids=["standard", "legacy"])
    @pytest.mark.parametrize(
        "challenge",
        [CHALLENGE[:-1], CHALLENGE + "A", CHALLENGE + "=", CHALLENGE[:-1] + "+", "ü" * 43, "A" * 128],
    )
    def test_a_challenge_that_no_s256_makes_is_refused(
        self, world: PeopleWorld, client: Any, challenge: str
    ) -> None:
        world.party(client).authorize(code_challenge=challenge).refused("invalid_request")

    def test_a_legacy_client_may_do_without(self, world: PeopleWorld) -> None:
        rp = world.party(LEGACY)
        code = rp.authorize(code_challenge=None, code_challenge_method=None).code
        assert rp.redeem(code, code_verifier="").access_token

    def test_a_legacy_client_that_names_a_method_lost_its_challenge(self, world: PeopleWorld) -> None:
        world.party(LEGACY).authorize(code_challenge=None).refused("invalid_request")

    @pytest.mark.parametrize("verifier", ["x" * 43, "A-._~" * 20, VERIFIER])
    def test_a_verifier_fits_its_own_challenge_alone(self, verifier: str) -> None:
        assert verifies(verifier, CHALLENGE) == (verifier == VERIFIER)

    @pytest.mark.parametrize(("length", "fits"), [(42, False), (43, True), (128, True), (129, False)])
    def test_a_verifier_that_is_too_short_or_too_long_fits_nothing(self, length: int, *, fits: bool) -> None:
        verifier = "x" * length
        hashed = hashlib.sha256(verifier.encode()).digest()
        assert verifies(verifier, base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()) == fits


class TestClaims:
    def test_claims_are_kept_by_where_they_are_wanted(self, rp: RelyingParty) -> None:
        text = '{"userinfo":{"name":null,"email":{"essential":true}},"id_token":{"gender":null},"other":1}'
        assert checked(rp, claims=text).claims == {
            "userinfo": {"name": {}, "email": {"essential": True}},
            "id_token": {"gender": {}},
        }

    def test_a_place_without_claims_is_left_out(self, rp: RelyingParty) -> None:
        assert checked(rp, claims='{"userinfo":null}').claims == {}

    @pytest.mark.parametrize(
        "text",
        [
            "x",
            "[]",
            '"text"',
            "null",
            '{"userinfo":[]}',
            '{"id_token":"email"}',
            '{"userinfo":{"email":true}}',
            '{"id_token":{"email":["x"]}}',
            '{"userinfo":{"a\\u0000b":null}}',
            "[" * 5000,
            json.dumps({"userinfo": {"x" * 16_384: None}}),
        ],
        ids=lambda text: text[:20],
    )
    def test_claims_that_are_no_object_of_objects_are_refused(self, rp: RelyingParty, text: str) -> None:
        rp.authorize(claims=text).refused("invalid_request")

    @pytest.mark.parametrize(
        ("acr", "required"),
        [
            ({"essential": True, "value": "mfa"}, True),
            ({"essential": True, "values": ["mfa", "phr"]}, True),
            ({"essential": True, "values": []}, True),
            ({"essential": True, "values": "pwd"}, True),
            ({"essential": True, "value": "pwd"}, False),
            ({"essential": True, "values": ["mfa", "pwd"]}, False),
            ({"essential": True}, False),
            ({"value": "mfa"}, False),
            (None, False),
        ],
    )
    def test_an_essential_acr_that_can_not_be_reached_fails_the_request(
        self, rp: RelyingParty, acr: object, *, required: bool
    ) -> None:
        answer = rp.authorize(claims=json.dumps({"id_token": {"acr": acr}}))
        if required:
            answer.refused("unmet_authentication_requirements")
        else:
            assert rp.redeem(answer.code).identity["acr"] == "pwd"

    def test_acr_values_are_never_an_error(self, rp: RelyingParty) -> None:
        assert rp.tokens(acr_values="mfa phr 1 2").identity["acr"] == "pwd"

    @pytest.mark.parametrize(
        ("sub", "hinted"), [({"value": "x" * 255}, "x" * 255), ({"essential": True}, ""), (None, "")]
    )
    def test_a_requested_sub_names_the_person(self, rp: RelyingParty, sub: object, hinted: str) -> None:
        assert checked(rp, claims=json.dumps({"id_token": {"sub": sub}})).hinted_subject == hinted

    def test_of_a_claim_only_what_the_specification_knows_is_kept(self, rp: RelyingParty) -> None:
        deep = {"value": {"a": 1}, "values": ["x", ["y"], 1], "essential": True, "more": 1}
        for _ in range(900):
            deep = {"value": deep}
        shallow = {"name": {"values": ["x", ["y"], 1], "essential": True, "more": 1}, "email": deep}
        found = checked(rp, claims=json.dumps({"userinfo": shallow}))
        assert found.claims == {"userinfo": {"name": {"essential": True, "values": ["x", 1]}, "email": {}}}

    @pytest.mark.parametrize("value", [1, "x" * 256, "\u00e4", None, ["x"]])
    def test_a_requested_sub_that_nobody_can_have_is_refused(self, rp: RelyingParty, value: object) -> None:
        claims = json.dumps({"id_token": {"sub": {"value": value}}})
        rp.authorize(claims=claims).refused("invalid_request")

    def test_claims_of_scopes_that_the_client_may_not_have_are_left_out(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        world.machine.clients[rp.client_id] = replace(rp.client, scopes=("openid", "email"))
        members = {"name": None, "email": None, "phone_number": {"essential": True}, "of_nobody": None}
        found = checked(rp, claims=json.dumps({"userinfo": members, "id_token": members}))
        left = {"email": {}, "of_nobody": {}}
        assert found.claims == {"userinfo": left, "id_token": left}
        assert (found.scopes, found.agreed) == (("openid",), ("openid", "email"))


class TestHowThePersonIsMet:
    @pytest.mark.parametrize(
        "prompt", ["login", "consent", "select_account", "login consent", " login  login "]
    )
    def test_prompts_are_a_set(self, rp: RelyingParty, prompt: str) -> None:
        assert checked(rp, prompt=prompt).prompt == frozenset(prompt.split())

    @pytest.mark.parametrize(
        "prompt", ["create", "Login", "none login", "consent none", "login,consent", "x"]
    )
    def test_an_unknown_prompt_or_none_with_another_is_refused(self, rp: RelyingParty, prompt: str) -> None:
        rp.authorize(prompt=prompt).refused("invalid_request")

    @pytest.mark.parametrize(("text", "seconds"), [("0", 0), ("007", 7), ("9999999999", 9_999_999_999)])
    def test_max_age_is_a_number_of_seconds(self, rp: RelyingParty, text: str, seconds: int) -> None:
        assert checked(rp, max_age=text).max_age == seconds

    @pytest.mark.parametrize("text", ["-1", "+1", "1.5", "1e3", "x", "٣", "99999999999", " 1", "1 "])
    def test_a_max_age_that_is_no_such_number_is_refused(self, rp: RelyingParty, text: str) -> None:
        rp.authorize(max_age=text).refused("invalid_request")

    @pytest.mark.parametrize(
        ("hint", "kept"), [("ada@example.org", True), ("x" * 254, True), ("x" * 255, False)]
    )
    def test_a_login_hint_is_kept_unless_it_is_too_long(
        self, rp: RelyingParty, hint: str, *, kept: bool
    ) -> None:
        assert checked(rp, login_hint=hint).login_hint == (hint if kept else "")

    @pytest.mark.parametrize(
        ("locales", "kept"),
        [
            ("de", True),
            ("fr-CA fr en", True),
            ("de_AT", False),
            ("<script>", False),
            ("x" * 36, False),
            ("  ", False),
        ],
    )
    def test_languages_are_never_an_error(self, rp: RelyingParty, locales: str, *, kept: bool) -> None:
        assert checked(rp, ui_locales=locales).ui_locales == (locales if kept else "")

    def test_display_and_other_wishes_are_never_an_error(self, rp: RelyingParty) -> None:
        assert rp.authorize(display="popup", claims_locales="de", id_token_hint="", web_message_uri="x").code


class TestTheHint:
    def test_an_id_token_of_this_server_names_the_person(self, rp: RelyingParty) -> None:
        assert checked(rp, id_token_hint=rp.tokens().id_token).hinted_subject == PERSON.id

    def test_an_expired_one_does_as_well(self, world: PeopleWorld, rp: RelyingParty) -> None:
        hint = rp.tokens().id_token
        world.passes(86_400 * 365)
        assert checked(rp, id_token_hint=hint).hinted_subject == PERSON.id

    @pytest.mark.parametrize("kind", ["access token", "logout token", "forged", "text", "long"])
    def test_what_is_no_id_token_of_this_server_is_refused(
        self, world: PeopleWorld, rp: RelyingParty, kind: str
    ) -> None:
        tokens = rp.tokens()
        said = {"iss": ISSUER, "sub": PERSON.id, "aud": rp.client_id, "exp": NOW + 60, "iat": NOW}
        key = key_of("ES256", "stranger")
        hint = {
            "access token": tokens.access_token,
            "logout token": world.keys.signer("RS256").sign("logout+jwt", said),
            "forged": signed(said, {"alg": "ES256", "typ": "JWT", "kid": "server-ES256"}, key),
            "text": "not a token",
            "long": "a." * 20_000,
        }[kind]
        rp.authorize(id_token_hint=hint).refused("invalid_request")

    def test_a_hint_and_a_requested_sub_must_agree(self, rp: RelyingParty) -> None:
        hint = rp.tokens().id_token
        same, other = ({"id_token": {"sub": {"value": value}}} for value in (PERSON.id, "somebody-else"))
        assert rp.authorize(id_token_hint=hint, claims=json.dumps(same)).code
        rp.authorize(id_token_hint=hint, claims=json.dumps(other)).refused("invalid_request")


def test_a_request_is_kept_as_a_frozen_value(rp: RelyingParty) -> None:
    assert checked(rp) == AuthorizationRequest(
        client_id=CONFIDENTIAL.id,
        redirect_uri="https://rp.test/cb",
        response_mode="query",
        scopes=("openid",),
        state="xyz",
        nonce=NONCE,
        code_challenge=CHALLENGE,
        agreed=("openid",),
    )


def test_no_step_can_ask_for_a_client_that_was_not_looked_up() -> None:
    with pytest.raises(LookupError):
        _ = Draft((), {}).client
