"""Passwords of welcome letters."""

import math
import re

import pytest

from authserver.accounts.mailed_password import ALPHABET, GROUP, GROUPS, new_mailed_password, normalised


def test_it_is_one_unbroken_token_without_look_alikes() -> None:
    for _ in range(200):
        password = new_mailed_password()
        assert 20 <= len(password) <= 32
        assert re.fullmatch(r"[a-z2-9]{5}(-[a-z2-9]{5}){4}", password)
        assert not set(password) & set("ilo01")


def test_it_has_at_least_112_random_bits() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert GROUPS * GROUP * math.log2(len(ALPHABET)) >= 112


def test_each_is_another_and_every_character_is_used() -> None:
    made = [new_mailed_password() for _ in range(500)]
    assert len(set(made)) == 500
    assert set("".join(made)) == set(ALPHABET) | {"-"}


@pytest.mark.parametrize("change", [str, str.upper, str.title, "  {}\r\n".format, "\u00a0{}\u2003".format])
def test_what_a_copy_or_a_phone_does_to_it_is_undone(change: object) -> None:
    password = new_mailed_password()
    assert callable(change)
    assert normalised(change(password)) == password


def test_what_is_typed_instead_is_cut_and_never_matches() -> None:
    password = new_mailed_password()
    assert normalised(password + "x") != password
    assert normalised(password[:-1]) != password
    assert len(normalised("x" * 1_000_000)) < 1000
