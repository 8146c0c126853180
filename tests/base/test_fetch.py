"""Calls to whoever answers: what is sent, what is taken, and how long anybody waits (F2, F3)."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from authserver.base import resolving
from authserver.base.fetch import Fetcher, FetchPolicy, Unreachable
from tests.base.conftest import Names
from tests.support.stranger import OK, Behaviour, Stranger, dripping, flooding, stranger

OPEN = FetchPolicy(private_addresses=True)
HASTY = FetchPolicy(private_addresses=True, connect_seconds=0.5, total_seconds=0.5)
PATIENCE = 10
"""Seconds after which somebody surely waited for the stranger; a test has many times what it needs."""


@pytest.fixture
def server() -> Iterator[Stranger]:
    """A server that says hello."""
    with stranger() as running:
        yield running


def unreachable(policy: FetchPolicy, url: str) -> str:
    """Return why there is no answer to a GET, and see that nobody waited for it."""
    began = time.monotonic()
    with pytest.raises(Unreachable) as failed:
        Fetcher(policy).get(url)
    assert time.monotonic() - began < PATIENCE
    return failed.value.reason


def test_an_answer_has_a_status_a_type_and_a_body(server: Stranger) -> None:
    fetched = Fetcher(OPEN).get(f"http://{server.authority}/a/b?c=d#e", accept="text/plain")
    assert (fetched.status, fetched.content_type, fetched.body) == (200, "text/plain", b"hello")
    head = server.requests[0].decode().split("\r\n")
    assert head[0] == "GET /a/b?c=d HTTP/1.1"
    assert f"Host: {server.authority}" in head
    assert "Accept: text/plain" in head
    assert "Accept-Encoding: identity" in head
    assert "User-Agent: authserver" in head


def test_a_form_is_sent_and_only_the_status_comes_back(server: Stranger) -> None:
    status = Fetcher(OPEN).post_form(f"http://{server.authority}", {"logout_token": "a.b&c=d", "x": "ü y"})
    assert status == 200
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST / HTTP/1.1\r\n")
    assert b"\r\nContent-Type: application/x-www-form-urlencoded" in head
    assert body == b"logout_token=a.b%26c%3Dd&x=%C3%BC+y"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_status_and_is_not_followed(server: Stranger, status: int) -> None:
    location = f"http://{server.authority}/elsewhere"
    answer = f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 5\r\n\r\nmoved"
    with stranger(answer.encode()) as mover:
        fetched = Fetcher(OPEN).get(f"http://{mover.authority}/")
        assert (fetched.status, fetched.body) == (status, b"")
        assert Fetcher(OPEN).post_form(f"http://{mover.authority}/", {}) == status
    assert server.requests == []


def test_the_body_of_a_failure_is_not_taken() -> None:
    with stranger(flooding(b"HTTP/1.1 500 Oh\r\n\r\n")) as failing:
        fetched = Fetcher(OPEN).get(f"http://{failing.authority}/")
    assert (fetched.status, fetched.body) == (500, b"")


def test_no_proxy_of_the_environment_is_asked(server: Stranger, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert Fetcher(OPEN).get(f"http://{server.authority}/").status == 200


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(dripping(b""), id="status"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\nX-Slow: "), id="header"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\n\r\n"), id="body that ends with the connection"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"), id="body of a length"),
        pytest.param(dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nEA60\r\n"), id="chunk"),
        pytest.param(lambda _, closing: closing.wait(60), id="nothing"),
    ],
)
def test_a_server_that_drips_does_not_stretch_the_time(behaviour: Behaviour) -> None:
    with stranger(behaviour) as slow:
        assert unreachable(HASTY, f"http://{slow.authority}/") == "the time was over"


def test_a_form_does_not_wait_for_headers_that_drip() -> None:
    with stranger(dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ")) as slow, pytest.raises(Unreachable):
        Fetcher(HASTY).post_form(f"http://{slow.authority}/", {"a": "b"})


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
    ],
)
def test_a_body_without_end_is_left(head: bytes) -> None:
    with stranger(flooding(head)) as large:
        assert "more than 65536 bytes" in unreachable(OPEN, f"http://{large.authority}/")


def test_a_body_may_have_exactly_the_most_bytes() -> None:
    body = b"x" * 65_536
    with stranger(b"HTTP/1.1 200 OK\r\n\r\n" + body) as full:
        assert Fetcher(OPEN).get(f"http://{full.authority}/").body == body
    with stranger(b"HTTP/1.1 200 OK\r\n\r\n" + body + b"x") as over:
        assert "more than" in unreachable(OPEN, f"http://{over.authority}/")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"hello\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    ],
)
def test_what_is_no_whole_answer_is_none(answer: bytes) -> None:
    with stranger(answer) as odd:
        assert unreachable(OPEN, f"http://{odd.authority}/")


def test_nobody_there_is_unreachable() -> None:
    with stranger() as gone:
        authority = gone.authority
    assert "ConnectionRefusedError" in unreachable(OPEN, f"http://{authority}/")


def test_beyond_so_many_calls_at_once_there_is_no_waiting(server: Stranger) -> None:
    with stranger(lambda _, closing: closing.wait(60)) as slow:
        fetcher = Fetcher(FetchPolicy(private_addresses=True, at_once=2, total_seconds=60))
        with ThreadPoolExecutor(2) as pool:
            held = [pool.submit(fetcher.get, f"http://{slow.authority}/") for _ in range(2)]
            until = time.monotonic() + PATIENCE
            while len(slow.requests) < 2 and time.monotonic() < until:
                time.sleep(0.01)
            with pytest.raises(Unreachable, match="too many"):
                fetcher.get(f"http://{server.authority}/")
            slow.closing.set()
            assert all(isinstance(call.exception(), Unreachable) for call in held)
    assert fetcher.get(f"http://{server.authority}/").status == 200


def test_a_lookup_that_hangs_is_given_up_and_only_so_many_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def hang(_host: str, _port: int) -> resolving.Answer:
        release.wait(60)
        return []

    monkeypatch.setattr(resolving, "LOOKUPS_AT_ONCE", 2)
    monkeypatch.setattr(resolving, "_addresses", hang)
    caller, other = Fetcher(HASTY), Fetcher(HASTY)

    def refused(fetcher: Fetcher) -> str:
        with pytest.raises(Unreachable) as refusal:
            fetcher.get("http://slow.test/")
        return refusal.value.reason

    try:
        assert refused(caller) == "the time was over"
        assert refused(caller) == "the time was over"
        assert "too many lookups" in refused(caller)
        # Another purpose has places of its own.
        assert refused(other) == "the time was over"
    finally:
        release.set()
    until = time.monotonic() + PATIENCE
    while caller._lookups._slots._value < 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert "has no address" in refused(caller)


def test_the_next_address_is_tried_when_one_does_not_answer(names: Names) -> None:
    with stranger(OK, host="127.0.0.2") as server:
        names("two.test", "127.0.0.3", "127.0.0.2")
        assert Fetcher(OPEN).get(f"http://two.test:{server.port}/").body == b"hello"
    assert f"Host: two.test:{server.port}".encode() in server.requests[0]
