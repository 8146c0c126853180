"""The feed of security events: who may read it, what a page says, and when nothing need be said."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from joserfc import jwt

from authserver.base.handles import new_id
from authserver.clients.resource import ResourceCaller
from authserver.oidc.endpoints.security_events import FRESH, MOST, ROOM, SecurityEventFeed
from authserver.oidc.messages.machine import Answer
from authserver.oidc.messages.security_event import (
    KEPT,
    SETTLING,
    FeedPage,
    Published,
    SecurityEvent,
    grant_ended,
    rights_ended,
    session_ended,
    token_ended,
    tokens_ended,
)
from tests.oidc.people_world import API, CONFIDENTIAL, PUBLIC, PeopleWorld
from tests.oidc.signing import claims_of, header_of, key_of
from tests.oidc.world import CLIENT, ISSUER, NOW, SECRET, Outcome, asked, basic_header, request

CAEP = "https://schemas.openid.net/secevent/caep/event-type/"
OAUTH = "https://schemas.openid.net/secevent/oauth/event-type/"


@dataclass
class Feed:
    """The port of events in memory, by resource."""

    told: dict[str, list[Published]] = field(default_factory=dict)
    asked: list[tuple[str, int, int]] = field(default_factory=list)
    waiting: bool = False
    """Whether some have no place yet."""

    def page(self, resource: str, after: int, limit: int) -> FeedPage:
        self.asked.append((resource, after, limit))
        found = [each for each in self.told.get(resource, []) if each.position > after][:limit]
        head = max([0, *(each.position for told in self.told.values() for each in told)])
        return FeedPage(head, found, self.waiting)

    def tell(self, event: SecurityEvent, position: int, resource: str = API.id) -> None:
        self.told.setdefault(resource, []).append(Published(position, event, NOW + 1))


@pytest.fixture
def world() -> PeopleWorld:
    return PeopleWorld()


@pytest.fixture
def feed() -> Feed:
    return Feed()


def ask(world: PeopleWorld, feed: Feed, query: str = "", **changes: Any) -> Outcome:
    """Ask as the API does, with what a test changes."""
    endpoint = SecurityEventFeed(ISSUER, world.authenticate, feed, world.keys, world.clock)
    usual = {
        "method": "GET",
        "content_type": "",
        "query": query,
        "authorization": basic_header(API.id, SECRET),
    }
    return asked(endpoint, request(**(usual | changes)))


def answered(outcome: Outcome) -> Answer:
    assert outcome.answer, outcome.refusal
    return outcome.answer


def page(outcome: Outcome) -> Any:
    """Return what a signed page says."""
    answer = answered(outcome)
    assert answer.status == 200
    return claims_of(answer.body.decode())


def etag(outcome: Outcome) -> str:
    return dict(answered(outcome).headers)["ETag"]


class TestWhoMayAsk:
    def test_an_api_is_told_what_concerns_it(self, world: PeopleWorld, feed: Feed) -> None:
        feed.tell(token_ended("mine", NOW), 3)
        feed.tell(token_ended("another's", NOW), 4, "billing")
        (event,) = page(ask(world, feed))["security_events"]
        assert event["match"] == {"jti": "mine"}
        assert feed.asked == [(API.id, 0, MOST + 1)]

    @pytest.mark.parametrize("stranger", [CLIENT, CONFIDENTIAL], ids=["API client", "application"])
    def test_clients_are_told_nothing(self, world: PeopleWorld, feed: Feed, stranger: Any) -> None:
        outcome = ask(world, feed, authorization=basic_header(stranger.id, SECRET))
        outcome.refused("unauthorized_client", 403)
        assert feed.asked == []

    def test_who_does_not_authenticate_is_told_how_to(self, world: PeopleWorld, feed: Feed) -> None:
        refusal = ask(world, feed, authorization="").refused("invalid_client", 401)
        assert dict(refusal.wire.headers)["WWW-Authenticate"].startswith("Basic ")

    @pytest.mark.parametrize(
        "authorization",
        [basic_header(API.id, "wrong"), basic_header("nobody", SECRET), basic_header(PUBLIC.id, SECRET)],
    )
    def test_a_wrong_secret_opens_nothing(self, world: PeopleWorld, feed: Feed, authorization: str) -> None:
        ask(world, feed, authorization=authorization).refused("invalid_client", 401)
        assert feed.asked == []

    def test_a_bearer_token_opens_nothing(self, world: PeopleWorld, feed: Feed) -> None:
        ask(world, feed, authorization="Bearer x").refused("invalid_client", 401)

    @pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS", "DELETE"])
    def test_it_is_read_only(self, world: PeopleWorld, feed: Feed, method: str) -> None:
        refusal = ask(world, feed, method=method).refused("invalid_request", 405)
        assert dict(refusal.wire.headers)["Allow"] == "GET, HEAD"


class TestPages:
    def test_a_page_is_signed_for_this_api_and_for_minutes(self, world: PeopleWorld, feed: Feed) -> None:
        outcome = ask(world, feed)
        headers = dict(answered(outcome).headers)
        assert headers["Content-Type"] == "application/secevent-feed+jwt"
        assert headers["Cache-Control"] == "private, no-cache"
        assert header_of(answered(outcome).body.decode())["typ"] == "secevent-feed+jwt"
        assert page(outcome) == {
            "iss": ISSUER,
            "aud": API.audience,
            "iat": NOW,
            "exp": NOW + FRESH,
            "window": KEPT,
            "after": "0",
            "next": "0",
            "more": False,
            "security_events": [],
        }

    def test_it_is_signed_as_tokens_for_the_api_are(self, world: PeopleWorld, feed: Feed) -> None:
        world.machine.clients[API.id] = replace(API, algorithm="EdDSA")
        assert header_of(answered(ask(world, feed)).body.decode())["alg"] == "EdDSA"

    def test_each_event_says_which_tokens_ended_and_which_of_them_go_on(
        self, world: PeopleWorld, feed: Feed
    ) -> None:
        told = [
            session_ended("S", NOW),
            grant_ended("G", NOW),
            tokens_ended(NOW, sub="P", org_id="O"),
            rights_ended(NOW, {"b:read", "a:read"}, client_id="C"),
            rights_ended(NOW, (), org_id="O"),
        ]
        for position, event in enumerate(told, 1):
            feed.tell(event, position)
        common = {"toe": NOW, "issued_until": NOW + 1 + SETTLING}
        assert page(ask(world, feed))["security_events"] == [
            common
            | {
                "type": f"{CAEP}session-revoked",
                "match": {"sid": "S"},
                "except_scope": "offline_access",
            },
            common | {"type": f"{OAUTH}tokens-revoked", "match": {"jti": "G."}},
            common | {"type": f"{OAUTH}tokens-revoked", "match": {"sub": "P", "org_id": "O"}},
            common
            | {
                "type": f"{CAEP}token-claims-change",
                "match": {"client_id": "C"},
                "permissions": ["a:read", "b:read"],
            },
            common | {"type": f"{CAEP}token-claims-change", "match": {"org_id": "O"}, "permissions": []},
        ]

    def test_whoever_is_further_behind_asks_again_from_where_the_page_ends(
        self, world: PeopleWorld, feed: Feed
    ) -> None:
        for position in range(1, MOST + 3):
            feed.tell(token_ended(str(position), NOW), 2 * position)
        first = ask(world, feed)
        assert len(page(first)["security_events"]) == MOST
        assert (page(first)["next"], page(first)["more"]) == (str(2 * MOST), True)
        rest = page(ask(world, feed, f"after={page(first)['next']}"))
        assert [each["match"]["jti"] for each in rest["security_events"]] == [str(MOST + 1), str(MOST + 2)]
        assert (rest["after"], rest["next"], rest["more"]) == (str(2 * MOST), str(2 * MOST + 4), False)

    def test_while_events_have_no_place_who_asks_asks_on_from_as_far_as_places_go(
        self, world: PeopleWorld, feed: Feed
    ) -> None:
        feed.tell(token_ended("mine", NOW), 3)
        feed.tell(token_ended("another's", NOW), 9, "billing")
        feed.waiting = True
        for after in ("0", "3"):
            said = page(ask(world, feed, f"after={after}", if_none_match=f'W/"{after}"'))
            # A page with more that ends where it begins would be a fault to whoever reads it.
            assert (said["next"], said["more"]) == ("9", True)
        feed.waiting = False
        assert answered(ask(world, feed, "after=9", if_none_match='W/"9"')).status == 304

    @pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
    def test_a_full_page_is_read_by_libraries_as_they_come(
        self, world: PeopleWorld, feed: Feed, algorithm: str
    ) -> None:
        """What `docs/security-events.md` says of its size holds, and nobody need raise a limit for it."""
        world.machine.clients[API.id] = replace(API, algorithm=algorithm)
        few = tuple(f"some-service:{number:04}" for number in range(400))
        for kind in ({"sid": new_id()}, {"sub": new_id(), "org_id": new_id()}):
            feed.told.clear()
            for position in range(1, MOST + 2):
                large = position % 3 == 0 and "org_id" in kind
                rights = rights_ended(NOW, few, **kind)
                feed.tell(rights if large else tokens_ended(NOW, **kind), position)
            body = answered(ask(world, feed)).body
            assert len(body) < 90_000
            key = key_of(algorithm)
            assert jwt.decode(body.decode(), key, algorithms=[algorithm]).claims["more"]

    def test_a_page_holds_no_more_than_fits_into_an_answer(self, world: PeopleWorld, feed: Feed) -> None:
        large = tuple(f"area:{number:08}" for number in range(ROOM // 45))
        for position in (1, 2, 3, 4):
            feed.tell(rights_ended(NOW, large, sub=str(position)), position)
        first = ask(world, feed)
        assert len(answered(first).body) < 2 * ROOM
        assert (len(page(first)["security_events"]), page(first)["next"]) == (2, "2")
        assert page(first)["more"] is True
        rest = page(ask(world, feed, "after=2"))
        assert (len(rest["security_events"]), rest["next"], rest["more"]) == (2, "4", False)

    def test_what_fits_into_none_comes_alone(self, world: PeopleWorld, feed: Feed) -> None:
        huge = tuple(f"area:{number:08}" for number in range(ROOM // 10))
        for position in (1, 2):
            feed.tell(rights_ended(NOW, huge, sub=str(position)), position)
        assert [page(ask(world, feed, f"after={after}"))["next"] for after in (0, 1)] == ["1", "2"]

    def test_whoever_is_beyond_the_end_is_told_to_begin_anew(self, world: PeopleWorld, feed: Feed) -> None:
        """The database was set back: 304 would keep it waiting for places that others take."""
        feed.tell(token_ended("another's", NOW), 7, "billing")
        answered(ask(world, feed, "after=7", if_none_match='W/"7"'))
        ask(world, feed, "after=8", if_none_match='W/"8"').refused("invalid_request")

    @pytest.mark.parametrize(
        "query", ["after=", "after=-1", "after=x", "after=1&after=2", "after=" + "9" * 19, "after=%C2%B2"]
    )
    def test_a_place_that_nobody_was_told_is_refused(
        self, world: PeopleWorld, feed: Feed, query: str
    ) -> None:
        ask(world, feed, query).refused("invalid_request")

    def test_so_is_a_query_without_measure(self, world: PeopleWorld, feed: Feed) -> None:
        ask(world, feed, "&".join(["a=1"] * 50)).refused("invalid_request")

    def test_what_else_is_asked_changes_nothing(self, world: PeopleWorld, feed: Feed) -> None:
        assert page(ask(world, feed, "later=1"))["after"] == "0"


class TestNothingNew:
    def test_who_has_it_gets_304_and_nothing_is_signed(self, world: PeopleWorld, feed: Feed) -> None:
        feed.tell(token_ended("x", NOW), 7)
        seen = etag(ask(world, feed))
        world.keys = None  # type: ignore[assignment] # nobody asks for keys
        for query, tag in (("", seen), ("after=7", seen), ("after=7", f'"other", {seen}')):
            answer = answered(ask(world, feed, query, if_none_match=tag))
            assert (answer.status, answer.body) == (304, b"")
            assert dict(answer.headers)["ETag"] == seen

    def test_what_is_new_has_another_tag(self, world: PeopleWorld, feed: Feed) -> None:
        seen = etag(ask(world, feed))
        feed.tell(token_ended("x", NOW), 7)
        assert page(ask(world, feed, if_none_match=seen))["next"] == "7"

    def test_so_has_a_page_that_others_follow(self, world: PeopleWorld, feed: Feed) -> None:
        for position in range(1, MOST + 1):
            feed.tell(token_ended(str(position), NOW), position)
        seen = etag(ask(world, feed))
        feed.tell(token_ended("last", NOW), MOST + 1)
        assert page(ask(world, feed, if_none_match=seen))["more"] is True


def test_a_token_says_when_its_request_began_however_long_it_took(world: PeopleWorld) -> None:
    """What was read for it is then never older than its `iat`: the rule of `issued_until` stands on it."""
    rp = world.party()
    find = world.machine.by_scope

    def slow() -> Any:
        world.passes(5)
        return find()

    code = rp.authorize(scope="openid webapi").code
    world.machine.by_scope = slow  # type: ignore[method-assign] # a database that takes its time
    assert rp.redeem(code).access["iat"] == NOW


def test_a_revoked_token_is_told_to_those_that_it_is_made_out_to(world: PeopleWorld) -> None:
    rp = world.party()
    one, both = rp.tokens(scope="openid webapi"), rp.tokens(scope="openid webapi billing")
    for tokens in (one, both):
        rp.revoke(tokens.access_token)
    assert list(world.revoked.told.values()) == [["webapi"], ["https://billing.test", "webapi"]]


def test_an_api_is_signed_to_by_es256_unless_it_says_otherwise() -> None:
    assert ResourceCaller("x", "x", ()).algorithm == "ES256"
