"""Who may what: every route by every kind of caller; a refusal changes nothing (checklist M1, M2, I6)."""

import uuid
from typing import Any

import pytest
from flask import Flask

from authserver.management.document import WORDS
from authserver.management.route import Route
from authserver.organizations.permissions import OWN
from tests.management import matrix
from tests.management.matrix import BODIES, CALLERS, ROUTES, content, expected, send, things
from tests.management.world import Answer, World, new_world
from tests.organizations.workspace import Workspace, workspace
from tests.support.application import trail

OPEN = {"management.document", "management.page", "management.nothing"}
"""What is served to everybody, or to nobody."""

FORBIDDEN = (
    "id", "org_id", "organization_id", "owner", "is_admin", "operator", "email_verified", "password_hash",
    "client_secret_hash", "secret", "created_at", "disabled_at", "limited_to",
)  # fmt: skip


def test_every_route_declares_who_may_call_it(app: Flask) -> None:
    served = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("management.")}
    assert served - OPEN == {f"management.{route.name}" for route in ROUTES}
    known = {permission.name for permission in OWN} | set(WORDS)
    for route in ROUTES:
        assert route.needs in known, route.name
        # In somebody's organization nobody acts who has no place in it; who leaves, is a person and goes.
        inside = "<uuid:organization_id>" in route.path
        assert not inside or route.needs not in ("signed in", "person") or route.name == "leave_organization"
        assert (route.name in BODIES) is (route.body is not None)
        assert route.method != "GET" or not (route.creates or route.conditional)


@pytest.mark.parametrize("caller", CALLERS)
def test_what_a_caller_may_not_is_refused_and_changes_nothing(world: World, caller: str) -> None:
    for route in ROUTES:
        world.acme = workspace(world.app, f"acme-{uuid.uuid4()}")
        world.acme.put("administrator")
        found, hand = things(world), CALLERS[caller](world, route)
        before = content(world)
        answer = send(hand, route, found)
        assert answer.status == expected(route, caller), (route.name, answer.content)
        if answer.status >= 400:
            assert answer.refused(answer.status)
            assert unchanged(before, content(world), told=answer.status == 403), route.name
        elif route.method == "GET":
            assert content(world) == before, route.name


def unchanged(before: dict[str, Any], after: dict[str, Any], *, told: bool) -> bool:
    """Return whether nothing was changed, but that the trail may tell of the refusal."""
    tables = {name for name in before if before[name] != after[name]}
    more = len(after["audit_events"]) - len(before["audit_events"])
    return not tables or (told and tables == {"audit_events", "throttle_counters"} and more == 1)


def test_every_write_leaves_an_event_that_says_who_from_where_and_in_which_request(world: World) -> None:
    for route in ROUTES:
        if route.method == "GET":
            continue
        world.acme = workspace(world.app, f"acme-{uuid.uuid4()}")
        world.acme.put("administrator")
        found, anna = things(world), world.administrator()
        if route.name == "enable_api_client":
            send(anna, matrix.BY_NAME["disable_api_client"], found)
        answer = send(anna, route, found)
        last = trail(world.app)[-1]
        assert answer.status == route.status, route.name
        assert (last.actor, last.source) == (f"account:{anna.id}", "192.0.2.5"), route.name
        assert last.request_id == answer.headers["X-Request-Id"], route.name
        expected_organization = answer.body["id"] if route.name == "create_organization" else world.acme.id
        assert last.organization_id == expected_organization, route.name


def alike(answer: Answer) -> tuple[Any, ...]:
    """Return all of an answer that must be the same."""
    said = answer.body
    del said["request_id"]
    headers = {name: value for name, value in answer.headers.items() if name not in ("X-Request-Id", "Date")}
    return answer.status, said, headers, len(answer.content)


def inside(route: Route) -> list[str]:
    """Return the names of the ids in a path."""
    return [part[6:-1] for part in route.path.split("/") if part.startswith("<uuid:")]


def test_what_is_anothers_answers_like_what_does_not_exist(world: World) -> None:
    mine, anna = world.acme, world.administrator()
    own = things(world)
    other = workspace(world.app, "other")
    theirs = things(World(world.app, Workspace(world.app, other.organization)))
    assert mine.id != other.id
    before = content(world)
    for route in ROUTES:
        for name in inside(route):
            foreign = send(anna, route, own, **{name: theirs.ids[name]})
            nowhere = send(anna, route, own, **{name: str(uuid.uuid4())})
            assert alike(foreign) == alike(nowhere), (route.name, name)
            assert foreign.refused(404), (route.name, name)
    assert content(world) == before


def test_nothing_is_assigned_that_no_route_offers(world: World) -> None:
    anna, own = world.administrator(), things(world)
    before = content(world)
    for route in ROUTES:
        if route.body is None:
            continue
        for name in FORBIDDEN:
            answer = anna.ask(route.method, own.path(route), BODIES[route.name]() | {name: "x"})
            assert answer.refused(422), (route.name, name)
            assert answer.body["errors"][0]["pointer"] == f"/{name}"
    assert content(world) == before


def test_a_stranger_learns_nothing_of_paths_and_methods(world: World) -> None:
    nobody = world.nobody()
    for path in (
        "/api",
        "/api/",
        "/api/v1/nothing",
        "/api/v2/organizations",
        "/api/v1/organizations/",
        "/api//x",
        "/api/v1/a%0Ab",
    ):
        for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"):
            assert nobody.ask(method, path).refused(401), (path, method)
    for route in ROUTES:
        for method in ("PUT", "OPTIONS", "TRACE"):
            assert nobody.ask(method, things_path(route)).refused(401)


def test_whoever_has_a_token_is_told_what_is_not_there(world: World) -> None:
    anna = world.administrator()
    assert anna.get("/nothing").refused(404)
    assert anna.get("/organizations/no-uuid").refused(404)
    answer = anna.ask("PUT", "/organizations")
    assert answer.refused(405)
    assert answer.headers["Allow"] == "GET, HEAD, POST"


def things_path(route: Route) -> str:
    """Return the path of a route about things that are not there."""
    return matrix.Things({name: str(uuid.uuid4()) for name in inside(route)}).path(route)


def test_a_page_that_prefers_html_is_told_in_problem_details_all_the_same(app: Flask) -> None:
    answer = new_world(app).nobody().get("/organizations", Accept="text/html")
    assert answer.refused(401)
