"""The follower among the examples: what it takes and refuses, and what it does while the feed is silent."""

import base64
import time
from collections.abc import Iterator
from typing import Any

import pytest

from examples.ended_tokens import Ended
from examples.security_events import REFUSED, SLOWEST, SOONEST
from tests.http.feed import Event, Feed, serving

NOW = int(time.time())
TOKEN = {
    "iat": NOW,
    "sub": "P",
    "client_id": "C",
    "org_id": "O",
    "sid": "S",
    "jti": "G.12345",
    "scope": "a b",
}


@pytest.fixture
def feed() -> Iterator[Feed]:
    with serving() as made:
        yield made


def event(until: int = NOW, *, more: dict[str, Any] | None = None, **match: str) -> Event:
    return {"type": "https://e.test/ended", "toe": NOW, "match": match, "issued_until": until} | (more or {})


def refuses(told: Event, **changes: Any) -> bool:
    ended = Ended()
    ended.add([told])
    reason = ended.refuses(TOKEN | changes)
    assert reason in (None, "https://e.test/ended")
    return reason is not None


class TestTheRule:
    @pytest.mark.parametrize(
        "match",
        [{"sid": "S"}, {"sub": "P"}, {"client_id": "C"}, {"sub": "P", "org_id": "O"}, {"jti": "G."}],
    )
    def test_a_token_is_refused_whose_claims_all_agree(self, match: dict[str, str]) -> None:
        assert refuses(event(**match))
        for name in match:
            assert not refuses(event(**match), **{name: "another"})
            assert not refuses(event(**match), **{name: None})

    def test_of_jti_the_beginning_counts_and_of_nothing_else(self) -> None:
        assert refuses(event(jti="G.12345"))
        assert not refuses(event(jti="G.12346"))
        assert not refuses(event(jti=".12345"))
        assert not refuses(event(sub="P"), sub="P2")

    @pytest.mark.parametrize(("issued", "refused"), [(-1, True), (0, True), (1, False)])
    def test_a_token_is_refused_that_was_issued_until_a_second(self, issued: int, refused: bool) -> None:  # noqa: FBT001 - a value
        assert refuses(event(NOW, sub="P"), iat=NOW + issued) is refused

    @pytest.mark.parametrize("scope", ["a offline_access", ["a", "offline_access"]])
    def test_a_token_with_the_excepted_scope_goes_on(self, scope: object) -> None:
        told = event(sid="S", more={"except_scope": "offline_access"})
        assert not refuses(told, scope=scope)
        assert refuses(told)
        assert refuses(told, scope=None)

    @pytest.mark.parametrize(
        ("said", "refused"),
        [(None, False), ([], False), (["a:read"], False), (["a:write"], True), (["a:read", "a:write"], True)],
    )
    def test_a_token_goes_on_that_says_no_more_than_what_is_left(
        self,
        said: object,
        refused: bool,  # noqa: FBT001 - a value
    ) -> None:
        told = event(sub="P", org_id="O", more={"permissions": ["a:read", "b:read"]})
        assert refuses(told, permissions=said) is refused

    def test_one_of_several_events_is_enough(self) -> None:
        ended = Ended()
        early, late = event(NOW - 50, sub="P"), event(NOW, sub="P", more={"permissions": []})
        ended.add([early, late, late])
        assert ended.refuses(TOKEN | {"permissions": ["a"]})
        assert not ended.refuses(TOKEN)
        assert ended.refuses(TOKEN | {"iat": NOW - 60})

    def test_what_is_older_than_the_window_is_forgotten(self) -> None:
        ended = Ended()
        ended.add([event(NOW - 50, sub="P"), event(NOW, sid="S")])
        ended.forget(NOW - 49)
        assert ended.refuses(TOKEN | {"iat": NOW - 60, "sid": "other"}) is None
        assert ended.refuses(TOKEN)


class TestReading:
    def test_it_proves_who_it_is_and_asks_from_where_it_is(self, feed: Feed) -> None:
        follower = feed.follower(secret="a secret: ä")
        feed.events.append(event(sub="P"))
        assert follower.poll() == follower.poll() == 2
        assert feed.asked == [("after=0", ""), ("after=1", 'W/"1"')]
        pair = base64.b64decode(feed.authorization.removeprefix("Basic ")).decode()
        assert pair == "orders:a+secret%3A+%C3%A4"
        assert follower.refuses(TOKEN) == "https://e.test/ended"

    def test_it_asks_on_at_once_while_there_is_more(self, feed: Feed) -> None:
        feed.most = 2
        feed.events += [event(sub=str(number)) for number in range(4)] + [event(sub="P")]
        follower = feed.follower()
        follower.poll()
        assert [query for query, _ in feed.asked] == ["after=0", "after=2", "after=4"]
        assert follower.refuses(TOKEN)

    def test_it_reads_pages_as_large_as_the_servers_and_larger(self, feed: Feed) -> None:
        follower = feed.follower()
        feed.events += [event(sub=f"{number:0200}") for number in range(2 * feed.most)] + [event(sub="P")]
        follower.poll()
        assert [query for query, _ in feed.asked] == [f"after={feed.most * number}" for number in range(3)]
        # As one event may be by itself: beyond what the library takes unless it is told to.
        feed.most = len(feed.events)
        assert len(feed.page(0)) > 150_000
        other = feed.follower()
        assert other.poll() == 2
        assert follower.refuses(TOKEN)
        assert other.refuses(TOKEN)

    def test_now_and_then_it_reads_everything_anew(self, feed: Feed) -> None:
        follower = feed.follower()
        feed.events += [event(sub="other"), event(sub="another")]
        follower.poll()
        # The server was set back to a backup, and has told as much again before anybody asked.
        feed.events[:] = [event(sub="P"), event(sub="other")]
        follower.poll()
        assert not follower.refuses(TOKEN)
        follower._whole_at = 0
        assert 0 < follower.poll() < 2
        assert follower.refuses(TOKEN)
        # News first.
        assert feed.asked[-2:] == [("after=2", 'W/"2"'), ("after=0", "")]
        follower.poll()
        assert feed.asked[-1] == ("after=2", 'W/"2"')

    def test_where_the_server_never_told_its_place_it_begins_anew_at_once(self, feed: Feed) -> None:
        follower = feed.follower()
        feed.events += [event(sub="other"), event(sub="P")]
        follower.poll()
        # Set back to a backup: fewer events than it had told of.
        feed.events[:] = [event(sid="S")]
        assert follower.poll() == 2
        assert [query for query, _ in feed.asked] == ["after=0", "after=2", "after=0"]
        assert follower.refuses(TOKEN | {"sub": "other", "sid": "another"})
        assert follower.refuses(TOKEN | {"sub": "new"})
        for _ in range(2):
            feed.events.clear()
            feed.events.append(event(sub="later"))
            follower._after = "7"
            assert follower.poll() == 2

    def test_it_begins_anew_once_in_a_row(self, feed: Feed) -> None:
        follower = feed.follower()
        feed.events += [event(sub="other"), event(sub="P")]
        follower.poll()
        feed.status = 400
        assert follower.poll() == REFUSED
        assert follower.poll() == REFUSED
        assert [query for query, _ in feed.asked] == ["after=0", "after=2", "after=0", "after=0"]

    def test_it_is_not_held_at_a_lost_place_by_a_fault_on_its_way(self, feed: Feed) -> None:
        follower = feed.follower()
        feed.most = 2
        feed.events += [event(sub=str(number)) for number in range(5)]
        follower.poll()
        # Set back, and away again after the first page.
        feed.events[:] = [event(sub="other"), event(sub="another"), event(sub="P")]
        feed.fails_at = "2"
        assert follower.poll() == 4
        del feed.events[1:]
        feed.fails_at = ""
        assert follower.poll() == 2
        assert [query for query, _ in feed.asked][-2:] == ["after=2", "after=0"]

    def test_a_server_that_refuses_what_it_says_is_not_asked_on_and_on(self, feed: Feed) -> None:
        follower = feed.follower()
        feed.events += [event(sub="other"), event(sub="P")]
        feed.lies = {"next": "9", "more": True}
        assert follower.poll() == REFUSED
        assert [query for query, _ in feed.asked] == ["after=0", "after=9", "after=0", "after=9"]

    def test_whoever_keeps_connections_open_is_told_of_changes_alone(self, feed: Feed) -> None:
        changes: list[int] = []
        follower = feed.follower(on_change=lambda: changes.append(1))
        follower.poll()
        assert changes == []
        feed.events.append(event(sub="P"))
        for _ in range(2):
            follower.poll()
        assert changes == [1]

    @pytest.mark.parametrize(
        "forged",
        [
            {"owner": "forger"},
            {"typ": "at+jwt"},
            {"lies": {"aud": "another"}},
            {"lies": {"iss": "https://another.test"}},
            {"lies": {"exp": NOW - 120}},
            {"lies": {"after": "7"}},
        ],
        ids=str,
    )
    def test_a_page_of_another_kind_is_not_believed(self, feed: Feed, forged: dict[str, Any]) -> None:
        follower = feed.follower()
        feed.events.append(event(sub="P"))
        honest = {name: getattr(feed, name) for name in forged}
        for name, value in forged.items():
            setattr(feed, name, value)
        follower.poll()
        assert follower.refuses(TOKEN) is None
        assert follower.silent_for == float("inf")
        for name, value in honest.items():
            setattr(feed, name, value)
        follower.poll()
        assert follower.refuses(TOKEN)

    def test_a_new_key_is_fetched(self, feed: Feed) -> None:
        follower = feed.follower()
        feed.events.append(event(sub="other"))
        follower.poll()
        feed.owner = feed.published = "server, later"
        feed.events.append(event(sub="P"))
        follower.poll()
        assert follower.refuses(TOKEN)


class TestSilence:
    @pytest.mark.parametrize(
        ("status", "headers", "pause"),
        [
            (401, {}, REFUSED),
            (403, {}, REFUSED),
            (404, {}, REFUSED),
            (302, {"Location": "http://127.0.0.1:9/"}, REFUSED),
            (429, {"Retry-After": "7"}, 7),
            (503, {"Retry-After": "3600"}, REFUSED),
            (503, {"Retry-After": "9" * 400}, REFUSED),
            (503, {"Retry-After": "0"}, SOONEST),
            (503, {"Retry-After": "\u00b2"}, 4),
            (500, {}, 4),
        ],
    )
    def test_what_is_known_counts_while_the_server_refuses(
        self, feed: Feed, status: int, headers: dict[str, str], pause: float
    ) -> None:
        feed.events.append(event(sub="P"))
        follower = feed.follower()
        follower.poll()
        feed.status, feed.headers = status, headers
        assert follower.poll() == pause
        assert follower.refuses(TOKEN)
        assert follower.refuses(TOKEN | {"sub": "other"}) is None
        feed.status, feed.headers = 200, {}
        assert follower.poll() == 2
        assert follower.silent_for < 60

    def test_attempts_become_rarer_until_the_server_is_back(self) -> None:
        with serving() as feed:
            follower = feed.follower()
        pauses = [follower.poll() for _ in range(5)]
        assert pauses == [4, 8, SLOWEST, SLOWEST, SLOWEST]
        assert follower.silent_for == float("inf")

    def test_an_api_starts_without_the_feed_and_follows_when_it_comes(self, feed: Feed) -> None:
        feed.status = 503
        follower = feed.follower(every=0.01).start(wait=0.05)
        try:
            assert follower.refuses(TOKEN) is None
            feed.events.append(event(sub="P"))
            feed.status = 200
            assert follower._first.wait(30)
            assert follower.refuses(TOKEN)
        finally:
            follower.close()
