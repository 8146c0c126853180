"""What may be a password, and how strong it is."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from authserver.accounts import password_policy
from authserver.accounts.password_policy import LEAST_SCORE, Strength, check, judge
from authserver.base.errors import Refused

OWN = ["anna.karenina@example.com", "Acme Rockets", "Identity server"]

GOOD = [
    "a long walk past nine quiet harbours",
    "mossy lantern under brown stairs",
    "seventeen umbrellas in the blue library",
    "x7Kq-91mZ-pp2R-vL0s",
    "only lower case letters here",
    "anna karenina rode a purple zebra",
    "ein stiller Fluss trug sieben Ziegel",
    "пять тихих гаваней за холмом",
    "五つの静かな港を過ぎる長い散歩道の夜",
    "\u00e9\u00e8\u00ea\u00eb strange k\u00f6nig walks",
    " spaces at both ends count ",
    "harbour " * 3 + "lantern stairs umbrella",
]

COMMON = [
    "passwordpassword1",
    "passwordpasswordpassword",
    "Password Password Password",
    "P@ssw0rdP@ssw0rd",
    "password12345678",
    "drowssapdrowssap",
    "letmeinletmein12",
    "iloveyouiloveyou",
    "administrator123",
    "footballbaseball",
    "trustno1trustno1",
    "123456789012345",
    "111111222222333333",
    "abcdefghijklmnopq",
    "aaaaaaaaaaaaaaaaaaaa",
    "\u0430" * 20,
    " " * 20,
    "\u00a0" * 20,
    "abcabcabcabcabcabc",
    "aA1!aA1!aA1!aA1!",
    "qwertyuiopasdfghjkl",
    "1qaz2wsx3edc4rfv",
    "asdfghjkl;'zxcvbnm",
    "qwerty123456qwerty123456",
    "Пароль Пароль Пароль",
]

OWN_WORDS = [
    "anna.karenina@example.com",
    "ANNA.KARENINA@EXAMPLE.COM",
    "AnnaKarenina2024!",
    "karenina-karenina-1",
    "examplecomexamplecom",
    "acmerockets1234567",
    "Acme Rockets Acme Rockets",
    "IdentityServer2026!",
    "\uff21nna\uff2barenina2024",
]


@pytest.mark.parametrize("password", GOOD)
def test_a_few_words_are_a_good_password_without_digits_or_symbols(password: str) -> None:
    check(password, OWN, 15)
    assert judge(password, OWN).score >= LEAST_SCORE


@pytest.mark.parametrize("password", COMMON)
def test_what_many_people_would_type_is_refused_with_what_to_do(password: str) -> None:
    with pytest.raises(Refused, match="Use a few words"):
        check(password, OWN, 15)


@pytest.mark.parametrize("password", OWN_WORDS)
def test_what_others_know_of_somebody_is_no_password_for_them(password: str) -> None:
    with pytest.raises(Refused, match="others know of you"):
        check(password, OWN, 15)
    assert judge(password, OWN).score == 0


def test_own_words_are_own_in_any_width_of_letters() -> None:
    with pytest.raises(Refused, match="others know of you"):
        check("acmerockets1234567", ["\uff21cme \uff32ockets"], 15)


def test_fifteen_characters_are_enough_and_fourteen_are_not() -> None:
    with pytest.raises(Refused, match="at least 15 characters"):
        check("brown hat zebr", OWN, 15)
    check("brown hat zebra", OWN, 15)
    check("xkq7mvp2zt", OWN, 8)


def test_characters_are_counted_as_they_are_hashed() -> None:
    # NFKC makes one character of a letter and its accent, and three letters of a ligature.
    with pytest.raises(Refused, match="at least 15"):
        check("bro\u0308wn hat zebr", OWN, 15)
    check("brown hat ze\ufb03x", OWN, 15)


@pytest.mark.parametrize("length", [64, 128, 256, 1024])
def test_long_ones_are_welcome(length: int) -> None:
    check((" ".join(GOOD[:4]) * 20)[:length], OWN, 15)


@pytest.mark.parametrize("password", ["x" * 1025, "a b c d e f " * 100_000, "\ufdfa" * 200, "e\u0301" * 600])
def test_what_is_too_long_to_be_hashed_is_refused(password: str) -> None:
    with pytest.raises(Refused, match="at most 1024"):
        check(password, OWN, 15)


@pytest.mark.parametrize(
    ("password", "label"),
    [("", "Very weak"), ("aaaaaaaaaaaaaaa", "Very weak"), (GOOD[0], "Strong")],
)
def test_strength_has_a_name(password: str, label: str) -> None:
    assert judge(password, OWN).label == label


def test_each_score_has_another_name() -> None:
    assert [password_policy._label(score) for score in range(5)] == [
        "Very weak",
        "Weak",
        "Fair",
        "Good",
        "Strong",
    ]


def test_a_warning_comes_with_a_weak_one_only() -> None:
    assert judge(COMMON[0], OWN).warning
    assert judge(GOOD[0], OWN).warning == ""


def test_more_after_it_makes_a_good_password_no_worse() -> None:
    assert judge(GOOD[0] + " and " + GOOD[1], OWN).score >= judge(GOOD[0], OWN).score


def _refusal(password: str, own: list[str]) -> str | None:
    """Return what is said of a password, None when it is taken."""
    try:
        check(password, own, 15)
    except Refused as refused:
        return str(refused)
    return None


def _looked_at(monkeypatch: pytest.MonkeyPatch, password: str, own: list[str]) -> tuple[str, list[str]]:
    """Return what is handed to zxcvbn, and still ask it."""
    seen: list[tuple[str, list[str]]] = []
    ask = password_policy.zxcvbn

    def listen(text: str, words: list[str]) -> object:
        seen.append((text, words))
        return ask(text, words)

    monkeypatch.setattr(password_policy, "zxcvbn", listen)
    judge(password, own)
    return seen[0]


@pytest.mark.parametrize("many", ["4@8({[<3690961!|1|70$5+7%2" * 40, "({[<1!|7@4$569+" * 70])
def test_symbols_that_take_zxcvbn_long_are_cut_short(monkeypatch: pytest.MonkeyPatch, many: str) -> None:
    # A hundred of them hold the interpreter for a second, and anybody may ask for the strength.
    text, _ = _looked_at(monkeypatch, many, OWN)
    assert len(text) <= 24


def test_a_megabyte_and_a_thousand_own_words_are_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    own = [f"organization {number}" for number in range(1000)]
    text, words = _looked_at(monkeypatch, "quiet harbour lantern stairs " * 40_000, own)
    assert len(text) <= 64
    assert len(words) <= 100


@given(st.text(st.characters(), max_size=120), st.lists(st.text(st.characters(), max_size=30), max_size=4))
@example("\ud800" * 20, ["\ud800abc"])
@example("\x00" * 20, ["\x00\x00\x00"])
@example("a" * 15, ["", "a", "aa", "aaa"])
@example(".*" * 10, [".*.*", "(((", "\\"])
def test_every_text_is_judged_and_none_makes_it_crash(password: str, own: list[str]) -> None:
    found = judge(password, own)
    assert isinstance(found, Strength)
    assert 0 <= found.score <= 4
    text = _refusal(password, own)
    if text is None:
        assert found.score >= LEAST_SCORE
    elif len(password) > 14:
        # It goes on a page and perhaps into a log: it says nothing of what was typed.
        assert password not in text


@given(st.text(string.ascii_letters + string.digits, min_size=20, max_size=40))
@example("q8Zr2LmX0vTy5BnK7cWd")
def test_own_words_never_make_a_password_stronger(password: str) -> None:
    assert judge(password, [*OWN, password[:10]]).score <= judge(password, []).score
