import hashlib
import re
import uuid

from authserver.base import handles


def test_a_handle_has_256_bits_in_base64url() -> None:
    made = {handles.new_handle() for _ in range(500)}
    assert len(made) == 500
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", handle) for handle in made)


def test_an_id_is_a_random_uuid_in_canonical_form() -> None:
    made = handles.new_id()
    assert str(uuid.UUID(made)) == made
    assert uuid.UUID(made).version == 4


def test_the_digest_of_a_handle_is_its_sha_256() -> None:
    handle = handles.new_handle()
    assert handles.digest(handle) == hashlib.sha256(handle.encode("ascii")).digest()


def test_a_request_id_has_128_bits_in_hexadecimal() -> None:
    made = {handles.new_request_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(re.fullmatch(r"[0-9a-f]{32}", identifier) for identifier in made)
