import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.keys.lifecycle import ALGORITHMS, LEEWAY, KeyTimes, State, activation, state

LIFE = 3600
FIRST = KeyTimes("first", "ES256", published_at=1000, activates_at=1000)
SECOND = KeyTimes("second", "ES256", published_at=5000, activates_at=6000)
OTHER = KeyTimes("other", "RS256", published_at=0, activates_at=2000)
KEYS = [FIRST, SECOND, OTHER]

MOMENTS = st.integers(0, 100_000)
KEY_SETS = st.lists(
    st.builds(
        lambda kid, algorithm, at, wait: KeyTimes(f"{kid:02}", algorithm, at, at + wait),
        st.integers(0, 99),
        st.sampled_from(ALGORITHMS),
        MOMENTS,
        st.integers(0, 5000),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda key: key.kid,
)


def test_a_key_that_is_published_for_now_signs_at_once() -> None:
    assert state(FIRST, [FIRST], 1000, LIFE) == "active"
    assert state(FIRST, [FIRST], 10**10, LIFE) == "active"


@pytest.mark.parametrize(
    ("now", "first", "second"),
    [
        (5000, "active", "next"),
        (5999, "active", "next"),
        (6000, "retiring", "active"),
        (6000 + LIFE + LEEWAY - 1, "retiring", "active"),
        (6000 + LIFE + LEEWAY, "gone", "active"),
    ],
)
def test_a_key_passes_through_its_states_at_exact_moments(now: int, first: State, second: State) -> None:
    assert state(FIRST, KEYS, now, LIFE) == first
    assert state(SECOND, KEYS, now, LIFE) == second


def test_a_key_of_another_algorithm_changes_nothing() -> None:
    assert state(FIRST, [FIRST, OTHER], 10**6, LIFE) == "active"


def test_a_successor_signs_only_after_the_slowest_verifier_has_fetched_it() -> None:
    assert activation(1000, jwks_max_age=300, verifier_cache=600) == 1000 + 600 + LEEWAY
    assert activation(1000, jwks_max_age=300, verifier_cache=0) == 1000 + 300 + LEEWAY


@given(KEY_SETS, MOMENTS)
def test_once_a_key_has_begun_to_sign_exactly_one_of_its_algorithm_does(
    keys: list[KeyTimes], now: int
) -> None:
    for algorithm in ALGORITHMS:
        begun = [key for key in keys if key.algorithm == algorithm and key.activates_at <= now]
        active = [key for key in begun if state(key, keys, now, LIFE) == "active"]
        assert len(active) == (1 if begun else 0)
        if active:
            assert active[0].activates_at == max(key.activates_at for key in begun)


@given(KEY_SETS, MOMENTS, st.integers(0, LIFE + LEEWAY - 1))
def test_a_key_is_never_gone_while_a_token_that_it_signed_can_be_valid(
    keys: list[KeyTimes], signed_at: int, age: int
) -> None:
    for key in keys:
        if state(key, keys, signed_at, LIFE) == "active":
            assert state(key, keys, signed_at + age, LIFE) in ("active", "retiring")


@given(KEY_SETS, MOMENTS, st.integers(0, 20_000))
def test_a_key_never_goes_back_to_an_earlier_state(keys: list[KeyTimes], now: int, later: int) -> None:
    order: tuple[State, ...] = ("next", "active", "retiring", "gone")
    for key in keys:
        before, after = state(key, keys, now, LIFE), state(key, keys, now + later, LIFE)
        assert order.index(after) >= order.index(before)


@given(KEY_SETS, MOMENTS, st.randoms())
def test_the_order_in_which_keys_are_read_makes_no_difference(
    keys: list[KeyTimes], now: int, chance: random.Random
) -> None:
    shuffled = keys.copy()
    chance.shuffle(shuffled)
    for key in keys:
        assert state(key, keys, now, LIFE) == state(key, shuffled, now, LIFE)
