"""Members and invitations over the management API."""

from authserver.organizations.permissions import MEMBERS
from tests.management.world import World
from tests.organizations.inviting import accept, token
from tests.organizations.workspace import somebody
from tests.support.application import trail
from tests.support.people import Post


def test_members_are_listed_page_by_page_and_found_by_a_part_of_their_address(world: World) -> None:
    anna = world.administrator()
    for number in range(5):
        world.acme.put("member", "billing:read", email=f"p{number}@example.com")
    seen, cursor = [], ""
    while True:
        page = anna.get(f"{world.path}/members?limit=2{cursor}").body
        seen += [each["email"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == len(set(seen)) == 6
    (found,) = anna.get(f"{world.path}/members?search=P3%40").body["items"]
    assert (found["email"], found["role"], found["permissions"], found["held"]) == (
        "p3@example.com", "member", ["billing:read"], ["billing:read"],
    )  # fmt: skip
    assert anna.get(f"{world.path}/members/{found['account_id']}").body == found


def test_a_member_gets_another_role_and_other_permissions_and_what_is_left_out_stays(world: World) -> None:
    anna, bert = world.administrator(), world.member("member", "billing:read")
    path = f"{world.path}/members/{bert.id}"
    assert anna.patch(path, {"permissions": [MEMBERS]}).body["permissions"] == [MEMBERS]
    assert anna.patch(path, {"role": "administrator"}).body["role"] == "administrator"
    said = anna.patch(path, {"role": "member"}).body
    assert (said["role"], said["permissions"]) == ("member", [])
    assert anna.patch(path, {"permissions": ["no:such"]}).refused(422)
    assert anna.patch(path, {"permissions": [MEMBERS, MEMBERS]}).refused(422)
    assert anna.patch(path, {"role": "owner"}).refused(422)
    assert anna.patch(path, {}).refused(422)
    assert trail(world.app)[-1].actor == f"account:{anna.id}"


def test_nobody_grants_what_they_do_not_hold_by_any_route(world: World) -> None:
    for hand in (world.member("member", MEMBERS, "api_clients:manage"), world.software(MEMBERS)):
        other = world.member()
        path = f"{world.path}/members/{other.id}"
        assert hand.patch(path, {"permissions": ["billing:manage"]}).refused(403)
        assert hand.patch(path, {"role": "administrator"}).refused(403)
        wish = {"email": "new@example.com", "permissions": ["billing:manage"]}
        assert hand.post(f"{world.path}/invitations", wish).refused(403)
        wish = {"email": "new@example.com", "role": "administrator"}
        assert hand.post(f"{world.path}/invitations", wish).refused(403)
        assert hand.delete(f"{world.path}/members/{world.administrator().id}").refused(403)


def test_the_last_administrator_stays(world: World) -> None:
    anna, bert = world.administrator(), world.member()
    path = f"{world.path}/members/{anna.id}"
    assert anna.patch(path, {"role": "member"}).refused(409)
    assert anna.delete(path).refused(409)
    assert anna.post(f"{world.path}/leave").refused(409)
    assert bert.post(f"{world.path}/leave").status == 204
    assert bert.get(world.path).refused(404)
    assert bert.post(f"{world.path}/leave").refused(404)


def test_an_invitation_is_made_sent_again_listed_accepted_or_taken_back(world: World, post: Post) -> None:
    anna, guest = world.administrator(), somebody(world.app, "guest@example.com")
    all_of_them = f"{world.path}/invitations"
    made = anna.post(all_of_them, {"email": "Guest@Example.com", "permissions": ["billing:read"]})
    assert (made.status, made.body["email"], made.body["letter"]) == (201, "guest@example.com", "waiting")
    assert anna.post(all_of_them, {"email": "guest@example.com"}).refused(409)
    first = token(post, "guest@example.com")
    assert anna.get(all_of_them).body["items"][0]["letter"] == "sent"
    assert anna.post(f"{all_of_them}/{made.body['id']}/resend").body["id"] == made.body["id"]
    second = token(post, "guest@example.com")
    assert first != second
    assert accept(world.app, guest, second).permissions == {"billing:read"}
    assert anna.get(all_of_them).body["items"] == []
    other = anna.post(all_of_them, {"email": "other@example.com"}).body["id"]
    assert anna.delete(f"{all_of_them}/{other}").status == 204
    assert anna.delete(f"{all_of_them}/{other}").refused(404)
    assert anna.post(all_of_them, {"email": "nonsense"}).refused(422)


def test_software_invites_too_and_answers_for_it(world: World) -> None:
    robot = world.software(MEMBERS)
    made = robot.post(f"{world.path}/invitations", {"email": "guest@example.com", "language": "de"}).body
    assert made["invited_by"] == f"api_client:{robot.id}"
    (event,) = [each for each in trail(world.app) if each.action == "invitation.created"]
    assert (event.actor, event.source, bool(event.request_id)) == (f"client:{robot.id}", "192.0.2.5", True)


def test_too_many_letters_are_refused_with_the_time_to_wait(world: World) -> None:
    anna = world.administrator()
    path = f"{world.path}/invitations"
    made = anna.post(path, {"email": "guest@example.com"}).body
    answers = [anna.post(f"{path}/{made['id']}/resend") for _ in range(51)]
    assert answers[-1].refused(429)
    assert int(answers[-1].headers["Retry-After"]) > 0
