"""What tokens say: hashes, styles of claims, the chain of refresh tokens, and the claims of a person."""

import base64
import hashlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.accounts.profile import TEXTS, Profile
from authserver.oidc.tokens.access_token import grant_id_of
from authserver.oidc.tokens.id_token import left_half
from authserver.oidc.tokens.organization_claims import CLAIMS
from authserver.oidc.tokens.person_claims import OF_SCOPE, SUPPORTED, chosen, of_person
from authserver.oidc.tokens.refresh_token import LONGEST_CHAIN, RefreshToken, first, parse
from tests.oidc.people_world import CONFIDENTIAL, PERSON, SESSION, SIGNED_IN_AT, PeopleWorld
from tests.oidc.world import ISSUER, NOW

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
GRANT = "0b7c1d7e-51f5-4a34-8f0a-a2f7f7d4a00f"
FULL = Profile(
    name="Ada Lovelace",
    given_name="Ada",
    middle_name="King",
    family_name="Lovelace",
    nickname="Countess",
    preferred_username="ada",
    profile="https://ada.example/",
    picture="https://ada.example/me.jpg",
    website="https://ada.example/site",
    gender="female",
    birthdate="1815-12-10",
    zoneinfo="Europe/London",
    locale="en-GB",
    phone_number="+441234567",
    street_address="12 St James's Square",
    locality="London",
    region="London",
    postal_code="SW1Y 4JH",
    country="United Kingdom",
    updated_at=NOW,
)


@pytest.fixture
def world() -> PeopleWorld:
    return PeopleWorld()


class TestHashes:
    @pytest.mark.parametrize(
        ("algorithm", "function", "length"),
        [("ES256", hashlib.sha256, 22), ("RS256", hashlib.sha256, 22), ("EdDSA", hashlib.sha512, 43)],
    )
    def test_a_hash_is_the_left_half_of_what_the_algorithm_hashes_with(
        self, algorithm: Any, function: Any, length: int
    ) -> None:
        whole = function(b"text").digest()
        expected = base64.urlsafe_b64encode(whole[: len(whole) // 2]).rstrip(b"=").decode()
        assert left_half("text", algorithm) == expected
        assert len(expected) == length

    def test_the_example_of_the_specification(self) -> None:
        # OpenID Connect Core appendix A.3: the access token and its at_hash.
        assert left_half("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "RS256") == "77QmUPtjPfzWtF2AnpK9RQ"

    @pytest.mark.parametrize("algorithm", ["ES256", "RS256", "EdDSA"])
    def test_at_hash_is_of_the_access_token_beside_it(self, world: PeopleWorld, algorithm: Any) -> None:
        world.change(CONFIDENTIAL, id_token_algorithm=algorithm)
        rp = world.party()
        tokens = rp.tokens(scope="openid offline_access")
        for each in (tokens, rp.refresh(tokens.refresh_token)):
            assert each.identity["at_hash"] == left_half(each.access_token, algorithm)


class TestAccessTokens:
    def test_a_persons_token_says_how_and_when_the_person_signed_in(self, world: PeopleWorld) -> None:
        said = world.party().tokens(scope="openid webapi").access
        assert said.pop("jti").startswith(f"{world.grants.only.id}.")
        assert said == {
            "iss": ISSUER,
            "sub": PERSON.id,
            "aud": "webapi",
            "client_id": CONFIDENTIAL.id,
            "scope": "openid webapi",
            "iat": NOW,
            "nbf": NOW,
            "exp": NOW + 3600,
            "auth_time": SIGNED_IN_AT,
            "acr": "pwd",
            "amr": ["pwd"],
            "sid": SESSION,
        }

    def test_the_identityserver_style_has_arrays_a_sub_for_people_and_an_idp(
        self, world: PeopleWorld
    ) -> None:
        said = world.party().tokens(scope="openid old").access
        assert (said["scope"], said["amr"], said["idp"]) == (["openid", "old"], ["pwd"], "local")
        assert (said["sub"], said["aud"], said["exp"]) == (PERSON.id, "old", NOW + 600)

    @pytest.mark.parametrize("jti", ["x", "", None, 1, ["a.b"]])
    def test_a_machines_token_names_no_grant(self, jti: object) -> None:
        assert grant_id_of(jti) == ""

    def test_a_persons_token_names_its_grant(self) -> None:
        assert grant_id_of(f"{GRANT}.x") == GRANT


class TestRefreshTokens:
    def test_a_token_is_read_as_it_was_written(self) -> None:
        token = first(GRANT)
        assert parse(str(token)) == token
        assert len(token.secret) == 43

    @pytest.mark.parametrize(
        "text",
        ["", "x", f"{GRANT}.", f"{GRANT}.{'A' * 42}", f"{GRANT}.{'A' * 44}", f"{GRANT.upper()}.{'A' * 43}",
         f"{GRANT}{'A' * 43}", f" {GRANT}.{'A' * 43}", f"{GRANT}.{'A' * 43}\n", f"{GRANT}.{'A' * 42}+"],
    )  # fmt: skip
    def test_everything_else_is_none(self, text: str) -> None:
        assert parse(text) is None

    @given(text=st.text())
    def test_no_text_makes_parsing_fail(self, text: str) -> None:
        token = parse(text)
        assert token is None or str(token) == text

    def test_a_predecessor_always_has_the_same_successor_and_each_key_another(self) -> None:
        token = first(GRANT)
        assert token.successor(KEY) == token.successor(KEY)
        assert parse(str(token.successor(KEY))) == token.successor(KEY)
        assert len({token.secret, token.successor(KEY).secret, token.successor(OTHER_KEY).secret}) == 3

    def test_a_chain_is_followed_as_far_as_it_can_be(self) -> None:
        token = first(GRANT)
        third = token.successor(KEY).successor(KEY).successor(KEY)
        assert [token.leads_to(third.digest, steps, KEY) for steps in (0, 2, 3, 50)] == [
            False,
            False,
            True,
            True,
        ]
        assert not token.leads_to(third.digest, 3, OTHER_KEY)
        assert not third.leads_to(token.digest, 3, KEY)
        assert not token.leads_to(None, 3, KEY)

    def test_nobody_is_made_to_follow_a_chain_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert LONGEST_CHAIN <= 100_000
        monkeypatch.setattr("authserver.oidc.tokens.refresh_token.LONGEST_CHAIN", 2)
        token = first(GRANT)
        third = token.successor(KEY).successor(KEY).successor(KEY)
        assert not token.leads_to(third.digest, 10**12, KEY)

    def test_what_is_kept_is_a_hash(self) -> None:
        token = RefreshToken(GRANT, "A" * 43)
        assert token.digest == hashlib.sha256(b"A" * 43).digest()


class TestClaimsOfAPerson:
    def test_an_account_that_says_everything_has_every_claim_typed_as_specified(self) -> None:
        said = of_person(PERSON, FULL)
        assert said.keys() == set(SUPPORTED) - {"sub"} - CLAIMS
        assert said["address"] == {
            "street_address": "12 St James's Square",
            "locality": "London",
            "region": "London",
            "postal_code": "SW1Y 4JH",
            "country": "United Kingdom",
        }
        assert (said["email"], said["email_verified"]) == (PERSON.email, True)
        assert (said["phone_number"], said["phone_number_verified"]) == ("+441234567", False)
        assert type(said["updated_at"]) is int

    def test_an_account_that_says_nothing_has_no_empty_claim(self) -> None:
        assert of_person(PERSON, Profile()) == {
            "updated_at": PERSON.created_at,
            "email": PERSON.email,
            "email_verified": True,
        }

    def test_an_address_that_nobody_proved_is_not_verified(self) -> None:
        assert of_person(replace(PERSON, email_proven_at=None), Profile())["email_verified"] is False

    @given(profile=st.builds(Profile, **dict.fromkeys(TEXTS, st.sampled_from(["", "x"]))))
    def test_nothing_is_ever_empty_or_null(self, profile: Profile) -> None:
        said = of_person(PERSON, profile)
        assert all(value or value is False for value in said.values())
        assert all(said.get("address", {"none": "x"}).values())

    @pytest.mark.parametrize("scope", [scope for scope in OF_SCOPE if scope != "organization"])
    def test_a_scope_stands_for_its_own_claims_alone(self, scope: str) -> None:
        said = chosen(of_person(PERSON, FULL), ("openid", scope, "webapi"), {})
        assert said.keys() == set(OF_SCOPE[scope])

    def test_a_claim_that_was_requested_by_name_comes_alone(self) -> None:
        requested = {"nickname": {}, "email": {"essential": True}, "unknown": {}}
        assert chosen(of_person(PERSON, FULL), (), requested).keys() == {"nickname", "email"}

    def test_a_requested_claim_that_the_account_has_not_is_left_out(self) -> None:
        assert chosen(of_person(PERSON, Profile()), (), {"nickname": {"essential": True}}) == {}
