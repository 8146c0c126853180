"""What signatures and digests of secrets cost: `python -m benchmarks.decisions.signing`.

Access tokens are made with the server's own Signer and secrets are checked with its own function, beside
scrypt and argon2id as OWASP recommends them for passwords. Rates count processor time of this process.
"""

import hashlib
import os
import time
import warnings
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jwt import decode

from authserver.base.handles import new_handle
from authserver.clients.api_client import StoredSecret
from authserver.clients.secrets import digest, matching, new_secret
from authserver.keys.lifecycle import Algorithm
from authserver.keys.signer import PrivateKey, Signer

ROUNDS = 5
SECONDS = 0.5
MEBIBYTE = 1024 * 1024

CLAIMS: dict[str, object] = {
    "iss": "https://id.example.com",
    "aud": "webapi",
    "iat": 1_800_000_000,
    "nbf": 1_800_000_000,
    "exp": 1_800_003_600,
    "jti": new_handle(),
    "client_id": "0190d0f3-6a1b-4c55-9d3e-2f1c8a7b6e54",
    "org_id": "8d2f3c1e-4b5a-4f6d-9e7c-1a2b3c4d5e6f",
    "sub": "0190d0f3-6a1b-4c55-9d3e-2f1c8a7b6e54",
    "scope": "webapi",
}


class Kind(NamedTuple):
    """A kind of key, as people call it and as a token names it."""

    name: str
    algorithm: Algorithm
    key: PrivateKey
    of: type[ECKey] | type[OKPKey] | type[RSAKey]


def kinds() -> tuple[Kind, ...]:
    """Return a new key of each kind."""
    return (
        Kind("ES256", "ES256", ec.generate_private_key(ec.SECP256R1()), ECKey),
        Kind("EdDSA", "EdDSA", ed25519.Ed25519PrivateKey.generate(), OKPKey),
        Kind("RS256, 2048 bits", "RS256", rsa.generate_private_key(65537, 2048), RSAKey),
        Kind("RS256, 3072 bits", "RS256", rsa.generate_private_key(65537, 3072), RSAKey),
    )


def rate(act: Callable[[], object]) -> float:
    """Return how often something can be done per second of processor time, the median of some rounds."""
    rates = []
    for _ in range(ROUNDS):
        done, began = 0, time.process_time()
        while time.process_time() - began < SECONDS:
            act()
            done += 1
        rates.append(done / (time.process_time() - began))
    return median(rates)


def tokens() -> None:
    """Measure whole tokens: made by the server, verified by joserfc."""
    print(f"{'tokens':22} {'made/s':>10} {'verified/s':>11} {'bytes':>6}")
    for name, algorithm, key, of in kinds():
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        signer = Signer("measured", algorithm, der)
        token = signer.sign("at+jwt", CLAIMS)
        made = rate(partial(signer.sign, "at+jwt", CLAIMS))
        verified = rate(partial(decode, token, of.import_key(der), algorithms=[algorithm]))
        print(f"{name:22} {made:10,.0f} {verified:11,.0f} {len(token):6}")


def secrets() -> None:
    """Measure checks of one secret."""
    secret = new_secret()
    stored = (StoredSecret("measured", digest(secret), None),)
    salt = os.urandom(16)
    checks: dict[str, Callable[[], object]] = {
        "SHA-256 and compare": lambda: matching(secret, stored, 0),
        "scrypt 128 MiB": lambda: hashlib.scrypt(
            secret.encode(), salt=salt, n=2**17, r=8, p=1, maxmem=256 * MEBIBYTE
        ),
        "argon2id 19 MiB, t 2": lambda: Argon2id(
            salt=salt, length=32, iterations=2, lanes=1, memory_cost=19 * 1024
        ).derive(secret.encode()),
    }
    print(f"{'secrets':22} {'checked/s':>10}")
    for name, check in checks.items():
        print(f"{name:22} {rate(check):10,.0f}")


def main() -> None:
    """Measure, and print two tables."""
    # joserfc tells that RFC 9864 gives EdDSA a new name; verifiers in the field know the old one.
    warnings.simplefilter("ignore")
    tokens()
    secrets()


if __name__ == "__main__":
    main()
