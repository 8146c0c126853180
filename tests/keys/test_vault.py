import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.keys.vault import Vault, VaultError
from tests.support.server import MASTER_KEY

OTHER_KEY = "another-master-key-0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SECRET = b"a private key"
SEALED = Vault(MASTER_KEY).seal(SECRET, "kid 1")


def test_what_was_sealed_opens_in_its_context() -> None:
    assert Vault(MASTER_KEY).open(SEALED, "kid 1") == SECRET


def test_what_is_sealed_shows_nothing_and_differs_each_time() -> None:
    again = Vault(MASTER_KEY).seal(SECRET, "kid 1")
    assert SECRET not in SEALED
    assert again != SEALED
    assert again[:12] != SEALED[:12]


def test_what_was_sealed_for_one_key_does_not_open_as_another() -> None:
    with pytest.raises(VaultError, match="kid 2"):
        Vault(MASTER_KEY).open(SEALED, "kid 2")


def test_another_master_key_opens_nothing_and_the_refusal_names_the_variable() -> None:
    with pytest.raises(VaultError, match="AUTHSERVER_MASTER_KEY") as refused:
        Vault(OTHER_KEY).open(SEALED, "kid 1")
    assert MASTER_KEY not in str(refused.value)
    assert OTHER_KEY not in str(refused.value)


def test_the_previous_master_key_opens_and_never_seals() -> None:
    both = Vault(OTHER_KEY, MASTER_KEY)
    assert both.open(SEALED, "kid 1") == SECRET
    sealed = both.seal(SECRET, "kid 1")
    assert Vault(OTHER_KEY).open(sealed, "kid 1") == SECRET
    with pytest.raises(VaultError):
        Vault(MASTER_KEY).open(sealed, "kid 1")


@pytest.mark.parametrize("byte", range(len(SEALED)))
def test_one_altered_byte_is_noticed(byte: int) -> None:
    altered = bytearray(SEALED)
    altered[byte] ^= 1
    with pytest.raises(VaultError):
        Vault(MASTER_KEY).open(bytes(altered), "kid 1")


@given(st.integers(0, len(SEALED) - 1), st.binary(max_size=3))
def test_what_was_cut_or_lengthened_is_noticed(length: int, more: bytes) -> None:
    with pytest.raises(VaultError):
        Vault(MASTER_KEY).open(SEALED[:length] + more, "kid 1")
