"""The one form of an address, and what is no address."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from authserver.accounts.address import LONGEST, canonical
from authserver.base.errors import Refused

ATEXT = string.ascii_letters + string.digits + "!#$%&'*+/=?^_`{|}~-"
LOCAL = st.lists(st.text(ATEXT, min_size=1, max_size=12), min_size=1, max_size=4).map(".".join)
LABEL = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9]{0,10}[A-Za-z0-9])?", fullmatch=True)
DOMAIN = st.builds("{}.{}".format, LABEL, st.text(string.ascii_letters, min_size=2, max_size=6))
ANY = st.text(st.characters(), max_size=80)
NEARLY = st.builds("{}@{}".format, st.text(max_size=20), st.text(max_size=30))

REFUSED = [
    "",
    "@",
    "anna",
    "anna@",
    "@example.com",
    "anna@example",
    "anna@localhost",
    "anna@example.com.",
    "anna@.example.com",
    "anna@example..com",
    "anna@192.0.2.1",
    "anna@example.123",
    "anna@[192.0.2.1]",
    "anna@[IPv6:2001:db8::1]",
    "anna@-example.com",
    "anna@example-.com",
    "anna@ex_ample.com",
    "anna@exa mple.com",
    "anna@example.com,eve@example.com",
    "anna@example.com;eve@example.com",
    "anna@example.com eve@example.com",
    "anna@eve@example.com",
    "anna@example.com@eve.example",
    "Anna <anna@example.com>",
    "<anna@example.com>",
    '"anna"@example.com',
    '"an na"@example.com',
    "anna(comment)@example.com",
    "anna@example.com(comment)",
    "anna\\@example.com",
    ".anna@example.com",
    "anna.@example.com",
    "an..na@example.com",
    " anna@example.com",
    "anna@example.com ",
    "anna@example.com\n",
    "anna@example.com\r\nBcc: eve@example.com",
    "anna\r\n@example.com",
    "anna\x00@example.com",
    "anna@example.com\x00",
    "anna@exam\x00ple.com",
    "anna@exam\tple.com",
    "anna\u200b@example.com",
    "anna@exam\u200bple.com",
    "anna@exam\u00adple.com",
    "anna@exam\u202eple.com",
    "anna@\ufeffexample.com",
    "anna@exam\ud800ple.com",
    "\u0430nna@example.com",
    "änna@example.com",
    "\uff41nna@example.com",
    "anna@xn--a.example",
    "anna@xn--.example",
    "anna@xn--BCHER-KVA.xn--zz",
    "a" * 65 + "@example.com",
    "anna@" + "a" * 64 + ".com",
    "anna@" + "a." * 126 + "com",
    "anna@" + "ü" * 250 + ".de",
    "a" * 10_240,
    "a" * 10_240 + "@example.com",
    "anna@" + "ü" * 10_240,
    "@" * 10_240,
]

SAME = [
    ("Anna@Example.COM", "anna@example.com"),
    ("anna.tester+shop@example.com", "anna.tester+shop@example.com"),
    ("anna@mail.example.co.uk", "anna@mail.example.co.uk"),
    ("a!#$%&'*+/?=^_`{|}~-b@example.com", "a!#$%&'*+/?=^_`{|}~-b@example.com"),
    ("anna@bücher.example", "anna@xn--bcher-kva.example"),
    ("anna@BÜCHER.example", "anna@xn--bcher-kva.example"),
    ("anna@bu\u0308cher.example", "anna@xn--bcher-kva.example"),
    ("anna@XN--bcher-kva.example", "anna@xn--bcher-kva.example"),
    ("anna@straße.example", "anna@xn--strae-oqa.example"),
    ("anna@\uff45\uff58ample.com", "anna@example.com"),
    ("anna@example。com", "anna@example.com"),
    ("anna@例え.テスト", "anna@xn--r8jz45g.xn--zckzah"),
    ("anna@1.example", "anna@1.example"),
    ("anna@example.c1", "anna@example.c1"),
    ("a" * 64 + "@" + "b" * 63 + ".com", "a" * 64 + "@" + "b" * 63 + ".com"),
]


@pytest.mark.parametrize(("typed", "form"), SAME, ids=[ascii(typed)[:30] for typed, _ in SAME])
def test_an_address_has_one_form(typed: str, form: str) -> None:
    assert canonical(typed) == form
    assert canonical(form) == form


@pytest.mark.parametrize("text", REFUSED, ids=[ascii(text)[:30] for text in REFUSED])
def test_what_is_no_address_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(Refused, match=r"name@example\.com"):
        canonical(text)


def test_dots_and_tags_tell_addresses_apart() -> None:
    assert (
        len({canonical(f"{local}@example.com") for local in ("anna.t", "annat", "annat+x", "annat+y")}) == 4
    )


def test_a_look_alike_is_another_address() -> None:
    assert canonical("anna@ex\u0430mple.com") != canonical("anna@example.com")


def test_the_longest_address_has_254_characters() -> None:
    domain = ".".join(["b" * 63, "c" * 63, "d" * 57, "com"])
    local = "a" * (LONGEST - len(domain) - 1)
    assert len(canonical(f"{local}@{domain}")) == LONGEST
    with pytest.raises(Refused):
        canonical(f"{local}a@{domain}")


@given(LOCAL, DOMAIN)
def test_an_ordinary_address_is_only_lower_cased(local: str, domain: str) -> None:
    assert canonical(f"{local}@{domain}") == f"{local}@{domain}".lower()


@given(st.one_of(ANY, NEARLY))
@example("a@\u0130.com")
@example("a@\u2490\u2490.com")
@example("a@\u1e9e.com")
@example("a@xn--0.pt")
@example("a@\ud800.com")
def test_any_text_has_a_form_that_is_its_own_form_or_is_refused(text: str) -> None:
    try:
        form = canonical(text)
    except Refused:
        return
    assert canonical(form) == form
    assert form.isascii()
    assert form == form.lower()
    assert form.count("@") == 1
    assert len(form) <= LONGEST
    assert not set(form) & set(' \t\r\n\x00,;:<>()[]"\\')


@given(st.from_regex(r"a@(xn--[a-z0-9-]{1,12}\.){1,2}[a-z]{2,4}", fullmatch=True))
def test_an_a_label_is_taken_only_if_it_stands_for_something(text: str) -> None:
    try:
        assert canonical(text) == text
    except Refused:
        return
