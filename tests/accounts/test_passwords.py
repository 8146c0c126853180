"""Passwords at rest."""

import pytest
from argon2 import extract_parameters
from hypothesis import example, given
from hypothesis import strategies as st

from authserver.accounts import passwords
from authserver.accounts.hashing import HashPool
from authserver.accounts.passwords import LONGEST, Passwords
from authserver.base.errors import Refused

PASSWORD = "a long walk past nine quiet harbours"
QUICK = Passwords(8, 1, 1, HashPool(1, 4))
HASH = QUICK.hash(PASSWORD)

GARBAGE = [
    "",
    "x",
    "ü",
    "\x00",
    "\ud800",
    PASSWORD,
    HASH[:-5],
    HASH[:-1] + "\x00",
    HASH + "ü",
    HASH * 3,
    HASH.replace("m=8", "m=x"),
    HASH.replace("m=8", "m=99999999999"),
    HASH.replace("t=1", "t=0"),
    HASH.replace("v=19", "v=99"),
    HASH.replace("argon2id", "argon2x"),
    "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
]

SAME = [
    ("caf\u00e9 on the long harbour", "cafe\u0301 on the long harbour"),
    ("\uff4c\uff4f\uff4e\uff47 walk", "long walk"),
    ("\ufb01ve fish in \u2168 rivers", "five fish in IX rivers"),
    ("\u212b ngstrom", "\u00c5 ngstrom"),
]


class Counted(HashPool):
    """A pool that knows how often it hashed."""

    def __init__(self) -> None:
        super().__init__(1, 4)
        self.asked: list[str] = []

    def run(self, work, *args, **kwargs):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN002, ANN003, ANN201 - passes all on
        self.asked.append(work.__name__)
        return super().run(work, *args, **kwargs)


def test_a_hash_is_argon2id_and_names_its_parameters() -> None:
    made = Passwords(64, 3, 2, HashPool(1, 1)).hash(PASSWORD)
    found = extract_parameters(made)
    assert made.startswith("$argon2id$v=19$m=64,t=3,p=2$")
    assert (found.memory_cost, found.time_cost, found.parallelism) == (64, 3, 2)
    assert (found.salt_len, found.hash_len) == (16, 32)


def test_the_right_password_matches_and_no_other() -> None:
    assert QUICK.verify(HASH, PASSWORD)
    for other in ("", PASSWORD + " ", " " + PASSWORD, PASSWORD.upper(), PASSWORD[:-1], PASSWORD + "\x00"):
        assert not QUICK.verify(HASH, other)


def test_the_same_password_has_another_hash_each_time() -> None:
    assert QUICK.hash(PASSWORD) != HASH
    assert PASSWORD not in HASH


def test_an_unknown_account_costs_one_hash_with_the_same_parameters_from_the_first_on() -> None:
    pool = Counted()
    made = Passwords(16, 2, 1, pool)
    assert not made.verify(None, PASSWORD)
    assert not made.verify(None, "")
    assert pool.asked == ["verify", "verify"]
    assert made._nobodys.startswith("$argon2id$v=19$m=16,t=2,p=1$")
    assert not made.needs_rehash(made._nobodys)
    assert len(made._nobodys) == len(made.hash(PASSWORD))


def test_nobodys_hash_is_another_one_in_each_process_and_opens_nothing() -> None:
    one, other = (Passwords(8, 1, 1, HashPool(1, 1)) for _ in range(2))
    assert one._nobodys != other._nobodys
    assert not one.verify(one._nobodys, "")


@pytest.mark.parametrize("stored", GARBAGE, ids=[ascii(text)[:24] for text in GARBAGE])
def test_a_stored_value_that_is_no_hash_opens_nothing(stored: str) -> None:
    assert not QUICK.verify(stored, PASSWORD)
    assert isinstance(QUICK.needs_rehash(stored), bool)


@given(st.text(st.characters(), max_size=60), st.text(st.characters(), max_size=20))
def test_no_stored_value_and_no_password_makes_it_crash(stored: str, password: str) -> None:
    assert not QUICK.verify(stored, password)
    assert QUICK.needs_rehash(stored)


def test_other_parameters_call_for_another_hash() -> None:
    assert not QUICK.needs_rehash(HASH)
    for memory, passes, lanes in ((16, 1, 1), (8, 2, 1), (16, 1, 2)):
        made = Passwords(memory, passes, lanes, QUICK.pool)
        assert made.needs_rehash(HASH)
        assert made.verify(HASH, PASSWORD)
    assert QUICK.needs_rehash("no hash at all")


@pytest.mark.parametrize(("one", "other"), SAME, ids=[ascii(one)[:24] for one, _ in SAME])
def test_the_same_password_from_another_keyboard_matches(one: str, other: str) -> None:
    assert one != other
    assert QUICK.verify(QUICK.hash(one), other)


@given(st.text(st.characters(), max_size=40))
@example("\ud800" * 20)
@example("\x00" * 20)
@example("a\x00b")
@example("\ud83d\ude00")
def test_whatever_can_be_typed_can_be_a_password(password: str) -> None:
    stored = QUICK.hash(password)
    assert QUICK.verify(stored, password)
    assert not QUICK.verify(stored, password + "x")


def test_lone_surrogates_are_told_apart() -> None:
    assert not QUICK.verify(QUICK.hash("\ud800" * 20), "\ud801" * 20)


def test_nothing_is_cut_off() -> None:
    for length in (64, 72, 73, 128, 256, LONGEST - 1, LONGEST):
        stored = QUICK.hash("x" * (length - 1) + "a")
        assert QUICK.verify(stored, "x" * (length - 1) + "a")
        assert not QUICK.verify(stored, "x" * (length - 1) + "b")


@pytest.mark.parametrize("length", [LONGEST + 1, 1_048_576])
def test_an_over_long_password_is_refused_before_anything_is_computed(
    length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = Counted()
    monkeypatch.setattr(passwords, "normalised", None)
    made = Passwords(8, 1, 1, pool)
    with pytest.raises(Refused, match="1024"):
        made.hash("x" * length)
    assert not made.verify(HASH, "x" * length)
    assert not made.verify(None, "x" * length)
    assert pool.asked == []


def test_memory_is_raised_to_what_the_lanes_need() -> None:
    assert extract_parameters(Passwords(8, 1, 4, HashPool(1, 1)).hash(PASSWORD)).memory_cost == 32


def test_an_unknown_account_has_no_password_even_if_nobodys_hash_matched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(QUICK, "_nobodys", HASH)
    assert not QUICK.verify(None, PASSWORD)
