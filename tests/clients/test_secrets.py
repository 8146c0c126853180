import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.clients import secrets
from authserver.clients.api_client import StoredSecret
from authserver.clients.secrets import is_well_formed, matching, new_secret

# The form that scanners of leaked secrets are told; a change of it is a change of the interface.
FORM = re.compile(r"asec_[0-9A-Za-z]{49}")
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
NOW = 1_800_000_000


def stored(secret: str, expires_at: int | None = None) -> StoredSecret:
    return StoredSecret(secret[-6:], secrets.digest(secret), expires_at)


def test_secrets_have_the_published_form_and_never_repeat() -> None:
    made = {new_secret() for _ in range(500)}
    assert len(made) == 500
    assert all(FORM.fullmatch(secret) and is_well_formed(secret) for secret in made)


def test_a_secret_carries_256_bits() -> None:
    assert 62**43 >= 2**256
    heads = {new_secret()[5:8] for _ in range(500)}
    assert len(heads) > 100


@given(st.integers(0, 2**256 - 1))
def test_every_random_number_makes_a_well_formed_secret_of_the_same_length(number: int) -> None:
    body = "asec_" + secrets._base62(number, 43)
    secret = body + secrets._checksum(body)
    assert FORM.fullmatch(secret)
    assert is_well_formed(secret)


@given(st.integers(0, 2**256 - 1), st.integers(0, 53), st.sampled_from(ALPHABET))
def test_the_checksum_notices_any_one_changed_character(number: int, place: int, other: str) -> None:
    body = "asec_" + secrets._base62(number, 43)
    secret = body + secrets._checksum(body)
    changed = secret[:place] + other + secret[place + 1 :]
    assert is_well_formed(changed) is (changed == secret)


@pytest.mark.parametrize("broken", ["", "asec_", "asec_" + "0" * 49, "x" * 54, "ASEC_" + "0" * 49])
def test_what_has_not_the_form_is_told_apart(broken: str) -> None:
    assert not is_well_formed(broken)
    assert not is_well_formed(new_secret() + broken + "0")


def test_a_secret_rests_as_its_sha_256() -> None:
    secret = new_secret()
    assert secrets.digest(secret) == hashlib.sha256(secret.encode("ascii")).digest()


def test_any_of_several_secrets_matches_and_no_other() -> None:
    mine = [new_secret() for _ in range(3)]
    kept = tuple(stored(secret) for secret in mine)
    for secret in mine:
        assert matching(secret, kept, NOW) == stored(secret)
    for wrong in (new_secret(), "", mine[0][:-1], mine[0] + "0", mine[0].swapcase()):
        assert matching(wrong, kept, NOW) is None
    assert matching(mine[0], (), NOW) is None


def test_a_secret_counts_until_the_moment_it_expires() -> None:
    secret = new_secret()
    assert matching(secret, (stored(secret, NOW + 1),), NOW)
    assert matching(secret, (stored(secret, NOW),), NOW) is None
    assert matching(secret, (stored(secret, NOW - 1),), NOW) is None


@given(st.text(max_size=60))
def test_no_text_that_is_presented_breaks_the_comparison(presented: str) -> None:
    assert matching(presented, (stored(new_secret()),), NOW) is None
