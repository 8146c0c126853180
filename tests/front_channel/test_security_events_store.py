"""The contract of the store of security events: in one order for all readers, and none is ever missed."""

import threading

import pytest
from flask import Flask

from authserver.audit.log import SYSTEM
from authserver.base.clock import now
from authserver.clients import resource_registration
from authserver.clients.last_used import LastUsed
from authserver.jobs import Jobs
from authserver.oidc.messages.security_event import (
    KEPT,
    SETTLING,
    rights_ended,
    session_ended,
    token_ended,
)
from authserver.oidc.store import audiences, security_events
from authserver.provider.logout_delivery import LogoutDelivery
from authserver.web.unit_of_work import UnitOfWork
from tests.front_channel.feed import Api, api
from tests.front_channel.shelf import NOW, new_account, new_application
from tests.support.application import race, statements
from tests.support.people import later


def tell(app: Flask, jti: str, *names: str) -> None:
    with UnitOfWork(app):
        security_events.write(token_ended(jti, NOW), names or ("printing",))


def seen(app: Flask, after: int = 0, limit: int = 1000, name: str = "printing") -> list[tuple[int, str]]:
    with UnitOfWork(app):
        page = security_events.page(name, after, limit)
    # Whoever was told a place is behind it, at whichever instance it asks.
    assert page.head >= after
    assert all(each.position <= page.head for each in page.events)
    return [(each.position, each.event.match["jti"]) for each in page.events]


def test_an_event_comes_back_as_it_was_written(app: Flask) -> None:
    printing = api(app, "printing")
    events = [session_ended("S", NOW), rights_ended(NOW, {"b", "a"}, sub="P"), rights_ended(NOW, (), sub="P")]
    with UnitOfWork(app):
        for event in events:
            security_events.write(event, ("printing",))
        security_events.publish(lambda: NOW + 7)
    told = printing.told()
    assert [each.event for each in told] == events
    assert {(each.published_at, each.issued_until) for each in told} == {(NOW + 7, NOW + 7 + SETTLING)}


def test_each_resource_sees_its_own_from_behind_a_place(app: Flask) -> None:
    for name in ("printing", "scanning"):
        api(app, name)
    tell(app, "both", "printing", "scanning")
    tell(app, "first")
    tell(app, "nobody's", *())
    with UnitOfWork(app):
        security_events.write(token_ended("told to none", NOW), ())
    told = seen(app)
    assert [jti for _, jti in told] == ["both", "first", "nobody's"]
    assert seen(app, after=told[0][0]) == told[1:]
    assert seen(app, limit=2) == told[:2]
    assert [jti for _, jti in seen(app, name="scanning")] == ["both"]


def test_who_asks_again_sees_what_came_since_and_the_rest_at_its_place(app: Flask) -> None:
    api(app, "printing")
    tell(app, "one")
    (one,) = seen(app)
    tell(app, "two")
    (two,) = seen(app, after=one[0])
    assert two[0] > one[0]
    assert seen(app) == [one, two]


def test_what_commits_late_comes_after_what_was_seen_before_it(twins: tuple[Flask, Flask]) -> None:
    """PostgreSQL alone lets two write at once; on SQLite they take turns."""
    one, other = twins
    api(one, "printing")
    written, finish = threading.Event(), threading.Event()

    def slow() -> None:
        with UnitOfWork(one):
            security_events.write(token_ended("late", NOW), ("printing",))
            written.set()
            finish.wait(20)

    thread = threading.Thread(target=slow)
    if one.extensions["settings"].database_url.startswith("sqlite"):
        tell(other, "early")
        before = seen(other)
        finish.set()
        thread.start()
    else:
        thread.start()
        assert written.wait(20)
        tell(other, "early")
        before = seen(other)
        finish.set()
    thread.join()
    assert [jti for _, jti in before] == ["early"]
    assert [jti for _, jti in seen(other, after=before[0][0])] == ["late"]


def test_of_many_who_write_and_read_at_once_each_reader_sees_all_and_each_once(
    twins: tuple[Flask, Flask],
) -> None:
    api(twins[0], "printing")
    writers, each_writes = 6, 5

    def act(number: int) -> list[tuple[int, str]]:
        app = twins[number % 2]
        if number < writers:
            for turn in range(each_writes):
                tell(app, f"{number}.{turn}")
            return []
        followed: list[tuple[int, str]] = []
        for turn in range(400):
            app = twins[turn % 2]
            followed += seen(app, after=followed[-1][0] if followed else 0, limit=4)
            if len(followed) == writers * each_writes:
                break
        return followed

    outcomes = race(writers + 4, act)
    followers = outcomes[writers:]
    whole = seen(twins[0])
    assert len({position for position, _ in whole}) == len({jti for _, jti in whole}) == writers * each_writes
    for followed in followers:
        assert not isinstance(followed, BaseException), followed
        # Whoever stopped early missed nothing on the way.
        assert followed == whole[: len(followed)]
    assert any(followed == whole for followed in followers)


def test_a_reader_without_news_costs_one_query_and_no_write(app: Flask) -> None:
    api(app, "printing")
    tell(app, "one")
    ((position, _),) = seen(app)
    with statements(app) as sent:
        assert seen(app, after=position) == []
    assert len(sent) == 1, sent
    assert sent[0].startswith("SELECT")


def test_the_feed_says_how_far_it_goes_also_to_who_is_told_nothing(app: Flask) -> None:
    for name in ("printing", "scanning"):
        api(app, name)
    with UnitOfWork(app):
        assert security_events.page("printing", 0, 10) == (0, [], False)
    tell(app, "one", "scanning")
    ((position, _),) = seen(app, name="scanning")
    with UnitOfWork(app):
        assert security_events.page("printing", 0, 10) == (position, [], False)
        assert security_events.page("printing", position + 5, 10) == (position, [], False)


def test_who_asks_hears_at_once_what_comes_behind_many_events_of_others(app: Flask) -> None:
    """A tenant with thousands of clients is deleted, and somebody signs out of another API."""
    for name in ("printing", "scanning"):
        api(app, name)
    with UnitOfWork(app):
        security_events.write_all((token_ended(str(number), NOW), ("scanning",)) for number in range(3500))
    tell(app, "ours")
    assert [jti for _, jti in seen(app)] == ["ours"]


def test_who_asks_is_told_to_ask_on_while_events_have_no_place(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security_events, "BATCH", 10)
    monkeypatch.setattr(security_events, "BATCHES", 2)
    for name in ("printing", "scanning"):
        api(app, name)
    tell(app, "first")
    for name, number in (("scanning", 34), ("printing", 1)):
        with UnitOfWork(app):
            security_events.write_all((token_ended("x", NOW), (name,)) for _ in range(number))
    pages = []
    for after in (0, 20):
        with UnitOfWork(app):
            pages.append(security_events.page("printing", after, 10))
    assert [(each.head, len(each.events), each.waiting) for each in pages] == [(20, 1, True), (36, 1, False)]


def test_places_are_given_also_while_nobody_reads(app: Flask) -> None:
    api(app, "printing")
    for jti in ("one", "two"):
        tell(app, jti)
    with UnitOfWork(app):
        assert security_events.publish(lambda: NOW) == 2
        assert security_events.publish(lambda: NOW + 50) == 0
    with statements(app) as sent, UnitOfWork(app):
        security_events.publish()
    assert len(sent) == 1, sent


def test_of_two_who_give_places_at_once_one_finds_nothing_left(twins: tuple[Flask, Flask]) -> None:
    api(twins[0], "printing")
    for number in range(20):
        tell(twins[0], str(number))

    def act(number: int) -> int:
        with UnitOfWork(twins[number % 2]):
            return security_events.publish()

    given = race(16, act)
    assert sorted(given, key=str) == sorted([20, *[0] * 15], key=str)


def test_old_events_are_deleted_a_few_at_a_time_and_places_never_come_back(app: Flask) -> None:
    printing = api(app, "printing")
    for number in range(3):
        tell(app, str(number))
    with UnitOfWork(app):
        security_events.publish(lambda: NOW)
    last = seen(app)[-1][0]
    with UnitOfWork(app):
        assert security_events.delete_old(NOW, 10) == 0
        assert security_events.delete_old(NOW + 1, 2) == 2
        assert security_events.delete_old(NOW + 1, 2) == 1
    assert printing.told() == []
    tell(app, "new")
    assert seen(app)[0][0] > last


def test_the_job_gives_places_and_deletes_what_every_token_has_outlived(app: Flask) -> None:
    printing, provider = api(app, "printing"), app.extensions["provider"]
    settings = app.extensions["settings"]
    logouts = LogoutDelivery(app, settings.issuer, provider.keys, provider.fetcher, now)
    jobs = Jobs(app, settings, LastUsed(), provider.rotation, logouts)
    tell(app, "one")
    jobs.publish_events()
    ((place, _),) = seen(app)
    with statements(app) as sent:
        jobs.publish_events()
    assert len(sent) == 1, sent
    with later(KEPT - 5):
        jobs.delete_expired()
        assert seen(app) == [(place, "one")]
    with later(KEPT + 5):
        jobs.delete_expired()
        assert printing.told() == []


def test_events_go_with_the_resource(app: Flask) -> None:
    api(app, "printing")
    tell(app, "one")
    with UnitOfWork(app):
        resource_registration.delete("printing", SYSTEM)
    api(app, "printing")
    assert Api(app, "printing").told() == []


def test_nobody_is_within_reach_of_what_nobody_granted(app: Flask) -> None:
    account, client = new_account(app), new_application(app)
    with UnitOfWork(app):
        assert audiences.of_account(account) == audiences.of_account(account, client) == frozenset()
        assert audiences.of_application(client) == audiences.of_member(account) == frozenset()
        assert audiences.of_sessions(["nobody's"]) == {}
        assert audiences.of_scopes(["openid"]) == audiences.of_audience(["nobody"]) == frozenset()
