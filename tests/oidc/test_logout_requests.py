"""Requests to end a session, and the token that tells applications of its end (checklist O1, O3, O5)."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from authserver.oidc.errors import Displayed
from authserver.oidc.logout import logout_token
from authserver.oidc.logout.request import LogoutRequest
from authserver.oidc.vocabulary import LOGOUT_TOKEN_TYPE
from tests.oidc.people_world import CONFIDENTIAL, OTHER, PERSON, SESSION, PeopleWorld
from tests.oidc.signing import by_secret, header_of, key_of, mistaken, raw, signed
from tests.oidc.world import ISSUER, NOW

BYE = "https://rp.test/bye"
NOTHING = LogoutRequest()


@pytest.fixture
def world() -> PeopleWorld:
    return PeopleWorld()


@pytest.fixture
def hint(world: PeopleWorld) -> str:
    return world.party().tokens().id_token


def read(world: PeopleWorld, *more: tuple[str, str], **parameters: str) -> LogoutRequest:
    return world.logout_requests.read((*parameters.items(), *more))


def displayed(world: PeopleWorld, **parameters: str) -> Displayed:
    """Check that a page refuses a request."""
    with pytest.raises(Displayed) as refused:
        read(world, **parameters)
    assert refused.value.code == "invalid_request"
    return refused.value


class TestTheHint:
    def test_a_valid_one_names_the_application_and_the_session(self, world: PeopleWorld, hint: str) -> None:
        assert read(world, id_token_hint=hint) == LogoutRequest(CONFIDENTIAL, SESSION)

    def test_an_expired_one_is_fine(self, world: PeopleWorld, hint: str) -> None:
        world.passes(86_400 * 100)
        assert read(world, id_token_hint=hint).session_id == SESSION

    def test_the_client_id_must_be_whose_hint_it_is(self, world: PeopleWorld, hint: str) -> None:
        assert read(world, id_token_hint=hint, client_id=CONFIDENTIAL.id).session_id == SESSION
        assert read(world, id_token_hint=hint, client_id=OTHER.id, post_logout_redirect_uri=BYE) == NOTHING

    def test_without_a_hint_nothing_is_believed(self, world: PeopleWorld) -> None:
        named = {"client_id": CONFIDENTIAL.id, "post_logout_redirect_uri": BYE, "state": "x"}
        assert read(world, **named) == read(world, **named, id_token_hint="") == read(world) == NOTHING

    def test_a_repeated_one_is_none(self, world: PeopleWorld, hint: str) -> None:
        assert read(world, ("id_token_hint", hint), id_token_hint=hint) == NOTHING

    @pytest.mark.parametrize(
        "kind", ["access", "logout", "stranger", "unsigned", "secret", "issuer", "text", "long", "altered"]
    )
    def test_what_is_no_id_token_of_this_server_proves_nothing(
        self, world: PeopleWorld, hint: str, kind: str
    ) -> None:
        said = {"iss": ISSUER, "sub": PERSON.id, "aud": CONFIDENTIAL.id, "exp": NOW + 9, "sid": SESSION}
        header = {"alg": "RS256", "typ": "JWT", "kid": "server-RS256"}
        rsa = key_of("RS256")
        text = {
            "access": world.party().tokens().access_token,
            "logout": world.keys.signer("RS256").sign("logout+jwt", said),
            "stranger": signed(said, header, key_of("RS256", "stranger")),
            "unsigned": raw(header | {"alg": "none"}, said),
            "secret": by_secret(said, header | {"alg": "HS256"}, mistaken(rsa)[0]),
            "issuer": signed(said | {"iss": "https://evil.test"}, header, rsa),
            "text": "x",
            "long": "x" * 20_000,
            "altered": hint[:-4] + "AAAA",
        }[kind]
        assert read(world, id_token_hint=text, post_logout_redirect_uri=BYE) == NOTHING

    def test_one_whose_application_is_gone_proves_nothing(self, world: PeopleWorld, hint: str) -> None:
        del world.machine.clients[CONFIDENTIAL.id]
        assert read(world, id_token_hint=hint, post_logout_redirect_uri=BYE) == NOTHING

    def test_one_without_session_or_audience_names_none(self, world: PeopleWorld) -> None:
        said: dict[str, Any] = {"iss": ISSUER, "sub": PERSON.id, "exp": NOW + 9}
        sign = world.keys.signer("RS256").sign
        assert read(world, id_token_hint=sign("JWT", said)) == NOTHING
        assert read(world, id_token_hint=sign("JWT", said | {"aud": CONFIDENTIAL.id})).session_id == ""


class TestWhereItLeads:
    def test_to_a_registered_address_with_nothing_but_the_state(self, world: PeopleWorld, hint: str) -> None:
        assert read(world, id_token_hint=hint, post_logout_redirect_uri=BYE).target == BYE
        target = read(world, id_token_hint=hint, post_logout_redirect_uri=BYE, state="a b&c=d#é").target
        assert target.startswith(f"{BYE}?")
        assert parse_qs(urlsplit(target).query) == {"state": ["a b&c=d#é"]}

    def test_the_query_of_an_address_stays(self, world: PeopleWorld, hint: str) -> None:
        uri = f"{BYE}?tenant=1"
        world.change(CONFIDENTIAL, post_logout_redirect_uris=(uri,))
        target = read(world, id_token_hint=hint, post_logout_redirect_uri=uri, state="x").target
        assert target == f"{uri}&state=x"

    @pytest.mark.parametrize(
        "uri",
        [
            "https://other.test/bye",
            "https://rp.test/cb",
            BYE + "/",
            BYE + "?x=1",
            BYE + "#",
            "https://rp.test:443/bye",
            "https://rp.test@evil.test/bye",
            "http://rp.test/bye",
            "//rp.test/bye",
            "javascript:alert(1)",
            " " + BYE,
        ],
    )
    def test_another_address_is_refused_on_a_page(self, world: PeopleWorld, hint: str, uri: str) -> None:
        page = displayed(world, id_token_hint=hint, post_logout_redirect_uri=uri, state="x")
        assert page.client_id == CONFIDENTIAL.id

    @pytest.mark.parametrize("state", ["x" * 8193, "ü" * 4097])
    def test_a_state_that_is_too_large_is_refused_on_a_page(
        self, world: PeopleWorld, hint: str, state: str
    ) -> None:
        displayed(world, id_token_hint=hint, post_logout_redirect_uri=BYE, state=state)

    def test_to_our_own_page_when_no_address_is_named(self, world: PeopleWorld, hint: str) -> None:
        assert read(world, id_token_hint=hint, state="x").target == ""


class TestTheLogoutToken:
    @pytest.fixture
    def said(self) -> dict[str, object]:
        return logout_token.claims(ISSUER, CONFIDENTIAL.id, PERSON.id, SESSION, NOW)

    def test_it_says_which_session_of_whom_ended(self, said: dict[str, object]) -> None:
        assert len(str(said.pop("jti"))) == 43
        assert said == {
            "iss": ISSUER,
            "aud": CONFIDENTIAL.id,
            "sub": PERSON.id,
            "sid": SESSION,
            "iat": NOW,
            "exp": NOW + 120,
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        }

    def test_no_two_are_the_same(self, said: dict[str, object]) -> None:
        assert said["jti"] != logout_token.claims(ISSUER, CONFIDENTIAL.id, PERSON.id, SESSION, NOW)["jti"]

    def test_it_never_serves_as_another_kind_of_token(
        self, world: PeopleWorld, said: dict[str, object]
    ) -> None:
        token = world.keys.signer("RS256").sign(LOGOUT_TOKEN_TYPE, said)
        assert header_of(token)["typ"] == "logout+jwt"
        assert read(world, id_token_hint=token) == NOTHING
        assert world.party().introspect(token) == {"active": False}
