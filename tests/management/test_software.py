"""API clients and their secrets over the management API."""

from authserver.clients.secrets import is_well_formed
from authserver.clients.store import secrets
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.party import call
from tests.management.matrix import content
from tests.management.world import World, machine_token
from tests.support.people import later


def test_a_client_is_created_changed_disabled_enabled_and_deleted(world: World) -> None:
    anna = world.administrator()
    path = f"{world.path}/api-clients"
    wish = {"name": "Reports", "scopes": ["webapi"], "permissions": ["billing:read"]}
    made = anna.post(path, wish)
    assert made.status == 201
    assert is_well_formed(made.body["secret"])
    client = made.body["api_client"]
    one = f"{path}/{client['id']}"
    assert made.headers["Location"] == f"/api/v1{one}"
    assert anna.get(one).body == client == anna.get(path).body["items"][0]
    changed = anna.patch(one, {"name": "Billing", "scopes": ["webapi", "management"], "permissions": []}).body
    assert (changed["name"], changed["scopes"], changed["permissions"]) == (
        "Billing", ["management", "webapi"], [],
    )  # fmt: skip
    assert anna.post(f"{one}/disable").body["disabled"] is True
    assert call(world.app, "/connect/token", _form(client["id"], made.body["secret"])).status == 401
    assert anna.post(f"{one}/enable").body["disabled"] is False
    assert machine_token(world.app, client["id"], made.body["secret"])
    assert anna.delete(one).status == 204
    assert anna.get(one).refused(404)


def _form(client_id: str, secret: str) -> dict[str, str]:
    return {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}


def test_what_can_not_be_created_leaves_nothing_behind(world: World) -> None:
    anna = world.administrator()
    path = f"{world.path}/api-clients"
    good = {"name": "Reports", "scopes": ["webapi"]}
    before = content(world)
    for bad in (
        {"scopes": []},
        {"scopes": ["nothing"]},
        {"scopes": ["openid"]},
        {"scopes": "webapi"},
        {"permissions": ["no:such"]},
        {"name": ""},
        {"name": "two\nlines\u202e"},
        {"name": 7},
        {"secret_expires_at": "2001-01-01T00:00:00Z"},
        {"secret_expires_at": "2030-01-01T00:00:00"},
        {"secret_expires_at": 1_900_000_000},
        {"secret_expires_at": "soon"},
        {"secret_expires_at": "0001-01-01T00:00:00+14:00"},
        {"secret_expires_at": "9999-12-31T23:59:59-23:59"},
    ):
        assert anna.post(path, good | bad).refused(422), bad
    assert content(world) == before


def test_nobody_makes_or_unlocks_a_client_that_holds_more_than_they_do(world: World) -> None:
    anna, bert = world.administrator(), world.member("member", "api_clients:manage")
    path = f"{world.path}/api-clients"
    wish = {"name": "Reports", "scopes": ["management"], "permissions": ["billing:manage"]}
    assert bert.post(path, wish).refused(403)
    client = anna.post(path, wish).body["api_client"]["id"]
    assert bert.post(f"{path}/{client}/secrets", {"label": "mine"}).refused(403)
    assert bert.post(f"{path}/{client}/disable").status == 200
    assert bert.post(f"{path}/{client}/enable").refused(403)
    weak = bert.post(path, wish | {"permissions": []}).body["api_client"]["id"]
    assert bert.patch(f"{path}/{weak}", {"permissions": ["billing:manage"]}).refused(403)


def test_secrets_are_added_listed_without_themselves_and_revoked(world: World) -> None:
    anna = world.administrator()
    path = f"{world.path}/api-clients"
    client = anna.post(path, {"name": "Reports", "scopes": ["webapi"]}).body["api_client"]["id"]
    ours = f"{path}/{client}/secrets"
    wish = {"label": "next", "expires_at": "2030-01-31T12:00:00+02:00"}
    added = anna.post(ours, wish).body
    assert (added["record"]["label"], added["record"]["expires_at"]) == ("next", "2030-01-31T10:00:00Z")
    listed = anna.get(ours)
    assert {each["label"] for each in listed.body["items"]} == {"first", "next"}
    assert added["secret"] not in listed.content.decode()
    assert "secret" not in listed.body["items"][0]
    assert anna.delete(f"{ours}/{added['record']['id']}").status == 204
    assert call(world.app, "/connect/token", _form(client, added["secret"])).status == 401
    assert anna.delete(f"{ours}/{added['record']['id']}").refused(404)
    assert anna.post(ours, {"label": "x", "expires_at": "2001-01-01T00:00:00Z"}).refused(422)


def test_the_last_moment_that_a_secret_may_have_is_one_that_everybody_can_read(world: World) -> None:
    anna = world.administrator()
    path = f"{world.path}/api-clients"
    last = "9999-12-31T23:59:59Z"
    made = anna.post(path, {"name": "Reports", "scopes": ["webapi"], "secret_expires_at": last}).body
    ours = f"{path}/{made['api_client']['id']}/secrets"
    assert anna.post(ours, {"label": "later", "expires_at": "9999-12-31T23:59:59-00:01"}).refused(422)
    assert anna.get(f"{world.path}/audit?until=9999-12-31T23:59:59-00:01").refused(400)
    (listed,) = anna.get(ours).body["items"]
    assert listed["expires_at"] == last


def test_a_secret_in_use_is_revoked_only_by_whoever_insists(world: World) -> None:
    anna = world.administrator()
    path = f"{world.path}/api-clients"
    client = anna.post(path, {"name": "Reports", "scopes": ["webapi"]}).body["api_client"]["id"]
    ours = f"{path}/{client}/secrets"
    (first,) = anna.get(ours).body["items"]
    with UnitOfWork(world.app):
        used = type("Use", (), {"at": 4_000_000_000, "source": "192.0.2.9"})()
        secrets.mark_used(secrets.OF_CLIENTS, {first["id"]: used})
    assert anna.delete(f"{ours}/{first['id']}").refused(409)
    assert anna.delete(f"{ours}/{first['id']}?even_if_used=perhaps").refused(400)
    assert anna.delete(f"{ours}/{first['id']}?even_if_used=true").status == 204


def test_no_more_secrets_than_rotation_needs(world: World) -> None:
    anna = world.administrator()
    path = f"{world.path}/api-clients"
    client = anna.post(path, {"name": "Reports", "scopes": ["webapi"]}).body["api_client"]["id"]
    answers = [anna.post(f"{path}/{client}/secrets", {"label": f"s{number}"}) for number in range(10)]
    assert [answer.status for answer in answers] == [201] * 9 + [409]


def test_software_administers_its_own_organization_by_what_it_holds(world: World) -> None:
    robot = world.software("api_clients:manage")
    path = f"{world.path}/api-clients"
    made = robot.post(path, {"name": "Helper", "scopes": ["management"]})
    assert made.status == 201
    assert robot.post(path, {"name": "X", "scopes": ["webapi"], "permissions": ["audit:read"]}).refused(403)
    with later(1):
        assert robot.delete(f"{path}/{made.body['api_client']['id']}").status == 204


def test_the_catalogue_names_what_there_is_to_give(world: World) -> None:
    said = world.software().get("/permissions").body
    assert {"members:manage", "billing:read"} <= {each["name"] for each in said["permissions"]}
    assert said["scopes"] == ["management", "webapi"]
    assert {each["resource"] for each in said["permissions"]} == {None, "webapi"}
