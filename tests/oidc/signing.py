"""Real keys for the protocol's logic: a key ring in memory, and a forger who holds keys of his own."""

import base64
import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
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

    def signer(self, algorithm: Algorithm) -> Signer:
        return signer_of(algorithm)

    def jwks(self) -> bytes:
        return self.document


def signed(claims: Any, header: dict[str, Any], key: Key) -> str:
    """Return a compact JWS that anybody who holds a key can make, with any header."""
    algorithm = str(header["alg"])
    return jws.serialize_compact(header, json.dumps(claims).encode(), key, algorithms=[algorithm])


def raw(header: Any, claims: Any, signature: bytes = b"") -> str:
    """Return three parts as a compact JWS has, whatever stands in them."""
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def header_of(token: str) -> Any:
    """Return the header of a token, unverified."""
    return json.loads(_decoded(token.split(".", maxsplit=1)[0]))


def claims_of(token: str) -> Any:
    """Return the claims of a token, unverified."""
    return json.loads(_decoded(token.split(".")[1]))


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
