"""What ends a family of refresh tokens (checklist R7, R8)."""

from dataclasses import replace

import pytest

from tests.oidc.people_world import (
    CONFIDENTIAL,
    PERSON,
    PUBLIC,
    SESSION,
    PeopleWorld,
)
from tests.oidc.relying_party import RelyingParty, Tokens
from tests.oidc.world import ISSUER, NOW

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


class TestItsEnd:
    def test_it_ends_when_it_is_not_used(self, world: PeopleWorld, rp: RelyingParty, first: Tokens) -> None:
        world.passes(15 * DAY - 1)
        second = rp.refresh(first.refresh_token)
        world.passes(15 * DAY)
        rp.refresh(second.refresh_token).refused("invalid_grant")

    def test_its_use_does_not_prolong_it_for_ever(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        token = first.refresh_token
        for _ in range(29):
            world.passes(DAY)
            token = rp.refresh(token).refresh_token
        assert world.grants.only.expires_at == NOW + 30 * DAY
        world.passes(DAY)
        rp.refresh(token).refused("invalid_grant")

    def test_an_expired_token_accuses_nobody(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        rp.refresh(first.refresh_token)
        world.passes(31 * DAY)
        rp.refresh(first.refresh_token).refused("invalid_grant")
        assert world.trail.told == []

    def test_an_application_may_have_lifetimes_of_its_own(self, world: PeopleWorld, rp: RelyingParty) -> None:
        world.change(CONFIDENTIAL, refresh_token_lifetime=1000, refresh_token_idle=100)
        rp.tokens(scope=OFFLINE)
        assert (world.grants.only.expires_at, world.grants.only.idle_until) == (NOW + 1000, NOW + 100)

    def test_a_public_client_renews_as_long_as_the_session_lives(self, world: PeopleWorld) -> None:
        app = world.party(PUBLIC)
        first = app.tokens(scope="openid")
        second = app.refresh(first.refresh_token)
        world.people.sessions.discard(SESSION)
        app.refresh(second.refresh_token).refused("invalid_grant")
        assert world.grants.only.revoked_at == NOW

    def test_offline_access_outlives_the_session(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        world.people.sessions.clear()
        assert rp.refresh(first.refresh_token).identity["iss"] == ISSUER

    def test_offline_access_that_the_application_may_ask_for_no_more_ends_with_the_session(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        tokens = rp.tokens(scope=OFFLINE)
        world.change(CONFIDENTIAL, scopes=("openid",))
        after = rp.refresh(tokens.refresh_token)
        world.people.sessions.clear()
        rp.refresh(after.refresh_token).refused("invalid_grant")

    @pytest.mark.parametrize("gone", ["disabled", "closed"])
    def test_an_account_that_is_gone_ends_offline_access_too(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens, gone: str
    ) -> None:
        del world.people.accounts[PERSON.id]
        if gone == "disabled":
            world.people.accounts[PERSON.id] = replace(PERSON, disabled_at=NOW)
        rp.refresh(first.refresh_token).refused("invalid_grant")
        world.people.accounts[PERSON.id] = PERSON
        rp.refresh(first.refresh_token).refused("invalid_grant")

    def test_a_disabled_application_gets_nothing(
        self, world: PeopleWorld, rp: RelyingParty, first: Tokens
    ) -> None:
        world.change(CONFIDENTIAL, disabled_at=NOW)
        rp.refresh(first.refresh_token).refused("invalid_client", 401)
