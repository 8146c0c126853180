"""Who belongs to an organization, as those see it who may manage its members."""

import pytest

from authserver.accounts import directory as people
from authserver.accounts.profile import Profile
from authserver.accounts.store import profiles
from authserver.audit.log import SYSTEM
from authserver.base.errors import Forbidden, NotFound, Refused
from authserver.organizations import directory, roster
from authserver.organizations.authority import OPERATOR, member
from authserver.organizations.organization import require_typed_name
from authserver.organizations.permissions import API_CLIENTS, AUDIT, MEMBERS, Rights
from authserver.web.unit_of_work import UnitOfWork
from tests.organizations.workspace import Workspace, somebody, workspace


def names(acme: Workspace, **wanted: object) -> list[str]:
    with UnitOfWork(acme.app):
        return [each.account.email for each in roster.page(OPERATOR, acme.id, **wanted)]  # type: ignore[arg-type]


def test_members_come_in_pages_by_address_and_are_searched_by_address_or_name(acme: Workspace) -> None:
    anna = acme.put("administrator", email="anna@example.com")
    bert = acme.put("member", MEMBERS, email="bert@example.com")
    acme.put("member", email="carl_x@example.com")
    other = workspace(acme.app, "other")
    other.put("administrator", email="dora@example.com")
    other.place(anna)
    with UnitOfWork(acme.app):
        profiles.put(bert.id, Profile(name="Álbert 100% Öhler"))
    everybody = ["anna@example.com", "bert@example.com", "carl_x@example.com"]
    assert names(acme) == everybody
    assert names(acme, limit=2) == everybody[:2]
    assert names(acme, after=everybody[1]) == everybody[2:]
    assert names(acme, search="RL_") == ["carl_x@example.com"]
    assert names(acme, search="100%") == names(acme, search="LBERT") == ["bert@example.com"]
    assert names(acme, search="_") == ["carl_x@example.com"]
    assert names(acme, search="nobody") == []


def test_what_is_held_depends_on_role_grant_limit_and_whether_one_may_sign_in(acme: Workspace) -> None:
    anna, bert = acme.put("administrator"), acme.put("member", MEMBERS, AUDIT)
    gone = acme.put("administrator")
    with UnitOfWork(acme.app):
        people.set_disabled(gone, SYSTEM, disabled=True)
        directory.limit(acme.id, [MEMBERS, API_CLIENTS], SYSTEM)
        found = {each.account.id: each for each in roster.page(member(anna.id), acme.id)}
    assert found[anna.id].rights == Rights("administrator", frozenset({MEMBERS, API_CLIENTS}))
    assert found[bert.id].rights == Rights("member", frozenset({MEMBERS}))
    assert found[bert.id].membership.permissions == {MEMBERS, AUDIT}
    assert found[gone.id].rights == Rights("administrator")


def test_the_roster_is_for_those_who_may_manage_members(acme: Workspace) -> None:
    anna, bert = acme.put("administrator"), acme.put("member", AUDIT)
    with UnitOfWork(acme.app):
        assert roster.get(member(anna.id), acme.id, bert.id).permissions == {AUDIT}
        for by, error in ((bert, Forbidden), (somebody(acme.app), NotFound)):
            with pytest.raises(error):
                roster.page(member(by.id), acme.id)
            with pytest.raises(error):
                roster.get(member(by.id), acme.id, anna.id)
        with pytest.raises(NotFound):
            roster.get(member(anna.id), acme.id, "nobody")


def test_what_can_not_be_undone_asks_for_the_name() -> None:
    require_typed_name(" Acme  Ltd ", "Acme Ltd")
    for wrong in ("", "acme ltd", "Acme"):
        with pytest.raises(Refused, match="Acme Ltd"):
            require_typed_name(wrong, "Acme Ltd")
