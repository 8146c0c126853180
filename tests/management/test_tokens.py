"""Which tokens open the API, and how soon one is dead (checklist M5, I7, J5)."""

from flask import Flask

from authserver.accounts import directory as people
from authserver.audit.log import SYSTEM
from authserver.base.clock import now
from authserver.clients import application_registration, registration
from authserver.oidc.store import grants, registers
from authserver.organizations import directory
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.party import claims_of, new_party
from tests.front_channel.visit import visitor
from tests.management.world import ORIGIN, PRODUCT, Hand, World, machine_token
from tests.organizations.workspace import somebody
from tests.support.people import Post, later
from tests.support.people import member as signed_in_member

NOT_FOR_THIS_API: tuple[dict[str, object], ...] = (
    {"typ": "JWT"},
    {"typ": "logout+jwt"},
    {"aud": "https://somebody.else.test"},
    {"aud": []},
    {"iss": "https://evil.test"},
    {"iss": ["http://localhost:8000"]},
    {"exp": 1},
    {"jti": "no grant"},
    {"jti": "nowhere.at.all"},
    {"sub": "somebody-else"},
)


def test_a_token_that_is_not_for_this_api_is_refused(world: World) -> None:
    account = world.acme.put("administrator")
    for facts in NOT_FOR_THIS_API:
        answer = world.person(account, **facts).get("/organizations")
        assert answer.refused(401), facts
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_token_without_the_scope_is_told_which_one_it_needs(world: World) -> None:
    for scope in ("", "openid", "management.read", "xmanagement"):
        answer = world.person(world.acme.put("administrator"), scope=scope).get("/organizations")
        assert answer.refused(403)
        assert 'scope="management"' in answer.headers["WWW-Authenticate"]


def test_a_token_that_another_api_receives_as_well_is_none_for_this_one(world: World) -> None:
    anna = world.acme.put("administrator")
    assert world.person(anna, aud=["webapi", world.audience]).get("/organizations").refused(401)
    assert world.person(anna, aud=[world.audience]).get("/organizations").status == 200
    robot = world.software("members:manage", scopes=("management", "webapi"))
    assert robot.get(f"{world.path}/members").refused(401)


def test_a_token_is_taken_from_the_header_alone(world: World) -> None:
    anna = world.administrator()
    nobody = world.nobody()
    assert nobody.get(f"/organizations?access_token={anna.token}").refused(401)
    assert nobody.ask("GET", "/organizations", headers={"Cookie": f"session={anna.token}"}).refused(401)
    assert nobody.ask("GET", "/organizations", headers={"Authorization": f"Basic {anna.token}"}).refused(401)
    answer = nobody.get("/organizations")
    assert answer.refused(401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_what_is_no_token_is_refused_as_such(world: World) -> None:
    for token in ("x", "a.b.c", "ä.b.c", "a" * 20_000, "eyJhbGciOiJub25lIn0.e30."):
        assert Hand(world.app, token).get("/organizations").refused(401)


def test_a_token_of_a_signed_in_browser_is_no_token_here(world: World, post: Post) -> None:
    anna = visitor(signed_in_member(world.app, post))
    assert anna.browser.open("/account").status == 200
    assert anna.browser.line.send("GET", "/api/v1/organizations", None, {}).status == 401


def test_a_token_of_the_front_channel_opens_the_api_until_the_session_ends(world: World, post: Post) -> None:
    anna = visitor(signed_in_member(world.app, post))
    party = new_party(world.app, scopes=("openid", "management"))
    tokens = anna.tokens(party, scope="openid management")
    assert claims_of(tokens.access)["aud"] == world.audience
    hand = Hand(world.app, tokens.access)
    (own,) = hand.get("/organizations").body["items"]
    assert own["role"] == "administrator"
    assert Hand(world.app, tokens.identity).get("/organizations").refused(401)
    anna.browser.post("/logout", **anna.browser.open("/account").hidden)
    assert hand.get("/organizations").refused(401)


def test_a_token_for_userinfo_alone_does_not_open_the_api(world: World, post: Post) -> None:
    anna = visitor(signed_in_member(world.app, post))
    tokens = anna.tokens(new_party(world.app))
    assert Hand(world.app, tokens.access).get("/organizations").refused(401)


def test_a_person_s_token_dies_with_what_it_stands_on(world: World) -> None:
    app, acme = world.app, world.acme
    grantor, disabled, gone = acme.put("administrator"), acme.put("administrator"), acme.put("administrator")
    hands = [world.person(each) for each in (grantor, disabled, gone)]
    assert {hand.get(world.path).status for hand in hands} == {200}
    grant_id = str(claims_of(hands[0].token or "")["jti"]).partition(".")[0]
    with UnitOfWork(app):
        grants.revoke(grant_id, now())
        people.set_disabled(disabled, SYSTEM, disabled=True)
    assert hands[0].get(world.path).refused(401)
    assert hands[1].get(world.path).refused(401)
    assert world.administrator().delete(f"{world.path}/members/{gone.id}").status == 204
    assert hands[2].get(world.path).refused(404)
    with UnitOfWork(app):
        application_registration.set_disabled(PRODUCT, disabled=True, origin=SYSTEM)
    assert hands[2].get("/organizations").refused(401)


def test_a_person_s_token_dies_when_the_application_loses_the_scope(world: World) -> None:
    anna = world.administrator()
    assert anna.get("/organizations").status == 200
    with UnitOfWork(world.app):
        application_registration.update(PRODUCT, SYSTEM, scopes=("openid",))
    assert anna.get("/organizations").refused(401)
    with UnitOfWork(world.app):
        application_registration.update(PRODUCT, SYSTEM, scopes=("openid", "management"))
    assert anna.get("/organizations").status == 200


def test_a_machine_s_token_dies_with_its_client_and_its_organization(world: World) -> None:
    app = world.app
    robots = [world.software("members:manage") for _ in range(4)]
    assert {robot.get(f"{world.path}/members").status for robot in robots} == {200}
    with UnitOfWork(app):
        registration.set_disabled(robots[0].id, disabled=True, origin=SYSTEM)
        registration.update(robots[1].id, SYSTEM, scopes=("webapi",))
        registration.update(robots[2].id, SYSTEM, permissions=())
        registers.enter(registers.REVOKED, now() + 600, str(claims_of(robots[3].token or "")["jti"]))
    assert robots[0].get("/organizations").refused(401)
    assert robots[1].get("/organizations").refused(401)
    assert robots[2].get("/organizations").status == 200
    assert robots[2].get(f"{world.path}/members").refused(403)
    assert robots[3].get("/organizations").refused(401)
    with UnitOfWork(app):
        directory.set_disabled(world.acme.id, disabled=True, origin=SYSTEM)
    assert robots[2].get("/organizations").refused(401)


def test_a_disabled_organization_is_nobody_s(world: World) -> None:
    anna = world.administrator()
    with UnitOfWork(world.app):
        directory.set_disabled(world.acme.id, disabled=True, origin=SYSTEM)
    assert anna.get(world.path).refused(404)
    assert anna.get("/organizations").body["items"] == []


def test_what_a_member_may_is_asked_at_each_request(world: World) -> None:
    anna, bert = world.administrator(), world.member("member", "members:manage")
    assert bert.get(f"{world.path}/members").status == 200
    anna.patch(f"{world.path}/members/{bert.id}", {"permissions": []})
    assert bert.get(f"{world.path}/members").refused(403)


def test_an_expired_token_is_refused(world: World) -> None:
    anna = world.administrator()
    with later(601):
        assert anna.get("/organizations").refused(401)


def test_software_made_over_the_api_gets_a_token_for_it(world: World) -> None:
    anna = world.administrator()
    wish = {"name": "Robot", "scopes": ["management"], "permissions": ["audit:read"]}
    made = anna.post(f"{world.path}/api-clients", wish).body
    token = machine_token(world.app, made["api_client"]["id"], made["secret"])
    (own,) = Hand(world.app, token).get("/organizations").body["items"]
    assert own["permissions"] == ["audit:read"]


def test_pages_of_registered_origins_may_call_and_no_others(world: World) -> None:
    anna = world.person(somebody(world.app))
    for path in ("/organizations", "/nothing"):
        asked = world.nobody().ask(
            "OPTIONS", path, headers={"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"}
        )
        assert asked.status == 204
        assert "If-Match" in asked.headers["Access-Control-Allow-Headers"]
    read = anna.get("/organizations", Origin=ORIGIN)
    assert (read.status, read.headers["Access-Control-Allow-Origin"]) == (200, ORIGIN)
    assert "Access-Control-Allow-Credentials" not in read.headers
    made = anna.ask(
        "POST", "/organizations", {"name": "x"}, {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"}
    )
    assert made.status == 201
    for origin in ("null", "https://toolbox.test.evil.test", "http://toolbox.test", "*"):
        answer = anna.get("/organizations", Origin=origin)
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert world.nobody().ask("OPTIONS", "/organizations", headers={"Origin": origin}).refused(401)
    refused = world.nobody().get("/organizations", Origin=ORIGIN)
    assert refused.headers["Access-Control-Allow-Origin"] == ORIGIN


def test_a_foreign_host_is_refused(app: Flask, world: World) -> None:
    assert world.administrator().get("/organizations", Host="evil.test").status == 400
