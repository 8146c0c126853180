"""Inviting on pages: the letter goes out, is sent again, is taken back; and who may not."""

import pytest

from authserver.organizations.permissions import API_CLIENTS, AUDIT, MEMBERS, Rights
from tests.console.desk import Desk, desk, outsider, shows
from tests.organizations.inviting import INVITED, pending
from tests.organizations.workspace import Workspace
from tests.support.application import statements
from tests.support.people import PASSWORD, Post, stranger


def invite(by: Desk, email: str = INVITED, **fields: object) -> int:
    """Invite by the page and return the status of the answer."""
    return by.post("/invitations/new", **({"email": email, "role": "member"} | fields)).status


def path_of(acme: Workspace, by: Desk) -> str:
    (waiting,) = pending(acme, by.account)
    return f"/invitations/{waiting.invitation.id}"


def test_an_empty_list_says_what_to_do(anna: Desk) -> None:
    page = anna.open("/invitations")
    assert "No invitation waits for an answer." in page.text
    assert page.shows("invitation-new")


def test_a_stranger_is_invited_and_comes_in_with_what_was_granted(
    acme: Workspace, anna: Desk, post: Post
) -> None:
    assert invite(anna, " Invited@Example.com ", permissions=[AUDIT, MEMBERS]) == 303
    page = anna.open("/invitations?said=invited")
    for text in (INVITED, "2 permissions", "Letter on its way", "The invitation is on its way."):
        assert text in page.text
    link = post.link(INVITED)
    assert "Letter sent" in anna.open("/invitations").text
    browser = stranger(acme.app)
    assert browser.go(link, new_password=PASSWORD).shows("home")
    assert browser.open("/organizations/acme/members").status == 200
    assert INVITED not in anna.open("/invitations").text
    assert INVITED in anna.open("/members").text


def test_the_answer_does_not_tell_whether_an_address_has_an_account(acme: Workspace, anna: Desk) -> None:
    known = outsider(acme).account.email
    answers = [
        anna.post("/invitations/new", email=email, role="member") for email in (known, "new@example.com")
    ]
    assert answers[0].status == answers[1].status == 303
    assert answers[0].location == answers[1].location


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c", "x" * 300 + "@example.com", "a\x00b@example.com"])
def test_an_address_that_is_none_is_not_invited(acme: Workspace, anna: Desk, email: str) -> None:
    page = anna.post("/invitations/new", email=email, role="member", permissions=[AUDIT])
    assert page.status == 400
    assert page.shows("email-error")
    # Nothing that was chosen is lost.
    assert 'id="permission-audit-read" checked' in page.text
    assert pending(acme, anna.account) == []


def test_members_and_invited_addresses_are_not_invited_once_more(acme: Workspace, anna: Desk) -> None:
    bert = desk(acme)
    page = anna.post("/invitations/new", email=bert.account.email, role="member")
    assert page.status == 409
    assert "is a member already" in page.text
    assert invite(anna) == 303
    assert invite(anna) == 409


def test_nobody_invites_to_more_than_they_hold(acme: Workspace) -> None:
    bert = desk(acme, "member", MEMBERS, AUDIT)
    page = bert.open("/invitations/new")
    assert page.shows("permission-audit-read")
    assert not page.shows("permission-api-clients-manage")
    assert not page.shows("role-administrator")
    assert invite(bert, permissions=[API_CLIENTS]) == 403
    assert invite(bert, role="administrator") == 403
    assert pending(acme, bert.account) == []
    assert invite(bert, permissions=[AUDIT]) == 303


def test_sending_again_voids_the_link_before(acme: Workspace, anna: Desk, post: Post) -> None:
    invite(anna)
    old = post.link(INVITED)
    again = anna.post(f"{path_of(acme, anna)}/resend", form="/invitations")
    assert (again.status, again.location) == (303, "/organizations/acme/invitations?said=resent")
    new = post.link(INVITED)
    assert stranger(acme.app).open(old).status == 410
    assert stranger(acme.app).open(new).status == 200


def test_revoking_voids_the_link(acme: Workspace, anna: Desk, post: Post) -> None:
    invite(anna)
    link, path = post.link(INVITED), path_of(acme, anna)
    assert anna.post(f"{path}/revoke", form="/invitations").status == 303
    assert stranger(acme.app).open(link).status == 410
    for act in ("resend", "revoke"):
        assert anna.post(f"{path}/{act}", form="/members").status == 404


def test_only_an_administrator_revokes_the_invitation_of_one(acme: Workspace, anna: Desk) -> None:
    bert = desk(acme, "member", MEMBERS)
    invite(anna, role="administrator")
    for act, text in (
        ("revoke", "Only an Administrator can take back the invitation of an Administrator."),
        ("resend", "Nobody can grant what they don't hold."),
    ):
        page = bert.post(f"{path_of(acme, anna)}/{act}", form="/invitations")
        assert page.status == 403
        assert shows(page, text)
    assert pending(acme, anna.account)[0].invitation.wanted == Rights("administrator")


def test_without_the_right_nobody_invites_or_sees_who_is_invited(acme: Workspace, anna: Desk) -> None:
    invite(anna)
    bert = desk(acme, "member", API_CLIENTS)
    assert bert.open("/invitations").status == 403
    assert bert.open("/invitations/new").status == 403
    for rest in ("/new", *(f"{path_of(acme, anna)[12:]}/{act}" for act in ("resend", "revoke"))):
        answer = bert.post(f"/invitations{rest}", form="/leave", email="c@example.com", role="member")
        assert answer.status == 403, rest
    assert len(pending(acme, anna.account)) == 1


def test_a_flood_is_stopped_and_told_when_to_come_back(acme: Workspace, anna: Desk) -> None:
    invite(anna)
    path = path_of(acme, anna)
    answers = [anna.post(f"{path}/resend", form="/invitations") for _ in range(50)]
    assert answers[-1].status == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "Too many letters were asked for." in answers[-1].text


def test_a_long_list_is_searched_and_costs_the_same(acme: Workspace, anna: Desk) -> None:
    invite(anna, "aaa@example.com")
    with statements(acme.app) as few:
        anna.open("/invitations")
    for number in range(60):
        assert invite(anna, f"person{number:02}@example.com") == 303
    with statements(acme.app) as many:
        page = anna.open("/invitations")
    assert len(few) == len(many)
    assert "/invitations?after=person48%40example.com" in page.text
    assert "person59" in anna.open("/invitations?after=person48%40example.com").text
    found = anna.open("/invitations?search=SON59")
    assert "person59@example.com" in found.text
    assert "person58" not in found.text
