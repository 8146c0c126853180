"""Refresh tokens: rotation, its grace, replay, and what they are bound to (checklist R1, R2, R4 to R6)."""

from dataclasses import replace

import pytest

from authserver.oidc.messages.grant import GRACE
from authserver.oidc.ports import Client
from tests.oidc.people_world import (
    BILLING,
    CONFIDENTIAL,
    NEW_KEY,
    OLD_KEY,
    OTHER,
    PERSON,
    PUBLIC,
    SIGNED_IN_AT,
    PeopleWorld,
)
from tests.oidc.relying_party import RelyingParty, Tokens
from tests.oidc.world import NOW, WEBAPI

OFFLINE = "openid offline_access"
DAY = 86_400


@pytest.fixture
def world() -> PeopleWorld:
    return PeopleWorld()


@pytest.fixture
def rp(world: PeopleWorld) -> RelyingParty:
    return world.party()


@pytest.fixture
def first(rp: RelyingParty) -> Tokens:
    return rp.tokens(scope=f"{OFFLINE} email webapi billing")


class TestRotation:
    def test_each_use_gives_another_token_and_new_tokens_of_the_other_kinds(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        world.passes(5)
        second = rp.refresh(first.refresh_token)
        assert second.body.keys() == first.body.keys()
        assert second.refresh_token != first.refresh_token
        assert second.access["jti"] != first.access["jti"]
        assert second.access["iat"] == NOW + 5

    def test_the_id_token_keeps_who_and_when_and_has_no_nonce(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        world.passes(600)
        said = rp.refresh(first.refresh_token).identity
        kept = ("iss", "sub", "aud", "auth_time", "acr", "amr", "sid")
        assert {name: said[name] for name in kept} == {name: first.identity[name] for name in kept}
        assert (said["iat"], said["auth_time"]) == (NOW + 600, SIGNED_IN_AT)
        assert "nonce" not in said

    def test_a_family_goes_on_for_many_generations(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        token, seen = first.refresh_token, {first.refresh_token}
        for _ in range(20):
            world.passes(60)
            token = rp.refresh(token).refresh_token
            seen.add(token)
        assert len(seen) == 21
        assert world.grants.only.generation == 20

    def test_no_refresh_token_is_kept_in_clear(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        second = rp.refresh(first.refresh_token).refresh_token
        kept = repr(world.grants.rows)
        assert not [token for token in (first.refresh_token, second) if token.split(".")[1] in kept]

    def test_the_secret_of_a_refresh_token_has_256_bits(self, first: Tokens) -> None:
        assert len(first.refresh_token.split(".")[1]) == 43

    def test_a_missing_refresh_token_is_an_invalid_request(self, rp: RelyingParty) -> None:
        rp.refresh("").refused("invalid_request")

    @pytest.mark.parametrize("token", ["x", "a.b", "ü", f"{'0' * 36}.{'A' * 43}", "x" * 5000])
    def test_what_has_not_the_form_of_one_is_refused(self, rp: RelyingParty, token: str) -> None:
        rp.refresh(token).refused("invalid_grant")

    def test_a_grant_without_refresh_tokens_is_refreshed_by_nothing(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        rp.tokens(scope="openid")
        plain = list(world.grants.rows)[-1]
        rp.refresh(f"{plain}.{first.refresh_token.split('.')[1]}").refused("invalid_grant")


class TestGrace:
    @pytest.mark.parametrize("seconds", [0, 1, GRACE])
    def test_whose_answer_was_lost_gets_the_very_same_successor(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens, seconds: int
    ) -> None:
        second = rp.refresh(first.refresh_token)
        world.passes(seconds)
        again = rp.refresh(first.refresh_token)
        assert again.refresh_token == second.refresh_token
        assert again.access["jti"] != second.access["jti"]
        assert world.grants.only.generation == 1
        assert rp.refresh(again.refresh_token).refresh_token
        assert world.trail.told == []

    def test_grace_is_no_longer_than_ten_seconds(self) -> None:
        assert GRACE <= 10

    def test_it_is_not_prolonged_by_being_used(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        rp.refresh(first.refresh_token)
        world.passes(GRACE)
        rp.refresh(first.refresh_token)
        world.passes(1)
        rp.refresh(first.refresh_token).refused("invalid_grant")

    def test_it_ends_when_the_successor_is_used(self, rp: RelyingParty, first: Tokens) -> None:
        second = rp.refresh(first.refresh_token)
        third = rp.refresh(second.refresh_token)
        rp.refresh(first.refresh_token).refused("invalid_grant")
        rp.refresh(third.refresh_token).refused("invalid_grant")

    def test_it_is_for_nobody_whose_family_expired_meanwhile(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        world.change(CONFIDENTIAL, refresh_token_idle=5)
        rp.refresh(first.refresh_token)
        world.passes(5)
        rp.refresh(first.refresh_token).refused("invalid_grant")

    def test_it_may_still_narrow_the_access_token(self, rp: RelyingParty, first: Tokens) -> None:
        rp.refresh(first.refresh_token)
        assert rp.refresh(first.refresh_token, scope="openid").access["scope"] == "openid"
        rp.refresh(first.refresh_token, scope="openid profile").refused("invalid_scope")


class TestReplay:
    def test_a_replaced_token_ends_the_family_with_its_access_tokens(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        second = rp.refresh(first.refresh_token)
        world.passes(GRACE + 1)
        rp.refresh(first.refresh_token).refused("invalid_grant")
        rp.refresh(second.refresh_token).refused("invalid_grant")
        assert rp.introspect(first.access_token) == rp.introspect(second.access_token) == {"active": False}
        assert world.trail.told == [("refresh_token", world.grants.only.id, "192.0.2.7", "request-1")]

    @pytest.mark.parametrize("age", [2, 3, 10])
    def test_a_token_from_long_ago_is_known_again(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens, age: int
    ) -> None:
        token = first.refresh_token
        for _ in range(age):
            token = rp.refresh(token).refresh_token
        rp.refresh(first.refresh_token).refused("invalid_grant")
        rp.refresh(token).refused("invalid_grant")
        assert len(world.trail.told) == 1

    def test_a_replay_is_told_once(self, world: PeopleWorld, rp: RelyingParty, first: Tokens) -> None:
        rp.refresh(rp.refresh(first.refresh_token).refresh_token)
        for _ in range(3):
            rp.refresh(first.refresh_token).refused("invalid_grant")
        assert len(world.trail.told) == 1

    def test_a_made_up_token_of_a_known_grant_ends_nothing(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        second = rp.refresh(first.refresh_token)
        rp.refresh(f"{world.grants.only.id}.{'A' * 43}").refused("invalid_grant")
        assert rp.refresh(second.refresh_token).refresh_token
        assert world.trail.told == []

    def test_the_successor_of_a_token_that_was_never_given_out_is_made_up(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        rp.refresh(f"{world.grants.only.id}.{'B' * 43}").refused("invalid_grant")
        assert rp.refresh(first.refresh_token).refresh_token


class TestTheMasterKeyChanges:
    @pytest.fixture
    def world(self) -> PeopleWorld:
        return PeopleWorld(successor_keys=(OLD_KEY,))

    def test_families_go_on(self, world: PeopleWorld, rp: RelyingParty, first: Tokens) -> None:
        second = rp.refresh(first.refresh_token)
        world.successor_keys = (NEW_KEY, OLD_KEY)
        third = rp.refresh(second.refresh_token)
        world.successor_keys = (NEW_KEY,)
        assert rp.refresh(third.refresh_token).refresh_token

    def test_grace_holds_across_the_change(self, world: PeopleWorld, rp: RelyingParty, first: Tokens) -> None:
        second = rp.refresh(first.refresh_token)
        world.successor_keys = (NEW_KEY, OLD_KEY)
        assert rp.refresh(first.refresh_token).refresh_token == second.refresh_token

    def test_without_the_old_key_grace_ends_and_nobody_is_accused(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        second = rp.refresh(first.refresh_token)
        world.successor_keys = (NEW_KEY,)
        rp.refresh(first.refresh_token).refused("invalid_grant")
        assert world.trail.told == []
        assert rp.refresh(second.refresh_token).refresh_token

    @pytest.mark.parametrize("with_old_key", [1, 2])
    def test_a_token_that_was_replaced_with_the_old_key_is_known_again(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens, with_old_key: int
    ) -> None:
        token = first.refresh_token
        for _ in range(with_old_key):
            token = rp.refresh(token).refresh_token
        world.successor_keys = (NEW_KEY, OLD_KEY)
        world.passes(GRACE + 1)
        rp.refresh(first.refresh_token).refused("invalid_grant")
        rp.refresh(token).refused("invalid_grant")
        assert len(world.trail.told) == 1

    def test_a_token_that_was_replaced_with_the_new_key_is_known_again(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        second = rp.refresh(first.refresh_token)
        world.successor_keys = (NEW_KEY, OLD_KEY)
        rp.refresh(second.refresh_token)
        world.passes(GRACE + 1)
        rp.refresh(second.refresh_token).refused("invalid_grant")
        assert len(world.trail.told) == 1

    def test_a_token_of_before_the_change_is_refused_and_no_longer_told_from_a_made_up_one(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        # A chain is followed with one key at a time: with both, a made-up token would cost its square.
        second = rp.refresh(first.refresh_token)
        world.successor_keys = (NEW_KEY, OLD_KEY)
        third = rp.refresh(second.refresh_token)
        rp.refresh(first.refresh_token).refused("invalid_grant")
        assert rp.refresh(third.refresh_token).refresh_token


class TestBoundToItsClient:
    @pytest.mark.parametrize("other", [OTHER, PUBLIC], ids=["confidential", "public"])
    def test_another_client_gets_nothing_and_ends_nothing(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens, other: Client
    ) -> None:
        stranger = world.party(other)
        stranger.refresh(first.refresh_token).refused("invalid_grant")
        second = rp.refresh(first.refresh_token)
        world.passes(GRACE + 1)
        stranger.refresh(first.refresh_token).refused("invalid_grant")
        stranger.refresh(second.refresh_token, scope="openid").refused("invalid_grant")
        assert rp.refresh(second.refresh_token).refresh_token
        assert world.trail.told == []


class TestScopes:
    def test_a_narrower_scope_narrows_this_access_token_and_not_the_family(
        self, rp: RelyingParty, first: Tokens
    ) -> None:
        second = rp.refresh(first.refresh_token, scope="openid webapi")
        assert (second.access["scope"], second.access["aud"]) == ("openid webapi", "webapi")
        third = rp.refresh(second.refresh_token)
        assert (third.access["scope"], third.access["aud"]) == (first.access["scope"], first.access["aud"])

    def test_all_that_was_granted_may_be_named(self, rp: RelyingParty, first: Tokens) -> None:
        again = rp.refresh(first.refresh_token, scope=first.body["scope"])
        assert again.access["scope"] == first.access["scope"]

    def test_without_openid_there_is_no_id_token(self, rp: RelyingParty, first: Tokens) -> None:
        assert "id_token" not in rp.refresh(first.refresh_token, scope="webapi").body

    @pytest.mark.parametrize("scope", ["openid profile", "webapi.read", "unknown", "old"])
    def test_a_scope_that_was_not_granted_is_refused_and_uses_nothing_up(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens, scope: str
    ) -> None:
        rp.refresh(first.refresh_token, scope=scope).refused("invalid_scope")
        assert world.grants.only.generation == 0
        assert rp.refresh(first.refresh_token).refresh_token

    def test_a_resource_narrows_the_audience(self, rp: RelyingParty, first: Tokens) -> None:
        tokens = rp.refresh(first.refresh_token, resource=BILLING.audience)
        assert tokens.access["aud"] == BILLING.audience
        assert "webapi" not in tokens.access["scope"]

    def test_a_resource_out_of_reach_is_refused_and_uses_nothing_up(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        rp.refresh(first.refresh_token, resource="old").refused("invalid_target")
        assert world.grants.only.generation == 0

    def test_resources_that_fit_into_no_token_any_more_use_nothing_up(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        world.machine.resources = [WEBAPI, replace(BILLING, algorithm="EdDSA")]
        rp.refresh(first.refresh_token).refused("invalid_scope")
        world.passes(GRACE + 1)
        assert rp.refresh(first.refresh_token, scope="openid webapi").refresh_token

    def test_a_wish_beside_an_unknown_token_says_nothing_of_it(self, rp: RelyingParty, first: Tokens) -> None:
        made_up = f"{first.refresh_token.split('.')[0]}.{'A' * 43}"
        for token in (made_up, f"{'0' * 8}-0000-0000-0000-{'0' * 12}.{'A' * 43}"):
            rp.refresh(token, scope="unknown").refused("invalid_grant")

    def test_scopes_that_were_withdrawn_disappear_and_come_back(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        world.change(CONFIDENTIAL, scopes=("openid", "offline_access", "webapi"))
        second = rp.refresh(first.refresh_token)
        assert second.body["scope"] == "openid offline_access webapi"
        assert second.access["aud"] == "webapi"
        world.change(CONFIDENTIAL, scopes=CONFIDENTIAL.scopes)
        assert rp.refresh(second.refresh_token).body["scope"] == first.body["scope"]

    def test_when_all_was_withdrawn_there_is_nothing_to_give(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        world.change(CONFIDENTIAL, scopes=())
        rp.refresh(first.refresh_token).refused("invalid_scope")
        world.change(CONFIDENTIAL, scopes=CONFIDENTIAL.scopes)
        assert rp.refresh(first.refresh_token).refresh_token

    def test_claims_are_those_of_the_moment(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        world.change(CONFIDENTIAL, claims_in_id_token=True)
        world.people.accounts[PERSON.id] = replace(PERSON, email="new@example.org")
        assert rp.refresh(first.refresh_token).identity["email"] == "new@example.org"
