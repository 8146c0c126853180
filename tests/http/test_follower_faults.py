"""The follower among the examples on bad days: of the server, of who uses it, and of the process it is in."""

import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from examples import event_pages, security_events, timely
from examples.event_pages import Pages
from examples.security_events import ALARM, REFUSED, WHOLE
from examples.timely import LARGEST
from tests.http.feed import DROPS, PAUSE, Feed, serving
from tests.http.test_follower import NOW, TOKEN, event

ROOT = Path(__file__).resolve().parent.parent.parent
Log = pytest.LogCaptureFixture

FORK = """
import os, signal, sys, time
from examples.security_events import Follower
follower = Follower(sys.argv[1], audience="orders", resource="orders", secret="x", every=0.05).start(20)
# The worst moment: a thread that will not be in the child holds the lock.
lock = follower._ended._lock
lock.acquire()
child = os.fork()
if child:
    lock.release()
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
# Whoever waits for the lock waits for ever.
signal.alarm(60)
print("forked", flush=True)
for _ in range(400):
    if follower.refuses({"sub": "P", "iat": 0}):
        os._exit(7)
    time.sleep(0.05)
os._exit(1)
"""


@pytest.fixture
def feed() -> Iterator[Feed]:
    with serving() as made:
        yield made


OLD = TOKEN | {"iat": NOW - 4500}


class TestTheServer:
    def test_an_answer_without_measure_is_a_fault_that_says_so(self, feed: Feed, caplog: Log) -> None:
        feed.body = b"x" * (LARGEST + 1)
        assert feed.follower().poll() == 4
        assert f"more than {LARGEST} bytes" in caplog.text

    @pytest.mark.parametrize("part", ["head", "body"])
    def test_an_answer_that_drips_is_not_waited_for(self, feed: Feed, part: str) -> None:
        feed.events.append(event(sub="P"))
        feed.drips = part
        # Each piece would be in time.
        follower = feed.follower(timeout=DROPS * PAUSE / 4)
        follower._pages.found = (f"{feed.url}/feed", f"{feed.url}/jwks")
        assert follower.poll() == 4
        assert not follower.refuses(TOKEN)
        feed.drips = ""
        assert follower.poll() == 2

    def test_nothing_new_is_no_answer_to_who_has_nothing(self, feed: Feed) -> None:
        feed.status = 304
        follower = feed.follower()
        assert follower.poll() == 4
        assert follower.silent_for == float("inf")

    def test_a_page_that_leads_nowhere_is_not_asked_for_on_and_on(self, feed: Feed) -> None:
        feed.lies = {"more": True}
        assert feed.follower().poll() == 4
        assert len(feed.asked) == 1

    def test_nothing_counts_of_a_page_with_an_event_that_nobody_understands(self, feed: Feed) -> None:
        feed.events += [event(sub="P"), {"type": "x"}]
        follower = feed.follower()
        assert follower.poll() == 4
        assert not follower.refuses(TOKEN)

    def test_the_secret_is_sent_to_the_issuer_alone(self, feed: Feed) -> None:
        for wrong in ({"issuer": "https://another.test"}, {"security_events_endpoint": "ftp://x"}):
            feed.metadata = wrong
            assert feed.follower().poll() == 4
        assert feed.asked == []

    def test_a_secret_for_tls_is_not_sent_without(self) -> None:
        pages = Pages("https://id.example.com", "x", "x", "x", 2)
        said = {"issuer": "https://id.example.com", "jwks_uri": "https://id.example.com/jwks"}
        pages._document = lambda _url: said | {"security_events_endpoint": "http://id.example.com/feed"}  # type: ignore[method-assign] # no network
        with pytest.raises(ValueError, match="without TLS"):
            pages._discover()

    def test_silence_is_told_at_once_then_each_minute_and_when_it_ends(self, feed: Feed, caplog: Log) -> None:
        caplog.set_level(logging.INFO)
        follower = feed.follower()
        follower.poll()
        feed.status = 503
        for _ in range(3):
            follower.poll()
        assert [each.getMessage()[:31] for each in caplog.records] == ["security events: no good answer"]
        follower._warn_at -= ALARM
        for _ in range(3):
            follower.poll()
        assert len(caplog.records) == 2
        feed.status = 200
        for _ in range(3):
            follower.poll()
        assert len(caplog.records) == 3
        assert "come again" in caplog.text
        feed.status = 503
        follower.poll()
        assert len(caplog.records) == 4


class TestWhoUsesIt:
    @pytest.mark.parametrize("fault", [ZeroDivisionError, SystemExit])
    def test_the_thread_survives_whatever_happens(
        self, feed: Feed, caplog: Log, fault: type[BaseException]
    ) -> None:
        follower = feed.follower()
        done, asked = threading.Event(), []

        def poll() -> float:
            asked.append(1)
            if len(asked) == 1:
                follower._closing.wait = lambda _pause: done.is_set()  # type: ignore[method-assign] # no pause
                raise fault
            done.set()
            return 0

        follower.poll = poll  # type: ignore[method-assign] # a fault that nobody thought of
        follower.start(0)
        assert done.wait(20)
        follower.close()
        assert fault.__name__ in caplog.text

    def test_news_that_could_not_be_told_on_are_told_again(self, feed: Feed, caplog: Log) -> None:
        told: list[str] = []

        def fail_once() -> None:
            told.append("x")
            if len(told) == 1:
                raise ZeroDivisionError

        follower = feed.follower(on_change=fail_once)
        feed.events.append(event(sub="P"))
        assert follower.poll() == 2
        assert follower.refuses(TOKEN)
        assert "on_change fails" in caplog.text
        # Also while the server is away.
        feed.status = 401
        assert follower.poll() == REFUSED
        assert len(told) == 2
        follower.poll()
        assert len(told) == 2

    def test_it_may_be_closed_before_it_began_from_within_and_twice(self, feed: Feed) -> None:
        feed.follower().close()
        closed = threading.Event()

        def close() -> None:
            follower.close()
            closed.set()

        feed.most = 1
        feed.events += [event(sub="P"), event(sub="other")]
        follower = feed.follower(on_change=close)
        follower.start(20)
        assert closed.wait(20)
        follower.close()
        # Not even the rest of the events is asked for.
        assert [query for query, _ in feed.asked] == ["after=0"]

    def test_two_followers_know_nothing_of_each_other(self, feed: Feed) -> None:
        feed.events.append(event(sub="P"))
        one, other = feed.follower(), feed.follower()
        one.poll()
        assert one.refuses(TOKEN)
        assert not other.refuses(TOKEN)

    def test_it_follows_in_a_child_process_too(self, feed: Feed) -> None:
        command = [sys.executable, "-c", FORK, feed.url]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            assert process.stdout.readline() == "forked\n"
            feed.events.append(event(sub="P"))
            assert process.wait(90) == 7


def test_what_is_old_is_judged_by_the_clock_of_the_server(feed: Feed) -> None:
    """It is the one that `issued_until` is of; here it is five minutes behind."""
    # The run may have begun long ago.
    feed.lies = {"iat": NOW - 290, "exp": int(time.time()) + 10}
    feed.events.append(event(NOW - 290 - 4200 + 1, sub="P"))
    follower = feed.follower()
    follower.poll()
    assert follower.refuses(OLD)
    feed.events.append(event(NOW, sub="other"))
    feed.lies = {}
    follower.poll()
    assert not follower.refuses(OLD)


@dataclass
class Clock:
    """The time that a follower is told."""

    now: float = 1000.0

    def monotonic(self) -> float:
        return self.now


class TestTime:
    def test_no_question_waits_for_what_is_renewed(
        self, feed: Feed, monkeypatch: pytest.MonkeyPatch, caplog: Log
    ) -> None:
        """Two seconds between questions and two for the answer are four, in each minute of the day."""
        clock, asked = Clock(), []
        for module in (security_events, event_pages):
            monkeypatch.setattr(module, "time", clock)

        def slow(url: str, timeout: float, headers: dict[str, str]) -> bytes | None:
            asked.append(url.removeprefix(feed.url))
            if "feed" in url:
                return timely.get(url, 20, headers)
            clock.now += timeout
            raise TimeoutError

        follower = feed.follower(timeout=3)
        assert follower.poll() == 2
        monkeypatch.setattr(event_pages, "get", slow)
        clock.now += WHOLE
        answered = clock.now
        assert clock.now + follower.poll() <= answered + 2
        assert asked == ["/feed?after=0", "/.well-known/openid-configuration"]
        assert "can't be renewed" in caplog.text
        # And what can't be renewed goes on to be used, without asking each time.
        feed.events.append(event(sub="P"))
        assert follower.poll() == 2
        assert asked[2:] == ["/feed?after=0"]
        assert follower.refuses(TOKEN)
        clock.now += ALARM
        follower.poll()
        assert asked[4:] == ["/.well-known/openid-configuration"]

    def test_an_address_that_moved_is_found_again(self, feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
        clock = Clock()
        for module in (security_events, event_pages):
            monkeypatch.setattr(module, "time", clock)
        follower = feed.follower()
        follower.poll()
        follower._pages.found = (f"{feed.url}:9/nowhere", f"{feed.url}/jwks")
        assert follower.poll() == 4
        clock.now += WHOLE
        assert follower.poll() == 8
        feed.events.append(event(sub="P"))
        follower.poll()
        assert follower.refuses(TOKEN)

    def test_an_address_that_is_silent_leaves_time_for_the_next(
        self, feed: Feed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        port = int(feed.url.rpartition(":")[2])
        given = []

        def silent(address: tuple[str, int], timeout: float) -> socket.socket:
            given.append(timeout)
            if len(given) == 1:
                raise TimeoutError
            made = socket.socket()
            made.connect(address)
            return made

        both = [(0, 0, 0, "", ("192.0.2.1", port)), (0, 0, 0, "", ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: both)
        monkeypatch.setattr(socket, "create_connection", silent)
        assert timely.get(f"http://id.example.com:{port}/jwks", 20, {})
        assert given[0] <= 10 < given[1] <= 20

    def test_a_handshake_that_never_comes_is_not_waited_for(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(OSError, match="timed out"):
            timely.get(f"https://127.0.0.1:{listener.getsockname()[1]}/", 0.2, {})
