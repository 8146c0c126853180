"""Signing compact JWS (RFC 7515 section 7.1) with a header prepared once per key and kind of token."""

from base64 import urlsafe_b64encode
from collections.abc import Callable

import orjson
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key

from authserver.keys.lifecycle import Algorithm

_P256_BYTES = 32

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


class Signer:
    """One private key, parsed once."""

    def __init__(self, kid: str, algorithm: Algorithm, private_key: bytes) -> None:
        """Take a PKCS #8 DER private key. Raises ValueError when it is not one."""
        self.kid = kid
        self.algorithm = algorithm
        self._sign = _signing(load_der_private_key(private_key, password=None))
        self._headers: dict[str, bytes] = {}

    def sign(self, typ: str, claims: dict[str, object]) -> str:
        """Return a compact JWS of the claims, with the given `typ` (RFC 8725 section 3.11) in its header."""
        header = self._headers.get(typ) or self._prepare(typ)
        signed = header + urlsafe_b64encode(orjson.dumps(claims)).rstrip(b"=")
        return (signed + b"." + urlsafe_b64encode(self._sign(signed)).rstrip(b"=")).decode("ascii")

    def _prepare(self, typ: str) -> bytes:
        header = orjson.dumps({"alg": self.algorithm, "typ": typ, "kid": self.kid})
        prepared = urlsafe_b64encode(header).rstrip(b"=") + b"."
        self._headers[typ] = prepared
        return prepared


def _signing(key: object) -> Callable[[bytes], bytes]:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return _es256(key)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign
    if isinstance(key, rsa.RSAPrivateKey):
        # RFC 7518 section 3.3: RSASSA-PKCS1-v1_5 using SHA-256.
        return lambda signed: key.sign(signed, padding.PKCS1v15(), SHA256())
    raise ValueError("not a key of a supported kind")


def _es256(key: ec.EllipticCurvePrivateKey) -> Callable[[bytes], bytes]:
    ecdsa = ec.ECDSA(SHA256())

    def sign(signed: bytes) -> bytes:
        # RFC 7518 section 3.4: R and S as 32 big-endian bytes each, not as DER.
        r, s = decode_dss_signature(key.sign(signed, ecdsa))
        return r.to_bytes(_P256_BYTES, "big") + s.to_bytes(_P256_BYTES, "big")

    return sign
