"""Of many at once exactly one: the single-use acts of the store, by 32 threads at two instances."""

import pytest
from flask import Flask

from authserver.base.handles import digest
from authserver.oidc.messages.grant import Grant
from authserver.oidc.store import grants
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.shelf import (
    NOW,
    as_it_is,
    kept,
    new_account,
    new_application,
    new_grant,
    redeemed,
    redemption,
    rotation,
)
from tests.support.application import race

THREADS = 32
Twins = tuple[Flask, Flask]


@pytest.fixture
def account(twins: Twins) -> str:
    new_application(twins[0])
    return new_account(twins[0])


def test_one_of_many_claims_a_code(twins: Twins, account: str) -> None:
    grant = kept(twins[0], new_grant(account))

    def claim(number: int) -> Grant | None:
        with UnitOfWork(twins[number % 2]):
            return grants.claim_code(digest(grant.id), "toolbox", redemption(f"first {number}"))

    claimed = [each for each in race(THREADS, claim) if each]
    assert len(claimed) == 1
    assert as_it_is(twins[0], grant) == claimed[0]


def test_one_of_many_rotates_a_token(twins: Twins, account: str) -> None:
    grant = redeemed(twins[0], new_grant(account))

    def rotate(number: int) -> Grant | None:
        with UnitOfWork(twins[number % 2]):
            return grants.rotate(grant.id, "toolbox", rotation("first", f"second {number}"))

    rotated = [each for each in race(THREADS, rotate) if each]
    assert len(rotated) == 1
    assert as_it_is(twins[0], grant) == rotated[0]


def test_one_of_many_revokes_a_grant(twins: Twins, account: str) -> None:
    grant = redeemed(twins[0], new_grant(account))

    def revoke(number: int) -> bool:
        with UnitOfWork(twins[number % 2]):
            return grants.revoke(grant.id, NOW + number)

    assert sorted(map(bool, race(THREADS, revoke))) == [False] * (THREADS - 1) + [True]


def test_nobody_who_revokes_the_same_grants_by_another_name_waits_in_a_circle(
    twins: Twins, account: str
) -> None:
    session = new_grant(account).session_id
    for _ in range(20):
        redeemed(twins[0], new_grant(account, session_id=session))

    def revoke(number: int) -> int:
        with UnitOfWork(twins[number % 2]):
            if number % 3 == 0:
                return grants.revoke_of_account(account, NOW)
            if number % 3 == 1:
                return grants.revoke_of_client("toolbox", NOW)
            return grants.revoke_of_sessions([session], NOW)

    revoked = race(THREADS, revoke)
    assert not [each for each in revoked if isinstance(each, BaseException)]
    assert sum(each for each in revoked if isinstance(each, int)) == 20


def test_a_rotation_beside_a_revocation_leaves_nothing_alive(twins: Twins, account: str) -> None:
    for _ in range(5):
        grant = redeemed(twins[0], new_grant(account))

        def act(number: int, grant: Grant = grant) -> None:
            with UnitOfWork(twins[number % 2]):
                if number == 0:
                    grants.revoke_of_account(account, NOW)
                else:
                    grants.rotate(grant.id, "toolbox", rotation("first", "second"))

        assert race(4, act) == [None] * 4
        now = as_it_is(twins[0], grant)
        assert now
        assert now.revoked_at == NOW
