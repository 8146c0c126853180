"""Addresses of applications: which may be registered, and which request names one (RFC 9700, RFC 8252)."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.base.errors import Refused
from authserver.clients.redirect_uris import checked_origin, checked_redirect_uri, checked_web_uri, matches

CB = "https://rp.test/cb"


@pytest.mark.parametrize(
    "uri",
    [
        CB,
        "https://rp.test:8443/cb?tenant=1",
        "http://127.0.0.1/cb",
        "http://[::1]:8000/cb",
        "http://localhost:3000/",
    ],
)
def test_https_and_loopback_may_be_registered(uri: str) -> None:
    assert checked_redirect_uri(uri, public=False) == uri


def test_a_private_use_scheme_is_for_public_applications() -> None:
    assert checked_redirect_uri("com.example.app:/cb", public=True)
    with pytest.raises(Refused):
        checked_redirect_uri("com.example.app:/cb", public=False)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "rp.test/cb",
        "/cb",
        "http://rp.test/cb",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "myapp:/cb",
        "https://rp.test/cb#fragment",
        "https://rp.test/cb#",
        "https://user@rp.test/cb",
        "https://user:secret@rp.test/cb",
        "https://*.rp.test/cb",
        "https:///cb",
        "https:/rp.test/cb",
        "https://rp.test/cb?code=1",
        "https://rp.test/cb?state=",
        "https://rp.test/cb?iss=x",
        "https://rp.test/a/../cb",
        "https://rp.test/./cb",
        "https://rp.test/c b",
        "https://rp.test/cb\n",
        "https://rp.test;script-src/cb",
        "https://rp.test,evil.test/cb",
        "https://rp'test/cb",
        "https://rp.test\\cb",
        "https://rp.test/c\u00fc",
        "https://rp.test:99999/cb",
        "https://[::1/cb",
        "https://rp.test/%zz",
        "https://rp.test/" + "a" * 2000,
    ],
)
def test_what_could_send_an_answer_elsewhere_is_refused(uri: str) -> None:
    with pytest.raises(Refused):
        checked_redirect_uri(uri, public=True)


@pytest.mark.parametrize(
    "uri", ["http://rp.test/", "ftp://rp.test/", "com.example.app:/x", "https://u@rp.test/"]
)
def test_pages_and_endpoints_need_https_as_well(uri: str) -> None:
    assert checked_web_uri("https://rp.test/policy", "policy")
    with pytest.raises(Refused):
        checked_web_uri(uri, "policy")


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "*",
        "https://app.test/",
        "https://app.test/x",
        "HTTPS://app.test",
        "http://app.test",
        "app.test",
    ],
)
def test_an_origin_is_a_scheme_a_host_and_perhaps_a_port(origin: str) -> None:
    assert checked_origin("https://app.test:8443") == "https://app.test:8443"
    with pytest.raises(Refused):
        checked_origin(origin)


@pytest.mark.parametrize(
    "requested",
    [
        "https://rp.test/cb/",
        "https://rp.test/CB",
        "https://RP.test/cb",
        "https://rp.test:443/cb",
        "https://rp.test./cb",
        "https://rp.test/cb?x=1",
        "https://rp.test/cb#x",
        "https://rp.test/x/../cb",
        "https://rp.test/%2e%2e/cb",
        "https://rp.test/..;/cb",
        "https://rp.test/c%62",
        "https://rp.test\\@evil.test/cb",
        "https://rp.test@evil.test/cb",
        "https://evil.test/cb",
        "https://rp.test.evil.test/cb",
        "https://evilrp.test/cb",
        "http://rp.test/cb",
        "https://rp.test/cb\t",
        "https://rp.test/cb\n",
        " https://rp.test/cb",
        "//rp.test/cb",
        "https:/rp.test/cb",
        "",
    ],
)
def test_only_the_registered_bytes_match(requested: str) -> None:
    assert matches(CB, (CB,))
    assert not matches(requested, (CB,))


@pytest.mark.parametrize(
    ("requested", "registered", "same"),
    [
        ("http://127.0.0.1:51004/cb", "http://127.0.0.1/cb", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:8000/cb", True),
        ("http://[::1]:51004/cb", "http://[::1]/cb", True),
        ("http://127.0.0.1:51004/other", "http://127.0.0.1/cb", False),
        ("http://localhost:51004/cb", "http://127.0.0.1/cb", False),
        ("http://localhost:51004/cb", "http://localhost/cb", False),
        ("http://127.0.0.1.evil.test:80/cb", "http://127.0.0.1/cb", False),
        ("http://127.0.0.1:80@evil.test/cb", "http://127.0.0.1/cb", False),
        ("http://127.0.0.1:999999/cb", "http://127.0.0.1/cb", False),
        ("https://127.0.0.1:51004/cb", "https://127.0.0.1/cb", False),
    ],
)
def test_a_loopback_address_has_any_port_and_nothing_else_that_differs(
    requested: str,
    registered: str,
    same: bool,  # noqa: FBT001 - a value of the table
) -> None:
    assert matches(requested, (registered,)) is same


@given(st.text())
def test_no_text_breaks_the_check(text: str) -> None:
    with contextlib.suppress(Refused):
        assert checked_redirect_uri(text, public=True) == text


@given(st.text())
def test_a_text_matches_what_was_registered_only_when_it_is_that(text: str) -> None:
    assert matches(text, (CB,)) == (text == CB)
