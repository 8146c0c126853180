"""The contract of the store of grants, on both databases: one act, one statement, one winner."""

from dataclasses import replace

import pytest
from flask import Flask

from authserver.accounts import directory
from authserver.audit.log import SYSTEM
from authserver.base.handles import digest, new_id
from authserver.clients import application_registration
from authserver.oidc.store import grants
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.shelf import (
    DAY,
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
from tests.support.application import statements


@pytest.fixture
def account(app: Flask) -> str:
    new_application(app)
    new_application(app, "analytics")
    return new_account(app)


def test_a_grant_comes_back_as_it_was_written(app: Flask, account: str) -> None:
    claims = {"userinfo": {"email": {"essential": True}, "naïve": {"value": 'a"b\\c'}}, "id_token": {}}
    nonce = "\N{SNOWMAN} 'quoted' %25"
    grant = kept(app, new_grant(account, claims=claims, nonce=nonce, offline=True), "code")
    with UnitOfWork(app):
        assert grants.find(grant.id) == grant
        assert grants.of_code(digest("code"), "toolbox") == grant


def test_a_code_is_nobody_elses_than_its_clients(app: Flask, account: str) -> None:
    grant = kept(app, new_grant(account), "code")
    with UnitOfWork(app):
        assert grants.of_code(digest("code"), "analytics") is None
        assert grants.claim_code(digest("code"), "analytics", redemption()) is None
        assert grants.of_code(digest("another"), "toolbox") is None
        assert grants.claim_code(digest("another"), "toolbox", redemption()) is None
    assert as_it_is(app, grant) == grant


def test_a_claimed_code_turns_into_a_family_where_the_grant_is_renewable(app: Flask, account: str) -> None:
    family = redeemed(app, new_grant(account))
    assert (family.redeemed_at, family.refresh_digest) == (NOW, digest("first"))
    assert (family.idle_until, family.expires_at) == (NOW + DAY, NOW + 2 * DAY)
    assert family.generation == 0
    assert family.renews_at(NOW + 1)
    assert as_it_is(app, family) == family


def test_a_claimed_code_without_a_refresh_token_lives_as_long_as_its_access_tokens(
    app: Flask, account: str
) -> None:
    plain = redeemed(app, new_grant(account, renewable=False))
    assert plain.refresh_digest is None
    assert plain.expires_at == NOW + 3600
    assert not plain.renews_at(NOW + 1)


def test_a_code_is_claimed_once_and_known_afterwards(app: Flask, account: str) -> None:
    grant = redeemed(app, new_grant(account))
    with UnitOfWork(app):
        assert grants.claim_code(digest(grant.id), "toolbox", redemption("second")) is None
        assert grants.of_code(digest(grant.id), "toolbox") == grant


@pytest.mark.parametrize("at", [NOW + 59, NOW + 60, NOW + 61])
def test_a_code_works_until_the_second_in_which_it_expires(app: Flask, account: str, at: int) -> None:
    grant = kept(app, new_grant(account))
    with UnitOfWork(app):
        claimed = grants.claim_code(digest(grant.id), "toolbox", redemption(at=at))
    assert (claimed is not None) is (at < NOW + 60)


def test_a_revoked_code_is_not_claimed(app: Flask, account: str) -> None:
    grant = kept(app, new_grant(account))
    with UnitOfWork(app):
        assert grants.revoke(grant.id, NOW)
        assert grants.claim_code(digest(grant.id), "toolbox", redemption()) is None


def test_a_rotation_puts_the_successor_in_the_place_of_the_present_token(app: Flask, account: str) -> None:
    grant = redeemed(app, new_grant(account))
    with UnitOfWork(app):
        rotated = grants.rotate(grant.id, "toolbox", rotation("first", "second"))
    assert rotated == replace(
        grant,
        refresh_digest=digest("second"),
        previous_digest=digest("first"),
        rotated_at=NOW + 10,
        idle_until=NOW + 10 + DAY,
        generation=1,
    )
    assert as_it_is(app, grant) == rotated


def test_nothing_rotates_but_the_present_token_of_a_live_family_for_its_client(
    app: Flask, account: str
) -> None:
    grant = redeemed(app, new_grant(account))
    with UnitOfWork(app):
        assert grants.rotate(grant.id, "toolbox", rotation("other", "second")) is None
        assert grants.rotate(grant.id, "analytics", rotation("first", "second")) is None
        assert grants.rotate(new_id(), "toolbox", rotation("first", "second")) is None
        assert grants.rotate(grant.id, "toolbox", rotation("first", "second", NOW + DAY)) is None
    assert as_it_is(app, grant) == grant
    with UnitOfWork(app):
        assert grants.rotate(grant.id, "toolbox", rotation("first", "second", NOW + DAY - 1))
        # The end of all is not moved by being used.
        assert grants.rotate(grant.id, "toolbox", rotation("second", "third", NOW + 2 * DAY - 2))
        assert grants.rotate(grant.id, "toolbox", rotation("third", "fourth", NOW + 2 * DAY)) is None
        assert grants.rotate(grant.id, "toolbox", rotation("second", "fifth", NOW + DAY)) is None
        grants.revoke(grant.id, NOW)
        assert grants.rotate(grant.id, "toolbox", rotation("third", "fourth")) is None


def test_a_code_that_was_not_redeemed_has_no_token_to_rotate(app: Flask, account: str) -> None:
    grant = kept(app, new_grant(account))
    with UnitOfWork(app):
        assert grants.rotate(grant.id, "toolbox", rotation("", "second")) is None


def test_a_grant_is_revoked_once(app: Flask, account: str) -> None:
    grant = redeemed(app, new_grant(account))
    with UnitOfWork(app):
        assert grants.revoke(grant.id, NOW + 1)
        assert not grants.revoke(grant.id, NOW + 2)
        assert not grants.revoke(new_id(), NOW)
    assert as_it_is(app, grant) == replace(grant, revoked_at=NOW + 1)


def test_a_persons_grants_are_revoked_all_together_or_those_to_one_application(
    app: Flask, account: str
) -> None:
    mine = [redeemed(app, new_grant(account, client)) for client in ("toolbox", "toolbox", "analytics")]
    others = redeemed(app, new_grant(new_account(app)))
    with UnitOfWork(app):
        assert grants.revoke_of_account(account, NOW, "toolbox") == 2
        assert grants.revoke_of_account(account, NOW, "toolbox") == 0
        assert grants.revoke_of_account(account, NOW) == 1
    assert all(each and each.revoked_at == NOW for each in (as_it_is(app, grant) for grant in mine))
    assert as_it_is(app, others) == others


def test_an_applications_grants_are_revoked_whoever_gave_them(app: Flask, account: str) -> None:
    ours = [redeemed(app, new_grant(each)) for each in (account, new_account(app))]
    other = redeemed(app, new_grant(account, "analytics"))
    with UnitOfWork(app):
        assert grants.revoke_of_client("toolbox", NOW) == len(ours)
    assert as_it_is(app, other) == other


def test_with_sessions_goes_what_lives_with_them_and_nothing_offline(app: Flask, account: str) -> None:
    one, two = new_id(), new_id()
    online = [redeemed(app, new_grant(account, session_id=session)) for session in (one, one, two)]
    waiting = kept(app, new_grant(account, session_id=two))
    offline = redeemed(app, new_grant(account, session_id=one, offline=True))
    elsewhere = redeemed(app, new_grant(account))
    with UnitOfWork(app):
        assert grants.revoke_of_sessions([], NOW) == 0
        assert grants.revoke_of_sessions([one, two, new_id()], NOW) == len([*online, waiting])
    assert as_it_is(app, offline) == offline
    assert as_it_is(app, elsewhere) == elsewhere


def test_only_what_still_works_counts_as_held_by_an_application_since_its_first(
    app: Flask, account: str
) -> None:
    redeemed(app, new_grant(account, created_at=NOW - 50))
    redeemed(app, new_grant(account, created_at=NOW - 70))
    kept(app, new_grant(account, "analytics"))
    revoked = redeemed(app, new_grant(account, "analytics"))
    redeemed(app, new_grant(account, "analytics", renewable=False), at=NOW - 3600)
    with UnitOfWork(app):
        grants.revoke(revoked.id, NOW)
        assert grants.clients_of(account, NOW) == {"toolbox": NOW - 70}
        assert grants.clients_of(new_id(), NOW) == {}


def test_what_is_of_no_use_any_more_is_deleted_a_few_at_a_time(app: Flask, account: str) -> None:
    unused = [kept(app, new_grant(account)) for _ in range(3)]
    family = redeemed(app, new_grant(account))
    with UnitOfWork(app):
        assert grants.delete_expired(NOW + 60, 10) == 0
        # A code that expired is known a while longer: its replay is to be noticed whatever the clocks say.
        over = NOW + 60 + grants.LEEWAY
        assert grants.delete_expired(over, 2) == 2
        assert grants.delete_expired(over, 2) == 1
        assert grants.delete_expired(over, 2) == 0
    assert [as_it_is(app, grant) for grant in unused] == [None] * 3
    assert as_it_is(app, family) == family
    with UnitOfWork(app):
        # The last access token of the family outlives it: who ends the session finds it, and APIs are told.
        assert grants.delete_expired(NOW + 2 * DAY + grants.LEEWAY, 10) == 0
        assert grants.delete_expired(NOW + 2 * DAY + grants.KEPT, 10) == 1


def test_a_revoked_family_is_kept_so_that_its_tokens_stay_dead(app: Flask, account: str) -> None:
    family = redeemed(app, new_grant(account))
    with UnitOfWork(app):
        grants.revoke(family.id, NOW)
        assert grants.delete_expired(NOW + DAY, 10) == 0


def test_grants_go_with_their_account_and_with_their_application(app: Flask, account: str) -> None:
    mine = redeemed(app, new_grant(account))
    others = redeemed(app, new_grant(new_account(app), "analytics"))
    with UnitOfWork(app):
        directory.close(directory.get(account), SYSTEM)
        application_registration.delete("analytics", SYSTEM)
    assert as_it_is(app, mine) is None
    assert as_it_is(app, others) is None


def test_each_act_is_one_statement(app: Flask, account: str) -> None:
    grant = kept(app, new_grant(account))
    acts = (
        lambda: grants.claim_code(digest(grant.id), "toolbox", redemption()),
        lambda: grants.of_code(digest(grant.id), "toolbox"),
        lambda: grants.find(grant.id),
        lambda: grants.rotate(grant.id, "toolbox", rotation("first", "second")),
        lambda: grants.revoke(grant.id, NOW),
        lambda: grants.revoke_of_account(account, NOW),
        lambda: grants.revoke_of_client("toolbox", NOW),
        lambda: grants.revoke_of_sessions([grant.session_id], NOW),
        lambda: grants.delete_expired(NOW, 10),
    )
    for act in acts:
        with UnitOfWork(app), statements(app) as sent:
            act()
        assert len([each for each in sent if each != "BEGIN IMMEDIATE"]) == 1, sent
