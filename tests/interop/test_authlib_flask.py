"""Authlib's client for Flask: a relying application over real HTTP that validates what it gets."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import RSAKey

from tests.interop.applications import PERSONAL, new_application
from tests.interop.flask_application import Shop, flask_application
from tests.interop.people import NAME, Person, query
from tests.interop.relying_party import key_set
from tests.support.server import Server

SCOPES = (*PERSONAL, "offline_access")


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop that knows no server yet."""
    with flask_application() as running:
        yield running


def connect(shop: Shop, server: Server, *more: str, **settings: Any) -> None:
    """Register the shop at the server, and tell it so."""
    made = new_application(
        server, "--post-logout-redirect-uri", shop.goodbye, *more, redirect_uri=shop.home, scopes=SCOPES
    )
    shop.uses(server.issuer, made, " ".join(SCOPES), **settings)


def signs_in(shop: Shop, person: Person, decision: str = "allow") -> Any:
    """Let a person press the shop's button; return what the shop says in the end."""
    callback = person.goes(f"{shop.origin}/sign-in", shop.home, decision=decision)
    return looks(person, callback)


def looks(person: Person, address: str) -> Any:
    """Return what the shop answers to a person."""
    page = person.browser.open(address)
    if page.status == 302:
        page = person.browser.open(address.partition("/callback")[0] + page.location)
    return json.loads(page.text)


@pytest.mark.parametrize(
    "method",
    [("--auth-method", "client_secret_basic"), ("--auth-method", "client_secret_post"), ("--public",)],
)
def test_a_person_signs_in_to_a_flask_application(
    shop: Shop, live_server: Server, anna: Person, method: tuple[str, ...]
) -> None:
    connect(shop, live_server, *method)
    seen = signs_in(shop, anna.elsewhere())
    # Authlib checked signature, iss, aud, exp, nonce and at_hash.
    assert seen["claims"]["iss"] == live_server.issuer
    assert seen["claims"]["sub"] == seen["customer"] == seen["userinfo"]["sub"]
    assert (seen["userinfo"]["email"], seen["userinfo"]["name"]) == (anna.email, NAME)


def test_an_assertion_of_authlib_proves_who_asks(
    shop: Shop, live_server: Server, anna: Person, tmp_path: Path
) -> None:
    key = RSAKey.generate_key(2048, auto_kid=True)
    method = ("--auth-method", "private_key_jwt", "--jwks-file", str(key_set(tmp_path, key)))
    # Made out to the token endpoint. Authlib would let it live an hour; five minutes are what is taken
    # here, so that a stolen one is soon worth nothing.
    assertion = PrivateKeyJWT(claims={"exp": int(time.time()) + 300})
    connect(shop, live_server, *method, client_secret=key, client_auth_methods=[assertion])
    assert signs_in(shop, anna.elsewhere())["userinfo"]["email"] == anna.email


def test_the_flask_application_renews_an_old_token_by_itself(
    shop: Shop, live_server: Server, anna: Person
) -> None:
    connect(shop, live_server)
    person = anna.elsewhere()
    signs_in(shop, person)
    for _ in range(2):
        before = dict(shop.token)
        shop.ages()
        assert looks(person, f"{shop.origin}/me")["userinfo"]["email"] == anna.email
        assert shop.renewed[-1] == (before["refresh_token"], shop.token["refresh_token"])
        assert shop.token["access_token"] != before["access_token"]
    assert len({token for pair in shop.renewed for token in pair}) == 3


def test_the_flask_application_signs_the_person_out(shop: Shop, live_server: Server, anna: Person) -> None:
    connect(shop, live_server)
    person = anna.elsewhere()
    signs_in(shop, person)
    goodbye = person.goes(f"{shop.origin}/sign-out", shop.goodbye)
    assert query(goodbye).keys() == {"state"}
    assert looks(person, goodbye) == {"post_logout_redirect_uri": shop.goodbye}
    assert person.browser.open("/account").status == 303


def test_a_no_is_an_error_for_the_flask_application(shop: Shop, live_server: Server, anna: Person) -> None:
    connect(shop, live_server)
    assert signs_in(shop, anna.elsewhere(), "deny") == {"error": "access_denied"}
