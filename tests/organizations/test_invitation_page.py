"""The link of an invitation: two actions from the mail to being inside, whoever opens it."""

import pytest
from flask import Flask

from authserver.accounts import directory as people
from authserver.accounts.account import Account
from authserver.accounts.store import accounts
from authserver.audit.log import SYSTEM
from authserver.organizations import membership
from authserver.organizations.authority import OPERATOR
from authserver.organizations.permissions import AUDIT, Rights
from authserver.organizations.store import memberships
from authserver.web.unit_of_work import UnitOfWork
from tests.organizations.inviting import INVITED, invite, look, token
from tests.organizations.workspace import Workspace, workspace
from tests.support.application import race, trail
from tests.support.browser import Browser
from tests.support.people import OTHER_PASSWORD, PASSWORD, Post, later, member, newcomer, stranger

DAY = 86_400


def invited(acme: Workspace, post: Post, wanted: Rights | None = None) -> str:
    """Invite the address and return the path of the link in its letter."""
    invite(acme, acme.put("administrator", email="anna@example.com"), wanted or Rights("member"))
    return post.link(INVITED)


def account_of(app: Flask, email: str = INVITED) -> Account:
    with UnitOfWork(app):
        return people.get(email)


def is_inside(acme: Workspace, browser: Browser) -> bool:
    """Whether the start page of whoever is signed in names the organization."""
    page = browser.open("/")
    return page.status == 200 and acme.organization.name in page.text


def test_with_an_account_one_signs_in_and_accepts(acme: Workspace, post: Post) -> None:
    member(acme.app, post, INVITED)
    link = invited(acme, post, Rights("member", frozenset({AUDIT})))
    browser = stranger(acme.app)
    sign_in = browser.follow(link)
    assert sign_in.shows("login-page")
    assert "Acme" in sign_in.text
    assert f'value="{INVITED}"' in sign_in.text
    page = browser.go(sign_in.path, "/login", username=INVITED, password=PASSWORD)
    assert page.shows("invitation-page")
    assert page.shows("invitation-accept")
    assert "anna@example.com invites you" in page.text
    assert browser.go(link).status == 200
    assert is_inside(acme, browser)
    assert acme.granted(account_of(acme.app)) == Rights("member", frozenset({AUDIT}))


def test_who_is_signed_in_already_just_accepts(acme: Workspace, post: Post) -> None:
    bert = member(acme.app, post, INVITED)
    link = invited(acme, post)
    assert bert.browser.open(link).shows("invitation-accept")
    assert bert.browser.go(link).shows("home")
    assert is_inside(acme, bert.browser)
    assert bert.browser.open(link).status == 410


def test_without_an_account_one_chooses_a_password_and_is_inside(acme: Workspace, post: Post) -> None:
    link = invited(acme, post, Rights("administrator"))
    browser = stranger(acme.app)
    page = browser.open(link)
    assert page.status == 200
    assert page.shows("invitation-page")
    assert page.shows("new-password")
    assert "You will be its Administrator." in page.text
    assert browser.go(link, new_password=PASSWORD).shows("home")
    assert is_inside(acme, browser)
    assert stranger(acme.app).sign_in(INVITED, PASSWORD).shows("home")
    assert acme.granted(account_of(acme.app)) == Rights("administrator")
    assert [letter.subject for letter in post.to(INVITED)] == ["Invitation to Acme at Identity server"]


@pytest.mark.parametrize("chosen", ["", "short", "passwordpassword", "x" * 1025, INVITED])
def test_a_password_that_can_not_be_used_uses_nothing_up(acme: Workspace, post: Post, chosen: str) -> None:
    link = invited(acme, post)
    browser = stranger(acme.app)
    page = browser.submit(link, new_password=chosen)
    assert page.status == 400
    assert page.shows("new-password-error")
    with UnitOfWork(acme.app):
        assert accounts.find_by_email(INVITED) is None
    assert browser.go(link, new_password=PASSWORD).shows("home")


def test_who_registered_meanwhile_may_use_either_letter(acme: Workspace, post: Post) -> None:
    link = invited(acme, post)
    bert = newcomer(acme.app, post, INVITED)
    # Signed in with the mailed password, and with no own one yet: the link is enough.
    assert bert.browser.open(link).shows("new-password")
    assert bert.browser.go(link, new_password=PASSWORD).shows("home")
    assert is_inside(acme, bert.browser)
    assert len(post.to(INVITED)) == 2


def test_the_password_of_the_letter_is_none_to_keep(acme: Workspace, post: Post) -> None:
    link = invited(acme, post)
    bert = newcomer(acme.app, post, INVITED)
    bert.browser.register(INVITED)
    mailed = post.password(INVITED)
    assert bert.browser.submit(link, new_password=mailed).status == 400


def test_who_registered_and_chose_a_password_meanwhile_signs_in(acme: Workspace, post: Post) -> None:
    link = invited(acme, post)
    browser = stranger(acme.app)
    form = browser.open(link)
    member(acme.app, post, INVITED)
    answer = browser.post(link, **form.hidden, new_password=OTHER_PASSWORD)
    assert (answer.status, answer.location) == (303, f"/login?next={link}")
    assert stranger(acme.app).sign_in(INVITED, OTHER_PASSWORD).status == 401
    browser.sign_in(INVITED, PASSWORD, answer.location)
    assert browser.go(link).shows("home")
    assert is_inside(acme, browser)


@pytest.mark.parametrize("known", [True, False])
def test_somebody_else_who_is_signed_in_is_told_and_goes_on_as_the_invited(
    acme: Workspace, post: Post, *, known: bool
) -> None:
    if known:
        member(acme.app, post, INVITED)
    other = member(acme.app, post, "other@example.com")
    link = invited(acme, post)
    page = other.browser.open(link)
    assert page.status == 403
    assert page.shows("invitation-switch")
    assert not page.shows("invitation-accept")
    for fields in ({}, {"new_password": PASSWORD}, {"email": "other@example.com"}):
        assert other.browser.post(link, **page.hidden, **fields).status == 403
    assert acme.granted(account_of(acme.app, "other@example.com")) is None
    assert look(acme.app, token(post))
    assert other.signed_in
    switched = other.browser.submit(link, f"{link}/switch")
    assert (switched.status, switched.location) == (303, link)
    assert not other.signed_in
    if known:
        other.browser.sign_in(INVITED, PASSWORD, f"/login?next={link}")
        assert other.browser.go(link).shows("home")
    else:
        assert other.browser.go(link, new_password=PASSWORD).shows("home")
    assert is_inside(acme, other.browser)
    assert acme.granted(account_of(acme.app, "other@example.com")) is None


def test_somebody_else_who_only_began_to_sign_in_does_not_stand_in_the_way(
    acme: Workspace, post: Post
) -> None:
    other = newcomer(acme.app, post, "other@example.com")
    link = invited(acme, post)
    assert other.browser.go(link, new_password=PASSWORD).shows("home")
    assert INVITED in other.browser.open("/account").text


def test_who_is_a_member_already_stays_what_they_are(acme: Workspace, post: Post) -> None:
    bert = member(acme.app, post, INVITED)
    link = invited(acme, post)
    acme.place(account_of(acme.app), "administrator")
    assert bert.browser.go(link).shows("home")
    assert acme.granted(account_of(acme.app)) == Rights("administrator")


def test_what_does_not_count_leads_to_a_page_that_says_so(acme: Workspace, post: Post) -> None:
    link = invited(acme, post)
    browser = stranger(acme.app)
    form = browser.open(link).hidden
    for wrong in ("A" * 43, "x", "%00", "\u0430" * 43, "A" * 2000):
        for page in (
            browser.open(f"/invitations/{wrong}"),
            browser.post(f"/invitations/{wrong}", **form, new_password=PASSWORD),
            browser.post(f"/invitations/{wrong}/switch", **form),
        ):
            assert page.status == 410
            assert page.shows("invitation-gone")
    with later(8 * DAY):
        assert browser.open(link).status == 410
    with UnitOfWork(acme.app):
        membership.change(OPERATOR, acme.id, acme.put("administrator").id, Rights("administrator"), SYSTEM)
        membership.remove(OPERATOR, acme.id, people.get("anna@example.com").id, SYSTEM)
    assert browser.open(link).status == 410
    assert browser.post(link, **form, new_password=PASSWORD).status == 410


def test_nothing_is_accepted_without_the_token_of_the_form_or_by_a_look(acme: Workspace, post: Post) -> None:
    bert = member(acme.app, post, INVITED)
    link = invited(acme, post)
    for path in (link, f"{link}/switch"):
        assert bert.browser.post(path).status == 403
    bert.browser.open(link)
    assert bert.signed_in
    assert acme.granted(account_of(acme.app)) is None


def test_the_request_changes_nothing_of_what_the_invitation_says(app: Flask, post: Post) -> None:
    acme, other = workspace(app), workspace(app, "other")
    link = invited(acme, post)
    stranger(app).go(
        link,
        new_password=PASSWORD,
        role="administrator",
        email="evil@example.com",
        organization=other.id,
        organization_id=other.id,
        permissions=AUDIT,
    )
    bert = account_of(app)
    assert acme.granted(bert) == Rights("member")
    assert other.granted(bert) is None


def test_sixteen_newcomers_by_one_link_are_one_member(acme: Workspace, post: Post) -> None:
    link = invited(acme, post)
    browsers = [stranger(acme.app) for _ in range(16)]
    forms = [browser.open(link).hidden for browser in browsers]
    answers = race(
        16,
        lambda n: browsers[n].post(link, **forms[n], new_password=f"{PASSWORD} number {n}"),
    )
    inside = [n for n, browser in enumerate(browsers) if browser.open("/account").status == 200]
    assert len(inside) == 1
    assert stranger(acme.app).sign_in(INVITED, f"{PASSWORD} number {inside[0]}").shows("home")
    assert {getattr(answer, "status", answer) for answer in answers} <= {303, 410}
    with UnitOfWork(acme.app):
        assert memberships.count(acme.id) == 2


def test_the_link_stands_in_no_event_and_no_other_page_learns_of_it(acme: Workspace, post: Post) -> None:
    link = invited(acme, post)
    browser = stranger(acme.app)
    assert browser.open(link).headers["Referrer-Policy"] == "no-referrer"
    browser.go(link, new_password=PASSWORD)
    assert link.rpartition("/")[2] not in str(trail(acme.app))
