"""Assertions by which applications authenticate: each is good once, at all instances together."""

import time

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import ECKey

from authserver.oidc.vocabulary import CLIENT_ASSERTION_TYPE, TOKEN
from tests.front_channel.party import Party, Reply, call, new_party
from tests.support.application import race

THREADS = 32
Twins = tuple[Flask, Flask]


@pytest.fixture(scope="module")
def key() -> ECKey:
    return ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)


def with_key(app: Flask, key: ECKey) -> Party:
    """Register an application that signs assertions."""
    jwks = {"keys": [key.as_dict(private=False)]}
    return new_party(app, auth_method="private_key_jwt", jwks=jwks)


def assertion(party: Party, key: ECKey, jti: str, lifetime: int = 60) -> str:
    """Sign an assertion."""
    now = int(time.time())
    claims = {
        "iss": party.client_id,
        "sub": party.client_id,
        "aud": party.app.config["ISSUER"],
        "jti": jti,
        "iat": now,
        "exp": now + lifetime,
    }
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key)


def present(proof: str, at: Flask) -> Reply:
    """Ask for tokens in exchange for a code that does not exist: who is let in hears of the code."""
    form = {
        "grant_type": "authorization_code",
        "code": "none",
        "client_assertion_type": CLIENT_ASSERTION_TYPE,
        "client_assertion": proof,
    }
    return call(at, TOKEN, form)


def let_in(replies: list[Reply | BaseException]) -> int:
    """Return how many were taken for the application; the others were not, and nothing else happened."""
    assert all(isinstance(each, Reply) and each.status in (400, 401, 429) for each in replies), replies
    return sum(isinstance(each, Reply) and each.refused("invalid_grant") for each in replies)


def test_one_of_many_is_let_in_by_an_assertion(twins: Twins, key: ECKey) -> None:
    party = with_key(twins[0], key)
    for jti in ("one", "two"):
        proof = assertion(party, key, jti)
        assert let_in(race(THREADS, lambda n, p=proof: present(p, twins[n % 2]))) == 1  # type: ignore[misc]
        assert not present(proof, twins[0]).refused("invalid_grant")


def test_an_assertion_signed_anew_under_the_same_jti_is_the_same(twins: Twins, key: ECKey) -> None:
    party = with_key(twins[0], key)
    proofs = [assertion(party, key, "same", 60 + number) for number in range(THREADS)]
    assert let_in(race(THREADS, lambda n: present(proofs[n], twins[n % 2]))) == 1


def test_assertions_of_different_names_or_applications_are_all_good(twins: Twins, key: ECKey) -> None:
    parties = [with_key(twins[0], key), with_key(twins[0], key)]
    proofs = [assertion(parties[number % 2], key, f"jti {number // 2}") for number in range(16)]
    assert let_in(race(16, lambda n: present(proofs[n], twins[n % 2]))) == 16
