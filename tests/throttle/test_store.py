import pytest
from flask import Flask

from authserver.throttle import store
from authserver.throttle.storage import DatabaseStorage
from authserver.web.unit_of_work import UnitOfWork
from tests.support.application import race

KEY = b"k" * 32


def test_increments_from_sixteen_threads_at_two_instances_lose_none(twins: tuple[Flask, Flask]) -> None:
    def count(number: int) -> list[int]:
        counts = []
        for _ in range(5):
            with UnitOfWork(twins[number % 2]):
                counts.append(store.increment(KEY, 1, 1000, 60))
        return counts

    counts = [count for counted in race(16, count) if isinstance(counted, list) for count in counted]
    assert sorted(counts) == list(range(1, 81))
    with UnitOfWork(twins[0]):
        assert store.read(KEY, 1000) == (80, 1060)


def test_a_window_begins_with_its_first_failure_and_ends_on_time(app: Flask) -> None:
    with UnitOfWork(app):
        assert store.read(KEY, 1000) == (0, 1000)
        assert store.increment(KEY, 1, 1000, 60) == 1
        assert store.increment(KEY, 2, 1059, 60) == 3
        assert store.read(KEY, 1059) == (3, 1060)
        assert store.read(KEY, 1060) == (0, 1060)
        assert store.increment(KEY, 1, 1060, 60) == 1
        assert store.read(KEY, 1060) == (1, 1120)


def test_a_count_is_undone_with_its_unit(app: Flask) -> None:
    def fail() -> None:
        with UnitOfWork(app):
            store.increment(KEY, 1, 1000, 60)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with UnitOfWork(app):
        assert store.read(KEY, 1000)[0] == 0


def test_windows_that_are_over_are_deleted_a_few_at_a_time(app: Flask) -> None:
    with UnitOfWork(app):
        for number in range(5):
            store.increment(bytes([number]) * 32, 1, 1000, 60)
        store.increment(KEY, 1, 1030, 60)
    with UnitOfWork(app):
        assert [store.delete_expired(1060, 3) for _ in range(3)] == [3, 2, 0]
        assert store.read(KEY, 1060)[0] == 1
        store.forget(KEY)
        assert store.read(KEY, 1060)[0] == 0


def test_the_storage_of_the_limits_library_keeps_digests_only(app: Flask) -> None:
    storage = DatabaseStorage()
    with UnitOfWork(app):
        assert storage.incr("203.0.113.9", 60) == 1
        assert storage.get("203.0.113.9") == 1
        assert storage.check()
    with UnitOfWork(app):
        connection = store.db.session.connection()
        rows = connection.exec_driver_sql("SELECT * FROM throttle_counters").all()
        assert len(rows) == 1
        assert "203.0.113.9" not in str(rows)
        storage.clear("203.0.113.9")
        assert storage.get("203.0.113.9") == 0
        # The library's interface demands it; nobody needs to forget all counters, so it is not offered.
        with pytest.raises(NotImplementedError):
            storage.reset()
