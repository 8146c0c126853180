"""What members may do, coming and going, and that an Administrator always stays."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from authserver.accounts import directory as people
from authserver.accounts import sessions
from authserver.accounts.account import Browser
from authserver.accounts.store import sessions as sessions_store
from authserver.audit.log import SYSTEM
from authserver.base.clock import now
from authserver.base.errors import Forbidden, NotFound, Refused
from authserver.organizations import administration, authority, directory, founding, membership, signals
from authserver.organizations.authority import OPERATOR, Authority, member
from authserver.organizations.organization import Organization
from authserver.organizations.permissions import AUDIT, MEMBERS, ORGANIZATION, OWN, Rights
from authserver.organizations.signals import OrganizationsEvent
from authserver.organizations.store import memberships, organizations
from authserver.web.unit_of_work import UnitOfWork
from tests.organizations.workspace import Workspace, origin_of, somebody, workspace
from tests.support.application import race, trail

ADMINISTRATOR = Rights("administrator")
EVERYTHING = frozenset(permission.name for permission in OWN)


def by_id(organization: Organization) -> str:
    return organization.id


def rights(*names: str) -> Rights:
    return Rights("member", frozenset(names))


@pytest.fixture
def told() -> Iterator[list[tuple[str, Any]]]:
    """What the signals say."""
    heard: list[tuple[str, Any]] = []
    listeners: list[Any] = []
    for name in ("member_left", "rights_lost"):
        signal = getattr(signals, name)
        listeners.append((signal, lambda event, name=name: heard.append((name, event))))
        signal.connect(listeners[-1][1])
    yield heard
    for signal, listener in listeners:
        signal._listeners.remove(listener)


def change(acme: Workspace, by: Any, account: Any, wanted: Rights) -> None:
    who = by if isinstance(by, Authority) else member(by.id)
    origin = SYSTEM if isinstance(by, Authority) else origin_of(by)
    with UnitOfWork(acme.app):
        membership.change(who, acme.id, account.id, wanted, origin)


def test_an_administrator_grants_takes_and_makes_administrators(acme: Workspace) -> None:
    anna, bert = acme.put("administrator"), acme.put()
    for wanted in (rights(AUDIT, MEMBERS), rights(AUDIT), ADMINISTRATOR, rights()):
        change(acme, anna, bert, wanted)
        assert acme.granted(bert) == wanted
    change(acme, anna, bert, Rights("administrator", frozenset({AUDIT})))
    assert acme.granted(bert) == ADMINISTRATOR
    events = [event for event in trail(acme.app) if event.action == "member.changed"]
    assert len(events) == 5
    assert {(event.target, event.organization_id, event.actor) for event in events} == {
        (bert.id, acme.id, f"account:{anna.id}")
    }
    assert events[0].details == {"role": "member", "permissions": f"{AUDIT} {MEMBERS}"}


def test_what_changes_nothing_leaves_no_event(acme: Workspace) -> None:
    anna, bert = acme.put("administrator"), acme.put("member", AUDIT)
    change(acme, anna, bert, rights(AUDIT))
    change(acme, anna, anna, ADMINISTRATOR)
    assert "member.changed" not in [event.action for event in trail(acme.app)]


def test_nobody_grants_what_they_do_not_hold(acme: Workspace) -> None:
    acme.put("administrator")
    anna, bert = acme.put("member", MEMBERS, AUDIT), acme.put()
    for refused in (rights(ORGANIZATION), rights(AUDIT, ORGANIZATION), ADMINISTRATOR):
        for account in (anna, bert):
            before = acme.granted(account)
            with pytest.raises(Forbidden):
                change(acme, anna, account, refused)
            assert acme.granted(account) == before
    change(acme, anna, bert, rights(MEMBERS, AUDIT))
    assert acme.granted(bert) == rights(MEMBERS, AUDIT)


def test_what_others_granted_may_stay_when_somebody_adds_to_it(acme: Workspace) -> None:
    anna, bert = acme.put("member", MEMBERS, AUDIT), acme.put("member", ORGANIZATION)
    change(acme, anna, bert, rights(ORGANIZATION, AUDIT))
    assert acme.granted(bert) == rights(ORGANIZATION, AUDIT)
    change(acme, anna, bert, rights(AUDIT))
    with pytest.raises(Forbidden):
        change(acme, anna, bert, rights(ORGANIZATION, AUDIT))


def test_what_does_not_exist_can_not_be_granted(acme: Workspace) -> None:
    anna, bert = acme.put("administrator"), acme.put()
    with pytest.raises(Refused, match="no permission gone:away"):
        change(acme, anna, bert, rights("gone:away"))


def test_an_administrator_is_an_administrators_alone(acme: Workspace) -> None:
    anna, boss = acme.put("member", *EVERYTHING), acme.put("administrator")
    acme.put("administrator")
    with pytest.raises(Forbidden):
        change(acme, anna, boss, rights())
    with UnitOfWork(acme.app), pytest.raises(Forbidden):
        membership.remove(member(anna.id), acme.id, boss.id, SYSTEM)
    assert acme.granted(boss) == ADMINISTRATOR


def test_without_the_permission_nothing_is_changed_and_to_strangers_there_is_no_organization(
    acme: Workspace,
) -> None:
    acme.put("administrator")
    anna, bert = acme.put("member", AUDIT, ORGANIZATION), acme.put()
    stranger, other = somebody(acme.app), workspace(acme.app, "other").put("administrator")
    for by, error in ((anna, Forbidden), (bert, Forbidden), (stranger, NotFound), (other, NotFound)):
        with pytest.raises(error):
            change(acme, by, bert, rights(AUDIT))
        with UnitOfWork(acme.app), pytest.raises(error):
            membership.remove(member(by.id), acme.id, bert.id, SYSTEM)
    assert acme.granted(bert) == rights()


def test_the_limit_of_the_operator_binds_administrators_too(acme: Workspace) -> None:
    anna, bert = acme.put("administrator"), acme.put("member", ORGANIZATION)
    with UnitOfWork(acme.app):
        directory.limit("acme", [MEMBERS, AUDIT], SYSTEM)
    assert acme.held(anna) == Rights("administrator", frozenset({MEMBERS, AUDIT}))
    assert acme.held(bert) == rights()
    with pytest.raises(Forbidden):
        change(acme, anna, bert, rights(ORGANIZATION, "api_clients:manage"))
    change(acme, OPERATOR, bert, rights(ORGANIZATION, AUDIT))
    with UnitOfWork(acme.app):
        directory.limit("acme", None, SYSTEM)
    assert acme.held(bert) == rights(ORGANIZATION, AUDIT)


def test_in_a_disabled_organization_and_with_a_disabled_account_nobody_holds_anything(
    acme: Workspace,
) -> None:
    anna, bert = acme.put("administrator"), acme.put("administrator")
    with UnitOfWork(acme.app):
        people.set_disabled(anna, SYSTEM, disabled=True)
    assert acme.held(anna) is None
    assert acme.held(bert)
    with UnitOfWork(acme.app):
        directory.set_disabled("acme", disabled=True, origin=SYSTEM)
    assert acme.held(bert) is None
    with pytest.raises(NotFound):
        change(acme, bert, bert, rights())
    assert acme.held(OPERATOR)


def test_an_operator_acts_as_long_as_being_one(acme: Workspace) -> None:
    anna, root = acme.put("administrator"), somebody(acme.app)
    who = Authority("operator", root.id)
    assert acme.held(who) is None
    with UnitOfWork(acme.app):
        people.set_operator(root, SYSTEM, operator=True)
    assert acme.held(who) == Rights("administrator", EVERYTHING)
    assert Authority.parse(str(who)) == who
    assert Authority.parse(str(member(anna.id))) == member(anna.id)
    assert Authority.parse(str(OPERATOR)) == OPERATOR
    with UnitOfWork(acme.app):
        people.set_disabled(root, SYSTEM, disabled=True)
    assert acme.held(who) is None


def test_the_last_administrator_stays(acme: Workspace) -> None:
    anna, _bert = acme.put("administrator"), acme.put()
    with pytest.raises(Refused, match="no Administrator"):
        change(acme, anna, anna, rights(MEMBERS))
    for act in (
        lambda: membership.leave(anna.id, acme.id, SYSTEM),
        lambda: membership.remove(member(anna.id), acme.id, anna.id, SYSTEM),
        lambda: membership.remove(OPERATOR, acme.id, anna.id, SYSTEM),
        lambda: people.close(anna, SYSTEM),
    ):
        with pytest.raises(Refused, match="no Administrator"), UnitOfWork(acme.app):
            act()
    assert acme.granted(anna) == ADMINISTRATOR


def test_an_administrator_who_can_not_sign_in_does_not_count(acme: Workspace) -> None:
    anna, bert = acme.put("administrator"), acme.put("administrator")
    with UnitOfWork(acme.app):
        people.set_disabled(bert, SYSTEM, disabled=True)
    with pytest.raises(Refused, match="no Administrator"):
        change(acme, anna, anna, rights())


def test_people_leave_and_are_removed(acme: Workspace, told: list[tuple[str, Any]]) -> None:
    anna, bert, carl = acme.put("administrator"), acme.put(), acme.put("administrator")
    with UnitOfWork(acme.app):
        membership.remove(member(anna.id), acme.id, bert.id, origin_of(anna))
        membership.leave(carl.id, acme.id, origin_of(carl))
    assert acme.granted(bert) is acme.granted(carl) is None
    assert [(name, event.account_id) for name, event in told] == [
        ("member_left", bert.id),
        ("member_left", carl.id),
    ]
    events = [(event.action, event.target, event.organization_id) for event in trail(acme.app)]
    assert ("member.removed", bert.id, acme.id) in events
    assert ("member.left", carl.id, acme.id) in events
    with UnitOfWork(acme.app):
        with pytest.raises(NotFound):
            membership.remove(member(anna.id), acme.id, bert.id, SYSTEM)
        with pytest.raises(NotFound):
            membership.leave(bert.id, acme.id, SYSTEM)
        with pytest.raises(Refused, match="Delete it instead"):
            membership.leave(anna.id, acme.id, SYSTEM)


def test_losing_rights_is_told_and_gaining_them_is_not(acme: Workspace, told: list[tuple[str, Any]]) -> None:
    anna, bert = acme.put("administrator"), acme.put()
    for wanted in (rights(AUDIT), ADMINISTRATOR):
        change(acme, anna, bert, wanted)
    assert told == []
    for wanted in (rights(*EVERYTHING), rights(AUDIT)):
        change(acme, anna, bert, wanted)
    assert [(name, event.account_id, event.organization.id) for name, event in told] == [
        ("rights_lost", bert.id, acme.id)
    ] * 2


def test_who_leaves_while_the_other_administrator_is_disabled_stays_or_the_operator_is_told(
    acme: Workspace,
) -> None:
    anna, bea = acme.put("administrator"), acme.put("administrator")
    acme.put()
    told: list[str] = []

    def go(number: int) -> None:
        with UnitOfWork(acme.app):
            if number:
                membership.leave(anna.id, acme.id, origin_of(anna))
            else:
                people.set_disabled(bea, SYSTEM, disabled=True)
                told.extend(each.id for each in membership.unattended(bea.id))

    done = race(2, go)
    left = acme.granted(anna) is None
    assert isinstance(done[1], Refused) != left
    assert told == ([acme.id] if left else [])


def test_an_operator_makes_another_administrator_where_nobody_can(acme: Workspace) -> None:
    anna, bert = acme.put("administrator"), acme.put()
    with UnitOfWork(acme.app):
        people.set_disabled(anna, SYSTEM, disabled=True)
        assert [each.slug for each in membership.unattended(anna.id)] == ["acme"]
    change(acme, OPERATOR, bert, ADMINISTRATOR)
    with UnitOfWork(acme.app):
        assert membership.unattended(anna.id) == []


def test_a_closing_that_is_refused_ends_nothing(acme: Workspace) -> None:
    anna = acme.put("administrator")
    with UnitOfWork(acme.app):
        alone = [founding.found(anna.id, f"Alone {number}", None, SYSTEM) for number in range(7)]
        settings = acme.app.extensions["settings"]
        sessions.start(settings, anna.id, "full", Browser("127.0.0.1", "127.0.0.1", "Firefox"))
    # Wherever in their order the refusing one stands.
    for organization in (acme.organization, min(alone, key=by_id), max(alone, key=by_id)):
        Workspace(acme.app, organization).put()
    before = trail(acme.app)
    with UnitOfWork(acme.app), pytest.raises(Refused, match="would have no Administrator"):
        people.close(anna, SYSTEM)
    with UnitOfWork(acme.app):
        assert all(organizations.find(each.id) for each in alone)
        assert len(memberships.of_account(anna.id)) == 8
        assert len(sessions_store.of(anna.id, now())) == 1
    assert trail(acme.app) == before


def test_a_deletion_that_is_vetoed_leaves_what_other_listeners_removed(acme: Workspace) -> None:
    acme.put("administrator")

    def half(event: OrganizationsEvent) -> None:
        organizations.rename(event.organizations[0].id, "Half gone")
        raise Refused("Not yet.")

    signals.deleting.connect(half)
    try:
        with UnitOfWork(acme.app), pytest.raises(Refused, match="Not yet"):
            administration.delete(OPERATOR, acme.id, SYSTEM)
    finally:
        signals.deleting._listeners.remove(half)
    with UnitOfWork(acme.app):
        assert directory.get(acme.id).name == "Acme"


def test_a_member_leaves_an_organization_that_has_no_administrator(acme: Workspace) -> None:
    anna, bert = acme.put(), acme.put()
    with UnitOfWork(acme.app):
        membership.leave(anna.id, acme.id, SYSTEM)
    assert acme.granted(anna) is None
    assert acme.granted(bert)


@pytest.mark.parametrize("_again", range(3))
def test_two_administrators_who_demote_each_other_at_once_leave_one(app: Flask, _again: int) -> None:
    acme = workspace(app)
    anna, bert = acme.put("administrator"), acme.put("administrator")
    pairs = [(anna, bert), (bert, anna)]

    def demote(number: int) -> None:
        by, account = pairs[number % 2]
        change(acme, by, account, rights())

    done = race(16, demote)
    assert all(each is None or isinstance(each, Refused) for each in done), done
    assert {acme.granted(anna), acme.granted(bert)} == {ADMINISTRATOR, rights()}


def test_sixteen_administrators_who_all_go_at_once_leave_one(app: Flask) -> None:
    acme = workspace(app)
    everybody = [acme.put("administrator") for _ in range(16)]
    acts = itertools.cycle(
        [
            lambda account: membership.leave(account.id, acme.id, SYSTEM),
            lambda account: membership.change(member(account.id), acme.id, account.id, rights(), SYSTEM),
            lambda account: membership.remove(OPERATOR, acme.id, account.id, SYSTEM),
            lambda account: people.close(account, SYSTEM),
        ]
    )
    plan = [(account, next(acts)) for account in everybody]

    def go(number: int) -> None:
        account, act = plan[number]
        with UnitOfWork(app):
            act(account)

    done = race(16, go)
    assert all(each is None or isinstance(each, Refused) for each in done), done
    assert sum(isinstance(each, Refused) for each in done) == 1
    with UnitOfWork(app):
        assert memberships.with_administrator([acme.id]) == {acme.id}


def test_who_reads_needs_the_permission_as_well(acme: Workspace) -> None:
    anna, bert = acme.put("member", AUDIT), acme.put()
    with UnitOfWork(acme.app):
        organization, what = authority.look(member(anna.id), acme.id, AUDIT)
        assert (organization.id, what) == (acme.id, rights(AUDIT))
        with pytest.raises(Forbidden):
            authority.look(member(bert.id), acme.id, AUDIT)
        with pytest.raises(NotFound):
            authority.look(member(anna.id), "no such id", AUDIT)
