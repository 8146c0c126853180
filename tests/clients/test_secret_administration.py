"""Secrets of an organization's clients: added, listed, revoked, and letters before they expire."""

import pytest
from flask import Flask

from authserver import jobs
from authserver.accounts import directory as people
from authserver.audit.log import SYSTEM
from authserver.base.clock import now
from authserver.base.errors import Forbidden, NotFound, Refused
from authserver.clients import expiry_notices, registration, secret_administration
from authserver.clients.last_used import Use
from authserver.clients.secret_administration import StillUsed
from authserver.clients.secret_issuing import MOST_SECRETS
from authserver.clients.store import secrets as store
from authserver.organizations import directory
from authserver.organizations.authority import OPERATOR, api_client, member
from authserver.organizations.permissions import API_CLIENTS, MEMBERS
from authserver.provider.logout_delivery import LogoutDelivery
from authserver.provider.wiring import rotation
from authserver.web.unit_of_work import UnitOfWork
from tests.clients.conftest import acts
from tests.clients.owning import Place, place
from tests.support.application import race, trail
from tests.support.people import Post, later

DAY = 86_400


@pytest.fixture
def here(app: Flask) -> Place:
    return place(app)


@pytest.fixture
def post(app: Flask) -> Post:
    return Post(app)


def use(app: Flask, secret_id: str, ago: int) -> None:
    with UnitOfWork(app):
        store.mark_used(store.OF_CLIENTS, {secret_id: Use(now() - ago, "192.0.2.9")})


def notices(app: Flask, limit: int = 50) -> int:
    with UnitOfWork(app):
        return expiry_notices.send(now(), limit)


def test_the_list_says_who_made_a_secret_and_when_and_where_it_was_used(here: Place) -> None:
    anna, boss = here.acme.put("member", API_CLIENTS), here.acme.put("administrator")
    client, first = here.create(boss)
    second = here.add(anna, client, " next ", 90 * DAY)
    third = here.add(api_client(here.create(boss, API_CLIENTS, name="Robot")[0].id), client, "third")
    for secret in (first, second, third):
        assert here.opens(client, secret)
    made = here.secrets(anna, client)
    use(here.app, made[0].secret.id, 60)
    listed = here.secrets(anna, client)
    assert [(each.secret.label, each.creator, each.expired) for each in listed] == [
        ("first", boss.email, False),
        ("next", anna.email, False),
        ("third", "", False),
    ]
    assert listed[0].secret.last_used_from == "192.0.2.9"
    assert now() - 100 < (listed[0].secret.last_used_at or 0) <= now()
    assert listed[1].secret.last_used_at is None
    assert (listed[1].secret.expires_at or 0) - now() == pytest.approx(90 * DAY, abs=5)
    assert first not in repr(listed)
    with later(91 * DAY):
        assert [each.expired for each in here.secrets(anna, client)] == [False, True, False]
        assert not here.opens(client, second)


def test_a_use_by_an_address_that_is_no_address_does_no_harm(here: Place) -> None:
    boss = here.acme.put("administrator")
    client, _secret = here.create(boss)
    (listed,) = here.secrets(boss, client)
    with UnitOfWork(here.app):
        store.mark_used(store.OF_CLIENTS, {listed.secret.id: Use(100, "x" * 1000)})
    assert here.secrets(boss, client)[0].secret.last_used_from == "x" * 45


def test_without_the_permission_secrets_are_neither_seen_nor_made_nor_revoked(here: Place) -> None:
    boss, anna = here.acme.put("administrator"), here.acme.put("member", MEMBERS)
    client, secret = here.create(boss)
    (listed,) = here.secrets(boss, client)
    with pytest.raises(Forbidden):
        here.secrets(anna, client)
    with pytest.raises(Forbidden):
        here.add(anna, client)
    with pytest.raises(Forbidden):
        here.revoke(anna, client, listed.secret.id)
    assert here.opens(client, secret)


def test_a_secret_that_was_used_of_late_is_revoked_by_whoever_is_sure(here: Place) -> None:
    boss = here.acme.put("administrator")
    client, secret = here.create(boss)
    other, _theirs = here.create(boss)
    (listed,) = here.secrets(boss, client)
    use(here.app, listed.secret.id, DAY - 60)
    with pytest.raises(StillUsed) as refused:
        here.revoke(boss, client, listed.secret.id)
    assert refused.value.secret.last_used_from == "192.0.2.9"
    assert here.opens(client, secret)
    for wrong in ("nothing", here.secrets(boss, other)[0].secret.id):
        with pytest.raises(NotFound):
            here.revoke(boss, client, wrong, sure=True)
    here.revoke(boss, client, listed.secret.id, sure=True)
    assert not here.opens(client, secret)
    assert acts(here.app)[-1] == "secret.revoked"
    (event,) = [event for event in trail(here.app) if event.action == "secret.revoked"]
    assert event.organization_id == here.acme.id


def test_what_was_not_used_for_a_day_or_is_over_goes_without_a_question(here: Place) -> None:
    boss = here.acme.put("administrator")
    client, _secret = here.create(boss)
    here.add(boss, client, "short", 60)
    first, short = here.secrets(boss, client)
    use(here.app, first.secret.id, DAY + 60)
    here.revoke(boss, client, first.secret.id)
    use(here.app, short.secret.id, 0)
    with later(120):
        here.revoke(boss, client, short.secret.id)
    assert here.secrets(boss, client) == []


def test_of_many_secrets_at_once_no_more_are_made_than_may_be(here: Place) -> None:
    boss = here.acme.put("administrator")
    client, _secret = here.create(boss)
    done = race(16, lambda number: here.add(boss, client, f"secret {number}"))
    assert sum(isinstance(each, str) for each in done) == MOST_SECRETS - 1
    assert all(isinstance(each, str | Refused) for each in done)
    assert len(here.secrets(boss, client)) == MOST_SECRETS


def test_a_letter_goes_out_two_weeks_and_three_days_before_a_secret_expires(here: Place, post: Post) -> None:
    boss, anna = here.acme.put("administrator"), here.acme.put("member", API_CLIENTS)
    bert = here.acme.put("member", MEMBERS)
    client, _secret = here.create(boss, name="Nightly reports")
    here.add(anna, client, "next", 90 * DAY)
    for days, letters in ((0, 0), (70, 0), (77, 1), (78, 1), (80, 1), (88, 2), (89, 2), (91, 2)):
        with later(days * DAY):
            notices(here.app)
            post.deliver()
            assert len(post.to(boss.email)) == len(post.to(anna.email)) == letters, days
    assert post.to(bert.email) == []
    letter = post.newest(boss.email)
    assert letter.subject == "A secret of Nightly reports at Identity server expires in 2 days"
    assert '"next" of the API client Nightly reports in Acme' in letter.text
    assert "never used" in letter.text
    assert "/organizations/acme/api-clients" in letter.text


def test_the_job_tells_about_all_that_are_due(
    here: Place, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "NOTICES", 2)
    boss = here.acme.put("administrator")
    for _ in range(5):
        here.create(boss, secret_expires_at=now() + 30 * DAY)
    settings, provider = here.app.extensions["settings"], here.app.extensions["provider"]
    logouts = LogoutDelivery(here.app, settings.issuer, provider.keys, provider.fetcher, now)
    with later(20 * DAY):
        jobs.Jobs(here.app, settings, provider.last_used, rotation(settings), logouts).tell_of_expiry()
        assert len(post.to(boss.email)) == 5


def test_a_letter_that_is_late_is_one(here: Place, post: Post) -> None:
    boss = here.acme.put("administrator")
    client, _secret = here.create(boss, secret_expires_at=now() + 90 * DAY)
    use(here.app, here.secrets(boss, client)[0].secret.id, 0)
    with later(89 * DAY):
        assert notices(here.app) == 1
        assert notices(here.app) == 0
        assert len(post.to(boss.email)) == 1
        assert "It was last used at" in post.newest(boss.email).text
        assert "expires in 1 day" in post.newest(boss.email).subject


def test_a_secret_made_for_a_short_time_needs_no_letter(here: Place, post: Post) -> None:
    boss = here.acme.put("administrator")
    client, _secret = here.create(boss, secret_expires_at=now() + 10 * DAY)
    here.add(boss, client, "short", DAY)
    here.add(boss, client, "for ever")
    for days, count in ((0, 0), (6, 0), (8, 1)):
        with later(days * DAY):
            notices(here.app)
            assert len(post.to(boss.email)) == count


def test_nobody_is_written_to_about_what_is_gone_or_out_of_use(here: Place, post: Post) -> None:
    boss, anna = here.acme.put("administrator"), here.acme.put("administrator")
    clients = [here.create(boss, secret_expires_at=now() + 30 * DAY)[0] for _ in range(4)]
    with UnitOfWork(here.app):
        registration.set_disabled(clients[0].id, disabled=True, origin=SYSTEM)
    with later(29 * DAY):
        assert notices(here.app) == 4
        (secret,) = here.secrets(boss, clients[1])
        here.revoke(boss, clients[1], secret.secret.id)
        with UnitOfWork(here.app):
            registration.delete(clients[2].id, SYSTEM)
            people.set_disabled(anna, SYSTEM, disabled=True)
        assert len(post.to(boss.email)) == 1
        assert post.to(anna.email) == []
    with UnitOfWork(here.app):
        directory.set_disabled(here.acme.id, disabled=True, origin=SYSTEM)
        secret_administration.add(OPERATOR, here.acme.id, clients[3].id, "x", now() + 30 * DAY, SYSTEM)
    with later(29 * DAY):
        notices(here.app)
        assert len(post.to(boss.email)) == 1


def test_many_instances_tell_once(here: Place, post: Post) -> None:
    boss = here.acme.put("administrator")
    for _ in range(8):
        here.create(boss, secret_expires_at=now() + 30 * DAY)
    with later(29 * DAY):
        told = race(16, lambda _number: notices(here.app, 3))
        assert sum(each for each in told if isinstance(each, int)) <= 8, told
        assert not [each for each in told if not isinstance(each, int)], told
        while notices(here.app, 3):
            pass
        assert len(post.to(boss.email)) == 8


def test_whoever_may_not_manage_clients_any_more_gets_no_letter(here: Place, post: Post) -> None:
    boss, anna = here.acme.put("administrator"), here.acme.put("member", API_CLIENTS)
    here.create(boss, secret_expires_at=now() + 30 * DAY)
    with later(29 * DAY):
        notices(here.app)
        here.limit(MEMBERS)
        assert post.to(boss.email) == post.to(anna.email) == []
    with UnitOfWork(here.app):
        assert member(boss.id).rights(directory.get(here.acme.id))
