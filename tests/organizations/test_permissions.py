"""The rules of holding and granting, without a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.base.errors import Refused
from authserver.organizations.permissions import (
    AUDIT,
    MEMBERS,
    OWN,
    Rights,
    checked_description,
    checked_permission,
    checked_role,
    held,
    may_grant,
    may_touch,
    still_given,
)

CATALOGUE = frozenset({permission.name for permission in OWN} | {"billing:read", "billing:manage"})
ADMINISTRATOR = Rights("administrator")
permissions = st.frozensets(st.sampled_from([*sorted(CATALOGUE), "gone:away"]))
rights = st.builds(Rights, st.sampled_from(["administrator", "member"]), permissions)
limits = st.none() | permissions


def member(*names: str) -> Rights:
    return Rights("member", frozenset(names))


def test_an_administrator_holds_the_catalogue_and_what_is_registered_later() -> None:
    assert held(ADMINISTRATOR, CATALOGUE, None).permissions == CATALOGUE
    assert held(ADMINISTRATOR, CATALOGUE | {"new:thing"}, None).permissions == CATALOGUE | {"new:thing"}


def test_nobody_holds_what_the_operator_does_not_allow() -> None:
    assert held(ADMINISTRATOR, CATALOGUE, {AUDIT, "gone:away"}).permissions == {AUDIT}
    assert held(member(AUDIT, MEMBERS), CATALOGUE, {AUDIT}).permissions == {AUDIT}
    assert held(ADMINISTRATOR, CATALOGUE, ()).permissions == frozenset()


def test_a_member_holds_what_was_granted_and_is_still_in_the_catalogue() -> None:
    assert held(member(AUDIT, "gone:away"), CATALOGUE, None) == member(AUDIT)
    assert held(member(), CATALOGUE, None) == member()


@given(rights, limits)
def test_what_is_held_is_never_more_than_the_catalogue_and_the_limit(who: Rights, limit: object) -> None:
    found = held(who, CATALOGUE, limit)  # type: ignore[arg-type] # a set or None
    assert found.permissions <= CATALOGUE
    assert limit is None or found.permissions <= limit  # type: ignore[operator] # a set here
    assert found.role == who.role


@given(rights, rights, rights)
def test_granting_is_never_upwards_however_long_the_chain(
    first: Rights, second: Rights, third: Rights
) -> None:
    first, second, third = (held(each, CATALOGUE, None) for each in (first, second, third))
    if may_grant(first, second) and may_grant(second, third):
        assert may_grant(first, third)
    if may_grant(first, second):
        assert second.permissions <= first.permissions
        assert first.administrator or not second.administrator


def test_only_an_administrator_makes_and_touches_administrators() -> None:
    everything = Rights("member", CATALOGUE)
    assert not may_grant(everything, ADMINISTRATOR)
    assert not may_touch(everything, ADMINISTRATOR)
    assert may_touch(everything, member(AUDIT))
    assert may_grant(held(ADMINISTRATOR, CATALOGUE, None), ADMINISTRATOR)
    assert may_touch(ADMINISTRATOR, ADMINISTRATOR)


@given(rights, rights)
def test_an_invitation_gives_no_more_than_its_inviter_holds(wanted: Rights, giver: Rights) -> None:
    left = still_given(wanted, giver)
    if left is None:
        assert MEMBERS not in giver.permissions or (wanted.administrator and not giver.administrator)
    else:
        assert may_grant(giver, left)
        assert left.permissions <= wanted.permissions
        assert left.role == wanted.role


def test_an_invitation_of_somebody_who_is_gone_gives_nothing() -> None:
    assert still_given(member(), None) is None
    assert still_given(member(), None, bound=False) is None


def test_an_operator_invites_where_members_may_not_and_gives_what_is_allowed_there() -> None:
    giver = Rights("administrator", frozenset({AUDIT}))
    assert still_given(member(AUDIT, MEMBERS), giver) is None
    assert still_given(member(AUDIT, MEMBERS), giver, bound=False) == member(AUDIT)


@pytest.mark.parametrize("name", ["billing:read", "trade_platforms:manage", "a:b", "x2:y_3", "m" * 49 + ":v"])
def test_a_permission_is_an_area_and_a_verb(name: str) -> None:
    assert checked_permission(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "billing",
        ":",
        "billing:",
        ":read",
        "Billing:read",
        "billing:read:more",
        "billing read",
        "billing:read\n",
        "2x:y",
        "_a:b",
        "ä:b",
        "m" * 50 + ":v",
        "*:*",
    ],
)
def test_what_is_no_area_and_verb_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        checked_permission(name)


@pytest.mark.parametrize("name", ["members:manage", "members:read", "audit:write", "organization:x"])
def test_the_areas_of_the_server_itself_belong_to_no_resource(name: str) -> None:
    with pytest.raises(Refused, match="this server itself"):
        checked_permission(name)


def test_a_description_is_one_line_for_people() -> None:
    assert checked_description("  See \n invoices ") == "See invoices"
    for text in ("", " ", "x" * 201, "nul\x00", "turn\u202ed"):
        with pytest.raises(Refused):
            checked_description(text)


def test_there_are_two_roles() -> None:
    assert (checked_role("administrator"), checked_role("member")) == ("administrator", "member")
    for role in ("", "Administrator", "operator", "owner"):
        with pytest.raises(Refused):
            checked_role(role)
