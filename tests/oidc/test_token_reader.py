"""Reading our own tokens: what was forged, bent or meant for something else never passes (J1 to J7)."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.jwk import Key

from authserver.oidc.tokens import reader as token_reader
from authserver.oidc.tokens.reader import LARGEST, LEEWAY, TokenReader, UnreadableToken
from tests.oidc.people_world import PeopleWorld
from tests.oidc.signing import KeyRing, by_secret, es256, key_of, mistaken, public, published, raw, signed
from tests.oidc.world import ISSUER, NOW

ACCESS = "at+jwt"
KID = "server-ES256"
HEADER: dict[str, Any] = {"alg": "ES256", "typ": ACCESS, "kid": KID}


@pytest.fixture
def world() -> PeopleWorld:
    return PeopleWorld()


def said(**changes: Any) -> dict[str, Any]:
    """Return usual claims; None leaves one out."""
    usual = {"iss": ISSUER, "sub": "somebody", "aud": "webapi", "exp": NOW + 60, "iat": NOW, "nbf": NOW}
    return {name: value for name, value in (usual | changes).items() if value is not None}


def ours(claims: Any = None, key: Key | None = None, **header: Any) -> str:
    """Return a token that the server's own key signed, with any header."""
    return signed(said() if claims is None else claims, HEADER | header, key or key_of("ES256"))


def bent(**header: Any) -> str:
    """Return a token that the server's own key signed, with a header such as no library would make."""
    return es256(json.dumps(said()).encode(), HEADER | header, key_of("ES256"))


def readable(world: PeopleWorld, token: str, typ: str = ACCESS) -> bool:
    try:
        world.reader.read(token, typ)
    except UnreadableToken:
        return False
    return True


# joserfc warns of the name EdDSA, which RFC 9864 replaces by Ed25519; verifiers know the old one.
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "EdDSA"])
def test_what_the_server_signed_is_read(world: PeopleWorld, algorithm: Any) -> None:
    token = world.keys.signer(algorithm).sign(ACCESS, said())
    assert world.reader.read(token, ACCESS) == said()


def test_what_a_test_bends_is_read_as_long_as_it_is_straight(world: PeopleWorld) -> None:
    assert readable(world, bent())


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", None, "HS256", "ES384", ["ES256"], 1])
@pytest.mark.parametrize("signature", [b"", b"\x00" * 64])
def test_another_algorithm_is_refused(world: PeopleWorld, algorithm: object, signature: bytes) -> None:
    assert not readable(world, raw(HEADER | {"alg": algorithm}, said(), signature))
    assert not readable(world, bent(alg=algorithm))


@pytest.mark.parametrize("kid", ["server-ES256", "server-RS256"])
def test_a_public_key_is_never_taken_for_a_secret(world: PeopleWorld, kid: str) -> None:
    key = key_of(kid.removeprefix("server-"))
    for secret in mistaken(key):
        assert not readable(world, by_secret(said(), HEADER | {"alg": "HS256", "kid": kid}, secret))


def test_the_algorithm_of_another_key_is_refused(world: PeopleWorld) -> None:
    assert not readable(world, ours(kid="server-RS256"))
    assert not readable(
        world, signed(said(), HEADER | {"alg": "PS256", "kid": "server-RS256"}, key_of("RS256"))
    )


def test_an_unsigned_or_altered_token_is_refused(world: PeopleWorld) -> None:
    header, payload, signature = ours().split(".")
    other = ours(said(sub="somebody-else")).split(".")[1]
    for token in (
        f"{header}.{payload}.",
        f"{header}.{payload}",
        f"{header}.{other}.{signature}",
        f".{payload}.",
    ):
        assert not readable(world, token)


def test_a_stranger_with_a_known_kid_is_refused(world: PeopleWorld) -> None:
    assert not readable(world, ours(key=key_of("ES256", "stranger")))


@pytest.mark.parametrize("member", ["jwk", "jku", "x5u", "x5c"])
def test_a_key_that_a_token_brings_along_is_not_used(world: PeopleWorld, member: str) -> None:
    stranger = key_of("ES256", "stranger")
    address = "https://evil.test/keys"
    brought = {"jwk": public(stranger), "jku": address, "x5u": address, "x5c": ["AAAA"]}
    for kid in (KID, str(stranger.kid), None):
        header = {**HEADER, member: brought[member]} | ({"kid": kid} if kid else {})
        if kid is None:
            del header["kid"]
        assert not readable(world, signed(said(), header, stranger))


@pytest.mark.parametrize(
    "more", [{"crit": ["exp"], "exp": 1}, {"crit": ["b64"], "b64": False}, {"crit": ["x"]}], ids=str
)
def test_an_extension_that_must_be_understood_is_refused(world: PeopleWorld, more: dict[str, Any]) -> None:
    assert not readable(world, bent(**more))


def test_a_json_serialization_and_an_encrypted_token_are_refused(world: PeopleWorld) -> None:
    header, payload, signature = ours().split(".")
    assert not readable(world, json.dumps({"protected": header, "payload": payload, "signature": signature}))
    protected = {"alg": "ECDH-ES", "enc": "A128GCM", "typ": ACCESS, "kid": KID}
    assert not readable(world, jwe.encrypt_compact(protected, b"{}", key_of("ES256")))


@pytest.mark.parametrize(
    "kid",
    [
        "unknown",
        "",
        None,
        "../../dev/null",
        "' OR 1=1 --",
        "server-ES256\x00",
        "SERVER-ES256",
        "x" * 10_000,
        ["server-ES256"],
        {"a": 1},
        1,
        True,
    ],
    ids=lambda kid: str(kid)[:20],
)
def test_a_kid_that_is_not_published_finds_no_key(world: PeopleWorld, kid: object) -> None:
    assert not readable(world, bent(kid=kid))


def test_a_token_without_a_kid_is_not_tried_with_any_key(world: PeopleWorld) -> None:
    assert not readable(world, signed(said(), {"alg": "ES256", "typ": ACCESS}, key_of("ES256")))


def test_a_key_that_left_the_published_set_is_dead_at_once(world: PeopleWorld) -> None:
    token = ours()
    assert readable(world, token)
    world.keys.document = published("RS256")
    assert not readable(world, token)
    world.keys.document = published("ES256")
    assert readable(world, token)


def test_keys_are_read_anew_only_when_the_document_changes() -> None:
    ring = KeyRing()
    reader = TokenReader(ISSUER, ring, lambda: NOW)
    assert reader._current(expired=False) is reader._current(expired=False)
    before = reader._current(expired=False)
    ring.document = published("ES256")
    assert reader._current(expired=False) is not before


def test_a_signature_is_verified_once_and_its_time_at_each_reading(
    world: PeopleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    verify = token_reader._verify

    def counted(token: str, *rest: Any) -> Any:
        verified.append(token)
        return verify(token, *rest)

    monkeypatch.setattr(token_reader, "_verify", counted)
    token = ours()
    assert readable(world, token)
    assert readable(world, token)
    world.passes(60)
    assert not readable(world, token)
    assert verified == [token]


def test_whoever_reads_a_token_can_not_change_what_the_next_one_reads(world: PeopleWorld) -> None:
    token = ours()
    world.reader.read(token, ACCESS)["sub"] = "somebody else"
    assert world.reader.read(token, ACCESS)["sub"] == "somebody"


def test_what_was_verified_is_forgotten_before_it_takes_much_memory(
    world: PeopleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_reader, "KEPT", 2)
    tokens = [ours(said(jti=str(number))) for number in range(5)]
    for token in tokens * 2:
        assert world.reader.read(token, ACCESS)["jti"] == str(tokens.index(token))
        assert len(world.reader._verified) <= 2


@pytest.mark.parametrize(
    "issuer", [None, "", f"{ISSUER}/", "https://evil.test", [ISSUER], {"a": ISSUER}, 1], ids=str
)
def test_another_issuer_is_refused(world: PeopleWorld, issuer: object) -> None:
    assert not readable(world, ours(said(iss=issuer)))


@pytest.mark.parametrize("claims", [[], [said()], "text", 1, None], ids=str)
def test_a_payload_that_is_no_object_is_refused(world: PeopleWorld, claims: object) -> None:
    assert not readable(world, signed(claims, HEADER, key_of("ES256")))


@pytest.mark.parametrize("subject", [["a"], 1, {"a": "b"}])
def test_a_sub_that_is_no_text_is_refused(world: PeopleWorld, subject: object) -> None:
    assert not readable(world, ours(said(sub=subject)))


def test_a_payload_that_is_no_json_is_refused(world: PeopleWorld) -> None:
    for payload in (b"", b"{", b"\xff", b"[" * 2000):
        assert not readable(world, es256(payload, HEADER, key_of("ES256")))


@pytest.mark.parametrize(
    "typ", ["JWT", "logout+jwt", "AT+JWT", "application/at+jwt", "", None, ["at+jwt"], 1], ids=str
)
def test_another_kind_of_token_is_refused(world: PeopleWorld, typ: object) -> None:
    assert not readable(world, bent(typ=typ))


@pytest.mark.parametrize("kind", ["JWT", "logout+jwt", ACCESS])
def test_kinds_never_stand_in_for_one_another(world: PeopleWorld, kind: str) -> None:
    token = ours(typ=kind)
    assert [typ for typ in ("JWT", "logout+jwt", ACCESS) if readable(world, token, typ)] == [kind]


def test_signed_userinfo_is_no_id_token(world: PeopleWorld) -> None:
    signed_userinfo = world.keys.signer("RS256").sign("JWT", {"iss": ISSUER, "sub": "somebody", "iat": NOW})
    with pytest.raises(UnreadableToken):
        world.reader.read(signed_userinfo, "JWT", expired=True)


@pytest.mark.parametrize(
    ("changes", "good"),
    [
        ({"exp": NOW + 1}, True),
        ({"exp": NOW}, False),
        ({"exp": NOW - LEEWAY}, False),
        ({"exp": None}, False),
        ({"exp": str(NOW + 60)}, False),
        ({"exp": float(NOW) + 60.5}, False),
        ({"nbf": NOW + LEEWAY}, True),
        ({"nbf": NOW + LEEWAY + 1}, False),
        ({"iat": NOW + LEEWAY + 1}, False),
        ({"nbf": None, "iat": None}, True),
        ({"nbf": "now"}, False),
        ({"iat": []}, False),
    ],
    ids=str,
)
def test_times_are_kept_with_a_minute_of_leeway_at_most(
    world: PeopleWorld, changes: dict[str, Any], *, good: bool
) -> None:
    assert LEEWAY <= 60
    assert readable(world, ours(said(**changes))) == good


def test_an_expired_token_is_read_where_that_is_wanted_and_one_from_the_future_never(
    world: PeopleWorld,
) -> None:
    long_ago, not_yet = ours(said(exp=1)), ours(said(exp=1, iat=NOW + LEEWAY + 1))
    assert world.reader.read(long_ago, ACCESS, expired=True)["exp"] == 1
    with pytest.raises(UnreadableToken):
        world.reader.read(not_yet, ACCESS, expired=True)


@pytest.mark.parametrize(
    "text", ["x" * (LARGEST + 1), "." * (LARGEST + 1), "ü" * 10, "", "..", "a.b.c", "\x00"]
)
def test_what_is_too_large_or_no_ascii_or_no_token_is_refused(world: PeopleWorld, text: str) -> None:
    assert not readable(world, text)


def test_a_large_token_is_refused_before_it_is_taken_apart(
    world: PeopleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "authserver.oidc.tokens.reader.jws.extract_compact", lambda _: pytest.fail("was split")
    )
    assert not readable(world, ours(said(more="x" * LARGEST)))


@given(text=st.one_of(st.text(max_size=200), st.lists(st.binary(max_size=60), min_size=3, max_size=3)))
@settings(deadline=None)
def test_no_text_makes_the_reader_fail_otherwise(text: str | list[bytes]) -> None:
    if isinstance(text, list):
        text = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in text)
    assert not readable(PeopleWorld(), text)


headers = st.dictionaries(
    st.sampled_from(["alg", "typ", "kid", "crit", "b64", "zip", "jwk", "x5c"]),
    st.one_of(
        st.sampled_from(["ES256", "none", "HS256", ACCESS, KID]),
        st.none(),
        st.integers(),
        st.lists(st.text()),
    ),
)


@given(header=headers, signature=st.binary(max_size=70))
@settings(deadline=None)
def test_no_header_makes_an_unsigned_token_pass(header: dict[str, Any], signature: bytes) -> None:
    assert not readable(PeopleWorld(), raw(HEADER | header, said(), signature))
