"""Making access tokens and nothing else, on one thread.

`python -m benchmarks.programs.raw_signing SECONDS`
"""

import json
import sys
import time

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from authserver.base.clock import now
from authserver.base.handles import new_id
from authserver.keys.signer import Signer
from authserver.oidc.tokens.access_token import AccessToken, claims
from authserver.oidc.tokens.scopes import TokenForm
from authserver.oidc.vocabulary import ACCESS_TOKEN_TYPE

BATCH = 200
"""Tokens between two looks at the clock."""

ISSUER = "https://id.example.com"


def make_tokens(seconds: float) -> dict[str, float]:
    """Return how many ES256 access tokens were made, in how many seconds, and of how much processor time."""
    key = ec.generate_private_key(ec.SECP256R1())
    signer = Signer("kid", "ES256", key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    client_id = new_id()
    form = TokenForm(("webapi",), "ES256", "rfc9068", 600)
    token = AccessToken(client_id, client_id, new_id(), ("webapi",), form)
    made, began, used = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds:
        for _ in range(BATCH):
            signer.sign(ACCESS_TOKEN_TYPE, claims(token, ISSUER, now()))
        made += BATCH
    return {
        "tokens": made,
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - used,
    }


if __name__ == "__main__":
    print(json.dumps(make_tokens(float(sys.argv[1]))))
