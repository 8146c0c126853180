"""How requests are read: pages, conditions, repeated creations, and what is malformed (checklist M6, M7)."""

import json

from authserver.management.store import creations
from authserver.web.unit_of_work import UnitOfWork
from tests.management.matrix import content
from tests.management.world import Hand, World, token_of
from tests.support.application import race, trail
from tests.support.people import later

CLIENT = {"name": "Reports", "scopes": ["webapi"]}
QUERIES = (
    "limit=0", "limit=101", "limit=-1", "limit=x", "limit=1e3", "limit=99999999999999999999999", "limit=",
    "cursor=", "cursor=x", "cursor=%00", "cursor=' OR 1=1--", "cursor=ä", "cursor=%FF", "cursor=AAAA",
    "cursor=" + "A" * 999, "cursor=" + "A" * 2000, "limit=1&limit=2", "sort=email", "offset=1",
    "search=%00", "search=a%0Ab", "search=" + "x" * 200, "&".join(f"p{n}=1" for n in range(30)),
)  # fmt: skip
BODIES = (
    (b"", "application/json", 400), (b"{", "application/json", 400), (b"\xff", "application/json", 400),
    (b'{"name": "\\ud800"}', "application/json", 400), (b'{"name": NaN}', "application/json", 400),
    (b"[" * 5000, "application/json", 400), (b"[]", "application/json", 422),
    (b"7", "application/json", 422),
    (b"null", "application/json", 422), (b'{"name": "\\u0000"}', "application/json", 422),
    (b'{"name": "x"}', "text/plain", 415), (b"name=x", "application/x-www-form-urlencoded", 415),
    (b'{"name": "x"}', "", 415), (b'{"name": "' + b"x" * 70_000 + b'"}', "application/json", 413),
)  # fmt: skip


def test_a_query_that_is_not_as_it_should_be_is_a_bad_request(world: World) -> None:
    anna = world.administrator()
    for query in QUERIES:
        assert anna.get(f"{world.path}/members?{query}").refused(400), query


def test_a_cursor_is_good_for_its_own_list_alone(world: World) -> None:
    anna, bert = world.administrator(), world.member("member", "members:manage")
    cursor = anna.get(f"{world.path}/members?limit=1").body["next"]
    assert anna.get(f"{world.path}/members?limit=1&cursor={cursor}").body["next"] is None
    assert bert.get(f"{world.path}/members?cursor={cursor}").status == 200
    assert anna.get(f"{world.path}/invitations?cursor={cursor}").refused(400)
    assert anna.get(f"/organizations?cursor={cursor}").refused(400)
    altered = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    assert anna.get(f"{world.path}/members?cursor={altered}").refused(400)


def test_a_body_that_is_not_as_it_should_be_is_refused(world: World) -> None:
    anna = world.administrator()
    before = content(world)
    for body, kind, status in BODIES:
        assert anna.ask("POST", "/organizations", body, {"Content-Type": kind}).refused(status), body[:20]
    assert content(world) == before


def test_what_takes_no_body_refuses_one(world: World) -> None:
    anna = world.administrator()
    assert anna.ask("DELETE", world.path, {"x": 1}).refused(400)
    assert anna.get(world.path).status == 200


def test_of_two_who_change_the_same_the_second_is_told(world: World) -> None:
    anna, bert = world.administrator(), world.member()
    client = anna.post(f"{world.path}/api-clients", CLIENT).body["api_client"]["id"]
    for path, body in (
        (world.path, {"name": "Other"}),
        (f"{world.path}/members/{bert.id}", {"permissions": ["billing:read"]}),
        (f"{world.path}/api-clients/{client}", {"name": "Other"}),
    ):
        etag = anna.get(path).etag
        changed = anna.patch(path, body, If_Match=f'"other", {etag}')
        assert (changed.status, changed.etag == etag) == (200, False)
        for stale in (etag, "nonsense", "", f"W/{changed.etag}", f"{changed.etag[:-1]}"):
            assert anna.patch(path, body, If_Match=stale).refused(412), stale
            assert anna.delete(path, If_Match=stale).refused(412)
        assert anna.get(path).etag == changed.etag
        assert anna.patch(path, body, If_Match="*").status == 200


def test_of_sixteen_who_change_the_same_at_once_one_succeeds(world: World) -> None:
    account = world.acme.put("administrator")
    hands = [Hand(world.app, token_of(world.app, account)) for _ in range(16)]
    etag = hands[0].get(world.path).etag
    done = race(16, lambda n: hands[n].patch(world.path, {"name": f"Name {n}"}, If_Match=etag).status)
    assert sorted(map(str, done)) == ["200", *["412"] * 15]


def test_a_creation_that_is_repeated_makes_nothing_and_tells_no_secret(world: World) -> None:
    anna, bert = world.administrator(), world.administrator()
    path = f"{world.path}/api-clients"
    first = anna.post(path, CLIENT, Idempotency_Key="key-1")
    again = anna.post(path, dict(reversed(CLIENT.items())), Idempotency_Key="key-1")
    assert (first.status, again.status) == (201, 201)
    assert again.body["api_client"] == first.body["api_client"]
    assert again.headers["Location"] == first.headers["Location"]
    assert (again.body["secret"], again.headers["Idempotency-Replayed"]) == (None, "true")
    assert "add another one" in again.body["secret_withheld"]
    assert len(anna.get(path).body["items"]) == 1
    assert anna.post(path, CLIENT | {"name": "Other"}, Idempotency_Key="key-1").refused(422)
    assert anna.post("/organizations", {"name": "Other"}, Idempotency_Key="key-1").refused(422)
    assert bert.post(path, CLIENT, Idempotency_Key="key-1").body["secret"]
    secret = anna.post(
        f"{path}/{first.body['api_client']['id']}/secrets", {"label": "x"}, Idempotency_Key="key-2"
    ).body["secret"]
    kept = json.dumps(content(world)["creations"], default=str)
    assert secret not in kept
    assert first.body["secret"] not in kept
    made = anna.post("/organizations", {"name": "Twice"}, Idempotency_Key="key-3")
    assert anna.post("/organizations", {"name": "Twice"}, Idempotency_Key="key-3").etag == made.etag
    assert len([event for event in trail(world.app) if event.action == "api_client.created"]) == 2


def test_a_refused_creation_does_not_use_its_key_up(world: World) -> None:
    anna = world.administrator()
    path = f"{world.path}/api-clients"
    assert anna.post(path, CLIENT | {"scopes": ["no"]}, Idempotency_Key="k").refused(422)
    assert content(world)["creations"] == []
    assert anna.post(path, CLIENT, Idempotency_Key="k").status == 201


def test_a_key_lives_for_a_day_and_whoever_lost_the_right_learns_nothing_by_it(world: World) -> None:
    anna, bert = world.administrator(), world.member("member", "api_clients:manage")
    path = f"{world.path}/api-clients"
    bert.post(path, CLIENT, Idempotency_Key="k")
    anna.patch(f"{world.path}/members/{bert.id}", {"permissions": []})
    assert bert.post(path, CLIENT, Idempotency_Key="k").refused(403)
    account = world.acme.put("administrator")
    first = world.person(account).post(path, CLIENT, Idempotency_Key="k").body
    with later(86_401):
        assert world.person(account).post(path, CLIENT, Idempotency_Key="k").body["secret"] != first["secret"]
    with later(3 * 86_400), UnitOfWork(world.app):
        assert creations.delete_expired(2**40, 100) == 2


def test_a_key_that_is_none_is_a_bad_request(world: World) -> None:
    anna = world.administrator()
    for key in ("", "x" * 256, "two words", "ä"):
        assert anna.post(f"{world.path}/api-clients", CLIENT, Idempotency_Key=key).refused(400)


def test_of_sixteen_with_one_key_at_once_one_creates_and_all_are_told_of_it(world: World) -> None:
    account = world.acme.put("administrator")
    hands = [Hand(world.app, token_of(world.app, account)) for _ in range(16)]
    path = f"{world.path}/api-clients"
    done = race(16, lambda n: hands[n].post(path, CLIENT, Idempotency_Key="k"))
    answers = [answer.body for answer in done if not isinstance(answer, BaseException)]
    assert len({answer["api_client"]["id"] for answer in answers}) == 1
    assert (len(answers), sum(answer["secret"] is not None for answer in answers)) == (16, 1)
    assert len(hands[0].get(path).body["items"]) == 1
