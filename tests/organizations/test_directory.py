import uuid

import pytest
from flask import Flask

from authserver.audit.log import SYSTEM
from authserver.base.errors import Conflict, NotFound, Refused
from authserver.organizations import directory
from authserver.organizations.organization import RESERVED
from authserver.organizations.store import organizations as store
from authserver.web.unit_of_work import UnitOfWork
from tests.support.application import race, trail

BELOW = "/organizations/"


def acts(app: Flask) -> list[str]:
    return [event.action for event in trail(app)]


def test_an_organization_has_a_uuid_and_is_found_by_it_and_by_its_slug(app: Flask) -> None:
    with UnitOfWork(app):
        made = directory.create(" Acme  Ltd ", "acme", SYSTEM)
    assert str(uuid.UUID(made.id)) == made.id
    assert made.name == "Acme Ltd"
    assert not made.disabled
    with UnitOfWork(app):
        assert directory.get("acme") == directory.get(made.id) == made
        for unknown in ("ACME", "nobody", "", "x" * 1000):
            with pytest.raises(NotFound):
                directory.get(unknown)
    assert [(event.action, event.target, event.organization_id) for event in trail(app)] == [
        ("organization.created", made.id, made.id)
    ]


def test_without_a_slug_the_name_suggests_one_that_is_free(app: Flask) -> None:
    with UnitOfWork(app):
        assert [directory.create("Acme", None, SYSTEM).slug for _ in range(3)] == ["acme", "acme-2", "acme-3"]


def test_what_can_not_be_created_is_refused_and_leaves_nothing(app: Flask) -> None:
    with UnitOfWork(app):
        directory.create("Acme", "acme", SYSTEM)
    for name, slug, error in (
        ("Other", "acme", Conflict),
        ("Other", "Not A Slug", Refused),
        ("", "x", Refused),
    ):
        with UnitOfWork(app), pytest.raises(error):
            directory.create(name, slug, SYSTEM)
    with UnitOfWork(app):
        assert [organization.slug for organization in store.page()] == ["acme"]
    assert acts(app) == ["organization.created"]


def test_a_slug_that_looks_like_the_id_of_another_does_not_stand_in_its_place(app: Flask) -> None:
    with UnitOfWork(app):
        victim = directory.create("Victim", "victim", SYSTEM)
        directory.create("Attacker", victim.id, SYSTEM)
    with UnitOfWork(app):
        assert directory.get(victim.id) == victim


def test_disabling_and_enabling_is_told_once_each(app: Flask) -> None:
    with UnitOfWork(app):
        directory.create("Acme", "acme", SYSTEM)
    for disabled in (True, True, False, False):
        with UnitOfWork(app):
            told = directory.set_disabled("acme", disabled=disabled, origin=SYSTEM)
            assert told.disabled is disabled
            assert directory.get("acme").disabled is disabled
    assert acts(app) == ["organization.created", "organization.disabled", "organization.enabled"]
    with UnitOfWork(app), pytest.raises(NotFound):
        directory.set_disabled("nobody", disabled=True, origin=SYSTEM)


def test_organizations_come_in_pages_by_slug(app: Flask) -> None:
    slugs = [f"org-{number}" for number in range(5)]
    with UnitOfWork(app):
        for slug in reversed(slugs):
            directory.create(slug, slug, SYSTEM)
    with UnitOfWork(app):
        assert [one.slug for one in store.page()] == slugs
        assert [one.slug for one in store.page(after="org-1", limit=2)] == ["org-2", "org-3"]
        assert store.page(after="org-4") == []


def test_of_sixteen_that_want_one_slug_at_once_one_gets_it(app: Flask) -> None:
    def create(number: int) -> str:
        with UnitOfWork(app):
            return directory.create(f"Acme {number}", "acme", SYSTEM).id

    assert sum(isinstance(made, str) for made in race(16, create)) == 1
    assert acts(app) == ["organization.created"]


def test_no_organization_stands_where_a_page_of_the_server_is(app: Flask) -> None:
    fixed = {rule.rule.split("/")[2] for rule in app.url_map.iter_rules() if rule.rule.startswith(BELOW)}
    assert {word for word in fixed if not word.startswith("<")} == RESERVED
    for word in RESERVED:
        with UnitOfWork(app):
            assert directory.create(word.title(), None, SYSTEM).slug == f"{word}-2"
            with pytest.raises(Conflict):
                directory.create("Other", word, SYSTEM)
            with pytest.raises(Conflict):
                directory.set_slug(directory.get(f"{word}-2"), word, SYSTEM)
