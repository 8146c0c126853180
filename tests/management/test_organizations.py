"""Organizations over the management API: listing, founding, renaming, moving, deleting."""

from authserver.organizations.permissions import OWN
from tests.management.world import World
from tests.organizations.workspace import somebody, workspace


def test_a_person_sees_what_they_belong_to_and_what_they_hold_there(world: World) -> None:
    anna, other = world.administrator(), workspace(world.app, "other")
    assert anna.get("/organizations").body["items"] == [anna.get(world.path).body]
    said = anna.get(world.path).body
    assert (said["id"], said["name"], said["slug"], said["role"]) == (
        world.acme.id, "Acme", "acme", "administrator",
    )  # fmt: skip
    assert set(said["permissions"]) > {permission.name for permission in OWN}
    assert said["created_at"].endswith("Z")
    assert anna.get(f"/organizations/{other.id}").refused(404)
    assert world.person(somebody(world.app)).get("/organizations").body == {"next": None, "items": []}


def test_software_sees_its_own_organization(world: World) -> None:
    robot = world.software("members:manage")
    said = robot.get("/organizations").body["items"]
    assert [(each["id"], each["role"], each["permissions"]) for each in said] == [
        (world.acme.id, "member", ["members:manage"])
    ]


def test_whoever_founds_an_organization_is_its_administrator(world: World) -> None:
    bert = world.person(somebody(world.app))
    made = bert.post("/organizations", {"name": "Bert's"})
    assert made.status == 201, made.content
    assert (made.status, made.body["slug"], made.body["role"]) == (201, "bert-s", "administrator")
    assert made.headers["Location"] == f"/api/v1/organizations/{made.body['id']}"
    found = bert.get(f"/organizations/{made.body['id']}")
    assert (found.body, found.etag) == (made.body, made.etag)
    assert bert.post("/organizations", {"name": "Bert's", "slug": "acme"}).refused(409)
    assert bert.post("/organizations", {"name": "Bert's", "slug": "No Slug"}).refused(422)
    assert world.software().post("/organizations", {"name": "Robots"}).refused(403)


def test_an_organization_gets_another_name_and_another_slug_or_neither(world: World) -> None:
    anna = world.administrator()
    workspace(world.app, "taken")
    said = anna.patch(world.path, {"name": "Acme Ltd", "slug": "acme-ltd"}).body
    assert (said["name"], said["slug"]) == ("Acme Ltd", "acme-ltd")
    assert anna.patch(world.path, {"name": "Not this", "slug": "taken"}).refused(409)
    assert anna.patch(world.path, {}).refused(422)
    assert anna.patch(world.path, {"name": None}).refused(422)
    assert anna.get(world.path).body == said


def test_an_organization_is_deleted_with_its_software(world: World) -> None:
    anna, robot = world.administrator(), world.software()
    assert anna.delete(world.path).status == 204
    assert anna.get(world.path).refused(404)
    assert anna.get("/organizations").body["items"] == []
    assert robot.get("/organizations").refused(401)
