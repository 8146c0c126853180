import hashlib
import hmac

from authserver.base.subkeys import derive
from tests.support.server import MASTER_KEY


def test_a_subkey_has_256_bits_and_is_the_same_each_time() -> None:
    assert derive(MASTER_KEY, "key vault") == derive(MASTER_KEY, "key vault")
    assert len(derive(MASTER_KEY, "key vault")) == 32


def test_each_purpose_and_each_master_key_has_a_subkey_of_its_own() -> None:
    keys = (MASTER_KEY, MASTER_KEY + "x")
    purposes = ("key vault", "cookies", "refresh successors", "")
    assert len({derive(key, purpose) for key in keys for purpose in purposes}) == len(keys) * len(purposes)


def test_a_subkey_is_what_rfc_5869_computes() -> None:
    extracted = hmac.digest(bytes(32), MASTER_KEY.encode(), hashlib.sha256)
    assert derive(MASTER_KEY, "cookies") == hmac.digest(extracted, b"authserver/cookies\x01", hashlib.sha256)
