"""Declarations that are applied at once, and beside whoever locks several organizations."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from authserver.audit.log import SYSTEM, Origin
from authserver.clients.declaration import Declaration
from authserver.clients.reconciliation import Change, Reconciliation
from authserver.organizations import directory
from authserver.organizations.organization import Organization
from authserver.organizations.store import organizations
from authserver.web.unit_of_work import UnitOfWork
from tests.support.application import race

PATIENCE = 0.5
"""Seconds for the other act: it ends in them, or waits until this one has ended."""

SLUGS = ("alpha", "beta")


def declared(*slugs: str, name: str) -> Declaration:
    return Declaration.model_validate({"organizations": {slug: {"name": f"{slug} {name}"} for slug in slugs}})


def apply(app: Flask, declaration: Declaration) -> list[Change]:
    with UnitOfWork(app):
        return Reconciliation(declaration, SYSTEM).run(prune=False)


@pytest.fixture
def ids(app: Flask) -> list[str]:
    """The ids of two declared organizations, in their order."""
    apply(app, declared(*SLUGS, name="first"))
    return sorted(directory_of(app)[slug].id for slug in SLUGS)


def directory_of(app: Flask) -> dict[str, Organization]:
    with UnitOfWork(app):
        return {each.slug: each for each in organizations.page()}


def while_it_renames(
    app: Flask, declaration: Declaration, other: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> list[BaseException]:
    """Apply a declaration; when it has renamed the first organization another act begins."""
    faults: list[BaseException] = []
    rename = directory.rename

    def act() -> None:
        try:
            other()
        except BaseException as fault:  # noqa: BLE001 - shown by the test
            faults.append(fault)

    begun, done = threading.Event(), threading.Thread(target=act)

    def renaming(slug_or_id: str, name: str, origin: Origin) -> Any:
        renamed = rename(slug_or_id, name, origin)
        if not begun.is_set():
            begun.set()
            done.start()
            done.join(PATIENCE)
        return renamed

    monkeypatch.setattr(directory, "rename", renaming)
    apply(app, declaration)
    done.join()
    return faults


@pytest.mark.usefixtures("ids")
def test_two_that_name_organizations_in_another_order_do_not_wait_in_a_circle(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other() -> None:
        apply(app, declared(*reversed(SLUGS), name="third"))

    assert not while_it_renames(app, declared(*SLUGS, name="second"), other, monkeypatch)
    # The second one waited, and its names are the last word.
    assert {each.name for each in directory_of(app).values()} == {"Acme", "alpha third", "beta third"}


@pytest.mark.parametrize("slugs", [SLUGS, SLUGS[::-1]])
def test_who_locks_several_organizations_meanwhile_waits_in_no_circle(
    app: Flask, ids: list[str], slugs: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def other() -> None:
        with UnitOfWork(app):
            assert [each.id for each in organizations.lock_all(ids)] == ids

    assert not while_it_renames(app, declared(*slugs, name="second"), other, monkeypatch)


def test_the_same_declaration_at_many_instances_at_once_makes_everything_once(app: Flask) -> None:
    done = race(6, lambda _number: apply(app, declared(*SLUGS, name="first")))
    assert sorted(len(each) for each in done if isinstance(each, list)) == [0, 0, 0, 0, 0, 2], done
    assert set(directory_of(app)) == {"acme", *SLUGS}
