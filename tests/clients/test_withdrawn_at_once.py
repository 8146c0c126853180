"""Permissions that a declaration withdraws or describes anew while people act where these count."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from flask import Flask

from authserver.accounts import directory as accounts
from authserver.audit.log import SYSTEM
from authserver.clients.declaration import Declaration
from authserver.clients.reconciliation import Reconciliation
from authserver.organizations import authority, catalogue, directory
from authserver.organizations.member import Membership
from authserver.organizations.organization import Organization
from authserver.organizations.permissions import MEMBERS
from authserver.organizations.store import memberships, organizations
from authserver.organizations.store import permissions as store
from authserver.web.unit_of_work import UnitOfWork
from tests.support.application import race
from tests.support.people import Post, member

PATIENCE = 0.5
"""Seconds for the other act: it ends in them, or waits until this one has ended."""

ONE, TWO = "desk:one", "desk:two"

Act = Callable[[], object]


def declared(*slugs: str, **permissions: dict[str, str]) -> Declaration:
    """Resources with their permissions and descriptions, and organizations."""
    resources = {
        name: {"scopes": [f"{name}.all"], "permissions": wanted} for name, wanted in permissions.items()
    }
    return Declaration.model_validate(
        {"resources": resources, "organizations": {slug: {"name": slug} for slug in slugs}}
    )


def apply(app: Flask, declaration: Declaration, *, prune: bool = False) -> None:
    with UnitOfWork(app):
        Reconciliation(declaration, SYSTEM).run(prune=prune)


def limited(app: Flask, *permissions: str, before: str = "~") -> Organization:
    """Make an organization that is limited, with an id that comes before another one."""
    with UnitOfWork(app):
        made = directory.create("Limited", None, SYSTEM)
        while made.id >= before:
            made = directory.create("Limited", None, SYSTEM)
        return directory.limit(made.id, permissions, SYSTEM)


def meanwhile(
    monkeypatch: pytest.MonkeyPatch, step: str, other: Act, act: Act, *, late: bool = True
) -> list[BaseException]:
    """Act; when a step of the store was done for the first time (or is about to be) another act begins."""
    faults: list[BaseException] = []
    done = threading.Thread(target=lambda: faults.extend(fails(other)))
    real = getattr(store, step)

    def stepping(*arguments: Any) -> Any:
        result = real(*arguments) if late else None
        if done.ident is None:
            done.start()
            done.join(PATIENCE)
        return result if late else real(*arguments)

    monkeypatch.setattr(store, step, stepping)
    faults.extend(fails(act))
    assert done.ident is not None
    done.join()
    return faults


def fails(act: Act) -> Sequence[BaseException]:
    try:
        act()
    except BaseException as fault:  # noqa: BLE001 - shown by the test
        return [fault]
    return []


@pytest.mark.parametrize("how", ["applied", "pruned", "by hand"])
def test_a_member_who_acts_where_the_second_of_two_counts_waits_in_no_circle(
    app: Flask, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    apply(app, declared(desk={ONE: "One", TWO: "Two"}))
    place = limited(app, TWO)

    def other() -> None:
        with UnitOfWork(app):
            authority.hold(authority.OPERATOR, place.id, MEMBERS)
            catalogue.names(hold=True)

    def withdraws() -> None:
        if how == "by hand":
            with UnitOfWork(app):
                catalogue.declare("desk", {}, SYSTEM)
        else:
            apply(app, declared() if how == "pruned" else declared(desk={}), prune=how == "pruned")

    assert not meanwhile(monkeypatch, "remove", other, withdraws)
    with UnitOfWork(app):
        assert store.everything() == []
        assert directory.get(place.id).limited_to == ()


def test_who_locks_declared_and_limited_organizations_meanwhile_waits_in_no_circle(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an account that is closed does, which belongs to both."""
    apply(app, declared("alpha", desk={ONE: "One"}))
    with UnitOfWork(app):
        alpha = directory.get("alpha")
    ids = [limited(app, ONE, before=alpha.id).id, alpha.id]

    def other() -> None:
        with UnitOfWork(app):
            assert [each.id for each in organizations.lock_all(ids)] == ids

    def withdraws() -> None:
        apply(app, declared("alpha", desk={}))

    assert not meanwhile(monkeypatch, "remove", other, withdraws, late=False)


def test_who_leaves_several_where_it_was_granted_waits_in_no_circle(app: Flask) -> None:
    apply(app, declared(desk={ONE: "One"}))
    person = member(app, Post(app))
    faults: list[BaseException] = []
    with UnitOfWork(app):
        subject = accounts.get(person.email).id
        places = [directory.create("Granting", None, SYSTEM) for _ in range(2)]
        for place in places:
            memberships.add(Membership(place, subject, "member", 1, frozenset({ONE})))
    withdraws = threading.Thread(target=lambda: faults.extend(fails(lambda: apply(app, declared(desk={})))))

    def leaves() -> None:
        with UnitOfWork(app):
            organizations.lock_all([each.id for each in places])
            memberships.remove([places[1].id], subject)
            withdraws.start()
            withdraws.join(PATIENCE)
            memberships.remove([places[0].id], subject)

    faults.extend(fails(leaves))
    withdraws.join()
    assert not faults


@pytest.mark.parametrize("wanted", [{}, {"a:one": "Anew", "z:one": "Anew"}], ids=["withdrawn", "described"])
def test_permissions_of_resources_in_another_order_than_their_own_make_no_circle(
    app: Flask, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, str]
) -> None:
    apply(app, declared(late={"z:one": "One"}, early={"a:one": "One"}))

    def other() -> None:
        with UnitOfWork(app):
            catalogue.names(hold=True)

    def changes() -> None:
        late, early = ({name: wanted[name]} if wanted else {} for name in ("z:one", "a:one"))
        apply(app, declared(late=late, early=early))

    assert not meanwhile(monkeypatch, "put" if wanted else "remove", other, changes)


def test_many_withdraw_and_limit_at_once_and_all_of_them_end(app: Flask) -> None:
    full, none = declared("alpha", desk={ONE: "One", TWO: "Two"}), declared("alpha", desk={})
    apply(app, full)
    places = [limited(app, each) for each in (ONE, TWO)]

    def act(number: int) -> None:
        if number % 2:
            apply(app, none if number == 1 else full)
            return
        with UnitOfWork(app):
            directory.limit(places[number % 4 // 2].id, [], SYSTEM)

    assert race(6, act) == [None] * 6
