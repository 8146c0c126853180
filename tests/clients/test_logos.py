"""Logos of applications: fetched once, kept with their application, served by us."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import event

from authserver.base.errors import Refused
from authserver.base.fetch import Fetcher, FetchPolicy
from authserver.clients import application_registration, logo_fetching
from authserver.clients.application import Application
from authserver.clients.logo import checked_logo
from authserver.clients.store import logos
from authserver.web.unit_of_work import UnitOfWork
from tests.clients.conftest import ORIGIN
from tests.support.application import engine_of
from tests.support.images import gif, png
from tests.support.stranger import Stranger, stranger

OPEN = Fetcher(FetchPolicy(private_addresses=True))
URI = "https://rp.test/logo.png"


def answer(content: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\n\r\n".encode() + content


@pytest.fixture
def server() -> Iterator[Stranger]:
    """A server with a logo, which it calls a document."""
    with stranger(answer(png())) as running:
        yield running


def register(app: Flask, logo_uri: str = "", name: str = "toolbox") -> str:
    wanted = Application(name, "Toolbox", "none", ("https://rp.test/cb",), ("openid",), logo_uri=logo_uri)
    with UnitOfWork(app):
        return application_registration.register(wanted, ORIGIN)[0].id


def update(app: Flask, **changes: str) -> None:
    with UnitOfWork(app):
        application_registration.update("toolbox", ORIGIN, **changes)


def keep(app: Flask, content: bytes, uri: str = URI, name: str = "toolbox") -> bool:
    with UnitOfWork(app):
        return logos.keep(name, uri, checked_logo(content), 1)


def address(app: Flask, name: str = "toolbox") -> str | None:
    with UnitOfWork(app):
        return logos.address_of(name)


def test_a_logo_is_fetched_checked_and_kept(app: Flask, server: Stranger) -> None:
    register(app, f"http://127.0.0.1:{server.port}/logo")
    assert logo_fetching.is_missing(app, "toolbox")
    logo_fetching.fetch(app, OPEN, "toolbox")
    assert not logo_fetching.is_missing(app, "toolbox")
    assert address(app) == f"/application-logos/{checked_logo(png()).digest}.png"
    assert b"\r\nAccept: image/png, image/jpeg, image/gif, image/webp\r\n" in server.requests[0]


def test_without_an_address_there_is_nothing_to_fetch(app: Flask) -> None:
    register(app)
    for name in ("toolbox", "nobody"):
        assert not logo_fetching.is_missing(app, name)
        logo_fetching.fetch(app, OPEN, name)
        assert address(app, name) is None


@pytest.mark.parametrize(
    ("answered", "why"),
    [
        (answer(b"<svg/>"), "no PNG"),
        (answer(png(2000, 10)), "pixels"),
        (answer(png() + b"\0" * 70_000), "more than 65536 bytes"),
        (answer(png(), "404 Not Found"), "status 404"),
        (answer(png(), "302 Found"), "status 302"),
        (answer(b"", "204 No Content"), "status 204"),
        (b"", "RemoteDisconnected"),
    ],
)
def test_what_is_no_logo_leaves_the_one_that_is_here(app: Flask, answered: bytes, why: str) -> None:
    with stranger(answered) as server:
        uri = f"http://127.0.0.1:{server.port}/logo"
        register(app, uri)
        assert keep(app, gif(), uri)
        with pytest.raises(Refused, match=why):
            logo_fetching.fetch(app, OPEN, "toolbox")
    assert address(app) == f"/application-logos/{checked_logo(gif()).digest}.gif"


def test_a_private_address_is_not_asked_for_a_logo(app: Flask, server: Stranger) -> None:
    register(app, f"https://127.0.0.1:{server.port}/logo")
    with pytest.raises(Refused, match="not a public address"):
        logo_fetching.fetch(app, Fetcher(FetchPolicy()), "toolbox")
    assert server.requests == []


def test_nothing_waits_in_the_database_while_a_stranger_takes_his_time(app: Flask) -> None:
    engine = engine_of(app)
    open_ones: set[object] = set()
    event.listen(engine, "checkout", lambda _, record, __: open_ones.add(record))
    event.listen(engine, "checkin", lambda _, record: open_ones.discard(record))
    seen: list[int] = []

    def look(talking: object, closing: threading.Event) -> None:
        seen.append(len(open_ones))

    with stranger(look) as slow:
        register(app, f"http://127.0.0.1:{slow.port}/logo")
        with pytest.raises(Refused):
            logo_fetching.fetch(app, OPEN, "toolbox")
    assert seen == [0]


def test_a_logo_of_an_address_that_was_changed_meanwhile_is_not_kept(app: Flask) -> None:
    register(app, URI)
    update(app, logo_uri="https://rp.test/new.png")
    assert not keep(app, png())
    assert not keep(app, png(), name="nobody")
    assert address(app) is None


def test_a_logo_goes_with_its_address_and_with_its_application(app: Flask) -> None:
    register(app, URI)
    assert keep(app, png())
    update(app, name="Other name")
    assert address(app)
    update(app, logo_uri="https://rp.test/new.png")
    assert address(app) is None
    assert keep(app, png(), "https://rp.test/new.png")
    update(app, logo_uri="")
    assert address(app) is None
    update(app, logo_uri=URI)
    assert keep(app, png())
    with UnitOfWork(app):
        application_registration.delete("toolbox", ORIGIN)
    assert address(app) is None


def test_a_logo_is_served_for_ever_and_can_do_nothing(app: Flask) -> None:
    register(app, URI)
    register(app, URI, "other")
    assert keep(app, png())
    assert keep(app, png(), name="other")
    path = address(app)
    assert path == address(app, "other")
    client = app.test_client()
    got = client.get(path or "", headers={"Host": "localhost"})
    assert (got.status_code, got.data, got.content_type) == (200, png(), "image/png")
    assert got.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"].startswith("default-src 'none';")
    assert "Set-Cookie" not in got.headers
    again = client.get(path or "", headers={"Host": "localhost", "If-None-Match": got.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    keep(app, gif())
    assert client.get(path or "", headers={"Host": "localhost"}).status_code == 200


@pytest.mark.parametrize("name", ["{}", "{}.gif", "{}.png.png", "{}.svg", "0.png", ".png", "x/{}.png", ""])
def test_nothing_else_is_there(app: Flask, name: str) -> None:
    register(app, URI)
    assert keep(app, png())
    path = logos.PREFIX + name.format(checked_logo(png()).digest)
    got = app.test_client().get(path, headers={"Host": "localhost"})
    assert got.status_code == 404
    assert "immutable" not in got.headers.get("Cache-Control", "")
