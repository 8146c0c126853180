"""Real keys for the protocol's logic: a key ring in memory, and a forger who holds keys of his own."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jws
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from authserver.keys.lifecycle import ALGORITHMS, Algorithm
from authserver.keys.signer import Signer


@cache
def key_of(algorithm: str, owner: str = "server") -> Key:
    """Return a private key of somebody, made once: RSA keys take their time."""
    kid = f"{owner}-{algorithm}"
    if algorithm in ("RS256", "PS256"):
        return RSAKey.generate_key(2048, {"kid": kid})
    if algorithm == "EdDSA":
        return OKPKey.generate_key("Ed25519", {"kid": kid})
    return ECKey.generate_key("P-256", {"kid": kid})


def public(key: Key, **members: str) -> dict[str, Any]:
    """Return the public JWK of a key."""
    return {**key.as_dict(private=False), **members}


@cache
def signer_of(algorithm: Algorithm) -> Signer:
    """Return the server's own signer."""
    key = key_of(algorithm)
    private: Any = key.private_key
    return Signer(
        str(key.kid), algorithm, private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    )


def published(*algorithms: Algorithm) -> bytes:
    """Return the key set document with the server's keys of some algorithms."""
    keys = [public(key_of(each), use="sig", alg=each) for each in algorithms]
    return json.dumps({"keys": keys}).encode()


@dataclass
class KeyRing:
    """The port of keys."""

    document: bytes = field(default_factory=lambda: published(*ALGORITHMS))
    former: bytes = b""
    """The key set with keys that are published no more; empty when it is the same."""

    def signer(self, algorithm: Algorithm) -> Signer:
        return signer_of(algorithm)

    def jwks(self) -> bytes:
        return self.document

    def hints(self) -> bytes:
        return self.former or self.document


def signed(claims: Any, header: dict[str, Any], key: Key) -> str:
    """Return a compact JWS that anybody who holds a key can make, with any header."""
    algorithm = str(header["alg"])
    return jws.serialize_compact(header, json.dumps(claims).encode(), key, algorithms=[algorithm])


def mistaken(key: Key) -> tuple[bytes, ...]:
    """Return what a public key looks like to a verifier that takes it for a secret."""
    material: Any = key.public_key
    pem = material.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem, json.dumps(public(key)).encode(), b""


def es256(payload: bytes, header: Any, key: Key) -> str:
    """Return a well-signed JWS of any bytes with any header, also such as no library would make."""
    private: Any = key.private_key
    unsigned = ".".join(_encoded(part) for part in (json.dumps(header).encode(), payload))
    r, s = decode_dss_signature(private.sign(unsigned.encode(), ECDSA(SHA256())))
    return f"{unsigned}.{_encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def by_secret(claims: Any, header: dict[str, Any], secret: bytes) -> str:
    """Return what a forger makes who takes a public key for a secret (HS256)."""
    unsigned = raw(header, claims).rpartition(".")[0]
    mac = hmac.new(secret, unsigned.encode(), hashlib.sha256).digest()
    return f"{unsigned}.{_encoded(mac)}"


def raw(header: Any, claims: Any, signature: bytes = b"") -> str:
    """Return three parts as a compact JWS has, whatever stands in them."""
    return ".".join(map(_encoded, (json.dumps(header).encode(), json.dumps(claims).encode(), signature)))


def header_of(token: str) -> Any:
    """Return the header of a token, unverified."""
    return json.loads(_decoded(token.split(".", maxsplit=1)[0]))


def claims_of(token: str) -> Any:
    """Return the claims of a token, unverified."""
    return json.loads(_decoded(token.split(".")[1]))


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
