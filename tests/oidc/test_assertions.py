"""Authentication by a signed assertion: the client's key, this server's name, minutes, once (T7, T13)."""

from dataclasses import replace
from typing import Any

import pytest

from authserver.oidc.client_auth.assertion import LARGEST, LONGEST_JTI, claimed_client
from authserver.oidc.messages.error import error_answer
from authserver.oidc.vocabulary import CLIENT_ASSERTION_TYPE
from tests.oidc.people_world import CONFIDENTIAL, OTHER, PUBLIC, PeopleWorld
from tests.oidc.relying_party import VERIFIER
from tests.oidc.signing import by_secret, key_of, mistaken, public, raw, signed
from tests.oidc.world import CLIENT, ISSUER, NOW, SECRET, Outcome, asked, basic_header, form

SIGNER = replace(
    CONFIDENTIAL,
    auth_method="private_key_jwt",
    secrets=(),
    jwks={"keys": [public(key_of("RS256", "rp")), public(key_of("ES256", "rp"))]},
)
ADDRESS = "https://rp.test/jwks"


@pytest.fixture
def world() -> PeopleWorld:
    world = PeopleWorld()
    world.machine.clients[SIGNER.id] = SIGNER
    return world


def said(**changes: Any) -> dict[str, Any]:
    """Return the claims of a usual assertion; None leaves one out."""
    usual = {"iss": SIGNER.id, "sub": SIGNER.id, "aud": ISSUER, "exp": NOW + 60, "iat": NOW, "jti": "j1"}
    return {name: value for name, value in (usual | changes).items() if value is not None}


def assertion(algorithm: str = "ES256", **changes: Any) -> str:
    """Return an assertion of the client."""
    key = key_of(algorithm, "rp")
    return signed(said(**changes), {"alg": algorithm, "kid": key.kid}, key)


def present(world: PeopleWorld, text: str, authorization: str = "", **changes: str) -> Outcome:
    """Refresh nothing in particular: whoever authenticates gets as far as invalid_grant."""
    usual = {
        "grant_type": "refresh_token",
        "refresh_token": "x",
        "client_assertion_type": CLIENT_ASSERTION_TYPE,
        "client_assertion": text,
    }
    parameters = {name: value for name, value in (usual | changes).items() if value}
    return asked(world.token, form(parameters, authorization=authorization))


def accepted(world: PeopleWorld, text: str, **changes: str) -> bool:
    refusal = present(world, text, **changes).refusal
    assert refusal is not None
    assert refusal.code in ("invalid_grant", "invalid_client")
    return refusal.code == "invalid_grant"


def with_keys(world: PeopleWorld, *keys: dict[str, Any]) -> None:
    world.change(SIGNER, jwks={"keys": list(keys)})


class TestWhatProvesTheClient:
    @pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
    def test_an_assertion_that_its_key_signed(self, world: PeopleWorld, algorithm: str) -> None:
        assert accepted(world, assertion(algorithm))

    @pytest.mark.parametrize("algorithm", ["PS256", "EdDSA"])
    # joserfc warns of the name EdDSA, which RFC 9864 replaces by Ed25519; clients know the old one.
    @pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
    def test_the_other_algorithms_that_are_published(self, world: PeopleWorld, algorithm: str) -> None:
        with_keys(world, public(key_of(algorithm, "rp")))
        assert accepted(world, assertion(algorithm))

    def test_a_code_is_redeemed_with_one(self, world: PeopleWorld) -> None:
        code = world.party().authorize().code
        wish = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": VERIFIER,
            "refresh_token": "",
        }
        assert present(world, assertion(), **wish).answer

    def test_the_client_id_may_stand_in_the_body_and_must_be_the_same(self, world: PeopleWorld) -> None:
        assert accepted(world, assertion(), client_id=SIGNER.id)
        assert not accepted(world, assertion(jti="j2"), client_id=OTHER.id)

    @pytest.mark.parametrize("audience", [ISSUER, f"{ISSUER}/connect/token", [ISSUER]])
    def test_it_is_made_out_to_the_issuer_or_as_older_clients_do_to_the_endpoint(
        self, world: PeopleWorld, audience: object
    ) -> None:
        assert accepted(world, assertion(aud=audience))

    def test_a_fraction_of_a_second_is_remembered_too(self, world: PeopleWorld) -> None:
        assert accepted(world, assertion(exp=NOW + 60.5))
        assert list(world.machine.seen.values()) == [NOW + 61 + 60]

    @pytest.mark.parametrize("exp", [NOW + 300, NOW + 60.5, NOW - 30])
    def test_times_may_have_fractions_and_clocks_may_differ_a_little(
        self, world: PeopleWorld, exp: float
    ) -> None:
        assert accepted(world, assertion(exp=exp, nbf=NOW + 30, iat=NOW + 30.25))

    def test_iat_and_nbf_may_be_left_out(self, world: PeopleWorld) -> None:
        assert accepted(world, assertion(iat=None))

    def test_it_is_remembered_for_as_long_as_it_could_be_used(self, world: PeopleWorld) -> None:
        assert accepted(world, assertion())
        assert world.machine.seen == {(SIGNER.id, "j1"): NOW + 120}


class TestWhatDoesNot:
    @pytest.mark.parametrize("jti", [None, "", 1, ["j"], "x" * (LONGEST_JTI + 1)])
    def test_one_without_a_usable_jti(self, world: PeopleWorld, jti: object) -> None:
        assert not accepted(world, assertion(jti=jti))

    def test_one_that_was_used_before(self, world: PeopleWorld) -> None:
        text = assertion()
        assert accepted(world, text)
        assert not accepted(world, text)
        assert not accepted(world, assertion("RS256"))
        assert accepted(world, assertion(jti="j2"))

    @pytest.mark.parametrize(
        "changes",
        [
            {"iss": OTHER.id},
            {"iss": None},
            {"iss": [SIGNER.id]},
            {"sub": None},
            {"sub": OTHER.id},
            {"sub": [SIGNER.id]},
            {"sub": ""},
        ],
        ids=str,
    )
    def test_one_whose_issuer_or_subject_is_somebody_else(
        self, world: PeopleWorld, changes: dict[str, Any]
    ) -> None:
        assert not accepted(world, assertion(**changes))
        assert not accepted(world, assertion(**changes, jti="j2"), client_id=SIGNER.id)

    @pytest.mark.parametrize(
        "audience",
        [
            None,
            "https://other.test",
            [ISSUER, "https://other.test"],
            ["https://other.test"],
            [],
            [[ISSUER]],
            {"a": ISSUER},
            f"{ISSUER}/",
            1,
        ],
        ids=str,
    )
    def test_one_that_is_not_made_out_to_this_server_alone(
        self, world: PeopleWorld, audience: object
    ) -> None:
        assert not accepted(world, assertion(aud=audience))

    @pytest.mark.parametrize(
        "changes",
        [
            {"exp": None},
            {"exp": NOW - 60},
            {"exp": NOW + 361},
            {"exp": NOW + 3600},
            {"exp": str(NOW + 60)},
            {"exp": 1e300},
            {"nbf": NOW + 61},
            {"iat": NOW + 61},
            {"nbf": "now"},
            {"iat": [NOW]},
        ],
        ids=str,
    )
    def test_one_that_is_expired_too_long_lived_or_not_yet_valid(
        self, world: PeopleWorld, changes: dict[str, Any]
    ) -> None:
        assert not accepted(world, assertion(**changes))

    @pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "RS1", "", None, ["ES256"], 1, "ES256K"])
    def test_one_with_an_algorithm_that_is_not_published(self, world: PeopleWorld, algorithm: object) -> None:
        for header in ({"alg": algorithm}, {"alg": algorithm, "kid": "rp-ES256"}):
            assert not accepted(world, raw(header, said()))
            assert not accepted(world, raw(header, said(), b"signature"))

    def test_one_that_the_public_key_was_taken_for_a_secret_of(self, world: PeopleWorld) -> None:
        key = key_of("RS256", "rp")
        for secret in mistaken(key):
            assert not accepted(world, by_secret(said(), {"alg": "HS256", "kid": key.kid}, secret))

    def test_one_that_a_stranger_signed(self, world: PeopleWorld) -> None:
        stranger = key_of("ES256", "stranger")
        for header in ({"alg": "ES256"}, {"alg": "ES256", "kid": "rp-ES256"}, {"alg": "ES256", "kid": "x"}):
            assert not accepted(world, signed(said(), header, stranger))

    def test_one_that_brings_its_own_key(self, world: PeopleWorld) -> None:
        stranger = key_of("ES256", "stranger")
        assert not accepted(world, signed(said(), {"alg": "ES256", "jwk": public(stranger)}, stranger))
        assert not accepted(world, signed(said(), {"alg": "ES256", "jku": "https://evil.test"}, stranger))

    def test_one_that_is_unsigned_or_altered(self, world: PeopleWorld) -> None:
        header, payload, signature = assertion().split(".")
        _, other, _ = assertion(jti="j2").split(".")
        for text in (f"{header}.{payload}.", f"{header}.{other}.{signature}", f"{header}.{payload}.AAAA"):
            assert not accepted(world, text)

    @pytest.mark.parametrize(
        "text",
        [
            "x",
            "a.b.c",
            "..",
            "ü.ü.ü",
            "e30.e30.",
            "a.b.c.d.e",
            "x" * (LARGEST + 1),
            '{"payload":"e30"}',
            "e30.W10.x",
        ],
        ids=lambda text: text[:12],
    )
    def test_what_is_no_jws_of_an_object(self, world: PeopleWorld, text: str) -> None:
        assert not accepted(world, text)
        assert not accepted(world, text, client_id=SIGNER.id)

    @pytest.mark.parametrize("payload", [[SIGNER.id], SIGNER.id, None, 1])
    def test_one_whose_payload_is_no_object(self, world: PeopleWorld, payload: object) -> None:
        key = key_of("ES256", "rp")
        assert not accepted(world, signed(payload, {"alg": "ES256", "kid": key.kid}, key))

    def test_one_of_a_client_that_is_registered_for_something_else_unknown_or_disabled(
        self, world: PeopleWorld
    ) -> None:
        for client_id in (OTHER.id, CLIENT.id, "unknown", "a\x00b", "x" * 2000):
            assert not accepted(world, assertion(iss=client_id, sub=client_id))
        world.change(SIGNER, disabled_at=NOW)
        assert not accepted(world, assertion())

    def test_a_secret_of_a_client_that_is_registered_for_assertions(self, world: PeopleWorld) -> None:
        header = basic_header(SIGNER.id, SECRET)
        refusal = present(world, "", header, client_assertion_type="").refused("invalid_client", 401)
        assert [name for name, _ in refusal.wire.headers] == ["WWW-Authenticate"]


class TestTheRequest:
    def test_another_method_beside_it_is_refused(self, world: PeopleWorld) -> None:
        present(world, assertion(), basic_header(SIGNER.id, SECRET)).refused("invalid_request")
        present(world, assertion(), client_id=SIGNER.id, client_secret=SECRET).refused("invalid_request")

    @pytest.mark.parametrize("kind", ["", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer", "x"])
    def test_its_type_must_be_named(self, world: PeopleWorld, kind: str) -> None:
        present(world, assertion(), client_assertion_type=kind).refused("invalid_client", 401)

    def test_a_type_alone_proves_nothing(self, world: PeopleWorld) -> None:
        for client in (SIGNER, PUBLIC):
            present(world, "", client_id=client.id).refused("invalid_client", 401)

    def test_an_assertion_beside_the_name_of_a_public_client_is_not_overlooked(
        self, world: PeopleWorld
    ) -> None:
        present(world, "x", client_id=PUBLIC.id, client_assertion_type="").refused("invalid_client", 401)

    def test_every_failure_gives_the_same_answer_and_is_counted(self, world: PeopleWorld) -> None:
        texts = (assertion(exp=1), assertion(sub=OTHER.id, iss=OTHER.id), assertion(sub="unknown"), "x")
        refusals = [present(world, text).refused("invalid_client", 401) for text in texts]
        assert len({error_answer(refusal) for refusal in refusals}) == 1
        assert len(world.machine.failures) == 4

    def test_the_reason_is_for_the_log_alone(self, world: PeopleWorld) -> None:
        refusal = present(world, assertion(aud="x")).refused("invalid_client", 401)
        assert (refusal.detail, refusal.client_id) == ("aud", SIGNER.id)
        assert b"aud" not in error_answer(refusal).body

    def test_too_many_failures_say_when_to_come_back(self, world: PeopleWorld) -> None:
        world.machine.wait = 9
        assert ("Retry-After", "9") in present(world, "x").refused("invalid_client", 429).wire.headers

    def test_who_it_claims_to_be_from_is_read_without_believing_it(self) -> None:
        assert claimed_client(raw({"alg": "none"}, {"sub": "somebody"})) == "somebody"
        assert claimed_client(raw({"alg": "none"}, {"sub": 1})) == ""


class TestKeys:
    def test_a_set_without_kid_is_tried_key_by_key(self, world: PeopleWorld) -> None:
        keys = [
            public(key_of(each, who))
            for each, who in (("ES256", "stranger"), ("RS256", "rp"), ("ES256", "rp"))
        ]
        with_keys(world, *({name: value for name, value in key.items() if name != "kid"} for key in keys))
        key = key_of("ES256", "rp")
        assert accepted(world, signed(said(), {"alg": "ES256"}, key))

    # OpenID Connect Core section 10.1: a kid is needed only where a set has several keys.
    def test_also_when_the_assertion_names_a_kid(self, world: PeopleWorld) -> None:
        key = public(key_of("ES256", "rp"))
        with_keys(world, {name: value for name, value in key.items() if name != "kid"})
        assert accepted(world, assertion())

    # RFC 7517 section 5: keys that are not understood SHOULD be ignored.
    @pytest.mark.parametrize(
        "strange",
        [{"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA"}, {"kty": "RSA"}],
        ids=["curve", "incomplete"],
    )
    def test_a_key_that_is_not_understood_does_not_spoil_the_others(
        self, world: PeopleWorld, strange: dict[str, Any]
    ) -> None:
        with_keys(world, strange, public(key_of("ES256", "rp")))
        assert accepted(world, assertion())

    def test_an_assertion_without_kid_is_tried_with_each_key(self, world: PeopleWorld) -> None:
        assert accepted(world, signed(said(), {"alg": "ES256"}, key_of("ES256", "rp")))

    @pytest.mark.parametrize("more", [{"use": "enc"}, {"alg": "ES384"}, {"key_ops": ["sign"]}], ids=str)
    def test_a_key_for_something_else_proves_nothing(self, world: PeopleWorld, more: dict[str, Any]) -> None:
        with_keys(world, public(key_of("ES256", "rp")) | more)
        assert not accepted(world, assertion())

    @pytest.mark.parametrize(
        "jwks", [None, {}, {"keys": []}, {"keys": "x"}, {"keys": [1]}, {"keys": [{}]}], ids=str
    )
    def test_a_client_without_readable_keys_proves_nothing(
        self, world: PeopleWorld, jwks: dict[str, Any] | None
    ) -> None:
        world.change(SIGNER, jwks=jwks)
        assert not accepted(world, assertion())

    def test_the_same_key_may_belong_to_several_clients(self, world: PeopleWorld) -> None:
        world.machine.clients[OTHER.id] = replace(SIGNER, id=OTHER.id)
        assert accepted(world, assertion())
        assert accepted(world, assertion(iss=OTHER.id, sub=OTHER.id))

    def test_keys_at_an_address_are_fetched_once_more_when_an_assertion_does_not_fit(
        self, world: PeopleWorld
    ) -> None:
        world.change(SIGNER, jwks=None, jwks_uri=ADDRESS)
        world.machine.at_client[ADDRESS] = {"keys": [public(key_of("ES256", "before"))]}
        assert not accepted(world, assertion())
        world.machine.at_client[ADDRESS] = {"keys": [public(key_of("ES256", "rp"))]}
        assert accepted(world, assertion())

    def test_keys_that_turned_under_the_same_name_are_fetched_once_more(self, world: PeopleWorld) -> None:
        world.change(SIGNER, jwks=None, jwks_uri=ADDRESS)
        world.machine.fetched[ADDRESS] = {"keys": [public(key_of("ES256", "before"), kid="rp-ES256")]}
        world.machine.at_client[ADDRESS] = {"keys": [public(key_of("ES256", "rp"))]}
        assert accepted(world, assertion())
