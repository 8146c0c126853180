"""Settings of an organization: another name, another slug, and its end."""

import pytest

from authserver.base.errors import NotFound
from authserver.organizations import directory
from authserver.organizations.organization import Organization
from authserver.organizations.permissions import API_CLIENTS, AUDIT, MEMBERS, ORGANIZATION
from authserver.web.unit_of_work import UnitOfWork
from tests.console.desk import Desk, desk
from tests.organizations.workspace import Workspace, workspace


def now(acme: Workspace) -> Organization:
    with UnitOfWork(acme.app):
        return directory.get(acme.id)


def test_renaming_keeps_the_slug(acme: Workspace, anna: Desk) -> None:
    page = anna.post("/settings/name", form="/settings", name="Acme Trading")
    assert (page.status, page.location) == (303, "/organizations/acme/settings?said=renamed")
    assert (now(acme).name, now(acme).slug) == ("Acme Trading", "acme")


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\x00b", "a\u200bb"])
def test_a_name_that_can_not_be_used_is_refused(acme: Workspace, anna: Desk, name: str) -> None:
    page = anna.post("/settings/name", form="/settings", name=name)
    assert page.status == 400
    assert page.shows("name-error")
    assert now(acme).name == "Acme"


def test_another_slug_leads_on(acme: Workspace, anna: Desk) -> None:
    page = anna.post("/settings/slug", form="/settings", slug="acme-trading")
    assert (page.status, page.location) == (303, "/organizations/acme-trading/settings?said=moved")
    assert anna.browser.open(page.location).status == 200
    assert anna.open("/settings").status == 404


@pytest.mark.parametrize(("slug", "status"), [("", 400), ("Not Fine", 400), ("globex", 409)])
def test_a_slug_that_can_not_be_used_is_refused(acme: Workspace, anna: Desk, slug: str, status: int) -> None:
    workspace(acme.app, "globex")
    page = anna.post("/settings/slug", form="/settings", slug=slug)
    assert page.status == status
    assert page.shows("slug-error")
    assert now(acme).slug == "acme"


def test_deleting_asks_for_the_name(acme: Workspace, anna: Desk) -> None:
    desk(acme)
    asks = anna.open("/settings/delete")
    assert "2 people lose what they may do here" in asks.text
    for typed in ("", "acme", "Acme2"):
        assert anna.post("/settings/delete", confirm=typed).status == 400
    assert now(acme)
    page = anna.post("/settings/delete", confirm=" Acme ")
    assert (page.status, page.location) == (303, "/organizations?said=deleted")
    with pytest.raises(NotFound):
        now(acme)
    assert "The organization is deleted." in anna.browser.open(page.location).text


def test_without_the_right_nothing_is_shown_or_changed(acme: Workspace, anna: Desk) -> None:
    bert = desk(acme, "member", MEMBERS, API_CLIENTS, AUDIT)
    for rest in ("/settings", "/settings/delete"):
        assert bert.open(rest).status == 403
    for rest in ("/settings/name", "/settings/slug", "/settings/delete"):
        answer = bert.post(rest, form="/leave", name="Taken over", slug="taken", confirm="Acme")
        assert answer.status == 403
    assert (now(acme).name, now(acme).slug) == ("Acme", "acme")
    assert desk(acme, "member", ORGANIZATION).open("/settings").status == 200
