"""Finding one's organizations, founding another, the switcher, and what strangers see of all that."""

import re

import pytest

from authserver.audit.log import SYSTEM
from authserver.organizations import directory
from authserver.organizations.permissions import AUDIT, MEMBERS
from authserver.organizations.store import memberships
from authserver.web.unit_of_work import UnitOfWork
from tests.console.desk import HOSTILE, Desk, desk, outsider, shows
from tests.organizations.workspace import Workspace, workspace
from tests.support.application import statements
from tests.support.people import stranger

OF_THE_ORGANIZATION = (
    "",
    "/leave",
    "/members",
    "/members/0190d0f3-6a1b-4c55-9d3e-2f1c8a7b6e54",
    "/members/0190d0f3-6a1b-4c55-9d3e-2f1c8a7b6e54/remove",
    "/invitations",
    "/invitations/new",
    "/settings",
    "/settings/delete",
)


def faceless(text: str) -> str:
    """A page without what differs at each request."""
    return re.sub(r"[0-9a-f]{32}|value=\"[^\"]{60,}\"|nonce=\"[^\"]+\"", "", text)


def test_the_list_names_each_organization_and_the_role_in_it(acme: Workspace, anna: Desk) -> None:
    workspace(acme.app, "globex").place(anna.account)
    page = anna.browser.open("/organizations")
    assert page.status == 200
    assert page.shows("organizations-page")
    for text in ("Acme", "Globex", "Administrator", "Member"):
        assert text in page.text


def test_who_belongs_nowhere_is_told_what_to_do(acme: Workspace) -> None:
    page = outsider(acme).browser.open("/organizations")
    assert "You belong to no organization." in page.text
    assert page.shows("organization-new")


def test_a_disabled_organization_is_listed_and_leads_nowhere(acme: Workspace, anna: Desk) -> None:
    with UnitOfWork(acme.app):
        directory.set_disabled("acme", disabled=True, origin=SYSTEM)
    page = anna.browser.open("/organizations")
    assert "Disabled by the operator" in page.text
    assert 'href="/organizations/acme"' not in page.text
    assert anna.open().status == 404


def test_founding_makes_one_administrator_of_a_new_organization(acme: Workspace) -> None:
    bert = outsider(acme)
    page = bert.send("/organizations/new", name="  Globex   Ltd ", slug="")
    assert (page.status, page.location) == (303, "/organizations/globex-ltd")
    home = bert.browser.open(page.location)
    assert home.shows("organization-page")
    assert "Globex Ltd" in home.text
    assert "Administrator" in home.text


@pytest.mark.parametrize(
    ("fields", "status", "fault"),
    [
        ({"name": ""}, 400, "name-error"),
        ({"name": "x" * 101}, 400, "name-error"),
        ({"name": "a\u202eb"}, 400, "name-error"),
        ({"name": "Fine", "slug": "Not Fine"}, 400, "slug-error"),
        ({"name": "Fine", "slug": "a\x00b"}, 400, "slug-error"),
        ({"name": "Fine", "slug": "acme"}, 409, "slug-error"),
    ],
)
def test_a_name_or_slug_that_can_not_be_used_founds_nothing(
    acme: Workspace, fields: dict[str, str], status: int, fault: str
) -> None:
    bert = outsider(acme)
    page = bert.send("/organizations/new", **fields)
    assert page.status == status
    assert page.shows(fault)
    with UnitOfWork(acme.app):
        assert memberships.of_account(bert.account.id) == []


def test_every_page_of_a_signed_in_person_has_the_switcher(acme: Workspace, anna: Desk) -> None:
    workspace(acme.app, "globex").place(anna.account)
    for path in ("/", "/account", "/account/sessions", "/organizations", anna.path(), anna.path("/members")):
        page = anna.browser.open(path)
        assert page.shows("switcher"), path
        assert "/organizations/globex/switch" in page.text, path
    assert not stranger(acme.app).open("/").shows("switcher")


def test_the_switcher_leads_to_another_organization_and_remembers_it(acme: Workspace, anna: Desk) -> None:
    globex = workspace(acme.app, "globex")
    globex.place(anna.account)
    page = anna.send("/organizations/globex/switch", form="/")
    assert (page.status, page.location) == (303, "/organizations/globex")
    assert '<span class="switcher-name">Globex</span>' in anna.browser.open("/").text
    assert '<span class="switcher-name">Acme</span>' in anna.open().text


def test_an_organization_of_others_is_as_if_it_did_not_exist(acme: Workspace) -> None:
    bert = outsider(acme)
    for rest in OF_THE_ORGANIZATION:
        theirs, nobodys = (bert.browser.open(f"/organizations/{slug}{rest}") for slug in ("acme", "none"))
        assert theirs.status == nobodys.status == 404, rest
        assert faceless(theirs.text) == faceless(nobodys.text), rest
    for rest in (
        "/switch",
        "/leave",
        "/members/0190d0f3-6a1b-4c55-9d3e-2f1c8a7b6e54/remove",
        "/settings/name",
    ):
        sent = bert.send(f"/organizations/acme{rest}", form="/", name="Taken over")
        assert sent.status == 404, rest


@pytest.mark.parametrize("slug", ["%00", "..%2f", "A", "%F0%28", "x" * 300])
def test_what_can_not_be_a_slug_is_not_found(anna: Desk, slug: str) -> None:
    assert anna.browser.open(f"/organizations/{slug}").status == 404


def test_a_stranger_signs_in_first(acme: Workspace) -> None:
    for rest in OF_THE_ORGANIZATION:
        page = stranger(acme.app).open(f"/organizations/acme{rest}")
        assert (page.status, page.location) == (303, f"/login?next=/organizations/acme{rest}")


def test_a_member_is_offered_what_they_may_do_and_nothing_else(acme: Workspace) -> None:
    bert = desk(acme, "member", AUDIT)
    page = bert.open()
    assert page.shows("organization-page")
    assert "Read what happened in the organization, and who did it" in page.text
    for part in ("members", "invitations", "settings"):
        assert bert.path(f"/{part}") not in page.text
    refused = bert.open("/members")
    assert refused.status == 403
    assert "This needs the permission members:manage." in refused.text
    assert desk(acme, "member", MEMBERS).open("/members").status == 200


def test_leaving_takes_one_out_and_the_last_administrator_stays(acme: Workspace, anna: Desk) -> None:
    bert = desk(acme)
    stays = anna.post("/leave")
    assert stays.status == 409
    assert "would have no Administrator" in stays.text
    assert anna.rights
    left = bert.post("/leave")
    assert (left.status, left.location) == (303, "/organizations")
    assert bert.rights is None
    assert "Nobody else belongs to Acme" in anna.post("/leave").text


def test_nothing_is_done_without_the_token_of_a_form(acme: Workspace, anna: Desk) -> None:
    bert = desk(acme)
    for who, path in (
        (bert, bert.path("/leave")),
        (anna, anna.path("/switch")),
        (anna, anna.path(f"/members/{bert.account.id}")),
        (anna, anna.path(f"/members/{bert.account.id}/remove")),
        (anna, anna.path("/settings/name")),
        (anna, anna.path("/settings/delete")),
        (anna, anna.path("/invitations/new")),
        (anna, "/organizations/new"),
    ):
        assert who.browser.post(path, name="Forged", confirm="Acme", role="administrator").status == 403, path
    assert bert.rights
    with UnitOfWork(acme.app):
        assert directory.get("acme").name == "Acme"


def test_hostile_names_stay_text(acme: Workspace, anna: Desk) -> None:
    with UnitOfWork(acme.app):
        directory.rename("acme", HOSTILE, SYSTEM)
    for path in ("/", "/account", "/organizations", *(anna.path(rest) for rest in OF_THE_ORGANIZATION)):
        page = anna.browser.open(path)
        if page.status == 200:
            assert shows(page, HOSTILE), path
        assert "<script>alert" not in page.text, path


def test_the_head_of_a_page_costs_one_query_however_many_organizations(acme: Workspace, anna: Desk) -> None:
    with statements(acme.app) as few:
        anna.browser.open("/account/profile")
    for number in range(20):
        workspace(acme.app, f"other-{number}").place(anna.account)
    with statements(acme.app) as many:
        anna.browser.open("/account/profile")
    assert len(few) == len(many)
