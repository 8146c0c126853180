"""What can end, and what applications hold of a person: for the tests of what follows."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask

from authserver.accounts import directory
from authserver.audit.log import SYSTEM
from authserver.clients import resource_registration, secret_issuing
from authserver.clients.resource import Resource
from authserver.clients.store import secrets
from authserver.oidc.vocabulary import INTROSPECTION
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.party import Party, Reply, Tokens, call, new_party
from tests.front_channel.visit import Visitor
from tests.support.people import OTHER_PASSWORD, Post, stranger

OFFLINE = "openid offline_access"
API = "openid offline_access print.all"
Twins = tuple[Flask, Flask]
End = Callable[[Visitor], None]


def signs_out(anna: Visitor) -> None:
    """Press the button of every page."""
    assert anna.browser.submit("/logout").location == "/logged-out"


def ends_this_session(anna: Visitor) -> None:
    """End the session from the list of sessions."""
    (first, *_) = re.findall(r"/account/sessions/[\w-]{36}/end", anna.browser.open("/account/sessions").text)
    assert anna.browser.submit("/account/sessions", first).location == "/logged-out"


def is_asked_for_by(anna: Visitor) -> None:
    """Be signed out by an application, after the question."""
    assert anna.open("/connect/endsession").press("logout-confirm").shows("logged-out")


def becomes_an_operator(anna: Visitor) -> None:
    """Get rights over the whole server, which sessions of before don't have."""
    with UnitOfWork(anna.app):
        directory.set_operator(directory.get(anna.email), SYSTEM, operator=True)


def changes_the_password(anna: Visitor) -> None:
    """Choose another password, knowing the one so far."""
    form = anna.browser.open("/account/password").hidden
    words = {"password": anna.password, "new_password": OTHER_PASSWORD}
    assert anna.browser.post("/account/password", None, **form, **words).location.endswith("?saved=1")


def resets_the_password(anna: Visitor) -> None:
    """Choose another password, by a link from a letter, in another browser."""
    browser = stranger(anna.app)
    browser.go("/password/forgot", email=anna.email)
    assert browser.submit(Post(anna.app).link(anna.email), new_password=OTHER_PASSWORD).status == 200


def is_disabled(anna: Visitor) -> None:
    """Be disabled by an operator."""
    with UnitOfWork(anna.app):
        directory.set_disabled(directory.get(anna.email), SYSTEM, disabled=True)


def is_deleted(anna: Visitor) -> None:
    """Be deleted by an operator."""
    with UnitOfWork(anna.app):
        directory.close(directory.get(anna.email), SYSTEM)


def closes_the_account(anna: Visitor) -> None:
    """Leave for ever."""
    page = anna.browser.submit("/account/close", email=anna.email, password=anna.password)
    assert page.status == 200


OF_SESSIONS: tuple[End, ...] = (signs_out, ends_this_session, is_asked_for_by, becomes_an_operator)
OF_PEOPLE: tuple[End, ...] = (
    changes_the_password,
    resets_the_password,
    is_disabled,
    is_deleted,
    closes_the_account,
)
ENDS_SESSION = pytest.mark.parametrize("end", OF_SESSIONS)
ENDS_ALL = pytest.mark.parametrize("end", OF_PEOPLE)
ENDS_EITHER = pytest.mark.parametrize("end", OF_SESSIONS + OF_PEOPLE)


@dataclass(frozen=True)
class Held:
    """All that an application may hold of somebody."""

    party: Party
    bound: Tokens
    offline: Tokens
    code: str
    offline_code: str

    @classmethod
    def by(cls, party: Party, anna: Visitor) -> "Held":
        """Sign in as often as it takes."""
        return cls(
            party,
            anna.tokens(party),
            anna.tokens(party, scope=OFFLINE),
            anna.code(party),
            anna.code(party, scope=OFFLINE),
        )

    def code_works(self, code: str, at: Flask) -> bool:
        """Present a code."""
        reply = self.party.redeem(code, at)
        assert reply.status == 200 or reply.refused("invalid_grant"), reply.body
        return reply.status == 200


def listening(app: Flask, name: str = "Listening", **choices: object) -> Party:
    """Register an application that wants to be told of logouts."""
    return new_party(app, name, backchannel_logout_uri=f"https://{name.lower()}.test/logout", **choices)


def entitled(app: Flask) -> Callable[[str, Flask], bool]:
    """Register an API; return how it asks whether a token is good."""
    with UnitOfWork(app):
        api = Resource("printing", "https://print.test", ("print.all",), "ES256", "rfc9068", 600)
        resource_registration.register(api, SYSTEM)
        _, secret = secret_issuing.issue(secrets.OF_RESOURCES, "printing", "first", None, SYSTEM)

    def asks(token: str, at: Flask) -> bool:
        proof = {"client_id": "printing", "client_secret": secret}
        reply = call(at, INTROSPECTION, proof | {"token": token})
        assert reply.status == 200, reply.body
        return bool(reply.body["active"])

    return asks


def turned_away(reply: Reply) -> bool:
    """Return whether who is disabled or gone gets nothing; an instance may know the name for a second."""
    return (reply.status, reply.body["error"]) in ((401, "invalid_client"), (400, "invalid_grant"))


def while_it_is_granted(
    monkeypatch: pytest.MonkeyPatch,
    where: tuple[object, str],
    ask: Callable[[], object],
    meanwhile: Callable[[], object],
) -> None:
    """Let something end at the moment at which all was judged and nothing is written yet."""
    arrived, go_on = threading.Event(), threading.Event()
    place, name = where
    act = getattr(place, name)

    def slowly(*arguments: object, **named: object) -> object:
        if threading.current_thread().name == "slow":
            arrived.set()
            go_on.wait(20)
        return act(*arguments, **named)

    monkeypatch.setattr(place, name, slowly)
    asking = threading.Thread(target=ask, name="slow")
    asking.start()
    assert arrived.wait(20)
    ending = threading.Thread(target=meanwhile)
    ending.start()
    # Whether it waits for the other or does not: both orders are to be seen through.
    ending.join(0.5)
    go_on.set()
    asking.join(20)
    ending.join(20)
    assert not asking.is_alive()
    assert not ending.is_alive()
