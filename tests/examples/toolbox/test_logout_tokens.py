"""The provider ends sign-ins behind the browser's back; nobody else does."""

import base64
import json
import time
from collections.abc import Callable

from tests.examples.toolbox.answers import REFUSED, begin, signed_in
from tests.examples.toolbox.conftest import SECRET
from tests.examples.toolbox.products import Product
from tests.examples.toolbox.standin import EVENT, SigningKey, Standin, by_hmac, unsigned
from tests.support.browser import Page

PATH = "/backchannel-logout"
STRANGER = SigningKey("first")


def _by_public_key(standin: Standin, secret: bytes) -> str:
    header = {"alg": "HS256", "typ": "logout+jwt", "kid": "first"}
    return by_hmac(standin.logout_token(), header, secret)


def _as_json(standin: Standin) -> str:
    head, claims, signature = standin.logout_token().split(".")
    return json.dumps({"protected": head, "payload": claims, "signature": signature})


def _repacked(standin: Standin) -> str:
    head, claims, signature = standin.logout_token(sid="another").split(".")
    said = json.loads(base64.urlsafe_b64decode(claims + "==")) | {"sid": standin.session}
    packed = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    return f"{head}.{packed}.{signature}"


FORGERIES: dict[str, Callable[[Standin], str]] = {
    "another key with the same id": lambda it: it.logout_token(key=STRANGER),
    "a key that is not published": lambda it: it.logout_token({"kid": "second"}, key=SigningKey("second")),
    "no key is named": lambda it: it.logout_token({"kid": None}),
    "the id of a key is a list": lambda it: it.logout_token({"kid": ["first"]}),
    "a key in the header": lambda it: it.logout_token({"jwk": STRANGER.jwk.as_dict(), "kid": None}, STRANGER),
    "the address of a key set": lambda it: it.logout_token({"jku": "http://127.0.0.1:1/jwks"}, STRANGER),
    "alg none": lambda it: unsigned(it.logout_token(), {"alg": "none", "typ": "logout+jwt", "kid": "first"}),
    "an empty signature": lambda it: it.logout_token().rpartition(".")[0] + ".",
    "HMAC with the public key": lambda it: _by_public_key(it, it.key.pem),
    "HMAC with the public key as it is published": lambda it: _by_public_key(
        it, json.dumps(it.key.jwk.as_dict(private=False)).encode()
    ),
    "HMAC with an empty key": lambda it: _by_public_key(it, b""),
    "HMAC with our own secret": lambda it: _by_public_key(it, SECRET.encode()),
    "alg None": lambda it: unsigned(it.logout_token(), {"alg": "None", "typ": "logout+jwt", "kid": "first"}),
    "an algorithm that is a list": lambda it: it.logout_token({"alg": ["RS256"]}),
    "JSON serialization": _as_json,
    "encrypted": lambda it: it.logout_token({"alg": "RSA-OAEP", "enc": "A256GCM"}) + ".a.b",
    "compressed": lambda it: it.logout_token({"zip": "DEF", "crit": ["zip"]}),
    "an address of certificates": lambda it: it.logout_token({"x5u": "http://127.0.0.1:1/"}, STRANGER),
    "the id of a key is a path": lambda it: it.logout_token({"kid": "../first"}),
    "the id of a key is SQL": lambda it: it.logout_token({"kid": "first' OR '1'='1"}),
    "the id of a key is huge": lambda it: it.logout_token({"kid": "f" * 10_240}),
    "the id of a key is a number": lambda it: it.logout_token({"kid": 1}),
    "another algorithm": lambda it: it.logout_token({"alg": "PS256"}),
    "critical extensions": lambda it: it.logout_token({"crit": ["exp"]}),
    "not encoded": lambda it: it.logout_token({"b64": False, "crit": ["b64"]}),
    "an ID token": lambda it: it.id_token(None),
    "an ID token of this session": lambda it: it.id_token("nonce", events={EVENT: {}}, jti="1"),
    "typ JWT": lambda it: it.logout_token({"typ": "JWT"}),
    "typ of an access token": lambda it: it.logout_token({"typ": "at+jwt"}),
    "no typ": lambda it: it.logout_token({"typ": None}),
    "another issuer": lambda it: it.logout_token(iss="https://id.example.com"),
    "a list of issuers": lambda it: it.logout_token(iss=[it.issuer]),
    "for another product": lambda it: it.logout_token(aud="analytics"),
    "for other products": lambda it: it.logout_token(aud=["analytics", "shop"]),
    "for nobody": lambda it: it.logout_token(aud=None),
    "expired": lambda it: it.logout_token(iat=1_000_000, exp=1_000_120),
    "of the future": lambda it: it.logout_token(iat=9_000_000_000, exp=9_000_000_120),
    "without end": lambda it: it.logout_token(exp=None),
    "an end that is text": lambda it: it.logout_token(exp="9000000000"),
    "lives for ever": lambda it: it.logout_token(exp=9_000_000_000),
    "no iat": lambda it: it.logout_token(iat=None),
    "iat as text": lambda it: it.logout_token(iat="0"),
    "an end that is true": lambda it: it.logout_token(exp=True),
    "ends before it begins": lambda it: it.logout_token(exp=int(time.time()) - 3600),
    "not good yet": lambda it: it.logout_token(nbf=int(time.time()) + 600),
    "no issuer": lambda it: it.logout_token(iss=None),
    "an audience that only looks alike": lambda it: it.logout_token(aud="toolbox-2"),
    "a number as its audience": lambda it: it.logout_token(aud=[1]),
    "no jti": lambda it: it.logout_token(jti=None),
    "no events": lambda it: it.logout_token(events=None),
    "another event": lambda it: it.logout_token(events={"https://example.com/event": {}}),
    "an event that says nothing": lambda it: it.logout_token(events={EVENT: "yes"}),
    "events as a list": lambda it: it.logout_token(events=[EVENT]),
    "with a nonce": lambda it: it.logout_token(nonce="n"),
    "no session": lambda it: it.logout_token(sid=None),
    "a list of sessions": lambda it: it.logout_token(sid=[it.session]),
    "another payload": _repacked,
    "too large": lambda it: it.logout_token(padding="x" * 20_000),
    "not a token": lambda _: "logout",
    "three dots": lambda _: "...",
    "letters of no alphabet": lambda it: it.logout_token() + "ä",
    "nothing": lambda _: "",
}


def tell(toolbox: Product, token: str) -> Page:
    """Send a logout token as the provider does."""
    return toolbox.visitor().browser.post(toolbox.origin + PATH, logout_token=token)


def test_no_forged_logout_token_ends_anything(toolbox: Product, standin: Standin) -> None:
    visitor = signed_in(toolbox, standin.issuer)
    taken = {name for name, forge in FORGERIES.items() if tell(toolbox, forge(standin)).status != REFUSED}
    assert not taken
    assert visitor.signed_in
    # So that nothing else than the forgery was wrong with them.
    assert tell(toolbox, standin.logout_token()).status == 200
    assert not visitor.signed_in


def test_the_refusal_tells_a_forger_nothing(toolbox: Product, standin: Standin) -> None:
    answers = {tell(toolbox, FORGERIES[name](standin)).text for name in ("expired", "alg none", "nothing")}
    assert answers == {'{"error":"invalid_request"}\n'}


def test_a_token_in_the_address_counts_for_nothing(toolbox: Product, standin: Standin) -> None:
    visitor = signed_in(toolbox, standin.issuer)
    address = f"{toolbox.origin}{PATH}?logout_token={standin.logout_token()}"
    assert toolbox.visitor().browser.post(address).status == REFUSED
    assert toolbox.visitor().open(address).status == 405
    assert visitor.signed_in


def test_it_ends_the_sign_ins_of_its_session_and_gives_their_tokens_back(
    toolbox: Product, standin: Standin
) -> None:
    first, second = signed_in(toolbox, standin.issuer), signed_in(toolbox, standin.issuer)
    standin.claims = {"sid": "another session"}
    other = signed_in(toolbox, standin.issuer)
    assert tell(toolbox, standin.logout_token()).status == 200
    assert [visitor.signed_in for visitor in (first, second, other)] == [False, False, True]
    assert len(set(standin.given_back(2))) == 2


def test_it_may_be_told_twice_and_names_its_audience_in_a_list(toolbox: Product, standin: Standin) -> None:
    visitor = signed_in(toolbox, standin.issuer)
    for _ in range(2):
        assert tell(toolbox, standin.logout_token(aud=["analytics", "toolbox"])).status == 200
    assert not visitor.signed_in


def test_a_sign_in_whose_session_ended_meanwhile_is_not_made(toolbox: Product, standin: Standin) -> None:
    begun = begin(toolbox, standin.issuer)
    assert tell(toolbox, standin.logout_token()).status == 200
    assert begun.answered().status == REFUSED
    assert not begun.visitor.signed_in


def test_unknown_keys_do_not_make_it_ask_the_provider_each_time(toolbox: Product, standin: Standin) -> None:
    signed_in(toolbox, standin.issuer)
    before = len(standin.forms("/jwks"))
    for number in range(8):
        assert tell(toolbox, standin.logout_token({"kid": f"unknown-{number}"})).status == REFUSED
    assert len(standin.forms("/jwks")) - before <= 1
