"""Whether a page is needed before a request is granted, and what the grant says (checklist A8, A11)."""

import json

import pytest

from authserver.oidc.authorization.visit import Visit
from authserver.oidc.endpoints.authorize import Checked, ConsentNeeded
from authserver.oidc.messages.grant import CODE_LIFETIME
from authserver.oidc.ports import Client
from tests.oidc.people_world import CONFIDENTIAL, HERE, PERSON, PUBLIC, SESSION, SIGNED_IN_AT, PeopleWorld
from tests.oidc.relying_party import CHALLENGE, NONCE, STATE, RelyingParty
from tests.oidc.world import ISSUER, NOW

SIGNED_IN_FOR_THIS = HERE._replace(authenticated_at=NOW, signed_in_for_this=True)


@pytest.fixture
def world() -> PeopleWorld:
    return PeopleWorld()


@pytest.fixture
def rp(world: PeopleWorld) -> RelyingParty:
    return world.party()


class TestSigningIn:
    def test_somebody_who_is_signed_in_is_not_asked_again(self, rp: RelyingParty) -> None:
        assert rp.authorize().code

    def test_nobody_has_to_sign_in(self, world: PeopleWorld, rp: RelyingParty) -> None:
        world.visit = None
        assert rp.authorize().asks_to_sign_in()

    @pytest.mark.parametrize("prompt", ["login", "select_account", "login consent"])
    def test_a_prompt_asks_again_until_somebody_signed_in_for_this_request(
        self, world: PeopleWorld, rp: RelyingParty, prompt: str
    ) -> None:
        assert rp.authorize(prompt=prompt).asks_to_sign_in()
        world.visit = SIGNED_IN_FOR_THIS._replace(consented_to_this=True)
        assert rp.redeem(rp.authorize(prompt=prompt).code).identity["auth_time"] == NOW

    @pytest.mark.parametrize(
        ("max_age", "asked"), [("0", True), ("99", True), ("100", False), ("101", False)]
    )
    def test_an_authentication_that_is_older_than_max_age_is_made_anew(
        self, world: PeopleWorld, rp: RelyingParty, max_age: str, *, asked: bool
    ) -> None:
        assert rp.authorize(max_age=max_age).asks_to_sign_in() == asked
        world.visit = SIGNED_IN_FOR_THIS
        assert rp.tokens(max_age=max_age).identity["auth_time"] == NOW

    def test_who_signed_in_for_this_and_then_waited_too_long_signs_in_again(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        world.visit = HERE._replace(signed_in_for_this=True, authenticated_at=NOW - 61)
        assert rp.authorize(max_age="60").asks_to_sign_in()
        assert rp.authorize(max_age="0").code
        assert rp.authorize(prompt="login").code

    def test_max_age_zero_asks_even_within_the_very_second(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        world.visit = HERE._replace(authenticated_at=NOW)
        assert rp.authorize(max_age="0").asks_to_sign_in()

    def test_a_hint_at_somebody_else_asks_to_sign_in(self, world: PeopleWorld, rp: RelyingParty) -> None:
        hint = rp.tokens().id_token
        world.visit = Visit("somebody-else", "their-session", NOW)
        assert rp.authorize(id_token_hint=hint).asks_to_sign_in()

    def test_when_somebody_else_signed_in_after_all_the_client_is_told(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        hint = rp.tokens().id_token
        world.visit = Visit("somebody-else", "their-session", NOW, signed_in_for_this=True)
        rp.authorize(id_token_hint=hint).refused("login_required")

    def test_a_requested_sub_asks_for_that_person(self, rp: RelyingParty) -> None:
        def asking_for(subject: str) -> str:
            return json.dumps({"id_token": {"sub": {"value": subject}}})

        assert rp.authorize(claims=asking_for(PERSON.id)).code
        assert rp.authorize(claims=asking_for("somebody-else")).asks_to_sign_in()


class TestWithoutAnyPage:
    def test_somebody_who_is_signed_in_and_agreed_gets_a_code(self, rp: RelyingParty) -> None:
        identity = rp.tokens(prompt="none").identity
        assert (identity["sub"], identity["auth_time"]) == (PERSON.id, SIGNED_IN_AT)

    def test_without_a_session_the_client_is_told(self, world: PeopleWorld, rp: RelyingParty) -> None:
        world.visit = None
        rp.authorize(prompt="none").refused("login_required")

    @pytest.mark.parametrize("max_age", ["0", "99"])
    def test_with_an_authentication_that_is_too_old_the_client_is_told(
        self, rp: RelyingParty, max_age: str
    ) -> None:
        rp.authorize(prompt="none", max_age=max_age).refused("login_required")

    def test_with_a_hint_at_somebody_else_the_client_is_told(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        hint = rp.tokens().id_token
        assert rp.authorize(prompt="none", id_token_hint=hint).code
        world.visit = Visit("somebody-else", "their-session", NOW)
        rp.authorize(prompt="none", id_token_hint=hint).refused("login_required")

    def test_without_consent_the_client_is_told(self, world: PeopleWorld, rp: RelyingParty) -> None:
        world.consents.agreed.clear()
        rp.authorize(prompt="none").refused("consent_required")

    def test_an_acr_out_of_reach_is_told_before_anything_else(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        world.visit = None
        claims = '{"id_token":{"acr":{"essential":true,"value":"mfa"}}}'
        for prompt in (None, "none", "login"):
            rp.authorize(prompt=prompt, claims=claims).refused("unmet_authentication_requirements")


class TestConsent:
    @pytest.fixture
    def world(self) -> PeopleWorld:
        world = PeopleWorld()
        world.consents.agreed.clear()
        return world

    def test_who_never_agreed_is_asked_for_exactly_what_is_granted(self, rp: RelyingParty) -> None:
        request = rp.parameters(scope="openid email webapi billing")
        checked = rp.world.authorization.check((*request, ("resource", "webapi")))
        assert isinstance(checked, Checked)
        assert checked.request.agreed == checked.request.scopes == ("openid", "email", "webapi")
        assert rp.world.authorization.judge(checked, HERE) == ConsentNeeded()

    def test_single_claims_are_no_way_around_consent(self, world: PeopleWorld, rp: RelyingParty) -> None:
        claims = '{"userinfo":{"phone_number":null},"id_token":{"name":null,"sub":null}}'
        world.consents.remember(PERSON.id, CONFIDENTIAL.id, ["openid"], NOW)
        assert rp.authorize().code
        assert rp.authorize(claims=claims).asks_for_consent()
        rp.authorize(claims=claims, prompt="none").refused("consent_required")
        world.consents.remember(PERSON.id, CONFIDENTIAL.id, ["phone"], NOW)
        assert rp.authorize(claims=claims).asks_for_consent()
        world.consents.remember(PERSON.id, CONFIDENTIAL.id, ["profile"], NOW)
        assert rp.authorize(claims=claims).code

    def test_what_was_agreed_to_is_not_asked_again(self, world: PeopleWorld, rp: RelyingParty) -> None:
        world.consents.remember(PERSON.id, CONFIDENTIAL.id, ["openid", "email"], NOW)
        assert rp.authorize(scope="openid email").code
        assert rp.authorize(scope="openid").code

    def test_one_scope_more_is_asked_for(self, world: PeopleWorld, rp: RelyingParty) -> None:
        world.consents.remember(PERSON.id, CONFIDENTIAL.id, ["openid", "email"], NOW)
        assert rp.authorize(scope="openid email profile").asks_for_consent()

    def test_what_was_agreed_to_with_another_client_does_not_count(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        world.consents.remember(PERSON.id, PUBLIC.id, ["openid"], NOW)
        assert rp.authorize().asks_for_consent()

    def test_what_somebody_else_agreed_to_does_not_count(self, world: PeopleWorld, rp: RelyingParty) -> None:
        world.consents.remember("somebody-else", CONFIDENTIAL.id, ["openid"], NOW)
        assert rp.authorize().asks_for_consent()

    def test_first_party_products_do_not_ask(self, world: PeopleWorld, rp: RelyingParty) -> None:
        world.change(CONFIDENTIAL, first_party=True)
        assert rp.authorize(prompt="none", scope="openid email offline_access").code

    @pytest.mark.parametrize("first_party", [True, False])
    def test_prompt_consent_asks_whatever_is_known_until_the_person_agreed_to_this(
        self, world: PeopleWorld, rp: RelyingParty, *, first_party: bool
    ) -> None:
        world.change(CONFIDENTIAL, first_party=first_party)
        world.consents.remember(PERSON.id, CONFIDENTIAL.id, ["openid"], NOW)
        assert rp.authorize(prompt="consent").asks_for_consent()
        world.visit = HERE._replace(consented_to_this=True)
        assert rp.authorize(prompt="consent").code

    def test_the_answer_to_this_request_counts_although_nothing_was_remembered(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        world.visit = HERE._replace(consented_to_this=True)
        assert rp.authorize().code

    def test_a_no_is_told_to_the_client(self, world: PeopleWorld, rp: RelyingParty) -> None:
        result = world.authorization.check(rp.parameters(response_mode="form_post"))
        assert isinstance(result, Checked)
        answer = world.authorization.denied(result.request)
        assert answer.response_mode == "form_post"
        assert dict(answer.parameters) == {
            "error": "access_denied",
            "error_description": "The person refused.",
            "state": STATE,
            "iss": ISSUER,
        }


class TestTheGrant:
    def test_the_answer_has_a_code_of_256_bits_the_state_and_the_issuer(self, rp: RelyingParty) -> None:
        answer = rp.authorize()
        assert list(answer.parameters) == ["code", "state", "iss"]
        assert len(answer.code) == 43

    def test_no_two_codes_are_the_same(self, rp: RelyingParty) -> None:
        assert len({rp.authorize().code for _ in range(20)}) == 20

    def test_the_code_itself_is_not_kept(self, world: PeopleWorld, rp: RelyingParty) -> None:
        code = rp.authorize().code
        assert code not in repr(world.grants.rows)

    def test_a_grant_holds_what_was_asked_for_and_who_said_yes(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        rp.authorize(scope="openid email", claims='{"userinfo":{"name":null}}')
        grant = world.grants.only
        assert (grant.client_id, grant.redirect_uri) == (CONFIDENTIAL.id, "https://rp.test/cb")
        assert (grant.account_id, grant.session_id, grant.authenticated_at) == (
            PERSON.id,
            SESSION,
            SIGNED_IN_AT,
        )
        assert (grant.scopes, grant.nonce) == (("openid", "email"), NONCE)
        assert (grant.code_challenge, grant.claims) == (CHALLENGE, {"userinfo": {"name": {}}})
        (row,) = world.grants.rows.values()
        assert row.code_expires_at == NOW + CODE_LIFETIME == NOW + 60

    @pytest.mark.parametrize(
        ("client", "scope", "renewable", "offline"),
        [
            (CONFIDENTIAL, "openid", False, False),
            (CONFIDENTIAL, "openid offline_access", True, True),
            (PUBLIC, "openid", True, False),
            (PUBLIC, "openid offline_access", True, True),
        ],
        ids=["confidential", "confidential offline", "public", "public offline"],
    )
    def test_who_asked_for_offline_access_outlives_the_session_and_public_clients_renew_within_it(
        self, world: PeopleWorld, client: Client, scope: str, *, renewable: bool, offline: bool
    ) -> None:
        world.party(client).authorize(scope=scope)
        assert (world.grants.only.renewable, world.grants.only.offline) == (renewable, offline)

    def test_nothing_is_kept_of_a_request_that_still_needs_a_page(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        world.visit = None
        rp.authorize()
        rp.authorize(prompt="none")
        assert world.grants.rows == {}
