from base64 import urlsafe_b64decode

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ed448
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jws
from joserfc.jwk import JWKRegistry

from authserver.keys.lifecycle import ALGORITHMS, Algorithm
from authserver.keys.making import make
from authserver.keys.signer import Signer
from authserver.keys.store import StoredKey
from authserver.keys.vault import Vault
from tests.support.server import MASTER_KEY

PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


def made(algorithm: Algorithm) -> tuple[StoredKey, Signer]:
    vault = Vault(MASTER_KEY)
    key = make(algorithm, vault, 0, 0)
    kid = key.times.kid
    return key, Signer(kid, algorithm, vault.open(key.sealed_private_key, kid))


# joserfc warns of the name EdDSA, which RFC 9864 replaces by Ed25519; verifiers know the old one.
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_independent_library_verifies_every_signature(algorithm: Algorithm) -> None:
    key, signer = made(algorithm)
    public = JWKRegistry.import_key({**key.public_jwk})
    # Many, because R and S of ECDSA now and then begin with zero bytes.
    for number in range(50 if algorithm == "ES256" else 3):
        token = signer.sign("at+jwt", {"sub": "someone", "number": number})
        read = jws.deserialize_compact(token.encode(), public, algorithms=[algorithm])
        assert orjson.loads(read.payload) == {"sub": "someone", "number": number}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_header_tells_algorithm_kind_and_key_and_nothing_else(algorithm: Algorithm) -> None:
    key, signer = made(algorithm)
    for typ in ("at+jwt", "logout+jwt", "at+jwt"):
        token = signer.sign(typ, {})
        header = jws.extract_compact(token.encode()).headers()
        assert header == {"alg": algorithm, "typ": typ, "kid": key.times.kid}
        assert "=" not in token


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_public_key_says_what_it_is_for_and_has_no_private_member(algorithm: Algorithm) -> None:
    key, _ = made(algorithm)
    assert key.public_jwk["alg"] == algorithm
    assert key.public_jwk["use"] == "sig"
    assert not PRIVATE_MEMBERS & set(key.public_jwk)
    assert JWKRegistry.import_key({**key.public_jwk}).is_private is False


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_kid_is_the_thumbprint_of_the_public_key(algorithm: Algorithm) -> None:
    key, _ = made(algorithm)
    assert key.public_jwk["kid"] == key.times.kid == JWKRegistry.import_key({**key.public_jwk}).thumbprint()


def test_keys_are_of_the_128_bit_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    modulus = urlsafe_b64decode(made("RS256")[0].public_jwk["n"] + "==")
    assert len(modulus) * 8 == 3072
    assert made("ES256")[0].public_jwk["crv"] == "P-256"
    assert made("EdDSA")[0].public_jwk["crv"] == "Ed25519"


def test_a_stored_key_does_not_show_its_private_part_when_printed() -> None:
    key, _ = made("ES256")
    assert "sealed_private_key" not in repr(key)


def test_what_is_no_key_of_a_supported_kind_is_refused() -> None:
    der = ed448.Ed448PrivateKey.generate().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(ValueError, match="not a key of a supported kind"):
        Signer("kid", "EdDSA", der)
    with pytest.raises(ValueError, match=r"(?i)deserialize"):
        Signer("kid", "ES256", b"no key at all")
