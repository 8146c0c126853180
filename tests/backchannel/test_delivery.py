"""Who is told of a session's end: from a ledger, in parallel, again and again, also after a crash."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from flask import Flask
from joserfc import jws
from joserfc.jwk import KeySet

from authserver.audit.log import SYSTEM
from authserver.base.clock import now
from authserver.base.fetch import Fetcher, Unreachable
from authserver.base.handles import new_id
from authserver.clients import application_registration
from authserver.clients.application import Application
from authserver.extensions import db
from authserver.oidc.models import LogoutRow
from authserver.oidc.store import logouts
from authserver.provider.logout_delivery import AGAIN, AT_ONCE, EACH, LEASE, LogoutDelivery
from authserver.provider.wiring import rotation
from authserver.web.unit_of_work import UnitOfWork
from tests.support.application import Clock

ACCOUNT, SESSION = new_id(), new_id()


@dataclass
class Network:
    """Stands in for the network: what was sent, and what each address answers."""

    answers: dict[str, Callable[[], int]] = field(default_factory=dict)
    sent: list[tuple[str, str]] = field(default_factory=list)

    def post_form(self, url: str, fields: Mapping[str, str]) -> int:
        assert list(fields) == ["logout_token"]
        self.sent.append((url, fields["logout_token"]))
        return self.answers.get(url, lambda: 200)()

    @property
    def urls(self) -> list[str]:
        return [url for url, _ in self.sent]


def address(name: str) -> str:
    return f"https://{name}.test/logout"


def application(app: Flask, name: str, uri: str | None = None) -> None:
    with UnitOfWork(app):
        application_registration.register(
            Application(
                id=name,
                name=name,
                auth_method="none",
                redirect_uris=(f"https://{name}.test/cb",),
                scopes=("openid",),
                backchannel_logout_uri=address(name) if uri is None else uri,
            ),
            SYSTEM,
        )


def signed_in_to(app: Flask, *names: str) -> None:
    with UnitOfWork(app):
        rotation(app.extensions["settings"]).ensure(SYSTEM)
        for name in names:
            logouts.note(SESSION, name, now() + 3600)


def ended(app: Flask) -> int:
    with UnitOfWork(app):
        return logouts.enqueue(ACCOUNT, [SESSION], now())


def delivery(app: Flask, network: Network, clock: Callable[[], int] = now) -> LogoutDelivery:
    provider = app.extensions["provider"]
    return LogoutDelivery(app, app.config["ISSUER"], provider.keys, cast("Fetcher", network), clock)


def waiting(app: Flask) -> int:
    with UnitOfWork(app):
        return logouts.waiting()


@pytest.fixture
def network() -> Network:
    return Network()


def test_everybody_who_knows_of_the_session_is_told_once(app: Flask, network: Network) -> None:
    application(app, "toolbox")
    application(app, "analytics")
    signed_in_to(app, "toolbox", "analytics", "toolbox")
    assert ended(app) == 2
    assert delivery(app, network).run_once() == 2
    assert sorted(network.urls) == [address("analytics"), address("toolbox")]
    assert delivery(app, network).run_once() == 0
    assert waiting(app) == 0


def test_who_registered_no_address_or_was_disabled_is_not_told(app: Flask, network: Network) -> None:
    application(app, "quiet", uri="")
    application(app, "gone")
    signed_in_to(app, "quiet", "gone")
    with UnitOfWork(app):
        application_registration.set_disabled("gone", SYSTEM, disabled=True)
    assert ended(app) == 0
    assert delivery(app, network).run_once() == 0


def test_the_logout_token_is_what_the_specification_asks_for(app: Flask, network: Network) -> None:
    application(app, "toolbox")
    signed_in_to(app, "toolbox")
    ended(app)
    delivery(app, network).run_once()
    token = network.sent[0][1]
    keys = KeySet.import_key_set(_json(app.extensions["provider"].keys.jwks()))
    signed = jws.deserialize_compact(token, keys, algorithms=["RS256"])
    claims = _json(signed.payload or b"")
    assert signed.headers()["typ"] == "logout+jwt"
    assert claims.keys() == {"iss", "sub", "aud", "iat", "exp", "jti", "sid", "events"}
    assert claims["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert (claims["sub"], claims["sid"], claims["aud"]) == (ACCOUNT, SESSION, "toolbox")
    assert claims["exp"] - claims["iat"] <= 120


def test_who_can_not_be_reached_is_tried_again_later_and_later_and_given_up_at_last(
    app: Flask, network: Network
) -> None:
    application(app, "toolbox")
    signed_in_to(app, "toolbox")
    ended(app)
    clock = Clock(now())
    network.answers[address("toolbox")] = _unreachable
    for pause in AGAIN:
        assert delivery(app, network, clock).run_once() == 0
        clock.advance(pause - 1)
        assert delivery(app, network, clock).run_once() == 0
        clock.advance(1)
    assert len(network.sent) == len(AGAIN)
    delivery(app, network, clock).run_once()
    assert waiting(app) == 0


def test_a_later_attempt_brings_the_news_with_a_fresh_token(app: Flask, network: Network) -> None:
    application(app, "toolbox")
    signed_in_to(app, "toolbox")
    ended(app)
    clock = Clock(now())
    network.answers[address("toolbox")] = lambda: 503
    delivery(app, network, clock).run_once()
    network.answers.clear()
    clock.advance(AGAIN[0])
    assert delivery(app, network, clock).run_once() == 1
    assert len({token for _, token in network.sent}) == 2


def test_a_server_that_dies_in_an_attempt_leaves_it_to_another(
    twins: tuple[Flask, Flask], network: Network
) -> None:
    one, other = twins
    application(one, "toolbox")
    signed_in_to(one, "toolbox")
    ended(one)
    clock = Clock(now())
    # The first claims, and is never heard of again.
    delivery(one, network, clock)._claim(1)
    assert delivery(other, network, clock).run_once() == 0
    clock.advance(LEASE + 1)
    assert delivery(other, network, clock).run_once() == 1


def test_two_servers_never_tell_the_same_at_once(twins: tuple[Flask, Flask], network: Network) -> None:
    names = [f"rp{number}" for number in range(20)]
    for name in names:
        application(twins[0], name)
    signed_in_to(twins[0], *names)
    ended(twins[0])
    stop = threading.Event()
    deliveries = [delivery(app, network) for app in twins]
    threads = [threading.Thread(target=each.run, args=(stop,)) for each in deliveries]
    for thread in threads:
        thread.start()
    _until(lambda: waiting(twins[0]) == 0)
    stop.set()
    for thread in threads:
        thread.join()
    assert sorted(network.urls) == sorted(map(address, names))


def test_one_that_never_answers_holds_up_nobody_else(app: Flask, network: Network) -> None:
    release = threading.Event()
    for name in ("dead", "alive"):
        application(app, name)
    signed_in_to(app, "dead", "alive")
    ended(app)
    network.answers[address("dead")] = lambda: 200 if release.wait(30) else 500
    stop = threading.Event()
    thread = threading.Thread(target=delivery(app, network).run, args=(stop,))
    thread.start()
    try:
        _until(lambda: waiting(app) == 1)
        assert address("alive") in network.urls
    finally:
        release.set()
        stop.set()
        thread.join()
    assert waiting(app) == 0


def test_one_with_many_ended_sessions_that_never_answers_holds_up_nobody_else(
    app: Flask, network: Network
) -> None:
    release = threading.Event()
    for name in ("dead", "alive"):
        application(app, name)
    with UnitOfWork(app):
        rotation(app.extensions["settings"]).ensure(SYSTEM)
        sessions = [new_id() for _ in range(2 * AT_ONCE)]
        for session in sessions:
            logouts.note(session, "dead", now() + 3600)
        logouts.enqueue(ACCOUNT, sessions, now() - 1)
    signed_in_to(app, "alive")
    ended(app)
    network.answers[address("dead")] = lambda: 200 if release.wait(30) else 500
    stop = threading.Event()
    thread = threading.Thread(target=delivery(app, network).run, args=(stop,))
    thread.start()
    try:
        _until(lambda: address("alive") in network.urls)
        assert network.urls.count(address("dead")) == EACH
    finally:
        release.set()
        _until(lambda: waiting(app) == 0)
        stop.set()
        thread.join()


def test_an_attempt_that_breaks_is_made_again_later_and_given_up_at_last(
    app: Flask, network: Network, monkeypatch: Any
) -> None:
    application(app, "toolbox")
    signed_in_to(app, "toolbox")
    ended(app)

    def broken(*_: object) -> str:
        raise RuntimeError("nobody signs")

    monkeypatch.setattr(LogoutDelivery, "_token", broken)
    clock = Clock(now())
    teller = delivery(app, network, clock)
    for pause in AGAIN:
        assert teller.run_once() == 0
        assert teller.run_once() == 0
        clock.advance(pause)
    assert waiting(app) == 1
    teller.run_once()
    assert waiting(app) == 0
    assert network.urls == []


def test_a_database_that_is_away_ends_no_delivery(app: Flask, network: Network, monkeypatch: Any) -> None:
    application(app, "toolbox")
    signed_in_to(app, "toolbox")
    ended(app)
    failures = iter([RuntimeError("away")])
    claim = LogoutDelivery._claim

    def once(self: LogoutDelivery, most: int) -> list[logouts.Logout]:
        for failure in failures:
            raise failure
        return claim(self, most)

    monkeypatch.setattr(LogoutDelivery, "_claim", once)
    monkeypatch.setattr("authserver.provider.logout_delivery.PAUSE", 0.01)
    stop = threading.Event()
    thread = threading.Thread(target=delivery(app, network).run, args=(stop,))
    thread.start()
    _until(lambda: waiting(app) == 0)
    stop.set()
    thread.join()
    assert network.urls == [address("toolbox")]


def test_what_is_done_stays_in_the_ledger_for_a_while(app: Flask, network: Network) -> None:
    application(app, "toolbox")
    signed_in_to(app, "toolbox")
    ended(app)
    delivery(app, network).run_once()
    with UnitOfWork(app):
        assert db.session.query(LogoutRow).count() == 1
        assert logouts.delete_old(now() - 3600, now(), 100) == 0
        assert logouts.delete_old(now() + 1, now(), 100) == 1


def _unreachable() -> int:
    raise Unreachable("nobody there")


def _json(document: bytes) -> Any:
    return json.loads(document)


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
