"""Founding, renaming, moving and deleting organizations."""

import pytest
from flask import Flask

from authserver.audit.log import SYSTEM
from authserver.base.errors import Conflict, Forbidden, NotFound, Refused
from authserver.clients import registration
from authserver.clients.registration import Registration
from authserver.clients.store import api_clients
from authserver.organizations import administration, directory, founding
from authserver.organizations.authority import member
from authserver.organizations.permissions import MEMBERS, ORGANIZATION, Rights
from authserver.organizations.store import memberships
from authserver.organizations.store import organizations as store
from authserver.web.unit_of_work import UnitOfWork
from tests.organizations.workspace import Workspace, origin_of, somebody, workspace
from tests.support.application import race, seed, trail


def test_whoever_founds_an_organization_is_its_administrator(app: Flask) -> None:
    anna = somebody(app)
    with UnitOfWork(app):
        made = founding.found(anna.id, "Acme", None, origin_of(anna))
        again = founding.found(anna.id, "Acme", None, origin_of(anna))
        assert (made.slug, again.slug) == ("acme", "acme-2")
        mine = {each.organization.id: each.granted for each in memberships.of_account(anna.id)}
        assert mine == {made.id: Rights("administrator"), again.id: Rights("administrator")}
        with pytest.raises(Conflict):
            founding.found(anna.id, "Other", "acme", SYSTEM)
        with pytest.raises(Refused):
            founding.found("nobody", "Other", None, SYSTEM)


def test_nobody_founds_without_end(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(founding, "MOST", 2)
    anna = somebody(app)
    with UnitOfWork(app):
        for _ in range(2):
            founding.found(anna.id, "Acme", None, SYSTEM)
        with pytest.raises(Refused, match="2 organizations"):
            founding.found(anna.id, "Acme", None, SYSTEM)


def test_an_organization_is_renamed_and_moved_by_whoever_may(app: Flask) -> None:
    acme, other = workspace(app), workspace(app, "other")
    anna, bert = acme.put("member", ORGANIZATION), acme.put("member", MEMBERS)
    by = member(anna.id)
    with UnitOfWork(app):
        assert administration.rename(by, acme.id, " Acme  Ltd ", origin_of(anna)).name == "Acme Ltd"
        assert administration.set_slug(by, acme.id, "acme-ltd", origin_of(anna)).slug == "acme-ltd"
        assert administration.set_slug(by, acme.id, "acme-ltd", origin_of(anna)).slug == "acme-ltd"
        assert store.find_by_slug("acme") is None
        with pytest.raises(Conflict):
            administration.set_slug(by, acme.id, "other", SYSTEM)
        with pytest.raises(Refused):
            administration.set_slug(by, acme.id, "Not A Slug", SYSTEM)
        with pytest.raises(Refused):
            administration.rename(by, acme.id, "", SYSTEM)
        for who, error in ((member(bert.id), Forbidden), (member("nobody"), NotFound)):
            with pytest.raises(error):
                administration.rename(who, acme.id, "Stolen", SYSTEM)
            with pytest.raises(error):
                administration.set_slug(who, acme.id, "stolen", SYSTEM)
            with pytest.raises(error):
                administration.delete(who, acme.id, SYSTEM)
        with pytest.raises(NotFound):
            administration.rename(by, other.id, "Stolen", SYSTEM)
        assert directory.get(acme.id).slug == "acme-ltd"
        assert directory.get(other.id) == other.organization
    moved = [event for event in trail(app) if event.action == "organization.moved"]
    assert [(event.organization_id, event.details) for event in moved] == [
        (acme.id, {"before": "acme", "after": "acme-ltd"})
    ]


def test_deleting_takes_clients_along_and_leaves_people(app: Flask) -> None:
    acme = Workspace(app, seed(app))
    anna, bert = acme.put("administrator"), acme.put()
    with UnitOfWork(app):
        client, _ = registration.register(Registration(acme.id, "Robot", ("webapi",)), SYSTEM)
    with UnitOfWork(app):
        administration.delete(member(anna.id), acme.id, origin_of(anna))
    with UnitOfWork(app):
        assert store.find(acme.id) is None
        assert api_clients.find(client.id) is None
        assert memberships.of_account(bert.id) == []
        with pytest.raises(NotFound):
            administration.delete(member(anna.id), acme.id, SYSTEM)
    assert [event.organization_id for event in trail(app) if event.action == "organization.deleted"] == [
        acme.id
    ]


def test_of_sixteen_that_move_to_one_slug_at_once_one_gets_it(app: Flask) -> None:
    places = [workspace(app, f"org-{number}") for number in range(16)]
    people = [each.put("administrator") for each in places]

    def move(number: int) -> str:
        with UnitOfWork(app):
            return administration.set_slug(
                member(people[number].id), places[number].id, "wanted", SYSTEM
            ).slug

    done = race(16, move)
    assert sum(each == "wanted" for each in done) == 1
    assert sum(isinstance(each, Conflict) for each in done) == 15


def test_clients_made_while_their_organization_is_deleted_do_not_stay_behind(app: Flask) -> None:
    acme = Workspace(app, seed(app))
    anna = acme.put("administrator")

    def act(number: int) -> None:
        with UnitOfWork(app):
            if number == 7:
                administration.delete(member(anna.id), acme.id, SYSTEM)
            else:
                registration.register(Registration(acme.id, f"Robot {number}", ("webapi",)), SYSTEM)

    done = race(16, act)
    assert done[7] is None
    with UnitOfWork(app):
        assert api_clients.page(acme.id) == []
