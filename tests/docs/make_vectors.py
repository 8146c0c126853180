"""Signs the pages among the test vectors of the feed anew: `python -m tests.docs.make_vectors`.

The cases of the rule in the same file are written by hand, and stay.
"""

import json
from pathlib import Path
from typing import Any

from authserver.oidc.messages.security_event import token_ended
from tests.oidc.signing import by_secret, key_of, mistaken, public, raw, signed

VECTORS = Path(__file__).resolve().parent.parent.parent / "docs" / "security-events-vectors.json"
ISSUER, AUDIENCE, AFTER, NOW = "https://id.example.com", "orders", "39", 1795228430
KEY = key_of("ES256", "server")
HEADER = {"alg": "ES256", "typ": "secevent-feed+jwt", "kid": str(KEY.kid)}
PAGE = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "iat": NOW,
    "exp": NOW + 300,
    "window": 4200,
    "after": AFTER,
    "next": "42",
    "more": False,
    "security_events": [
        {"type": token_ended("x", NOW).type, "toe": NOW, "match": {"jti": "x"}, "issued_until": NOW + 2}
    ],
}


def page(*, owner: str = "server", header: dict[str, Any] | None = None, **claims: Any) -> str:
    """Return a signed page with changes; what is None is left out."""
    said = {name: value for name, value in (PAGE | claims).items() if value is not None}
    heading = {name: value for name, value in (HEADER | (header or {})).items() if value is not None}
    return signed(said, heading, key_of("ES256", owner))


def answers() -> dict[str, str]:
    """Return pages by what they are; the good ones begin so."""
    header, payload, signature = page().split(".")
    forged = page(aud="another").split(".")[1]
    tampered = "A" if signature[0] != "A" else "B"
    hmac = HEADER | {"alg": "HS256"}
    return {
        "good": page(),
        "good: no events, nothing behind": page(security_events=[], next=AFTER),
        "good: members that nobody knows yet": page(later={"x": 1}),
        "good: over for less than a minute": page(iat=NOW - 359, exp=NOW - 59),
        "iss: another issuer": page(iss="https://id.example.org"),
        "iss: a slash more": page(iss=f"{ISSUER}/"),
        "iss: none": page(iss=None),
        "aud: another API": page(aud="billing"),
        "aud: none": page(aud=None),
        "after: another place, so an older page": page(after="12"),
        "after: none": page(after=None),
        "exp: over for more than a minute": page(iat=NOW - 361, exp=NOW - 61),
        "exp: none": page(exp=None),
        "typ: an access token": page(header={"typ": "at+jwt"}),
        "typ: none": page(header={"typ": None}),
        "signature: another key under the same kid": page(owner="forger"),
        "signature: a kid that is not in the key set": page(header={"kid": "unknown"}),
        "signature: changed": f"{header}.{payload}.{tampered}{signature[1:]}",
        "signature: of another page": f"{header}.{forged}.{signature}",
        "signature: none": f"{header}.{payload}.",
        "signature: alg none": raw(HEADER | {"alg": "none"}, PAGE),
        "signature: HS256 with the public key as PEM": by_secret(PAGE, hmac, mistaken(KEY)[0]),
        "signature: HS256 with no secret": by_secret(PAGE, hmac, b""),
        "no page: nothing": "",
        "no page: not signed at all": json.dumps(PAGE),
    }


def pages() -> dict[str, Any]:
    """Return what the file says of pages."""
    key = public(KEY, use="sig", alg="ES256")
    asked = {"issuer": ISSUER, "audience": AUDIENCE, "after": AFTER, "now": NOW, "jwks": {"keys": [key]}}
    return asked | {
        "answers": [
            {"why": why, "believed": why.startswith("good"), "answer": answer}
            for why, answer in answers().items()
        ]
    }


def text(vectors: dict[str, Any]) -> str:
    """Return the file: a line for each case, that people can read and compare."""
    cases = ",\n".join(f"    {json.dumps(each)}" for each in vectors["rule"])
    said = dict(vectors["pages"])
    lines = ",\n".join(f"      {json.dumps(each)}" for each in said.pop("answers"))
    asked = "".join(f"    {json.dumps(name)}: {json.dumps(value)},\n" for name, value in said.items())
    return (
        f'{{\n  "rule": [\n{cases}\n  ],\n  "pages": {{\n{asked}    "answers": [\n{lines}\n    ]\n  }}\n}}\n'
    )


if __name__ == "__main__":
    known = json.loads(VECTORS.read_text())
    VECTORS.write_text(text({"rule": known["rule"], "pages": pages()}))
