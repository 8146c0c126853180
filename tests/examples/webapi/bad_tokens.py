"""Tokens that no verifier may accept, by what is wrong with them."""

import hmac
import json
import math
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

from joserfc import jwe
from joserfc.jwk import ECKey

from tests.examples.webapi.issuer import Issuer

Forgery = Callable[[Issuer], str]

STRANGER = ECKey.generate_key("P-256", {"kid": "first"}, auto_kid=False)


def header(**changes: Any) -> Forgery:
    """Sign a good token genuinely, with another header."""
    return lambda issuer: issuer.token(changes)


def claims(**changes: Any) -> Forgery:
    """Sign other claims genuinely; None leaves one out."""
    return lambda issuer: issuer.token(**changes)


def strange(**changes: Any) -> Forgery:
    """Sign a good token with a key that is not the issuer's."""
    return lambda issuer: issuer.token(changes, key=STRANGER)


def payload(content: bytes) -> Forgery:
    """Sign something else genuinely."""
    return lambda issuer: issuer.signed(content)


def unsigned(algorithm: str, signature: str = "") -> Forgery:
    """Replace the signature of a good token."""
    return lambda issuer: f"{issuer.token({'alg': algorithm}).rpartition('.')[0]}.{signature}"


def symmetric(secret: Callable[[Issuer], bytes]) -> Forgery:
    """Sign with a secret that everybody knows."""

    def sign(issuer: Issuer) -> str:
        content = issuer.token({"alg": "HS256"}).rpartition(".")[0]
        return f"{content}.{_base64(hmac.digest(secret(issuer), content.encode(), 'sha256'))}"

    return sign


def family(kid: str, algorithm: str) -> Forgery:
    """Sign with a genuine key that the issuer has for other APIs."""

    def sign(issuer: Issuer) -> str:
        key = next(key for key in issuer.others if key.kid == kid)
        return issuer.token({"alg": algorithm, "kid": kid}, key=key)

    return sign


def flattened(issuer: Issuer) -> str:
    """Write a good token as JSON (RFC 7515 section 7.2.2)."""
    protected, content, signature = issuer.token().split(".")
    document = {"protected": protected, "payload": content, "signature": signature}
    return json.dumps(document, separators=(",", ":"))


def encrypted(issuer: Issuer) -> str:
    """Encrypt a good token to the issuer's public key."""
    protected = {"alg": "ECDH-ES", "enc": "A128GCM", "typ": "at+jwt", "kid": "first"}
    algorithms = ["ECDH-ES", "A128GCM"]
    return jwe.encrypt_compact(protected, issuer.token(), issuer.key, algorithms=algorithms)


def raw_header(content: bytes) -> Forgery:
    """Sign a header that is no object of JSON."""

    def sign(issuer: Issuer) -> str:
        middle = issuer.token().split(".")[1]
        start = _base64(content)
        return f"{start}.{middle}.{issuer.signature(f'{start}.{middle}'.encode(), 'ES256')}"

    return sign


def claims_as_text(end: str) -> Forgery:
    """Sign good claims genuinely, with another end of their text."""
    return lambda issuer: issuer.signed((json.dumps(issuer.claims())[:-1] + end).encode())


def twice(name: str, first: object) -> Forgery:
    """Sign good claims genuinely, with one that stands there a second time; None stands for the same."""

    def sign(issuer: Issuer) -> str:
        good = issuer.claims()
        value = json.dumps(good[name] if first is None else first)
        return issuer.signed(f'{{"{name}": {value}, {json.dumps(good)[1:]}'.encode())

    return sign


def _base64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


_NOW = int(time.time())
# Long enough for the slowest run: these are made when the tests are collected.
_DAY = 86_400

BAD: dict[str, Forgery] = {
    # Algorithms.
    **{f"alg {name}": unsigned(name) for name in ("none", "None", "nOnE", "NONE")},
    "alg none with a signature": header(alg="none"),
    "empty signature": unsigned("ES256"),
    "signature of zeros": unsigned("ES256", "A" * 86),
    "short signature": unsigned("ES256", "AAAA"),
    "HS256 with the public key": symmetric(lambda issuer: issuer.key.as_pem(private=False)),
    "HS256 with the published key": symmetric(lambda issuer: json.dumps(issuer.key.as_dict()).encode()),
    "HS256 with an empty key": symmetric(lambda _: b""),
    "another family": family("rsa", "RS256"),
    "another curve": family("ed", "EdDSA"),
    "a key that is not there to sign": family("enc", "ES256"),
    "an algorithm that does not exist": header(alg="ES999"),
    "an algorithm that is no text": header(alg=["ES256"]),
    "no algorithm": header(alg=None),
    # Headers.
    "signed by somebody else": strange(),
    "the key is in the header": strange(jwk=STRANGER.as_dict(private=False), kid=None),
    "the key is in the header, with a known id": strange(jwk=STRANGER.as_dict(private=False)),
    "the address of keys is in the header": strange(jku="http://127.0.0.1:1/jwks", kid="theirs"),
    "the address of a certificate is in the header": strange(x5u="http://127.0.0.1:1/x5u"),
    "a certificate is in the header": strange(x5c=["MIIB"]),
    "something critical": header(crit=["magic"], magic=True),
    "something critical that is missing": header(crit=["exp"]),
    "nothing critical": header(crit=[]),
    "not encoded": header(b64=False),
    "critically not encoded": header(b64=False, crit=["b64"]),
    "compressed": header(zip="DEF"),
    "as JSON": flattened,
    "encrypted": encrypted,
    "a header that is a list": raw_header(b"[]"),
    "a header that is no JSON": raw_header(b"{"),
    "a header that is no text": raw_header(b"\xff\xfe"),
    "a header without end": raw_header(b"[" * 5000),
    "two algorithms": raw_header(b'{"alg":"none","typ":"at+jwt","kid":"first","alg":"ES256"}'),
    "two key ids": raw_header(b'{"alg":"ES256","typ":"at+jwt","kid":"theirs","kid":"first"}'),
    # Key ids.
    "an unknown key": header(kid="unknown"),
    "no key id": header(kid=None),
    "an empty key id": header(kid=""),
    "a list of key ids": header(kid=["first"]),
    "an object as key id": header(kid={"first": 1}),
    "a number as key id": header(kid=1),
    "a path as key id": header(kid="../../first"),
    "SQL as key id": header(kid="' OR '1'='1"),
    "a long key id": header(kid="k" * 10_240),
    # Names.
    "another issuer": claims(iss="https://id.example.com"),
    "the issuer with a slash": lambda issuer: issuer.token(iss=f"{issuer.url}/"),
    "a list of issuers": lambda issuer: issuer.token(iss=[issuer.url, "https://id.example.com"]),
    "a list of the issuer": lambda issuer: issuer.token(iss=[issuer.url]),
    "no issuer": claims(iss=None),
    "another audience": claims(aud="orders"),
    "an audience that contains ours": claims(aud="webapi2"),
    "other audiences": claims(aud=["orders", "web"]),
    "an audience that is an object": claims(aud={"webapi": True}),
    "no audience": claims(aud=None),
    "a list of subjects": claims(sub=["somebody"]),
    "no subject": claims(sub=None),
    "a list of clients": claims(client_id=["somebody"]),
    "no client": claims(client_id=None),
    "a number as client": claims(client_id=7),
    "a list of scopes": claims(scope=["webapi"]),
    "no scope": claims(scope=None),
    "no id of its own": claims(jti=None),
    # Kinds.
    "of no type": header(typ=None),
    "an ID token": header(typ="JWT"),
    "a logout token": header(typ="logout+jwt"),
    "a page of security events": header(typ="secevent-feed+jwt"),
    "a security event": header(typ="secevent+jwt"),
    "a list of types": header(typ=["at+jwt"]),
    "no token at all": lambda _: "aref_0123456789",
    "dots": lambda _: "..",
    "four parts": lambda issuer: f"{issuer.token()}.",
    "not in ASCII": lambda issuer: f"{issuer.token()}\xe9",
    "padded": lambda issuer: f"{issuer.token()}==",
    # Times.
    "expired": claims(exp=_NOW - 61),
    "no end": claims(exp=None),
    "an end that is a text": claims(exp=str(_NOW + _DAY)),
    "an end that is true": claims(exp=True),
    "an end that is no number": claims(exp=math.nan),
    "an end that is never": claims(exp=math.inf),
    "an end beyond all numbers": claims(exp=10**400),
    "a list of ends": claims(exp=[_NOW + _DAY]),
    "not valid yet": claims(nbf=_NOW + _DAY),
    "from the future": claims(iat=_NOW + _DAY),
    "no beginning": claims(iat=None),
    "a beginning before all times": claims(iat=-math.inf),
    "a beginning that is a text": claims(nbf="yesterday"),
    "a beginning that is no number": claims(nbf=math.nan),
    # Contents.
    "claims that are a list": payload(b"[]"),
    "claims that are no JSON": payload(b"{"),
    "claims that are no text": payload(b"\xff"),
    "no claims": payload(b"{}"),
    "two audiences in two claims": twice("aud", "orders"),
    "two ends": twice("exp", _NOW + 2 * _DAY),
    "two issuers, also the same": twice("iss", None),
    "a claim twice within another": claims_as_text(',"act":{"sub":"a","sub":"b"}}'),
    "claims without end": payload(b"[" * 5000),
    "too long": claims(filler="x" * 17_000),
}
