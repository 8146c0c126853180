"""Userinfo: who bears a living token of a person reads what its scopes stand for (checklist U1)."""

from dataclasses import replace
from typing import Any

import pytest

from authserver.accounts.profile import Profile
from authserver.oidc.messages.machine import MachineRequest
from tests.oidc.people_world import CONFIDENTIAL, OTHER, PERSON, PeopleWorld, bearing
from tests.oidc.relying_party import RelyingParty
from tests.oidc.signing import claims_of, header_of, key_of, signed
from tests.oidc.world import ISSUER, NOW, Outcome, asked, form, post, request

EVERYTHING = "openid profile email address phone"


@pytest.fixture
def world() -> PeopleWorld:
    world = PeopleWorld()
    world.people.profiles[PERSON.id] = Profile(name="Ada", nickname="A", country="UK", phone_number="+441234")
    return world


@pytest.fixture
def rp(world: PeopleWorld) -> RelyingParty:
    return world.party()


def ask(world: PeopleWorld, request: MachineRequest) -> Outcome:
    return asked(world.userinfo, request)


def challenge(outcome: Outcome, error: str, status: int) -> str:
    """Check a refusal of RFC 6750 section 3 and return its challenge."""
    headers = dict(outcome.refused(error, status).wire.headers)
    return headers["WWW-Authenticate"]


class TestWhoMayAsk:
    def test_a_token_in_the_header_by_get(self, world: PeopleWorld, rp: RelyingParty) -> None:
        assert ask(world, bearing(rp.tokens().access_token)).body == {"sub": PERSON.id}

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
    def test_the_scheme_is_read_without_regard_to_case(
        self, world: PeopleWorld, rp: RelyingParty, scheme: str
    ) -> None:
        assert ask(world, bearing("", authorization=f"{scheme} {rp.tokens().access_token}")).answer

    def test_a_token_in_the_header_by_post_with_any_body(self, world: PeopleWorld, rp: RelyingParty) -> None:
        token = rp.tokens().access_token
        for content_type in ("", "application/json", "application/x-www-form-urlencoded"):
            assert ask(world, bearing(token, method="POST", content_type=content_type, body=b"a=b")).answer

    def test_a_token_in_the_form_of_a_post(self, world: PeopleWorld, rp: RelyingParty) -> None:
        assert ask(world, form({"access_token": rp.tokens().access_token})).body["sub"] == PERSON.id

    def test_a_head_request_is_one_by_get(self, world: PeopleWorld, rp: RelyingParty) -> None:
        assert ask(world, bearing(rp.tokens().access_token, method="HEAD")).answer

    def test_a_token_in_the_query_or_in_the_body_of_a_get_is_not_seen(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        token = rp.tokens().access_token
        for asking in (
            request(method="GET", query=f"access_token={token}"),
            form({"access_token": token}, method="GET"),
            form({"access_token": token}, content_type="text/plain"),
        ):
            assert challenge(ask(world, asking), "invalid_token", 401) == "Bearer"

    def test_two_tokens_at_once_are_refused(self, world: PeopleWorld, rp: RelyingParty) -> None:
        token = rp.tokens().access_token
        for asking in (
            form({"access_token": token}, authorization=f"Bearer {token}"),
            form([("access_token", token), ("access_token", token)]),
        ):
            assert "invalid_request" in challenge(ask(world, asking), "invalid_request", 400)

    @pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "Token x", "Bearerx"])
    def test_without_a_token_there_is_a_challenge_and_no_error_in_it(
        self, world: PeopleWorld, header: str
    ) -> None:
        assert challenge(ask(world, bearing("", authorization=header)), "invalid_token", 401) == "Bearer"

    @pytest.mark.parametrize("part", [{"oversized": True}, {"complete": False}])
    def test_a_form_of_which_only_a_part_was_read_is_refused(
        self, world: PeopleWorld, rp: RelyingParty, part: dict[str, bool]
    ) -> None:
        sent = form({"access_token": rp.tokens().access_token})._replace(**part)
        assert "too large" in challenge(ask(world, sent), "invalid_request", 400)

    @pytest.mark.parametrize("body", [b"access_token=\xff", b"access_token=%ff", b"a=b&" * 101])
    def test_a_form_that_can_not_be_read_is_refused(self, world: PeopleWorld, body: bytes) -> None:
        assert "invalid_request" in challenge(ask(world, request(body=body)), "invalid_request", 400)

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
    def test_other_methods_are_refused(self, world: PeopleWorld, method: str) -> None:
        refusal = ask(world, bearing("x", method=method)).refused("invalid_request", 405)
        assert refusal.wire.headers == (("Allow", "GET, HEAD, POST"),)


class TestWhichTokens:
    def test_a_token_that_is_made_out_to_an_api_serves_when_it_has_openid(self, rp: RelyingParty) -> None:
        assert rp.userinfo(rp.tokens(scope="openid webapi"))["sub"] == PERSON.id

    def test_a_token_in_the_identityserver_style_serves_as_well(self, rp: RelyingParty) -> None:
        assert rp.userinfo(rp.tokens(scope="openid old"))["sub"] == PERSON.id

    def test_a_token_without_openid_does_not(self, world: PeopleWorld, rp: RelyingParty) -> None:
        first = rp.tokens(scope="openid offline_access webapi")
        narrow = rp.refresh(first.refresh_token, scope="webapi")
        assert "insufficient_scope" in challenge(
            ask(world, bearing(narrow.access_token)), "insufficient_scope", 403
        )

    def test_a_machines_own_token_does_not(self, world: PeopleWorld) -> None:
        token = asked(world.token, post()).body["access_token"]
        challenge(ask(world, bearing(token)), "insufficient_scope", 403)

    @pytest.mark.parametrize("scope", [None, 1, {"openid": 1}, "", []])
    def test_a_token_whose_scope_is_no_scope_does_not(self, world: PeopleWorld, scope: object) -> None:
        claims = {"iss": ISSUER, "sub": PERSON.id, "exp": NOW + 60, "jti": "g.x", "scope": scope}
        token = world.keys.signer("ES256").sign("at+jwt", claims)
        challenge(ask(world, bearing(token)), "insufficient_scope", 403)

    @pytest.mark.parametrize(
        "changes", [{"jti": "x"}, {"jti": None}, {"jti": "unknown.x"}, {"sub": "somebody-else"}]
    )
    def test_a_token_that_stands_on_no_grant_of_its_person_does_not(
        self, world: PeopleWorld, rp: RelyingParty, changes: dict[str, Any]
    ) -> None:
        claims = rp.tokens().access | changes
        token = world.keys.signer("ES256").sign("at+jwt", claims)
        challenge(ask(world, bearing(token)), "invalid_token", 401)

    @pytest.mark.parametrize("kind", ["ID token", "refresh token", "forged", "text"])
    def test_what_is_no_access_token_of_this_server_does_not(
        self, world: PeopleWorld, rp: RelyingParty, kind: str
    ) -> None:
        tokens = rp.tokens(scope="openid offline_access")
        header = {"alg": "ES256", "typ": "at+jwt", "kid": "server-ES256"}
        text = {
            "ID token": tokens.id_token,
            "refresh token": tokens.refresh_token,
            "forged": signed(tokens.access, header, key_of("ES256", "stranger")),
            "text": "x",
        }[kind]
        said = challenge(ask(world, bearing(text)), "invalid_token", 401)
        assert said.startswith('Bearer error="invalid_token", error_description="')

    @pytest.mark.parametrize(
        "what", ["expired", "revoked", "grant", "account", "closed", "session", "application", "deleted"]
    )
    def test_a_token_is_dead_when_something_that_it_stands_on_is(
        self, world: PeopleWorld, rp: RelyingParty, what: str
    ) -> None:
        tokens = rp.tokens()
        assert rp.userinfo(tokens)
        if what == "expired":
            world.passes(3600)
        elif what == "revoked":
            rp.revoke(tokens.access_token)
        elif what == "grant":
            world.grants.revoke(world.grants.only.id, NOW)
        elif what == "account":
            world.people.accounts[PERSON.id] = replace(PERSON, disabled_at=NOW)
        elif what == "closed":
            world.people.accounts.clear()
        elif what == "session":
            world.people.sessions.clear()
        elif what == "application":
            world.change(CONFIDENTIAL, disabled_at=NOW)
        else:
            del world.machine.clients[CONFIDENTIAL.id]
        challenge(ask(world, bearing(tokens.access_token)), "invalid_token", 401)

    def test_offline_access_reads_on_when_the_session_ended(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        tokens = rp.tokens(scope="openid offline_access")
        world.people.sessions.clear()
        assert rp.userinfo(tokens) == {"sub": PERSON.id}


class TestWhatItSays:
    def test_scopes_stand_for_claims(self, rp: RelyingParty) -> None:
        assert rp.userinfo(rp.tokens(scope=EVERYTHING)).keys() == {
            "sub", "name", "nickname", "updated_at", "email", "email_verified", "address", "phone_number",
            "phone_number_verified",
        }  # fmt: skip
        assert rp.userinfo(rp.tokens(scope="openid email")).keys() == {"sub", "email", "email_verified"}

    def test_claims_come_by_name_and_only_where_they_were_asked_for(self, rp: RelyingParty) -> None:
        tokens = rp.tokens(claims='{"userinfo":{"nickname":null},"id_token":{"name":null}}')
        assert rp.userinfo(tokens) == {"sub": PERSON.id, "nickname": "A"}
        assert "nickname" not in tokens.identity

    def test_the_sub_can_not_be_asked_away(self, rp: RelyingParty) -> None:
        assert rp.userinfo(rp.tokens(claims='{"userinfo":{"sub":{"value":"x"}}}'))["sub"] == PERSON.id

    def test_it_is_as_the_account_is_now(self, world: PeopleWorld, rp: RelyingParty) -> None:
        tokens = rp.tokens(scope="openid email")
        world.people.accounts[PERSON.id] = replace(PERSON, email="new@example.org", email_proven_at=None)
        assert rp.userinfo(tokens)["email"] == "new@example.org"
        assert rp.userinfo(tokens)["email_verified"] is False

    def test_it_is_never_stored(self, world: PeopleWorld, rp: RelyingParty) -> None:
        for algorithm in ("", "ES256"):
            world.change(CONFIDENTIAL, userinfo_algorithm=algorithm)
            answer = ask(world, bearing(rp.tokens().access_token)).answer
            assert answer is not None
            assert ("Cache-Control", "no-store") in answer.headers

    @pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
    def test_it_is_signed_for_who_wants_it_so(
        self, world: PeopleWorld, rp: RelyingParty, algorithm: str
    ) -> None:
        world.change(CONFIDENTIAL, userinfo_algorithm=algorithm)
        answer = ask(world, bearing(rp.tokens(scope="openid email").access_token)).answer
        assert answer is not None
        assert ("Content-Type", "application/jwt") in answer.headers
        token = answer.body.decode()
        assert header_of(token)["alg"] == algorithm
        assert claims_of(token) == {
            "sub": PERSON.id,
            "email": PERSON.email,
            "email_verified": True,
            "iss": ISSUER,
            "aud": CONFIDENTIAL.id,
            "iat": NOW,
        }
        assert ask(world, bearing(world.party(OTHER).tokens().access_token)).body == {"sub": PERSON.id}
