"""Parameters as they come, and the address of the answer: nothing is lost, nothing is let in (A1, A10)."""

from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.oidc.messages.authorization import (
    LONGEST_PARAMETERS,
    MOST_PARAMETERS,
    AuthorizationResponse,
    Unreadable,
    read_pairs,
)
from tests.oidc.people_world import PeopleWorld
from tests.oidc.test_authorize_client import MUTATIONS

# No surrogates: they are no text that could be sent. No NUL: no parameter may hold one.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
pairs = st.lists(st.tuples(texts.filter(bool), texts), max_size=12).map(tuple)


@given(sent=pairs)
def test_parameters_are_read_as_they_were_written_repetitions_included(
    sent: tuple[tuple[str, str], ...],
) -> None:
    assert read_pairs(urlencode(sent).encode()) == sent


@pytest.mark.parametrize(
    "encoded",
    [
        b"state=%ff",
        b"state=\xc3\xbc",
        b"state=a%00b",
        b"a%00b=1",
        b"state=a\x00b",
        b"a=b&" * (MOST_PARAMETERS + 1),
        b"state=" + b"x" * LONGEST_PARAMETERS,
    ],
    ids=lambda encoded: repr(encoded[:16]),
)
def test_what_is_no_form_too_much_or_holds_nul_is_unreadable(encoded: bytes) -> None:
    with pytest.raises(Unreadable):
        read_pairs(encoded)


def test_as_many_parameters_as_are_allowed_are_read() -> None:
    assert len(read_pairs(b"&".join([b"a=b"] * MOST_PARAMETERS))) == MOST_PARAMETERS


@given(encoded=st.binary(max_size=200))
def test_no_bytes_make_reading_fail_otherwise(encoded: bytes) -> None:
    try:
        read = read_pairs(encoded)
    except Unreadable:
        return
    assert not any("\x00" in name + value for name, value in read)


@given(
    value=texts, uri=st.sampled_from(["https://rp.test/cb", "https://rp.test/cb?a=1", "com.example.app:/cb"])
)
def test_an_address_carries_the_answer_and_nothing_that_splits_it(value: str, uri: str) -> None:
    location = AuthorizationResponse(uri, "query", (("code", "x"), ("state", value))).location()
    assert location.startswith(uri)
    assert location.isascii()
    assert location.isprintable()
    query = parse_qsl(urlsplit(location).query, keep_blank_values=True)
    assert query[-2:] == [("code", "x"), ("state", value)]


CHARACTERS = [
    *"/\\?#@:.;%&=+ \t\r\n*\x00", "..", "%2e", "%2f", "%5c", "//", "evil.test", "ü", "\u200b", "\u3002",
]  # fmt: skip


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """Return the registered address with something put in, taken out, or written otherwise."""
    uri = "https://rp.test/cb"
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(uri)))
        put_in = draw(st.sampled_from(["", *CHARACTERS]))
        uri = uri[:at] + put_in + uri[at + draw(st.integers(0, 2)) :]
    return draw(st.sampled_from([uri, uri.upper(), uri.swapcase(), quote(uri), quote(uri, safe="")]))


@given(uri=st.one_of(mutations(), st.text(max_size=60), st.sampled_from(MUTATIONS)))
@settings(max_examples=300, deadline=None)
def test_no_redirect_uri_but_the_registered_one_is_ever_gone_to(uri: str) -> None:
    world = PeopleWorld()
    outcome = world.party().authorize(redirect_uri=uri)
    if uri == "https://rp.test/cb":
        assert outcome.code
    else:
        assert outcome.page is not None
        assert world.grants.rows == {}


names = st.sampled_from(
    ["client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "prompt", "max_age", "claims",
     "code_challenge", "code_challenge_method", "response_mode", "id_token_hint", "request", "resource", "x"]
)  # fmt: skip
values = st.one_of(
    texts, st.sampled_from(["code", "openid", "none", "login", "0", "{}", "S256", "query", "form_post"])
)


@given(more=st.lists(st.tuples(names, values), max_size=5))
@settings(max_examples=300, deadline=None)
def test_whatever_is_added_to_a_request_answers_go_to_the_registered_address_alone(
    more: list[tuple[str, str]],
) -> None:
    outcome = PeopleWorld().party().authorize(*more)
    assert outcome.response is None or outcome.response.redirect_uri == "https://rp.test/cb"
