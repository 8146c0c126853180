import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.base.errors import Refused
from authserver.organizations.organization import SLUG, checked_name, checked_slug, slug_from


@pytest.mark.parametrize("slug", ["a", "7", "acme", "acme-2", "a--b", "x" * 63])
def test_a_slug_has_lower_case_letters_digits_and_inner_hyphens(slug: str) -> None:
    assert checked_slug(slug) == slug


@pytest.mark.parametrize(
    "slug", ["", "-", "-acme", "acme-", "Acme", "ac me", "ac/me", "ac.me", "äcme", "x" * 64, "acme\n"]
)
def test_what_can_not_stand_in_an_address_is_no_slug(slug: str) -> None:
    with pytest.raises(Refused):
        checked_slug(slug)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Acme", "acme"),
        ("  Acme & Sons, Ltd. ", "acme-sons-ltd"),
        ("Straße Zürich", "strae-zurich"),
        ("日本", "organization"),
        ("---", "organization"),
    ],
)
def test_a_name_suggests_a_slug(name: str, slug: str) -> None:
    assert slug_from(name) == slug


@given(st.text(max_size=200))
def test_whatever_the_name_the_suggestion_is_a_slug_with_room_for_a_number(name: str) -> None:
    assert SLUG.fullmatch(slug_from(name))
    assert SLUG.fullmatch(slug_from(name) + "-1000000")


def test_a_name_is_one_tidy_line() -> None:
    assert checked_name("  Acme \n\t and   Sons ") == "Acme and Sons"
    assert checked_name("x" * 100) == "x" * 100
    assert checked_name("Zürich 日本") == "Zürich 日本"


@pytest.mark.parametrize(
    "name",
    [
        "",
        " \n ",
        "x" * 101,
        "nul\x00",
        "col\x1bour",
        "turn\u202ed",
        "zero\u200bwidth",
        "half\ud800",
        "\u3164",
        "a\u2800",
    ],
)
def test_a_name_without_characters_or_with_invisible_ones_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        checked_name(name)
