"""Bad ID tokens of every kind sign nobody in, whatever answer of the token endpoint they come with."""

import base64
import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.examples.toolbox.answers import REFUSED, SIGNED_IN, begin
from tests.examples.toolbox.conftest import SECRET
from tests.examples.toolbox.products import Product, product
from tests.examples.toolbox.standin import EVENT, SigningKey, Standin, by_hmac, unsigned
from tests.support.server import free_port

STRANGER = SigningKey("first")


def now(seconds: int = 0) -> int:
    """Return a time of a claim, so many seconds from now."""
    return int(time.time()) + seconds


CLAIMS: dict[str, Callable[[], dict[str, Any]]] = {
    "no nonce": lambda: {"nonce": None},
    "another nonce": lambda: {"nonce": "another"},
    "a list of nonces": lambda: {"nonce": ["another"]},
    "another issuer": lambda: {"iss": "https://id.example.com"},
    "no issuer": lambda: {"iss": None},
    "for another product": lambda: {"aud": "analytics"},
    "for another product, in a list": lambda: {"aud": ["analytics"]},
    "an audience that only looks alike": lambda: {"aud": "toolbox-2"},
    "for nobody": lambda: {"aud": None},
    "for several, and nobody in particular": lambda: {"aud": ["toolbox", "analytics"]},
    "for several, and another in particular": lambda: {"aud": ["toolbox", "analytics"], "azp": "analytics"},
    "given to another": lambda: {"azp": "analytics"},
    "expired": lambda: {"iat": now(-7200), "exp": now(-61)},
    "expired long ago": lambda: {"exp": 1},
    "without end": lambda: {"exp": None},
    "an end that is text": lambda: {"exp": str(now(600))},
    "an end that is true": lambda: {"exp": True},
    "of the future": lambda: {"iat": now(120), "exp": now(3600)},
    "without a beginning": lambda: {"iat": None},
    "a beginning that is text": lambda: {"iat": "0"},
    "not good yet": lambda: {"nbf": now(120)},
    "of nobody": lambda: {"sub": None},
    "of an empty subject": lambda: {"sub": ""},
    "of several": lambda: {"sub": ["5d1c7f7e"]},
    "of a number": lambda: {"sub": 1},
    "of no session": lambda: {"sid": None},
    "of several sessions": lambda: {"sid": ["1"]},
    "beside another access token": lambda: {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    "a hash that is a list": lambda: {"at_hash": ["AAAAAAAAAAAAAAAAAAAAAA"]},
    "too large": lambda: {"padding": "x" * 20_000},
}

HEADERS: dict[str, dict[str, Any]] = {
    "alg none": {"alg": "none"},
    "alg None": {"alg": "None"},
    "HMAC": {"alg": "HS256"},
    "another family": {"alg": "ES256"},
    "another padding": {"alg": "PS256"},
    "a list of algorithms": {"alg": ["RS256"]},
    "a logout token": {"typ": "logout+jwt"},
    "an access token": {"typ": "at+jwt"},
    "a type that is a list": {"typ": ["JWT"]},
    "an unknown key": {"kid": "unknown"},
    "no key": {"kid": None},
    "a list of keys": {"kid": ["first"]},
    "a path": {"kid": "../first"},
    "SQL": {"kid": "first' OR '1'='1"},
    "huge": {"kid": "f" * 10_240},
    "critical": {"crit": ["exp"]},
    "critical and unknown": {"crit": ["https://example.com/x"], "https://example.com/x": 1},
    "not encoded": {"b64": False, "crit": ["b64"]},
}


def _header(**more: Any) -> dict[str, Any]:
    return {"alg": "HS256", "typ": "JWT", "kid": "first"} | more


def _as_json(token: str) -> dict[str, str]:
    return dict(zip(("protected", "payload", "signature"), token.split("."), strict=True))


FORGERIES: dict[str, Callable[[Standin, str], Any]] = {
    "an empty signature": lambda it, nonce: it.id_token(nonce).rpartition(".")[0] + ".",
    "not signed": lambda it, nonce: unsigned(it.id_token(nonce), _header(alg="none")),
    "HMAC with the public key": lambda it, nonce: by_hmac(it.id_token(nonce), _header(), it.key.pem),
    "HMAC with the public key as it is published": lambda it, nonce: by_hmac(
        it.id_token(nonce), _header(), json.dumps(it.key.jwk.as_dict(private=False)).encode()
    ),
    "HMAC with an empty key": lambda it, nonce: by_hmac(it.id_token(nonce), _header(), b""),
    "HMAC with our own secret": lambda it, nonce: by_hmac(it.id_token(nonce), _header(), SECRET.encode()),
    "a key that the token brings": lambda it, nonce: STRANGER.sign(
        _header(alg="RS256", jwk=STRANGER.jwk.as_dict(private=False)), _claims(it, nonce)
    ),
    "a key that the token names the address of": lambda it, nonce: STRANGER.sign(
        _header(alg="RS256", jku=f"{it.issuer}/jwks", x5u=f"{it.issuer}/jwks"), _claims(it, nonce)
    ),
    "a logout token": lambda it, nonce: it.logout_token(nonce=nonce),
    "a logout token that says it is none": lambda it, _: it.logout_token({"typ": "JWT"}, events={EVENT: {}}),
    "encrypted": lambda it, nonce: it.id_token(nonce) + ".a.b",
    "JSON serialization": lambda it, nonce: _as_json(it.id_token(nonce)),
    "JSON serialization as text": lambda it, nonce: json.dumps(_as_json(it.id_token(nonce))),
    "a list": lambda it, nonce: [it.id_token(nonce)],
    "a number": lambda *_: 1,
    "null": lambda *_: None,
    "nothing": lambda *_: "",
    "three dots": lambda *_: "...",
    "no token": lambda *_: "none",
    "letters of no alphabet": lambda it, nonce: it.id_token(nonce) + "ä",
}

ANSWERS: dict[str, dict[str, Any]] = {
    "no refresh token": {"refresh_token": None},
    "an access token that is a list": {"access_token": ["access"]},
    "no access token": {"access_token": None},
    "no end": {"expires_in": None},
}


def _claims(standin: Standin, nonce: str) -> dict[str, Any]:
    payload = standin.id_token(nonce).split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(payload + "==")))


def _refused(toolbox: Product, standin: Standin, forge: Callable[[str], None]) -> None:
    begun = begin(toolbox, standin.issuer)
    forge(begun.asked["nonce"])
    assert begun.answered().status == REFUSED
    assert not begun.visitor.signed_in
    # So that nothing else than the forgery was wrong with it.
    standin.claims, standin.header, standin.answers, standin.key = {}, {}, {}, standin.published
    assert begin(toolbox, standin.issuer).answered().status == SIGNED_IN


@pytest.mark.parametrize("name", CLAIMS)
def test_an_id_token_with_wrong_claims_signs_nobody_in(toolbox: Product, standin: Standin, name: str) -> None:
    _refused(toolbox, standin, lambda _: standin.claims.update(CLAIMS[name]()))


@pytest.mark.parametrize("name", HEADERS)
def test_an_id_token_with_a_wrong_header_signs_nobody_in(
    toolbox: Product, standin: Standin, name: str
) -> None:
    _refused(toolbox, standin, lambda _: standin.header.update(HEADERS[name]))


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_id_token_signs_nobody_in(toolbox: Product, standin: Standin, name: str) -> None:
    _refused(toolbox, standin, lambda nonce: standin.answers.update(id_token=FORGERIES[name](standin, nonce)))


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_lacks_something_signs_nobody_in(
    toolbox: Product, standin: Standin, name: str
) -> None:
    _refused(toolbox, standin, lambda _: standin.answers.update(ANSWERS[name]))


def test_an_id_token_with_the_nonce_of_another_request_signs_nobody_in(
    toolbox: Product, standin: Standin
) -> None:
    first, second = begin(toolbox, standin.issuer), begin(toolbox, standin.issuer)
    assert second.answered(code=first.asked["nonce"]).status == REFUSED
    assert not second.visitor.signed_in


def test_an_id_token_that_somebody_else_signed_signs_nobody_in(toolbox: Product, standin: Standin) -> None:
    standin.key = STRANGER
    _refused(toolbox, standin, lambda _: None)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_weak_algorithm_in_the_discovery_document_is_not_believed(
    standin: Standin, tmp_path: Path, algorithm: str
) -> None:
    standin.metadata = {"id_token_signing_alg_values_supported": [algorithm, "RS256"]}
    with product(tmp_path, standin.issuer, free_port(), "a secret") as trusting:
        begun = begin(trusting, standin.issuer)
        token, header = standin.id_token(begun.asked["nonce"]), _header(alg=algorithm)
        standin.answers["id_token"] = (
            unsigned(token, header) if algorithm == "none" else by_hmac(token, header, standin.key.pem)
        )
        assert begun.answered().status == REFUSED


def test_clocks_may_differ_by_a_minute(toolbox: Product, standin: Standin) -> None:
    for claims in ({"iat": now(50)}, {"iat": now(-600), "exp": now(-50)}):
        standin.claims = claims
        assert begin(toolbox, standin.issuer).answered().status == SIGNED_IN


def test_the_hash_of_the_access_token_is_that_of_this_one(toolbox: Product, standin: Standin) -> None:
    half = hashlib.sha256(b"the one").digest()[:16]
    standin.claims = {"at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode()}
    standin.answers = {"access_token": "the one"}
    assert begin(toolbox, standin.issuer).answered().status == SIGNED_IN
    standin.answers = {"access_token": "another"}
    assert begin(toolbox, standin.issuer).answered().status == REFUSED


def test_an_id_token_for_us_in_particular_may_name_others(toolbox: Product, standin: Standin) -> None:
    standin.claims = {"aud": ["toolbox", "analytics"], "azp": "toolbox"}
    assert begin(toolbox, standin.issuer).answered().status == SIGNED_IN
