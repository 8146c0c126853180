"""Tokens know the organization that a person acts for: chosen by request, asked anew at each issue."""

import json

import pytest

from authserver.clients.application import PERSONAL_SCOPES
from authserver.oidc.messages.organization import Place
from tests.oidc.people_world import CONFIDENTIAL, PERSON, PeopleWorld
from tests.oidc.relying_party import RelyingParty, Tokens
from tests.oidc.signing import claims_of
from tests.oidc.world import CLIENT, NOW, SECRET, asked, basic_header, form, post

ACME = Place(
    "5d0f3c52-0000-4000-8000-00000000000a", "Acme", "administrator", ("members:manage", "trade:read")
)
BETA = Place("5d0f3c52-0000-4000-8000-00000000000b", "Beta", "member", ("trade:read",))
ELSEWHERE = "5d0f3c52-0000-4000-8000-00000000000c"
SCOPE = "openid organization"


@pytest.fixture
def world() -> PeopleWorld:
    world = PeopleWorld()
    world.organizations.places[PERSON.id] = [ACME, BETA]
    return world


@pytest.fixture
def rp(world: PeopleWorld) -> RelyingParty:
    return world.party()


def removed(world: PeopleWorld, place: Place) -> None:
    world.organizations.places[PERSON.id].remove(place)


def introspected(world: PeopleWorld, token: str) -> dict[str, object]:
    request = form({"token": token})._replace(authorization=basic_header("webapi", SECRET))
    answer: dict[str, object] = asked(world.introspection, request).body
    return answer


class TestWhichOneIsActive:
    def test_without_a_choice_it_is_the_first(self, rp: RelyingParty) -> None:
        access = rp.tokens(scope=SCOPE).access
        assert (access["org_id"], access["permissions"]) == (ACME.id, list(ACME.permissions))

    def test_the_request_chooses_it_and_it_is_remembered(self, world: PeopleWorld, rp: RelyingParty) -> None:
        assert rp.tokens(scope=SCOPE, organization=BETA.id).access["org_id"] == BETA.id
        assert rp.tokens(scope=SCOPE).access["org_id"] == BETA.id
        assert rp.tokens(scope=SCOPE, prompt="none", organization=ACME.id).access["org_id"] == ACME.id
        assert world.organizations.last == {PERSON.id: ACME.id}

    @pytest.mark.parametrize("prompt", [None, "none"])
    def test_one_that_the_person_does_not_belong_to_is_refused(
        self, rp: RelyingParty, prompt: str | None
    ) -> None:
        rp.authorize(scope=SCOPE, organization=ELSEWHERE, prompt=prompt).refused("access_denied")

    @pytest.mark.parametrize("name", ["x" * 37, "a b", "../", "\u00e4"])
    def test_what_can_be_no_id_is_refused(self, rp: RelyingParty, name: str) -> None:
        rp.authorize(scope=SCOPE, organization=name).refused("invalid_request")

    def test_a_choice_needs_the_scope(self, rp: RelyingParty) -> None:
        rp.authorize(organization=ACME.id).refused("invalid_request")
        assert rp.authorize(organization=ACME.id, claims='{"userinfo":{"org_name":null}}').code

    def test_a_stranger_signs_in_before_anything_is_said(self, world: PeopleWorld, rp: RelyingParty) -> None:
        world.visit = None
        assert rp.authorize(scope=SCOPE, organization=ELSEWHERE).asks_to_sign_in()

    def test_whoever_belongs_nowhere_gets_tokens_that_name_none(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        world.organizations.places.clear()
        tokens = rp.tokens(scope=SCOPE)
        assert not {"org_id", "permissions"} & tokens.access.keys()
        assert rp.userinfo(tokens) == {"sub": PERSON.id, "organizations": []}

    def test_without_the_scope_no_token_names_one(self, rp: RelyingParty) -> None:
        tokens = rp.tokens()
        assert not {"org_id", "permissions"} & (tokens.access.keys() | tokens.identity.keys())
        assert rp.userinfo(tokens) == {"sub": PERSON.id}


class TestRefresh:
    @pytest.fixture
    def tokens(self, rp: RelyingParty) -> Tokens:
        return rp.tokens(scope=f"{SCOPE} offline_access")

    def test_it_stays_the_active_one(self, rp: RelyingParty, tokens: Tokens) -> None:
        assert rp.refresh(tokens.refresh_token).access["org_id"] == ACME.id

    def test_each_tab_may_have_its_own(self, rp: RelyingParty, tokens: Tokens) -> None:
        other = rp.refresh(tokens.refresh_token, organization=BETA.id)
        assert (other.access["org_id"], other.access["permissions"]) == (BETA.id, list(BETA.permissions))
        assert rp.refresh(other.refresh_token).access["org_id"] == ACME.id

    def test_one_that_the_person_does_not_belong_to_uses_nothing_up(
        self, rp: RelyingParty, tokens: Tokens
    ) -> None:
        rp.refresh(tokens.refresh_token, organization=ELSEWHERE).refused("invalid_target")
        assert rp.refresh(tokens.refresh_token).access["org_id"] == ACME.id

    def test_what_the_person_may_do_is_taken_anew(
        self, world: PeopleWorld, rp: RelyingParty, tokens: Tokens
    ) -> None:
        world.organizations.places[PERSON.id][0] = ACME._replace(role="member", permissions=())
        assert rp.refresh(tokens.refresh_token).access["permissions"] == []

    def test_whoever_was_removed_acts_for_no_other_organization_unasked(
        self, world: PeopleWorld, rp: RelyingParty, tokens: Tokens
    ) -> None:
        removed(world, ACME)
        after = rp.refresh(tokens.refresh_token)
        assert not {"org_id", "permissions"} & after.access.keys()
        assert rp.refresh(after.refresh_token, organization=BETA.id).access["org_id"] == BETA.id

    def test_without_the_scope_a_choice_changes_nothing(self, rp: RelyingParty) -> None:
        tokens = rp.tokens(scope="openid offline_access")
        assert "org_id" not in rp.refresh(tokens.refresh_token, organization=ELSEWHERE).access

    def test_a_narrower_scope_leaves_it_out(self, rp: RelyingParty, tokens: Tokens) -> None:
        narrowed = rp.refresh(tokens.refresh_token, scope="openid")
        assert not {"org_id", "permissions"} & narrowed.access.keys()


class TestClaims:
    def test_userinfo_tells_the_active_one_and_lists_all(self, rp: RelyingParty) -> None:
        assert rp.userinfo(rp.tokens(scope=SCOPE, organization=BETA.id)) == {
            "sub": PERSON.id,
            "org_id": BETA.id,
            "org_name": "Beta",
            "org_role": "member",
            "permissions": ["trade:read"],
            "organizations": [
                {"id": ACME.id, "name": "Acme", "role": "administrator"},
                {"id": BETA.id, "name": "Beta", "role": "member"},
            ],
        }

    def test_userinfo_tells_what_is_true_now(self, world: PeopleWorld, rp: RelyingParty) -> None:
        tokens = rp.tokens(scope=SCOPE)
        removed(world, ACME)
        said = rp.userinfo(tokens)
        assert "org_id" not in said
        assert [each["name"] for each in said["organizations"]] == ["Beta"]

    def test_the_id_token_tells_it_when_the_client_wants_claims_there(
        self, world: PeopleWorld, rp: RelyingParty
    ) -> None:
        assert "org_id" not in rp.tokens(scope=SCOPE).identity
        world.change(CONFIDENTIAL, claims_in_id_token=True)
        said = rp.tokens(scope=SCOPE).identity
        assert (said["org_id"], said["org_name"], said["org_role"]) == (ACME.id, "Acme", "administrator")
        assert said["permissions"] == list(ACME.permissions)
        assert "organizations" not in said

    def test_single_claims_come_where_they_were_asked_for(self, rp: RelyingParty) -> None:
        tokens = rp.tokens(claims='{"id_token":{"org_name":null},"userinfo":{"org_role":null}}')
        assert tokens.identity["org_name"] == "Acme"
        assert not {"org_id", "permissions"} & (tokens.identity.keys() | tokens.access.keys())
        assert rp.userinfo(tokens) == {"sub": PERSON.id, "org_role": "administrator"}

    def test_single_claims_need_the_same_consent(self, world: PeopleWorld, rp: RelyingParty) -> None:
        world.consents.agreed.clear()
        world.consents.remember(PERSON.id, rp.client_id, ["openid"], NOW)
        assert rp.authorize(claims='{"userinfo":{"org_name":null}}').asks_for_consent()

    def test_many_memberships_keep_tokens_small(self, world: PeopleWorld, rp: RelyingParty) -> None:
        places = [BETA._replace(id=f"{number:036}", name=f"Organization {number}") for number in range(200)]
        world.organizations.places[PERSON.id] = places
        tokens = rp.tokens(scope=" ".join(PERSONAL_SCOPES))
        assert len(tokens.access_token) < 2048
        assert len(tokens.id_token) < 2048
        assert len(json.dumps(rp.userinfo(tokens)["organizations"])) > 2048


class TestIntrospection:
    def test_it_tells_what_the_person_may_do_now(self, world: PeopleWorld, rp: RelyingParty) -> None:
        token = rp.tokens(scope=f"{SCOPE} webapi").access_token
        assert introspected(world, token)["permissions"] == list(ACME.permissions)
        world.organizations.places[PERSON.id][0] = ACME._replace(role="member", permissions=("trade:read",))
        said = introspected(world, token)
        assert (said["active"], said["org_id"], said["permissions"]) == (True, ACME.id, ["trade:read"])

    def test_the_token_of_whoever_was_removed_is_dead(self, world: PeopleWorld, rp: RelyingParty) -> None:
        token = rp.tokens(scope=f"{SCOPE} webapi").access_token
        removed(world, ACME)
        assert introspected(world, token) == {"active": False}


class TestApiClients:
    def test_a_token_carries_what_the_client_may_do(self, world: PeopleWorld) -> None:
        world.machine.change(CLIENT.id, permissions=("trade:manage", "trade:read"))
        access = claims_of(asked(world.token, post()).body["access_token"])
        assert (access["org_id"], access["permissions"]) == (
            CLIENT.organization_id,
            ["trade:manage", "trade:read"],
        )

    def test_a_client_that_was_granted_nothing_has_no_such_claim(self, world: PeopleWorld) -> None:
        assert "permissions" not in claims_of(asked(world.token, post()).body["access_token"])

    def test_introspection_tells_what_it_may_do_now(self, world: PeopleWorld) -> None:
        world.machine.change(CLIENT.id, permissions=("trade:manage", "trade:read"))
        token = asked(world.token, post()).body["access_token"]
        world.machine.change(CLIENT.id, permissions=())
        assert introspected(world, token)["permissions"] == []
