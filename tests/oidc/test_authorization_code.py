"""Redeeming codes: once, by whoever asked for it, within a minute (checklist T1, T3, T4, T5)."""

from dataclasses import replace
from typing import Any

import pytest

from authserver.accounts.profile import Profile
from authserver.oidc.messages.grant import CODE_KEPT
from authserver.oidc.ports import Client
from tests.oidc.memory import People
from tests.oidc.people_world import (
    BILLING,
    CONFIDENTIAL,
    HERE,
    LEGACY,
    OLD,
    OTHER,
    PERSON,
    PUBLIC,
    SESSION,
    SIGNED_IN_AT,
    PeopleWorld,
)
from tests.oidc.relying_party import NONCE, VERIFIER, RelyingParty
from tests.oidc.signing import claims_of, header_of
from tests.oidc.world import CLIENT, ISSUER, NOW


@pytest.fixture
def world() -> PeopleWorld:
    return PeopleWorld()


@pytest.fixture
def rp(world: PeopleWorld) -> RelyingParty:
    return world.party()


class Leaving(People):
    """Somebody whose account is closed right after it was looked at."""

    def may_be_acted_for(self, account_id: str, session_id: str | None) -> bool:
        found = super().may_be_acted_for(account_id, session_id)
        self.accounts.clear()
        return found


class TestOnce:
    def test_a_code_becomes_tokens(self, rp: RelyingParty) -> None:
        tokens = rp.redeem(rp.authorize(scope="openid webapi").code)
        assert tokens.body.keys() == {"access_token", "token_type", "expires_in", "scope", "id_token"}
        assert (tokens.body["token_type"], tokens.body["scope"]) == ("Bearer", "openid webapi")
        assert tokens.body["expires_in"] == tokens.access["exp"] - tokens.access["iat"]

    def test_the_second_use_is_refused_and_all_that_the_first_gave_ends(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        code = rp.authorize(scope="openid offline_access").code
        tokens = rp.redeem(code)
        assert rp.userinfo(tokens)["sub"] == PERSON.id
        rp.redeem(code).refused("invalid_grant")
        assert rp.introspect(tokens.access_token) == {"active": False}
        assert rp.introspect(tokens.refresh_token) == {"active": False}
        rp.refresh(tokens.refresh_token).refused("invalid_grant")
        assert world.trail.told == [("code", world.grants.only.id, "192.0.2.7", "request-1")]

    def test_what_came_of_a_refresh_ends_as_well(self, rp: RelyingParty) -> None:
        code = rp.authorize(scope="openid offline_access").code
        renewed = rp.refresh(rp.redeem(code).refresh_token)
        rp.redeem(code).refused("invalid_grant")
        rp.refresh(renewed.refresh_token).refused("invalid_grant")
        assert rp.introspect(renewed.access_token) == {"active": False}

    def test_a_replay_is_told_once(self, world: PeopleWorld, rp: RelyingParty) -> None:
        code = rp.authorize().code
        rp.redeem(code)
        for _ in range(3):
            rp.redeem(code).refused("invalid_grant")
        assert len(world.trail.told) == 1

    def test_a_replay_long_after_the_code_expired_still_ends_what_it_gave(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        code = rp.authorize(scope="openid offline_access").code
        tokens = rp.redeem(code)
        world.passes(86_400)
        rp.redeem(code).refused("invalid_grant")
        rp.refresh(tokens.refresh_token).refused("invalid_grant")

    def test_a_code_is_good_for_a_minute(self, world: PeopleWorld, rp: RelyingParty) -> None:
        first, second = rp.authorize().code, rp.authorize().code
        world.passes(59)
        assert rp.redeem(first).access_token
        world.passes(1)
        rp.redeem(second).refused("invalid_grant")
        assert world.trail.told == []

    @pytest.mark.parametrize("code", ["unknown", "x" * 43, "ü", "a.b.c"])
    def test_an_unknown_code_is_refused(self, world: PeopleWorld, rp: RelyingParty, code: str) -> None:
        rp.redeem(code).refused("invalid_grant")
        assert world.trail.told == []

    def test_a_missing_code_is_an_invalid_request(self, rp: RelyingParty) -> None:
        rp.redeem("").refused("invalid_request")

    def test_without_a_refresh_token_a_grant_ends_with_its_access_tokens(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        rp.tokens()
        assert (world.grants.only.refresh_digest, world.grants.only.expires_at) == (None, NOW + CODE_KEPT)


class TestBoundToWhoAskedForIt:
    def test_another_client_gets_nothing_and_spoils_nothing(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        code = rp.authorize().code
        world.party(OTHER).redeem(code, redirect_uri="https://rp.test/cb").refused("invalid_grant")
        tokens = rp.redeem(code)
        world.party(OTHER).redeem(code).refused("invalid_grant")
        assert rp.userinfo(tokens)["sub"] == PERSON.id
        assert world.trail.told == []

    def test_an_api_client_may_not_redeem_codes(self, world: PeopleWorld, rp: RelyingParty) -> None:
        machine = world.party(CLIENT)
        machine.token("authorization_code", code=rp.authorize().code).refused("unauthorized_client")
        machine.token("refresh_token", refresh_token="x").refused("unauthorized_client")

    def test_an_application_may_not_act_for_itself(self, rp: RelyingParty) -> None:
        rp.token("client_credentials").refused("unauthorized_client")

    @pytest.mark.parametrize("uri", ["https://rp.test/cb/", "https://other.test/cb", "x"])
    def test_another_redirect_uri_burns_the_code(self, rp: RelyingParty, uri: str) -> None:
        code = rp.authorize().code
        rp.redeem(code, redirect_uri=uri).refused("invalid_grant")
        rp.redeem(code).refused("invalid_grant")

    def test_with_pkce_the_redirect_uri_may_be_left_out(self, rp: RelyingParty) -> None:
        assert rp.redeem(rp.authorize().code, redirect_uri="").access_token

    def test_without_pkce_it_may_not(self, world: PeopleWorld) -> None:
        legacy = world.party(LEGACY)
        code = legacy.authorize(code_challenge=None, code_challenge_method=None).code
        legacy.redeem(code, redirect_uri="", code_verifier="").refused("invalid_grant")

    def test_the_port_that_a_native_client_listened_on_belongs_to_its_redirect_uri(
        self, world: PeopleWorld
    ) -> None:
        native = world.party(PUBLIC)
        world.visit = HERE._replace(signed_in_for_this=True)
        first = native.authorize(redirect_uri="http://127.0.0.1:1234/cb").code
        native.redeem(first, redirect_uri="http://127.0.0.1:4321/cb").refused("invalid_grant")
        second = native.authorize(redirect_uri="http://127.0.0.1:1234/cb").code
        assert native.redeem(second, redirect_uri="http://127.0.0.1:1234/cb").access_token

    @pytest.mark.parametrize(
        "verifier",
        [
            "",
            "wrong" * 10,
            VERIFIER[:42],
            VERIFIER + "x",
            "x" * 129,
            VERIFIER.upper(),
            "ü" * 43,
            VERIFIER[:-1] + " ",
        ],
    )
    def test_a_verifier_that_does_not_fit_burns_the_code(self, rp: RelyingParty, verifier: str) -> None:
        code = rp.authorize().code
        rp.redeem(code, code_verifier=verifier).refused("invalid_grant")
        rp.redeem(code).refused("invalid_grant")

    def test_a_verifier_without_a_challenge_is_a_request_that_lost_it(self, world: PeopleWorld) -> None:
        legacy = world.party(LEGACY)
        code = legacy.authorize(code_challenge=None, code_challenge_method=None).code
        legacy.redeem(code).refused("invalid_grant")

    def test_a_legacy_client_that_used_pkce_is_held_to_it(self, world: PeopleWorld) -> None:
        legacy = world.party(LEGACY)
        assert legacy.redeem(legacy.authorize().code).access_token
        legacy.redeem(legacy.authorize().code, code_verifier="").refused("invalid_grant")

    @pytest.mark.parametrize("what", ["session", "account disabled", "account closed"])
    @pytest.mark.parametrize("scope", ["openid", "openid offline_access"])
    def test_who_is_gone_before_the_code_is_redeemed_gives_no_tokens(
        self, world: PeopleWorld, rp: RelyingParty, what: str, scope: str
    ) -> None:
        code = rp.authorize(scope=scope).code
        if what == "session":
            world.people.sessions.clear()
        elif what == "account disabled":
            world.people.accounts[PERSON.id] = replace(PERSON, disabled_at=NOW)
        else:
            world.people.accounts.clear()
        rp.redeem(code).refused("invalid_grant")
        assert world.grants.only.revoked_at == NOW

    def test_every_fault_of_a_code_is_told_in_the_same_words(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        used = rp.authorize().code
        rp.redeem(used)
        refusals = [
            rp.redeem("unknown"),
            rp.redeem(used),
            rp.redeem(rp.authorize().code, code_verifier="x" * 43),
            rp.redeem(rp.authorize().code, redirect_uri="x"),
            world.party(OTHER).redeem(rp.authorize().code),
        ]
        assert len({outcome.refused("invalid_grant").description for outcome in refusals}) == 1


class TestWhatComesOfIt:
    def test_the_id_token_says_what_the_specification_asks_for(self, rp: RelyingParty) -> None:
        tokens = rp.tokens()
        assert header_of(tokens.id_token) == {"alg": "RS256", "typ": "JWT", "kid": "server-RS256"}
        said = tokens.identity
        assert said.pop("at_hash")
        assert said == {
            "iss": ISSUER,
            "sub": PERSON.id,
            "aud": CONFIDENTIAL.id,
            "exp": NOW + 3600,
            "iat": NOW,
            "auth_time": SIGNED_IN_AT,
            "acr": "pwd",
            "amr": ["pwd"],
            "sid": SESSION,
            "nonce": NONCE,
        }

    def test_without_a_nonce_there_is_none(self, rp: RelyingParty) -> None:
        assert "nonce" not in rp.tokens(nonce=None).identity

    def test_the_access_token_opens_userinfo_alone_when_no_resource_was_asked_for(
        self, rp: RelyingParty
    ) -> None:
        said = rp.tokens(scope="openid email").access
        assert (said["aud"], said["scope"], said["exp"]) == (ISSUER, "openid email", NOW + 3600)

    def test_the_access_token_is_for_the_resources_of_its_scopes(self, rp: RelyingParty) -> None:
        tokens = rp.tokens(scope="openid webapi billing")
        assert tokens.access["aud"] == [BILLING.audience, "webapi"]
        assert tokens.body["expires_in"] == BILLING.lifetime

    def test_a_resource_narrows_the_access_token(self, rp: RelyingParty) -> None:
        code = rp.authorize(scope="openid webapi billing").code
        tokens = rp.redeem(code, resource=BILLING.audience)
        assert (tokens.access["aud"], tokens.access["scope"]) == (BILLING.audience, "openid billing")

    def test_a_resource_out_of_reach_is_an_invalid_target(self, rp: RelyingParty) -> None:
        rp.redeem(rp.authorize().code, resource="webapi").refused("invalid_target")

    @pytest.mark.parametrize(("most", "lifetime"), [(60, 60), (900, 900), (3600, 3600), (None, 3600)])
    def test_an_application_may_shorten_access_tokens(
        self, world: PeopleWorld, rp: RelyingParty, most: int | None, lifetime: int
    ) -> None:
        world.change(CONFIDENTIAL, access_token_lifetime=most)
        assert rp.tokens(scope="openid webapi").body["expires_in"] == lifetime
        world.change(CONFIDENTIAL, access_token_lifetime=3600)
        assert rp.tokens(scope="openid billing").body["expires_in"] == BILLING.lifetime

    def test_scopes_that_were_withdrawn_since_the_code_was_given_are_not_granted(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        code = rp.authorize(scope="openid email webapi").code
        world.change(CONFIDENTIAL, scopes=("openid", "email"))
        assert rp.redeem(code).body["scope"] == "openid email"

    def test_resources_that_fit_into_no_token_any_more_burn_the_code(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        code = rp.authorize(scope="openid webapi billing").code
        world.machine.resources = [*world.machine.resources[:1], replace(BILLING, algorithm="EdDSA"), OLD]
        rp.redeem(code).refused("invalid_scope")
        rp.redeem(code).refused("invalid_grant")

    @pytest.mark.parametrize(
        ("client", "scope", "given"),
        [
            (CONFIDENTIAL, "openid", False),
            (CONFIDENTIAL, "openid offline_access", True),
            (PUBLIC, "openid", True),
        ],
        ids=["confidential", "offline", "public"],
    )
    def test_refresh_tokens_are_for_offline_access_and_for_public_clients(
        self, world: PeopleWorld, client: Client, scope: str, *, given: bool
    ) -> None:
        assert ("refresh_token" in world.party(client).tokens(scope=scope).body) == given

    def test_the_id_token_holds_claims_about_the_person_only_when_asked_to(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        world.people.profiles[PERSON.id] = Profile(name="Ada", nickname="A", gender="x")
        assert "email" not in rp.tokens(scope="openid profile email").identity
        asked = rp.tokens(
            scope="openid", claims='{"id_token":{"nickname":null,"sub":null,"unknown":null}}'
        ).identity
        assert asked["nickname"] == "A"
        assert not {"name", "gender", "email", "unknown"} & asked.keys()

    def test_an_application_may_have_all_claims_in_its_id_tokens(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        world.people.profiles[PERSON.id] = Profile(name="Ada")
        world.change(CONFIDENTIAL, claims_in_id_token=True)
        said = rp.tokens(scope="openid email").identity
        assert (said["email"], said["email_verified"]) == (PERSON.email, True)
        assert "name" not in said

    def test_of_an_account_that_is_closed_at_this_very_moment_nothing_more_is_said(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        world.change(CONFIDENTIAL, claims_in_id_token=True)
        code = rp.authorize(scope="openid email").code
        world.people = Leaving(world.people.accounts, sessions=world.people.sessions)
        assert "email" not in rp.redeem(code).identity

    # joserfc warns of the name EdDSA, which RFC 9864 replaces by Ed25519; verifiers know the old one.
    @pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
    @pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
    def test_id_tokens_are_signed_as_the_application_wants(
        self, world: PeopleWorld, rp: RelyingParty, algorithm: Any
    ) -> None:
        world.change(CONFIDENTIAL, id_token_algorithm=algorithm)
        token = rp.tokens().id_token
        assert header_of(token)["alg"] == algorithm
        assert world.reader.read(token, "JWT") == claims_of(token)

    def test_a_scope_beside_the_code_changes_nothing(self, rp: RelyingParty) -> None:
        code = rp.authorize(scope="openid email").code
        assert rp.redeem(code, scope="openid  profile").body["scope"] == "openid email"
