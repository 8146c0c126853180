"""Introspection and revocation: whose business a token is, and what a client gives back (U2, R9)."""

from dataclasses import replace

import pytest

from authserver.oidc.messages.grant import GRACE
from authserver.oidc.ports import Client
from tests.oidc.people_world import (
    API,
    BILLING,
    CONFIDENTIAL,
    NEW_KEY,
    OLD_KEY,
    OTHER,
    PERSON,
    PUBLIC,
    SESSION,
    PeopleWorld,
)
from tests.oidc.relying_party import RelyingParty, Tokens
from tests.oidc.world import CLIENT, ISSUER, NOW, asked, form, post, request

INACTIVE = {"active": False}
SCOPE = "openid offline_access webapi"


@pytest.fixture
def world() -> PeopleWorld:
    return PeopleWorld()


@pytest.fixture
def rp(world: PeopleWorld) -> RelyingParty:
    return world.party()


@pytest.fixture
def tokens(rp: RelyingParty) -> Tokens:
    return rp.tokens(scope=SCOPE)


def machines_token(world: PeopleWorld) -> str:
    return str(asked(world.token, post()).body["access_token"])


class TestWhoMayAsk:
    def test_an_api_is_told_of_tokens_that_are_made_out_to_it(
        self, world: PeopleWorld, tokens: Tokens
    ) -> None:
        said = world.party(API).introspect(tokens.access_token)
        assert said == tokens.access | {"active": True, "token_type": "Bearer", "scope": SCOPE}

    def test_also_when_it_is_one_of_several(self, world: PeopleWorld, rp: RelyingParty) -> None:
        both = rp.tokens(scope="openid webapi billing").access_token
        assert world.party(API).introspect(both)["aud"] == [BILLING.audience, "webapi"]

    @pytest.mark.parametrize("scope", ["openid", "openid billing", "openid old"])
    def test_it_is_told_nothing_of_others(self, world: PeopleWorld, rp: RelyingParty, scope: str) -> None:
        assert world.party(API).introspect(rp.tokens(scope=scope).access_token) == INACTIVE

    def test_an_api_is_told_nothing_of_refresh_tokens(self, world: PeopleWorld, tokens: Tokens) -> None:
        assert world.party(API).introspect(tokens.refresh_token) == INACTIVE

    def test_a_client_is_told_of_its_own_tokens(
        self, world: PeopleWorld, rp: RelyingParty, tokens: Tokens
    ) -> None:
        assert rp.introspect(tokens.access_token)["sub"] == PERSON.id
        token = machines_token(world)
        assert world.party(CLIENT).introspect(token)["client_id"] == CLIENT.id
        assert world.party(API).introspect(token)["org_id"] == CLIENT.organization_id

    @pytest.mark.parametrize("stranger", [OTHER, CLIENT], ids=["application", "API client"])
    def test_another_client_is_told_nothing(
        self, world: PeopleWorld, tokens: Tokens, stranger: Client
    ) -> None:
        assert world.party(stranger).introspect(tokens.access_token) == INACTIVE
        assert world.party(stranger).introspect(tokens.refresh_token) == INACTIVE

    def test_who_can_keep_no_secret_is_told_nothing(self, world: PeopleWorld) -> None:
        app = world.party(PUBLIC)
        token = app.tokens().access_token
        app.ask(world.introspection, token=token).refused("invalid_client", 401)

    def test_who_does_not_authenticate_is_told_nothing(self, world: PeopleWorld, tokens: Tokens) -> None:
        asked(world.introspection, form({"token": tokens.access_token})).refused("invalid_client", 401)
        wrong = form({"token": tokens.access_token, "client_id": "webapi", "client_secret": "wrong"})
        asked(world.introspection, wrong).refused("invalid_client", 401)

    @pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS"])
    def test_only_post_is_taken(self, world: PeopleWorld, method: str) -> None:
        asked(world.introspection, request(method=method)).refused("invalid_request", 405)
        asked(world.revocation, request(method=method)).refused("invalid_request", 405)

    def test_a_missing_token_is_an_invalid_request(self, world: PeopleWorld) -> None:
        for endpoint in (world.introspection, world.revocation):
            world.party().ask(endpoint, token="").refused("invalid_request")


class TestWhatIsSaid:
    def test_the_scope_is_a_text_whatever_the_tokens_own_style(self, rp: RelyingParty) -> None:
        assert rp.introspect(rp.tokens(scope="openid old").access_token)["scope"] == "openid old"

    @pytest.mark.parametrize("scope", [None, []])
    def test_a_token_without_scopes_has_an_empty_one(self, world: PeopleWorld, scope: object) -> None:
        said = {
            "iss": ISSUER,
            "aud": "webapi",
            "exp": NOW + 9,
            "client_id": CLIENT.id,
            "jti": "x",
            "scope": scope,
        }
        assert world.party(API).introspect(world.keys.signer("ES256").sign("at+jwt", said))["scope"] == ""

    def test_a_refresh_token_is_told_to_who_holds_it(
        self, world: PeopleWorld, rp: RelyingParty, tokens: Tokens
    ) -> None:
        usual = {
            "active": True,
            "scope": SCOPE,
            "client_id": CONFIDENTIAL.id,
            "sub": PERSON.id,
            "sid": SESSION,
            "iat": NOW,
            "exp": NOW + 15 * 86_400,
            "token_type": "refresh_token",
        }
        assert rp.introspect(tokens.refresh_token) == usual
        world.passes(100)
        later = {"iat": NOW + 100, "exp": NOW + 100 + 15 * 86_400}
        assert rp.introspect(rp.refresh(tokens.refresh_token).refresh_token) == usual | later

    def test_a_refresh_token_that_was_replaced_is_not_active(self, rp: RelyingParty, tokens: Tokens) -> None:
        rp.refresh(tokens.refresh_token)
        assert rp.introspect(tokens.refresh_token) == INACTIVE

    @pytest.mark.parametrize("text", ["x", "a.b.c", "ü", f"{'0' * 8}-0000-0000-0000-{'0' * 12}.{'A' * 43}"])
    def test_what_is_no_token_is_not_active(self, rp: RelyingParty, text: str) -> None:
        assert rp.introspect(text) == INACTIVE

    def test_an_id_token_is_not_active(self, rp: RelyingParty, tokens: Tokens) -> None:
        assert rp.introspect(tokens.id_token) == INACTIVE

    def test_what_is_said_is_never_stored(self, world: PeopleWorld, rp: RelyingParty, tokens: Tokens) -> None:
        for text in (tokens.access_token, "x"):
            answer = rp.ask(world.introspection, token=text).answer
            assert answer is not None
            assert ("Cache-Control", "no-store") in answer.headers

    @pytest.mark.parametrize("what", ["expired", "grant", "account", "application"])
    def test_a_token_is_dead_when_something_that_it_stands_on_is(
        self, world: PeopleWorld, tokens: Tokens, what: str
    ) -> None:
        api = world.party(API)
        assert api.introspect(tokens.access_token)["active"] is True
        if what == "expired":
            world.passes(3600)
        elif what == "account":
            world.people.accounts[PERSON.id] = replace(PERSON, disabled_at=NOW)
        elif what == "application":
            world.change(CONFIDENTIAL, disabled_at=NOW)
        else:
            world.grants.revoke(world.grants.only.id, NOW)
        assert api.introspect(tokens.access_token) == INACTIVE

    def test_refresh_tokens_end_with_their_time(
        self, world: PeopleWorld, rp: RelyingParty, tokens: Tokens
    ) -> None:
        world.passes(15 * 86_400)
        assert rp.introspect(tokens.refresh_token) == INACTIVE

    @pytest.mark.parametrize("gone", ["disabled", "deleted"])
    def test_a_machines_token_dies_with_its_client(self, world: PeopleWorld, gone: str) -> None:
        token = machines_token(world)
        if gone == "disabled":
            world.change(CLIENT, active=False)
        else:
            del world.machine.clients[CLIENT.id]
        assert world.party(API).introspect(token) == INACTIVE


class TestRevocation:
    def test_a_refresh_token_takes_its_family_along(self, rp: RelyingParty, tokens: Tokens) -> None:
        renewed = rp.refresh(tokens.refresh_token)
        answer = rp.revoke(renewed.refresh_token).answer
        assert answer is not None
        assert (answer.status, answer.body) == (200, b"")
        rp.refresh(renewed.refresh_token).refused("invalid_grant")
        for access_token in (tokens.access_token, renewed.access_token):
            assert rp.introspect(access_token) == INACTIVE

    def test_so_does_one_that_was_replaced(
        self, world: PeopleWorld, rp: RelyingParty, tokens: Tokens
    ) -> None:
        renewed = rp.refresh(tokens.refresh_token)
        world.passes(GRACE + 1)
        rp.revoke(tokens.refresh_token)
        rp.refresh(renewed.refresh_token).refused("invalid_grant")
        assert world.trail.told == []

    def test_also_one_that_was_replaced_before_the_master_key_changed(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        world.successor_keys = (OLD_KEY,)
        tokens = rp.tokens(scope=SCOPE)
        renewed = rp.refresh(tokens.refresh_token)
        world.successor_keys = (NEW_KEY, OLD_KEY)
        rp.revoke(tokens.refresh_token)
        rp.refresh(renewed.refresh_token).refused("invalid_grant")

    def test_an_access_token_goes_alone(self, rp: RelyingParty, tokens: Tokens) -> None:
        rp.revoke(tokens.access_token)
        assert rp.introspect(tokens.access_token) == INACTIVE
        renewed = rp.refresh(tokens.refresh_token)
        assert rp.introspect(renewed.access_token)["active"] is True

    def test_a_machine_gives_its_own_token_back(self, world: PeopleWorld) -> None:
        token = machines_token(world)
        world.party(CLIENT).revoke(token)
        assert world.party(API).introspect(token) == INACTIVE
        assert list(world.revoked.entered.values()) == [NOW + 3600]

    def test_who_gave_back_too_many_is_told_when_the_next_may_come(
        self, world: PeopleWorld, rp: RelyingParty, tokens: Tokens
    ) -> None:
        machine = world.party(CLIENT)
        token = machines_token(world)
        world.limits.wait = 1800
        for party, one in ((machine, token), (rp, tokens.access_token)):
            refusal = party.revoke(one).refused("temporarily_unavailable", 429)
            assert refusal.wire.headers == (("Retry-After", "1800"),)
            # It was told that the token lives on, and so it does.
            assert world.party(API).introspect(one)["active"] is True
        assert world.limits.counted == [
            ("machine", CLIENT.id, CLIENT.organization_id),
            ("person", rp.client_id, PERSON.id),
        ]
        assert world.revoked.told == {}
        # What ends everything is never refused.
        assert rp.revoke(tokens.refresh_token).answer

    def test_what_ends_nothing_is_not_counted(
        self, world: PeopleWorld, rp: RelyingParty, tokens: Tokens
    ) -> None:
        for text in ("x", tokens.access_token, machines_token(world)):
            world.party(OTHER).revoke(text)
        assert world.limits.counted == []
        for _ in range(3):
            rp.revoke(tokens.access_token)
        assert len(world.limits.counted) == 1

    def test_a_public_client_gives_its_tokens_back(self, world: PeopleWorld) -> None:
        app = world.party(PUBLIC)
        tokens = app.tokens()
        assert app.revoke(tokens.refresh_token).answer
        app.refresh(tokens.refresh_token).refused("invalid_grant")

    def test_the_hint_of_its_kind_changes_nothing(
        self, world: PeopleWorld, rp: RelyingParty, tokens: Tokens
    ) -> None:
        rp.ask(world.revocation, token=tokens.refresh_token, token_type_hint="access_token")
        rp.refresh(tokens.refresh_token).refused("invalid_grant")

    def test_a_token_of_another_client_is_answered_the_same_and_lives_on(
        self, world: PeopleWorld, rp: RelyingParty, tokens: Tokens
    ) -> None:
        stranger = world.party(OTHER)
        answers = {stranger.revoke(text).answer for text in (tokens.access_token, tokens.refresh_token, "x")}
        assert answers == {rp.revoke("x").answer}
        assert rp.introspect(tokens.access_token)["active"] is True
        assert rp.introspect(tokens.refresh_token)["active"] is True

    @pytest.mark.parametrize("text", ["x", "a.b.c", f"{'0' * 8}-0000-0000-0000-{'0' * 12}.{'A' * 43}"])
    def test_garbage_is_answered_with_200_and_changes_nothing(
        self, world: PeopleWorld, rp: RelyingParty, tokens: Tokens, text: str
    ) -> None:
        assert rp.revoke(text).answer
        assert world.revoked.entered == {}
        assert rp.introspect(tokens.refresh_token)["active"] is True

    def test_a_made_up_token_of_a_known_grant_changes_nothing(
        self, world: PeopleWorld, rp: RelyingParty, tokens: Tokens
    ) -> None:
        rp.revoke(f"{world.grants.only.id}.{'A' * 43}")
        assert rp.refresh(tokens.refresh_token).refresh_token

    def test_who_does_not_authenticate_revokes_nothing(
        self, world: PeopleWorld, rp: RelyingParty, tokens: Tokens
    ) -> None:
        wrong = form({"token": tokens.refresh_token, "client_id": CONFIDENTIAL.id})
        asked(world.revocation, wrong).refused("invalid_client", 401)
        assert rp.introspect(tokens.refresh_token)["active"] is True
